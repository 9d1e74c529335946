"""A real MCP client and server: signatures that frameworks read, and one trace across both."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.server import MCPServer
from mcp.server.mcpserver import Context

import tracewire
import tracewire.mcp
from tracewire.testing import Recording


def make_server(**options: Any) -> MCPServer[Any]:
    server: MCPServer[Any] = MCPServer("test", log_level="ERROR", **options)

    @server.tool()
    @tracewire.observe_tool
    async def search(query: str, ctx: Context[Any, Any], limit: int = 2) -> list[str]:
        """Find things."""
        await asyncio.sleep(0)
        return [helper(query)] * limit

    @server.tool()
    @tracewire.observe_tool(name="broken")
    def broken() -> str:
        raise RuntimeError("no luck")

    @tracewire.observe_tool
    def helper(query: str) -> str:
        return query.upper()

    return server


def by_name(recorded: Recording) -> dict[str, dict[str, Any]]:
    return {span["name"]: span for span in recorded.spans()}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_one_trace_across_client_and_server(mode: Any, recorded: Recording) -> None:
    async def run() -> Any:
        async with Client(make_server(), mode=mode) as client:
            (tool, _) = (await client.list_tools()).tools
            assert tool.description == "Find things."
            assert set(tool.input_schema["properties"]) == {"query", "limit"}
            with tracewire.span("agent", kind="agent"):
                return await tracewire.mcp.call_tool(client, "search", {"query": "otters"}, meta={"mine": 1})

    result = asyncio.run(run())
    assert result.structured_content == {"result": ["OTTERS", "OTTERS"]}
    spans = by_name(recorded)
    assert spans["tools/call search"]["parent_id"] == spans["agent"]["span_id"]
    assert spans["search"]["parent_id"] == spans["tools/call search"]["span_id"]
    assert spans["helper"]["parent_id"] == spans["search"]["span_id"]
    assert len({span["trace_id"] for span in spans.values()}) == 1
    client, server = spans["tools/call search"], spans["search"]
    assert client["input"] == {"query": "otters"}
    assert client["output"] == {"result": ["OTTERS", "OTTERS"]}
    assert client["attributes"]["mcp.method.name"] == server["attributes"]["mcp.method.name"] == "tools/call"
    assert client["attributes"]["gen_ai.tool.name"] == server["attributes"]["gen_ai.tool.name"] == "search"
    assert client["attributes"]["mcp.protocol.version"]
    assert server["input"]["query"] == "otters"


def test_a_tool_that_fails(recorded: Recording) -> None:
    async def run() -> Any:
        async with Client(make_server()) as client:
            return await tracewire.mcp.call_tool(client, "broken")

    assert asyncio.run(run()).is_error
    spans = by_name(recorded)
    client, server = spans["tools/call broken"], spans["broken"]
    assert (client["status"], client["attributes"]["error.type"]) == ("error", "tool_error")
    assert (server["status"], server["exception"]["message"]) == ("error", "no luck")


def test_a_call_that_raises_is_seen_as_it_was(recorded: Recording) -> None:
    class Gone(Exception):
        pass

    class Session:
        async def call_tool(self, name: str, arguments: Any, *, meta: dict[str, str]) -> Any:
            assert meta["traceparent"].startswith("00-")
            raise Gone("server went away")

    with pytest.raises(Gone):
        asyncio.run(tracewire.mcp.call_tool(Session(), "search", {}))
    (span,) = recorded.spans()
    assert (span["status"], span["attributes"]["error.type"]) == (
        "error",
        "test_a_call_that_raises_is_seen_as_it_was.<locals>.Gone",
    )


def test_middleware_puts_everything_below_the_client(recorded: Recording) -> None:
    server = make_server(middleware=[tracewire.mcp.middleware])

    @server.resource("text://hello")
    def hello() -> str:
        with tracewire.span("resource"):
            return "hello"

    async def run() -> None:
        async with Client(server) as client:
            with tracewire.span("agent"):
                await client.read_resource("text://hello", meta=tracewire.inject({}))  # type: ignore[arg-type]
                await tracewire.mcp.call_tool(client, "search", {"query": "q"})

    asyncio.run(run())
    spans = by_name(recorded)
    assert spans["resource"]["parent_id"] == spans["agent"]["span_id"]
    assert spans["search"]["parent_id"] == spans["tools/call search"]["span_id"]


def test_signatures_are_kept() -> None:
    async def tool(a: int, *, b: list[str] | None = None) -> dict[str, int]:
        """Do it."""
        return {}

    observed = tracewire.observe_tool(tool)
    assert inspect.signature(observed) == inspect.signature(tool)
    assert inspect.getdoc(observed) == "Do it."
    assert inspect.iscoroutinefunction(observed)


def test_two_processes_over_standard_input_and_output(recorded: Recording, tmp_path: Path) -> None:
    program = tmp_path / "server.py"
    program.write_text(
        textwrap.dedent("""
        import tracewire
        from mcp.server import MCPServer
        server = MCPServer("child", log_level="ERROR")
        @server.tool()
        @tracewire.observe_tool
        def add(a: int, b: int) -> int:
            return a + b
        server.run("stdio")
        """)
    )

    async def run() -> None:
        with tracewire.span("agent"):
            environment = {**tracewire.inject_environment(), "TRACEWIRE_DIR": str(recorded.directory)}
        parameters = StdioServerParameters(command=sys.executable, args=[str(program)], env=environment)
        async with Client(parameters) as client:
            result = await tracewire.mcp.call_tool(client, "add", {"a": 1, "b": 2})
            assert result.structured_content == {"result": 3}

    asyncio.run(run())
    spans = by_name(recorded)
    assert spans["add"]["parent_id"] == spans["tools/call add"]["span_id"]
    assert spans["add"]["trace_id"] == spans["tools/call add"]["trace_id"]


def agent(examples: Path, directory: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-B", str(examples / "research-agent" / "agent.py")],
        env={**os.environ, "TRACEWIRE_DIR": str(directory), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_research_agent(examples: Path, tmp_path: Path) -> None:
    process = agent(examples, tmp_path)
    out, errors = process.communicate(timeout=60)
    assert (out, errors) == (
        "A sea otter eats about 25 % of its weight each day: between 3.5 and 11.25 kg. [sea-otter]\n",
        "",
    )
    spans = Recording(tmp_path).spans()
    assert len({span["trace_id"] for span in spans}) == 1
    assert {span["status"] for span in spans} == {"ok", "error"}
    names = [span["name"] for span in spans]
    assert names.count("tools/call fetch_page") == names.count("fetch_page") == 3
    answer = next(span for span in spans if span["name"] == "answer")
    assert answer["output"].startswith("A sea otter eats")
    assert answer["usage"]["output_tokens"] > 0
    assert answer["time_to_first_chunk_nanos"] > 0
    assert "retry" in [event.get("name") for span in spans for event in span["events"]]


def test_the_research_agent_killed_in_the_middle_of_a_step(examples: Path, tmp_path: Path) -> None:
    process = agent(examples, tmp_path, RESEARCH_AGENT_PAUSE="1")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == "READY\n"
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    # The server holds the other end of our pipe of errors until it has ended by itself.
    process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    spans = Recording(tmp_path).spans()
    assert [span["name"] for span in spans if "status" not in span] == ["research", "fact checker", "compare"]
