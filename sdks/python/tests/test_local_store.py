"""The local store, and that the one in memory answers as it does."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from exporting import pumping

import tracewire
from tracewire import TracewireError, _native, _recorder, store
from tracewire.store import LocalStore, MemoryStore


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
