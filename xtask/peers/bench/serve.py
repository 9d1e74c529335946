"""How fast `tracewire serve` takes spans in and answers, beside Arize Phoenix in the same run.

- ``ingest``: spans of OTLP/HTTP and gRPC, from the first byte sent until an asker sees all of them, numbers included.
- ``latest``, ``trace``, ``analytics``: questions to a server with many spans: the latest 50 traces; a trace of 500 spans with
  what went in and out; the numbers of everything, by model and by hour.
- ``start``: from the start of the process until it answers, over an empty folder and over many spans.
- ``memory``: of the process when it has started, and the most while it takes spans in.
- ``dashboard``, ``live``: bytes and time of the first page in Chromium, and from a call's end to its row on the screen.

Phoenix is filled with fewer spans, which its metrics' names say, for it takes them in more slowly; what it answers is the
nearest to ours that its own page asks for. Rows come as JSON lines, one for each round::

    python serve.py --only ingest,latest --rounds 3 [--quick]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import grpc
from spans import SPAN_NANOS, Bodies
from subjects import PATIENCE_SECONDS, Phoenix, Subject, Tracewire, running

PARTS = ("ingest", "latest", "trace", "analytics", "start", "memory", "dashboard", "live")
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
# As OpenTelemetry's batch processor sends: 512 spans at most.
TRACES_OF_A_BODY = 50
CONNECTIONS = 4
LARGE_TRACE = 500


def row(subject: Subject, metric: str, unit: str, value: float) -> None:
    """Print a figure."""
    found = {"bench": "serve", "subject": subject.name, "version": subject.version}
    print(json.dumps(found | {"metric": metric, "unit": unit, "value": value}), flush=True)


class Sender:
    """Sends bodies over one connection each of some threads."""

    def __init__(self, subject: Subject, protocol: str) -> None:
        self._subject, self._protocol, self._own = subject, protocol, threading.local()

    def __call__(self, body: bytes) -> None:
        """Send one; raise where it is not taken."""
        if self._protocol == "grpc":
            self._over_grpc(body)
            return
        if not hasattr(self._own, "connection"):
            at = urlsplit(self._subject.url)
            self._own.connection = HTTPConnection(str(at.hostname), at.port, timeout=PATIENCE_SECONDS)
        self._own.connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
        answer = self._own.connection.getresponse()
        said = answer.read()
        if answer.status == 429 or answer.status == 503:
            time.sleep(0.05)
            self(body)
        elif answer.status >= 300:
            raise RuntimeError(f"{answer.status}: {said[:300]!r}")

    def _over_grpc(self, body: bytes) -> None:
        if not hasattr(self._own, "call"):
            channel = grpc.insecure_channel(self._subject.grpc, options=[("grpc.enable_http_proxy", 0)])
            # What is sent is encoded already, and the answer is not looked into.
            self._own.call = channel.unary_unary(EXPORT, request_serializer=None, response_deserializer=None)
        self._own.call(body, timeout=PATIENCE_SECONDS)

    def all(self, bodies: list[bytes]) -> None:
        """Send all of them, some at a time."""
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(self, bodies))


def bodies_of(spans: int, skipped: int = 0) -> list[bytes]:
    """Bodies of so many spans, which end about now; `skipped` traces are others'."""
    made = Bodies(TRACES_OF_A_BODY, time.time_ns() - (spans + 1) * SPAN_NANOS)
    made.skip(skipped)
    return list(made.count(spans))


def fill(subject: Subject, spans: int) -> None:
    """Fill a server, in parts that memory holds."""
    made = Bodies(TRACES_OF_A_BODY, time.time_ns() - (spans + 1) * SPAN_NANOS)
    sender, sent = Sender(subject, "http"), 0
    while sent < spans:
        part = list(made.count(min(50_000, spans - sent)))
        sender.all(part)
        sent += len(part) * made.spans
    subject.wait_for(sent)


def large_trace(subject: Subject, before: int) -> str:
    """Send a trace of many spans; give its id."""
    made = Bodies(1, time.time_ns() - LARGE_TRACE * SPAN_NANOS, LARGE_TRACE)
    made.skip(1 << 30)
    body, (trace_id,) = made.next()
    Sender(subject, "http")(body)
    subject.wait_for(before + LARGE_TRACE)
    return trace_id


