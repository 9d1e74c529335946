"""A FastMCP server whose tools are observed, and a FastMCP client that calls them: one trace.

Run it:  pip install tracewire fastmcp && python fastmcp_server.py"""

from __future__ import annotations

import asyncio

from fastmcp import Client, FastMCP

import tracewire

tracewire.init(service="library")
server: FastMCP[None] = FastMCP("library")


@server.tool
@tracewire.observe_tool
def search(query: str, limit: int = 2) -> list[str]:
    """Find pages."""
    return [page for page in ("sea otter", "river otter", "kelp") if query in page][:limit]


@server.tool
@tracewire.observe_tool
async def read(page: str) -> str:
    """Read a page."""
    with tracewire.span("look up", kind="database", input=page) as step:
        step.set_output("found")
    return f"all about the {page}"


async def main() -> None:
    async with Client(server) as client:
        with tracewire.session(agent_id="reader", session_id="fastmcp") as run:
            pages = (await tracewire.mcp.call_tool(client, "search", {"query": "otter"})).data
            texts = await asyncio.gather(*(tracewire.mcp.call_tool(client, "read", {"page": page}) for page in pages))
    print([text.data for text in texts])
    if trace := tracewire.get_trace(run.trace_id):
        print(trace.tree())


asyncio.run(main())
