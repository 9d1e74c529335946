"""What each entry point adds to a call that is not recorded, beside other libraries, in the same run.

The task is the same everywhere: a search with a short question and a short answer, as a block, a decorated function, a stream,
a log line, a metric. For each there are two rows, in nanoseconds: ``<entry point>`` is what recording adds, ``<entry
point>.bare`` the call without it. tracewire has written everything to its journal before a call returns; the others keep it in
memory and have an exporter that does nothing.

Each subject runs in a process of its own, in interleaved rounds. Medians come as JSON lines::

    python bench/calls.py --rounds 5
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import entries_peers
import entries_tracewire
from timing import Entry, overhead

SUBJECTS: dict[str, tuple[str, Callable[[Path], Iterator[Entry]]]] = {
    "tracewire": ("tracewire", entries_tracewire.entries),
    "opentelemetry-sdk": ("opentelemetry.sdk", entries_peers.opentelemetry_sdk),
    "agent-observatory": ("agent_observatory", entries_peers.agent_observatory),
    "langfuse": ("langfuse", entries_peers.langfuse),
    "logfire": ("logfire", entries_peers.logfire),
}


def is_installed(subject: str) -> bool:
    try:
        return importlib.util.find_spec(SUBJECTS[subject][0]) is not None
    except ModuleNotFoundError:
        return False


def version(subject: str) -> str:
    try:
        return importlib.metadata.version(subject)
    except importlib.metadata.PackageNotFoundError:
        # Not installed but found on the path, as when one works on it.
        return str(getattr(importlib.import_module(SUBJECTS[subject][0]), "__version__", "unknown"))


def measure(subject: str) -> dict[str, tuple[float, float]]:
    """One round of one subject, in this process."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as directory:
        return {entry.name: overhead(entry) for entry in SUBJECTS[subject][1](Path(directory))}


def round_of(subject: str) -> dict[str, tuple[float, float]]:
    command = [sys.executable, __file__, "--measure", subject]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, tuple[float, float]] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--subject", action="append", choices=list(SUBJECTS), help="only this subject; may be repeated")
    parser.add_argument("--measure", choices=list(SUBJECTS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    subjects = [subject for subject in options.subject or SUBJECTS if is_installed(subject)]
    for missing in sorted(set(options.subject or SUBJECTS) - set(subjects)):
        print(f"{missing} is not installed: pip install --group bench --group peers", file=sys.stderr)
    rounds: dict[str, list[dict[str, tuple[float, float]]]] = {subject: [] for subject in subjects}
    for _ in range(options.rounds):
        for subject in subjects:
            rounds[subject].append(round_of(subject))
    for subject in subjects:
        row = {"bench": "calls", "subject": subject, "version": version(subject)}
        for name in rounds[subject][0]:
            bare, added = (statistics.median(one[name][which] for one in rounds[subject]) for which in (0, 1))
            print(json.dumps({**row, "metric": name, "unit": "ns", "value": round(added)}), flush=True)
            print(json.dumps({**row, "metric": f"{name}.bare", "unit": "ns", "value": round(bare)}), flush=True)


if __name__ == "__main__":
    main()
