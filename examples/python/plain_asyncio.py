"""Plain asyncio, no framework: gather, a task group, a stream, and a time-out each keep their place in the tree.

Run it:  pip install tracewire && python plain_asyncio.py   (Python 3.11 or newer)"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import tracewire

tracewire.init(service="plain-asyncio")


@tracewire.tool
async def fetch(page: str, seconds: float = 0.01) -> str:
    await asyncio.sleep(seconds)
    return f"the page about {page}"


@tracewire.step
async def read_all(pages: list[str]) -> list[str]:
    return await asyncio.gather(*(fetch(page) for page in pages))


@tracewire.step
async def check_all(pages: list[str]) -> None:
    async with asyncio.TaskGroup() as group:  # type: ignore[attr-defined]  # Python 3.11 or newer
        for page in pages:
            group.create_task(fetch(page))


@tracewire.llm(attributes={"gen_ai.request.model": "scripted-1"})
async def write(pages: list[str]) -> AsyncIterator[str]:
    for page in pages:
        await asyncio.sleep(0.002)
        yield f"{page}; "


@tracewire.agent
async def research(topics: list[str]) -> str:
    pages = await read_all(topics)
    await check_all(topics)
    try:
        await asyncio.wait_for(fetch("the deep sea", seconds=10), timeout=0.02)
    except TimeoutError:
        pages.append("nothing about the deep sea")
    return "".join([chunk async for chunk in write(pages)])


async def main() -> None:
    print(await research(["otters", "kelp"]))
    if trace := tracewire.get_trace(tracewire.query(kind="agent")[0].trace_id):
        print(trace.tree())


asyncio.run(main())
