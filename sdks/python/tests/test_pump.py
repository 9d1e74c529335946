"""Exporters and their threads: what is delivered when, what is counted, and that nothing they do harms the program."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from exporting import Kept, pumping, raising, until

import tracewire
from tracewire.exporters import Batch, Exporter, RetryLater, Undeliverable, from_settings, recorder_options


def step(name: str) -> None:
    with tracewire.span(name):
        pass


def pump_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("tracewire")]


def test_background_delivers_by_itself() -> None:
    kept = Kept()
    with pumping([kept], "background") as pump:
        assert kept.calls == 0
        step("a")
        until(lambda: kept.names() == ["a"])
        step("b")
        until(lambda: kept.names() == ["a", "b"])
        assert kept.threads == {"tracewire kept"}
        assert pump.flush(5.0) == {
            "sent": 4,
            "pending": 0,
            "dropped": {},
            "errors": {},
            "exporters": {"kept": {"sent": 4, "recovered": 0, "pending": 0, "dropped": {}, "errors": {}}},
        }
    assert kept.is_closed


def test_inline_delivers_when_a_run_ends_and_leaves_no_thread() -> None:
    kept = Kept()
    with pumping([kept], "inline") as pump:
        step("a")
        assert kept.calls == 0
        pump.run_ended()
        assert kept.names() == ["a"]
        until(lambda: not pump_threads())


def test_local_delivers_at_a_flush_only() -> None:
    kept = Kept()
    with pumping([kept], "local") as pump:
        step("a")
        pump.run_ended()
        assert kept.calls == 0
        assert pump.flush(5.0)["sent"] == 2
        assert kept.names() == ["a"]


def test_contents_come_resolved_and_envelopes_as_they_are() -> None:
    kept = Kept()
    with pumping([kept], "inline") as pump:
        for _ in range(2):
            with tracewire.span("a", input="x" * 1000):
                pass
            pump.flush(5.0)
    first, second = kept.batches[:2]
    assert first.events()[0]["body"]["input"] == second.events()[0]["body"]["input"] == "x" * 1000
    (one,), (two,) = first.documents(), second.documents()
    assert two["prev"] == one["digest"]
    assert list(one["content"]) == [two["events"][0]["body"]["input"]["$ref"]]
    assert len(second) == 2


@pytest.mark.parametrize("mode", ["background", "inline"])
@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (raising(ValueError("no")), "export_failed"),
        (raising(SystemExit(1)), "export_failed"),
        (raising(KeyboardInterrupt()), "export_failed"),
        (raising(RecursionError()), "export_failed"),
        (raising(RetryLater("http_503")), "http_503"),
        (lambda: False, "export_failed"),
        (lambda: asyncio.sleep(0), "exporter_is_async"),
    ],
)
def test_a_failed_batch_comes_again(failure: Any, code: str, mode: str, caplog: pytest.LogCaptureFixture) -> None:
    kept = Kept("kept", failure)
    with pumping([kept], mode) as pump:
        step("a")
        report = pump.flush(8.0)
    assert (report["sent"], report["pending"], report["errors"]) == (2, 0, {code: 1})
    assert set(kept.names()) == {"a"}
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("exporter kept: ")


def test_a_run_end_does_not_wait_for_another_attempt() -> None:
    kept = Kept("kept", *[raising(OSError("down"))] * 50)
    with pumping([kept], "inline") as pump:
        step("a")
        began = time.monotonic()
        for _ in range(20):
            pump.run_ended()
        assert time.monotonic() - began < 1.0
        # The others fall into the wait after the first one.
        assert kept.calls <= 2
        assert pump.report()["pending"] == 2


def test_what_can_never_be_delivered_is_dropped_and_counted() -> None:
    kept = Kept("kept", raising(Undeliverable("http_400", "bad")), raising(Undeliverable("partly", events=1)))
    with pumping([kept], "inline") as pump:
        step("a")
        assert pump.flush(5.0)["dropped"] == {"http_400": 2}
        step("b")
        step("c")
        report = pump.flush(5.0)
    assert (report["sent"], report["pending"], report["dropped"]) == (3, 0, {"http_400": 2, "partly": 1})


def test_one_exporter_that_hangs_keeps_nobody(caplog: pytest.LogCaptureFixture) -> None:
    gate = threading.Event()
    hung, kept = Kept("hung", lambda: gate.wait(30) and None), Kept("kept")
    with pumping([hung, kept], "inline") as pump:
        step("a")
        began = time.monotonic()
        report = pump.flush(0.3)
        assert 0.25 < time.monotonic() - began < 2.0
        assert kept.names() == ["a"]
        assert report["errors"] == {"export_timeout": 1}
        assert (report["sent"], report["pending"]) == (0, 2)
        assert report["exporters"]["kept"]["sent"] == 2
        gate.set()
        assert pump.flush(5.0)["sent"] == 2
    assert "is not interrupted" in caplog.text


def test_a_hung_exporter_costs_a_run_end_its_bound_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracewire._pump.RUN_END_SECONDS", 0.2)
    gate = threading.Event()
    hung = Kept("hung", lambda: gate.wait(30) and None)
    with pumping([hung], "inline") as pump:
        step("a")
        pump.run_ended()
        began = time.monotonic()
        for _ in range(10):
            pump.run_ended()
        assert time.monotonic() - began < 0.5
        gate.set()


def test_back_off_grows_and_a_server_s_wish_is_kept_to() -> None:
    times: list[float] = []

    def fail() -> None:
        times.append(time.monotonic())
        raise RetryLater("http_429", after=0.4)

    kept = Kept("kept", fail, raising(OSError()), raising(OSError()))
    with pumping([kept], "background") as pump:
        step("a")
        until(lambda: times)
        pump.flush(0.05)
        assert kept.calls == 1
        until(lambda: kept.names() == ["a"])
        assert time.monotonic() - times[0] > 0.4
        assert pump.report()["errors"] == {"http_429": 1, "export_failed": 2}


def test_what_a_process_left_is_delivered_by_the_next_one(tmp_path: Path) -> None:
    program = """
