"""For tests: a clock and ids that are the same in every run, and what was recorded, as Python values.

::

    def test_search() -> None:
        with tracewire.testing.recording() as recorded:
            search("otters")
        (span,) = recorded.spans()
        assert span["name"] == "search"
        assert span["output"] == ["Lutra lutra"]

With pytest, the fixture ``captured_trace`` does that and more; see ``tracewire.pytest_plugin``.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _native, _recorder
from ._captured import CapturedTrace
from ._steps import merge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

__all__ = ["CapturedTrace", "Recording", "recording"]

_START_NANOS = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z


class Recording:
    """What a program recorded into one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        """Where the journals are."""
        self._kept: list[dict[str, Any]] | None = None

    def events(self) -> list[dict[str, Any]]:
        """All events in the order of their times, each in the specification's JSON form; contents are inline."""
        if self._kept is not None:
            return self._kept
        events: list[dict[str, Any]] = json.loads(_native.testing_read(str(self.directory)))
        return events

    def keep(self) -> None:
        """Read now, for when the directory is gone."""
        self._kept = self.events()

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
    step_nanos: int = 1_000_000,
    process: str = "0000000000000001",
    **options: object,
) -> Iterator[Recording]:
    """Record with injected clock and ids for the length of the block, in place of the process's recorder.

    Args:
        directory: where to record; a temporary directory by default, which goes with the block's end.
        start_nanos: the first reading of the clock, in nanoseconds since 1970 UTC.
        step_nanos: how far the clock goes at each reading.
        process: the process part of the producer's name, 16 hex digits.
        options: further options of ``init``.

    """
    with tempfile.TemporaryDirectory(prefix="tracewire-") as temporary:
        place = Path(temporary if directory is None else directory)
        given: dict[str, object] = {"dir": place, "resource": {"service.name": "test"}, **options}
        recorder = _native.testing_recorder(given, start_nanos, step_nanos, process)
        previous, _recorder.active = _recorder.active, recorder
        recorded = Recording(place)
        try:
            yield recorded
        finally:
            _recorder.active = previous
            recorder.close(_recorder.EXIT_SECONDS)
            recorded.keep()
