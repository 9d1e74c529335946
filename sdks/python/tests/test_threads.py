"""The current step in threads, tasks and executors."""

from __future__ import annotations

import asyncio
import inspect
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

import tracewire
from tracewire.context import Executor, bind, run_in_thread
from tracewire.testing import Recording


@tracewire.tool
def work(n: int, *, key: int = 0) -> int:
    return n + key


def parents(recorded: Recording) -> set[Any]:
    return {span.get("parent_id") for span in recorded.spans() if span["name"] == "work"}


def test_a_thread_begins_outside_of_every_step_unless_it_is_bound(recorded: Recording) -> None:
    with tracewire.span("run") as run:
        for target in (work, bind(work)):
            thread = threading.Thread(target=target, args=(1,))
            thread.start()
            thread.join()
        assert tracewire.current_span() is run
    assert parents(recorded) == {None, run.span_id}


def test_a_bound_function_stays_what_it_is(recorded: Recording) -> None:
    async def later(n: int) -> int:
        """Say."""
        await asyncio.sleep(0)
        return work(n)

    with tracewire.span("run") as run:
        bound, awaited = bind(work), bind(later)
    assert (inspect.signature(bound), bound.__name__) == (inspect.signature(work), "work")
    assert (inspect.iscoroutinefunction(awaited), awaited.__doc__) == (True, "Say.")
    assert (bound(1, key=2), asyncio.run(awaited(2)), bind(len)("abc")) == (3, 2, 3)
    assert tracewire.current_span() is None
    assert parents(recorded) == {run.span_id}


def test_many_threads_at_once_with_one_bound_function(recorded: Recording) -> None:
    with tracewire.span("run") as run:
        bound = bind(work)
        threads = [threading.Thread(target=bound, args=(n,)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert parents(recorded) == {run.span_id}


def test_run_in_thread_gives_a_future(recorded: Recording) -> None:
    def fail() -> None:
        raise KeyError("x")

    with tracewire.span("run") as run:
        future: Future[int] = run_in_thread(work, 1, key=2)
        assert future.result(timeout=10) == 3
        with pytest.raises(KeyError):
            run_in_thread(fail).result(timeout=10)
    assert parents(recorded) == {run.span_id}


def test_an_executor_takes_the_step_of_each_submission(recorded: Recording) -> None:
    with Executor(ThreadPoolExecutor(2)) as pool:
        with tracewire.span("first") as first:
            futures = [pool.submit(work, n, key=1) for n in range(4)]
        with tracewire.span("second") as second:
            results = list(pool.map(work, range(4), timeout=10))
        assert [future.result() for future in futures] == [1, 2, 3, 4]
        assert results == [0, 1, 2, 3]
    found = [span["parent_id"] for span in recorded.spans() if span["name"] == "work"]
    assert sorted(found) == sorted(map(str, [first.span_id] * 4 + [second.span_id] * 4))
    with pytest.raises(RuntimeError):
        pool.submit(work, 1)


def test_asyncio_needs_nothing(recorded: Recording) -> None:
    async def one(n: int) -> int:
        with tracewire.span("inner"):
            await asyncio.sleep(0)
            return await asyncio.to_thread(work, n)

    async def main() -> list[int]:
        async with tracewire.span("run"):
            return await asyncio.gather(*(one(n) for n in range(5)))

    assert asyncio.run(main()) == [0, 1, 2, 3, 4]
    spans = recorded.spans()
    (run,) = [span for span in spans if span["name"] == "run"]
    inner = {span["span_id"] for span in spans if span["name"] == "inner"}
    assert {span["parent_id"] for span in spans if span["name"] == "inner"} == {run["span_id"]}
    assert parents(recorded) == inner
