"""What the events of all protocols have in common."""

from __future__ import annotations

from ._guard import guarded
from ._recorder import merged, shown, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ._client import Client
    from ._fields import Amount, Parent
    from ._points import EventId

_PLAIN = (bool, int, float, str)

# Members that other tools call so, and the attributes that they are.
_MEANT = {
    "cost_amount": "tracewire.amount.value",
    "error_code": "error.type",
    "payment_id": "tracewire.ap2.payment.id",
    "task_id": "a2a.task.id",
    "tool_name": "gen_ai.tool.name",
}


class ProtocolEvents:
    """Records events of a protocol for a client, the default one if none is given."""

    def __init__(self, client: Client | None = None) -> None:
        if client is None:
            from ._default_client import default

            client = default
        self._client = client

    @guarded
    def _record(
        self,
        name: str,
        sets: dict[str, Any],
        given: dict[str, Any],
        *,
        agent_id: str | None,
        data: Any,
        attributes: Mapping[str, Any] | None,
        parent_id: Parent,
        correlation_id: str | None,
        session_id: str | None,
        more: dict[str, Any],
        fails: bool = False,
    ) -> EventId | None:
        facts: dict[str, Any] = {"gen_ai.agent.id": agent_id, **sets, **given}
        facts = {key: value for key, value in facts.items() if value is not None}
        for member in [member for member in more if member in _MEANT]:
            value = more[member] if member == "error_code" else more.pop(member)
            if value is not None:
                text = self._amount(value) if member == "cost_amount" else text_of(value)
                facts.setdefault(_MEANT[member], text)
        if fails:
            facts.setdefault("error.type", "_OTHER")
        if "tracewire.a2a.context.id" in facts:
            facts.setdefault("gen_ai.conversation.id", facts["tracewire.a2a.context.id"])
        more = {key: value for key, value in more.items() if value is not None}
        if more and (data is ... or isinstance(data, dict)):
            data = {**more, **({} if data is ... else data)}
        else:
            facts.update(more)
        return self._client.event(
            name,
            self._with(facts, attributes),
            data=data,
            parent=self._above(parent_id),
            correlation_id=correlation_id,
            session_id=session_id,
        )

    def _problem(self, code: str, message: str) -> None:
        self._client._problem(code, message)

    def _with(self, facts: Mapping[str, Any], attributes: Mapping[str, Any] | None) -> dict[str, Any]:
        known = {key: value for key, value in facts.items() if value is not None}
        return merged(self._problem, known, attributes)

    def _above(self, parent: Any) -> Any:
        """What an event belongs to. An id that was only kept as text belongs to the current trace."""
        if not isinstance(parent, str) or hasattr(parent, "context") or len(parent) != 16:
            return ... if parent is None else parent
        from ._native import SpanContext
        from ._propagation import current_context

        here = current_context()
        context = None if here is None else SpanContext.from_traceparent(f"00-{here.trace_id}-{parent}-01")
        return ... if context is None else context

    @guarded
    def _amount(self, amount: Amount | None) -> str | None:
        if amount is None:
            return None
        from ._cost import decimal_text

        text = decimal_text(amount)
        if text is None:
            self._client._problem("invalid_amount", f"not a decimal amount: {shown(amount)}")
        return text
