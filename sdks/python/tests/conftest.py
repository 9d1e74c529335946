from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import tracewire.testing
from tracewire import _recorder
from tracewire.testing import Recording


@pytest.fixture
def recorded() -> Iterator[Recording]:
    with tracewire.testing.recording() as recording:
        yield recording


@pytest.fixture(autouse=True)
def forget_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_recorder, "_errors", {})
    monkeypatch.setattr(_recorder, "_is_strict", False)


@pytest.fixture
def examples() -> Path:
    return Path(__file__).parents[3] / "examples"
