"""The pytest plugin, by test-suites as users of the package write them."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tracewire
from tracewire import _expected
from tracewire._trace import Trace
from tracewire.testing import CapturedTrace, Recording

AGENT = """
import asyncio
import tracewire

@tracewire.tool
def search(query):
    if "unicorn" in query:
        raise LookupError("no such animal")
    return ["Lutra lutra"]

@tracewire.llm
def chat(prompt):
    with tracewire.span("retry"):
        pass
    return "The giant otter."

@tracewire.agent
def answer(question):
    with tracewire.span("plan", kind="plan") as s:
        s.set("gen_ai.agent.name", "otters")
    try:
        found = search(question)
    except LookupError:
        found = []
    return chat(f"{question} {found}")

@tracewire.tool
async def fetch(n):
    await asyncio.sleep(0)
    return n

@tracewire.agent
async def crawl():
    return await asyncio.gather(*(fetch(n) for n in range(3)))
"""

PASSING = '''
import asyncio
import pytest
from agent import answer, crawl

def test_tree(captured_trace):
    assert answer("Which otter is the largest?") == "The giant otter."
    captured_trace.assert_tree("""
        agent answer
          plan plan
          tool search
          llm chat
            step retry
    """)
    captured_trace.assert_tree("""
        agent answer
          ...
          tool search …
          llm chat …
    """)
    captured_trace.assert_tree("agent answer …")
    captured_trace.assert_tree("agent answer\\n  tool search\\n  llm chat …\\n  plan plan", in_order=False)

def test_questions(captured_trace):
    answer("unicorn")
    tool = captured_trace.only(kind="tool")
    assert tool.input == {"query": "unicorn"}
    assert tool.exception["type"] == "LookupError"
    assert [node.name for node in captured_trace.failed()] == ["search"]
    assert [node.name for node in captured_trace.children("answer")] == ["plan", "search", "chat"]
    assert [node.name for node in captured_trace.find("*a*")] == ["answer", "plan", "search", "chat"]
    assert captured_trace.only("plan").attributes == {"gen_ai.agent.name": "otters"}
    assert captured_trace.children()[0].output == "The giant otter."
    captured_trace.assert_tree("agent answer\\n  …\\n  tool search error\\n  …")

def test_concurrent(captured_trace):
    asyncio.run(crawl())
    captured_trace.assert_tree("agent crawl\\n  tool fetch\\n  tool fetch\\n  tool fetch")

class TestInAClass:
    @pytest.mark.parametrize("question", ["otter", "unicorn/üx"])
    def test_snapshot(self, captured_trace, question):
        captured_trace.assert_snapshot()
        answer(question)
        captured_trace.assert_snapshot()
        captured_trace.assert_snapshot("named")

def test_each_test_has_its_own(captured_trace):
    assert captured_trace.find() == []
    with pytest.raises(AssertionError, match="0 steps are what is asked for, not one"):
        captured_trace.only("answer")
'''

FAILING = '''
from agent import answer

def test_fails(captured_trace):
    answer("unicorn")
    captured_trace.assert_tree("""
        agent answer
          plan plan
          tool search
          llm chat …
    """)

def test_fails_otherwise(captured_trace):
    answer("otter")
    assert 0

def test_two_are_not_one(captured_trace):
    answer("otter")
    answer("otter")
    captured_trace.only("answer")
'''


def environment(folder: Path) -> dict[str, str]:
    package = str(Path(tracewire.__file__).parents[1])
    return {**os.environ, "PYTHONPATH": package, "TRACEWIRE_DIR": str(folder / "traces")}


def suite(folder: Path, tests: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "agent.py").write_text(AGENT)
    (folder / "test_agent.py").write_text(tests)
    names = [point.value for point in importlib.metadata.entry_points(group="pytest11")]
    plugin = [] if "tracewire.pytest_plugin" in names else ["-p", "tracewire.pytest_plugin"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, *arguments, "test_agent.py"],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_suite(tmp_path: Path) -> None:
    first = suite(tmp_path, PASSING)
    assert "4 passed" in first.stdout
    assert first.stdout.count("there is no snapshot") >= 2
    updated = suite(tmp_path, PASSING, "--tracewire-update")
    assert (updated.returncode, "6 passed" in updated.stdout) == (0, True), updated.stdout
    snapshots = sorted(path.name for path in (tmp_path / "__snapshots__" / "test_agent").iterdir())
    assert len(snapshots) == 6
    shown = [re.sub(r"[0-9a-f]{8}", "#", name) for name in snapshots]
    assert shown == [
        "TestInAClass.test_snapshot_otter_-#-2.json",
        "TestInAClass.test_snapshot_otter_-#-named.json",
        "TestInAClass.test_snapshot_otter_-#.json",
        "TestInAClass.test_snapshot_unicorn__xfcx_-#-2.json",
        "TestInAClass.test_snapshot_unicorn__xfcx_-#-named.json",
        "TestInAClass.test_snapshot_unicorn__xfcx_-#.json",
    ]
    again = suite(tmp_path, PASSING)
    assert (again.returncode, "6 passed" in again.stdout) == (0, True), again.stdout
    # Nothing of the tests is left where the program records.
    assert not (tmp_path / "traces").exists()

    agent = AGENT.replace("The giant otter.", "The sea otter.")
    (tmp_path / "agent.py").write_text(agent)
    command: list[str] = again.args
    changed = subprocess.run(
        command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=False
    )
    assert changed.returncode == 1
    assert '-    "output": "The giant otter.",' in changed.stdout
    assert '+    "output": "The sea otter.",' in changed.stdout


def test_a_suite_that_fails(tmp_path: Path) -> None:
    done = suite(tmp_path, FAILING)
    assert done.returncode == 1
    shown = [line.removeprefix("E       ") for line in done.stdout.splitlines() if line.startswith("E ")]
    assert shown[:5] == [
        "AssertionError: the trace is not the expected tree (- expected, + recorded):",
        "  agent answer",
        "    plan plan",
        "-   tool search",
        "+   tool search error",
    ], done.stdout
    assert "2 steps are what is asked for, not one, in" in done.stdout
    recorded = done.stdout.partition("test_fails_otherwise")[2]
    assert "Recorded steps" in recorded
    assert "agent answer\n  plan plan\n  tool search\n  llm chat\n    step retry\n" in recorded


def test_the_plugin_is_declared() -> None:
    project = (Path(__file__).parents[1] / "pyproject.toml").read_text()
    assert '[project.entry-points.pytest11]\ntracewire = "tracewire.pytest_plugin"\n' in project


def tree(recorded: Recording) -> CapturedTrace:
    with tracewire.span("root", kind="agent"):
        for name in ("a", "b", "c"):
            with tracewire.span(name, kind="tool"):
                pass
        with tracewire.span("d") as last:
            last.set_status("timeout")
    tracewire.span("open").start().event("x")
    return CapturedTrace(recorded)


@pytest.mark.parametrize(
    ("expected", "is_met"),
    [
        ("agent root …\nstep open …", True),
        ("agent root …", False),
        ("agent root …\n…", True),
        ("…", True),
        ("agent root\n  …\nstep open …", True),
        ("agent root\nstep open …", False),
        ("agent root\n  tool a\n  …\n  step d timeout\nstep open …", True),
        ("agent root\n  tool a\n  …\n  step d\nstep open …", False),
        ("agent root\n  tool a\n  …\n  step d …\nstep open …", True),
        ("agent root\n  …\n  tool c\n  …\n…", True),
        ("agent root\n  …\n  tool b\n  …\n  tool a\n  …\n…", False),
        ("agent root\n  tool a …\n  tool b\n  tool c\n  step d timeout\n  …\n…", True),
        ("agent root\n  tool a\n    …\n  tool b\n  …\n…", True),
        ("agent roo …\n…", False),
        ("", False),
    ],
)
def test_expected_trees(recorded: Recording, expected: str, is_met: bool) -> None:
    captured = tree(recorded)
    if is_met:
        captured.assert_tree(expected)
        return
    with pytest.raises(AssertionError, match="the trace is not the expected tree"):
        captured.assert_tree(expected)


@pytest.mark.parametrize(
    ("expected", "is_met"),
    [
        ("step open …\nagent root …", True),
        ("…\nagent root\n  step d …\n  tool c\n  tool a\n  tool b", True),
        ("…\nagent root\n  step d …\n  tool c\n  tool a", False),
        ("…\nagent root\n  tool c\n  …", True),
        ("…\nagent root\n  tool c\n  tool c\n  …", False),
    ],
)
def test_expected_trees_in_any_order(recorded: Recording, expected: str, is_met: bool) -> None:
    captured = tree(recorded)
    if is_met:
        captured.assert_tree(expected, in_order=False)
        return
    with pytest.raises(AssertionError, match="the trace is not the expected tree"):
        captured.assert_tree(expected, in_order=False)


@pytest.mark.parametrize("text", ["    a\n  b", "a\n    b\n  c", "  a\n      b\n    c\n d"])
def test_trees_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="the expected tree: "):
        _expected.read(text)


def test_parents_that_go_in_a_circle_are_cut() -> None:
    events = [
        {"type": "span.start", "trace_id": "t", "span_id": span, "parent_id": parent, "time": time, "body": {"name": span}}
        for span, parent, time in (("a", "c", "1"), ("b", "a", "2"), ("c", "b", "3"), ("d", "d", "4"))
    ]
    assert Trace(events).tree().split("\n") == [
        "span c (in flight)",
        "  span a (in flight)",
        "    span b (in flight)",
        "span d (in flight)",
    ]


def test_a_snapshot_is_the_same_in_every_run(tmp_path: Path) -> None:
    texts = []
    for number in range(2):
        with tracewire.testing.recording(start_nanos=number + 1, step_nanos=number + 5, process=f"{number:016x}") as recorded:
            with tracewire.span("root", input={"at": "2026-01-01T00:00:00Z", 1: b"x"}) as root:
                carrier: dict[str, str] = {}
                root.set("traceparent", tracewire.inject(carrier)["traceparent"])
                root.event("retry", {"n": 1})
                try:
                    with tracewire.span("below"):
                        raise ValueError("no")
                except ValueError:
                    pass
            captured = CapturedTrace(recorded, tmp_path / "snapshot", is_updating=True)
            captured.assert_snapshot()
        texts.append((tmp_path / "snapshot.json").read_text())
    assert texts[0] == texts[1]
    assert (
        texts[0]
        == """[
  {
    "kind": "step",
    "name": "root",
    "status": "ok",
    "attributes": {
      "traceparent": "00-<trace 1>-<span 1>-01"
    },
    "input": {
      "1": "<1 bytes>",
      "at": "<time>"
    },
    "events": [
      {
        "attributes": {
          "n": 1
        },
        "name": "retry"
      }
    ],
    "children": [
      {
        "kind": "step",
        "name": "below",
        "status": "error",
        "exception": {
          "escaped": true,
          "message": "no",
          "stacktrace": "<stacktrace>",
          "type": "ValueError"
        }
      }
    ]
  }
]
"""
    )
