"""Steps and points by hand: members as they are given, parents that are named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tracewire
from tracewire import manual
from tracewire.testing import Recording, recording

PARENT = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def events_of(recorded: Recording) -> list[dict[str, Any]]:
    return [event for envelope in recorded.envelopes() for event in json.loads(envelope)["events"]]


def bodies_of(recorded: Recording) -> list[Any]:
    return [event.get("body") for event in events_of(recorded)]


def test_members_are_recorded_as_they_are() -> None:
    body = {"name": None, "session_id": 7, "attributes": {}, "weather": {"$x": b"\x00"}, "tags": "one"}
    with recording() as recorded:
        step = manual.start("tool", body)
        step.update({"input": None})
        step.event({})
        step.end("ok", {"cost": [1.0]})
        manual.log({"level": 5, "message": {"a": 1}})
    expected = {"attributes": {}, "name": None, "session_id": 7, "tags": "one", "weather": {"$$x": {"$bytes": "AA=="}}}
    assert bodies_of(recorded) == [expected, {"input": None}, None, {"cost": [1]}, {"level": 5, "message": {"a": 1}}]


def test_steps_interleave_and_end_in_any_order() -> None:
    with recording() as recorded:
        run = manual.start("agent", {"name": "run"})
        one, two = manual.start("tool", parent=run), manual.start("llm", parent=run)
        assert run.end("cancelled")
        one.update({"output": 1})
        below = manual.start("step", parent=one)
        assert two.end("timeout")
        assert one.end("error", {"status_message": "no net"})
        assert not one.end("ok")
        one.event({"name": "late"})
        below.end()
    found = [(event["type"], event["span_id"][-1], event.get("parent_id", "")[-1:]) for event in events_of(recorded)]
    assert found == [
        ("span.start", "1", ""),
        ("span.start", "2", "1"),
        ("span.start", "3", "1"),
        ("span.end", "1", ""),
        ("span.update", "2", ""),
        ("span.start", "4", "2"),
        ("span.end", "3", ""),
        ("span.end", "2", ""),
        ("span.event", "2", ""),
        ("span.end", "4", ""),
    ]
    assert [event["status"] for event in events_of(recorded) if "status" in event] == ["cancelled", "timeout", "error", "ok"]


def test_a_parent_elsewhere_hands_on_its_trace_state_to_what_is_right_below() -> None:
    remote = tracewire.SpanContext.from_traceparent(PARENT, "vendor=1")
    assert remote is not None
    assert (remote.trace_state, tracewire.SpanContext.from_traceparent(PARENT, "")) == (
        "vendor=1",
        tracewire.SpanContext.from_traceparent(PARENT),
    )
    assert tracewire.SpanContext.from_traceparent("00-0af7", "vendor=1") is None
    with recording() as recorded:
        step = manual.start("tool", parent=remote)
        manual.start("tool", parent=step).end()
        manual.start("tool", parent=step.context).end()
        manual.start("tool", {"trace_state": "own=1"}, parent=remote).end()
        with tracewire.span("served", parent=remote):
            pass
    starts = [event for event in events_of(recorded) if event["type"] == "span.start"]
    states = [event.get("body", {}).get("trace_state") for event in starts]
    assert states == ["vendor=1", None, None, "own=1", "vendor=1"]
    assert {event["trace_id"] for event in starts} == {"a" * 32}


def test_a_correlation_id_decides_where_there_is_no_parent() -> None:
    with recording() as recorded:
        run = manual.start("agent", {"correlation_id": "order-17"})
        event = manual.event({"name": "paid"}, kind="payment", parent=run)
        manual.metric({"name": "n", "value": 1}, parent=event)
        manual.feedback({"value": True, "correlation_id": "order-17"})
        manual.log({"message": "m"})
    traces = [event.get("trace_id") for event in events_of(recorded)]
    trace = traces[0]
    assert traces == [trace, trace, trace, trace, None]
    assert trace is not None
    assert trace != "0" * 31 + "1"
    assert event is not None
    assert (event, event.trace_id) == ("0" * 15 + "2", trace)
    assert events_of(recorded)[2]["span_id"] == event


def test_the_idiom_and_the_hand_write_the_same_bytes() -> None:
    with recording() as by_idiom, tracewire.span("answer", kind="agent", input={"q": 1}, session_id="chat-7", tags=["a"]):
        tracewire.log("begun", "warning", {"n": 1}, logger="app")
        with tracewire.span("search", kind="tool", attributes={"k": [1, None]}) as call:
            call.event("retry", {"n": 1}, data=[1.5])
            call.update(output="so far")
            call.set_output(["Lutra lutra"])
            call.usage(input_tokens=3)
            call.set_status("timeout", "late")
        tracewire.event("cart.changed", {"items": 3}, data={"sku": "17"})
        tracewire.metric("queue", 17, unit="1")
        tracewire.feedback(True, target={"session_id": "chat-7"}, feedback_id="f1")
    with recording() as by_hand:
        run = manual.start("agent", {"name": "answer", "input": {"q": 1}, "session_id": "chat-7", "tags": ["a"]})
        line = {"message": "begun", "level": "warning", "attributes": {"n": 1}, "logger": "app"}
        manual.log(line, parent=run)
        step = manual.start("tool", {"name": "search", "attributes": {"k": [1, None]}}, parent=run)
        step.event({"name": "retry", "attributes": {"n": 1}, "data": [1.5]})
        step.update({"output": "so far"})
        end = {"output": ["Lutra lutra"], "usage": {"input_tokens": 3}, "status_message": "late"}
        step.end("timeout", end)
        manual.event({"name": "cart.changed", "attributes": {"items": 3}, "data": {"sku": "17"}}, parent=run)
        manual.metric({"name": "queue", "value": 17, "instrument": "gauge", "unit": "1"}, parent=run)
        judged = {"feedback_id": "f1", "value": True, "source": "user", "target": {"session_id": "chat-7"}}
        manual.feedback(judged, parent=run)
        run.end()
    assert by_hand.envelopes() == by_idiom.envelopes()


def test_the_client_s_rules_hold(tmp_path: Path) -> None:
    def mask(field: str, value: Any) -> Any:
        return f"{field} masked" if field == "input" else value

    with recording(mask=mask, capture="input") as recorded:
        manual.start("tool", {"input": "secret", "output": "secret", "name": "n"}).end("ok", {"output": "secret"})
    assert bodies_of(recorded) == [{"input": "input masked", "name": "n"}, None]

    with tracewire.Client(dir=tmp_path, disabled=True) as client:
        step = client.manual.start("tool")
        step.update({})
        assert (step.context, step.end(), client.manual.event({"name": "e"}, parent=step)) == (None, False, None)
    with tracewire.Client(dir=tmp_path, service="other") as client:
        assert client.manual.event({"name": "e"}) is not None
        assert client.flush().written == 1


def test_what_cannot_be_read_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    with recording() as recorded:
        manual.start("tool", 5).end()  # type: ignore[arg-type]
        step = manual.start("tool", parent=17)  # type: ignore[arg-type]
        step.update(None)  # type: ignore[arg-type]
        step.end()
    assert [event["type"] for event in events_of(recorded)] == ["span.start", "span.end"]
    assert "not a step, a context or a traceparent: int" in caplog.text
