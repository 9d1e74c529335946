"""A research agent: it searches a library over MCP, reads, calculates, has a sub-agent check its source, and answers.

Run it, then look at what it did:

    python agent.py "How much does a sea otter eat in a day?"
    tracewire trace --last

There is no network and no key: `Model` stands in for a language model. Everything else is as in a real agent.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

import tracewire
import tracewire.mcp

QUESTION = "How much does a sea otter eat in a day?"
RATE_LIMIT = "429"

Message = dict[str, str]


class Model:
    """Answers as a language model would: a plan at once, prose word by word, and what it cost in tokens."""

    name = "scripted-1"

    @tracewire.llm("plan", attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": name})
    async def plan(self, messages: list[Message]) -> list[str]:
        question = messages[-1]["content"]
        topics = [word for word in re.findall(r"[a-z]+", question.lower()) if len(word) > 2]
        if step := tracewire.current_span():
            step.usage(input_tokens=tokens(messages), output_tokens=len(topics))
        return ["search: " + " ".join(topics), "read the best page", "calculate", "check the source", "answer"]

    @tracewire.llm("answer", attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": name})
    async def answer(self, messages: list[Message], facts: dict[str, Any]) -> AsyncIterator[str]:
        text = (
            f"A sea otter eats about {facts['share']} % of its weight each day: between {facts['least']:g} and "
            f"{facts['most']:g} kg. [{facts['page']}]"
        )
        words = text.split(" ")
        for word in words:
            await asyncio.sleep(0.005)  # A model thinks between two words.
            yield word + " "
        if step := tracewire.current_span():
            step.usage(input_tokens=tokens(messages), output_tokens=len(words), cache_read_input_tokens=12)


def tokens(messages: list[Message]) -> int:
    return sum(len(message["content"].split()) for message in messages)


class ResearchAgent:
    """Plans, searches, reads, calculates, checks and answers. Each method that is a step says so."""

    def __init__(self, library: Client) -> None:
        self.library = library
        self.model = Model()

    async def call(self, tool: str, **arguments: Any) -> Any:
        """Call a tool of the library: a step of this trace, and the server's own step below it."""
        result = await tracewire.mcp.call_tool(self.library, tool, arguments)
        if result.is_error:
            raise RuntimeError(result.content[0].text)
        return result.structured_content["result"]

    @tracewire.step
    async def read(self, page: str, attempts: int = 3) -> str:
        """Fetch a page, and once more after a rate limit."""
        for attempt in range(1, attempts + 1):
            try:
                return str(await self.call("fetch_page", page=page))
            except RuntimeError as error:
                if RATE_LIMIT not in str(error) or attempt == attempts:
                    raise
                if step := tracewire.current_span():
                    step.event("retry", {"tracewire.retry.attempt": attempt, "error.type": "rate_limit"})
                await asyncio.sleep(0.05)
        raise AssertionError("unreachable")

    @tracewire.agent("fact checker")
    async def check_facts(self, page: str, quote: str) -> bool:
        """A sub-agent: is the quote really there?"""
        with tracewire.span("compare", input={"page": page, "quote": quote}) as s:
            if os.environ.get("RESEARCH_AGENT_PAUSE"):
                # For the demonstration: say that the agent is in the middle of a step, and wait to be killed there.
                print("READY", flush=True)
                await asyncio.sleep(3600)
            is_there = bool(await self.call("check_citation", page=page, quote=quote))
            s.set_output(is_there)
        return is_there

    @tracewire.agent
    async def research(self, question: str) -> str:
        messages = [
            {"role": "system", "content": "Answer from the library, and name your source."},
            {"role": "user", "content": question},
        ]
        await self.model.plan(messages)

        found = await self.call("search", query=question)
        pages = await asyncio.gather(*(self.read(result["page"]) for result in found))
        page, text = found[0]["page"], pages[0]

        weights = re.search(r"between (\d+) and (\d+) kg", text)
        share = re.search(r"[^.]*about (\d+) % of its body weight", text)
        if weights is None or share is None:
            return "The library does not say."
        least, most = await asyncio.gather(
            *(self.call("calculate", expression=f"{weight} * {share[1]} / 100") for weight in weights.groups())
        )
        if not await self.check_facts(page, share[0].strip()):
            return "The source does not hold."

        facts = {"page": page, "share": share[1], "least": least, "most": most}
        return "".join([chunk async for chunk in self.model.answer(messages, facts)]).strip()


async def main(question: str) -> None:
    # The server is a process of its own. It gets this environment, and so records into the same directory.
    server = StdioServerParameters(
        command=sys.executable,
        args=[str(Path(__file__).with_name("server.py"))],
        env=tracewire.inject_environment(),
    )
    async with Client(server) as client:
        print(await ResearchAgent(client).research(question))


if __name__ == "__main__":
    tracewire.init(service="research-agent")
    asyncio.run(main(" ".join(sys.argv[1:]) or QUESTION))
