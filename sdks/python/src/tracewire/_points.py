"""What is recorded at once: events, log lines, metrics, feedback."""

from __future__ import annotations

from ._guard import guarded
from ._point_fields import level_of, metric_fields, point, target_of
from ._recorder import shown, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, Literal

    from ._fields import Parent
    from ._native import SpanContext
    from ._recorder import Recorder

_NOT_GIVEN: Any = ...


class EventId(str):
    """The id of a recorded event: 16 hex digits. It also knows the event's trace, so it can be a ``parent``.

    Attributes:
        context: trace and id of the event.

    """

    context: SpanContext

    def __new__(cls, context: SpanContext) -> EventId:
        made = super().__new__(cls, context.span_id)
        made.context = context
        return made

    @property
    def id(self) -> EventId:
        """The id itself."""
        return self

    @property
    def trace_id(self) -> str:
        """The trace, 32 hex digits."""
        return self.context.trace_id


class Points:
    """What a client records at once."""

    def _open(self) -> Recorder:
        raise NotImplementedError

    def _problem(self, code: str, message: str, cause: BaseException | None = None, *, count: int = 1) -> None:
        raise NotImplementedError

    def _parent(self, parent: Any) -> Any:
        raise NotImplementedError

    @guarded
    def event(
        self,
        name: str,
        attributes: Mapping[str, Any] | None = None,
        *,
        data: Any = _NOT_GIVEN,
        kind: str | None = None,
        parent: Parent = _NOT_GIVEN,
        correlation_id: str | None = None,
        session_id: str | None = None,
    ) -> EventId | None:
        """Record at once something that happened, with a place of its own in the tree.

        Args:
            name: what happened.
            attributes: facts about it.
            data: what was carried.
            kind: what kind of step it is about, from the registry of span kinds.
            parent: what it belongs to instead of the current step; an event's id, for one.
            correlation_id: the application's own id of the trace, where there is no step to belong to.
            session_id: the conversation that it belongs to.

        Returns:
            The event's id, which can be the ``parent`` of what it causes.

        Example:
            >>> event("cart.changed", {"items": 3}, data={"sku": "17"})

        """
        fields: dict[str, Any] = {
            "name": text_of(name),
            "attributes": attributes,
            "correlation_id": text_of(correlation_id),
            "session_id": text_of(session_id),
        }
        if data is not ...:
            fields["data"] = data
        context = point(self, "event", kind, parent, {key: value for key, value in fields.items() if value is not None})
        return None if context is None else EventId(context)

    @guarded
    def log_event(self, event: Mapping[str, Any]) -> EventId | None:
        """Record an event given as one dictionary, as the Agentic Observability Protocol has them.

        Understood are ``event_type`` (short names such as ``mcp.tool.called`` become the registry's events), ``agent_id``,
        ``attributes``, ``data``, ``error``, ``correlation_id``, ``parent_id``, ``trace_id`` with ``span_id`` or
        ``parent_span_id``, ``session_id``, ``user_id``, ``kind``. Other members are kept: plain values as attributes, the rest
        in the event's data.

        Returns:
            The event's id, for the ``parent_id`` of others.

        Example:
            >>> call = log_event({"event_type": "mcp.tool.called", "agent_id": "a", "data": {"tool_name": "search"}})
            >>> log_event({"event_type": "mcp.tool.completed", "agent_id": "a", "parent_id": call, "duration_ms": 12})

        """
        from ._dictionaries import record_dictionary

        return record_dictionary(self, event)

    @guarded
    def log(
        self,
        message: str,
        level: str | int = "info",
        attributes: Mapping[str, Any] | None = None,
        *,
        logger: str | None = None,
        parent: Parent = _NOT_GIVEN,
    ) -> None:
        """Record a log line with the current step.

        Args:
            message: the line.
            level: ``trace``, ``debug``, ``info``, ``warning``, ``error``, ``fatal``, or a level of ``logging``.
            attributes: facts about it.
            logger: who logs.
            parent: what it belongs to instead of the current step.

        Example:
            >>> log("retrying", "warning", {"attempt": 2})

        """
        known = level_of(level)
        if known is None:
            self._problem("invalid_level", f"not a level: {shown(level)}; info is recorded")
            known = "info"
        fields = {"message": message, "level": known, "logger": text_of(logger), "attributes": attributes}
        point(self, "log", None, parent, {key: value for key, value in fields.items() if value is not None})

    @guarded
    def metric(
        self,
        name: str,
        value: float | Sequence[float] | Mapping[str, Any],
        instrument: Literal["counter", "gauge", "histogram"] = "gauge",
        *,
        unit: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        temporality: Literal["delta", "cumulative"] | None = None,
        buckets: Iterable[float] | None = None,
        parent: Parent = _NOT_GIVEN,
    ) -> None:
        """Record a sample of a counter, a gauge or a histogram.

        Args:
            name: what is measured.
            value: a number; of a histogram a number, several, or what was counted elsewhere (``count``, ``sum``, ``min``,
                ``max``, ``bounds``, ``counts``).
            instrument: ``counter``, ``gauge`` or ``histogram``.
            unit: UCUM, such as ``ms`` or ``{token}``.
            attributes: what the sample is about.
            temporality: ``delta`` (the default) where the value is what came since the last sample, or ``cumulative``.
            buckets: upper bounds of a histogram's buckets but the last.
            parent: what it belongs to instead of the current step.

        Example:
            >>> metric("queue.length", 17)
            >>> metric("tokens", 120, "counter", unit="{token}")
            >>> metric("latency", [12, 80, 340], "histogram", unit="ms", buckets=[50, 100, 500])

        """
        of_instrument = metric_fields(self, value, instrument, temporality, buckets)
        if of_instrument is not None:
            fields = {"name": text_of(name), "unit": text_of(unit), "attributes": attributes, **of_instrument}
            point(self, "metric", None, parent, {key: value for key, value in fields.items() if value is not None})

    @guarded
    def feedback(
        self,
        value: Any = None,
        *,
        score: float | None = None,
        target: Any = _NOT_GIVEN,
        session_id: str | None = None,
        name: str | None = None,
        source: Literal["user", "human", "model", "code"] = "user",
        comment: str | None = None,
        supersedes: str | None = None,
        feedback_id: str | None = None,
    ) -> str:
        """Record what somebody thinks of a trace, a step or a session.

        Args:
            value: the judgement: a number, a boolean or a label.
            score: the same, for a number.
            target: what it is about: a step, its context, its ``traceparent``, a trace id, an event's id, or a dictionary with
                ``trace_id``, ``span_id``, ``session_id``. The current step by default.
            session_id: a session that it is about.
            name: what is judged, such as ``helpful``.
            source: who judges: ``user``, ``human``, ``model`` or ``code``.
            comment: in words.
            supersedes: the id of the feedback that this one replaces.
            feedback_id: an id of one's own.

        Returns:
            The feedback's id.

        Example:
            >>> first = feedback(score=0.5, name="helpful", target="4bf92f3577b34da6a3ce929d0e0e4736")
            >>> feedback(True, name="helpful", supersedes=first, comment="after the second try")

        """
        feedback_id = text_of(feedback_id)
        if feedback_id is None:
            import os

            feedback_id = os.urandom(8).hex()
        fields = {
            "feedback_id": feedback_id,
            "name": text_of(name),
            "value": score if value is None else value,
            "source": text_of(source),
            "target": target_of(self, target, session_id),
            "supersedes": text_of(supersedes),
            "comment": text_of(comment),
        }
        if fields["value"] is None and comment is None:
            self._problem("invalid_feedback", "feedback needs a value, a score or a comment")
        point(self, "feedback", None, _NOT_GIVEN, {key: value for key, value in fields.items() if value is not None})
        return feedback_id
