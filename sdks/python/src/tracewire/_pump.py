"""Who calls the exporters, and when.

==============  ===========================================================================================================
``background``  one daemon thread for each exporter, which sleeps outside of the interpreter's lock until something is recorded
``inline``      at the end of a run; the calling thread waits, for a bounded time
``local``       at a flush only
==============  ===========================================================================================================

An exporter runs on a thread that can be left alone: one that hangs costs its caller the time that the caller was ready to wait.
Where no thread can be had (a platform without them, an interpreter that is shutting down), it runs on the calling thread.
"""

from __future__ import annotations

import os
import threading
import time
from weakref import WeakSet

from ._route import Route
from .exporters import split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Final

    from . import _native
    from .exporters import Exporter

RUN_END_SECONDS: Final = 2.0
"""How long a run's end may keep the calling thread in inline mode."""

_POLL_SECONDS: Final = 0.25
_BEHIND_SECONDS: Final = 1.0
_CLOSE_SECONDS: Final = 1.0

_pumps: WeakSet[Pump] = WeakSet()
_inherited: list[object] = []
_is_hooked = False


class Pump:
    """Drains a recorder's journal into exporters.

    Args:
        recorder: opened with ``exporters.recorder_options(…)`` among its options.
        exporters: those of the client; one that the native sink stands in for is passed by.
        mode: ``local``, ``inline`` or ``background``.

    """

    def __init__(self, recorder: _native.Recorder, exporters: Sequence[Exporter], mode: str) -> None:
        self._recorder = recorder
        self._mode = mode
        self._exporters = split(exporters, mode)[1]
        self._is_closed = False
        self._begin()
        _hook()
        _pumps.add(self)
        self.start()

    def _begin(self) -> None:
        """Have what belongs to one process."""
        self._workers = [_Worker(Route(self._recorder, sink, exporter)) for sink, exporter in self._exporters]
        self._is_started = self._mode != "background" or self._is_closed
        self._start_lock = threading.Lock()

    def start(self) -> None:
        """Begin to deliver in the background, if that is the mode. Cheap when it has begun."""
        if self._is_started:
            return
        with self._start_lock:
            if not self._is_started:
                self._is_started = True
                for worker in self._workers:
                    worker.start()

    def run_ended(self) -> None:
        """Deliver on behalf of a run that has just ended, in inline mode."""
        if self._mode == "inline" and not self._is_closed:
            deadline = time.monotonic() + RUN_END_SECONDS
            _wait([worker.submit(deadline, is_urgent=False) for worker in self._workers if not worker.hangs()], deadline)

    def flush(self, timeout: float) -> dict[str, Any]:
        """Deliver what was recorded, for at most ``timeout`` seconds, and count.

        Returns:
            ``sent`` and ``pending``: events of this process that every exporter has, and that one lacks. ``dropped``: events
            that a
            destination refused, by reason. ``errors``: failed attempts by code. ``exporters``: the same for each of them.

        """
        if not self._is_closed:
            self._flush(time.monotonic() + max(timeout, 0.0))
        return self.report()

    def _flush(self, deadline: float) -> None:
        self.start()
        jobs = [worker.submit(deadline, is_urgent=True) for worker in self._workers]
        for worker, is_done in zip(self._workers, _wait(jobs, deadline), strict=True):
            if not is_done and worker.route.exporting_since is not None:
                worker.route.count_error(
                    "export_timeout", "export() takes longer than the flush may wait; it is not interrupted"
                )

    def close(self, timeout: float) -> dict[str, Any]:
        """Flush, end the threads, and close the exporters."""
        if self._is_closed:
            return self.report()
        deadline = time.monotonic() + max(timeout, 0.0)
        self._flush(deadline)
        self._is_closed = True
        _pumps.discard(self)
        deadline = max(deadline, time.monotonic() + _CLOSE_SECONDS)
        _wait([worker.close() for worker in self._workers], deadline)
        return self.report()

    def pending(self) -> dict[str, int]:
        """What the destination of each exporter lacks."""
        exporters: dict[str, dict[str, Any]] = self.report()["exporters"]
        return {sink: counts["pending"] for sink, counts in exporters.items()}

    def report(self) -> dict[str, Any]:
        """Count without delivering."""
        written: int = self._recorder.stats().get("written", 0)
        exporters = {worker.route.sink: worker.route.report(written) for worker in self._workers}
        dropped: dict[str, int] = {}
        errors: dict[str, int] = {}
        for counts in exporters.values():
            for total, part in ((dropped, counts["dropped"]), (errors, counts["errors"])):
                for code, count in part.items():
                    total[code] = total.get(code, 0) + count
        return {
            "sent": min((counts["sent"] for counts in exporters.values()), default=0),
            "pending": max((counts["pending"] for counts in exporters.values()), default=0),
            "dropped": dropped,
            "errors": errors,
            "exporters": exporters,
        }

    def _after_fork(self) -> None:
        # What the parent's threads held when it forked is held for ever here, so it is neither used nor freed.
        _inherited.append(self._workers)
        self._begin()
        self.start()


