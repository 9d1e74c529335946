"""Which request an MCP server is serving, and the client's step that sent it."""

from __future__ import annotations

import sys
from contextvars import ContextVar

from . import _recorder
from ._native import SpanContext
from ._place import Place, current
from ._propagation import extract

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from ._span import Span

# The request that steps of this context belong to already, so that a tool called by a tool is its child.
_served: ContextVar[SpanContext | None] = ContextVar("tracewire_mcp_served", default=None)


def request_place() -> Span | Place:
    """Below the step that sent the request that is being served; else below the current one."""
    context = _request_context()
    if context is None or context == _served.get():
        return current.get()
    _served.set(context)
    return Place(context)


def _request_context() -> SpanContext | None:
    for find in (_of_request_variable, _of_opentelemetry):
        try:
            context = find()
        except Exception as error:  # noqa: BLE001
            # Whatever another library's objects do, the tool must run.
            _recorder.problem("mcp_context", f"the context of an MCP request could not be read: {error!r:.200}")
            continue
        if context is not None:
            return context
    return None


def _of_request_variable() -> SpanContext | None:
    """Version 1 of the ``mcp`` package keeps the request in a context variable."""
    variable = getattr(sys.modules.get("mcp.server.lowlevel.server"), "request_ctx", None)
    request = None if variable is None else variable.get(None)
    meta = getattr(request, "meta", None)
    if meta is None:
        return None
    return extract(meta if isinstance(meta, dict) else getattr(meta, "model_extra", None))


def _of_opentelemetry() -> SpanContext | None:
    """Version 2 hands ``_meta`` to OpenTelemetry's API, which keeps it as the remote parent, with or without an SDK."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None or "mcp.server" not in sys.modules:
        return None
    otel_span = trace.get_current_span()
    context = otel_span.get_span_context()
    if not context.is_remote:
        context = getattr(otel_span, "parent", None)
    if context is None or not context.is_remote:
        return None
    return SpanContext.from_traceparent(f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}")


async def middleware(context: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
    """Put everything that a server of the ``mcp`` package, version 2, does for a request below the client's step.

    For servers that do more than tools: ``MCPServer("name", middleware=[tracewire.mcp.middleware])``. Decorated tools alone do
    not need it.
    """
    place = extract(context.meta)
    if place is None:
        return await call_next(context)
    outer = current.get()
    current.set(Place(place))
    _served.set(place)
    try:
        return await call_next(context)
    finally:
        current.set(outer)
