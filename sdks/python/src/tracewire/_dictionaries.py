"""Events that are given as one dictionary."""

from __future__ import annotations

from ._events import ALIASES
from ._native import SpanContext
from ._place import Correlation, current
from ._points import EventId
from ._propagation import current_context
from ._recorder import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ._points import Points

_NOT_GIVEN: Any = ...
_PLAIN = (bool, int, float, str)


def record_dictionary(client: Points, event: Mapping[str, Any]) -> EventId | None:
    """Record an event; see ``tracewire.log_event``."""
    try:
        rest = {str(key): value for key, value in event.items() if value is not None}
        attributes = {str(key): value for key, value in dict(rest.pop("attributes", {})).items()}
    except Exception:  # noqa: BLE001
        # Whatever a mapping of the host's raises while it is read.
        client._problem("invalid_event", f"an event is a dictionary with attributes in a dictionary, not {shown(event)}")
        return None
    name = next((rest.pop(key) for key in ("event_type", "name", "type") if isinstance(rest.get(key), str)), None)
    if name is None:
        client._problem("invalid_event", "an event has no event_type; it is recorded as 'event'")
        name = "event"
    parent = _parent(rest)
    correlation_id = _text(rest.pop("correlation_id", None))
    session_id = _text(rest.pop("session_id", None))
    kind = _text(rest.pop("kind", None))
    given = rest.pop("data", _NOT_GIVEN)
    data: Any = dict(given) if isinstance(given, dict) else given
    facts = _facts(rest, data)
    short = ALIASES.get(name)
    if short is not None:
        name = short[0]
        facts = {**short[1], **facts}
        if short[2]:
            facts.setdefault("error.type", "_OTHER")
    facts.update(attributes)
    for key, value in rest.items():
        if type(value) in _PLAIN:
            facts.setdefault(key, value)
        elif data is ... or (isinstance(data, dict) and key not in data):
            data = {key: value, **({} if data is ... else data)}
        else:
            facts.setdefault(key, value)
    return client.event(name, facts, data=data, kind=kind, parent=parent, correlation_id=correlation_id, session_id=session_id)


def _facts(rest: dict[str, Any], data: Any) -> dict[str, Any]:
    """The attributes that members of the dictionary are, taken out of it."""
    facts: dict[str, Any] = {}
    for key, attribute in (("agent_id", "gen_ai.agent.id"), ("user_id", "user.id")):
        value = _text(rest.pop(key, None))
        if value is not None:
            facts[attribute] = value
    error = rest.get("error")
    if isinstance(error, dict) and error.get("code") is not None:
        facts["error.type"] = str(error["code"])
    if isinstance(data, dict):
        for member, attribute in (
            ("tool_name", "gen_ai.tool.name"),
            ("task_id", "a2a.task.id"),
            ("payment_id", "tracewire.ap2.payment.id"),
        ):
            if isinstance(data.get(member), str):
                facts[attribute] = data[member]
    return facts


def _parent(rest: dict[str, Any]) -> Any:
    """What the dictionary says that the event belongs to; ids that say nothing valid stay in it."""
    parent = rest.get("parent_id")
    if isinstance(parent, (EventId, SpanContext)) or hasattr(parent, "context"):
        return rest.pop("parent_id")
    trace_id = _text(rest.get("trace_id"))
    for key in ("parent_id", "parent_span_id", "span_id"):
        span_id = _text(rest.get(key))
        if span_id is None:
            continue
        here = trace_id or _trace_id_here(rest)
        context = None if here is None else SpanContext.from_traceparent(f"00-{here}-{span_id}-01")
        if context is not None:
            rest.pop(key)
            rest.pop("trace_id", None)
            return context
    return _NOT_GIVEN


def _trace_id_here(rest: dict[str, Any]) -> str | None:
    """The trace that an id without one belongs to: the current one, or that of the correlation id."""
    here = current_context()
    if here is not None:
        return here.trace_id
    native = current.get()._native
    correlation_id = native.correlation_id if isinstance(native, Correlation) else _text(rest.get("correlation_id"))
    if correlation_id is None:
        return None
    from ._correlation import trace_id_of

    return trace_id_of(correlation_id)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
