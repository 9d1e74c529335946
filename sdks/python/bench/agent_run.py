"""What recording adds to a real agent's run, end to end: ``examples/research-agent``, with its MCP server in another process.

Two agents wait side by side, one that records and one that does not, each with its server, and run in turns, so that whatever
else the machine does meets both. Recorded, agent and server write every step to their journals. Rows, as JSON lines::

    run              a run that is not recorded, in nanoseconds; the median, as with all others
    run.added        what recording adds to it, in percent: of the differences of neighbours
    run.cpu          the processor time of agent and server for a run that is not recorded, in nanoseconds
    run.cpu.added    what recording adds to that, in percent
    run.steps        the steps of a recorded run

    python bench/agent_run.py --rounds 5
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from mcp import Client, StdioServerParameters

import tracewire

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "research-agent"
PAIRS = 40
WARM_UP = 5
TICK_NANOS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
UNITS = {"run": "ns", "run.added": "%", "run.cpu": "ns", "run.cpu.added": "%", "run.steps": "steps"}


def cpu_nanos() -> int:
    """The processor time of this process and of those that it began, to a hundredth of a second."""
    begun = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    texts = (Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split() for pid in ["self", *begun])
    return sum(int(fields[11]) + int(fields[12]) for fields in texts) * TICK_NANOS


async def serve() -> None:
    """Be an agent: for each line that comes, run once, and say how long that took and what the processors have done so far."""
    sys.path.insert(0, str(EXAMPLE))
    import agent

    tracewire.init(service="research-agent")
    environment = {**os.environ, **tracewire.inject_environment()}
    server = StdioServerParameters(command=sys.executable, args=[str(EXAMPLE / "server.py")], env=environment)
    async with Client(server) as client:
        for _ in sys.stdin:
            began = perf_counter_ns()
            answer = await agent.ResearchAgent(client).research(agent.QUESTION)
            print(json.dumps([perf_counter_ns() - began, cpu_nanos(), answer]), flush=True)


class Agent:
    """A process that runs when it is told to."""

    def __init__(self, stack: ExitStack, directory: str, is_recorded: bool) -> None:
        environment = {**os.environ, "TRACEWIRE_DIR": directory, "TRACEWIRE_DISABLED": "false" if is_recorded else "true"}
        command = [sys.executable, __file__, "--serve"]
        process: Any = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process = stack.enter_context(process)
        stack.callback(self.process.stdin.close)

    def run(self) -> tuple[int, int]:
        print(file=self.process.stdin, flush=True)
        took, cpu, answer = json.loads(self.process.stdout.readline())
        if not answer.startswith("A sea otter eats"):
            raise RuntimeError(answer)
        return took, cpu


def measure(directory: str) -> dict[str, float]:
    """One round: pairs of runs, each in the other order than the one before."""
    runs: dict[bool, list[tuple[int, int]]] = {False: [], True: []}
    with ExitStack() as stack:
        agents = {is_recorded: Agent(stack, directory, is_recorded) for is_recorded in runs}
        for number in range(WARM_UP + PAIRS):
            for is_recorded in (True, False) if number % 2 else (False, True):
                runs[is_recorded].append(agents[is_recorded].run())
    tracewire.init(dir=directory)
    found = tracewire.query(event_type="span.end", limit=200)
    steps = sum(row.trace_id == found[0].trace_id for row in found)
    bare, recorded = ([took for took, _ in runs[kind][WARM_UP:]] for kind in (False, True))
    cpus = {kind: (these[-1][1] - these[WARM_UP - 1][1]) / PAIRS for kind, these in runs.items()}
    run = statistics.median(bare)
    added = statistics.median(after - before for before, after in zip(bare, recorded, strict=True))
    cpu_added = cpus[True] - cpus[False]
    return {
        "run": run,
        "run.added": 100 * added / run,
        "run.cpu": cpus[False],
        "run.cpu.added": 100 * cpu_added / cpus[False],
        "run.steps": steps,
    }


def rows(rounds: int) -> Iterator[dict[str, object]]:
    about = {"bench": "agent", "subject": "tracewire", "version": importlib.metadata.version("tracewire")}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as directory:
            for metric, value in measure(directory).items():
                yield {**about, "metric": metric, "unit": UNITS[metric], "value": round(value, 3)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    else:
        for row in rows(options.rounds):
            print(json.dumps(row), flush=True)
