"""Each file of ``examples/python`` is run as a user runs it, and what it printed and recorded is compared word by word."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from tracewire import store
from tracewire.store import Node, Trace


class Run(NamedTuple):
    """What came of one example."""

    out: str
    errors: str
    trace: Trace

    def lines(self) -> list[str]:
        return self.out.splitlines()

    def one(self, name: str) -> Node:
        (node,) = self.trace.find(name)
        return node


@pytest.fixture
def folder(examples: Path) -> Path:
    return examples / "python"


def needs(*modules: str) -> None:
    for module in modules:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed: pip install --group examples")


def run(example: Path, folder: Path) -> Run:
    # A folder of the project's own, so that nobody's recordings above it are taken for it.
    directory = folder / ".tracewire"
    directory.mkdir()
    ours = ("TRACEWIRE_", "TRACEPARENT", "OTEL_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-B", str(example)], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    (trace_id,) = {row.trace_id for row in store.query(directory, limit=10_000)}
    trace = store.get_trace(directory, trace_id=trace_id)
    assert trace is not None
    return Run(done.stdout, done.stderr, trace)


def tree(trace: Trace) -> str:
    """Steps and point events as their ids nest them, made from the events alone: kind, name, status."""
    nodes: dict[str, tuple[str | None, str]] = {}
    for event in trace.events:
        body = event.get("body", {})
        above = event.get("parent_id")
        if event["type"] == "span.start":
            nodes[event["span_id"]] = (above, f"{event['kind']} {body['name']}")
        elif event["type"] == "span.end":
            above, begun = nodes[event["span_id"]]
            nodes[event["span_id"]] = (above, f"{begun}: {event['status']}")
        elif event["type"] == "event":
            nodes[event["span_id"]] = (above, f"event {body['name']}")
        elif event["type"] == "feedback":
            nodes[body["feedback_id"]] = (body["target"]["span_id"], f"feedback {body['name']}: {body['value']}")
    lines: list[str] = []

    def draw(above: str | None, depth: int) -> None:
        for key, (parent, line) in nodes.items():
            if (parent if parent in nodes else None) == above:
                lines.append("  " * depth + line)
                draw(key, depth + 1)

    draw(None, 0)
    return "\n".join(lines) + "\n"


def text(block: str) -> str:
    return dedent(block).lstrip("\n")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.TaskGroup came with Python 3.11")
def test_plain_asyncio(folder: Path, tmp_path: Path) -> None:
    done = run(folder / "plain_asyncio.py", tmp_path)
    assert done.errors == ""
    assert done.out == text("""
        the page about otters; the page about kelp; nothing about the deep sea;\x20
        agent research
          step read_all
            tool fetch
            tool fetch
          step check_all
            tool fetch
            tool fetch
          tool fetch cancelled
          llm write
        """)
    assert tree(done.trace) == text("""
        agent research: ok
          step read_all: ok
            tool fetch: ok
            tool fetch: ok
          step check_all: ok
            tool fetch: ok
            tool fetch: ok
          tool fetch: cancelled
          llm write: ok
        """)
    write = done.one("write")
    assert write.output == "the page about otters; the page about kelp; nothing about the deep sea; "
    assert write.body["time_to_first_chunk_nanos"] > 0
    assert [node.body["input"]["page"] for node in done.trace.find("fetch")] == [
        "otters",
        "kelp",
        "otters",
        "kelp",
        "the deep sea",
    ]


def test_runaway(folder: Path, tmp_path: Path) -> None:
    done = run(folder / "runaway.py", tmp_path)
    assert done.errors == ""
    budget = 'money budget of session "chat-7"'
    near = f'{budget} is nearly used: llm "ask" asks 0.013665 USD, 0.0336475 USD used, 0 USD reserved, limit 0.05 USD'
    over = f'{budget} would be exceeded: llm "ask" asks 0.015105 USD, 0.04429 USD used, 0 USD reserved, limit 0.05 USD'
    assert done.lines()[:4] == [
        f"warning: {near}",
        f"stopped: {over}",
        "used: 0.04429 of 0.05 USD",
        f"recorded: {over}",
    ]
    turn = "  llm ask: ok\n  tool search: ok\n"
    guard = "  event tracewire.guard\n"
    assert tree(done.trace) == f"agent researcher: error\n{turn * 6}{guard}{turn}{guard}"
    # The calls were paid for as far as the budget went, and no further.
    assert len(done.trace.find("ask")) == 7


def test_mcp_server(folder: Path, tmp_path: Path) -> None:
    done = run(folder / "mcp_server.py", tmp_path)
    assert done.errors == ""
    assert done.lines()[:3] == [
        "forecast said: Ghent: dry",
        "compare said: Ghent: dry",
        "forecast failed: Error executing tool forecast",
    ]
    assert tree(done.trace) == text("""
        agent traveller: ok
          tool tools/call forecast: ok
            tool forecast: ok
          tool tools/call compare: ok
            tool compare: ok
              tool forecast: ok
              tool forecast: ok
          tool tools/call forecast: error
            tool forecast: error
        """)
    *_, failed = done.trace.find("forecast")
    assert failed.exception is not None
    assert (failed.exception["type"], failed.exception["message"]) == ("LookupError", "no station there")


def test_fastmcp_server(folder: Path, tmp_path: Path) -> None:
    needs("fastmcp")
    done = run(folder / "fastmcp_server.py", tmp_path)
    assert done.lines()[0] == "['all about the sea otter', 'all about the river otter']"
    assert tree(done.trace) == text("""
        agent reader: ok
          tool tools/call search: ok
            tool search: ok
          tool tools/call read: ok
            tool read: ok
              database look up: ok
          tool tools/call read: ok
            tool read: ok
              database look up: ok
        """)
    assert {node.input for node in done.trace.find("look up")} == {"sea otter", "river otter"}
    search = done.one("search")
    assert (search.input, search.output) == ({"query": "otter", "limit": 2}, ["sea otter", "river otter"])


def test_langchain_tools(folder: Path, tmp_path: Path) -> None:
    needs("langchain_core")
    done = run(folder / "langchain_tools.py", tmp_path)
    assert done.lines()[0] == "It is 42."
    assert tree(done.trace) == text("""
        agent calculator: ok
          llm scripted-1: ok
          step run_tools: ok
            tool multiply: ok
          llm scripted-1: ok
        """)
    multiply = done.one("multiply")
    assert (multiply.input, multiply.output) == ({"a": 6, "b": 7}, 42)
    last = done.trace.find("scripted-1")[1]
    assert [message["type"] for message in last.body["input"]["said"]] == ["ai", "tool"]
    assert last.body["output"]["content"] == "It is 42."


def test_from_aop(folder: Path, tmp_path: Path) -> None:
    done = run(folder / "from_aop.py", tmp_path)
    assert done.errors == ""
    assert done.lines()[1] == "['stock', 'price', 'search'] called"
    assert "\n".join(done.lines()[2:]) + "\n" == text("""
        tool search
        tool price
        event mcp.request
        event mcp.request
          event mcp.response
        event a2a.task.status
        event a2a.request
        event a2a.task.status
        event ap2.payment_mandate.presented
        event ap2.payment_receipt.issued
        event tracewire.cost
        """)
    assert tree(done.trace) == text("""
        tool search: ok
        tool price: ok
        event mcp.request
        event mcp.request
          event mcp.response
        event a2a.task.status
        event a2a.request
        event a2a.task.status
        event ap2.payment_mandate.presented
        event ap2.payment_receipt.issued
        event tracewire.cost
        """)
    search = done.one("search")
    assert search.input == {"query": "tea", "limit": 2}
    assert search.output == {"results": ["green tea", "teapot"], "count": 2}
    assert re.fullmatch("order-[0-9a-f-]{36}", search.body["correlation_id"])
    called, sampling = done.trace.find("mcp.request")
    assert called.attributes == {
        "gen_ai.agent.id": "buyer",
        "gen_ai.tool.name": "stock",
        "mcp.method.name": "tools/call",
        "protocol": "mcp",
    }
    assert sampling.attributes["mcp.method.name"] == "sampling/createMessage"
    assigned, completed = done.trace.find("a2a.task.status")
    assert (assigned.attributes["a2a.task.state"], assigned.data) == (
        "TASK_STATE_SUBMITTED",
        {"assigned_to": "courier", "task_data": {"action": "deliver"}},
    )
    assert completed.attributes == {
        "a2a.task.id": "task-1",
        "a2a.task.state": "TASK_STATE_COMPLETED",
        "gen_ai.agent.id": "courier",
    }
    paid = done.one("ap2.payment_mandate.presented")
    assert paid.attributes["tracewire.amount.value"] == "24.9"
    cost = done.one("tracewire.cost")
    assert (cost.attributes["tracewire.amount.value"], cost.data) == ("0.15", {"resource_type": "llm_api"})


def test_from_aop_finds_everything_that_an_agent_did(folder: Path, tmp_path: Path) -> None:
    assert run(folder / "from_aop.py", tmp_path).lines()[0] == "10 rows of the buyer in the last hour"


def test_from_agent_observatory(folder: Path, tmp_path: Path) -> None:
    done = run(folder / "from_agent_observatory.py", tmp_path)
    assert done.errors == "exporter failing: ConnectionError: nobody there\n"
    *shown, sent = done.lines()
    assert [re.sub(r" [0-9.]+ (µs|ms|s)", "", line) for line in shown] == [
        "agent demo-agent",
        "  step plan",
        "    llm decide 12+3 tokens",
        "  step work",
        "    step process_data",
        "      tool transform",
        "    tool validate",
        "    · validation",
        "  stream audio",
    ]
    counts = re.fullmatch(r"sent: {'console': (\d+), 'failing': 0, 'json:.*/documents': (\d+)}", sent)
    assert counts is not None
    assert counts[1] == counts[2] == str(len(done.trace.events))
    assert tree(done.trace) == text("""
        agent demo-agent: ok
          step plan: ok
            llm decide: ok
          step work: ok
            step process_data: ok
              tool transform: ok
            tool validate: ok
          stream audio: ok
        """)
    chunks = [chunk for event in done.one("audio").events for chunk in event["chunks"]]
    assert chunks == [{"seq": number, "bytes": 4096} for number in range(1_000)]
    body = done.one("demo-agent").body
    assert (body["session_id"], body["user_id"], body["environment"]) == ("demo-1", "developer", "dev")
    lines = [json.loads(line) for line in (tmp_path / "observatory.jsonl").read_text().splitlines()]
    documents = [json.loads(path.read_text()) for path in (tmp_path / "documents").iterdir()]
    assert lines == sorted(documents, key=lambda document: int(document["first_seq"]))
    assert [document["events"] == [] for document in lines] == [False, True]  # The last one says that the process has ended.


def test_from_openagenttrace(folder: Path, tmp_path: Path) -> None:
    done = run(folder / "from_openagenttrace.py", tmp_path)
    assert done.errors == ""
    assert tree(done.trace) == text("""
        agent librarian: ok
          chain answer: ok
            retrieval find: ok
            file_io draw: ok
            database archive: ok
            llm summarise: ok
              tool count_words: ok
          feedback helpful: 1
        """)
    librarian = done.one("librarian")
    assert (librarian.input, librarian.output) == ("How much does a sea otter eat?", "About 25 %.")
    assert done.one("draw").body["output"]["page.png"] == b"\x89PNG\r\n\x1a\n"
    assert done.one("summarise").usage == {"input_tokens": 11, "output_tokens": 3}
    assert "output" not in done.one("answer").body


def test_from_agentops(folder: Path, tmp_path: Path) -> None:
    done = run(folder / "from_agentops.py", tmp_path)
    assert done.errors == ""
    assert done.lines()[0] == "Ada read 2 papers"
    assert tree(done.trace) == text("""
        workflow full research: ok
          agent ResearchSpecialist.report: ok
            step gather: ok
              tool AdvancedSearch: ok
            step sum up: ok
          event report.generated
        """)
    assert done.one("AdvancedSearch").cost == {"total": "0.02", "currency": "USD", "price_source": "user"}
    assert done.one("full research").body["session_id"] == "ai-in-healthcare"
    assert done.one("gather").attributes == {"gen_ai.operation.name": "gather"}


def test_each_example_is_listed_tested_and_says_how_to_run_it(folder: Path) -> None:
    listed = set(re.findall(r"\[`(\w+)\.py`\]\(\1\.py\)", (folder / "README.md").read_text()))
    files = {path.stem: path.read_text() for path in folder.glob("*.py")}
    assert (
        set(files) == listed == {name.removeprefix("test_") for name in globals() if f"{name.removeprefix('test_')}" in files}
    )
    for name, source in files.items():
        what, empty, how = source.split('"""')[1].split("\n")
        assert what.endswith((".", ":"))
        assert empty == ""
        assert how.startswith("Run it:  pip install tracewire")
        assert f"python {name}.py" in how
