"""Makes the captures anew: what instrumentations of OpenAI's library send over OTLP/HTTP.

    python3 -m venv today
    today/bin/pip install openai opentelemetry-sdk opentelemetry-exporter-otlp-proto-http \
        opentelemetry-instrumentation-genai-openai opentelemetry-instrumentation-openai openinference-instrumentation-openai \
        openinference-instrumentation-langchain langchain-openai
    today/bin/python make.py genai openllmetry openinference langchain
    python3 -m venv before
    before/bin/pip install openai httpx opentelemetry-exporter-otlp-proto-http==1.36.0 opentelemetry-instrumentation==0.57b0 \
        opentelemetry-instrumentation-openai-v2==2.1b0
    before/bin/python make.py genai_events

`genai_events` is the generation of the conventions in which each message was a log record. One server on a free local port speaks OpenAI's protocol and takes OTLP; each instrumentation runs in a process of its own,
so that none sees another. Ids and times differ from run to run, and so the snapshots do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
TOOL = {
    "type": "function",
    "function": {
        "name": "forecast",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
USAGE = {
    "prompt_tokens": 1200,
    "completion_tokens": 90,
    "total_tokens": 1290,
    "prompt_tokens_details": {"cached_tokens": 1024, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 64, "audio_tokens": 0},
}


class Server(BaseHTTPRequestHandler):
    captured: dict[str, list[bytes]] = {}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/capture/"):
            _, _, dialect, _, signal = self.path.split("/")
            self.captured.setdefault(f"{dialect}.{signal}", []).append(body)
            return self.answer(b"", "application/x-protobuf")
        request = json.loads(body)
        if self.path.endswith("/embeddings"):
            return self.answer(json.dumps(EMBEDDING).encode())
        if request.get("stream"):
            lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks()]
            return self.answer("".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream")
        if request["model"] == "missing":
            error = {"error": {"message": "The model `missing` does not exist.", "type": "invalid_request_error", "code": "model_not_found"}}
            return self.answer(json.dumps(error).encode(), status=404)
        is_second = any(message["role"] == "tool" for message in request["messages"])
        return self.answer(json.dumps(completion(is_second)).encode())

    def answer(self, body: bytes, kind: str = "application/json", status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


EMBEDDING = {
    "object": "list",
    "model": "text-embedding-3-small",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 1.0]}],
    "usage": {"prompt_tokens": 4, "total_tokens": 4},
}


def completion(is_second: bool) -> dict[str, object]:
    call = {"id": "call_1", "type": "function", "function": {"name": "forecast", "arguments": '{"city":"Ghent"}'}}
    asks = {"role": "assistant", "content": None, "tool_calls": [call]}
    says = {"role": "assistant", "content": "Dry, so row."}
    return {
        "id": "chatcmpl-2" if is_second else "chatcmpl-1",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "gpt-5-mini-2025-08-07",
        "service_tier": "default",
        "system_fingerprint": "fp_1",
        "choices": [
            {"index": 0, "message": says, "finish_reason": "stop"}
            if is_second
            else {"index": 0, "message": asks, "finish_reason": "tool_calls"}
        ],
        "usage": USAGE,
    }


def chunks() -> list[dict[str, object]]:
    base = {"id": "chatcmpl-3", "object": "chat.completion.chunk", "created": 1790000000, "model": "gpt-5-mini-2025-08-07"}
    parts = [{"role": "assistant", "content": "Dry"}, {"content": ", so row."}]
    made = [{**base, "choices": [{"index": 0, "delta": part, "finish_reason": None}]} for part in parts]
    made.append({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    made.append({**base, "choices": [], "usage": USAGE})
    return made


def talk(base: str) -> None:
    """A short conversation with one tool call, a stream, an embedding and an error."""
    import openai
    from opentelemetry import trace

    client = openai.OpenAI(base_url=f"{base}/v1", api_key="none", max_retries=0)
    system = {"role": "system", "content": "You know about rowing."}
    messages = [system, {"role": "user", "content": "Shall we row in Ghent?"}]
    tracer = trace.get_tracer("captures", "1.0")
    with tracer.start_as_current_span("plan") as span:
        span.set_attribute("session.id", "session-1")
        first = client.chat.completions.create(model="gpt-5-mini", messages=messages, tools=[TOOL], temperature=1.0)
        answer = first.choices[0].message
        messages.append(answer.model_dump(exclude_none=True))
        messages.append({"role": "tool", "tool_call_id": "call_1", "content": '{"rain_mm":0.0}'})
        client.chat.completions.create(model="gpt-5-mini", messages=messages, tools=[TOOL])
        options = {"include_usage": True}
        stream = client.chat.completions.create(model="gpt-5-mini", messages=messages[:2], stream=True, stream_options=options)
        for _ in stream:
            pass
        client.embeddings.create(model="text-embedding-3-small", input="Shall we row?", encoding_format="float")
    try:
        client.chat.completions.create(model="missing", messages=messages[1:2])
    except openai.NotFoundError:
        pass


def chain(base: str) -> None:
    """A chain of LangChain's: a retriever, a prompt, a model and a tool."""
    from langchain_core.documents import Document
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.tools import tool
    from langchain_openai import ChatOpenAI

    class Rivers(BaseRetriever):
        def _get_relevant_documents(self, query: str, *, run_manager: object) -> list[Document]:
            return [Document(page_content="The Lys is calm.", metadata={"river": "Lys"})]

    @tool
    def forecast(city: str) -> str:
        """The weather of a city."""
        return "dry"

    documents = Rivers().invoke("Where to row?")
    prompt = ChatPromptTemplate.from_messages([("system", "You know about rowing. {found}"), ("user", "{question}")])
    model = ChatOpenAI(model="gpt-5-mini", base_url=f"{base}/v1", api_key="none", max_retries=0).bind_tools([forecast])
    answer = (prompt | model).invoke({"found": documents[0].page_content, "question": "Shall we row in Ghent?"})
    forecast.invoke(answer.tool_calls[0])


