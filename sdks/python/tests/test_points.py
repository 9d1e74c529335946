"""Events, log lines, metrics and feedback."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

import pytest

import tracewire
from tracewire.testing import Recording

ORDER_17 = "ee11261620ae53d253093d6835ce67eb"


class Hostile(dict[str, Any]):
    def items(self) -> Any:
        raise RuntimeError


def only(recorded: Recording, event_type: str) -> list[dict[str, Any]]:
    return [event for event in recorded.events() if event["type"] == event_type]


def test_events_have_a_place_of_their_own(recorded: Recording) -> None:
    with tracewire.span("run") as run:
        first = tracewire.event("cart.changed", {"items": 3}, data={"sku": "17"}, kind="payment")
        second = tracewire.event("caused", parent=first)
    assert first is not None
    assert second is not None
    one, two = only(recorded, "event")
    assert one["body"] == {"name": "cart.changed", "attributes": {"items": 3}, "data": {"sku": "17"}}
    assert (one["trace_id"], one["parent_id"], one["kind"]) == (run.trace_id, run.span_id, "payment")
    assert (first, first.trace_id, first.id) == (one["span_id"], one["trace_id"], one["span_id"])
    assert (two["parent_id"], two["trace_id"]) == (first, run.trace_id)
    assert two["body"] == {"name": "caused"}


def test_an_event_without_a_step_has_the_trace_of_its_correlation_id(recorded: Recording) -> None:
    tracewire.event("a", correlation_id="order-17", session_id="s")
    with tracewire.trace("order-17"):
        tracewire.event("b")
        tracewire.log("c")
        tracewire.metric("d", 1)
        tracewire.feedback(True)
    a, b, *others = recorded.events()
    assert a["body"] == {"name": "a", "correlation_id": "order-17", "session_id": "s"}
    assert b["body"] == {"name": "b", "correlation_id": "order-17"}
    assert {event["trace_id"] for event in (a, b, *others)} == {ORDER_17}
    assert not any("parent_id" in event for event in (a, b))
    assert [("span_id" in event, event["body"]["correlation_id"]) for event in others] == [(False, "order-17")] * 3


@pytest.mark.parametrize(
    ("level", "recorded_level"),
    [
        ("info", "info"),
        ("WARN", "warning"),
        ("critical", "fatal"),
        (logging.DEBUG, "debug"),
        (logging.ERROR, "error"),
        (5, "trace"),
        (35, "warning"),
        ("loud", "info"),
        (None, "info"),
    ],
)
def test_levels_of_log_lines(level: Any, recorded_level: str, recorded: Recording) -> None:
    tracewire.log("retrying", level, {"attempt": 2}, logger="app")
    (line,) = only(recorded, "log")
    assert line["body"] == {"message": "retrying", "level": recorded_level, "logger": "app", "attributes": {"attempt": 2}}
    assert "trace_id" not in line
    assert tracewire.flush().errors == ({} if level not in ("loud", None) else {"invalid_level": 1})


def test_a_log_line_belongs_to_its_step(recorded: Recording) -> None:
    with tracewire.span("s") as s:
        tracewire.log("inside")
    tracewire.log("of it", parent=s)
    inside, of_it = only(recorded, "log")
    assert (inside["trace_id"], inside["span_id"]) == (of_it["trace_id"], of_it["span_id"]) == (s.trace_id, s.span_id)


def test_metrics(recorded: Recording) -> None:
    tracewire.metric("queue", 17)
    tracewire.metric("tokens", 120, "counter", unit="{token}", attributes={"model": "m"})
    tracewire.metric("total", 5.5, "counter", temporality="cumulative")
    tracewire.metric("latency", [12, 100, 340, 900], "histogram", unit="ms", buckets=[500, 100])
    tracewire.metric("one", 3, "histogram")
    tracewire.metric("elsewhere", {"count": 2, "sum": 3.0}, "histogram", temporality="cumulative")
    assert [event["body"] for event in only(recorded, "metric")] == [
        {"name": "queue", "instrument": "gauge", "value": 17},
        {
            "name": "tokens",
            "instrument": "counter",
            "temporality": "delta",
            "value": 120,
            "unit": "{token}",
            "attributes": {"model": "m"},
        },
        {"name": "total", "instrument": "counter", "temporality": "cumulative", "value": 5.5},
        {
            "name": "latency",
            "instrument": "histogram",
            "temporality": "delta",
            "unit": "ms",
            "histogram": {"count": 4, "sum": 1352, "min": 12, "max": 900, "bounds": [100, 500], "counts": [2, 1, 1]},
        },
        {
            "name": "one",
            "instrument": "histogram",
            "temporality": "delta",
            "histogram": {"count": 1, "sum": 3, "min": 3, "max": 3},
        },
        {
            "name": "elsewhere",
            "instrument": "histogram",
            "temporality": "cumulative",
            "histogram": {"count": 2, "sum": 3},
        },
    ]


@pytest.mark.parametrize("value", ["many", None, [1, "x"], True, object(), Decimal(1)])
def test_what_is_no_metric_is_counted(value: Any, recorded: Recording) -> None:
    tracewire.metric("m", value, "counter")
    tracewire.metric("m", value, "histogram", buckets=[1])
    assert recorded.events() == []
    assert tracewire.flush().errors == {"invalid_metric": 2}


def test_wrong_instruments_and_buckets(recorded: Recording) -> None:
    tracewire.metric("m", 1, "meter")  # type: ignore[arg-type]
    tracewire.metric("m", 1, "counter", temporality="x")  # type: ignore[arg-type]
    tracewire.metric("m", 1, "histogram", buckets=[object()])  # type: ignore[list-item]
    assert [event["body"]["instrument"] for event in recorded.events()] == ["gauge", "counter"]
    assert tracewire.flush().errors == {"invalid_metric": 3}


def test_feedback(recorded: Recording) -> None:
    with tracewire.span("answer") as s:
        first = tracewire.feedback(score=0.5, name="helpful", comment="so so", feedback_id="f1")
    second = tracewire.feedback(True, target=s, source="human", supersedes=first)
    tracewire.feedback("good", target=s.trace_id)
    tracewire.feedback("good", session_id="chat-7")
    tracewire.feedback("good", target={"trace_id": "1" * 32, "session_id": "x", "other": 1}, source="model")
    tracewire.feedback(comment="words only", target=None)
    bodies = [event["body"] for event in only(recorded, "feedback")]
    ids = {"trace_id": s.trace_id, "span_id": s.span_id}
    assert bodies[0] == {
        "feedback_id": "f1",
        "name": "helpful",
        "value": 0.5,
        "source": "user",
        "target": ids,
        "comment": "so so",
    }
    assert bodies[1] == {"feedback_id": second, "value": True, "source": "human", "target": ids, "supersedes": "f1"}
    assert [body.get("target") for body in bodies[2:]] == [
        {"trace_id": s.trace_id},
        {"session_id": "chat-7"},
        {"trace_id": "1" * 32, "session_id": "x"},
        None,
    ]
    assert len({body["feedback_id"] for body in bodies}) == 6


def test_empty_feedback_and_wrong_targets_are_counted(recorded: Recording) -> None:
    tracewire.feedback()
    tracewire.feedback(1, target=3)
    assert tracewire.flush().errors == {"invalid_feedback": 1, "invalid_parent": 1}


def test_an_event_as_a_dictionary(recorded: Recording) -> None:
    call = tracewire.log_event(
        {
            "event_type": "mcp.tool.called",
            "protocol": "mcp",
            "agent_id": "researcher",
            "correlation_id": "order-17",
            "data": {"tool_name": "search", "params": {"q": 1}},
            "metadata": {"a": [1]},
            "severity": "info",
        }
    )
    tracewire.log_event(
        {
            "event_type": "mcp.tool.error",
            "agent_id": "researcher",
            "parent_id": call,
            "duration_ms": 12,
            "error": {"code": "TIMEOUT", "message": "too slow"},
            "attributes": {"mine": 1},
        }
    )
    called, failed = recorded.events()
    assert called["trace_id"] == ORDER_17
    assert called["body"] == {
        "name": "mcp.request",
        "correlation_id": "order-17",
        "attributes": {
            "mcp.method.name": "tools/call",
            "gen_ai.agent.id": "researcher",
            "gen_ai.tool.name": "search",
            "protocol": "mcp",
            "severity": "info",
        },
        "data": {"tool_name": "search", "params": {"q": 1}, "metadata": {"a": [1]}},
    }
    assert (failed["trace_id"], failed["parent_id"]) == (ORDER_17, call)
    assert failed["body"] == {
        "name": "mcp.response",
        "attributes": {
            "mcp.method.name": "tools/call",
            "gen_ai.agent.id": "researcher",
            "error.type": "TIMEOUT",
            "duration_ms": 12,
            "mine": 1,
        },
        "data": {"error": {"code": "TIMEOUT", "message": "too slow"}},
    }


def test_ids_in_dictionaries(recorded: Recording) -> None:
    tracewire.log_event({"event_type": "a", "trace_id": "1" * 32, "parent_span_id": "2" * 16})
    tracewire.log_event({"event_type": "b", "correlation_id": "order-17", "parent_id": "3" * 16})
    with tracewire.span("s") as s:
        tracewire.log_event({"event_type": "c", "parent_id": "4" * 16, "session_id": "x", "user_id": "u", "kind": "tool"})
        tracewire.log_event({"event_type": "d", "parent_id": "no id", "data": [1], "more": {"x": 1}})
    a, b, c, d = only(recorded, "event")
    assert (a["trace_id"], a["parent_id"]) == ("1" * 32, "2" * 16)
    assert (b["trace_id"], b["parent_id"]) == (ORDER_17, "3" * 16)
    assert (c["trace_id"], c["parent_id"], c["kind"]) == (s.trace_id, "4" * 16, "tool")
    assert c["body"] == {"name": "c", "session_id": "x", "attributes": {"user.id": "u"}}
    assert d["parent_id"] == s.span_id
    assert d["body"] == {"name": "d", "data": [1], "attributes": {"parent_id": "no id", "more": {"x": 1}}}


@pytest.mark.parametrize("wrong", [None, 3, "text", [1], Hostile(a=1), {"attributes": 3}])
def test_what_is_no_event_is_counted(wrong: Any, recorded: Recording) -> None:
    assert tracewire.log_event(wrong) is None
    assert recorded.events() == []
    assert tracewire.flush().errors == {"invalid_event": 1}


def test_an_event_without_a_type_is_recorded_and_counted(recorded: Recording) -> None:
    assert tracewire.log_event({"agent_id": "a"}) is not None
    assert recorded.events()[0]["body"] == {"name": "event", "attributes": {"gen_ai.agent.id": "a"}}
    assert tracewire.flush().errors == {"invalid_event": 1}
