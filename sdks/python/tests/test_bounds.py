"""What recording may take, and how a process may end: quotas, signals, processes that are frozen between calls, no threads."""

from __future__ import annotations

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

import tracewire.testing
from tracewire import Client

SECONDS = 60
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def steps(client: Client, count: int) -> None:
    for _ in range(count):
        with client.span("step", input="x" * 200):
            pass


def test_the_oldest_journals_give_way(tmp_path: Path) -> None:
    with Client(dir=tmp_path, quota_bytes=262_144, when_full="drop_oldest") as client:
        steps(client, 2000)
        report = client.flush()
        stats = client.stats()
    assert list(report.dropped) == ["evicted"]
    assert report.written + report.dropped["evicted"] == 4000
    assert 0 < stats.bytes <= stats.quota_bytes == 262_144
    assert (stats.written, stats.dropped, stats.mode, stats.pending) == (report.written, report.dropped, "local", {})
    assert stats.directory == str(tmp_path)


def test_a_call_waits_for_room_and_not_for_ever(tmp_path: Path) -> None:
    with Client(dir=tmp_path, quota_bytes=65_536, when_full="block", block_bound="1ms") as client:
        steps(client, 1000)
        report = client.flush()
    assert list(report.dropped) == ["quota"]
    assert report.written + report.dropped["quota"] == 2000


def test_what_is_pending_is_said_for_each_exporter(tmp_path: Path) -> None:
    away = {"type": "http", "url": "http://127.0.0.1:9/v1/envelopes"}
    with Client(dir=tmp_path, exporters=[away], mode="local", sampling={"kinds": {"http": 0}}) as client:
        with client.span("kept"), client.span("inner"):
            pass
        with client.span("left out", kind="http"):
            pass
        stats = client.stats()
        assert (list(stats.pending.values()), stats.unsampled, stats.withheld) == ([4], 2, 0)
        client.shutdown(0)


def test_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    wrong: Any = {"when_full": "wait", "block_bound": "soon"}
    with Client(dir=tmp_path, **wrong) as client:
        assert client.flush().errors == {"configuration": 2}


ALONE = """
import os, sys, tracewire
with tracewire.span("run", kind="agent"), tracewire.span("step"):
    pass
tracewire.flush()
sockets = [link for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")
           for link in [os.readlink(f"/proc/self/fd/{fd}")] if link.startswith("socket:")]
print(len(os.listdir("/proc/self/task")), sockets, "threading" in sys.modules, "socket" in sys.modules)
"""


def environment(directory: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACEWIRE_")}
    return {**kept, "TRACEWIRE_DIR": str(directory)}


@linux
def test_by_default_there_is_one_thread_and_no_socket(tmp_path: Path) -> None:
    command = [sys.executable, "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}\n{ALONE}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path, env=environment(tmp_path / "d"))
    tasks, sockets = done.stdout.split()[:2]
    assert (tasks, sockets) == ("1", "[]")


class Collector(http.server.ThreadingHTTPServer):
    """Keeps the envelopes that are posted, in their order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.envelopes: list[dict[str, Any]] = []


class Answer(http.server.BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = zlib.decompress(body, 31)
        self.server.envelopes += [json.loads(line) for line in body.splitlines() if line]
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


FROZEN = """
import sys, tracewire
tracewire.init(exporters=[{"type": "http", "url": sys.argv[1]}], mode="inline")
for line in sys.stdin:
    with tracewire.span("invocation", kind="agent", input=line.strip()), tracewire.span("step", kind="tool"):
        pass
    report = tracewire.flush(30)
    print(report.written, report.sent, report.pending, flush=True)
"""


def says(child: subprocess.Popen[str]) -> str:
    out: IO[str] | None = child.stdout
    assert out is not None
    return out.readline().strip()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="there are no such signals")
def test_a_process_that_is_frozen_between_calls_loses_and_doubles_nothing(tmp_path: Path, collector: Collector) -> None:
    url = f"http://127.0.0.1:{collector.server_address[1]}/"
    command = [sys.executable, "-c", FROZEN, url]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path / "d"), **pipes) as child:
        for number in range(1, 6):
            assert child.stdin is not None
            child.stdin.write(f"call {number}\n")
            child.stdin.flush()
            assert says(child) == f"{4 * number} {4 * number} 0"
            child.send_signal(signal.SIGSTOP)
            _, status = os.waitpid(child.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status)
            # All of it is there while nothing of the process moves.
            assert sum(len(envelope["events"]) for envelope in collector.envelopes) == 4 * number
            child.send_signal(signal.SIGCONT)
        child.kill()  # As the platform does with a process that it no longer needs.
    digests = [envelope["digest"] for envelope in collector.envelopes]
    assert len(digests) == len(set(digests))
    events = [event for envelope in collector.envelopes for event in envelope["events"]]
    inputs = [event["body"]["input"] for event in events if event.get("kind") == "agent"]
    assert inputs == [f"call {number}" for number in range(1, 6)]
    assert [event["seq"] for event in events] == list(range(1, 21))


ENDED = """
import signal, sys, tracewire
if sys.argv[1] == "exit":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with tracewire.span("done"):
    pass
with tracewire.span("open"):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize(("how", "status"), [("default", -15), ("exit", 0)])
def test_the_journal_survives_a_request_to_end(tmp_path: Path, how: str, status: int) -> None:
    command = [sys.executable, "-c", ENDED, how]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path / "d"), **pipes) as child:
        assert says(child) == "ready"
        child.terminate()
        assert child.wait(SECONDS) == status
    found = {span["name"]: span.get("status") for span in tracewire.testing.Recording(tmp_path / "d").spans()}
    # Without a handler nobody says how the second one ended; with one, the exception that ends the program does.
    assert found["done"] == "ok"
    assert set(found) == {"done", "open"}
    assert (found["open"] is not None) == (how == "exit")
