"""Exporters to files, the console and OpenTelemetry, fed with literal envelopes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from exporting import pumping

import tracewire
from tracewire._steps import nanos_of
from tracewire.exporters import (
    Batch,
    ConsoleExporter,
    FileExporter,
    JsonExporter,
    OpenTelemetryExporter,
    RetryLater,
    Undeliverable,
)

TRACE = "0af7651916cd43dd8448eb211c80319c"


def event(seq: int, event_type: str, span: int, **members: Any) -> dict[str, Any]:
    return {
        "seq": seq,
        "type": event_type,
        "trace_id": TRACE,
        "span_id": f"{span:016x}",
        "time": f"2026-01-01T00:00:{seq:02}Z",
        **members,
    }


def start(seq: int, span: int, name: str, kind: str = "step", parent: int = 0, **body: Any) -> dict[str, Any]:
    above = {"parent_id": f"{parent:016x}"} if parent else {}
    return event(seq, "span.start", span, kind=kind, body={"name": name, **body}, **above)


def end(seq: int, span: int, status: str = "ok", nanos: int = 1_500_000, **body: Any) -> dict[str, Any]:
    return event(seq, "span.end", span, status=status, duration_nanos=nanos, body=body)


def batch(*events: dict[str, Any], producer: str = "p-1", content: dict[str, Any] | None = None) -> Batch:
    envelope = {"producer": producer, "first_seq": events[0]["seq"], "events": list(events), "content": content or {}}
    return Batch(producer, [json.dumps(envelope, separators=(",", ":")).encode()])


def test_a_batch_puts_contents_back() -> None:
    given = batch(
        start(1, 1, "a", input={"$ref": "sha256:m"}, attributes={"$$ref": "mine"}),
        start(2, 2, "b", input={"$ref": "sha256:gone"}, output={"$ref": "sha256:e"}),
        content={
            "sha256:m": {"value": [{"$ref": "sha256:x"}]},
            "sha256:x": {"value": "hi"},
            "sha256:e": {"$erased": "sha256:e"},
        },
    )
    first, second = given.events()
    assert first["body"] == {"name": "a", "input": ["hi"], "attributes": {"$$ref": "mine"}}
    assert second["body"] == {"name": "b", "input": {"$ref": "sha256:gone"}, "output": {"$erased": "sha256:e"}}
    assert len(given) == 2


# Files


def test_json_documents(tmp_path: Path) -> None:
    exporter = JsonExporter(tmp_path / "documents", indent=1)
    for _ in range(2):
        exporter.export(batch(start(1, 1, "ä"), producer="p/../1"))
    exporter.export(batch(end(2, 1)))
    assert sorted(os.listdir(tmp_path / "documents")) == ["p-1-2.json", "p____1-1.json"]
    text = (tmp_path / "documents" / "p____1-1.json").read_text()
    assert '  "name": "ä"' in text
    assert json.loads(text)["first_seq"] == 1
    assert exporter.sink() == f"json:{tmp_path}/documents"


def test_json_documents_on_streams() -> None:
    text, octets = io.StringIO(), io.BytesIO()
    for stream in (text, octets):
        JsonExporter(stream).export(batch(start(1, 1, "ä")))
    line = b'{"producer":"p-1","first_seq":1,"events":[' + json.dumps(start(1, 1, "ä"), separators=(",", ":")).encode()
    assert octets.getvalue() == line + b'],"content":{}}\n'
    assert text.getvalue().encode() == octets.getvalue()


def envelope(size: int, name: str) -> bytes:
    return (name * size).encode()[:size]


def test_files_rotate_by_size(tmp_path: Path) -> None:
    exporter = FileExporter(tmp_path / "deep" / "out.jsonl", max_bytes=30, keep=2)
    exporter.export(Batch("p", [envelope(9, "a"), envelope(9, "b"), envelope(9, "c"), envelope(9, "d")]))
    exporter.export(Batch("p", [envelope(50, "e")]))
    exporter.export(Batch("p", [envelope(9, "f")]))
    assert {name: (tmp_path / "deep" / name).read_text() for name in os.listdir(tmp_path / "deep") if name[0] != "."} == {
        "out.jsonl": "fffffffff\n",
        "out.jsonl.1": "e" * 50 + "\n",
        "out.jsonl.2": "ddddddddd\n",
    }


def test_a_file_that_keeps_nothing(tmp_path: Path) -> None:
    exporter = FileExporter(tmp_path / "out.jsonl", max_bytes=5, keep=0, fsync=True)
    for name in "abc":
        exporter.export(Batch("p", [envelope(4, name)]))
    assert sorted(os.listdir(tmp_path)) == [".out.jsonl.lock", "out.jsonl"]
    assert (tmp_path / "out.jsonl").read_text() == "cccc\n"


def test_half_a_batch_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = FileExporter(tmp_path / "out.jsonl", max_bytes=1000, fsync=True)
    exporter.export(Batch("p", [b"first"]))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            exporter.export(Batch("p", [b"second"]))
    exporter.export(Batch("p", [b"second"]))
    assert (tmp_path / "out.jsonl").read_text() == "first\nsecond\n"


@pytest.mark.parametrize("options", [{"max_bytes": 0}, {"max_bytes": -1}, {"keep": -1}])
def test_options_that_cannot_be(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        FileExporter("x", **options)  # type: ignore[arg-type]


# The console


def test_the_console_shows_what_runs_and_what_has_ended() -> None:
    stream = io.StringIO()
    exporter = ConsoleExporter(stream)
    exporter.export(batch(start(1, 1, "answer", "agent"), start(2, 2, "search", "tool", 1), end(3, 2)))
    assert stream.getvalue() == "agent answer …\n  tool search 1 ms\n"
    exporter.export(
        batch(
            start(4, 3, "chat", "llm", 1),
            event(5, "span.event", 3, body={"name": "retry"}),
            event(6, "span.event", 3, body={"name": "stream.chunks", "chunks": ["a"]}),
            event(7, "log", 3, body={"level": "warning", "message": "slow\n\x1b[31mred"}),
            end(8, 3, "error", 61_000_000_000, usage={"input_tokens": 120}, exception={"type": "ValueError", "message": "no"}),
            end(9, 1, "cancelled", 1_200_000_000, status_message="gone"),
        )
    )
    assert stream.getvalue().splitlines()[2:] == [
        "  llm chat 1 min 1 s 120+0 tokens error",
        "    ! ValueError: no",
        "    · retry",
        "    warning: slow \ufffd[31mred",
        "agent answer 1.20 s cancelled",
        "  ! gone",
    ]


def test_the_console_shows_a_batch_once() -> None:
    stream = io.StringIO()
    exporter = ConsoleExporter(stream)
    for _ in range(2):
        exporter.export(batch(start(1, 1, "a"), end(2, 1)))
    assert stream.getvalue() == "step a 1 ms\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("environment", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colours_only_on_a_terminal(environment: dict[str, str], is_coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = Terminal()
    ConsoleExporter(stream).export(batch(start(1, 1, "a"), end(2, 1, "error")))
    coloured = "\x1b[2mstep\x1b[0m \x1b[1ma\x1b[0m 1 ms \x1b[31merror\x1b[0m\n"
    assert stream.getvalue() == (coloured if is_coloured else "step a 1 ms error\n")


def test_the_console_s_worst_days(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    ConsoleExporter(narrow).export(batch(start(1, 1, "müde")))
    assert narrow.buffer.getvalue() == b"step m?de ?\n"
    closed = io.StringIO()
    closed.close()
    with pytest.raises(Undeliverable) as caught:
        ConsoleExporter(closed).export(batch(start(1, 1, "a")))
    assert caught.value.reason == "console_closed"
    monkeypatch.setattr(sys, "stderr", None)
    ConsoleExporter().export(batch(start(1, 1, "a")))
    odd = batch({"seq": 1, "type": "span.end"}, {"seq": 2, "type": "new"}, {"seq": 3, "type": "loss", "body": {}})
    stream = io.StringIO()
    ConsoleExporter(stream).export(odd)
    assert stream.getvalue() == "! some records were dropped: unknown\n"


def test_the_console_live(capsys: pytest.CaptureFixture[str]) -> None:
    with pumping([ConsoleExporter()], "inline") as pump:
        with tracewire.span("root", kind="agent"):
            pump.flush(5.0)
            with tracewire.span("below"):
                pass
        pump.flush(5.0)
    running, below, ended = capsys.readouterr().err.splitlines()
    assert (running, below, ended[:11]) == ("agent root …", "  step below 1 ms", "agent root ")


# OpenTelemetry


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


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        ("2026-01-01T00:00:00.000000001Z", 1767225600_000000001),
        ("2026-01-01T00:00:00Z", 1767225600_000000000),
        ("2026-01-01t01:30:00.25+01:30", 1767225600_250000000),
        ("1969-12-31T23:59:59.999999999Z", -1),
    ],
)
def test_times(text: str, nanos: int) -> None:
    assert nanos_of(text) == nanos


@pytest.mark.parametrize("text", ["", "yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00.xZ"])
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="not a time of RFC 3339"):
        nanos_of(text)


def test_nobody_is_asked_for_a_retry_by_a_provider_that_is_there() -> None:
    made, _ = provider()
    try:
        OpenTelemetryExporter(made).export(batch({"seq": 1, "type": "span.start"}, {"seq": 2, "type": "new.type"}))
    except RetryLater:
        pytest.fail("asked for a retry")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_processes_that_rotate_one_file_lose_nothing(tmp_path: Path) -> None:
    program = """
import sys
from tracewire.exporters import Batch, FileExporter
exporter = FileExporter(sys.argv[1] + "/out.jsonl", max_bytes=2000, keep=1000)
for n in range(300):
    exporter.export(Batch("p", [f"{sys.argv[2]} {n} ".encode() + b"x" * 50]))
"""
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(n)]) for n in range(3)]
    assert [process.wait(30) for process in running] == [0, 0, 0]
    files = sorted(tmp_path.glob("out.jsonl*"))
    assert all(path.stat().st_size <= 2000 for path in files)
    lines = [tuple(map(int, line.split()[:2])) for path in files for line in path.read_text().splitlines()]
    assert sorted(lines) == [(process, n) for process in range(3) for n in range(300)]