def child(dialect: str, base: str) -> None:
    import traceback

    from opentelemetry import _logs, trace
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # Stack traces name folders of the machine.
    traceback.format_exception = lambda *_, **__: ["Traceback (most recent call last):\n", '  File "app.py", line 1\n']
    resource = Resource({"service.name": "captures", "service.version": "1.0", "deployment.environment.name": "test"})
    spans = TracerProvider(resource=resource)
    spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{base}/capture/{dialect}/v1/traces")))
    trace.set_tracer_provider(spans)
    logs = LoggerProvider(resource=resource)
    logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(f"{base}/capture/{dialect}/v1/logs")))
    _logs.set_logger_provider(logs)
    if dialect == "genai_events":
        from opentelemetry import _events
        from opentelemetry.sdk._events import EventLoggerProvider

        _events.set_event_logger_provider(EventLoggerProvider(logs))
    if dialect == "genai":
        from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor as Instrumentor
    elif dialect == "genai_events":
        from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor as Instrumentor
    elif dialect == "langchain":
        from openinference.instrumentation.langchain import LangChainInstrumentor as Instrumentor
    elif dialect == "openllmetry":
        from opentelemetry.instrumentation.openai import OpenAIInstrumentor as Instrumentor
    else:
        from openinference.instrumentation.openai import OpenAIInstrumentor as Instrumentor
    Instrumentor().instrument()
    chain(base) if dialect == "langchain" else talk(base)
    spans.shutdown()
    logs.shutdown()


def main(dialects: list[str]) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    content = {
        "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT": "true",
        "TRACELOOP_TRACE_CONTENT": "true",
    }
    capture = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
    for dialect in dialects:
        content[capture] = "true" if dialect == "genai_events" else "SPAN_AND_EVENT"
        command = [sys.executable, __file__, "child", dialect, base]
        subprocess.run(command, check=True, env={**os.environ, **content})
    for name, bodies in Server.captured.items():
        # One body each: what a batch holds is the exporter's choice, and protobuf messages that follow one another are one.
        (HERE / f"{name}.pb").write_bytes(b"".join(bodies))
        print(name, len(bodies), sum(map(len, bodies)))


if __name__ == "__main__":
    child(*sys.argv[2:]) if sys.argv[1] == "child" else main(sys.argv[1:])