class _Worker:
    """A route, and the thread that may be serving it."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._asked: tuple[Callable[[], None], threading.Event] | None = None

    def start(self) -> None:
        """Begin to deliver in the background."""
        thread = threading.Thread(target=self._work, name=f"tracewire {self.route.sink:.40}", daemon=True)
        if _can_start(thread):
            self._thread = thread
        # Without a thread, flush and close still deliver.

    def _work(self) -> None:
        # What processes have left that died is sent first, whether or not something new is recorded.
        wait, quiet = _POLL_SECONDS, 0.0
        while not self._stopped.is_set():
            try:
                self._answer()
                if wait > 0:
                    self._stopped.wait(min(wait, _POLL_SECONDS))
                    wait -= _POLL_SECONDS
                    if wait <= 0:
                        wait = self._drain()
                elif self.route.shipper.wait(_POLL_SECONDS):
                    wait, quiet = self._drain(), 0.0
                else:
                    quiet += _POLL_SECONDS
                    if quiet % _BEHIND_SECONDS == 0 and self.route.is_behind():
                        wait = self._drain()
            except BaseException as error:  # noqa: BLE001 - a thread that ends would be a silent loss
                self.route.count_error("internal_error", f"{type(error).__name__}: {error}")
                wait = _POLL_SECONDS
        self._answer()

    def _drain(self) -> float:
        return self.route.drain(None, is_urgent=False, stop=self._must_listen)

    def _must_listen(self) -> bool:
        return self._stopped.is_set() or self._asked is not None

    def _answer(self) -> None:
        asked = self._asked
        if asked is not None:
            self._asked = None
            try:
                asked[0]()
            finally:
                asked[1].set()

    def hangs(self) -> bool:
        """Whether an export has been going on for longer than anybody waits at the end of a run."""
        since = self.route.exporting_since
        return since is not None and time.monotonic() - since > RUN_END_SECONDS

    def submit(self, deadline: float, *, is_urgent: bool) -> threading.Event:
        """Have the route drained by a thread that can be left alone; the event says when it has been."""
        return self._run(lambda: self.route.drain(deadline, is_urgent=is_urgent))

    def close(self) -> threading.Event:
        """Stop the thread, and let go of the exporter and of the files that it had open."""
        self._stopped.set()
        return self._run(self._close)

    def _close(self) -> None:
        route = self.route
        if route.lock.acquire(timeout=_CLOSE_SECONDS):
            try:
                route.exporter.close()
            finally:
                route.lock.release()
        route.release()

    def _run(self, action: Callable[[], object]) -> threading.Event:
        done = threading.Event()

        def run() -> None:
            try:
                action()
            except Exception as error:  # noqa: BLE001 - an exporter's close() may raise anything
                self.route.count_error("internal_error", f"{type(error).__name__}: {error}")
            finally:
                done.set()

        if not _can_start(threading.Thread(target=run, name=f"tracewire {self.route.sink:.40}", daemon=True)):
            if self._thread is not None and self._thread.is_alive():
                self._asked = (run, done)
            else:
                run()
        return done


def _can_start(thread: threading.Thread) -> bool:
    try:
        thread.start()
    except RuntimeError:
        return False
    return True


def _wait(events: Sequence[threading.Event], deadline: float) -> list[bool]:
    return [event.wait(max(0.0, deadline - time.monotonic())) for event in events]


def _hook() -> None:
    global _is_hooked
    if not _is_hooked and hasattr(os, "register_at_fork"):
        _is_hooked = True
        os.register_at_fork(after_in_child=_after_fork_in_child)


def _after_fork_in_child() -> None:
    for pump in list(_pumps):
        pump._after_fork()
