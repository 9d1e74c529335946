"""Processes that record until something happens to them.

Each call that returned is said on standard output, in one write of less than PIPE_BUF bytes: ``a`` where the record was kept,
``d`` where the recorder counted it as dropped. ``said.rs`` has all lines.

    worker.py zygote DIR OPTIONS        forks a worker for each line "WORKER SEED" of its input
    worker.py alone DIR OPTIONS WORKER SEED
    worker.py hold DIR OPTIONS WORKER SEED   records until its input says "end", then tells what was counted

OPTIONS is JSON: ``kind`` (see ``KINDS``), ``init`` (arguments of ``tracewire.init``), ``records``, ``checks``, ``pause``, …
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import random
import select
import signal
import sys
import threading
import time
import zlib
from typing import Any

import tracewire
from tracewire import _recorder

WORDS = "".join(random.Random(7).choices('abcdefghij otters ß€ \U0001f9a6\n"', k=30_000))
SIZES = (4, 40, 90, 400, 3000)


def say(line: str) -> None:
    """One write, so that lines of several processes never mix."""
    os.write(1, f"{line}\n".encode())


class Lane:
    """One thread or task of a worker: what it records is numbered."""

    def __init__(self, worker: str, lane: int, seed: int, *, checks: bool = False, sizes: tuple[int, ...] = SIZES) -> None:
        self.worker = worker
        self.lane = lane
        self.number = 0
        self.chance = random.Random(seed * 1000 + lane)
        self.checks = checks
        self.sizes = sizes
        self.dropped = 0

    def mark(self, parent: object = "?", start: object = "-") -> dict[str, Any]:
        size = self.chance.choice(self.sizes)
        at = self.chance.randrange(len(WORDS) - size)
        text = f"{self.worker}/{self.lane}/{self.number}/{parent}/{start}/{WORDS[at : at + size]}"
        return {"mark": text, "number": self.number, "more": [1, 2.5, None, True]}

    def said(self, mark: dict[str, Any]) -> int:
        """The call returned."""
        letter = "a"
        if self.checks:
            dropped = dropped_so_far()
            letter = "a" if dropped == self.dropped else "d"
            self.dropped = dropped
        say(f"{letter} {self.worker} {self.lane} {self.number} {zlib.crc32(mark['mark'].encode())}")
        number = self.number
        self.number += 1
        return number

    def unit(self) -> None:
        """A run of two steps with an event: five records."""
        mark = self.mark("-")
        with tracewire.span("work", kind="tool", input=mark, parent=None) as outer:
            above = self.said(mark)
            self.below(above)
            ends = self.mark(start=above)
            outer.set_output(ends)
        self.said(ends)

    def below(self, above: int) -> None:
        mark = self.mark(above)
        with tracewire.span("part", input=mark) as inner:
            here = self.said(mark)
            note = self.mark(here)
            tracewire.event("note", {"size": len(note["mark"])}, data=note)
            self.said(note)
            ends = self.mark(start=here)
            inner.set_output(ends)
        self.said(ends)

    async def task(self) -> None:
        """A run of three steps, two deep; other tasks run in between."""
        mark = self.mark("-")
        async with tracewire.span("work", input=mark, parent=None) as outer:
            above = self.said(mark)
            await asyncio.sleep(0)
            mark = self.mark(above)
            async with tracewire.span("part", input=mark) as inner:
                here = self.said(mark)
                await asyncio.sleep(0)
                await self.deep(here)
                ends = self.mark(start=here)
                inner.set_output(ends)
            self.said(ends)
            ends = self.mark(start=above)
            outer.set_output(ends)
        self.said(ends)

    async def deep(self, above: int) -> None:
        mark = self.mark(above)
        with tracewire.span("deep", input=mark) as step:
            here = self.said(mark)
            await asyncio.sleep(0)
            ends = self.mark(start=here)
            step.set_output(ends)
        self.said(ends)


def dropped_so_far() -> int:
    """Records dropped, but those that somebody took away later."""
    recorder: Any = _recorder.active
    dropped: dict[str, int] = recorder.stats()["dropped"]
    return sum(count for reason, count in dropped.items() if reason != "vanished")


def totals(worker: str, unmarked: int = 0) -> None:
    """Close, and tell what was counted."""
    report = tracewire.shutdown(5)
    say(f"t {worker} {report.written} {unmarked} {json.dumps(report.dropped)}")


class Worker:
    def __init__(self, directory: str, options: dict[str, Any]) -> None:
        self.options = options
        self.kind: str = options["kind"]
        tracewire.init(**{"service": "torture", "dir": directory, **options.get("init", {})})

    def lane(self, worker: str, lane: int, seed: int) -> Lane:
        checks = bool(self.options.get("checks"))
        return Lane(worker, lane, seed, checks=checks, sizes=tuple(self.options.get("sizes", SIZES)))

    def run(self, worker: str, seed: int) -> None:
        getattr(self, f"kind_{self.kind}")(worker, seed)

    def steps(self, lane: Lane, units: int | None = None) -> None:
        pause = self.options.get("pause", 0)
        done = 0
        while units is None or done < units:
            lane.unit()
            done += 1
            if lane.chance.random() < 0.02:
                tracewire.flush(0.2)
            if pause:
                time.sleep(pause)

    def kind_forever(self, worker: str, seed: int) -> None:
        """Record until killed."""
        self.steps(self.lane(worker, 0, seed))

    def kind_threads(self, worker: str, seed: int) -> None:
        """Several threads, until killed."""
        lanes = [self.lane(worker, number, seed) for number in range(self.options.get("threads", 4))]
        for lane in lanes[1:]:
            threading.Thread(target=self.steps, args=(lane,), daemon=True).start()
        self.steps(lanes[0])

    def kind_pool(self, worker: str, seed: int) -> None:
        """Several threads, to their end."""
        lanes = [self.lane(worker, number, seed) for number in range(self.options.get("threads", 64))]
        threads = [threading.Thread(target=self.steps, args=(lane, self.options.get("units", 20))) for lane in lanes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        totals(worker)

    def kind_tasks(self, worker: str, seed: int) -> None:
        """Thousands of tasks at once, all of whose steps are open at the same time."""

        async def all_of_them() -> None:
            lanes = [self.lane(worker, number, seed) for number in range(self.options.get("tasks", 10_000))]
            await asyncio.gather(*(lane.task() for lane in lanes))

        asyncio.run(all_of_them())
        totals(worker)

    def kind_family(self, worker: str, seed: int) -> None:
        """Children and grandchildren that record at the same time as their parents."""
        lane = self.lane(worker, 0, seed)
        for generation in range(3):
            self.steps(lane, 1)
            if os.fork() == 0:
                worker = f"{worker}.{generation}"
                lane = self.lane(worker, 0, seed + generation + 1)
        self.steps(lane)

    def kind_end(self, worker: str, seed: int) -> None:
        """Some records, and a regular end."""
        self.steps(self.lane(worker, 0, seed), self.options.get("units", 20))
        totals(worker)

    def kind_segfault(self, worker: str, seed: int) -> None:
        self.steps(self.lane(worker, 0, seed), 1 + seed % 40)
        ctypes.string_at(0)

    def kind_abort(self, worker: str, seed: int) -> None:
        self.steps(self.lane(worker, 0, seed), 1 + seed % 40)
        os.abort()

    def kind_exit(self, worker: str, seed: int) -> None:
        self.steps(self.lane(worker, 0, seed), 1 + seed % 40)
        os._exit(3)

    def kind_mixed(self, worker: str, seed: int) -> None:
        """One of the ends above."""
        getattr(self, f"kind_{('segfault', 'abort', 'exit')[seed % 3]}")(worker, seed)

    def kind_hungry(self, worker: str, seed: int) -> None:
        """Take memory while recording, until there is none."""
        lane, kept = self.lane(worker, 0, seed), []
        piece = 1 << 20
        while True:
            lane.unit()
            try:
                kept.append(os.urandom(64) * (piece >> 6))
            except MemoryError:
                piece //= 2  # The next record finds nothing left.
                if piece < 64:
                    os._exit(4)


def zygote(directory: str, options: dict[str, Any]) -> None:
    """Fork a worker for each line of the input; say how each ended."""
    worker = Worker(directory, options)
    if options.get("preloads"):
        Lane("zygote", 0, 1).unit()  # Children of a process that has a journal itself.
    living = 0
    buffer = b""
    poll = select.poll()
    poll.register(0, select.POLLIN)
    is_open = True
    while is_open or living:
        if is_open and poll.poll(3):
            more = os.read(0, 65536)
            is_open = bool(more)
            if not is_open:
                poll.unregister(0)
            *lines, buffer = (buffer + more).split(b"\n")
            for line in lines:
                name, seed = line.decode().split()
                living += 1
                if os.fork() == 0:
                    signal.signal(signal.SIGINT, signal.SIG_DFL)
                    os.setpgid(0, 0)
                    say(f"b {name} {os.getpid()}")
                    worker.run(name, int(seed))
                    os._exit(0)
        elif not is_open:
            time.sleep(0.003)
        while living:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            living -= 1
            say(f"x {pid} {os.waitstatus_to_exitcode(status)}")


def hold(directory: str, options: dict[str, Any], name: str, seed: int) -> None:
    """Record until the input says that it is enough; then close and tell."""
    worker = Worker(directory, options)
    lane = worker.lane(name, 0, seed)
    poll = select.poll()
    poll.register(0, select.POLLIN)
    units = 0
    while not poll.poll(int(options.get("wait", 0))):
        lane.unit()
        units += 1
        if units % 50 == 0:
            say(f"i units {units}")
    # What is still wrong with the disk is over now; the recorder leaves a bad one alone for a second at most.
    for _ in range(options.get("after", 0)):
        time.sleep(0.11)
        lane.unit()
    totals(name)


def main() -> None:
    role, directory, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    if role == "zygote":
        zygote(directory, options)
    elif role == "hold":
        hold(directory, options, sys.argv[4], int(sys.argv[5]))
    else:
        Worker(directory, options).run(sys.argv[4], int(sys.argv[5]))


if __name__ == "__main__":
    main()
