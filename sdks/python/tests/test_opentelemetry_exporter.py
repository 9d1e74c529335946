"""Steps as OpenTelemetry spans, with a real SDK."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from exporting import TRACE, batch, end, event, pumping, start

import tracewire
from tracewire.exporters import OpenTelemetryExporter, RetryLater, Undeliverable


def provider() -> tuple[Any, Any]:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    memory = InMemorySpanExporter()
    made = TracerProvider(resource=Resource({"service.name": "app"}))
    made.add_span_processor(SimpleSpanProcessor(memory))
    return made, memory


def test_steps_become_spans_with_their_ids_and_times() -> None:
    from opentelemetry.trace import SpanKind, StatusCode

    made, memory = provider()
    exporter = OpenTelemetryExporter(made)
    exporter.export(
        batch(
            start(1, 1, "answer", "agent", session_id="s", user_id="u", tags=["a", "b"], input="question", trace_state="x=y"),
            start(2, 2, "chat", "llm", 1, attributes={"gen_ai.request.model": "m", "deep": {"a": [1]}, "big": 2**70}),
            event(3, "span.event", 2, body={"name": "retry", "attributes": {"n": 1}}),
            event(4, "span.update", 2, body={"attributes": {"later": True}}),
            event(5, "log", 2, body={"level": "info", "message": "hello", "logger": "app"}),
        )
    )
    assert memory.get_finished_spans() == ()
    again = batch(
        end(6, 2, usage={"input_tokens": 5, "output_tokens": 7, "cache_read_input_tokens": 2}, output="answer"),
        event(7, "event", 3, parent_id=f"{1:016x}", body={"name": "mcp.notification", "data": {"a": 1}}),
        end(8, 1, "error", 2_000_000_000, exception={"type": "ValueError", "message": "no", "escaped": True}),
    )
    exporter.export(again)
    exporter.export(again)
    chat, point, answer = memory.get_finished_spans()
    assert (chat.name, answer.name, point.name) == ("chat", "answer", "mcp.notification")
    assert f"{answer.context.trace_id:032x}" == f"{chat.context.trace_id:032x}" == TRACE
    assert (chat.context.span_id, chat.parent.span_id, answer.context.span_id, answer.parent) == (2, 1, 1, None)
    assert (point.context.span_id, point.parent.span_id) == (3, 1)
    assert (answer.start_time, answer.end_time) == (1767225601_000000000, 1767225603_000000000)
    assert (chat.start_time, chat.end_time) == (1767225602_000000000, 1767225602_001500000)
    assert point.start_time == point.end_time == 1767225607_000000000
    assert dict(chat.attributes) == {
        "tracewire.kind": "llm",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "m",
        "deep": '{"a":[1]}',
        "big": str(2**70),
        "later": True,
        "tracewire.output": "answer",
        "gen_ai.usage.input_tokens": 5,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.cache_read.input_tokens": 2,
    }
    assert dict(answer.attributes) == {
        "tracewire.kind": "agent",
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "answer",
        "tracewire.input": "question",
        "gen_ai.conversation.id": "s",
        "user.id": "u",
        "tracewire.tags": ("a", "b"),
        "error.type": "ValueError",
    }
    assert (chat.kind, answer.kind) == (SpanKind.CLIENT, SpanKind.INTERNAL)
    assert (chat.status.status_code, answer.status.status_code) == (StatusCode.OK, StatusCode.ERROR)
    assert answer.status.description == "no"
    assert [(e.name, dict(e.attributes)) for e in chat.events] == [
        ("retry", {"n": 1}),
        ("log", {"log.level": "info", "log.logger": "app", "log.message": "hello"}),
    ]
    assert [e.name for e in answer.events] == ["exception"]
    assert answer.events[0].attributes["exception.type"] == "ValueError"
    assert answer.context.trace_state.get("x") == "y"
    assert answer.context.trace_flags.sampled
    assert answer.resource.attributes["service.name"] == "app"
    assert (answer.instrumentation_scope.name, answer.instrumentation_scope.version) == ("tracewire", tracewire.__version__)
    for span in (chat, point, answer):
        json.loads(span.to_json())


def test_an_end_whose_beginning_went_another_way() -> None:
    made, memory = provider()
    OpenTelemetryExporter(made).export(batch(end(9, 5, "timeout", 1_000_000_000)))
    (span,) = memory.get_finished_spans()
    assert (span.name, span.context.span_id, span.end_time - span.start_time) == ("unknown", 5, 1_000_000_000)
    assert span.attributes["tracewire.status"] == "timeout"


def test_a_processor_that_raises_is_counted() -> None:
    from opentelemetry.sdk.trace import SpanProcessor

    class Bad(SpanProcessor):
        def on_end(self, span: Any) -> None:
            raise ValueError("bad")

    made, memory = provider()
    made.add_span_processor(Bad())
    with pytest.raises(Undeliverable) as caught:
        OpenTelemetryExporter(made).export(batch(start(1, 1, "a"), end(2, 1), start(3, 2, "b"), end(4, 2)))
    assert (caught.value.reason, caught.value.events) == ("opentelemetry_processor", 2)
    assert len(memory.get_finished_spans()) == 2


def test_without_a_provider_everything_waits_and_nothing_is_imported() -> None:
    program = """
import sys
from tracewire.exporters import Batch, OpenTelemetryExporter, RetryLater
exporter = OpenTelemetryExporter()
def attempt():
    try:
        exporter.export(Batch("p-1", [b'{"events":[]}']))
    except RetryLater as error:
        return error.code
assert attempt() == "no_tracer_provider"
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
import opentelemetry.trace
assert attempt() == "no_tracer_provider"
from opentelemetry.sdk.trace import TracerProvider
mine = TracerProvider()
assert attempt() == "no_tracer_provider"
assert opentelemetry.trace._TRACER_PROVIDER is None
opentelemetry.trace.set_tracer_provider(mine)
assert attempt() is None
assert opentelemetry.trace.get_tracer_provider() is mine
mine.shutdown()
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_opentelemetry_live() -> None:
    from opentelemetry import context, trace

    made, memory = provider()
    before = context.get_current()
    with pumping([OpenTelemetryExporter(made)], "inline") as pump:
        with tracewire.span("root", kind="agent") as root, tracewire.span("tool", kind="tool", input={"q": "x" * 500}) as tool:
            tool.set_output([1, 2])
        report = pump.flush(5.0)
    assert report["sent"] == 4
    below, above = memory.get_finished_spans()
    assert f"{above.context.trace_id:032x}" == root.trace_id
    assert f"{below.parent.span_id:016x}" == root.span_id
    assert below.attributes["gen_ai.tool.call.arguments"] == json.dumps({"q": "x" * 500}, separators=(",", ":"))
    assert below.attributes["gen_ai.tool.call.result"] == (1, 2)
    assert context.get_current() is before
    assert not trace.get_current_span().get_span_context().is_valid


def test_nobody_is_asked_for_a_retry_by_a_provider_that_is_there() -> None:
    made, _ = provider()
    try:
        OpenTelemetryExporter(made).export(batch({"seq": 1, "type": "span.start"}, {"seq": 2, "type": "new.type"}))
    except RetryLater:
        pytest.fail("asked for a retry")
