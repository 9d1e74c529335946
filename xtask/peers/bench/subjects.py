"""What is measured: our server and Arize Phoenix, each started by itself, asked in its own way for the same."""

from __future__ import annotations

import importlib.metadata
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

PATIENCE_SECONDS = 900
_OPENER = build_opener(ProxyHandler({}))


def ask(url: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
    """Ask, and give the answer's body."""
    request = Request(url, body, {"Content-Type": kind})
    with _OPENER.open(request, timeout=PATIENCE_SECONDS) as answer:
        return bytes(answer.read())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Subject:
    """A server that runs."""

    name: str
    version: str
    url: str
    grpc: str | None = None
    process: subprocess.Popen[bytes]
    ready_millis: float

    def traces_url(self) -> str:
        return f"{self.url}/v1/traces"

    def visible_spans(self) -> int:
        """How many spans an asker sees."""
        raise NotImplementedError

    def latest(self) -> bytes:
        """The latest 50 traces."""
        raise NotImplementedError

    def trace(self, trace_id: str) -> bytes:
        """A whole trace."""
        raise NotImplementedError

    def analytics(self) -> dict[str, Callable[[], bytes]]:
        """Questions about numbers, by what they answer."""
        return {}

    def memory_bytes(self, field: str = "VmRSS") -> int:
        """Memory of the process, as the system counts it; `VmHWM` is the most that there was."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f"no {field}")

    def wait_for(self, spans: int) -> None:
        """Wait until so many spans are visible."""
        until = time.monotonic() + PATIENCE_SECONDS
        while (seen := self.visible_spans()) < spans:
            if time.monotonic() > until:
                raise RuntimeError(f"{self.name}: {seen} of {spans} spans are visible after {PATIENCE_SECONDS} s")
            time.sleep(0.01)


class Tracewire(Subject):
    name = "tracewire"

    def __init__(self, folder: Path) -> None:
        program = os.environ["TRACEWIRE_PROGRAM"]
        said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
        self.version = said.split()[-1]
        command = [program, "--dir", str(folder / ".tracewire"), "serve", "--port", "0", "--json"]
        began = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder)
        assert self.process.stdout
        ready = json.loads(self.process.stdout.readline())
        self.url, self.grpc = ready["url"].rstrip("/"), ready["grpc"]
        ask(f"{self.url}/v1/health")
        self.ready_millis = (time.perf_counter() - began) * 1000

    def visible_spans(self) -> int:
        # What the numbers count is in every list, too.
        since = "1970-01-01T00:00:00Z"
        return int(json.loads(ask(f"{self.url}/v1/analytics/overview?since={since}"))["totals"]["spans"])

    def latest(self) -> bytes:
        return ask(f"{self.url}/v1/traces?limit=50")

    def trace(self, trace_id: str) -> bytes:
        return ask(f"{self.url}/v1/traces/{trace_id}")

    def analytics(self) -> dict[str, Callable[[], bytes]]:
        base, all_time = f"{self.url}/v1/analytics", "since=1970-01-01T00:00:00Z"
        return {
            "overview": partial(ask, f"{base}/overview?{all_time}"),
            "groups_by_model": partial(ask, f"{base}/groups?by=model&{all_time}"),
            "series_by_hour": partial(ask, f"{base}/series?step=1h&by=kind"),
        }


class Phoenix(Subject):
    name = "arize-phoenix"

    def __init__(self, folder: Path) -> None:
        self.version = importlib.metadata.version("arize-phoenix")
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        grpc = free_port()
        self.grpc = f"127.0.0.1:{grpc}"
        environment = os.environ | {
            "PHOENIX_WORKING_DIR": str(folder),
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(port),
            "PHOENIX_GRPC_PORT": str(grpc),
            "PHOENIX_TELEMETRY_ENABLED": "false",
            "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
        }
        began = time.perf_counter()
        self._said = (folder / "said.txt").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "phoenix.server.main", "serve"],
            stdout=self._said,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
        )
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                ask(f"{self.url}/healthz")
                break
            except (URLError, HTTPError, ConnectionError):
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("Phoenix does not start:\n" + (folder / "said.txt").read_text()[-2000:]) from None
                time.sleep(0.01)
        self.ready_millis = (time.perf_counter() - began) * 1000

    def _query(self, query: str) -> Any:
        answer = json.loads(ask(f"{self.url}/graphql", json.dumps({"query": query}).encode()))
        if answer.get("errors"):
            raise RuntimeError(f"Phoenix refuses a query: {answer['errors'][0]['message']}")
        return answer["data"]

    def _project(self, fields: str) -> Any:
        edges = self._query("{projects{edges{node{name " + fields + "}}}}")["projects"]["edges"]
        return next((edge["node"] for edge in edges if edge["node"]["name"] == "default"), None)

    def visible_spans(self) -> int:
        project = self._project("recordCount")
        return int(project["recordCount"]) if project else 0

    def latest(self) -> bytes:
        fields = "edges{node{spanId name startTime latencyMs statusCode tokenCountTotal trace{traceId}}}"
        roots = 'filterCondition:"parent_id is None",sort:{col:startTime,dir:desc}'
        return json.dumps(self._project("spans(first:50," + roots + "){" + fields + "}")).encode()

    def trace(self, trace_id: str) -> bytes:
        span = "spanId parentId name startTime endTime latencyMs statusCode attributes"
        trace = f'trace(traceId:"{trace_id}")' + "{spans(first:1000){edges{node{" + span + "}}}}"
        return json.dumps(self._project(trace)).encode()

    def analytics(self) -> dict[str, Callable[[], bytes]]:
        return {"overview": self._overview}

    def _overview(self) -> bytes:
        fields = "recordCount traceCount latencyMsQuantile(probability:0.95) costSummary{total{cost}}"
        return json.dumps(self._project(fields)).encode()


@contextmanager
def running(subject: type[Subject], folder: Path) -> Iterator[Any]:
    """Start a subject over a folder, and end it."""
    folder.mkdir(parents=True, exist_ok=True)
    server = subject(folder)  # type: ignore[call-arg]
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(timeout=60)
