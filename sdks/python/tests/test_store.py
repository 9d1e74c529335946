"""Searching and reading back: literal expectations, and the store in memory against the local one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from exporting import pumping

import tracewire
from tracewire import TracewireError, store
from tracewire._search import _SAYS
from tracewire._values import from_wire, to_wire
from tracewire.exporters import Batch
from tracewire.store import MemoryStore, Store

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
