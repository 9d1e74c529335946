"""Steps as OpenTelemetry spans, through the application's own ``TracerProvider``.

Ids and times are kept. Nothing global is touched: no provider is set, no context attached, and ``opentelemetry`` is not
imported unless a provider is there to be used.
"""

from __future__ import annotations

import sys

from .._steps import Step, nanos_of
from ._base import Exporter, RetryLater, Undeliverable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

    from ._base import Batch

_MOST_OPEN: Final = 10_000
_OPERATIONS: Final = {
    "agent": "invoke_agent",
    "embedding": "embeddings",
    "guardrail": "apply_guardrail",
    "llm": "chat",
    "memory": "search_memory",
    "plan": "plan",
    "retrieval": "retrieval",
    "tool": "execute_tool",
    "workflow": "invoke_workflow",
}
_CLIENTS: Final = frozenset(["cache", "database", "embedding", "http", "llm", "rerank"])
_USAGE: Final = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read_input_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_write_input_tokens": "gen_ai.usage.cache_write.input_tokens",
    "reasoning_output_tokens": "gen_ai.usage.reasoning.output_tokens",
}
_MEMBERS: Final = {
    "correlation_id": "tracewire.correlation_id",
    "environment": "deployment.environment.name",
    "level": "tracewire.level",
    "release": "service.version",
    "session_id": "gen_ai.conversation.id",
    "tags": "tracewire.tags",
    "user_id": "user.id",
}


class OpenTelemetryExporter(Exporter):
    """Hands each step that has ended to the processors of a ``TracerProvider``, as a ``ReadableSpan``.

    Protocol events become spans without a length. Log lines and what happens inside a step become events of its span.

    Args:
        provider: whose processors; by default the application's global one, asked for when there is something to export.
            Until there
            is one, everything waits in the journal.

    Example:
        >>> tracewire.init(mode="background", exporters=[OpenTelemetryExporter(provider)])

    """

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._provider = provider
        self._open: dict[tuple[str, str], Step] = {}
        self._last: dict[str, int] = {}

    def sink(self) -> str:
        """The name that stands in journals."""
        return self.name or "opentelemetry"

    def export(self, batch: Batch) -> None:
        """Hand over the steps that the batch ends, and keep the others."""
        provider, processor = self._processor()
        events = batch.events()
        refused: list[Exception] = []
        for event in events:
            # A batch may come twice, and a span may not.
            if event.get("seq", 0) <= self._last.get(batch.producer, 0):
                continue
            self._last[batch.producer] = event.get("seq", 0)
            step = self._take(event)
            if step is None:
                continue
            try:
                processor.on_end(_span(step, provider))
            except Exception as error:  # noqa: BLE001 - a processor may raise anything
                refused.append(error)
        while len(self._last) > _MOST_OPEN:
            del self._last[next(iter(self._last))]
        if refused:
            message = f"a span processor raised {type(refused[0]).__name__}: {refused[0]}"
            raise Undeliverable("opentelemetry_processor", message, events=len(refused))

    def _processor(self) -> tuple[Any, Any]:
        provider: Any = self._provider
        if provider is None:
            api = sys.modules.get("opentelemetry.trace")
            provider = None if api is None else api.get_tracer_provider()
        processor = getattr(provider, "_active_span_processor", None)
        if processor is None:
            raise RetryLater("no_tracer_provider", "the application has set no TracerProvider of opentelemetry-sdk yet")
        return provider, processor

    def _take(self, event: dict[str, Any]) -> Step | None:
        """Add an event to its step; give the step when it is complete."""
        kind = str(event.get("type"))
        if not isinstance(event.get("trace_id"), str) or not isinstance(event.get("span_id"), str):
            return None
        key = (event["trace_id"], event["span_id"])
        if kind == "event":
            point = Step()
            point.add({**event, "type": "span.start"})
            point.end = point.start
            return point
        if kind == "log":
            if key in self._open:
                self._open[key].events.append(event)
            return None
        if not kind.startswith("span."):
            return None
        step = self._open.setdefault(key, Step())
        step.add(event)
        if kind == "span.end":
            return self._open.pop(key)
        if len(self._open) > _MOST_OPEN:
            del self._open[next(iter(self._open))]
            raise Undeliverable(
                "opentelemetry_open_spans", f"more than {_MOST_OPEN} steps are open; the oldest is left out", events=1
            )
        return None

    def __repr__(self) -> str:
        return "<tracewire.exporters.OpenTelemetryExporter>"


