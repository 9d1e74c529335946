"""What tests of exporters share: a recorder with a pump, and exporters that behave in every bad way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tracewire.testing
from tracewire import _native, _recorder
from tracewire._pump import Pump
from tracewire.exporters import Batch, Exporter, recorder_options


class Kept(Exporter):
    """Keeps what it is given; what it does before that is said by a list of functions, one for each call."""

    def __init__(self, name: str = "kept", *before: Callable[[], Any]) -> None:
        self.name = name
        self.calls = 0
        self.batches: list[Batch] = []
        self.threads: set[str] = set()
        self.is_closed = False
        self._before = list(before)

    def export(self, batch: Batch) -> Any:
        self.calls += 1
        self.threads.add(threading.current_thread().name)
        answer = self._before.pop(0)() if self._before else None
        batch.events()
        self.batches.append(batch)
        return answer

    def close(self) -> None:
        self.is_closed = True

    def names(self) -> list[str]:
        """Of all steps that began."""
        events = [event for batch in self.batches for event in batch.events()]
        return [event["body"]["name"] for event in events if event["type"] == "span.start"]


def raising(error: BaseException) -> Callable[[], Any]:
    def fail() -> None:
        raise error

    return fail


@contextmanager
def pumping(exporters: Sequence[Exporter], mode: str, directory: Path | None = None, **options: Any) -> Iterator[Pump]:
    options |= recorder_options(exporters, mode)
    with tracewire.testing.recording(directory, mode=mode, **options):
        assert isinstance(_recorder.active, _native.Recorder)
        pump = Pump(_recorder.active, exporters, mode)
        try:
            yield pump
        finally:
            pump.close(1.0)


def until(condition: Callable[[], object], seconds: float = 8.0) -> None:
    """Wait for something that another thread does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        threading.Event().wait(0.005)
