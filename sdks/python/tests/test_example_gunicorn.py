"""``examples/python/gunicorn_preload`` is served until every worker has answered, and stopped; then every trace is whole."""

from __future__ import annotations

import collections
import contextlib
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tracewire import _native

WORKERS = 8
TOPICS = ("otters", "kelp")
PATIENCE_SECONDS = 60.0

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("gunicorn") is None or sys.platform == "win32", reason="gunicorn is not installed"
)


def ask(path: Path, topics: list[str]) -> list[tuple[str, str]]:
    """Ask as many questions at once, and give for each the worker that answered, and its answer."""
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in topics]
        for connection in connections:
            connection.connect(str(path))
        for connection, topic in zip(connections, topics, strict=True):
            connection.sendall(f"GET /?topic={topic} HTTP/1.0\r\n\r\n".encode())
        answers = []
        for connection in connections:
            with connection.makefile() as lines:
                head, _, body = lines.read().partition("\n\n")
            headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
            answers.append((headers["X-Worker"], body.strip()))
    return answers


def served(examples: Path, folder: Path) -> list[tuple[str, str]]:
    """Serve until every worker has answered; give all answers."""
    shutil.copytree(examples / "python" / "gunicorn_preload", folder / "app")
    # A path of a socket may be no longer than some hundred bytes.
    path = Path(os.path.relpath(folder / "socket"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TRACEWIRE_", "TRACEPARENT"))}
    environment["TRACEWIRE_DIR"] = str(folder / ".tracewire")
    command = [sys.executable, "-B", "-m", "gunicorn", "--log-level", "error", "--bind", "unix:../socket"]
    with subprocess.Popen(command, cwd=folder / "app", env=environment) as server:
        try:
            answers: list[tuple[str, str]] = []
            end = time.monotonic() + PATIENCE_SECONDS
            while len({worker for worker, _ in answers}) < WORKERS:
                assert time.monotonic() < end, f"only {collections.Counter(worker for worker, _ in answers)} answered"
                assert server.poll() is None, "the server ended"
                # It may be being started.
                with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                    answers += ask(path, [TOPICS[number % 2] for number in range(WORKERS)])
        finally:
            server.terminate()
        assert server.wait(PATIENCE_SECONDS) == 0
    return answers


def test_every_worker_has_whole_traces_and_names_its_master(examples: Path, tmp_path: Path) -> None:
    answers = served(examples, tmp_path)
    assert {answer for _, answer in answers} == {"About otters: Otters hold hands.", "About kelp: Kelp grows fast."}

    envelopes, pending = _native.testing_seal_directory(str(tmp_path / ".tracewire"))
    assert pending == 0, "every worker has closed its journal"
    parents: dict[str, str | None] = {}
    events: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for text in envelopes:
        envelope = json.loads(text)
        parents.setdefault(envelope["producer"], envelope.get("parent"))
        events[envelope["producer"]] += envelope["events"]

    (master,) = [producer for producer, parent in parents.items() if parent is None]
    assert [event["type"] for event in events[master]] == ["span.start", "span.end"]
    assert events[master][0]["body"]["name"] == "load pages"
    workers = {producer for producer in parents if producer != master}
    assert {parents[producer] for producer in workers} == {master}
    assert len(workers) == WORKERS, "each is a producer of its own"

    by_worker = collections.Counter(worker for worker, _ in answers)
    assert sorted(whole_runs(events[producer]) for producer in workers) == sorted(by_worker.values())


def whole_runs(events: list[dict[str, Any]]) -> int:
    """How many runs a worker recorded; each has to be whole, with each step below the right one."""
    traces: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for event in events:
        traces[event["trace_id"]].append(event)
    for trace in traces.values():
        starts = {event["body"]["name"]: event for event in trace if event["type"] == "span.start"}
        ends = {event["span_id"]: event for event in trace if event["type"] == "span.end"}
        assert list(starts) == ["answer", "look_up", "write"]
        root = starts.pop("answer")
        assert "parent_id" not in root
        assert {start["parent_id"] for start in starts.values()} == {root["span_id"]}
        assert set(ends) == {root["span_id"], *(start["span_id"] for start in starts.values())}
        assert {end["status"] for end in ends.values()} == {"ok"}
    return len(traces)
