"""Events become steps: start, updates and end of a span are one thing to who looks at it (TW-EVT-005)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final

MERGED_BY_KEY: Final = ("attributes", "usage", "cost")


class Step:
    """One span, as far as it is known.

    Attributes:
        trace_id: 32 hex digits.
        span_id: 16 hex digits.
        parent_id: the step above, ``None`` at a root.
        kind: from the registry.
        status: ``None`` while it has not ended.
        start: when it began, RFC 3339; ``None`` where the beginning is not among the events.
        end: when it ended.
        duration_nanos: how long it took, by a monotonic clock.
        body: members of the bodies of start, updates and end, merged.
        events: ``span.event`` of it, whole.

    """

    __slots__ = ("body", "duration_nanos", "end", "events", "kind", "parent_id", "span_id", "start", "status", "trace_id")

    def __init__(self) -> None:
        self.trace_id: str | None = None
        self.span_id: str | None = None
        self.parent_id: str | None = None
        self.kind: str | None = None
        self.status: str | None = None
        self.start: str | None = None
        self.end: str | None = None
        self.duration_nanos: int | None = None
        self.body: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []

    @property
    def name(self) -> str:
        """What it is called; empty where that is not known."""
        name = self.body.get("name")
        return name if isinstance(name, str) else ""

    def add(self, event: dict[str, Any]) -> None:
        """Take one event of the span, in its order."""
        for key in ("trace_id", "span_id", "parent_id", "kind", "status", "duration_nanos"):
            if key in event:
                setattr(self, key, event[key])
        kind = event.get("type")
        if kind == "span.event":
            self.events.append(event)
            return
        if kind == "span.start":
            self.start = event.get("time")
        elif kind == "span.end":
            self.end = event.get("time")
        body = event.get("body")
        if isinstance(body, dict):
            merge(self.body, body)


def merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    """Merge as readers do: attributes, usage and cost key by key, anything else replaces; what goes in is not changed."""
    for key, value in more.items():
        if key in MERGED_BY_KEY and isinstance(value, dict):
            known = into.get(key)
            into[key] = {**known, **value} if isinstance(known, dict) else dict(value)
        else:
            into[key] = value


def fold(events: Iterable[dict[str, Any]]) -> Step:
    """One step of its events."""
    step = Step()
    for event in events:
        step.add(event)
    return step


def nanos_of(time: str) -> int:
    """Nanoseconds since 1970 of a time as the wire has it, RFC 3339 with any number of fractional digits.

    Raises:
        ValueError: when it is none.

    Example:
        >>> nanos_of("1970-01-01T00:00:01.5Z")
        1500000000

    """
    import re
    from datetime import datetime, timedelta, timezone

    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))", time, re.ASCII)
    if found is None:
        raise ValueError(f"not a time of RFC 3339: {time!r:.60}")
    day, clock, fraction, sign, hours, minutes = found.groups()
    moment = datetime.fromisoformat(f"{day}T{clock}+00:00")
    if sign is not None:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        moment = moment - offset if sign == "+" else moment + offset
    since = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + int((fraction or "0")[:9].ljust(9, "0"))