def median_millis(count: int, work: Callable[[], object]) -> float:
    """The median of so many times, in milliseconds, behind one that does not count."""
    work()
    times = []
    for _ in range(count):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[len(times) // 2]


def ingest(kinds: list[type[Subject]], folder: Path, sizes: argparse.Namespace) -> None:
    """Measure how fast spans become visible."""
    for kind in kinds:
        spans = sizes.ingest if kind is Tracewire else sizes.ingest_phoenix
        for protocol in ("http", "grpc"):
            with running(kind, folder / f"{kind.name}-{protocol}") as subject:
                # The first bodies warm it: tables, compiled queries, threads.
                first = bodies_of(2_000)
                Sender(subject, protocol).all(first)
                subject.wait_for(2_000)
                bodies = bodies_of(spans, skipped=1 << 20)
                began = time.perf_counter()
                Sender(subject, protocol).all(bodies)
                acknowledged = time.perf_counter() - began
                subject.wait_for(2_000 + spans)
                row(subject, f"ingest.{protocol}", "spans/s", spans / (time.perf_counter() - began))
                row(subject, f"ingest.{protocol}.acknowledged", "spans/s", spans / acknowledged)


def questions(kind: type[Subject], folder: Path, sizes: argparse.Namespace, parts: set[str]) -> None:
    """Measure answers over many spans, and the start over them."""
    spans = sizes.spans if kind is Tracewire else sizes.spans_phoenix
    of, home = f"of_{spans}_spans", folder / f"{kind.name}-full"
    with running(kind, home) as subject:
        fill(subject, spans)
        trace_id = large_trace(subject, spans)
        if "latest" in parts:
            row(subject, f"latest_50.{of}", "ms", median_millis(sizes.asked, subject.latest))
        if "trace" in parts:
            whole = partial(subject.trace, trace_id)
            row(subject, f"trace_of_{LARGE_TRACE}_spans", "ms", median_millis(sizes.asked, whole))
            row(subject, f"trace_of_{LARGE_TRACE}_spans.bytes", "bytes", len(whole()))
        if "analytics" in parts:
            for name, asked in subject.analytics().items():
                row(subject, f"{name}.{of}", "ms", median_millis(max(3, sizes.asked // 5), asked))
    if "start" in parts:
        with running(kind, home) as subject:
            row(subject, f"ready.{of}", "ms", subject.ready_millis)


def start_and_memory(kinds: list[type[Subject]], folder: Path, sizes: argparse.Namespace, parts: set[str]) -> None:
    """Measure the start over an empty folder, and memory at rest and under load."""
    for kind in kinds:
        with running(kind, folder / f"{kind.name}-empty") as subject:
            if "start" in parts:
                row(subject, "ready", "ms", subject.ready_millis)
            if "memory" in parts:
                time.sleep(2)  # it settles
                row(subject, "memory.idle", "bytes", subject.memory_bytes())
                spans = sizes.ingest if kind is Tracewire else sizes.ingest_phoenix
                fill(subject, spans)
                row(subject, "memory.load", "bytes", subject.memory_bytes("VmHWM"))


def pages(kinds: list[type[Subject]], folder: Path, parts: set[str]) -> None:
    """Measure the pages in Chromium, by a program that drives it."""
    node, script = os.environ.get("BENCH_NODE"), Path(__file__).with_name("pages.mjs")
    if not node or not os.environ.get("TRACEWIRE_CHROMIUM"):
        print("nothing is measured in Chromium: it, Node or the dashboard's packages are missing", file=sys.stderr)
        return
    for kind in kinds:
        with running(kind, folder / f"{kind.name}-pages") as subject:
            fill(subject, 2_000)
            command = [node, str(script), subject.name, subject.version, subject.url, ",".join(sorted(parts))]
            subprocess.run(command, check=True, timeout=PATIENCE_SECONDS)


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--subject", choices=("tracewire", "arize-phoenix"), help="only this subject")
    options = parser.parse_args()
    parts = set(options.only.split(","))
    if unknown := parts - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: {', '.join(PARTS)}")
    quick = {"ingest": 5_000, "ingest_phoenix": 1_000, "spans": 20_000, "spans_phoenix": 2_000, "asked": 20}
    whole = {"ingest": 100_000, "ingest_phoenix": 5_000, "spans": 1_000_000, "spans_phoenix": 20_000, "asked": 100}
    sizes = argparse.Namespace(**(quick if options.quick else whole))
    kinds = [kind for kind in (Tracewire, Phoenix) if options.subject in (None, kind.name)]
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as name:
            folder = Path(name)
            if "ingest" in parts:
                ingest(kinds, folder, sizes)
            if parts & {"start", "memory"}:
                start_and_memory(kinds, folder, sizes, parts)
            if parts & {"dashboard", "live"}:
                pages(kinds, folder, parts & {"dashboard", "live"})
            # The same spans give the same answers, and filling takes longest: one round of it has all its questions.
            if number == 0 and parts & {"latest", "trace", "analytics", "start"}:
                for kind in kinds:
                    questions(kind, folder, sizes, parts)


if __name__ == "__main__":
    main()
