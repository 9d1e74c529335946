"""The task that every library records: a search that takes a question and gives a short list, at once or in chunks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

QUESTION = "How much does a sea otter eat in a day?"
RESULT = {"pages": ["sea-otter", "river-otter", "kelp-forest"], "count": 3}
CHUNKS = ("A sea otter ", "eats about ", "25 % of ", "its weight.")
CHUNK: dict[str, str | int] = {"seq": 1, "text": "A sea otter "}
FACTS: dict[str, str | int] = {"gen_ai.tool.name": "search", "attempt": 1}


def search(query: str, limit: int = 3) -> dict[str, Any]:
    return RESULT


async def search_async(query: str, limit: int = 3) -> dict[str, Any]:
    return RESULT


def stream(query: str) -> Iterator[str]:
    yield from CHUNKS


async def stream_async(query: str) -> AsyncIterator[str]:
    for chunk in CHUNKS:
        yield chunk


def nothing(*_: object, **__: object) -> None:
    """What a call costs that does nothing, for what has no bare call: a log line, a metric, an event."""


def call() -> None:
    search(QUESTION, limit=3)


async def call_async() -> None:
    await search_async(QUESTION, limit=3)


def consume() -> None:
    for _ in stream(QUESTION):
        pass


async def consume_async() -> None:
    async for _ in stream_async(QUESTION):
        pass