import os, sys, tracewire
from tracewire import _native, _recorder
_recorder.active = _native.Recorder({"dir": sys.argv[1], "resource": {}, "sinks": ["kept", "own"]})
with tracewire.span("left"):
    os._exit(9)
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)

    class Own(Kept):
        only_this_process = True

    kept, own = Kept(), Own("own")
    with pumping([kept, own], "inline", tmp_path) as pump:
        step("mine")
        report = pump.flush(5.0)
    assert sorted(kept.names()) == ["left", "mine"]
    assert own.names() == ["mine"]
    assert report["exporters"]["kept"]["recovered"] == 1
    assert (report["sent"], report["pending"]) == (2, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_the_threads_of_fork_children(tmp_path: Path) -> None:
    program = """
import os, sys, threading, tracewire
from tracewire import _native, _recorder
from tracewire._pump import Pump
from tracewire.exporters import FileExporter, recorder_options
directory, mode = sys.argv[1:]
exporters = [FileExporter(directory + "/out.jsonl", max_bytes=10**9)]
recorder = _native.Recorder({"dir": directory, "resource": {}, "mode": mode, **recorder_options(exporters, mode)})
os.register_at_fork(after_in_child=_native.forked)
_recorder.active = recorder
pump = Pump(recorder, exporters, mode)
with tracewire.span("parent"):
    pass
children = []
for n in range(4):
    pid = os.fork()
    if pid == 0:
        with tracewire.span(f"child {n}"):
            pass
        report = pump.close(5)
        recorder.close(1)
        os._exit(0 if report["errors"] == {} and report["dropped"] == {} else 1)
    children.append(pid)
failed = [pid for pid in children if os.waitpid(pid, 0)[1]]
assert not failed
with tracewire.span("after"):
    pass
report = pump.close(5)
assert report["pending"] == 0 and report["errors"] == {}, report
"""
    import json

    for mode in ("background", "inline"):
        directory = tmp_path / mode
        directory.mkdir()
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program, str(directory), mode],
            check=False,
            capture_output=True,
            text=True,
            timeout=40,
        )
        assert (done.returncode, done.stderr) == (0, "")
        envelopes = [json.loads(line) for line in (directory / "out.jsonl").read_text().splitlines()]
        names = [e["body"]["name"] for envelope in envelopes for e in envelope["events"] if e["type"] == "span.start"]
        assert sorted(set(names)) == ["after", "child 0", "child 1", "child 2", "child 3", "parent"]


