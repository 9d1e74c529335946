"""The methods of a step, its statuses, and the bytes that a test's clock and ids make of it."""

from __future__ import annotations

import asyncio
import concurrent.futures
from decimal import Decimal
from typing import Any

import pytest

import tracewire
import tracewire.testing
from tracewire.testing import Recording


def test_everything_a_step_can_say(recorded: Recording) -> None:
    with tracewire.span(
        "run",
        kind="agent",
        input="question",
        attributes={"a": 1},
        session_id="s1",
        user_id="u1",
        tags=["x", "y"],
        environment="test",
        release="1.2",
        prompt={"name": "p", "version": "3"},
    ) as s:
        s.set("b", [1])
        s.update(attributes={"c": None}, level="warning", name="renamed")
        s.event("retry", {"attempt": 2}, data={"why": "429"})
        s.usage(input_tokens=10, output_tokens=3, cache_read_input_tokens=4, raw={"n": 1})
        s.set_output({"answer": 42})
        s.set_status("error", "gave up")
    (span,) = recorded.spans()
    assert span["name"] == "renamed"
    assert (span["kind"], span["input"], span["output"]) == ("agent", "question", {"answer": 42})
    assert span["attributes"] == {"a": 1, "b": [1], "c": None}
    assert (span["session_id"], span["user_id"], span["tags"]) == ("s1", "u1", ["x", "y"])
    assert (span["environment"], span["release"], span["level"]) == ("test", "1.2", "warning")
    assert span["prompt"] == {"name": "p", "version": "3"}
    assert span["usage"] == {"input_tokens": 10, "output_tokens": 3, "cache_read_input_tokens": 4, "raw": {"n": 1}}
    assert span["events"] == [{"name": "retry", "attributes": {"attempt": 2}, "data": {"why": "429"}}]
    assert (span["status"], span["status_message"]) == ("error", "gave up")


def test_the_event_on_the_wire_is_always_the_same() -> None:
    with tracewire.testing.recording() as recorded, tracewire.span("search", kind="tool", input={"q": 1}) as s:
        s.set_output(2.0)
    assert recorded.events() == [
        {
            "body": {"input": {"q": 1}, "name": "search"},
            "kind": "tool",
            "seq": 1,
            "span_id": "0000000000000001",
            "time": "2026-01-01T00:00:00.000000000Z",
            "trace_id": "00000000000000000000000000000001",
            "type": "span.start",
        },
        {
            "body": {"output": 2},
            "duration_nanos": 1000000,
            "seq": 2,
            "span_id": "0000000000000001",
            "status": "ok",
            "time": "2026-01-01T00:00:00.001000000Z",
            "trace_id": "00000000000000000000000000000001",
            "type": "span.end",
        },
    ]


class Complaint(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ValueError("x"), "error"),
        (Complaint(), "error"),
        (TimeoutError(), "timeout"),
        (asyncio.TimeoutError(), "timeout"),
        (concurrent.futures.TimeoutError(), "timeout"),
        (asyncio.CancelledError(), "cancelled"),
        (concurrent.futures.CancelledError(), "cancelled"),
        (GeneratorExit(), "cancelled"),
        (KeyboardInterrupt(), "cancelled"),
        (SystemExit(0), "ok"),
        (SystemExit(2), "error"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else value,
)
def test_exceptions_say_how_it_went(error: BaseException, status: str, recorded: Recording) -> None:
    with pytest.raises(type(error)) as caught, tracewire.span("fails"):
        raise error
    assert caught.value is error
    (span,) = recorded.spans()
    assert span["status"] == status
    assert ("exception" in span) == (status in ("error", "timeout"))


def test_causes_stand_in_the_stacktrace(recorded: Recording) -> None:
    def fail() -> None:
        try:
            raise KeyError("cause")
        except KeyError as error:
            raise ValueError("effect") from error

    with pytest.raises(ValueError, match="effect"), tracewire.span("fails"):
        fail()
    stacktrace = recorded.spans()[0]["exception"]["stacktrace"]
    assert stacktrace.index("KeyError") < stacktrace.index("because of") < stacktrace.index("ValueError")


def test_a_recorded_exception_changes_no_status(recorded: Recording) -> None:
    with tracewire.span("copes") as s:
        try:
            raise OSError(28, "full")
        except OSError as error:
            s.record_exception(error, {"attempt": 1})
    (span,) = recorded.spans()
    assert span["status"] == "ok"
    (event,) = span["events"]
    assert (event["name"], event["attributes"]) == ("exception", {"attempt": 1})
    assert (event["exception"]["type"], event["exception"]["escaped"]) == ("OSError", False)


def test_links(recorded: Recording) -> None:
    with tracewire.span("first") as first:
        pass
    with tracewire.span("second", links=[first, {"trace_id": "0" * 31 + "9", "span_id": "0" * 15 + "8"}]):
        pass
    assert recorded.spans()[1]["links"] == [
        {"trace_id": first.trace_id, "span_id": first.span_id},
        {"trace_id": "0" * 31 + "9", "span_id": "0" * 15 + "8"},
    ]


