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
        withheld: traces whose content an exporter does not get, by the rules of ``tail``.
        errors: mistakes and internal errors that cost no exception, by code.
        exporters: the same for each exporter, by its name.

    """

    __slots__ = ("dropped", "errors", "exporters", "pending", "sealed", "sent", "unsampled", "withheld", "written")

    def __init__(self, counts: Mapping[str, Any], errors: dict[str, int]) -> None:
        self.written: int = counts.get("written", 0)
        self.sealed: int = counts.get("sealed", 0)
        self.sent: int = counts.get("sent", 0)
        self.pending: int = counts.get("pending", 0)
        self.dropped: dict[str, int] = counts.get("dropped", {})
        self.unsampled: int = counts.get("unsampled", 0)
        self.withheld: int = counts.get("withheld", 0)
        self.errors = errors
        self.exporters: dict[str, dict[str, Any]] = counts.get("exporters", {})

    def __repr__(self) -> str:
        return f"FlushReport({', '.join(f'{name}={getattr(self, name)!r}' for name in sorted(self.__slots__))})"


class Stats:
    """Numbers of a recorder, without waiting for anything.

    Attributes:
        producer: whose events they are; ``None`` before the first.
        directory: where the journal is; ``None`` where nothing is recorded.
        mode: who delivers, ``local``, ``inline`` or ``background``.
        written: records in the journal.
        dropped: records lost, by reason.
        bytes: what all journals of the directory take.
        quota_bytes: the most that they may take.
        pending: for each exporter, by its name, the records that its destination lacks.
        withheld: traces whose content an exporter does not get, by the rules of ``tail``.
        unsampled: records of traces that ``sampling`` left out.

    """

    __slots__ = (
        "bytes",
        "directory",
        "dropped",
        "mode",
        "pending",
        "producer",
        "quota_bytes",
        "unsampled",
        "withheld",
        "written",
    )

    def __init__(self, found: Mapping[str, Any], pending: Mapping[str, int]) -> None:
        import os

        directory = found.get("directory")
        self.producer: str | None = found.get("producer")
        self.directory: str | None = None if directory is None else os.fspath(directory)
        self.mode: str = found.get("mode", "local")
        self.written: int = found.get("written", 0)
        self.dropped: dict[str, int] = found.get("dropped", {})
        self.bytes: int = found.get("bytes", 0)
        self.quota_bytes: int = found.get("quota_bytes", 0)
        self.pending: dict[str, int] = dict(pending)
        self.withheld: int = found.get("withheld", 0)
        self.unsampled: int = found.get("unsampled", 0)

    def __repr__(self) -> str:
        return f"Stats({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"
