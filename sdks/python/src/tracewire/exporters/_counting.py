"""Exporters that write text, and know how many tokens it is."""

from __future__ import annotations

from ._base import Batch, Exporter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ..formats import Encoding


class TextExporter(Exporter):
    """What writes texts: it can say what they cost to read."""

    def get_token_estimate(
        self, source: Batch | Sequence[Mapping[str, Any]] | None = None, encoding: Encoding = "o200k"
    ) -> int:
        """How many tokens a language model reads in what this exporter writes.

        It has the name that others have for it, and is no estimate: the tokens are counted as ``tracewire.count_tokens`` counts
        them.

        Args:
            source: a batch, or events as ``batch.events()`` gives them; by default all that was written, read back.
            encoding: ``o200k`` or ``cl100k``.

        Raises:
            ValueError: without a source, where what was written cannot be read back.

        """
        from ..formats import count_tokens

        if source is None:
            texts = self._written()
        elif isinstance(source, Batch):
            texts = self._texts(source)
        else:
            texts = self._texts(_Events(list(source)))
        return sum(count_tokens(text, encoding) for text in texts)

    def _texts(self, batch: Batch) -> Iterator[str]:
        """What is written for a batch."""
        raise NotImplementedError

    def _written(self) -> Iterator[str]:
        """All that was written."""
        raise NotImplementedError


class _Events(Batch):
    """Events of which no envelope is known: as if they were one."""

    def __init__(self, events: list[Any]) -> None:
        from ..formats import encode

        super().__init__("", [encode({"events": events}, tags="keep").encode()], count=len(events))
        self._events = events


def stream_text(stream: Any) -> str:
    """What is in a stream of memory."""
    if not hasattr(stream, "getvalue"):
        raise ValueError("what went to a stream cannot be read back: name a batch, or events")
    text = stream.getvalue()
    return text.decode() if isinstance(text, bytes) else str(text)


def write_to(stream: Any, text: str) -> None:
    """Write to a stream of texts or of bytes."""
    try:
        stream.write(text)
    except TypeError:
        stream.write(text.encode())
