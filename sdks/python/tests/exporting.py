"""What tests of exporters share: a recorder with a pump, and exporters that behave in every bad way."""

from __future__ import annotations

import json
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

TRACE = "0af7651916cd43dd8448eb211c80319c"


def event(seq: int, event_type: str, span: int, **members: Any) -> dict[str, Any]:
    return {
        "seq": seq,
        "type": event_type,
        "trace_id": TRACE,
        "span_id": f"{span:016x}",
        "time": f"2026-01-01T00:00:{seq:02}Z",
        **members,
    }


def start(seq: int, span: int, name: str, kind: str = "step", parent: int = 0, **body: Any) -> dict[str, Any]:
    above = {"parent_id": f"{parent:016x}"} if parent else {}
    return event(seq, "span.start", span, kind=kind, body={"name": name, **body}, **above)


def end(seq: int, span: int, status: str = "ok", nanos: int = 1_500_000, **body: Any) -> dict[str, Any]:
    return event(seq, "span.end", span, status=status, duration_nanos=nanos, body=body)


def batch(*events: dict[str, Any], producer: str = "p-1", content: dict[str, Any] | None = None) -> Batch:
    envelope = {"producer": producer, "first_seq": events[0]["seq"], "events": list(events), "content": content or {}}
    return Batch(producer, [json.dumps(envelope, separators=(",", ":")).encode()])


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