def test_an_exit_delivers_and_is_bounded(tmp_path: Path) -> None:
    program = """
import atexit, os, sys, threading, time, tracewire
from tracewire import _native, _recorder
from tracewire._pump import Pump
from tracewire.exporters import Exporter, FileExporter, recorder_options
class Hung(Exporter):
    def export(self, batch):
        threading.Event().wait(60)
directory, mode = sys.argv[1:]
exporters = [FileExporter(directory + "/out.jsonl", max_bytes=10**9)] + ([Hung()] if mode == "background" else [])
recorder = _native.Recorder({"dir": directory, "resource": {}, "mode": mode, **recorder_options(exporters, mode)})
_recorder.active = recorder
pump = Pump(recorder, exporters, mode)
atexit.register(lambda: (recorder.close(2), print(pump.close(1)["exporters"])))
with tracewire.span("a"):
    pass
"""
    for mode in ("background", "inline", "local"):
        directory = tmp_path / mode
        directory.mkdir()
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", program, str(directory), mode], check=True, capture_output=True, text=True, timeout=20
        )
        assert time.monotonic() - began < 8
        assert "'sent': 2, 'recovered': 0, 'pending': 0" in done.stdout, done
        assert (directory / "out.jsonl").read_text().count("\n") >= 1


def test_where_no_thread_can_be_had_the_caller_exports(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    with pumping([kept], "background") as pump, monkeypatch.context() as patch:

        def refuse(self: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        pump.close(1.0)
        patch.setattr(threading.Thread, "start", refuse)
        kept = Kept()
        with pumping([kept], "background") as other:
            step("a")
            assert other.flush(5.0)["sent"] == 2
            assert kept.threads == {"MainThread"}
            assert kept.names() == ["a"]


def test_what_an_exporter_logs_makes_no_circle(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    flags: list[bool] = []

    class Chatty(Exporter):
        def export(self, batch: Batch) -> None:
            from tracewire.exporters._base import is_exporting

            flags.append(is_exporting.get())
            logging.getLogger("chatty").info("exporting %r", batch)

    with pumping([Chatty()], "inline") as pump:
        step("a")
        pump.flush(5.0)
    assert flags == [True, True] or flags == [True]


def test_two_of_a_kind_have_their_own_cursors() -> None:
    one, two = Kept("same"), Kept("same")
    assert recorder_options([one, two], "inline") == {"sinks": ["same", "same#2"]}
    with pumping([one, two], "inline") as pump:
        step("a")
        assert pump.flush(5.0)["sent"] == 2
    assert one.names() == two.names() == ["a"]


def test_the_native_sink_stands_in_for_a_plain_file(tmp_path: Path) -> None:
    (exporter,) = from_settings([{"type": "file", "path": str(tmp_path / "out.jsonl")}])
    assert recorder_options([exporter], "inline") == {"sinks": [], "json_lines": str(tmp_path / "out.jsonl")}
    assert recorder_options([exporter], "local") == {"sinks": [f"jsonl:{tmp_path}/out.jsonl"]}
    with pumping([exporter], "inline"):
        step("a")
        tracewire.flush()
        assert (tmp_path / "out.jsonl").read_bytes().count(b"span.start") == 1


def test_settings(caplog: pytest.LogCaptureFixture) -> None:
    made = from_settings(
        [
            "console",
            {"type": "http", "url": "http://localhost:1/x", "timeout": 3},
            "nonsense",
            {"url": "no type"},
            {"type": "http"},
            {"type": "http", "url": "ftp://x"},
            {"type": "os.path.join"},
            {"type": "exporting.Kept", "name": "mine"},
            5,
        ]
    )
    assert [type(exporter).__name__ for exporter in made] == ["ConsoleExporter", "HttpExporter", "Kept"]
    assert tracewire.flush().errors == {"configuration": 6}


def test_an_idle_pump_leaves_the_interpreter_alone() -> None:
    with pumping([Kept()], "background"):
        step("a")
        began, cpu = time.perf_counter(), time.thread_time()
        process = time.process_time()
        threading.Event().wait(1.0)
        assert time.process_time() - process < 0.1 * (time.perf_counter() - began)
        assert time.thread_time() - cpu < 0.1


def test_processes_deliver_side_by_side(tmp_path: Path) -> None:
    program = """
import sys, threading, tracewire
from tracewire import _native, _recorder
from tracewire._pump import Pump
from tracewire.exporters import Exporter
class Kept(Exporter):
    def export(self, batch):
        pass
recorder = _recorder.active = _native.Recorder({"dir": sys.argv[1], "resource": {}, "mode": "background", "sinks": ["kept"]})
pump = Pump(recorder, [Kept()], "background")
with tracewire.span("other"):
    pass
while pump.flush(0.5)["pending"]:
    threading.Event().wait(0.05)
"""
    kept = Kept()
    with pumping([kept], "background", tmp_path) as pump:
        step("mine")
        until(lambda: pump.report()["sent"] == 2)
        subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, timeout=30)
    assert kept.names() == ["mine"]
