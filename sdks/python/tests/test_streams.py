"""Generators and async generators: streams of chunks, finished, closed, abandoned, failed and cancelled."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from typing import Any

import pytest

import tracewire
from tracewire.testing import Recording


@tracewire.llm
def words(*chunks: Any) -> Iterator[Any]:
    for chunk in chunks:
        with tracewire.span("piece"):
            yield chunk


@tracewire.llm
async def async_words(*chunks: Any) -> AsyncIterator[Any]:
    for chunk in chunks:
        with tracewire.span("piece"):
            await asyncio.sleep(0)
            yield chunk


def chunks_of(span: dict[str, Any]) -> list[Any]:
    return [chunk for event in span["events"] for chunk in event["chunks"]]


def test_a_stream_of_text(recorded: Recording) -> None:
    assert list(words("Lutra ", "lutra")) == ["Lutra ", "lutra"]
    stream, first, second = recorded.spans()
    assert (stream["status"], stream["output"], chunks_of(stream)) == ("ok", "Lutra lutra", ["Lutra ", "lutra"])
    assert stream["time_to_first_chunk_nanos"] > 0
    assert first["parent_id"] == second["parent_id"] == stream["span_id"]


def test_an_async_stream(recorded: Recording) -> None:
    async def consume() -> list[Any]:
        return [chunk async for chunk in async_words({"n": 1}, {"n": 2})]

    assert asyncio.run(consume()) == [{"n": 1}, {"n": 2}]
    stream = recorded.spans()[0]
    assert (stream["status"], chunks_of(stream)) == ("ok", [{"n": 1}, {"n": 2}])
    assert "output" not in stream


def test_chunks_are_many_in_one_event_and_in_order(recorded: Recording) -> None:
    @tracewire.llm
    def count() -> Iterator[str]:
        yield from map(str, range(10_000))

    for _ in count():
        pass
    (stream,) = recorded.spans()
    assert chunks_of(stream) == [str(n) for n in range(10_000)]
    assert len(stream["events"]) < 1000
    assert stream["events"][0]["chunks"] == ["0"]


def test_a_chunk_that_is_filled_anew_is_recorded_as_it_was(recorded: Recording) -> None:
    @tracewire.llm
    def refill() -> Iterator[list[int]]:
        chunk: list[int] = []
        for n in range(3):
            chunk.append(n)
            yield chunk

    for _ in refill():
        pass
    assert chunks_of(recorded.spans()[0]) == [[0], [0, 1], [0, 1, 2]]


def test_the_step_is_not_current_between_chunks(recorded: Recording) -> None:
    with tracewire.span("consumer") as consumer:
        for _ in words("a", "b"):
            assert tracewire.current_span() is consumer
            with tracewire.span("of the consumer"):
                pass
        assert tracewire.current_span() is consumer
    by_name = {span["name"]: span for span in recorded.spans()}
    assert by_name["of the consumer"]["parent_id"] == by_name["consumer"]["span_id"]
    assert by_name["words"]["parent_id"] == by_name["consumer"]["span_id"]
    assert by_name["piece"]["parent_id"] == by_name["words"]["span_id"]


def test_values_and_exceptions_sent_in_arrive(recorded: Recording) -> None:
    @tracewire.step
    def talk() -> Generator[str, str, str]:
        heard = yield "first"
        try:
            yield heard
        except KeyError as error:
            yield f"caught {error}"
        return "returned"

    talking = talk()
    assert next(talking) == "first"
    assert talking.send("echo") == "echo"
    assert talking.throw(KeyError("k")) == "caught 'k'"
    with pytest.raises(StopIteration) as stop:
        next(talking)
    assert stop.value.value == "returned"
    assert recorded.spans()[0]["status"] == "ok"


@pytest.mark.parametrize("how", ["closed", "abandoned"])
def test_a_stream_that_is_not_read_to_its_end(how: str, recorded: Recording) -> None:
    stream = words("a", "b", "c")
    assert next(stream) == "a"
    if how == "closed":
        stream.close()  # type: ignore[attr-defined]
    del stream
    gc.collect()
    outer, inner = recorded.spans()
    assert (outer["status"], outer["status_message"]) == ("cancelled", "closed before its end")
    assert (outer["output"], chunks_of(outer)) == ("a", ["a"])
    assert inner["status"] == "cancelled"
    assert tracewire.current_span() is None


@pytest.mark.parametrize("how", ["closed", "abandoned", "loop gone"])
def test_an_async_stream_that_is_not_read_to_its_end(how: str, recorded: Recording) -> None:
    async def consume() -> Any:
        stream = async_words("a", "b")
        async for chunk in stream:
            assert chunk == "a"
            break
        if how == "closed":
            await stream.aclose()  # type: ignore[attr-defined]
        if how == "abandoned":
            del stream
            gc.collect()
            await asyncio.sleep(0.01)
            return None
        return stream

    kept = asyncio.run(consume())
    del kept
    gc.collect()
    outer = recorded.spans()[0]
    assert (outer["status"], chunks_of(outer)) == ("cancelled", ["a"])


def test_a_stream_that_fails(recorded: Recording) -> None:
    @tracewire.llm
    def failing() -> Iterator[str]:
        yield "a"
        raise RuntimeError("mid stream")

    stream = failing()
    next(stream)
    with pytest.raises(RuntimeError, match="mid stream"):
        next(stream)
    (span,) = recorded.spans()
    assert (span["status"], span["exception"]["message"], chunks_of(span)) == ("error", "mid stream", ["a"])


def test_an_async_stream_that_is_cancelled(recorded: Recording) -> None:
    @tracewire.llm
    async def endless() -> AsyncIterator[str]:
        yield "a"
        await asyncio.sleep(3600)

    async def consume() -> None:
        async for _ in endless():
            pass

    async def cancel() -> None:
        task = asyncio.create_task(consume())
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    (span,) = recorded.spans()
    assert (span["status"], chunks_of(span)) == ("cancelled", ["a"])
    assert "exception" not in span


def test_a_stream_that_goes_on_elsewhere(recorded: Recording) -> None:
    """In each part another thread and another context, as web servers do it."""
    stream, heard = words("a", "b"), []

    def part() -> None:
        heard.append(next(stream))

    for _ in range(2):
        thread = threading.Thread(target=contextvars.copy_context().run, args=(part,))
        thread.start()
        thread.join()
    with pytest.raises(StopIteration):
        next(stream)
    assert heard == ["a", "b"]
    root, first, second = recorded.spans()
    assert root["status"] == "ok"
    assert first["parent_id"] == second["parent_id"] == root["span_id"]


def test_a_stream_that_is_never_begun_is_nothing(recorded: Recording) -> None:
    words("a")
    gc.collect()
    assert recorded.spans() == []


def test_capture_output_off_keeps_the_time_of_the_first_chunk_only(recorded: Recording) -> None:
    @tracewire.llm(capture_output=False)
    def secret() -> Iterator[str]:
        yield "secret"

    assert list(secret()) == ["secret"]
    (span,) = recorded.spans()
    assert span["time_to_first_chunk_nanos"] > 0
    assert "secret" not in str({key: value for key, value in span.items() if key != "name"})
