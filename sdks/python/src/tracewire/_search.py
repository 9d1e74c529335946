"""Searching in Python, for stores of one's own: the same answers as those of the local store, from events in any order."""

from __future__ import annotations

from ._errors import TracewireError
from ._rows import Found, rows_of
from ._steps import nanos_of
from ._values import to_wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, Final

MEMBERS: Final = (
    "agent_id",
    "event_type",
    "kind",
    "status",
    "start_time",
    "end_time",
    "correlation_id",
    "session_id",
    "service",
    "attributes",
    "text",
    "limit",
    "cursor",
)
_TEXTS: Final = frozenset(MEMBERS) - {"start_time", "end_time", "attributes", "limit"}
_LOOKED_INTO: Final = ("name", "status_message", "input", "output", "data", "message")
_MARKS: Final = ("$ref", "$erased", "$withheld")
DEFAULT_LIMIT: Final = 50
MOST_ROWS: Final = 10_000

# What an alias of the registry says besides the event that it stands for: attributes with values, that are there, that are not.
_SAYS: Final[dict[str, tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]]] = {
    "mcp.tool.called": ({"mcp.method.name": "tools/call"}, (), ()),
    "mcp.tool.completed": ({"mcp.method.name": "tools/call"}, (), ("error.type",)),
    "mcp.tool.error": ({"mcp.method.name": "tools/call"}, ("error.type",), ()),
    "mcp.resource.read": ({"mcp.method.name": "resources/read"}, (), ()),
    "mcp.prompt.get": ({"mcp.method.name": "prompts/get"}, (), ()),
    "mcp.sampling.request": ({"mcp.method.name": "sampling/createMessage"}, (), ()),
    "mcp.sampling.response": ({"mcp.method.name": "sampling/createMessage"}, (), ()),
    "a2a.task.assigned": ({"a2a.task.state": "TASK_STATE_SUBMITTED"}, (), ()),
    "a2a.task.accepted": ({"a2a.task.state": "TASK_STATE_WORKING"}, (), ()),
    "a2a.task.rejected": ({"a2a.task.state": "TASK_STATE_REJECTED"}, (), ()),
    "a2a.task.completed": ({"a2a.task.state": "TASK_STATE_COMPLETED"}, (), ()),
    "a2a.task.failed": ({"a2a.task.state": "TASK_STATE_FAILED"}, (), ()),
    "a2a.task.delegated": ({"a2a.method.name": "SendMessage"}, ("a2a.message.reference_task_ids",), ()),
    "a2a.message.sent": ({"a2a.method.name": "SendMessage", "tracewire.protocol.direction": "sent"}, (), ()),
    "a2a.message.received": ({"a2a.method.name": "SendMessage", "tracewire.protocol.direction": "received"}, (), ()),
    "ap2.payment.completed": ({"tracewire.ap2.receipt.status": "Success"}, (), ()),
    "ap2.payment.failed": ({"tracewire.ap2.receipt.status": "Error"}, (), ()),
}


