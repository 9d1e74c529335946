"""The exporter that writes a table of events."""

from __future__ import annotations

import os

from ._counting import TextExporter, stream_text, write_to
from ._files import alone, append

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from typing import IO, Any

    from ..formats import Delimiter
    from ._base import Batch


class CsvExporter(TextExporter):
    r"""Appends events to a table, one row for each: RFC 4180, with contents in their places.

    The columns are ``producer``, ``seq``, ``type``, ``time``, ``trace_id``, ``span_id``, ``parent_id``, ``kind``, ``status``,
    ``duration_nanos``, ``nonce``, ``body`` (JSON) and ``other``. A missing member is an empty cell, and
    ``tracewire.decode(text, "csv")`` gives the rows back. An event that came twice has the same ``producer`` and ``seq``.
    Several processes may write to one file.

    Args:
        target: the file, made when the first event is there; or an open file.
        delimiter: what separates cells: ``comma``, ``tab`` or ``pipe``.
        formula_safe: put a ``'`` before texts that a spreadsheet would take for a formula. Lossy: no reader takes it away.

    Example:
        >>> tracewire.init(mode="background", exporters=[CsvExporter("events.csv")])

    """

    def __init__(
        self,
        target: str | PathLike[str] | IO[Any] = "tracewire.csv",
        *,
        delimiter: Delimiter = "comma",
        formula_safe: bool = False,
    ) -> None:
        from ..formats import _options

        self._stream: Any = target if hasattr(target, "write") else None
        self._path = "" if self._stream is not None else os.path.abspath(os.fspath(target))  # type: ignore[arg-type]
        self._given = _options("csv", delimiter, formula_safe=formula_safe)
        self._has_header = False
        # A stream is this process's; what another one has left does not belong there.
        self.only_this_process = self._stream is not None

    def sink(self) -> str:
        """The name that stands in journals."""
        return self.name or f"csv:{self._path or 'stream'}"

    def export(self, batch: Batch) -> None:
        """Append the rows; when it returns, they are with the system."""
        if self._stream is not None:
            write_to(self._stream, self._text(batch, not self._has_header))
            self._stream.flush()
            self._has_header = True
            return
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        with alone(self._path):
            is_new = not os.path.exists(self._path) or os.stat(self._path).st_size == 0
            append(self._path, self._text(batch, is_new).encode())

    def _text(self, batch: Batch, with_header: bool) -> str:
        from .. import _native

        return _native.event_rows(batch.producer, batch.events(), with_header, self._given)

    def _texts(self, batch: Batch) -> Iterator[str]:
        yield self._text(batch, True)

    def _written(self) -> Iterator[str]:
        if self._stream is not None:
            yield stream_text(self._stream)
        elif os.path.exists(self._path):
            with open(self._path, encoding="utf-8", newline="") as file:
                yield file.read()

    def __repr__(self) -> str:
        return f"<tracewire.exporters.CsvExporter to {self._path or self._stream!r}>"
