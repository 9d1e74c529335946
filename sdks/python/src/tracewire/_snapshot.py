"""Traces in a form that is the same in every run: stable stand-ins for ids, times and durations."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final

    from ._trace import Node, Trace

# What depends on the machine, the run, or the line of code.
_VARYING: Final = {
    "code.file.path": "<path>",
    "code.line.number": "<line>",
    "process.pid": "<pid>",
    "stacktrace": "<stacktrace>",
    "exception.stacktrace": "<stacktrace>",
    "thread.name": "<thread>",
    "time_to_first_chunk_nanos": "<duration>",
    "clock_skew_nanos": "<duration>",
    "duration_nanos": "<duration>",
    "gen_ai.response.time_to_first_chunk": "<duration>",
}
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")


def text_of(trace: Trace) -> str:
    """The trace as indented JSON, ending in a new line."""
    import json

    names = _names(trace.walk())
    nodes = [_node(root, names) for root in trace.roots]
    return json.dumps(nodes, indent=2, ensure_ascii=False, default=str) + "\n"


def _names(nodes: Iterable[Node]) -> dict[str, str]:
    """Stand-ins for ids, numbered in the order of the tree."""
    names: dict[str, str] = {}
    counts = {"trace": 0, "span": 0}
    for node in nodes:
        for what, found in (("trace", node.trace_id), ("span", node.parent_id), ("span", node.span_id)):
            if found and found not in names:
                counts[what] += 1
                names[found] = f"<{what} {counts[what]}>"
    return names


def _node(node: Node, names: dict[str, str]) -> dict[str, Any]:
    said = {key: value for key, value in node.body.items() if key not in ("name", "attributes")}
    made: dict[str, Any] = {
        "kind": node.kind or node.type,
        "name": node.name,
        "status": node.status if node.type == "span" else None,
        "parent": node.parent_id if node.parent is None else None,
        "attributes": node.attributes,
        **said,
        "events": [_timeless(event) for event in node.events],
        "logs": [_timeless(line) for line in node.logs],
    }
    stable = {key: _stable(key, value, names) for key, value in made.items() if value not in (None, {}, [])}
    if node.type == "span" and node.status is None:
        stable["status"] = "(in flight)"
    if node.children:
        stable["children"] = [_node(child, names) for child in node.children]
    return stable


def _timeless(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "time"}


def _stable(key: str, value: Any, names: dict[str, str]) -> Any:
    if key in _VARYING:
        return _VARYING[key]
    if isinstance(value, dict):
        return {str(inner): _stable(str(inner), value[inner], names) for inner in sorted(value, key=str)}
    if isinstance(value, list):
        return [_stable("", item, names) for item in value]
    if isinstance(value, str):
        for found, name in names.items():
            if found in value:
                value = value.replace(found, name)
        return _TIME.sub("<time>", value)
    if isinstance(value, (bytes, bytearray)):
        return f"<{len(value)} bytes>"
    return value if value is None or isinstance(value, (bool, int, float)) else str(_TIME.sub("<time>", str(value)))
