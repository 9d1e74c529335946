"""Generators as steps. A generator's step is current only while its body runs, never while it waits for its consumer.

Whoever consumes a stream may do anything between two chunks: begin steps of its own, go on in another task or thread, or
never come back. So what is current is set before each part of the body and put back after it, by value and without tokens.
"""

from __future__ import annotations

from . import _place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator
    from typing import Any

    from ._decorators import Begin, Call
    from ._place import Place
    from ._span import Span

# An assignment, not an import: CPython calls methods of imported names by a slower way.
current = _place.current

_MOST_CHUNKS = 64
_LONGEST_WAIT_NANOS = 100_000_000
_MOST_OUTPUT_CHARS = 1 << 20


class Chunks:
    """What a step yields, written many in one event and in order, the first one at once."""

    __slots__ = ("_began", "_chunks", "_flushed", "_name", "_text", "_text_chars", "first_chunk_nanos", "step")

    def __init__(self, step: Span) -> None:
        self.step = step
        self.first_chunk_nanos: int | None = None
        self._began = self._flushed = step._recorder().monotonic_nanos()
        self._name = "chunk"
        self._chunks: list[Any] = []
        self._text: list[str] | None = []
        self._text_chars = 0

    def arrived(self) -> int:
        """Note the time of a chunk."""
        now: int = self.step._recorder().monotonic_nanos()
        if self.first_chunk_nanos is None:
            self.first_chunk_nanos = now - self._began
            self._flushed = now - _LONGEST_WAIT_NANOS
        return now

    def add(self, name: str, item: Any) -> None:
        """Take one chunk."""
        now = self.arrived()
        if name != self._name:
            if self._chunks:
                self.flush(now)
            self._name = name
        self._chunks.append(item)
        if issubclass(type(item), str):
            if self._text is not None:
                self._text_chars += len(item)
                self._text.append(item)
                if self._text_chars > _MOST_OUTPUT_CHARS:
                    self._text = None
        else:
            self._text = None
        if len(self._chunks) >= _MOST_CHUNKS or now - self._flushed >= _LONGEST_WAIT_NANOS:
            self.flush(now)

    def flush(self, now: int) -> None:
        """Write what has come."""
        chunks, self._chunks, self._flushed = self._chunks, [], now
        if chunks and self.step._native is not None:
            self.step._native.event(self._name, None, {"chunks": chunks})

    def end(self) -> None:
        """Write the rest, and tell the step what it ends with."""
        step = self.step
        self.flush(self._flushed)
        if self.first_chunk_nanos is not None:
            step._end_fields()["time_to_first_chunk_nanos"] = self.first_chunk_nanos
        if self._text and step._output is ...:
            step._output = "".join(self._text)


class _Stream:
    """The step of one run of a generator."""

    __slots__ = ("_chunks", "_is_captured", "inside", "step")

    def __init__(self, step: Span, outer: Span | Place, is_captured: bool) -> None:
        self.step = step
        self.inside: Span | Place = step
        self._chunks = Chunks(step)
        self._is_captured = is_captured
        current.set(outer)

    def chunk(self, item: Any) -> None:
        chunks = self._chunks
        if not self._is_captured:
            chunks.arrived()
            return
        chunks.add("stream.chunks", item)
        if type(item) in (dict, list):
            # It can be filled anew by the generator, so it is written while it is what was yielded.
            chunks.flush(chunks.arrived())

    def end(self, error: BaseException | None = None, message: str | None = None) -> None:
        step = self.step
        if step._ended:
            return
        self._chunks.end()
        if message is not None:
            step._end_fields().setdefault("status_message", message)
        step.end(error)


def around_generator(
    function: Callable[..., Generator[Any, Any, Any]], call: Call, place: Callable[[], Span | Place], begin: Begin
) -> Callable[..., Any]:
    """Wrap a generator function."""

    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        body = function(*args, **kwargs)
        outer = current.get()
        stream = _Stream(begin(call, place, args, kwargs), outer, call.capture_output)
        sent, thrown = None, None
        while True:
            outer = current.get()
            current.set(stream.inside)
            try:
                item = body.send(sent) if thrown is None else body.throw(thrown)
            except StopIteration as stop:
                stream.end()
                return stop.value
            except BaseException as error:
                stream.end(error)
                raise
            finally:
                stream.inside = current.get()
                current.set(outer)
            stream.chunk(item)
            try:
                sent, thrown = (yield item), None
            except GeneratorExit as closed:
                outer = current.get()
                current.set(stream.inside)
                try:
                    # The body gets what it would have got, and may answer by another exception.
                    return body.close()
                except BaseException as error:
                    stream.end(error)
                    raise
                finally:
                    current.set(outer)
                    stream.end(closed, "closed before its end")
            except BaseException as error:  # noqa: BLE001
                sent, thrown = None, error

    return wrapper


def around_async_generator(
    function: Callable[..., AsyncGenerator[Any, Any]], call: Call, place: Callable[[], Span | Place], begin: Begin
) -> Callable[..., Any]:
    """Wrap an async generator function."""

    async def wrapper(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        body = function(*args, **kwargs)
        outer = current.get()
        stream = _Stream(begin(call, place, args, kwargs), outer, call.capture_output)
        sent, thrown = None, None
        while True:
            outer = current.get()
            current.set(stream.inside)
            try:
                item = await (body.asend(sent) if thrown is None else body.athrow(thrown))
            except StopAsyncIteration:
                stream.end()
                return
            except BaseException as error:
                stream.end(error)
                raise
            finally:
                stream.inside = current.get()
                current.set(outer)
            stream.chunk(item)
            try:
                sent, thrown = (yield item), None
            except GeneratorExit as closed:
                outer = current.get()
                current.set(stream.inside)
                try:
                    await body.aclose()
                except BaseException as error:
                    stream.end(error)
                    raise
                finally:
                    current.set(outer)
                    stream.end(closed, "closed before its end")
                raise
            except BaseException as error:  # noqa: BLE001
                sent, thrown = None, error

    return wrapper