def _span(step: Step, provider: Any) -> ReadableSpan:
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import Link, SpanKind
    from opentelemetry.trace.status import Status, StatusCode

    from .._version import __version__

    body = step.body
    scope: dict[str, Any] = body["scope"] if isinstance(body.get("scope"), dict) else {}
    end = nanos_of(step.end or "")
    start = nanos_of(step.start) if step.start else end - (step.duration_nanos or 0)
    events = [_event(event, Event) for event in step.events]
    exception = body.get("exception")
    if isinstance(exception, dict):
        events.append(Event("exception", _exception(exception), end))
    status = Status(StatusCode.UNSET)
    if step.status == "ok":
        status = Status(StatusCode.OK)
    elif step.status in ("error", "timeout", "cancelled"):
        message = body.get("status_message") or (exception.get("message") if isinstance(exception, dict) else None)
        status = Status(StatusCode.ERROR, str(message or step.status))
    return ReadableSpan(
        name=step.name or "unknown",
        context=_context(step.trace_id or "", step.span_id or "", body),
        parent=_context(step.trace_id or "", step.parent_id, body) if step.parent_id else None,
        resource=provider.resource,
        attributes=_attributes(step),
        events=events,
        links=[
            Link(_context(link["trace_id"], link["span_id"], {}), _flat(link.get("attributes")))
            for link in body.get("links") or ()
            if isinstance(link, dict) and "trace_id" in link and "span_id" in link
        ],
        kind=SpanKind.CLIENT if step.kind in _CLIENTS else SpanKind.INTERNAL,
        status=status,
        # What the wall clock says may be nonsense (TW-TIME-002), what the monotonic clock says is not.
        start_time=start,
        end_time=start + step.duration_nanos if step.duration_nanos is not None else max(start, end),
        instrumentation_scope=InstrumentationScope(
            str(scope.get("name", "tracewire")), str(scope.get("version", __version__ if not scope else ""))
        ),
    )


def _context(trace_id: str, span_id: str, body: dict[str, Any]) -> Any:
    from opentelemetry.trace import SpanContext, TraceFlags, TraceState

    flags = body.get("trace_flags")
    state = body.get("trace_state")
    return SpanContext(
        int(trace_id, 16),
        int(span_id, 16),
        is_remote=False,
        trace_flags=TraceFlags(flags if isinstance(flags, int) else TraceFlags.SAMPLED),
        trace_state=TraceState.from_header([state]) if isinstance(state, str) else None,
    )


def _event(event: dict[str, Any], make: Any) -> Any:
    body = event.get("body", {})
    exception = body.get("exception")
    if isinstance(exception, dict):
        return make("exception", {**_exception(exception), **_flat(body.get("attributes"))}, nanos_of(event["time"]))
    if event.get("type") == "log":
        own = {"log.level": body.get("level"), "log.logger": body.get("logger"), "log.message": body.get("message")}
        return make("log", {**_flat(own), **_flat(body.get("attributes"))}, nanos_of(event["time"]))
    more = {f"tracewire.{key}": body[key] for key in ("chunks", "data") if key in body}
    return make(str(body.get("name", "event")), {**_flat(body.get("attributes")), **_flat(more)}, nanos_of(event["time"]))


def _exception(exception: dict[str, Any]) -> dict[str, Any]:
    return _flat({f"exception.{key}": exception.get(key) for key in ("type", "message", "stacktrace", "escaped")})


def _attributes(step: Step) -> dict[str, Any]:
    body = step.body
    attributes: dict[str, Any] = {"tracewire.kind": step.kind or "event"}
    if step.kind in _OPERATIONS:
        attributes["gen_ai.operation.name"] = _OPERATIONS[step.kind]
    names = {"agent": "gen_ai.agent.name", "tool": "gen_ai.tool.name"}
    if step.kind in names and step.name:
        attributes[names[step.kind]] = step.name
    is_tool = step.kind == "tool"
    attributes["gen_ai.tool.call.arguments" if is_tool else "tracewire.input"] = body.get("input")
    attributes["gen_ai.tool.call.result" if is_tool else "tracewire.output"] = body.get("output")
    attributes["tracewire.data"] = body.get("data")
    attributes["tracewire.cost"] = body.get("cost")
    attributes.update((name, body.get(member)) for member, name in _MEMBERS.items())
    usage = body.get("usage")
    if isinstance(usage, dict):
        attributes.update((name, usage.get(member)) for member, name in _USAGE.items())
    if step.status in ("timeout", "cancelled"):
        attributes["tracewire.status"] = step.status
    exception = body.get("exception")
    if isinstance(exception, dict):
        attributes["error.type"] = exception.get("type")
    # What the program says itself goes before what is derived.
    given = body.get("attributes")
    return {**_flat(attributes), **_flat(given)}


def _flat(values: Any) -> dict[str, Any]:
    """Attributes as OpenTelemetry has them: plain values and lists of one plain type; all else is JSON."""
    if not isinstance(values, dict):
        return {}
    return {key: _plain(value) for key, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, (bool, str, float)):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if isinstance(value, list) and type(value[0]) in (bool, int, float) and all(type(item) is type(value[0]) for item in value):
        return tuple(value) if all(-(2**63) <= item < 2**63 for item in value) else tuple(map(str, value))
    if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("$int"), str):
        number = value["$int"]
        return int(number) if len(number) < 20 and -(2**63) <= int(number) < 2**63 else number
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
