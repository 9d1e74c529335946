"""Processes by ``multiprocessing`` in each of its ways, one of which is killed every now and then.

forks.py METHOD CHILDREN UNITS SEED
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from multiprocessing.process import BaseProcess

from worker import Lane, say, totals

import tracewire


def child(worker: str, seed: int, units: int) -> None:
    """Record, close, and tell; unless somebody kills us before."""
    tracewire.flush(0)
    lane = Lane(worker, 0, seed)
    for _ in range(units):
        lane.unit()
    totals(worker)


def main(method: str, children: int, units: int, seed: int) -> None:
    context = multiprocessing.get_context(method)
    chance = random.Random(seed)
    tracewire.init(service="torture")
    own = Lane("parent", 0, seed)
    own.unit()
    living: list[BaseProcess] = []
    for number in range(children):
        is_doomed = chance.random() < 0.5
        # One that is killed records until it is.
        count = 1_000_000 if is_doomed else units
        process = context.Process(target=child, args=(f"{method}{number}", seed + number, count))  # type: ignore[attr-defined]
        process.start()
        own.unit()
        if is_doomed:
            time.sleep(chance.uniform(0.0, 0.05 if method == "fork" else 0.4))
            os.kill(process.pid, signal.SIGKILL)
        living.append(process)
    for process in living:
        process.join()
        say(f"i died {process.exitcode}")
    own.unit()
    totals("parent")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
