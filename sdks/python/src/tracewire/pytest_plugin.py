"""The fixture ``captured_trace`` for pytest, which finds this module by itself where tracewire is installed.

::

    def test_the_agent_searches_once(captured_trace):
        answer("Which otter is the largest?")
        captured_trace.assert_tree('''
            agent answer
              tool search …
              llm chat …
        ''')
        assert captured_trace.only(kind="tool").input == {"query": "largest otter"}

What a failed test recorded stands in its report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from .testing import CapturedTrace

_LONGEST_NAME = 100


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--tracewire-update``."""
    group = parser.getgroup("tracewire")
    group.addoption(
        "--tracewire-update",
        action="store_true",
        default=False,
        help="take over what is recorded as the snapshots that captured_trace.assert_snapshot() compares with",
    )


@pytest.fixture
def captured_trace(request: pytest.FixtureRequest) -> Iterator[CapturedTrace]:
    """Everything that the test records, with a clock and ids that are the same in every run. Nothing stays on the disk."""
    from .testing import CapturedTrace, recording

    with recording() as recorded:
        is_updating = bool(request.config.getoption("--tracewire-update"))
        yield CapturedTrace(recorded, _snapshots_of(request.node), is_updating=is_updating)


def _snapshots_of(item: Any) -> Path:
    """Where the snapshots of a test are, without their ending: beside its module, in a folder of the module's name."""
    path: Path = item.path
    parts = [part for part in (getattr(item.cls, "__qualname__", None), item.name) if part]
    name = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in ".".join(parts))
    if len(name) > _LONGEST_NAME or name != ".".join(parts):
        import hashlib

        # Two parameters may differ only in what cannot stand in the name of a file.
        name = f"{name[:_LONGEST_NAME]}-{hashlib.sha256('.'.join(parts).encode()).hexdigest()[:8]}"
    return path.parent / "__snapshots__" / path.stem / name


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what a failed test recorded."""
    report = yield
    captured = getattr(item, "funcargs", {}).get("captured_trace")
    if report.when == "call" and report.failed and captured is not None:
        try:
            tree = captured.tree()
        except Exception as error:  # noqa: BLE001 - a report must not fail for what it adds
            tree = f"cannot be read: {error}"
        report.sections.append(("Recorded steps", tree))
    return report
