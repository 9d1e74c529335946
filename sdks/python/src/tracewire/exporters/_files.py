"""The exporter that writes a file of JSON Lines, and how a file is appended to."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress

from ._base import Exporter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from ._base import Batch


class FileExporter(Exporter):
    """Appends envelopes to a file of JSON Lines, one envelope a line.

    Without a limit the recorder writes the file itself, and no Python runs for it. With one, a file that would grow beyond it
    is moved to ``<path>.1``, that one to ``<path>.2``, and so on. Several processes may write to one file.

    Args:
        path: the file, made when the first envelope is there.
        max_bytes: the size that a file does not exceed, unless a single envelope does.
        keep: how many files to keep besides the current one; the oldest is removed.
        fsync: have each batch on the disk before it counts as delivered.

    Example:
        >>> tracewire.init(mode="background", exporters=[FileExporter("traces.jsonl", max_bytes=50_000_000, keep=4)])

    """

    uses_events = False

    def __init__(
        self,
        path: str | PathLike[str] = "tracewire.jsonl",
        *,
        max_bytes: int | None = None,
        keep: int = 4,
        fsync: bool = False,
    ) -> None:
        if max_bytes is not None and max_bytes <= 0:
            raise ValueError(f"max_bytes must be positive: {max_bytes}")
        if keep < 0:
            raise ValueError(f"keep must not be negative: {keep}")
        self._path = os.path.abspath(os.fspath(path))
        self._max_bytes = max_bytes
        self._keep = keep
        self._fsync = fsync

    def sink(self) -> str:
        """The name that stands in journals."""
        return self.name or f"jsonl:{self._path}"

    def native_path(self) -> str | None:
        """The file, where the recorder can write it by itself."""
        is_plain = self._max_bytes is None and not self._fsync and not self.name and type(self) is FileExporter
        return self._path if is_plain else None

    def export(self, batch: Batch) -> None:
        """Append the envelopes; when it returns, they are with the system."""
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        with alone(self._path if self._max_bytes is not None else None):
            self._export(batch)

    def _export(self, batch: Batch) -> None:
        lines: list[bytes] = []
        size = self._size()
        for envelope in batch.envelopes:
            line = envelope + b"\n"
            if self._max_bytes is not None and size and size + len(line) > self._max_bytes:
                self._append(lines)
                self._rotate()
                lines, size = [], 0
            lines.append(line)
            size += len(line)
        self._append(lines)

    def _size(self) -> int:
        try:
            return os.stat(self._path).st_size
        except FileNotFoundError:
            return 0

    def _append(self, lines: list[bytes]) -> None:
        if lines:
            append(self._path, b"".join(lines), is_alone=self._max_bytes is not None, fsync=self._fsync)

    def _rotate(self) -> None:
        if not self._keep:
            os.remove(self._path)
            return
        for number in range(self._keep, 0, -1):
            source = self._path if number == 1 else f"{self._path}.{number - 1}"
            if os.path.exists(source):
                os.replace(source, f"{self._path}.{number}")

    def __repr__(self) -> str:
        return f"<tracewire.exporters.FileExporter to {self._path}>"


def append(path: str, data: bytes, *, is_alone: bool = True, fsync: bool = False) -> None:
    """Append all of it, or nothing where nobody else writes to the file."""
    with open(path, "ab", buffering=0) as file:
        before = file.seek(0, os.SEEK_END)
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[file.write(rest) or 0 :]
            if fsync:
                os.fsync(file.fileno())
        except OSError:
            # The batch comes again; half of it, perhaps half a line, must not stay.
            if is_alone:
                file.truncate(before)
            raise


@contextmanager
def alone(path: str | None) -> Iterator[None]:
    """Keep other processes that write to the same file out while it may be moved, where the system can."""
    try:
        import fcntl
    except ImportError:
        path = None
    if path is None:
        yield
        return
    folder, name = os.path.split(path)
    with open(os.path.join(folder, f".{name}.lock"), "ab") as file:
        # Let go with the file; file systems that know no locks say so.
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
