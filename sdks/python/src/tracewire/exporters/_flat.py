"""Events as rows that all have the same columns: short as a table, made to be read and not to be read back."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

_FIRST = ("seq", "type", "time", "trace_id", "span_id", "parent_id", "kind", "name", "status", "duration_nanos")
_WHOLE = frozenset(["input", "output", "data", "message", "value"])
"""What people, models and tools said stays in one cell: its keys are as many as there are texts."""


def flat_rows(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of events: members of the body stand beside the others, maps below them by names with dots, lists as JSON.

    Example:
        >>> flat_rows([{"seq": 1, "body": {"usage": {"input_tokens": 5}}}, {"seq": 2, "type": "log"}])
        [{'seq': 1, 'type': None, 'usage.input_tokens': 5}, {'seq': 2, 'type': 'log', 'usage.input_tokens': None}]

    """
    rows = [_row(event) for event in events]
    known = {name: None for row in rows for name in row}
    columns = [*(name for name in _FIRST if name in known), *(name for name in known if name not in _FIRST)]
    return [{name: row.get(name) for name in columns} for row in rows]


def _row(event: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, value in event.items():
        if name == "body" and isinstance(value, dict) and not _is_tag(value):
            for member, inner in value.items():
                _add(row, member, inner)
        else:
            _add(row, name, value)
    return row


def _add(row: dict[str, Any], name: str, value: Any) -> None:
    if isinstance(value, dict) and value and name not in _WHOLE and not _is_tag(value):
        for key, inner in value.items():
            _add(row, f"{name}.{key}", inner)
        return
    unique, number = name, 1
    while unique in row:
        number += 1
        unique = f"{name}#{number}"
    row[unique] = _cell(value)


def _cell(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        from ..formats import encode

        return encode(value, tags="keep")
    return value


def _is_tag(value: dict[str, Any]) -> bool:
    return any(key.startswith("$") and not key.startswith("$$") for key in value)
