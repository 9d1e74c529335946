"""Messages of MCP whose data has a form of its own. Methods for the other ones are generated from the registry."""

from __future__ import annotations

from ._guard import guarded
from ._mcp_events import McpEvents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal

    from ._points import EventId

_NOT_GIVEN: Any = ...

_USAGE = {
    "gen_ai.usage.input_tokens": ("input_tokens", "prompt_tokens"),
    "gen_ai.usage.output_tokens": ("output_tokens", "completion_tokens"),
}


class McpMessages(McpEvents):
    """Records messages of MCP."""

    @guarded
    def log_tool_call(
        self,
        agent_id: str | None = None,
        tool_name: str | None = None,
        params: Any = None,
        *,
        direction: Literal["sent", "received"] = "sent",
        data: Any = _NOT_GIVEN,
        **options: Any,
    ) -> EventId | None:
        """Record that a tool is called: ``mcp.tool.called``, which is an ``mcp.request`` of ``tools/call``.

        Args:
            agent_id: whose event it is: ``gen_ai.agent.id``.
            tool_name: the tool.
            params: its arguments.
            direction: whether this side sent or received the request.
            data: the request's params, in place of those that are made of ``tool_name`` and ``params``.
            options: those of ``log_request``, and further members of the data.

        Returns:
            The event's id, for the ``parent_id`` of the result.

        Example:
            >>> call = log_tool_call("researcher", "search", {"query": "otters"})
            >>> log_tool_result("researcher", "search", ["Lutra lutra"], parent_id=call)

        """
        if data is ...:
            data = {key: value for key, value in (("name", tool_name), ("arguments", params)) if value is not None}
        return self.log_request(agent_id, method="tools/call", tool_name=tool_name, direction=direction, data=data, **options)

    @guarded
    def log_tool_result(
        self,
        agent_id: str | None = None,
        tool_name: str | None = None,
        result: Any = _NOT_GIVEN,
        duration_ms: float | None = None,
        *,
        direction: Literal["sent", "received"] = "received",
        attributes: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> EventId | None:
        """Record what a tool gave: ``mcp.tool.completed``, which is an ``mcp.response`` to ``tools/call``.

        Args:
            agent_id: whose event it is: ``gen_ai.agent.id``.
            tool_name: the tool.
            result: what it gave.
            duration_ms: how long it took.
            direction: whether this side sent or received the answer.
            attributes: further attributes.
            options: those of ``log_response``, and further members of the data.

        """
        facts = self._with({"duration_ms": duration_ms}, attributes)
        options.setdefault("data", result)
        return self.log_response(
            agent_id, method="tools/call", tool_name=tool_name, direction=direction, attributes=facts, **options
        )

    @guarded
    def log_tool_error(
        self,
        agent_id: str | None = None,
        tool_name: str | None = None,
        error_code: str | int = "tool_error",
        error_message: str | None = None,
        duration_ms: float | None = None,
        *,
        direction: Literal["sent", "received"] = "received",
        attributes: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> EventId | None:
        """Record that a tool failed: ``mcp.tool.error``, which is an ``mcp.response`` with ``error.type``.

        Args:
            agent_id: whose event it is: ``gen_ai.agent.id``.
            tool_name: the tool.
            error_code: what went wrong, as a short code: ``error.type``.
            error_message: what went wrong, in words.
            duration_ms: how long it took.
            direction: whether this side sent or received the answer.
            attributes: further attributes.
            options: those of ``log_response``, and further members of the data.

        """
        error = {"code": error_code, **({} if error_message is None else {"message": error_message})}
        options.setdefault("error_type", str(error_code))
        return self.log_tool_result(
            agent_id, tool_name, error, duration_ms, direction=direction, attributes=attributes, **options
        )

    @guarded
    def log_sampling_request(
        self,
        agent_id: str | None = None,
        prompt: Any = None,
        model: str | None = None,
        *,
        direction: Literal["sent", "received"] = "sent",
        attributes: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> EventId | None:
        """Record that a server asks for a completion: ``mcp.sampling.request``, a ``sampling/createMessage``.

        Args:
            agent_id: whose event it is: ``gen_ai.agent.id``.
            prompt: what is asked.
            model: of which model: ``gen_ai.request.model``.
            direction: whether this side sent or received the request.
            attributes: further attributes.
            options: those of ``log_request``, and further members of the data, such as ``temperature``.

        """
        facts = self._with({"gen_ai.request.model": model}, attributes)
        return self.log_request(
            agent_id,
            method="sampling/createMessage",
            direction=direction,
            attributes=facts,
            prompt=prompt,
            model=model,
            **options,
        )

    @guarded
    def log_sampling_response(
        self,
        agent_id: str | None = None,
        response: Any = None,
        model: str | None = None,
        *,
        token_usage: Mapping[str, Any] | None = None,
        direction: Literal["sent", "received"] = "received",
        attributes: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> EventId | None:
        """Record a completion that a server asked for: ``mcp.sampling.response``.

        Args:
            agent_id: whose event it is: ``gen_ai.agent.id``.
            response: what the model said.
            model: which model: ``gen_ai.response.model``.
            token_usage: what it used: ``input_tokens`` and ``output_tokens``, or ``prompt_tokens`` and ``completion_tokens``.
            direction: whether this side sent or received the answer.
            attributes: further attributes.
            options: those of ``log_response``, and further members of the data.

        """
        facts: dict[str, Any] = {} if model is None else {"gen_ai.response.model": model}
        usage = token_usage if isinstance(token_usage, dict) else {}
        for attribute, names in _USAGE.items():
            count = next((usage[name] for name in names if isinstance(usage.get(name), int)), None)
            if count is not None:
                facts[attribute] = count
        return self.log_response(
            agent_id,
            method="sampling/createMessage",
            direction=direction,
            attributes=self._with(facts, attributes),
            response=response,
            model=model,
            token_usage=token_usage,
            **options,
        )

    @guarded
    def log_resource_accessed(
        self, agent_id: str | None = None, resource_uri: str | None = None, access_type: str = "read", **options: Any
    ) -> EventId | None:
        """Record an access to a resource: ``mcp.resource.read``, or another ``resources/…`` request.

        Args:
            agent_id: whose event it is: ``gen_ai.agent.id``.
            resource_uri: the resource.
            access_type: the method behind ``resources/``.
            options: those of ``log_request``, and further members of the data.

        """
        return self.log_request(agent_id, method=f"resources/{access_type}", resource_uri=resource_uri, **options)
