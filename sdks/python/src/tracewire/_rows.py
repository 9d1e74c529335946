"""The events of a trace become the rows that a search finds: a step's start, updates and end are one row."""

from __future__ import annotations

from ._steps import merge, nanos_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_STEP_TYPES = ("span.start", "span.update", "span.event", "span.end")


class Found:
    """A row on its way.

    Attributes:
        place: what rows are sorted by: time in nanoseconds, and arrival.
        types: of all events that are in it.

    """

    def __init__(self, arrival: int, producer: str, service: str | None, event: dict[str, Any]) -> None:
        self.place = (nanos_of(event["time"]), arrival)
        self.producer = producer
        self.service = service
        self.types = {event["type"]}
        self.type: str = event["type"]
        self.time: str = event["time"]
        body = event.get("body") or {}
        is_here = not ("$erased" in body or "$withheld" in body)
        self.body: dict[str, Any] = dict(body) if is_here else {}
        target = self.body.get("target") if self.type == "feedback" else None
        about: dict[str, Any] = target if isinstance(target, dict) else {}
        self.trace_id: str | None = event.get("trace_id") or about.get("trace_id")
        self.span_id: str | None = event.get("span_id") or about.get("span_id")
        self.parent_id: str | None = event.get("parent_id")
        self.kind: str | None = event.get("kind")
        self.status: str | None = event.get("status")
        self.end_time: str | None = None
        self.duration_nanos: int | None = event.get("duration_nanos")
        self.session_id = self._text("session_id") or (about.get("session_id") if self.trace_id is None else None)
        self.correlation_id = self._text("correlation_id")
        self.root: Found | None = None

    @classmethod
    def step(cls, arrival: int, producer: str, service: str | None, event: dict[str, Any]) -> Found:
        """A step of which one event is known to exist, but nothing has been taken yet."""
        fixed: dict[str, Any] = {key: event[key] for key in ("trace_id", "span_id", "time", "type") if key in event}
        made = cls(arrival, producer, service, fixed)
        made.type, made.types = "span", set()
        return made

    def take(self, arrival: int, producer: str, service: str | None, event: dict[str, Any]) -> None:
        """Take one event of the step; they come by time, producer and number."""
        kind = event["type"]
        is_first = kind not in self.types
        self.types.add(kind)
        body = event.get("body") or {}
        body = {} if "$erased" in body or "$withheld" in body else body
        if kind == "span.start" and is_first:
            self.place, self.time = (nanos_of(event["time"]), arrival), event["time"]
            self.producer, self.service = producer, service
            self.parent_id, self.kind = event.get("parent_id"), event.get("kind")
            # What came before the start was said later.
            said, self.body = self.body, {}
            merge(self.body, body)
            merge(self.body, said)
        elif kind == "span.end" and is_first:
            self.status = event.get("status", "unset")
            self.end_time, self.duration_nanos = event["time"], event.get("duration_nanos")
            merge(self.body, body)
        elif kind == "span.update":
            merge(self.body, body)
        elif kind == "span.event" and "exception" in body:
            # What went wrong is often said when it happens, and not again at the end.
            self.body.setdefault("exception", body["exception"])

    @property
    def has_place(self) -> bool:
        """Whether it stands in the tree itself, and does not only belong to something there."""
        return self.type in ("span", "event")

    def attribute(self, name: str) -> Any:
        """One attribute."""
        attributes = self.body.get("attributes")
        return attributes.get(name) if isinstance(attributes, dict) else None

    def has_attribute(self, name: str) -> bool:
        """Whether it says this attribute, be it null."""
        attributes = self.body.get("attributes")
        return isinstance(attributes, dict) and name in attributes

    def agent(self) -> str | None:
        """The agent that it says it is."""
        for name in ("gen_ai.agent.id", "gen_ai.agent.name"):
            value = self.attribute(name)
            if isinstance(value, str) and value:
                return value
        return None

    def _text(self, name: str) -> str | None:
        value = self.body.get(name)
        return value if isinstance(value, str) else None

    def settle(self, above: Found | None) -> None:
        """Have from the row above what it does not say itself: its run, its session, its correlation id."""
        self.root = above.root if above is not None else self if self.has_place else None
        self.session_id = self.session_id or self._text("session_id") or (above.session_id if above is not None else None)
        inherited = above.correlation_id if above is not None else None
        self.correlation_id = self.correlation_id or self._text("correlation_id") or inherited


def rows_of(events: Iterable[tuple[int, str, str | None, dict[str, Any]]], agent: str | None) -> list[Found]:
    """The rows of one trace, or only those of an agent's runs.

    Args:
        events: arrival, producer, its service, and the event; by time, producer and number.
        agent: whose runs; and whatever says itself that it is this agent's.

    """
    rows: list[Found] = []
    steps: dict[str, Found] = {}
    for arrival, producer, service, event in events:
        if event["type"] in _STEP_TYPES and "span_id" in event:
            row = steps.get(event["span_id"])
            if row is None:
                row = steps[event["span_id"]] = Found.step(arrival, producer, service, event)
                rows.append(row)
            row.take(arrival, producer, service, event)
        else:
            rows.append(Found(arrival, producer, service, event))
    _hand_down(rows, steps)
    if agent is None:
        return rows
    agents: dict[int, set[str]] = {}
    for row in rows:
        said = row.agent() if row.type == "span" and (row.root is row or row.kind == "agent") else None
        if row.root is not None and said is not None:
            agents.setdefault(id(row.root), set()).add(said)
    everywhere = set().union(*agents.values())
    return [
        row
        for row in rows
        if row.agent() == agent or agent in (everywhere if row.root is None else agents.get(id(row.root), ()))
    ]


def _hand_down(rows: list[Found], steps: dict[str, Found]) -> None:
    points = {row.span_id: row for row in rows if row.type == "event" and row.span_id is not None}
    settled: set[int] = set()
    for row in rows:
        # Upward to what is settled already, then downward again; a circle is cut where it closes.
        way: list[tuple[Found, Found | None]] = []
        seen: set[int] = set()
        at: Found | None = row
        while at is not None and id(at) not in settled and id(at) not in seen:
            seen.add(id(at))
            wanted = at.parent_id if at.has_place else at.span_id or at.parent_id
            above = None if wanted is None else steps.get(wanted) or points.get(wanted)
            above = None if above is at else above
            way.append((at, above))
            at = above
        for one, above in reversed(way):
            one.settle(above if above is not None and id(above) in settled else None)
            settled.add(id(one))
    for name in ("session_id", "correlation_id"):
        said = {getattr(row, name) for row in rows} - {None}
        # Rows whose parents were not recorded here belong to the only session that the trace has.
        if len(said) == 1:
            (only,) = said
            for row in rows:
                setattr(row, name, only)
