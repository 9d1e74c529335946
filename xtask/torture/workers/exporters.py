"""A process whose exporter fails until its input says "healed"; then everything must arrive.

exporters.py DIR WORKER SEED http URL | host SENT [UNITS]

``http`` is the package's own exporter and a bad endpoint; ``host`` an exporter of the program's own, which raises, blocks and
answers nonsense, and keeps what it was given in the file SENT.
"""

from __future__ import annotations

import os
import random
import select
import sys
import time
from typing import Any

from worker import Lane, say, totals

import tracewire
from tracewire.exporters import Batch, Exporter, HttpExporter, RetryLater

MOST_SECONDS = 40.0


class Erratic(Exporter):
    """Does what exporters do wrong."""

    name = "erratic"
    uses_events = False

    def __init__(self, path: str, seed: int) -> None:
        self.path = path
        self.chance = random.Random(seed)
        self.is_healed = False

    def export(self, batch: Batch) -> Any:
        if not self.is_healed:
            self.misbehave(batch)
        with open(self.path, "ab") as file:
            file.write(b"".join(envelope + b"\n" for envelope in batch.envelopes))
            file.flush()
        return "nonsense"

    def misbehave(self, batch: Batch) -> None:
        what = self.chance.randrange(6)
        if what == 0:
            raise ConnectionError("nobody there")
        if what == 1:
            raise SystemExit(3)
        if what == 2:
            raise RetryLater("busy", after=0.05)
        if what == 3:
            time.sleep(0.3)
        if what == 4:
            batch.envelopes.clear()
            raise RecursionError
        if what == 5:
            tracewire.flush(0.01)


def main(directory: str, worker: str, seed: int, way: str, where: str, units: int) -> None:
    exporter: Any = HttpExporter(where, timeout=0.3) if way == "http" else Erratic(where, seed)
    mode: Any = "background" if seed % 3 else "inline"
    tracewire.init(service="torture", dir=directory, mode=mode, exporters=[exporter], file_bytes=1 << 18)
    lane = Lane(worker, 0, seed, sizes=(4, 90, 400))
    poll = select.poll()
    poll.register(0, select.POLLIN)
    done = 0
    while not poll.poll(0):
        if done < units:
            lane.unit()
            done += 1
        if done % 40 == 0:
            tracewire.flush(0.02)
            time.sleep(0.005)
    if way == "host":
        exporter.is_healed = True
    lane.unit()
    end = time.monotonic() + MOST_SECONDS
    while True:
        report = tracewire.flush(2)
        if report.pending == 0:
            break
        if time.monotonic() > end:
            say(f"! {worker}: {report.pending} events did not arrive in {MOST_SECONDS} s: {report}")
            break
    totals(worker)
    # A thread of an exporter that hangs must not keep the process.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5], int(sys.argv[6]))
