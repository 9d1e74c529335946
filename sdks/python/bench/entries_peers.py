"""The same tasks with other libraries, each as its documentation shows it, with an exporter that does nothing.

What has no counterpart there is left out. Not all record the same: OpenTelemetry's and Agent Observatory's decorators keep
neither arguments nor results, and Agent Observatory keeps references instead of copies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import work
from timing import Entry


def _nothing() -> Any:
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Nothing(SpanExporter):
        def export(self, spans: object) -> SpanExportResult:
            return SpanExportResult.SUCCESS

    return Nothing()


def opentelemetry_sdk(directory: Path) -> Iterator[Entry]:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(_nothing(), max_queue_size=100_000))
    tracer = provider.get_tracer("bench")
    counter = MeterProvider(metric_readers=[InMemoryMetricReader()]).get_meter("bench").create_counter("pages")

    def block() -> None:
        with tracer.start_as_current_span("search") as s:
            s.set_attribute("input.value", json.dumps({"query": work.QUESTION, "limit": 3}))
            s.set_attribute("output.value", json.dumps(work.search(work.QUESTION, limit=3)))

    async def async_block() -> None:
        with tracer.start_as_current_span("search") as s:
            s.set_attribute("input.value", json.dumps({"query": work.QUESTION, "limit": 3}))
            s.set_attribute("output.value", json.dumps(await work.search_async(work.QUESTION, limit=3)))

    def step() -> None:
        with tracer.start_as_current_span("search", attributes=work.FACTS) as s:
            s.set_attribute("output.value", json.dumps(work.search(work.QUESTION, limit=3)))

    yield Entry("span.with", work.call, block)
    yield Entry("span.async_with", work.call_async, async_block)
    decorate = tracer.start_as_current_span("search")
    yield from _calls("tool", decorate(work.search), decorate(work.search_async))
    for name in ("agent_step", "tool_call", "llm_call"):
        yield Entry(f"session.{name}", work.call, step)
    with tracer.start_as_current_span("answer") as s:
        yield Entry("stream.event", lambda: work.nothing("chunk", work.CHUNK), lambda: s.add_event("chunk", work.CHUNK))
    yield Entry("metric", lambda: work.nothing("pages", 3), lambda: counter.add(3))


def agent_observatory(directory: Path) -> Iterator[Entry]:
    from agent_observatory import (  # type: ignore[import-untyped]
        AgentContext,
        Exporter,
        Observatory,
        trace_tool_call,
    )

    class Nothing(Exporter):  # type: ignore[misc]
        def export(self, payload: object) -> None:
            pass

    observatory = Observatory(exporter=Nothing(), inline=True)
    context = AgentContext(session_id="bench", agent_id="bench")

    def run() -> None:
        with observatory.start_session(context):
            work.search(work.QUESTION, limit=3)

    # One session for all steps: it keeps the last 10,000 events and forgets the others.
    with observatory.start_session(context) as session:

        def block(make: Any) -> Any:
            def one() -> None:
                with make("search", attributes={"input": {"query": work.QUESTION, "limit": 3}}) as s:
                    s.event("output", {"output": work.search(work.QUESTION, limit=3)})

            return one

        def step(make: Any) -> Any:
            def one() -> None:
                with make("search", attributes=work.FACTS) as s:
                    s.event("output", {"output": work.search(work.QUESTION, limit=3)})

            return one

        yield Entry("span.with", work.call, block(session.tool_call))
        decorate = trace_tool_call("search")
        yield from _calls("tool", decorate(work.search), decorate(work.search_async))
        for name in ("agent_step", "tool_call", "llm_call"):
            yield Entry(f"session.{name}", work.call, step(getattr(session, name)))
        with session.stream("answer") as stream:
            yield Entry("stream.event", lambda: work.nothing("chunk", work.CHUNK), lambda: stream.event("chunk", work.CHUNK))
    yield Entry("session", work.call, run)


def langfuse(directory: Path) -> Iterator[Entry]:
    from langfuse import Langfuse, observe

    # A port where nobody listens, for what does not go through the exporter.
    client = Langfuse(
        public_key="pk-lf-bench", secret_key="sk-lf-bench", base_url="http://127.0.0.1:9", span_exporter=_nothing()
    )
    start = client.start_as_current_observation

    def block() -> None:
        with start(name="search", as_type="tool", input={"query": work.QUESTION, "limit": 3}) as s:
            s.update(output=work.search(work.QUESTION, limit=3))

    async def async_block() -> None:
        with start(name="search", as_type="tool", input={"query": work.QUESTION, "limit": 3}) as s:
            s.update(output=await work.search_async(work.QUESTION, limit=3))

    def step(kind: str) -> Any:
        def one() -> None:
            with start(name="search", as_type=kind, metadata=work.FACTS) as s:
                s.update(output=work.search(work.QUESTION, limit=3))

        return one

    yield Entry("span.with", work.call, block)
    yield Entry("span.async_with", work.call_async, async_block)
    decorate = observe(name="search", as_type="tool")
    yield from _calls("tool", decorate(work.search), decorate(work.search_async))
    yield from _streams("tool", decorate(work.stream), decorate(work.stream_async))
    for name, kind in (("agent_step", "span"), ("tool_call", "tool"), ("llm_call", "generation")):
        yield Entry(f"session.{name}", work.call, step(kind))
    with start(name="run", as_type="agent"):
        yield Entry(
            "event",
            lambda: work.nothing("found", work.FACTS),
            lambda: client.create_event(name="found", metadata=work.FACTS),
        )


def logfire(directory: Path) -> Iterator[Entry]:
    import logfire as library
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    library.configure(
        send_to_logfire=False,
        console=False,
        service_name="bench",
        additional_span_processors=[BatchSpanProcessor(_nothing(), max_queue_size=100_000)],
    )
    counter = library.metric_counter("pages")

    def block() -> None:
        with library.span("search", input={"query": work.QUESTION, "limit": 3}) as s:
            s.set_attribute("output", work.search(work.QUESTION, limit=3))

    async def async_block() -> None:
        with library.span("search", input={"query": work.QUESTION, "limit": 3}) as s:
            s.set_attribute("output", await work.search_async(work.QUESTION, limit=3))

    def step() -> None:
        with library.span("search", **work.FACTS) as s:
            s.set_attribute("output", work.search(work.QUESTION, limit=3))

    yield Entry("span.with", work.call, block)
    yield Entry("span.async_with", work.call_async, async_block)
    decorate = library.instrument("search", record_return=True)
    yield from _calls("tool", decorate(work.search), decorate(work.search_async))
    generators = library.instrument("search", allow_generator=True)
    yield from _streams("tool", generators(work.stream), generators(work.stream_async))
    for name in ("agent_step", "tool_call", "llm_call"):
        yield Entry(f"session.{name}", work.call, step)
    with library.span("run"):
        yield Entry("log", lambda: work.nothing("found three"), lambda: library.info("found three"))
        yield Entry("metric", lambda: work.nothing("pages", 3), lambda: counter.add(3))


def _calls(name: str, search: Any, search_async: Any) -> Iterator[Entry]:
    async def call_async() -> None:
        await search_async(work.QUESTION, limit=3)

    yield Entry(f"{name}.function", work.call, lambda: search(work.QUESTION, limit=3))
    yield Entry(f"{name}.async", work.call_async, call_async)


def _streams(name: str, stream: Any, stream_async: Any) -> Iterator[Entry]:
    def consume() -> None:
        for _ in stream(work.QUESTION):
            pass

    async def consume_async() -> None:
        async for _ in stream_async(work.QUESTION):
            pass

    yield Entry(f"{name}.generator", work.consume, consume)
    yield Entry(f"{name}.async_generator", work.consume_async, consume_async)
