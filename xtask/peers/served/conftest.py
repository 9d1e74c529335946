"""A real server over an empty folder, and the endpoint that the senders ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from endpoint import answering
from server import Server, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve an empty folder."""
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Answer like OpenAI."""
    with answering() as address:
        yield address
