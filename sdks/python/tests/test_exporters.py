"""Exporters to files, the console and OpenTelemetry, fed with literal envelopes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from exporting import batch, end, event, pumping, start

import tracewire
from tracewire._steps import nanos_of
from tracewire.exporters import (
    Batch,
    ConsoleExporter,
    FileExporter,
    JsonExporter,
    Undeliverable,
)


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
