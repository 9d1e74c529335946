"""How fast what was recorded is delivered, and how much is installed.

- ``session_1000``: a run with 1,000 steps in inline mode, from its beginning until every step is in the exporter's file. Beside
  it Agent Observatory's inline mode with its own file exporter, and OpenTelemetry's batch processor, flushed, with its exporter
  that writes JSON.
- ``background``: recording 100,000 steps as fast as they come, until all of them are in the file; ``.recorded`` is the part
  until the program could go on.
- ``installed``: bytes on the disk, with everything that the package depends on; ``wheel`` is what pip downloads of tracewire.

``.2kB`` is the step of ``record.py``, with 1 kB of input and of output; without, the step carries two short texts. ``.cpu`` is
the same in time of the processor, of all threads together: it hardly changes on a machine that has other work. What the file
holds is counted. Each subject runs in a process of its own, in interleaved rounds. Medians come as JSON lines::

    python bench/delivery.py --rounds 5
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import calls
import record
import work

STEPS = 1_000
MANY = 100_000
SECONDS = 120.0

Facts = dict[str, Any]
SMALL = (work.FACTS, work.QUESTION, "25 % of its weight")
LARGE = (record.ATTRIBUTES, record.INPUT, record.OUTPUT)


@contextlib.contextmanager
def timed(found: dict[str, float], name: str, unit: float = 1e6) -> Iterator[None]:
    began, busy = time.perf_counter_ns(), time.process_time_ns()
    yield
    found[f"{name}.cpu"] = (time.process_time_ns() - busy) / unit
    found[name] = (time.perf_counter_ns() - began) / unit


def rates(name: str, took: dict[str, float]) -> dict[str, float]:
    return {
        name: MANY / took["all"],
        f"{name}.recorded": MANY / took["recorded"],
        f"{name}.cpu": MANY / took["all.cpu"],
    }


def expect(path: Path, pattern: bytes, count: int) -> None:
    """Nothing counts that is not in the file."""
    there = sum(len(re.findall(pattern, line)) for line in path.open("rb"))
    if there != count:
        raise RuntimeError(f"{path.name} holds {there} of {count} steps")


def tracewire(directory: Path) -> dict[str, float]:
    import tracewire as tw
    from tracewire.exporters import FileExporter

    found: dict[str, float] = {}
    for name, (facts, given, output) in (("session_1000", SMALL), ("session_1000.2kB", LARGE)):
        path = directory / f"{name}.jsonl"
        with tw.Client(service="bench", dir=directory / name, mode="inline", exporters=[FileExporter(path)]) as client:
            with client.session(agent_id="warm-up") as session:
                session.tool_call("search").start().end()
            with timed(found, name), client.session(agent_id="bench") as session:
                for _ in range(STEPS):
                    with session.tool_call("search", facts, input=given) as s:
                        s.set_output(output)
        expect(path, b'"type":"span.end"', STEPS + 3)
    for name, (facts, given, output) in (("background", SMALL), ("background.2kB", LARGE)):
        path = directory / f"{name}.jsonl"
        client = tw.Client(service="bench", dir=directory / name, mode="background", exporters=[FileExporter(path)])
        took: dict[str, float] = {}
        with timed(took, "all", 1e9):
            with timed(took, "recorded", 1e9):
                for _ in range(MANY):
                    with client.span("search", kind="tool", attributes=facts, input=given) as s:
                        s.set_output(output)
            report = client.flush(SECONDS)
        if report.dropped or report.pending:
            raise RuntimeError(f"not delivered: {report}")
        client.shutdown()
        expect(path, b'"type":"span.end"', MANY)
        found.update(rates(name, took))
    return found


def agent_observatory(directory: Path) -> dict[str, float]:
    from agent_observatory import AgentContext, FileExporter, Observatory  # type: ignore[import-untyped]

    found: dict[str, float] = {}
    for name, (facts, given, output) in (("session_1000", SMALL), ("session_1000.2kB", LARGE)):
        path = directory / f"{name}.jsonl"
        observatory = Observatory(exporter=FileExporter(str(path)), inline=True)
        context = AgentContext(session_id="bench", agent_id="bench")
        with timed(found, name), observatory.start_session(context) as session:
            for _ in range(STEPS):
                with session.tool_call("search", attributes={**facts, "input.value": given}) as s:
                    s.event("output", {"output.value": output})
        expect(path, rb'"type": ?"span_end"', STEPS)
    return found


def opentelemetry_sdk(directory: Path) -> dict[str, float]:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

    def batching(path: Path) -> tuple[Any, Any]:
        provider = TracerProvider()
        exporter = ConsoleSpanExporter(out=path.open("w"), formatter=lambda span: span.to_json(indent=None) + "\n")
        provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=2 * MANY))
        return provider, provider.get_tracer("bench")

    def steps(tracer: Any, count: int, facts: Any, given: str, output: str) -> None:
        for _ in range(count):
            with tracer.start_as_current_span("search", attributes=facts) as s:
                s.set_attribute("input.value", given)
                s.set_attribute("output.value", output)

    found: dict[str, float] = {}
    for name, (facts, given, output) in (("session_1000", SMALL), ("session_1000.2kB", LARGE)):
        provider, tracer = batching(directory / name)
        with timed(found, name), tracer.start_as_current_span("bench"):
            steps(tracer, STEPS, facts, given, output)
            provider.force_flush()
        provider.shutdown()
        expect(directory / name, b'"name": "search"', STEPS)
    for name, (facts, given, output) in (("background", SMALL), ("background.2kB", LARGE)):
        provider, tracer = batching(directory / name)
        took: dict[str, float] = {}
        with timed(took, "all", 1e9):
            with timed(took, "recorded", 1e9):
                steps(tracer, MANY, facts, given, output)
            provider.force_flush(int(SECONDS * 1e3))
        provider.shutdown()
        expect(directory / name, b'"name": "search"', MANY)
        found.update(rates(name, took))
    return found


SUBJECTS: dict[str, Callable[[Path], dict[str, float]]] = {
    "tracewire": tracewire,
    "opentelemetry-sdk": opentelemetry_sdk,
    "agent-observatory": agent_observatory,
}


def installed_bytes(package: str) -> int | None:
    """What a package and all that it needs take on the disk, without compiled caches; ``None`` where it is not installed."""
    waiting, seen, total = [package], set[str](), 0
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            if name == package:
                return None
            continue  # Of another platform or an extra.
        paths = [Path(str(file.locate())) for file in distribution.files or () if not file.name.endswith(".pyc")]
        total += sum(path.stat().st_size for path in paths if path.is_file())
        wanted = [line for line in distribution.requires or () if "extra ==" not in line]
        waiting.extend(re.split(r"[ <>=!~;\[(]", line, maxsplit=1)[0] for line in wanted)
    return total


def wheel_bytes(wheel: Path | None) -> int:
    """The size of a wheel; of none, that of one made from the package as it is imported here."""
    if wheel is not None:
        return wheel.stat().st_size
    import tracewire as tw

    folder = Path(tw.__file__).parent
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(folder.parent))
    return packed.tell()


def measure(subject: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as directory:
        return SUBJECTS[subject](Path(directory))


def round_of(subject: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", subject]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def show(subject: str, metric: str, unit: str, value: float) -> None:
    row = {"bench": "delivery", "subject": subject, "version": calls.version(subject), "metric": metric, "unit": unit}
    print(json.dumps({**row, "value": round(value, 3)}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--subject", action="append", choices=list(SUBJECTS), help="only this subject; may be repeated")
    parser.add_argument("--wheel", type=Path, help="tracewire's wheel, for its size")
    parser.add_argument("--measure", choices=list(SUBJECTS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    subjects = [subject for subject in options.subject or SUBJECTS if calls.is_installed(subject)]
    rounds: dict[str, list[dict[str, float]]] = {subject: [] for subject in subjects}
    for _ in range(options.rounds):
        for subject in subjects:
            rounds[subject].append(round_of(subject))
    for subject in subjects:
        for name in rounds[subject][0]:
            unit = "ms" if name.startswith("session") else "1/s"
            show(subject, name, unit, statistics.median(one[name] for one in rounds[subject]))
    for subject in options.subject or calls.SUBJECTS:
        size = installed_bytes(subject)
        if size is not None:
            show(subject, "installed", "B", size)
    if "tracewire" in subjects:
        show("tracewire", "wheel", "B", wheel_bytes(options.wheel))


if __name__ == "__main__":
    main()
