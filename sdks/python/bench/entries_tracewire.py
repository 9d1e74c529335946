"""Every entry point of tracewire."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import work
from timing import Entry

KINDS = (
    "agent",
    "cache",
    "chain",
    "database",
    "embedding",
    "file_io",
    "guardrail",
    "handoff",
    "http",
    "llm",
    "memory",
    "operation",
    "rerank",
    "retrieval",
    "step",
    "tool",
    "workflow",
)
INPUT = {"query": work.QUESTION, "limit": 3}


def entries(directory: Path) -> Iterator[Entry]:
    import tracewire

    tracewire.init(service="bench", dir=directory)
    yield from _spans(tracewire)
    yield from _decorators("trace", tracewire.trace("search"))
    for kind in KINDS:
        yield from _decorators(kind, getattr(tracewire, kind))
    yield from _decorators("observe_tool", tracewire.mcp.observe_tool(agent_id="bench"))
    yield _method(tracewire)
    yield _execution(tracewire)
    yield from _session(tracewire)
    yield from _points(tracewire)
    report = tracewire.shutdown()
    if report.dropped or report.errors:
        raise RuntimeError(f"what was measured was not recorded: {report}")


def _spans(tracewire: Any) -> Iterator[Entry]:
    span = tracewire.span

    def block() -> None:
        with span("search", kind="tool", input=INPUT) as s:
            s.set_output(work.search(work.QUESTION, limit=3))

    async def async_block() -> None:
        async with span("search", kind="tool", input=INPUT) as s:
            s.set_output(await work.search_async(work.QUESTION, limit=3))

    yield Entry("span.with", work.call, block)
    yield Entry("span.async_with", work.call_async, async_block)


def _decorators(name: str, decorate: Any) -> Iterator[Entry]:
    search, search_async = decorate(work.search), decorate(work.search_async)
    stream, stream_async = decorate(work.stream), decorate(work.stream_async)

    def call() -> None:
        search(work.QUESTION, limit=3)

    async def call_async() -> None:
        await search_async(work.QUESTION, limit=3)

    def consume() -> None:
        for _ in stream(work.QUESTION):
            pass

    async def consume_async() -> None:
        async for _ in stream_async(work.QUESTION):
            pass

    yield Entry(f"{name}.function", work.call, call)
    yield Entry(f"{name}.async", work.call_async, call_async)
    yield Entry(f"{name}.generator", work.consume, consume)
    yield Entry(f"{name}.async_generator", work.consume_async, consume_async)


def _method(tracewire: Any) -> Entry:
    class Librarian:
        def search(self, query: str, limit: int = 3) -> dict[str, Any]:
            return work.RESULT

    bare = Librarian()
    traced = tracewire.agent(type("Librarian", (), dict(vars(Librarian))))()
    return Entry("agent.method", lambda: bare.search(work.QUESTION, limit=3), lambda: traced.search(work.QUESTION, limit=3))


def _execution(tracewire: Any) -> Entry:
    tool_execution = tracewire.mcp.tool_execution

    def block() -> None:
        with tool_execution("bench", "search", INPUT) as execution:
            execution.set_result(work.search(work.QUESTION, limit=3))

    return Entry("mcp.tool_execution", work.call, block)


def _session(tracewire: Any) -> Iterator[Entry]:
    with tracewire.session(agent_id="bench", session_id="bench") as session:
        for name in ("agent_step", "tool_call", "llm_call"):
            make = getattr(session, name)

            def block(make: Any = make) -> None:
                with make("search", work.FACTS) as s:
                    s.set_output(work.search(work.QUESTION, limit=3))

            yield Entry(f"session.{name}", work.call, block)
        with session.stream("answer") as stream:
            yield Entry("stream.event", lambda: work.nothing("chunk", work.CHUNK), lambda: stream.event("chunk", work.CHUNK))
            yield Entry("stream.chunk", lambda: work.nothing("A sea otter "), lambda: stream.chunk("A sea otter "))

    def run() -> None:
        with tracewire.session(agent_id="bench", session_id="bench") as s:
            s.set_output(work.search(work.QUESTION, limit=3))

    yield Entry("session", work.call, run)


def _points(tracewire: Any) -> Iterator[Entry]:
    dictionary = {"event_type": "mcp.tool.called", "agent_id": "bench", "data": {"tool_name": "search", "params": INPUT}}
    with tracewire.span("run", kind="agent"):
        yield Entry("log", lambda: work.nothing("found three"), lambda: tracewire.log("found three"))
        yield Entry("metric", lambda: work.nothing("pages", 3), lambda: tracewire.metric("pages", 3, "counter"))
        yield Entry("event", lambda: work.nothing("found", work.FACTS), lambda: tracewire.event("found", work.FACTS))
        yield Entry("log_event", lambda: work.nothing(dictionary), lambda: tracewire.log_event(dictionary))
        yield Entry("feedback", lambda: work.nothing(1, name="helpful"), lambda: tracewire.feedback(1, name="helpful"))
        yield Entry(
            "a2a.log_task_completed",
            lambda: work.nothing(agent_id="bench", task_id="t", result=work.RESULT),
            lambda: tracewire.a2a.log_task_completed(agent_id="bench", task_id="t", result=work.RESULT),
        )
