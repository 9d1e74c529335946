"""What a search finds: rows, a page at a time."""

from __future__ import annotations

from ._values import from_wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any


class Row:
    """A step, its start, updates and end merged; or a point event, a log line, a metric, feedback.

    Attributes:
        type: ``span`` for a step, else the event's type: ``event``, ``log``, ``metric``, ``feedback``, ``loss``.
        trace_id: the trace, if it belongs to one.
        span_id: its own id; of what is no step and no point event, that of the step where it belongs.
        parent_id: what is above it.
        kind: what it is.
        name: what it is called.
        status: how it ended; ``None`` while it has not.
        time: when it began, RFC 3339.
        end_time: when it ended.
        duration_nanos: how long it took.
        producer: who recorded it.
        service: ``service.name`` of that producer.
        session_id: the session, also where only a step above says it.
        correlation_id: the correlation id, likewise.
        attributes: its attributes.
        input: what went in.
        output: what came out.
        body: all else that it says.

    """

    __slots__ = (
        "attributes",
        "body",
        "correlation_id",
        "duration_nanos",
        "end_time",
        "input",
        "kind",
        "name",
        "output",
        "parent_id",
        "producer",
        "service",
        "session_id",
        "span_id",
        "status",
        "time",
        "trace_id",
        "type",
    )

    def __init__(self, members: Mapping[str, Any]) -> None:
        self.type: str = members["type"]
        self.trace_id: str | None = members.get("trace_id")
        self.span_id: str | None = members.get("span_id")
        self.parent_id: str | None = members.get("parent_id")
        self.kind: str | None = members.get("kind")
        self.name: str | None = members.get("name")
        self.status: str | None = members.get("status")
        self.time: str = members["time"]
        self.end_time: str | None = members.get("end_time")
        self.duration_nanos: int | None = members.get("duration_nanos")
        self.producer: str = members["producer"]
        self.service: str | None = members.get("service")
        self.session_id: str | None = members.get("session_id")
        self.correlation_id: str | None = members.get("correlation_id")
        self.attributes: dict[str, Any] = from_wire(members.get("attributes", {}))
        self.input: Any = from_wire(members.get("input"))
        self.output: Any = from_wire(members.get("output"))
        self.body: dict[str, Any] = from_wire(members.get("body", {}))

    def as_dict(self) -> dict[str, Any]:
        """All members that say something."""
        members = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in members.items() if value is not None and value != {}}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self.as_dict() == other.as_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<tracewire.Row {self.type} {self.kind or ''} {self.name or self.body.get('message', '')!r} {self.time}>"


class Page:
    """Rows, newest first. It can be iterated, indexed and measured like a list.

    Attributes:
        rows: the rows.
        next: where the next page begins, for ``query(cursor=…)``; ``None`` when this is the last one.

    """

    __slots__ = ("next", "rows")

    def __init__(self, rows: Iterable[Mapping[str, Any]], following: str | None) -> None:
        self.rows = [Row(row) for row in rows]
        self.next = following

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Row:
        return self.rows[index]

    def __repr__(self) -> str:
        return f"<tracewire.Page of {len(self.rows)} rows{'' if self.next is None else ', more follow'}>"
