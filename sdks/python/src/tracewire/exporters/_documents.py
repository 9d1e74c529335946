"""Exporters that write a document for each envelope: JSON, TOON."""

from __future__ import annotations

import os

from ._counting import TextExporter, stream_text, write_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from typing import IO, Any

    from ..formats import Delimiter
    from ._base import Batch


class DocumentExporter(TextExporter):
    """What is common to them: a folder in which each document appears whole, or a stream."""

    suffix = ""
    between = "\n"
    """What ends a document in a stream."""

    def __init__(self, target: str | PathLike[str] | IO[Any], flatten: bool) -> None:
        self._stream: Any = target if hasattr(target, "write") else None
        self._folder = "" if self._stream is not None else os.path.abspath(os.fspath(target))  # type: ignore[arg-type]
        self._flatten = flatten
        # An envelope alone has references; rows have what they stand for.
        self.uses_events = flatten
        # A stream is this process's; what another one has left does not belong there.
        self.only_this_process = self._stream is not None

    def sink(self) -> str:
        """The name that stands in journals."""
        return self.name or (f"{self.suffix}:{self._folder}" if self._folder else f"{self.suffix}:stream")

    def export(self, batch: Batch) -> None:
        """Write the documents."""
        if self._stream is not None:
            for _, text in self._documents(batch):
                write_to(self._stream, text + self.between)
            self._stream.flush()
            return
        os.makedirs(self._folder, exist_ok=True)
        for first, text in self._documents(batch):
            path = os.path.join(self._folder, f"{_file_name(batch.producer)}-{first}.{self.suffix}")
            fresh = f"{path}.{os.getpid()}.new"
            with open(fresh, "wb") as file:
                file.write(text.encode())
            os.replace(fresh, path)

    def _texts(self, batch: Batch) -> Iterator[str]:
        return (text for _, text in self._documents(batch))

    def _documents(self, batch: Batch) -> Iterator[tuple[int, str]]:
        """The documents of a batch, each with the number of its first event."""
        documents = batch.documents()
        if not self._flatten:
            for document, envelope in zip(documents, batch.envelopes, strict=True):
                yield document.get("first_seq", 0), self._document(envelope)
            return
        from itertools import islice

        from ._flat import flat_rows

        events = iter(batch.events())
        for document in documents:
            rows = flat_rows(islice(events, len(document["events"])))
            # The one that closes a journal mostly holds nothing.
            if rows:
                yield document.get("first_seq", 0), self._rows(rows)

    def _document(self, envelope: bytes) -> str:
        """The text of an envelope."""
        raise NotImplementedError

    def _rows(self, rows: list[dict[str, Any]]) -> str:
        """The text of rows."""
        raise NotImplementedError

    def _written(self) -> Iterator[str]:
        if self._stream is not None:
            yield stream_text(self._stream)
            return
        names = sorted(os.listdir(self._folder)) if os.path.isdir(self._folder) else []
        for name in names:
            if name.endswith(f".{self.suffix}"):
                with open(os.path.join(self._folder, name), encoding="utf-8", newline="") as file:
                    yield file.read()

    def __repr__(self) -> str:
        return f"<tracewire.exporters.{type(self).__name__} to {self._folder or self._stream!r}>"


class JsonExporter(DocumentExporter):
    """Writes each envelope as a JSON document of its own.

    In a folder the documents are called ``<producer>-<number of the first event>.json``, each appears whole, and one that
    comes twice replaces itself.

    Args:
        target: a folder, made when the first document is there; or an open file, to which each document is written as a line.
        indent: how far to indent, for people; by default the document is the envelope's canonical bytes, on which its digest
            is.
        flatten: write a list of events instead, one flat object for each, as ``ToonExporter`` does.

    Example:
        >>> tracewire.init(mode="inline", exporters=[JsonExporter("traces", indent=2)])

    """

    suffix = "json"

    def __init__(
        self,
        target: str | PathLike[str] | IO[Any] = "tracewire-json",
        *,
        indent: int | None = None,
        flatten: bool = False,
    ) -> None:
        super().__init__(target, flatten)
        self._indent = indent

    def _document(self, envelope: bytes) -> str:
        if self._indent is None:
            return envelope.decode()
        from ..formats import convert

        return convert(envelope, "json", "json", indent=self._indent) + ("\n" if self._folder else "")

    def _rows(self, rows: list[dict[str, Any]]) -> str:
        from ..formats import encode

        return encode(rows, indent=self._indent, tags="keep")


class ToonExporter(DocumentExporter):
    """Writes each envelope as a TOON document, for language models to read.

    In a folder the documents are called ``<producer>-<number of the first event>.toon``, each appears whole, and one that
    comes twice replaces itself. ``tracewire.decode(text, "toon")`` gives the envelope back, to the last byte of its digest.

    With ``flatten`` a document is a table instead: one row for each event, the members of its body and the attributes as
    columns (``attributes.gen_ai.tool.name``), contents in their places, lists as JSON. That is much shorter, and is not made to
    be read back.

    Args:
        target: a folder, made when the first document is there; or an open file, to which documents are written with an empty
            line behind each.
        flatten: write tables of events.
        delimiter: what separates cells: ``comma``, ``tab`` (mostly the fewest tokens) or ``pipe``.

    Example:
        >>> exporter = ToonExporter("traces", flatten=True, delimiter="tab")
        >>> tracewire.init(mode="inline", exporters=[exporter])
        >>> exporter.get_token_estimate()
        1184

    """

    suffix = "toon"
    between = "\n\n"

    def __init__(
        self,
        target: str | PathLike[str] | IO[Any] = "tracewire-toon",
        *,
        flatten: bool = False,
        delimiter: Delimiter = "comma",
    ) -> None:
        from ..formats import _options

        super().__init__(target, flatten)
        _options("toon", delimiter)
        self._delimiter: Delimiter = delimiter

    def _document(self, envelope: bytes) -> str:
        from ..formats import convert

        return convert(envelope, "json", "toon", delimiter=self._delimiter)

    def _rows(self, rows: list[dict[str, Any]]) -> str:
        from ..formats import encode

        return encode(rows, "toon", delimiter=self._delimiter, tags="keep")


def _file_name(producer: str) -> str:
    """A producer's name, which may be anybody's text, as part of a file's name."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in producer)[:150]
