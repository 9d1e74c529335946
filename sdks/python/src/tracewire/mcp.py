"""For MCP servers and clients: tools as steps, one trace across both processes, and every message as an event.

Context crosses in the ``_meta`` of each request, as MCP's own convention has it (SEP-414). Nothing is patched: a server's
tool functions are decorated, a client's calls go through ``call_tool``. The ``mcp`` package is not imported here; its
versions 1 and 2 are both understood.

The functions are those of the default client; ``client.mcp`` has them for another one.
"""

from __future__ import annotations

from ._client_span import ClientSpan
from ._decorators import observe
from ._making import unbegun
from ._mcp_context import middleware, request_place
from ._mcp_messages import McpMessages
from ._propagation import inject
from ._recorder import merged, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar, overload

    from ._client import Client
    from ._fields import Parent
    from ._place import Place
    from ._span import Span

    Function = TypeVar("Function", bound=Callable[..., Any])

_NOT_GIVEN: Any = ...


class ToolExecution(ClientSpan):
    """The step of a tool that is executed: made by ``tool_execution(…)``, begun by ``with``."""

    __slots__ = ("_client",)

    _client: Client

    def set_result(self, result: Any) -> None:
        """Say what the tool gave; the same as ``set_output``."""
        self.set_output(result)


class Mcp(McpMessages):
    """Records what an MCP server or client does: ``client.mcp``."""

    if TYPE_CHECKING:

        @overload
        def observe_tool(self, function: Function, /) -> Function: ...
        @overload
        def observe_tool(
            self,
            function: None = None,
            /,
            *,
            agent_id: str | None = None,
            correlation_id: str | None = None,
            name: str | None = None,
            capture_input: bool = True,
            capture_output: bool = True,
            capture_params: bool = True,
            capture_result: bool = True,
            attributes: Mapping[str, Any] | None = None,
        ) -> Callable[[Function], Function]: ...

    def observe_tool(
        self,
        function: Any = None,
        /,
        *,
        agent_id: str | None = None,
        correlation_id: str | None = None,
        name: str | None = None,
        capture_input: bool = True,
        capture_output: bool = True,
        capture_params: bool = True,
        capture_result: bool = True,
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
            agent_id: whose tool it is: ``gen_ai.agent.id``.
            correlation_id: the application's own id of the trace, for calls that belong to no step.
            name: what the tool is called; the function's name by default.
            capture_input: whether the arguments are recorded.
            capture_output: whether the result is recorded.
            capture_params: the same as ``capture_input``.
            capture_result: the same as ``capture_output``.
            attributes: facts that are the same for every call.

        """

        def decorate(tool: Any) -> Any:
            called = text_of(name) or getattr(tool, "__name__", None) or type(tool).__name__
            facts = merged(self._client._problem, _facts(called, agent_id), attributes)
            captures = (capture_input and capture_params, capture_output and capture_result)
            client = self._client
            return observe(tool, called, "tool", *captures, facts, _place(correlation_id), client._begin, client._problem)

        return decorate if function is None else decorate(function)

    def tool_execution(
        self,
        agent_id: str | None = None,
        tool_name: str = "tool",
        params: Any = _NOT_GIVEN,
        *,
        correlation_id: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        parent: Parent = _NOT_GIVEN,
    ) -> ToolExecution:
        """Make the execution of a tool a step, for a ``with`` or ``async with`` block.

        Args:
            agent_id: whose tool it is: ``gen_ai.agent.id``.
            tool_name: what the tool is called.
            params: its arguments.
            correlation_id: the application's own id of the trace, on a root.
            attributes: further facts.
            parent: a step or a context to belong to instead of the current one.

        Example:
            >>> with tool_execution("researcher", "search", {"query": "otters"}) as execution:
            ...     execution.set_result(["Lutra lutra"])

        """
        fields = {} if correlation_id is None else {"correlation_id": correlation_id}
        facts = merged(self._client._problem, _facts(tool_name, agent_id), attributes)
        made = unbegun(ToolExecution, (tool_name, "tool", facts, params, parent, fields))
        made._client = self._client
        return made

    async def call_tool(
        self,
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
        facts = _facts(name, None)
        version = _protocol_version(session)
        if version is not None:
            facts["mcp.protocol.version"] = version
        with self._client.span(
            f"tools/call {name}", kind="tool", input=_NOT_GIVEN if arguments is None else arguments, attributes=facts
        ) as s:
            try:
                result = await session.call_tool(name, arguments, meta=inject(dict(meta or {})), **options)
            except BaseException as error:
                code = getattr(getattr(error, "error", None), "code", None)
                s.set("error.type", str(code) if isinstance(code, int) else type(error).__qualname__)
                raise
            _record_result(s, result)
            return result


def _facts(tool: str, agent_id: str | None) -> dict[str, Any]:
    facts = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool, "mcp.method.name": "tools/call"}
    if agent_id is not None:
        facts["gen_ai.agent.id"] = agent_id
    return facts


def _place(correlation_id: str | None) -> Callable[[], Span | Place]:
    """Below the step that sent the request, else below the current one, else in the trace of the correlation id."""
    if correlation_id is None:
        return request_place
    from ._correlation import place_of

    elsewhere = place_of(correlation_id)

    def find() -> Span | Place:
        found = request_place()
        return elsewhere() if found._native is None else found

    return find


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


_default = Mcp()

call_tool = _default.call_tool
log_notification = _default.log_notification
log_prompt_get = _default.log_prompt_get
log_request = _default.log_request
log_resource_accessed = _default.log_resource_accessed
log_resource_read = _default.log_resource_read
log_response = _default.log_response
log_sampling_request = _default.log_sampling_request
log_sampling_response = _default.log_sampling_response
log_tool_call = _default.log_tool_call
log_tool_error = _default.log_tool_error
log_tool_result = _default.log_tool_result
observe_tool = _default.observe_tool
tool_execution = _default.tool_execution

__all__ = [
    "Mcp",
    "ToolExecution",
    "call_tool",
    "log_notification",
    "log_prompt_get",
    "log_request",
    "log_resource_accessed",
    "log_resource_read",
    "log_response",
    "log_sampling_request",
    "log_sampling_response",
    "log_tool_call",
    "log_tool_error",
    "log_tool_result",
    "middleware",
    "observe_tool",
    "tool_execution",
]
