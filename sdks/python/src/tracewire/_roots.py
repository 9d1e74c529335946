"""What only this package knows about the root of a run: the configured session, a correlation id; and ``tracestate`` by trace.

``Roots`` stands in the native recorder's place only where there is such a thing to say, so that nobody else pays for it.
"""

from __future__ import annotations

from . import _native
from ._place import Correlation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ._decorators import Call

_MOST_STATES = 4096

# The `tracestate` that came with a trace, by trace id. Bounded: the oldest goes.
_states: dict[str, str] = {}


def keep_state(trace_id: str, state: str) -> None:
    """Keep a ``tracestate``, to pass it on from any step of the trace."""
    _states.pop(trace_id, None)
    _states[trace_id] = state
    while len(_states) > _MOST_STATES:
        # Another thread may have taken the same one.
        _states.pop(next(iter(_states)), None)


def state_of(trace_id: str) -> str | None:
    """The ``tracestate`` that came with a trace."""
    return _states.get(trace_id)


class Roots:
    """Wraps a native recorder, and says more at roots."""

    __slots__ = ("fields", "native")

    def __init__(self, native: _native.Recorder, fields: Mapping[str, Any] | None = None) -> None:
        self.native = native
        self.fields = dict(fields or {})

    def start(
        self,
        name: object,
        kind: object,
        parent: Any,
        attributes: Mapping[str, Any] | None,
        given: object,
        fields: dict[str, Any] | None,
    ) -> _native.Span | None:
        """Begin a step."""
        if type(parent) is not _native.Span:
            parent, fields = self._root(parent, fields)
        return self.native.start(name, kind, parent, attributes, given, fields)

    def start_call(self, call: Call, parent: Any, positional: tuple[Any, ...], named: dict[str, Any]) -> _native.Span | None:
        """Begin the step that a call is."""
        if type(parent) is not _native.Span:
            parent, fields = self._root(parent, None)
            if fields:
                given = _arguments(call, positional, named) if call.capture_input else ...
                return self.native.start(call.name, call.kind, parent, call.attributes, given, fields)
        return self.native.start_call(call.native, parent, positional, named)

    def _root(self, parent: Any, given: dict[str, Any] | None) -> tuple[Any, dict[str, Any] | None]:
        if parent is None:
            return None, {**self.fields, **(given or {})}
        if isinstance(parent, Correlation):
            return None, {**self.fields, "correlation_id": parent.correlation_id, **(given or {})}
        return parent, given

    def point(self, event_type: str, kind: object, parent: Any, fields: dict[str, Any]) -> _native.SpanContext | None:
        """Record a point event, a log line, a metric or feedback."""
        return self.native.point(event_type, kind, parent, fields)

    def flush(self, seconds: float | None) -> dict[str, Any]:
        """See the native recorder."""
        return self.native.flush(seconds)

    def close(self, seconds: float | None) -> dict[str, Any]:
        """See the native recorder."""
        return self.native.close(seconds)

    def stats(self) -> dict[str, Any]:
        """See the native recorder."""
        return self.native.stats()

    def monotonic_nanos(self) -> int:
        """See the native recorder."""
        return self.native.monotonic_nanos()

    def take_notices(self) -> list[str]:
        """See the native recorder."""
        return self.native.take_notices()

    def guard_status(self, session_id: str | None, trace_id: str | None) -> str | None:
        """See the native recorder."""
        return self.native.guard_status(session_id, trace_id)


class Silent:
    """Stands for a recorder that is switched off: nothing is recorded, nothing is counted."""

    native = None

    def start(self, *_: object) -> None:
        """Begin nothing."""

    start_call = start
    point = start

    def flush(self, _: float | None) -> dict[str, Any]:
        """Say that there is nothing."""
        return {}

    close = flush

    def stats(self) -> dict[str, Any]:
        """Say that there is nothing."""
        return {}

    def monotonic_nanos(self) -> int:
        """The clock that durations are made of."""
        from time import monotonic_ns

        return monotonic_ns()

    def take_notices(self) -> list[str]:
        """Say that there is nothing."""
        return []

    def guard_status(self, *_: object) -> None:
        """Say that there is nothing."""


def _arguments(call: Call, positional: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """What the native half makes of a call's arguments: a map from parameter to value, without a method's ``self``."""
    parameters = call.parameters
    first = 1 if parameters[:1] in (("self",), ("cls",)) else 0
    if len(positional) <= first and not named:
        return ...
    arguments: dict[str, Any] = dict(zip(parameters[first:], positional[first:], strict=False))
    if len(positional) > len(parameters):
        arguments[call.rest] = positional[len(parameters) :]
    arguments.update(named)
    return arguments
