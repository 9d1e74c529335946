"""How entry points are timed: the traced call and the bare one beside it, in turns, and the median of their differences."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

# Batches are shorter than a turn of the scheduler, so that on a busy machine most are not interrupted.
CALLS = 40
BATCHES = 75


@dataclass
class Entry:
    """One way to record something.

    Attributes:
        name: the metric's name; the same task has the same name in every library.
        bare: what the program would do without recording.
        traced: the same, recorded.
        times: how often one call of these does the task.

    """

    name: str
    bare: Callable[[], Any]
    traced: Callable[[], Any]
    times: int = 1


def overhead(entry: Entry) -> tuple[float, float]:
    """The bare call, and what recording adds to it, in nanoseconds."""
    run = _awaited if asyncio.iscoroutinefunction(entry.bare) else _called
    for _ in range(5):
        run(entry.traced)
    gc.collect()
    bare, added = [], []
    for _ in range(BATCHES):
        without = run(entry.bare)
        bare.append(without / entry.times)
        added.append((run(entry.traced) - without) / entry.times)
    return statistics.median(bare), statistics.median(added)


def _called(function: Callable[[], Any]) -> float:
    calls = range(CALLS)
    began = time.perf_counter_ns()
    for _ in calls:
        function()
    return (time.perf_counter_ns() - began) / CALLS


def _awaited(function: Callable[[], Awaitable[Any]]) -> float:
    async def run() -> float:
        calls = range(CALLS)
        began = time.perf_counter_ns()
        for _ in calls:
            await function()
        return (time.perf_counter_ns() - began) / CALLS

    return asyncio.run(run())
