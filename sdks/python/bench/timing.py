"""How entry points are timed: the traced call and the bare one beside it, in turns, and the median of their differences."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

# A batch is far shorter than a turn of the scheduler, so that most are not interrupted, however busy the machine is.
BATCH_NANOS = 300_000
MOST_CALLS = 200
BATCHES = 101


@dataclass
class Entry:
    """One way to record something.

    Attributes:
        name: the metric's name; the same task has the same name in every library.
        bare: what the program would do without recording.
        traced: the same, recorded.

    """

    name: str
    bare: Callable[[], Any]
    traced: Callable[[], Any]


def overhead(entry: Entry) -> tuple[float, float]:
    """The bare call, and what recording adds to it, in nanoseconds."""
    run = _awaited if asyncio.iscoroutinefunction(entry.bare) else _called
    calls = [_calls_of_a_batch(run, function) for function in (entry.bare, entry.traced)]
    gc.collect()
    bare, added = [], []
    for _ in range(BATCHES):
        without = run(entry.bare, calls[0])
        bare.append(without)
        added.append(run(entry.traced, calls[1]) - without)
    return statistics.median(bare), statistics.median(added)


def _calls_of_a_batch(run: Callable[[Any, int], float], function: Callable[[], Any]) -> int:
    run(function, 20)
    once = min(run(function, 5) for _ in range(5))
    return max(1, min(MOST_CALLS, int(BATCH_NANOS / once)))


def _called(function: Callable[[], Any], count: int) -> float:
    calls = range(count)
    began = time.perf_counter_ns()
    for _ in calls:
        function()
    return (time.perf_counter_ns() - began) / count


def _awaited(function: Callable[[], Awaitable[Any]], count: int) -> float:
    async def run() -> float:
        calls = range(count)
        began = time.perf_counter_ns()
        for _ in calls:
            await function()
        return (time.perf_counter_ns() - began) / count

    return asyncio.run(run())
