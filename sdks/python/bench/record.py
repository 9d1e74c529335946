"""What recording one step costs, beside OpenTelemetry's SDK and Agent Observatory, in the same run.

A step begins with 8 attributes and 1 kB of input and ends with 1 kB of output. tracewire writes both records to its
journal before the calls return; the others keep them in memory (OpenTelemetry with a batch processor and an exporter
that does nothing).

Each subject runs in a process of its own, idle and with a busy second thread, in interleaved rounds. Medians come as JSON
lines::

    python bench/record.py --rounds 5
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib.metadata
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

SPANS = 50_000
WARM_UP = 5_000
ATTRIBUTES: dict[str, str | int | float | bool] = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "search",
    "gen_ai.tool.call.id": "call_4f8a",
    "gen_ai.request.model": "model-x",
    "server.address": "api.example.org",
    "attempt": 1,
    "score": 0.25,
    "cached": False,
}
INPUT = "query " * 170 + "end."
OUTPUT = "found " * 170 + "end."

Span = Callable[[], None]


def tracewire(directory: Path) -> Span:
    import tracewire as tw

    tw.init(service="bench", dir=directory)
    span = tw.span

    def one() -> None:
        with span("search", kind="tool", attributes=ATTRIBUTES, input=INPUT) as s:
            s.set_output(OUTPUT)

    return one


def opentelemetry_sdk(directory: Path) -> Span:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class Nothing(SpanExporter):
        def export(self, spans: object) -> SpanExportResult:
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nothing(), max_queue_size=SPANS * 2))
    tracer = provider.get_tracer("bench")

    def one() -> None:
        with tracer.start_as_current_span("search", attributes=ATTRIBUTES) as s:
            s.set_attribute("input.value", INPUT)
            s.set_attribute("output.value", OUTPUT)

    return one


def agent_observatory(directory: Path) -> Span:
    from agent_observatory import AgentContext, Exporter, Observatory  # type: ignore[import-untyped]

    class Nothing(Exporter):  # type: ignore[misc]
        def export(self, payload: object) -> None:
            pass

    observatory = Observatory(exporter=Nothing(), inline=True)
    # One session for all steps: it keeps the last 10,000 events and forgets the others.
    session = observatory.start_session(AgentContext(session_id="bench", agent_id="bench")).__enter__()

    def one() -> None:
        with session.tool_call("search", attributes={**ATTRIBUTES, "input.value": INPUT}) as s:
            s.event("output", {"output.value": OUTPUT})

    return one


SUBJECTS: dict[str, tuple[str, Callable[[Path], Span]]] = {
    "tracewire": ("tracewire", tracewire),
    "opentelemetry-sdk": ("opentelemetry.sdk.trace", opentelemetry_sdk),
    "agent-observatory": ("agent_observatory", agent_observatory),
}


def resident_bytes() -> int:
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024


@contextlib.contextmanager
def busy_thread(is_wanted: bool) -> Iterator[None]:
    """Keep the interpreter's lock contended."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            sum(range(1000))

    thread = threading.Thread(target=work, daemon=True)
    if is_wanted:
        thread.start()
    yield
    stop.set()
    if is_wanted:
        thread.join()


def measure(subject: str, is_busy: bool) -> dict[str, float]:
    """One round of one subject, in this process."""
    clock = time.perf_counter_ns
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as directory:
        one = SUBJECTS[subject][1](Path(directory))
        times = [0] * SPANS
        with busy_thread(is_busy):
            for _ in range(WARM_UP):
                one()
            gc.collect()
            before = resident_bytes()
            began = clock()
            for index in range(SPANS):
                start = clock()
                one()
                times[index] = clock() - start
            seconds = (clock() - began) / 1e9
        grown = resident_bytes() - before
        times.sort()
    return {
        "p50_us": times[SPANS // 2] / 1e3,
        "p99_us": times[SPANS * 99 // 100] / 1e3,
        "p999_us": times[SPANS * 999 // 1000] / 1e3,
        "spans_per_second": SPANS / seconds,
        "grown_bytes": grown,
    }


def import_seconds(module: str) -> float:
    """How much longer a bare interpreter takes with the import, the median of pairs."""

    def run(program: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-I", "-c", program], check=True)
        return time.perf_counter() - began

    pairs = [(run("pass"), run(f"import {module}")) for _ in range(11)]
    return statistics.median(loaded - bare for bare, loaded in pairs)


def round_of(subject: str, is_busy: bool) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", subject, *(["--busy"] if is_busy else [])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


UNITS = {
    "p50_us": "µs",
    "p99_us": "µs",
    "p999_us": "µs",
    "spans_per_second": "1/s",
    "grown_bytes": "B",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--subject", action="append", choices=list(SUBJECTS), help="only this subject; may be repeated")
    parser.add_argument("--measure", choices=list(SUBJECTS), help=argparse.SUPPRESS)
    parser.add_argument("--busy", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.busy)))
        return
    subjects = options.subject or list(SUBJECTS)
    rounds: dict[tuple[str, bool], list[dict[str, float]]] = {}
    for _ in range(options.rounds):
        for subject in subjects:
            for is_busy in (False, True):
                rounds.setdefault((subject, is_busy), []).append(round_of(subject, is_busy))
    for subject in subjects:
        row = {"bench": "record", "subject": subject, "version": importlib.metadata.version(subject)}
        for is_busy in (False, True):
            found = rounds[subject, is_busy]
            for name, unit in UNITS.items():
                metric = f"{name.removesuffix('_us').removesuffix('_bytes')}{'.busy' if is_busy else ''}"
                value = round(statistics.median(one[name] for one in found), 3)
                print(json.dumps({**row, "metric": metric, "unit": unit, "value": value}, ensure_ascii=False), flush=True)
        value = round(import_seconds(SUBJECTS[subject][0]) * 1e3, 3)
        print(json.dumps({**row, "metric": "import", "unit": "ms", "value": value}), flush=True)


if __name__ == "__main__":
    main()
