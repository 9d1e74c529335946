"""Whatever a program says, and however its values behave, nothing raises into it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

import tracewire
from tracewire import TracewireError, a2a, ap2, mcp
from tracewire.testing import Recording


class Hostile:
    """Raises for everything that can be asked of it."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError

    __str__ = __repr__

    def __bool__(self) -> bool:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __hash__(self) -> int:
        raise RuntimeError

    def __iter__(self) -> Any:
        raise RuntimeError

    def __len__(self) -> int:
        raise RuntimeError

    def __float__(self) -> float:
        raise RuntimeError


VALUES: list[Any] = [None, 5, -1.5, float("nan"), True, "text", "\ud800", b"\xff", [], [object()], {3: 4}, {"a": {1}}, object()]
VALUES += [Hostile, Hostile()]


def ids(value: Any) -> str:
    return "hostile" if type(value) is Hostile else type(value).__name__


def enter(block: Any) -> None:
    with block:
        pass


CALLS: dict[str, Callable[[Any], object]] = {
    "span": lambda value: enter(tracewire.span(value, kind=value, input=value, attributes=value, parent=value)),
    "span fields": lambda value: enter(tracewire.span("s", session_id=value, tags=value, links=value, prompt=value)),
    "session": lambda value: enter(tracewire.session(value, value, value, value, attributes=value, parent=value)),
    "session options": lambda value: enter(tracewire.session(name=value, input=value, flush_timeout=value)),
    "stream": lambda value: enter(tracewire.stream(value, kind=value, input=value, attributes=value)),
    "trace": lambda value: enter(tracewire.trace(value)) if not callable(value) else None,
    "event": lambda value: tracewire.event(value, value, data=value, kind=value, parent=value, correlation_id=value),
    "event of a session": lambda value: tracewire.event("e", session_id=value),
    "log": lambda value: tracewire.log(value, value, value, logger=value, parent=value),
    "metric": lambda value: tracewire.metric(value, value, value, unit=value, attributes=value, temporality=value),
    "histogram": lambda value: tracewire.metric("m", value, "histogram", buckets=value, parent=value),
    "feedback": lambda value: tracewire.feedback(value, score=value, target=value, name=value, source=value, comment=value),
    "feedback ids": lambda value: tracewire.feedback(1, session_id=value, supersedes=value, feedback_id=value),
    "log_event": lambda value: tracewire.log_event(value),
    "log_event members": lambda value: tracewire.log_event(
        dict.fromkeys(("event_type", "agent_id", "data", "error", "parent_id", "trace_id", "correlation_id", "x"), value)
    ),
    "log_event attributes": lambda value: tracewire.log_event({"event_type": "e", "attributes": value}),
    "inject": lambda value: tracewire.inject(value),
    "inject_environment": lambda value: tracewire.inject_environment(value),
    "extract": lambda value: tracewire.extract(value),
    "attach": lambda value: enter(tracewire.attach(value)),
    "tool call": lambda value: mcp.log_tool_call(value, value, value, request_id=value, attributes=value, more=value),
    "tool result": lambda value: mcp.log_tool_result(value, value, value, value, parent_id=value, correlation_id=value),
    "sampling": lambda value: mcp.log_sampling_response(value, value, value, token_usage=value, attributes=value),
    "tool execution": lambda value: enter(mcp.tool_execution(value, value, value, attributes=value, parent=value)),
    "a2a": lambda value: a2a.log_task_assigned(value, task_id=value, context_id=value, data=value, error_code=value, y=value),
    "ap2": lambda value: ap2.log_cost_incurred(value, amount=value, cost_amount=value, payment_id=value, data=value),
    "flush": lambda value: tracewire.flush(value),
    "decorator": lambda value: None if callable(value) else tracewire.tool(name=value, attributes=value)(lambda: None)(),
    "observed": lambda value: mcp.observe_tool(name=value, agent_id=value, correlation_id=value)(lambda: None)(),
    "operation": lambda value: tracewire.operation(attributes=value)(lambda: None)(),
}


@pytest.mark.parametrize("index", range(len(VALUES)), ids=[ids(value) for value in VALUES])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_nothing_raises(call: Callable[[Any], object], index: int, recorded: Recording) -> None:
    with tracewire.span("around"):
        call(VALUES[index])
    assert {event["type"] for event in recorded.events()} >= {"span.start", "span.end"}


SAY: dict[str, Callable[[tracewire.Span, Any], object]] = {
    "set": lambda span, value: span.set(value, value),
    "set_attributes": lambda span, value: span.set_attributes(value),
    "set_output": lambda span, value: span.set_output(value),
    "set_status": lambda span, value: span.set_status(value, value),
    "set_error": lambda span, value: span.set_error(value, value),
    "usage": lambda span, value: span.usage(input_tokens=value, details=value, raw=value),
    "cost": lambda span, value: span.cost(value, value, input=value, details=value, price_source=value),
    "link": lambda span, value: span.link(value, value),
    "update": lambda span, value: span.update(attributes=value, input=value, links=value, tags=value),
    "event": lambda span, value: span.event(value, value, data=value),
    "record_exception": lambda span, value: span.record_exception(value, value),
}


@pytest.mark.parametrize("index", range(len(VALUES)), ids=[ids(value) for value in VALUES])
@pytest.mark.parametrize("say", SAY.values(), ids=SAY)
@pytest.mark.parametrize("is_stream", [False, True])
def test_nothing_raises_in_a_step(
    is_stream: bool, say: Callable[[tracewire.Span, Any], object], index: int, recorded: Recording
) -> None:
    with tracewire.stream("s") if is_stream else tracewire.span("s") as span:
        say(span, VALUES[index])
    assert len(recorded.spans()) == 1


def test_strict_mode_raises_for_what_is_counted_otherwise(monkeypatch: pytest.MonkeyPatch, recorded: Recording) -> None:
    from tracewire import _recorder

    monkeypatch.setattr(_recorder, "_is_strict", True)
    raised = set()
    for call, value in itertools.product(CALLS.values(), (object(), "text")):
        try:
            call(value)
        except TracewireError as error:
            raised.add(error.code)
    assert raised >= {"invalid_attributes", "invalid_event", "invalid_level", "invalid_metric", "invalid_timeout"}
    assert raised >= {"invalid_amount", "invalid_correlation_id", "invalid_parent", "invalid_carrier"}
