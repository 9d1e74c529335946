"""Numbers over what was recorded: how often, how long, what it cost, when.

::

    tools = tracewire.Analytics(kind="tool")
    print(tools.count_by_tool())
    print(tools.percentile_duration(95) / 1e6, "ms")

    for group in tracewire.Analytics().groups("model"):
        print(group.key, group.spans, group.output_tokens, group.cost.get("USD"))

They are those that ``tracewire stats`` prints. Before each question, what all processes of the directory have recorded is swept
into the store, so what happened just now is counted too.
"""

from __future__ import annotations

from ._errors import TracewireError
from ._search import nanos_of_moment
from .store import LocalStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from decimal import Decimal
    from typing import Any, Final, Literal, TypeAlias

    from ._trace import Trace

    Moment: TypeAlias = str | int | datetime
    GroupBy: TypeAlias = Literal["kind", "name", "tool", "model", "provider", "agent", "service", "session", "hour"]

__all__ = ["Analytics", "Group", "Point", "Totals"]

_SELECTION: Final = ("start_time", "end_time", "service", "kind", "name", "model", "provider", "agent")
_MOST_GROUPS: Final = 10_000


class Totals:
    """Sums over steps.

    Attributes:
        spans: steps that began.
        ended: those of them that ended.
        errors: those that failed.
        error_rate: failed ones as a share of those that began, 0 to 1.
        events: what was recorded, events of every type: beginnings and ends, log lines, metrics, ….
        duration_sum_nanos: durations of what ended, together.
        self_nanos: the same without the time that steps below took.
        mean_nanos: mean duration; ``None`` where nothing ended.
        p50_nanos: median duration.
        p90_nanos: 90 % took at most this long.
        p95_nanos: 95 % did.
        p99_nanos: 99 % did.
        max_nanos: the longest one.
        percentile_nanos: the percentile that was asked for; ``None`` where none was.
        first_chunk_p50_nanos: median time to the first chunk of a streamed answer.
        first_chunk_p95_nanos: its 95th percentile.
        input_tokens: tokens that went into models, those from caches included.
        output_tokens: tokens that came out, reasoning included.
        cache_read_input_tokens: of the input, read from a cache.
        cache_write_input_tokens: of the input, written to a cache.
        reasoning_output_tokens: of the output, reasoning.
        cost: by currency.
        unpriced: model calls of which no cost is known; they are in no sum.

    """

    def __init__(self, members: Mapping[str, Any]) -> None:
        from decimal import Decimal

        self.spans: int = members["spans"]
        self.ended: int = members["ended"]
        self.errors: int = members["errors"]
        self.error_rate: float = float(members["error_rate"])
        self.events: int = members["events"]
        self.duration_sum_nanos: int = members["duration_sum_nanos"]
        self.self_nanos: int = members["self_nanos"]
        self.mean_nanos: int | None = members["mean_nanos"]
        self.p50_nanos: int | None = members["p50_nanos"]
        self.p90_nanos: int | None = members["p90_nanos"]
        self.p95_nanos: int | None = members["p95_nanos"]
        self.p99_nanos: int | None = members["p99_nanos"]
        self.max_nanos: int | None = members["max_nanos"]
        self.percentile_nanos: int | None = members.get("percentile_nanos")
        self.first_chunk_p50_nanos: int | None = members["first_chunk_p50_nanos"]
        self.first_chunk_p95_nanos: int | None = members["first_chunk_p95_nanos"]
        self.input_tokens: int = members["input_tokens"]
        self.output_tokens: int = members["output_tokens"]
        self.cache_read_input_tokens: int = members["cache_read_input_tokens"]
        self.cache_write_input_tokens: int = members["cache_write_input_tokens"]
        self.reasoning_output_tokens: int = members["reasoning_output_tokens"]
        self.cost: dict[str, Decimal] = {currency: Decimal(amount) for currency, amount in members["cost"].items()}
        self.unpriced: int = members["unpriced"]

    def as_dict(self) -> dict[str, Any]:
        """All members that say something."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<tracewire.{type(self).__name__} {self._said()}{self.spans} steps, {self.errors} failed>"

    def _said(self) -> str:
        return ""


class Group(Totals):
    """Sums over steps that have something in common.

    Attributes:
        key: what they have in common: the kind, the tool's name, the model, the hour of the day in UTC (``00`` to ``23``).
            ``None`` for steps of which nobody said it.

    """

    def __init__(self, members: Mapping[str, Any]) -> None:
        super().__init__(members)
        self.key: str | None = members["key"]

    def _said(self) -> str:
        return f"{self.key}: "


class Point(Totals):
    """Sums over a piece of time.

    Attributes:
        start: its begin, RFC 3339.

    """

    def __init__(self, members: Mapping[str, Any]) -> None:
        super().__init__(members)
        self.start: str = members["start"]

    def _said(self) -> str:
        return f"{self.start}: "


class Analytics:
    """Counts what was recorded in a directory; what is given must all hold.

    Args:
        directory: by default the one that a recorder would use.
        start_time: of this time or later: RFC 3339, nanoseconds since 1970, or a ``datetime``; times are counted in whole
            minutes up to six hours, in whole hours beyond.
        end_time: before this time.
        service: steps of this ``service.name``.
        kind: of this kind.
        name: of this name; of tools, the tool's.
        model: calls of this model.
        provider: calls of models of this provider.
        agent: of this agent, what it called included.

    Raises:
        TracewireError: ``query_invalid`` for what cannot be counted by.

    Example:
        >>> Analytics(kind="llm", start_time="2026-11-21T04:00:00Z").totals()
        <tracewire.Totals 12 steps, 1 failed>

    """

    def __init__(
        self,
        directory: str | os.PathLike[str] | None = None,
        *,
        start_time: Moment | None = None,
        end_time: Moment | None = None,
        service: str | None = None,
        kind: str | None = None,
        name: str | None = None,
        model: str | None = None,
        provider: str | None = None,
        agent: str | None = None,
    ) -> None:
        given = locals()
        self._store = LocalStore(directory)
        self._selection = _checked({member: given[member] for member in _SELECTION})

    def where(
        self,
        *,
        start_time: Moment | None = None,
        end_time: Moment | None = None,
        service: str | None = None,
        kind: str | None = None,
        name: str | None = None,
        model: str | None = None,
        provider: str | None = None,
        agent: str | None = None,
    ) -> Analytics:
        """Make one that counts less: what is given here takes the place of what was given before.

        Example:
            >>> today = Analytics(start_time="2026-11-21T00:00:00Z")
            >>> today.where(agent="librarian").count_by_tool()
            {'search': 7}

        """
        given = locals()
        made = Analytics.__new__(Analytics)
        made._store = self._store
        made._selection = self._selection | _checked({member: given[member] for member in _SELECTION})
        return made

    def reconstruct_trace(self, trace_id: str) -> Trace | None:
        """Put one trace together from its events, whatever was chosen.

        Example:
            >>> print(Analytics().reconstruct_trace("0af7651916cd43dd8448eb211c80319c").tree())

        """
        return self._store.get_trace(trace_id)

    def reconstruct_trace_from_event(self, span_id: str) -> Trace | None:
        """Put the trace together that a step, or a point event, belongs to.

        Example:
            >>> for row in tracewire.query(status="error"):
            ...     print(Analytics().reconstruct_trace_from_event(row.span_id).tree())

        """
        return self._store.get_trace(span_id=span_id)

    def totals(self, *, percent: float | None = None) -> Totals:
        """Everything in one sum.

        Args:
            percent: say this percentile of the durations too, as ``percentile_nanos``; 0 to 100.

        """
        return Totals(self._count(percent=percent)["totals"])

    def groups(self, by: GroupBy, *, limit: int = 100, percent: float | None = None) -> list[Group]:
        """In groups, those of most time first; hours of the day in their order.

        Args:
            by: what the steps of a group have in common.
            limit: at most this many groups, 10,000 at most.
            percent: say this percentile of the durations too, as ``percentile_nanos``; 0 to 100.

        """
        return [Group(group) for group in self._count(by=by, limit=limit, percent=percent)["groups"]]

    def points(self, step: timedelta | int | None = None, *, percent: float | None = None) -> list[Point]:
        """The course over time; a time in which nothing happened has no point.

        Args:
            step: length of a point, a ``timedelta`` or nanoseconds; made whole minutes, or whole hours beyond six hours.
            percent: say this percentile of the durations too, as ``percentile_nanos``; 0 to 100.

        """
        return [Point(point) for point in self._count(step_nanos=_nanos(step), percent=percent)["points"]]

    def count_by_tool(self) -> dict[str, int]:
        """How often each tool was called; the tool that took most time first.

        Example:
            >>> Analytics().count_by_tool()
            {'search': 7, 'read': 2}

        """
        return {group.key: group.spans for group in self._tools() if group.key is not None}

    def avg_duration_by_tool(self) -> dict[str, int]:
        """How long each tool took on average, in nanoseconds; tools of which no call has ended are not in it.

        Example:
            >>> Analytics().avg_duration_by_tool()
            {'search': 412000000, 'read': 3100000}

        """
        return {
            group.key: group.mean_nanos for group in self._tools() if group.key is not None and group.mean_nanos is not None
        }

    def percentile_duration(self, percent: float) -> int | None:
        """How long ``percent`` of the steps took at most, in nanoseconds, to within 1 %; ``None`` where nothing ended.

        Example:
            >>> Analytics(kind="llm").percentile_duration(95)
            2415919103

        """
        return self.totals(percent=percent).percentile_nanos

    def events_over_time(self, step: timedelta | int | None = None) -> list[tuple[str, int]]:
        """How many events there were, by the begin of each piece of time.

        Example:
            >>> Analytics().events_over_time(timedelta(hours=1))
            [('2026-11-21T04:00:00Z', 311), ('2026-11-21T05:00:00Z', 12)]

        """
        return [(point.start, point.events) for point in self.points(step)]

    def event_rate(self) -> float:
        """Events per second between the times that were given; without them, between the first piece of time and the last one.

        Example:
            >>> Analytics(start_time="2026-11-21T04:00:00Z", end_time="2026-11-21T05:00:00Z").event_rate()
            0.08638888888888889

        """
        counted = self._count()
        points = counted["points"]
        if not points:
            return 0.0
        since = nanos_of_moment(counted["since"] or points[0]["start"])
        until = nanos_of_moment(counted["until"])
        if counted["since"] is None:
            until = min(until, nanos_of_moment(points[-1]["start"]) + int(counted["step_nanos"]))
        return float(counted["totals"]["events"] / ((until - since) / 1e9))

    def __repr__(self) -> str:
        selection = ", ".join(f"{name}={value!r}" for name, value in self._selection.items())
        return f"<tracewire.Analytics{' ' if selection else ''}{selection}>"

    def _tools(self) -> list[Group]:
        return self.where(kind="tool").groups("tool", limit=_MOST_GROUPS)

    def _count(self, **asked: Any) -> dict[str, Any]:
        import json

        percent = asked.get("percent")
        if percent is not None and not (isinstance(percent, (int, float)) and 0 <= percent <= 100):
            raise TracewireError(
                "query_invalid", f"the query cannot be used: `percent`: 0 to 100 is expected, not {percent!r:.60}"
            )
        query = json.dumps({**self._selection, **{name: value for name, value in asked.items() if value is not None}})
        counted: dict[str, Any] = self._store._ask(lambda store: store.numbers(query))
        return counted


def _nanos(step: timedelta | int | None) -> int | None:
    from datetime import timedelta

    nanos = (step // timedelta(microseconds=1)) * 1000 if isinstance(step, timedelta) else step
    if nanos is not None and (not isinstance(nanos, int) or isinstance(nanos, bool) or nanos <= 0):
        raise TracewireError("query_invalid", f"the query cannot be used: `step`: not a length of time: {step!r:.60}")
    return nanos


def _checked(selection: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in selection.items():
        if value is None:
            continue
        try:
            if name in ("start_time", "end_time"):
                value = nanos_of_moment(value)
            elif not isinstance(value, str):
                raise ValueError(f"text is expected, not a {type(value).__name__}")
        except (TypeError, ValueError, OverflowError) as error:
            raise TracewireError("query_invalid", f"the query cannot be used: `{name}`: {error}") from error
        made[name] = value
    return made
