"""Searching and reading back: literal expectations, and the store in memory against the local one."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from exporting import pumping

import tracewire
from tracewire import TracewireError, _native, _recorder, store
from tracewire._search import _SAYS
from tracewire._values import from_wire, to_wire
from tracewire.exporters import Batch
from tracewire.store import LocalStore, MemoryStore, Store

EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)


def event(event_type: str, millis: int, trace: int = 0, span: int = 0, **members: Any) -> dict[str, Any]:
    made = {"type": event_type, "time": f"2026-01-01T00:00:00.{millis:03}000000Z", **members}
    if trace:
        made["trace_id"] = f"{trace:032x}"
    if span:
        made["span_id"] = f"{span:016x}"
    return made


def start(millis: int, trace: int, span: int, parent: int, kind: str, **body: Any) -> dict[str, Any]:
    above = {"parent_id": f"{parent:016x}"} if parent else {}
    return event("span.start", millis, trace, span, kind=kind, body=body, **above)


def end(millis: int, trace: int, span: int, status: str, **body: Any) -> dict[str, Any]:
    return event("span.end", millis, trace, span, status=status, duration_nanos=5_000_000, body=body)


def batch(producer: str, *events: dict[str, Any]) -> Batch:
    numbered = [{**one, "seq": number} for number, one in enumerate(events, 1)]
    envelope = {"producer": producer, "resource": {"service.name": f"service-{producer[:4]}"}, "events": numbered}
    return Batch(producer, [json.dumps(envelope).encode()])


LONG = "Why do OTTERS hold hands? " * 20


@pytest.fixture
def two_runs() -> MemoryStore:
    """A run of the planner that calls a model and a tool, and one of the seller; a log line that belongs to nothing."""
    memory = MemoryStore()
    planner = {"name": "plan", "session_id": "chat", "attributes": {"gen_ai.agent.name": "planner"}, "input": "go"}
    call = {"name": "search", "attributes": {"mcp.method.name": "tools/call", "n": 1}, "input": {"query": "kelp"}}
    said = {"name": "answer", "input": [{"role": "user", "content": LONG}], "usage": {"input_tokens": 3}}
    model = {"attributes": {"gen_ai.request.model": "m-1"}, "usage": {"output_tokens": 4}}
    memory.add(
        batch(
            "aaaa000000000001-1",
            start(10, 1, 1, 0, "agent", **planner),
            start(20, 1, 2, 1, "llm", **said),
            event("span.update", 25, 1, 2, body=model),
            start(30, 1, 3, 1, "tool", **call),
            event("log", 35, 1, 3, body={"message": "looking it up", "level": "info"}),
            end(40, 1, 3, "error", status_message="429 too many requests", attributes={"error.type": "429"}),
            end(50, 1, 2, "ok", output="they drift", usage={"output_tokens": 9}),
            end(60, 1, 1, "ok", output="done"),
            event("log", 65, body={"message": "alone", "attributes": {"n": 1}}),
        )
    )
    seller = {"gen_ai.agent.id": "a-7", "gen_ai.agent.name": "seller"}
    sent = {"name": "mcp.request", "attributes": {"mcp.method.name": "tools/call"}}
    memory.add(
        batch(
            "bbbb000000000001-1",
            start(5, 2, 11, 0, "workflow", name="sell", correlation_id="order-17", attributes=seller),
            event("event", 22, 2, 12, parent_id=f"{11:016x}", body=sent),
            event("metric", 45, 2, 11, body={"name": "price", "value": 2}),
            event("event", 70, 2, 13, body={"name": "shop.closed", "data": {"till": 429}}),
            event("loss", 75, body={"reason": "quota", "count": 3}),
        )
    )
    return memory


def found(searched: Store, **conditions: Any) -> list[str]:
    rows = searched.query(**conditions)
    return [f"{row.type} {row.name or row.body.get('message') or '-'}" for row in rows]


def test_steps_and_points_newest_first(two_runs: MemoryStore) -> None:
    assert found(two_runs) == [
        "event shop.closed",
        "log alone",
        "metric price",
        "log looking it up",
        "span search",
        "event mcp.request",
        "span answer",
        "span plan",
        "span sell",
    ]
    (row,) = two_runs.query(kind="llm")
    assert row.as_dict() == {
        "attributes": {"gen_ai.request.model": "m-1"},
        "body": {"usage": {"input_tokens": 3, "output_tokens": 9}},
        "duration_nanos": 5_000_000,
        "end_time": "2026-01-01T00:00:00.050000000Z",
        "input": [{"role": "user", "content": LONG}],
        "kind": "llm",
        "name": "answer",
        "output": "they drift",
        "parent_id": "0000000000000001",
        "producer": "aaaa000000000001-1",
        "service": "service-aaaa",
        "session_id": "chat",
        "span_id": "0000000000000002",
        "status": "ok",
        "time": "2026-01-01T00:00:00.020000000Z",
        "trace_id": "00000000000000000000000000000001",
        "type": "span",
    }


@pytest.mark.parametrize("limit", [1, 2, 4, 9, 10])
def test_pages(two_runs: MemoryStore, limit: int) -> None:
    whole = two_runs.query()
    paged: list[store.Row] = []
    page = two_runs.query(limit=limit)
    while True:
        paged.extend(page)
        if page.next is None:
            break
        assert len(page) == limit
        page = two_runs.query(limit=limit, cursor=page.next)
    assert paged == list(whole)
    assert paged[0] == whole[0]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"agent_id": "planner"}, ["log looking it up", "span search", "span answer", "span plan"]),
        ({"agent_id": "planner", "kind": "tool"}, ["span search"]),
        ({"agent_id": "a-7"}, ["metric price", "event mcp.request", "span sell"]),
        ({"agent_id": "seller"}, []),
        ({"event_type": "log"}, ["log alone", "log looking it up"]),
        ({"event_type": "event"}, ["event shop.closed", "event mcp.request"]),
        ({"event_type": "span.end"}, ["span search", "span answer", "span plan"]),
        ({"event_type": "span.update"}, ["span answer"]),
        ({"event_type": "loss"}, ["loss -"]),
        ({"event_type": "shop.closed"}, ["event shop.closed"]),
        ({"event_type": "mcp.request"}, ["span search", "event mcp.request"]),
        ({"event_type": "mcp.tool.called"}, ["span search", "event mcp.request"]),
        ({"event_type": "mcp.tool.error"}, ["span search"]),
        ({"event_type": "mcp.tool.completed"}, []),
        ({"event_type": "a2a.request"}, []),
        ({"text": "otters"}, ["span answer"]),
        ({"text": "KELP"}, ["span search"]),
        ({"text": "query"}, ["span search"]),
        ({"text": "429"}, ["event shop.closed", "span search"]),
        ({"text": "too many"}, ["span search"]),
        ({"text": "Alone"}, ["log alone"]),
        ({"text": "planner"}, []),
        ({"attributes": {"n": 1}}, ["log alone", "span search"]),
        ({"attributes": {"n": 1.0, "error.type": "429"}}, ["span search"]),
        ({"attributes": {"n": "1"}}, []),
        ({"attributes": {"n": True}}, []),
        ({"session_id": "chat", "kind": "tool"}, ["span search"]),
        ({"session_id": "chat", "event_type": "log"}, ["log looking it up"]),
        ({"correlation_id": "order-17", "event_type": "metric"}, ["metric price"]),
        ({"service": "service-aaaa", "event_type": "log"}, ["log alone", "log looking it up"]),
        ({"status": "error"}, ["span search"]),
        ({"status": "ok"}, ["span answer", "span plan"]),
        ({"start_time": "2026-01-01T00:00:00.065Z"}, ["event shop.closed", "log alone"]),
        ({"start_time": 1767225600045000000, "end_time": "2026-01-01T01:00:00.065+01:00"}, ["metric price"]),
        ({"start_time": EPOCH + timedelta(milliseconds=70)}, ["event shop.closed"]),
        ({"end_time": "2026-01-01T00:00:00.010Z"}, ["span sell"]),
        ({"end_time": EPOCH + timedelta(milliseconds=5)}, []),
    ],
)
def test_conditions(two_runs: MemoryStore, conditions: dict[str, Any], expected: list[str]) -> None:
    assert found(two_runs, **conditions) == expected


@pytest.mark.parametrize(
    ("conditions", "member"),
    [
        ({"kind": 1}, "`kind`: text is expected, not a int"),
        ({"start_time": "yesterday"}, "`start_time`: not a time of RFC 3339"),
        ({"start_time": True}, "`start_time`: not a time"),
        ({"limit": 0}, "`limit`: 1 to 10000"),
        ({"limit": 10001}, "`limit`: 1 to 10000"),
        ({"cursor": "2"}, "`cursor`: the `next`"),
        ({"attributes": {"a": object()}}, "`attributes`: a object cannot be searched for"),
        ({"attributes": 5}, "`attributes`: "),
        ({"knd": "llm"}, "`knd`: there are agent_id, event_type"),
    ],
)
def test_conditions_that_cannot_be(two_runs: MemoryStore, conditions: dict[str, Any], member: str, tmp_path: Path) -> None:
    with pytest.raises(TracewireError, match=re.escape(member)) as caught:
        store.query(tmp_path, **conditions)
    assert caught.value.code == "query_invalid"
    if "knd" not in conditions:
        with pytest.raises(TracewireError, match=re.escape(member)):
            two_runs.query(**conditions)


def test_traces_by_every_id(two_runs: MemoryStore) -> None:
    trace = two_runs.get_trace("00000000000000000000000000000001")
    assert trace is not None
    assert trace.tree() == "agent plan\n  llm answer\n  tool search error"
    (tool,) = trace.failed()
    assert (tool.name, tool.logs[0]["message"], tool.input) == ("search", "looking it up", {"query": "kelp"})
    assert tool.parent is trace.roots[0]
    assert [node.name for node in trace.find("*s*")] == ["answer", "search"]
    for ids in ({"span_id": f"{12:016x}"}, {"correlation_id": "order-17"}, {"parent_id": f"{11:016x}"}):
        other = two_runs.get_trace(**ids)
        assert other is not None
        assert other.tree() == "workflow sell (in flight)\n  event mcp.request\nevent shop.closed"
    assert two_runs.get_trace(session_id="chat") is not None
    assert two_runs.get_trace(session_id="nobody") is None
    assert two_runs.get_trace("0" * 32) is None
    for wrong in ({}, {"trace_id": "a", "span_id": "b"}, {"trace_id": 5}):
        with pytest.raises(TracewireError, match="one id is expected"):
            two_runs.get_trace(**wrong)


def test_a_batch_that_comes_twice_is_one(two_runs: MemoryStore) -> None:
    before = len(two_runs)
    two_runs.add(batch("aaaa000000000001-1", start(10, 1, 1, 0, "agent", name="plan")))
    assert len(two_runs) == before
    two_runs.clear()
    assert found(two_runs) == []


def test_a_store_of_one_s_own() -> None:
    class Listed(Store):
        def __init__(self) -> None:
            self.lines: list[tuple[str, str | None, dict[str, Any]]] = []

        def add(self, batch: Batch) -> None:
            self.lines.extend((batch.producer, None, event) for event in batch.events())

        def stored(self) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
            return iter(self.lines)

    own = Listed()
    with pumping([own.exporter("mine")], "inline") as pump:
        with tracewire.span("root", session_id="s"), tracewire.span("below", kind="tool"):
            pass
        assert pump.flush(5.0)["exporters"]["mine"]["sent"] == 4
    assert found(own, session_id="s") == ["span below", "span root"]
    trace = own.get_trace(session_id="s")
    assert trace is not None
    assert trace.tree() == "step root\n  tool below"


def test_values_of_the_wire() -> None:
    for python, wire in (
        (2**70, {"$int": str(2**70)}),
        (1e300, {"$int": str(int(1e300))}),
        (float("inf"), {"$float": "Infinity"}),
        (b"\x00", {"$bytes": "AA=="}),
        (Decimal("1.50"), {"$decimal": "1.50"}),
        ({"$a": [{"$$b": 1}]}, {"$$a": [{"$$$b": 1}]}),
        ([True, None, "x", 1.5], [True, None, "x", 1.5]),
    ):
        assert to_wire(python) == wire
        assert from_wire(wire) == python
    assert from_wire({"$time": "2026-11-21T04:30:00.123456789Z"}) == datetime(2026, 11, 21, 4, 30, 0, 123456, timezone.utc)
    assert from_wire({"$time": "2026-11-21T04:30:00.123456789"}) == datetime(2026, 11, 21, 4, 30, 0, 123456)
    assert str(from_wire([{"$time": "2026-11-21"}, {"$time": "04:30:00.000000000"}])[1]) == "04:30:00"
    for stays in ({"$cut": "x", "missing_bytes": 5}, {"$redacted": "key"}, {"$int": "x"}, {"$bytes": "?"}, {"$time": ""}):
        assert from_wire(stays) == stays
    assert to_wire((1.0, float("nan"))) == [1, {"$float": "NaN"}]


def test_the_short_names_are_those_of_the_registry() -> None:
    folder = Path(__file__).parents[3] / "spec" / "registry" / "events"
    said: dict[str, Any] = {}
    for page in sorted(folder.glob("*.yaml")):
        for entry in page.read_text().partition("\naliases:")[2].split("- name: ")[1:]:
            name = entry.split()[0]
            sets = dict(re.findall(r"([\w.]+): ([\w./]+)", entry.partition("sets: {")[2].partition("}")[0]))
            lists = [re.findall(r"[\w.]+", entry.partition(f"{key}: [")[2].partition("]")[0]) for key in ("requires", "absent")]
            if sets or any(lists):
                said[name] = (sets, tuple(lists[0]), tuple(lists[1]))
    assert said == _SAYS


# The local store


def activity(seed: int) -> None:
    """Some runs with everything in them."""
    chosen = random.Random(seed)
    words = ("otter", "KELP", "müde", "", "429", "$ref", "x" * 400)
    recorder = _recorder.active
    assert isinstance(recorder, _native.Recorder)

    def run(depth: int) -> None:
        kind = chosen.choice(("agent", "llm", "tool", "step"))
        attributes: dict[str, Any] = {"n": chosen.choice((1, 1.0, "1", True, None, 2**70, [1, {"a": 1}]))}
        if chosen.random() < 0.3:
            attributes[chosen.choice(("gen_ai.agent.id", "gen_ai.agent.name"))] = chosen.choice(("a", "b", ""))
        if chosen.random() < 0.3:
            attributes["mcp.method.name"] = chosen.choice(("tools/call", "prompts/get"))
        more: dict[str, Any] = {} if depth else chosen.choice(({}, {"session_id": "s"}, {"correlation_id": "c"}))
        step = tracewire.span(chosen.choice(words[:5]), kind=kind, input=value(), attributes=attributes, **more)
        try:
            with step as s:
                if chosen.random() < 0.4:
                    s.update(attributes={"n": 7}, output=value())
                if chosen.random() < 0.5:
                    s.set_output(value())
                for _ in range(chosen.randrange(3)):
                    point(s)
                for _ in range(chosen.randrange(3) if depth < 3 else 0):
                    run(depth + 1)
                if chosen.random() < 0.3:
                    raise chosen.choice((ValueError("Kelp is out"), TimeoutError()))
        except (ValueError, TimeoutError):
            pass

    def value() -> Any:
        word = chosen.choice(words)
        return chosen.choice((word, {word: [word]}, [{"role": "user", "content": word * 3}], 42.5, None, True, b"x"))

    def point(step: tracewire.Span) -> None:
        assert isinstance(recorder, _native.Recorder)
        where = chosen.choice((step._native, None))
        named = {"name": chosen.choice(("mcp.request", "mcp.response", "own.event")), "data": value()}
        named["attributes"] = {"mcp.method.name": "tools/call"} | chosen.choice(({}, {"error.type": "x"}))
        recorder.point("event", chosen.choice((None, "tool")), where, named)
        recorder.point("log", None, where, {"message": chosen.choice(words), "level": "info", "attributes": {"n": 1}})
        recorder.point("metric", None, where, {"name": "m", "value": 1.5, "instrument": "gauge"})
        target = chosen.choice(({"session_id": "s"}, {"trace_id": step.trace_id, "span_id": step.span_id}))
        recorder.point("feedback", None, where, {"name": "helpful", "value": True, "target": target})

    for _ in range(4):
        run(0)


QUERIES: dict[str, tuple[Any, ...]] = {
    "agent_id": ("a", "b", "nobody"),
    "event_type": (
        "log",
        "event",
        "feedback",
        "metric",
        "span.start",
        "span.update",
        "loss",
        "own.event",
        "mcp.request",
        "mcp.response",
        "mcp.tool.called",
        "mcp.tool.error",
        "mcp.tool.completed",
        "mcp.prompt.get",
        "a2a.request",
    ),
    "kind": ("agent", "tool", "llm"),
    "status": ("ok", "error", "timeout"),
    "start_time": ("2026-01-01T00:00:00.050Z", 1767225600_010_000_000),
    "end_time": ("2026-01-01T00:00:00.100Z",),
    "correlation_id": ("c", "d"),
    "session_id": ("s", "t"),
    "service": ("test", "other"),
    "attributes": ({"n": 1}, {"n": True}, {"n": None}, {"n": 2**70}, {"n": [1, {"a": 1}]}, {"n": 7}),
    "text": ("otter", "kelp", "MÜDE", "429", "$ref", "role", "42.5", "true", "xxx"),
}


@pytest.mark.parametrize("seed", range(6))
def test_the_store_in_memory_answers_as_the_local_one(seed: int, tmp_path: Path) -> None:
    memory = MemoryStore()
    with pumping([memory.exporter()], "inline", tmp_path) as pump:
        activity(seed)
        assert pump.flush(5.0)["pending"] == 0
        local = LocalStore(tmp_path)
        chosen = random.Random(seed)
        for number in range(150):
            names = chosen.sample(sorted(QUERIES), 0 if number == 0 else 1 if number < 100 else 2)
            wanted: dict[str, Any] = {name: chosen.choice(QUERIES[name]) for name in names}
            one, other = memory.query(**wanted, limit=1000), local.query(**wanted, limit=1000)
            assert [row.as_dict() for row in one] == [row.as_dict() for row in other], wanted
            paged = local.query(**wanted, limit=3)
            assert list(paged) == list(memory.query(**wanted, limit=3))
            assert (paged.next is None) == (len(other) <= 3)
        for row in memory.query(kind="tool", limit=5):
            here, there = memory.get_trace(row.trace_id), local.get_trace(row.trace_id)
            assert here is not None
            assert there is not None
            assert here.tree() == there.tree()
            assert here.events == there.events
            below = local.get_trace(parent_id=row.parent_id) if row.parent_id else None
            assert below is None or below.trace_id == row.trace_id


def test_the_local_store_shows_what_runs(tmp_path: Path) -> None:
    with tracewire.testing.recording(tmp_path):
        with tracewire.span("running", kind="agent", session_id="s") as running:
            (row,) = store.query(tmp_path)
            assert (row.name, row.status, row.trace_id) == ("running", None, running.trace_id)
            trace = store.get_trace(tmp_path, session_id="s")
            assert trace is not None
            assert trace.tree() == "agent running (in flight)"
        (row,) = store.query(tmp_path, kind="agent")
        assert row.status == "ok"
        assert [found.trace_id for found in store.find_traces(tmp_path, running.trace_id)] == [running.trace_id]
    assert store.get_trace(tmp_path, span_id="f" * 16) is None


def test_a_parent_of_another_machine(tmp_path: Path) -> None:
    header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with tracewire.testing.recording(tmp_path), tracewire.attach(header), tracewire.span("served"):
        pass
    trace = store.get_trace(tmp_path, parent_id="b7ad6b7169203331")
    assert trace is not None
    assert (trace.trace_id, trace.tree()) == ("0af7651916cd43dd8448eb211c80319c", "step served")
    assert store.get_trace(tmp_path, parent_id="a" * 16) is None


def test_a_store_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TracewireError) as caught:
        store.query(tmp_path / "file")
    assert caught.value.code != "query_invalid"
