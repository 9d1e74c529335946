"""For MCP servers and clients: tools as steps, and one trace across both processes.

Context crosses in the ``_meta`` of each request, as MCP's own convention has it (SEP-414). Nothing is patched: a server's
tool functions are decorated, a client's calls go through ``call_tool``. The ``mcp`` package is not imported here; its
versions 1 and 2 are both understood.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar

from . import _recorder
from ._decorators import observe
from ._native import SpanContext
from ._place import Place, current
from ._propagation import extract, inject
from ._span import span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any, TypeVar, overload

    from ._span import Span

    Function = TypeVar("Function", bound=Callable[..., Any])

__all__ = ["call_tool", "middleware", "observe_tool"]

_NOT_GIVEN: Any = ...

# The request that steps of this context belong to already, so that a tool called by a tool is its child.
_served: ContextVar[SpanContext | None] = ContextVar("tracewire_mcp_served", default=None)


if TYPE_CHECKING:

    @overload
    def observe_tool(function: Function, /) -> Function: ...
    @overload
    def observe_tool(
        function: None = None,
        /,
        *,
        name: str | None = None,
        capture_input: bool = True,
        capture_output: bool = True,
        attributes: Mapping[str, Any] | None = None,
    ) -> Callable[[Function], Function]: ...


def observe_tool(
    function: Any = None,
    /,
    *,
    name: str | None = None,
    capture_input: bool = True,
    capture_output: bool = True,
    attributes: Mapping[str, Any] | None = None,
) -> Any:
    """Make each call of an MCP server's tool a step below the client's step that asked for it.

    The function keeps its signature, annotations and docstring, from which MCP frameworks make the tool's schema. Put this
    decorator next to the function, below the framework's::

        @server.tool()
        @tracewire.observe_tool
        def search(query: str) -> list[str]: ...

    Args:
        function: the tool.
        name: what the tool is called; the function's name by default.
        capture_input: whether the arguments are recorded.
        capture_output: whether the result is recorded.
        attributes: facts that are the same for every call.

    """

    def decorate(tool: Any) -> Any:
        called = name or getattr(tool, "__name__", None) or type(tool).__name__
        facts = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": called, "mcp.method.name": "tools/call"}
        facts.update(attributes or {})
        return observe(tool, called, "tool", capture_input, capture_output, facts, _request_place)

    return decorate if function is None else decorate(function)


def _request_place() -> Span | Place:
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


async def call_tool(
    session: Any,
    name: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    meta: Mapping[str, Any] | None = None,
    **options: Any,
) -> Any:
    """Call a tool of an MCP server as a step of this trace, and hand the step's context to the server.

    Args:
        session: a ``Client`` or ``ClientSession`` of the ``mcp`` package, or anything with such a ``call_tool``.
        name: the tool.
        arguments: what it is called with.
        meta: further members of the request's ``_meta``.
        options: passed on to ``session.call_tool``.

    Returns:
        What ``session.call_tool`` returns. A result that says it is an error is returned too; its step ends as ``error``.

    Example:
        >>> async with Client(server) as client:
        ...     result = await tracewire.mcp.call_tool(client, "search", {"query": "otters"})

    """
    facts: dict[str, Any] = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
        "mcp.method.name": "tools/call",
    }
    version = _protocol_version(session)
    if version is not None:
        facts["mcp.protocol.version"] = version
    with span(f"tools/call {name}", kind="tool", input=_NOT_GIVEN if arguments is None else arguments, attributes=facts) as s:
        try:
            result = await session.call_tool(name, arguments, meta=inject(dict(meta or {})), **options)
        except BaseException as error:
            code = getattr(getattr(error, "error", None), "code", None)
            s.set("error.type", str(code) if isinstance(code, int) else type(error).__qualname__)
            raise
        _record_result(s, result)
        return result


def _record_result(s: Span, result: Any) -> None:
    structured = getattr(result, "structured_content", None) or getattr(result, "structuredContent", None)
    content = getattr(result, "content", None)
    s.set_output(structured if structured is not None else content)
    if getattr(result, "is_error", False) is True or getattr(result, "isError", False) is True:
        s.set("error.type", "tool_error")
        s.set_status("error", _first_text(content))


def _first_text(content: Any) -> str | None:
    text = getattr(content[0], "text", None) if isinstance(content, list) and content else None
    return text if isinstance(text, str) else None


def _protocol_version(session: Any) -> str | None:
    try:
        version = session.protocol_version
    except Exception:  # noqa: BLE001
        # A session that is not connected, or knows no such thing.
        return None
    return version if isinstance(version, str) else None