def nanos_of_moment(value: Any) -> int:
    """A time in a query: RFC 3339, nanoseconds since 1970, or a ``datetime`` (without a zone: local time).

    Raises:
        ValueError: when it is none of these.

    """
    from datetime import datetime, timedelta, timezone

    if isinstance(value, datetime):
        since = value.astimezone(timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc)
        return (since // timedelta(microseconds=1)) * 1000
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        return nanos_of(value.replace(" ", "T", 1))
    raise ValueError(f"not a time: {value!r:.60}")


def checked(query: Mapping[str, Any]) -> dict[str, Any]:
    """A query with its times as nanoseconds and its attributes as the wire has them; without members that are ``None``.

    Raises:
        TracewireError: ``query_invalid``, naming the member that cannot be used.

    """
    made: dict[str, Any] = {}
    for name, value in query.items():
        if value is None:
            continue
        try:
            if name not in MEMBERS:
                raise ValueError(f"there are {', '.join(MEMBERS)}")
            if name in ("start_time", "end_time"):
                value = nanos_of_moment(value)
            elif name == "attributes":
                value = to_wire(dict(value))
            elif name == "limit" and not (isinstance(value, int) and 1 <= value <= MOST_ROWS):
                raise ValueError(f"1 to {MOST_ROWS} is expected; further rows come with the cursor of the page before")
            elif name in _TEXTS and not isinstance(value, str):
                raise ValueError(f"text is expected, not a {type(value).__name__}")
        except (TypeError, ValueError, OverflowError) as error:
            raise TracewireError("query_invalid", f"the query cannot be used: `{name}`: {error}") from error
        made[name] = value
    return made


def search(
    stored: Iterable[tuple[str, str | None, dict[str, Any]]], query: dict[str, Any]
) -> tuple[list[dict[str, Any]], str | None]:
    """Rows of a page, newest first, and the next page's cursor.

    Args:
        stored: producer, its service, and event, in the order of their arrival; contents are in their places.
        query: a checked query.

    """
    before = _place_of(query["cursor"]) if "cursor" in query else None
    traces: dict[str | None, list[tuple[int, str, str | None, dict[str, Any]]]] = {}
    for arrival, (producer, service, event) in enumerate(stored, 1):
        traces.setdefault(trace_of(event), []).append((arrival, producer, service, event))
    agent = query.get("agent_id")
    rows: list[Found] = []
    for trace_id, events in traces.items():
        if trace_id is None:
            rows.extend(Found(*one) for one in events if agent is None)
        else:
            events.sort(key=lambda one: (nanos_of(one[3]["time"]), one[1], one[3].get("seq", 0)))
            rows.extend(rows_of(events, agent))
    fitting = [row for row in rows if (before is None or row.place < before) and _fits(row, query)]
    fitting.sort(key=lambda row: row.place, reverse=True)
    limit = query.get("limit", DEFAULT_LIMIT)
    page = fitting[:limit]
    following = _cursor_of(page[-1].place) if len(fitting) > limit else None
    return [_shown(row) for row in page], following


def trace_of(event: dict[str, Any]) -> str | None:
    """The trace that an event belongs to; feedback may name it as its target only."""
    if event.get("trace_id") is not None or event.get("type") != "feedback":
        return event.get("trace_id")
    target = (event.get("body") or {}).get("target")
    return target.get("trace_id") if isinstance(target, dict) else None


def _fits(row: Found, query: dict[str, Any]) -> bool:
    for name in ("kind", "status", "session_id", "correlation_id", "service"):
        if name in query and getattr(row, name) != query[name]:
            return False
    wanted = query.get("event_type")
    if row.type == "loss" and wanted != "loss":
        return False
    time = row.place[0]
    if not query.get("start_time", time) <= time or time >= query.get("end_time", time + 1):
        return False
    for name, value in query.get("attributes", {}).items():
        if not row.has_attribute(name) or not _is_same(row.attribute(name), value):
            return False
    if wanted is not None and not _is_event(row, wanted):
        return False
    text = query.get("text", "").lower()
    return not text or any(_is_in(text, said) for said in _said(row.body))


def _said(body: dict[str, Any]) -> Iterator[Any]:
    yield from (body[name] for name in _LOOKED_INTO if name in body)
    # Of an exception what it says, and not the source lines of its stack.
    exception = body.get("exception")
    if isinstance(exception, dict):
        yield from (exception[name] for name in ("type", "message") if isinstance(exception.get(name), str))


def _is_event(row: Found, wanted: str) -> bool:
    """Whether the row is of a type of the wire, of a protocol's event, of a short name for one, or of an event of one's own."""
    if wanted in row.types:
        return True
    from ._registry import EVENT_ALIASES

    event = EVENT_ALIASES.get(wanted)
    sets, requires, absent = _SAYS.get(wanted, ({}, (), ()))
    says_so = (
        all(row.attribute(name) == value for name, value in sets.items())
        and all(row.has_attribute(name) for name in requires)
        and not any(row.has_attribute(name) for name in absent)
    )
    if row.type == "event":
        name = row.body.get("name")
        return name == wanted or (event is not None and name == event and says_so)
    # A call that has a step of its own carries its protocol's attributes there, and no events besides.
    protocol, _, what = (event or wanted).rpartition(".")
    if row.type != "span" or protocol not in ("mcp", "a2a") or what not in ("request", "response"):
        return False
    is_there = what == "request" or row.end_time is not None
    return is_there and row.has_attribute(f"{protocol}.method.name") and says_so


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values are one on the wire: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other)


def _is_in(text: str, value: Any) -> bool:
    if isinstance(value, str):
        return text in value.lower()
    if isinstance(value, list):
        return any(_is_in(text, item) for item in value)
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in _MARKS:
            return False
        return any(text in key.lower() or _is_in(text, item) for key, item in value.items())
    if value is None:
        return False
    import json

    return text in json.dumps(value)


def _shown(row: Found) -> dict[str, Any]:
    """A row as the local store shows it; members that say nothing are left out."""
    body = dict(row.body)
    name, attributes = body.pop("name", None), body.pop("attributes", None)
    shown = {
        "attributes": attributes if isinstance(attributes, dict) and attributes else None,
        "correlation_id": row.correlation_id,
        "duration_nanos": row.duration_nanos,
        "end_time": row.end_time,
        "kind": row.kind,
        "name": name if isinstance(name, str) else None,
        "parent_id": row.parent_id,
        "producer": row.producer,
        "service": row.service,
        "session_id": row.session_id,
        "span_id": row.span_id,
        "status": row.status,
        "time": row.time,
        "trace_id": row.trace_id,
        "type": row.type,
    }
    made = {key: value for key, value in shown.items() if value is not None}
    for key in ("input", "output"):
        if key in body:
            made[key] = body.pop(key)
    for key in ("session_id", "correlation_id"):
        body.pop(key, None)
    if body:
        made["body"] = body
    return made


def _cursor_of(place: tuple[int, int]) -> str:
    return f"1{place[0] % 2**64:016x}{place[1]:x}"


def _place_of(cursor: str) -> tuple[int, int]:
    try:
        if cursor[:1] != "1":
            raise ValueError("another version")
        time = int(cursor[1:17], 16)
        return (time - 2**64 if time >= 2**63 else time, int(cursor[17:], 16))
    except ValueError:
        message = "the query cannot be used: `cursor`: the `next` of an earlier page is expected as it came"
        raise TracewireError("query_invalid", message) from None