def test_links_that_are_known_later(recorded: Recording) -> None:
    other: Any = {"trace_id": "0" * 31 + "9", "span_id": "0" * 15 + "8"}
    with tracewire.span("first") as first:
        pass
    with tracewire.span("second", links=[other]) as second:
        second.link(first, {"why": "retry"})
        second.link("00-" + "1" * 32 + "-" + "2" * 16 + "-01")
        second.link(42)  # type: ignore[arg-type]
    third = tracewire.span("third")
    third.link(first)
    with third:
        pass
    ids = {"trace_id": first.trace_id, "span_id": first.span_id}
    links = [span.get("links") for span in recorded.spans()]
    assert links[1] == [other, {**ids, "attributes": {"why": "retry"}}, {"trace_id": "1" * 32, "span_id": "2" * 16}]
    assert links[2] == [ids]
    assert tracewire.flush().errors == {"invalid_link": 1}


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0.10", "0.10"),
        (Decimal("2.50"), "2.50"),
        (3, "3"),
        (0.1, "0.1"),
        (2.0, "2"),
        (1e-7, "0.0000001"),
        ("1e-7", "0.0000001"),
        (-1, "-1"),
        ("ten", None),
        (float("nan"), None),
        (True, None),
        (Decimal("1e999999"), None),
        ([], None),
    ],
)
def test_amounts_become_decimal_texts(amount: Any, text: str | None, recorded: Recording) -> None:
    with tracewire.span("s") as s:
        s.cost(amount)
    (span,) = recorded.spans()
    if text is None:
        assert "cost" not in span
        assert tracewire.flush().errors == {"invalid_cost": 1}
    else:
        assert span["cost"] == {"total": text, "currency": "USD", "price_source": "user"}


def test_a_cost_has_parts(recorded: Recording) -> None:
    with tracewire.span("s", kind="llm") as s:
        s.cost("0.03", "eur", input="0.01", output=0.02, details={"cache": 0}, price_source="list", price_version="7")
        s.cost(output="0.05", currency="EUR")
        s.cost(1, "euro")
    assert recorded.spans()[0]["cost"] == {
        "currency": "EUR",
        "total": "1",
        "input": "0.01",
        "output": "0.05",
        "details": {"cache": "0"},
        "price_source": "user",
        "price_version": "7",
    }
    assert tracewire.flush().errors == {"invalid_cost": 1}


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError

    def keys(self) -> Any:
        raise RuntimeError


def test_attributes_by_other_names_and_in_wrong_forms(recorded: Recording) -> None:
    with tracewire.span("s") as s:
        s.set_attribute("a", 1)
        s.set_attributes({"b": 2, "a": 3})
        s.set([], 1)  # type: ignore[arg-type]
        s.set_attributes(Hostile())  # type: ignore[arg-type]
        s.usage(input_tokens=Hostile())  # type: ignore[arg-type]
        s.set_error("timeout_of_tool", "too slow")
    (span,) = recorded.spans()
    assert span["attributes"] == {"a": 3, "b": 2, "error.type": "timeout_of_tool"}
    assert (span["status"], span["status_message"]) == ("error", "too slow")
    assert tracewire.flush().errors == {"invalid_attributes": 2, "invalid_usage": 1}


def test_a_correlation_id_decides_the_trace() -> None:
    traces = []
    for _ in range(2):
        with tracewire.testing.recording() as recorded, tracewire.span("run", correlation_id="order 7"):
            pass
        (span,) = recorded.spans()
        assert span["correlation_id"] == "order 7"
        traces.append(span["trace_id"])
    assert traces[0] == traces[1] != "0" * 31 + "1"


@pytest.mark.parametrize(
    ("capture", "has_input", "has_output"),
    [
        (True, True, True),
        (False, False, False),
        ("input", True, False),
        ("output", False, True),
        ({"output": False}, True, False),
        ({"input": False, "output": True}, False, True),
    ],
)
def test_capture_switches(capture: Any, has_input: bool, has_output: bool) -> None:
    with tracewire.testing.recording(capture=capture) as recorded, tracewire.span("s", input=1) as s:
        s.update(input=2, output=3)
        s.set_output(4)
    (span,) = recorded.spans()
    assert ("input" in span, "output" in span) == (has_input, has_output)


def test_redacted_keys_never_leave_the_journal() -> None:
    with (
        tracewire.testing.recording(redact=["api_key"]) as recorded,
        tracewire.span("s", input={"API_KEY": "sk-1", "q": 1}),
    ):
        pass
    assert recorded.spans()[0]["input"] == {"API_KEY": {"$redacted": "key"}, "q": 1}


def test_misuse_is_counted_and_never_raises(recorded: Recording) -> None:
    span = tracewire.span("s", nonsense=1)  # type: ignore[call-arg]
    with span:
        span.usage(input_tokens=-1)
        span.update(kind="llm")  # type: ignore[call-arg]
    with span:
        pass
    span.set("k", 1)
    span.set_output(1)
    span.set_status("ok")
    assert len(recorded.spans()) == 1
    assert tracewire.flush().errors == {"unknown_field": 2, "invalid_usage": 1, "started_twice": 1, "step_ended": 3}


def test_a_step_that_never_began_says_nothing(recorded: Recording) -> None:
    span = tracewire.span("never")
    span.event("x")
    span.update(level="info")
    span.record_exception(ValueError())
    span.end()
    assert (span.trace_id, span.span_id, span.context) == (None, None, None)
    assert recorded.events() == []
