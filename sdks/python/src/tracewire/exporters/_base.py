"""What an exporter is given, what it may say, and how one is written."""

from __future__ import annotations

from contextvars import ContextVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


is_exporting: ContextVar[bool] = ContextVar("tracewire_is_exporting", default=False)
"""Whether this code runs on behalf of an exporter, so that what it logs is not recorded, exported, logged, …"""


class Undeliverable(Exception):
    """Raised by ``export`` for a batch that this destination will never take: it is dropped, and counted by its reason.

    Args:
        reason: a short code, such as ``http_400``; ``flush().dropped`` counts by it.
        message: what to log the first time.
        events: how many of the batch's events it is about, where it is not about all; the others were delivered.

    """

    def __init__(self, reason: str, message: str | None = None, *, events: int | None = None) -> None:
        super().__init__(message or reason)
        self.reason = reason
        self.events = events


class RetryLater(Exception):
    """Raised by ``export`` to have the same batch again later. Any other exception means the same.

    Args:
        code: a short code, such as ``http_503``; ``flush().errors`` counts by it.
        message: what to log the first time.
        after: seconds that the destination asked to be left alone; otherwise the waits grow from half a second to a minute.

    """

    def __init__(self, code: str, message: str | None = None, *, after: float | None = None) -> None:
        super().__init__(message or code)
        self.code = code
        self.after = after


class Batch:
    """Sealed envelopes of one producer, in order.

    The journal keeps them until they are delivered, so nothing is lost when ``export`` raises; the same batch comes again. For
    the same reason a batch may come twice: an envelope's ``digest`` is its identity.

    Attributes:
        producer: whose events they are.
        envelopes: each envelope's canonical JSON.
        seconds: how long somebody waits for the result, ``None`` where nobody does. An exporter that can give up by then
            should.

    Example:
        >>> batch = Batch("p-1", [b'{"events":[{"seq":1,"type":"log","time":"…","body":{"message":"hello"}}]}'])
        >>> batch.events()[0]["body"]
        {'message': 'hello'}

    """

    __slots__ = ("_count", "_events", "_resolve", "envelopes", "producer", "seconds")

    def __init__(
        self,
        producer: str,
        envelopes: Sequence[bytes],
        *,
        count: int | None = None,
        resolve: Callable[[], bytes] | None = None,
        seconds: float | None = None,
    ) -> None:
        self.producer = producer
        self.envelopes = list(envelopes)
        self.seconds = seconds
        self._count = count
        self._resolve = resolve
        self._events: list[dict[str, Any]] | None = None

    def __len__(self) -> int:
        """How many events it holds."""
        if self._count is None:
            self._count = len(self.events())
        return self._count

    def __bool__(self) -> bool:
        return True

    def events(self) -> list[dict[str, Any]]:
        """All events in the specification's JSON form, with contents in their places instead of references."""
        if self._events is None:
            import json

            if self._resolve is not None:
                self._events = [entry["event"] for entry in json.loads(self._resolve())]
            else:
                documents = self.documents()
                contents = {key: entry for document in documents for key, entry in document.get("content", {}).items()}
                self._events = [_resolved(event, contents) for document in documents for event in document["events"]]
        return self._events

    def documents(self) -> list[dict[str, Any]]:
        """All envelopes as Python values."""
        import json

        return [json.loads(envelope) for envelope in self.envelopes]

    def json_lines(self) -> bytes:
        """One envelope a line."""
        return b"".join(envelope + b"\n" for envelope in self.envelopes)

    def __repr__(self) -> str:
        return f"<tracewire.exporters.Batch of {self.producer}: {len(self.envelopes)} envelopes>"


def _resolved(value: Any, contents: dict[str, Any]) -> Any:
    """A copy with contents instead of references. A user's own key ``$ref`` is written ``$$ref``, so it is not mistaken."""
    if isinstance(value, list):
        return [_resolved(item, contents) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and "$ref" in value:
        entry = contents.get(value["$ref"])
        if entry is None:
            return value
        return _resolved(entry["value"], contents) if "value" in entry else entry
    return {key: _resolved(item, contents) for key, item in value.items()}


class Exporter:
    """Where envelopes go. A subclass writes ``export``.

    ``export`` is called with one batch at a time, never by two threads at once. It may be slow and it may raise: what waits for
    it waits in the journal, on disk, and not in memory.

    Attributes:
        name: names the destination in journals and in what a flush reports; the class's name by default. It must be the same in
            every run of the program: what a process that died has left is delivered by the next one under this name.
        uses_events: whether ``export`` calls ``batch.events()``. An exporter that does not saves memory: contents stand once in
            the envelopes of a producer, so to put them back they are all kept.
        only_this_process: whether what processes left that have died is passed by.

    Example:
        >>> class Queue(Exporter):
        ...     def export(self, batch: Batch) -> None:
        ...         queue.put(batch.json_lines())

    """

    name: str = ""
    only_this_process: bool = False
    uses_events: bool = True

    def export(self, batch: Batch) -> None:
        """Deliver a batch. Returning means that it has been delivered, raising that it has not.

        Raises:
            RetryLater: or any other exception, to have the batch again later.
            Undeliverable: to drop it and count it.

        """
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what is held. Called once, after the last batch."""

    def native_path(self) -> str | None:
        """The file of JSON Lines that the recorder can write by itself in this exporter's place."""
        return None

    def sink(self) -> str:
        """The name that stands in journals."""
        return self.name or type(self).__name__.lower()
