"""Steps and points by hand: any member of the specification's events as it is, and parents that are named.

For whoever carries over what another library saw: callbacks that know which step is which, records of another tool. Nothing
here looks at the current step or changes it; what is given is what is recorded, member by member, under the names of the
specification's fields. For programs of one's own, ``span`` and the decorators say more with less.

::

    run = tracewire.manual.start("agent", {"name": "answer", "correlation_id": "order-17"})
    call = tracewire.manual.start("tool", {"name": "search", "input": {"query": "otters"}}, parent=run)
    run.end("ok")
    call.end("error", {"status_message": "no net"})
"""

from __future__ import annotations

from . import _native
from ._guard import guarded
from ._points import EventId
from ._recorder import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ._client import Client
    from ._fields import Parent
    from ._native import SpanContext

__all__ = ["Manual", "Step", "event", "feedback", "log", "metric", "start"]


class Step:
    """A step that was started by hand. It ends once, by ``end``; one that is forgotten ends as ``cancelled``.

    It can be the ``parent`` of others, here and of ``span``.
    """

    __slots__ = ("_manual", "_native")

    def __init__(self, manual: Manual, native: _native.Span | None) -> None:
        self._manual = manual
        self._native = native

    @guarded
    def update(self, body: Mapping[str, Any]) -> None:
        """Record a ``span.update``."""
        if self._native is not None:
            _native.manual_update(self._native, dict(body))

    @guarded
    def event(self, body: Mapping[str, Any]) -> None:
        """Record a ``span.event``."""
        if self._native is not None:
            _native.manual_event(self._native, dict(body))

    @guarded
    def end(self, status: str = "ok", body: Mapping[str, Any] | None = None) -> bool:
        """Record the ``span.end`` with this status; gives whether it was the first end."""
        return self._native is not None and _native.manual_end(self._native, str(text_of(status)), dict(body or {}))

    @property
    def context(self) -> SpanContext | None:
        """The ids of the step; ``None`` where recording is switched off."""
        return None if self._native is None else self._native.context

    def _problem(self, code: str, message: str) -> None:
        self._manual._problem(code, message)

    def __repr__(self) -> str:
        return f"<tracewire.manual.Step {None if self._native is None else self._native.context.span_id}>"


class Manual:
    """Records by hand for a client, the default one if none is given; also ``client.manual``.

    Every ``body`` is a mapping from the names of an event's members to their values: what a value becomes is the table of the
    specification, section 1. The client's ``mask``, ``capture``, ``redact`` and ``sampling`` apply. Where there is no parent, a
    text as ``correlation_id`` decides the trace.

    Every ``parent`` is a step, a context, an event's id, or a ``traceparent``; ``None`` is no parent.
    ``SpanContext.from_traceparent(traceparent, tracestate)`` is a step of another process.
    """

    def __init__(self, client: Client | None = None) -> None:
        if client is None:
            from ._default_client import default

            client = default
        self._client = client

    def start(self, kind: str, body: Mapping[str, Any] | None = None, *, parent: Parent = None) -> Step:
        """Record a ``span.start`` of this kind."""
        return Step(self, self._start(kind, body, parent))

    @guarded
    def _start(self, kind: str, body: Mapping[str, Any] | None, parent: Any) -> _native.Span | None:
        recorder = self._recorder()
        return None if recorder is None else _native.manual_start(recorder, kind, self._above(parent), dict(body or {}))

    def event(self, body: Mapping[str, Any], *, kind: str | None = None, parent: Parent = None) -> EventId | None:
        """Record an ``event``; gives its id, which can be the ``parent`` of others."""
        context = self._point("event", kind, parent, body)
        return None if context is None else EventId(context)

    def log(self, body: Mapping[str, Any], *, parent: Parent = None) -> None:
        """Record a ``log``, with the step that it belongs to."""
        self._point("log", None, parent, body)

    def metric(self, body: Mapping[str, Any], *, parent: Parent = None) -> None:
        """Record a ``metric``, with the step that it belongs to."""
        self._point("metric", None, parent, body)

    def feedback(self, body: Mapping[str, Any], *, parent: Parent = None) -> None:
        """Record ``feedback``, with the step that it belongs to."""
        self._point("feedback", None, parent, body)

    @guarded
    def _point(self, event_type: str, kind: str | None, parent: Any, body: Mapping[str, Any]) -> SpanContext | None:
        recorder = self._recorder()
        above = self._above(parent)
        return None if recorder is None else _native.manual_point(recorder, event_type, kind, above, dict(body))

    def _recorder(self) -> _native.Recorder | None:
        recorder = self._client._open()
        return recorder if isinstance(recorder, _native.Recorder) else recorder.native

    def _above(self, parent: Any) -> Any:
        return parent._native if isinstance(parent, Step) else self._client._parent(parent)

    def _problem(self, code: str, message: str) -> None:
        self._client._problem(code, message)


_default = Manual()
start = _default.start
event = _default.event
log = _default.log
metric = _default.metric
feedback = _default.feedback
