"""A program that is instrumented as its users would: ``send.py INSTRUMENTATION PROTOCOL SERVICE ENDPOINT TARGET``.

It prints the spans that it had, and sends all of them a second time.
"""

# ruff: noqa: T201 - what it prints is read by the test
from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import openai
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

TOOL = {
    "type": "function",
    "function": {
        "name": "forecast",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def exporter(protocol: str, target: str) -> SpanExporter:
    """Give the exporter of a protocol."""
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as OverGrpc

        return OverGrpc(target, insecure=True)
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as OverHttp

    return OverHttp(f"{target}/v1/traces", compression=Compression.Gzip)


def instrument(instrumentation: str) -> None:
    """Instrument OpenAI's library."""
    chosen: Any
    if instrumentation == "openllmetry":
        from opentelemetry.instrumentation.openai import OpenAIInstrumentor as chosen  # noqa: N813
    elif instrumentation == "openinference":
        from openinference.instrumentation.openai import OpenAIInstrumentor as chosen  # noqa: N813
    else:
        from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor as chosen  # noqa: N813
    chosen().instrument()


def talk(endpoint: str) -> None:
    """Ask for a tool, use it, have the answer streamed, embed it; and ask a model that does not exist."""
    client = openai.OpenAI(base_url=endpoint, api_key="none", max_retries=0)
    asked: list[Any] = [{"role": "user", "content": "Shall we row in Ghent?"}]
    tracer = trace.get_tracer("senders", "1.0")
    with tracer.start_as_current_span("plan", attributes={"session.id": "session-1"}):
        client.chat.completions.create(model="gpt-5-mini", messages=asked, tools=[TOOL])  # type: ignore[list-item]
        with tracer.start_as_current_span("forecast", attributes={"gen_ai.operation.name": "execute_tool"}):
            pass
        usage: Any = {"include_usage": True}
        for _ in client.chat.completions.create(model="gpt-5-mini", messages=asked, stream=True, stream_options=usage):
            pass
        client.embeddings.create(model="text-embedding-3-small", input="Dry, so row.", encoding_format="float")
        try:
            client.chat.completions.create(model="missing", messages=asked)
        except openai.NotFoundError:
            return


def shown(spans: Sequence[ReadableSpan]) -> list[dict[str, str | None]]:
    """Give what a test compares."""
    return [
        {
            "trace_id": f"{span.context.trace_id:032x}",
            "span_id": f"{span.context.span_id:016x}",
            "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
            "name": span.name,
        }
        for span in spans
    ]


def main(instrumentation: str, protocol: str, service: str, endpoint: str, target: str) -> None:
    """Do it."""
    provider = TracerProvider(resource=Resource({"service.name": service}))
    sent, kept = exporter(protocol, target), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    provider.add_span_processor(BatchSpanProcessor(sent))
    trace.set_tracer_provider(provider)
    instrument(instrumentation)
    talk(endpoint)
    if not provider.force_flush():
        sys.exit("not everything was delivered")
    if sent.export(kept.get_finished_spans()) is not SpanExportResult.SUCCESS:
        sys.exit("the second time it was not taken")
    print(json.dumps(shown(kept.get_finished_spans())))
    provider.shutdown()


main(*sys.argv[1:])
