"""For tests: a clock and ids that are the same in every run, and what was recorded, as Python values.

::

    def test_search() -> None:
        with tracewire.testing.recording() as recorded:
            search("otters")
        (span,) = recorded.spans()
        assert span["name"] == "search"
        assert span["output"] == ["Lutra lutra"]

What was recorded is also there as the wire has it, byte for byte: ``recorded.envelopes()``, and ``seal`` of a journal.

With pytest, the fixture ``captured_trace`` does that and more; see ``tracewire.pytest_plugin``.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _native, _recorder
from ._captured import CapturedTrace
from ._errors import FormatError
from ._steps import merge
from .formats import _data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from .formats import Data

__all__ = ["CapturedTrace", "Recording", "Sealed", "check_script", "recording", "recover", "seal"]

_START_NANOS = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z


class Sealed(NamedTuple):
    """What a journal becomes."""

    envelopes: list[bytes]
    """Each envelope in canonical JSON, in order."""
    pending: int
    """How many events stand behind the last boundary."""


class Recording:
    """What a program recorded into one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        """Where the journals are."""
        self._kept: list[dict[str, Any]] | None = None
        self._sealed: list[bytes] | None = None

    def events(self) -> list[dict[str, Any]]:
        """All events in the order of their times, each in the specification's JSON form; contents are inline."""
        if self._kept is not None:
            return self._kept
        events: list[dict[str, Any]] = json.loads(_native.testing_read(str(self.directory)))
        return events

    def envelopes(self) -> list[bytes]:
        """All envelopes, each in canonical JSON: behind the block whole, inside of it what a flush or a limit has ended."""
        if self._sealed is not None:
            return self._sealed
        return _native.testing_seal_directory(str(self.directory))[0]

    def keep(self) -> None:
        """Read now, for when the directory is gone."""
        self._kept, self._sealed = self.events(), self.envelopes()

    def spans(self) -> list[dict[str, Any]]:
        """All steps in the order of their beginnings, each one map: what its start, updates and end say.

        ``status`` is absent from a step that has not ended. ``events`` lists what happened inside it.
        """
        spans: dict[str, dict[str, Any]] = {}
        for event in self.events():
            body: dict[str, Any] = event.get("body", {})
            if event["type"] == "span.start":
                known: dict[str, Any] = {
                    key: event[key] for key in ("trace_id", "span_id", "parent_id", "kind") if key in event
                }
                spans[event["span_id"]] = {**known, **body, "events": []}
            elif event.get("span_id") not in spans:
                continue
            elif event["type"] == "span.event":
                spans[event["span_id"]]["events"].append(body)
            elif event["type"] in ("span.update", "span.end"):
                ends: dict[str, Any] = {key: event[key] for key in ("status", "duration_nanos") if key in event}
                merge(spans[event["span_id"]], {**body, **ends})
        return list(spans.values())


@contextmanager
def recording(
    directory: str | PathLike[str] | None = None,
    *,
    start_nanos: int = _START_NANOS,
    start_monotonic_nanos: int = 0,
    step_nanos: int = 1_000_000,
    moments: Iterable[tuple[int, int]] = (),
    trace_ids: Iterable[str] = (),
    span_ids: Iterable[str] = (),
    process: str = "0000000000000001",
    **options: object,
) -> Iterator[Recording]:
    """Record with injected clock and ids for the length of the block, in place of the process's recorder.

    Args:
        directory: where to record; a temporary directory by default, which goes with the block's end.
        start_nanos: the first reading of the clock, in nanoseconds since 1970 UTC.
        start_monotonic_nanos: the first reading of the monotonic clock, which durations are made of.
        step_nanos: how far both clocks go at each reading.
        moments: readings that come before these, in order: nanoseconds since 1970 UTC, and nanoseconds of the monotonic clock.
        trace_ids: ids that new traces take, in order, each 32 hex digits; when they are used up, ids count from 1.
        span_ids: the same for steps and events, 16 hex digits.
        process: the process part of the producer's name, 16 hex digits.
        options: further options of ``init``: ``resource``, ``redact``, ``sampling``, ``mask``, …. And ``limits``, a dictionary
            from names of the specification's limits to their values.

    Raises:
        FormatError: ``redact_rule`` or ``redact_pattern`` for a rule that cannot be used.
        ValueError: for any other option that cannot be used.

    """
    with tempfile.TemporaryDirectory(prefix="tracewire-") as temporary:
        place = Path(temporary if directory is None else directory)
        given: dict[str, object] = {"dir": place, "resource": {"service.name": "test"}, **options}
        if "guards" in given:
            from ._guards import plain

            given.update(plain(given["guards"]))
        clock = ((start_nanos, start_monotonic_nanos), list(moments), step_nanos)
        try:
            recorder = _native.testing_recorder(given, process, clock, (list(trace_ids), list(span_ids)))
        except ValueError as error:
            if len(error.args) == 1:
                raise
            raise FormatError(error.args[1], error.args[0]) from None
        previous, _recorder.active = _recorder.active, recorder
        recorded = Recording(place)
        try:
            yield recorded
        finally:
            _recorder.active = previous
            recorder.close(_recorder.EXIT_SECONDS)
            recorded.keep()


def seal(journal: Data) -> Sealed:
    """The envelopes of a journal, given by the bytes of its file.

    Raises:
        FormatError: ``journal_foreign``, ``journal_header`` or ``journal_newer`` for what cannot be read as one.

    """
    return Sealed(*_native.testing_seal(_data(journal)))


def recover(journal: Data) -> bytes:
    """The bytes of a journal's file as they are left by whoever finds it and knows that its writer is dead.

    What cannot be read as a journal stays as it is.
    """
    return _native.testing_recover(_data(journal))


def check_script(script: str) -> str:
    """Run checks and settlements of guards, given as JSON with their times: the operation ``guard`` of the conformance kit.

    Raises:
        ValueError: for what is no script.

    """
    return _native.testing_guard(script.encode())
