"""One exporter's way: batches from its shipper, what it says about each, and what is counted.

What an exporter does is never trusted: it may raise anything, return anything, and never come back. Who waits for it waits
for a bounded time, and a batch stays with the journal until the exporter has returned from it.
"""

from __future__ import annotations

import threading
import time
from contextvars import Context

from . import _native, _recorder
from .exporters._base import Batch, RetryLater, Undeliverable, is_exporting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

    from .exporters._base import Exporter

MAX_BATCH_BYTES: Final = 1 << 20
FIRST_WAIT_SECONDS: Final = 0.5
LONGEST_WAIT_SECONDS: Final = 60.0
LONGEST_SERVER_WAIT_SECONDS: Final = 3600.0


class Route:
    """An exporter, its shipper, and its counts, in one process."""

    def __init__(self, recorder: _native.Recorder, sink: str, exporter: Exporter) -> None:
        self.recorder = recorder
        self.sink = sink
        self.exporter = exporter
        self.shipper = _native.Shipper(recorder, sink, exporter.uses_events)
        self.lock = threading.Lock()
        """Held while a batch is on its way."""
        self.exporting_since: float | None = None
        self.sent = 0
        self.recovered = 0
        self.dropped: dict[str, int] = {}
        self.errors: dict[str, int] = {}
        self._own_dropped = 0
        self._failures = 0
        self._not_before = 0.0
        self._is_server_wait = False
        self._said: set[str] = set()

    def drain(self, deadline: float | None, *, is_urgent: bool, stop: Callable[[], bool] = lambda: False) -> float:
        """Deliver until all is delivered, the deadline has passed, or the exporter fails.

        Args:
            deadline: of ``time.monotonic``; ``None`` for the background's worker.
            is_urgent: whether somebody asked for it: a failure is then tried again until the deadline.
            stop: asked between batches.

        Returns:
            Seconds to wait before the next attempt: 0 when all is delivered.

        """
        if is_urgent and not self._is_server_wait:
            self._not_before = 0.0
        while not stop():
            now = time.monotonic()
            left = None if deadline is None else deadline - now
            if left is not None and left <= 0:
                return FIRST_WAIT_SECONDS
            wait = self._not_before - now
            if wait > 0:
                if not is_urgent or left is None or wait >= left:
                    return wait
                _pause(wait)
                continue
            if not self.lock.acquire(timeout=-1 if left is None else left):
                return FIRST_WAIT_SECONDS
            try:
                if not self._step(None if deadline is None else deadline - time.monotonic()):
                    return 0.0
            finally:
                self.lock.release()
        return 0.0

    def _step(self, seconds: float | None) -> bool:
        """Hand one batch over; ``False`` when there is none."""
        try:
            native = self.shipper.next_batch(MAX_BATCH_BYTES)
        except ValueError as error:
            self.count_error("journals_unreadable", str(error))
            return False
        if native is None:
            return False
        is_own = native.is_own
        if not is_own and self.exporter.only_this_process:
            self._acknowledge(native.id)
            return True
        batch = Batch(
            native.producer,
            native.envelopes,
            count=native.events,
            resolve=native.events_json if self.exporter.uses_events else None,
            seconds=seconds,
        )
        self.exporting_since = time.monotonic()
        try:
            Context().run(self._export, batch)
        except Undeliverable as refused:
            self._acknowledge(native.id)
            lost = native.events if refused.events is None else min(refused.events, native.events)
            self.dropped[refused.reason] = self.dropped.get(refused.reason, 0) + lost
            self._own_dropped += lost if is_own else 0
            self._count_sent(native.events - lost, is_own)
            self._say(refused.reason, f"{lost} events were dropped: {refused}")
        except BaseException as error:
            self.shipper.batch_result(native.id, False)
            self._failed(error)
            if threading.current_thread() is threading.main_thread() and not isinstance(error, Exception):
                raise  # Ctrl-C while the program itself exports, because no thread could be started.
        else:
            self._acknowledge(native.id)
            self._count_sent(native.events, is_own)
        finally:
            self.exporting_since = None
        return True

    def _acknowledge(self, batch_id: int) -> None:
        try:
            self.shipper.batch_result(batch_id, True)
        except ValueError as error:
            # It is delivered all the same; after a restart it comes again.
            self.count_error("acknowledgement_lost", str(error))

    def _export(self, batch: Batch) -> None:
        is_exporting.set(True)
        export: Callable[[Batch], Any] = self.exporter.export
        answer = export(batch)
        if hasattr(answer, "__await__"):
            close = getattr(answer, "close", None)
            if close is not None:
                close()
            raise RetryLater("exporter_is_async", "export() must not be async: nothing awaits it")
        if answer is False:
            raise RetryLater("export_failed", "export() returned False")

    def _count_sent(self, events: int, is_own: bool) -> None:
        if is_own:
            self.sent += events
        else:
            self.recovered += events
        self._failures = 0
        self._not_before = 0.0
        self._is_server_wait = False

    def _failed(self, error: BaseException) -> None:
        after = error.after if isinstance(error, RetryLater) else None
        self._is_server_wait = after is not None
        if after is None:
            # The first wait is the shortest; jitter keeps many processes from coming back at once.
            wait = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(self._failures, 16))
            after = wait * (0.5 + 0.5 * _random())
        self._failures += 1
        self._not_before = time.monotonic() + min(max(after, 0.0), LONGEST_SERVER_WAIT_SECONDS)
        code = error.code if isinstance(error, RetryLater) else "export_failed"
        self.count_error(code, f"{type(error).__name__}: {error}" if code == "export_failed" else str(error))

    def count_error(self, code: str, message: str) -> None:
        """Count something that cost no event."""
        self.errors[code] = self.errors.get(code, 0) + 1
        self._say(code, message)

    def _say(self, code: str, message: str) -> None:
        if code not in self._said:
            self._said.add(code)
            _recorder.log([f"exporter {self.sink}: {message:.500}"])

    def release(self) -> None:
        """Let other processes deliver what this one has open, unless a batch is on its way."""
        if self.lock.acquire(blocking=False):
            try:
                self.shipper.release()
            finally:
                self.lock.release()

    def is_behind(self) -> bool:
        """Whether this process has recorded what the destination lacks."""
        written: int = self.recorder.stats().get("written", 0)
        return written > self.sent + self._own_dropped

    def report(self, written: int) -> dict[str, Any]:
        """Give the counts."""
        return {
            "sent": self.sent,
            "recovered": self.recovered,
            "pending": max(0, written - self.sent - self._own_dropped),
            "dropped": dict(self.dropped),
            "errors": dict(self.errors),
        }


def _random() -> float:
    """Jitter that leaves the state of the program's own random numbers alone."""
    import os

    return int.from_bytes(os.urandom(4), "big") / 2**32


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)
