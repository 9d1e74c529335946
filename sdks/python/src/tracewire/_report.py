"""What ``flush()`` says."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class FlushReport:
    """What became of everything that a client recorded in this process.

    Attributes:
        written: records in the journal; they survive the death of the process.
        sealed: of these, events that this process has sealed into envelopes (modes ``inline`` and ``background``).
        sent: of these, events that every sink has acknowledged.
        pending: records that a sink has not acknowledged yet.
        dropped: records lost, by reason.
        unsampled: records of traces that ``sampling`` left out.
        errors: mistakes and internal errors that cost no exception, by code.
        exporters: the same for each exporter, by its name.

    """

    __slots__ = ("dropped", "errors", "exporters", "pending", "sealed", "sent", "unsampled", "written")

    def __init__(self, counts: Mapping[str, Any], errors: dict[str, int]) -> None:
        self.written: int = counts.get("written", 0)
        self.sealed: int = counts.get("sealed", 0)
        self.sent: int = counts.get("sent", 0)
        self.pending: int = counts.get("pending", 0)
        self.dropped: dict[str, int] = counts.get("dropped", {})
        self.unsampled: int = counts.get("unsampled", 0)
        self.errors = errors
        self.exporters: dict[str, dict[str, Any]] = counts.get("exporters", {})

    def __repr__(self) -> str:
        return f"FlushReport({', '.join(f'{name}={getattr(self, name)!r}' for name in sorted(self.__slots__))})"
