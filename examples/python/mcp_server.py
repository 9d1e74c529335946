"""An MCP server and its client with the official package: two processes, one trace, a tool that fails.

Run it:  pip install tracewire "mcp>=2.3" && python mcp_server.py   (the server is this file too: python mcp_server.py serve)"""

from __future__ import annotations

import asyncio
import sys

from mcp import Client, StdioServerParameters
from mcp.server import MCPServer

import tracewire

server = MCPServer("weather", log_level="CRITICAL")


@server.tool()
@tracewire.observe_tool
def forecast(city: str) -> str:
    """Say how the weather will be."""
    if city == "Atlantis":
        raise LookupError("no station there")
    return f"{city}: dry"


@server.tool()
@tracewire.observe_tool
async def compare(first: str, second: str) -> list[str]:
    """Compare two cities."""
    return [forecast(first), forecast(second)]


async def ask() -> None:
    child = StdioServerParameters(command=sys.executable, args=[__file__, "serve"], env=tracewire.inject_environment())
    async with Client(child) as client:
        with tracewire.session(agent_id="traveller", session_id="weekend") as run:
            for tool, arguments in (
                ("forecast", {"city": "Ghent"}),
                ("compare", {"first": "Ghent", "second": "Oslo"}),
                ("forecast", {"city": "Atlantis"}),
            ):
                result = await tracewire.mcp.call_tool(client, tool, arguments)
                print(tool, "failed:" if result.is_error else "said:", result.content[0].text)
    if trace := tracewire.get_trace(run.trace_id):
        print(trace.tree())


if __name__ == "__main__":
    tracewire.init(service="weather" if "serve" in sys.argv else "traveller")
    if "serve" in sys.argv:
        server.run()
    else:
        asyncio.run(ask())
