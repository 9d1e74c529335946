"""Numbers over what was recorded, and that the command line says the same ones."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import tracewire
from tracewire import Analytics, Client, TracewireError
from tracewire.analytics import Group, Point, Totals
from tracewire.testing import recording

SECOND = 1_000_000_000
START = 1_767_225_600 * SECOND
MODEL = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5-mini"}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """An hour and a bit of a librarian who searches, reads, asks a model, and fails once."""
    steps = [
        *(("search", "tool", turn * 1800, (turn + 1) * SECOND) for turn in range(3)),
        *(("chat", "llm", turn * 1800 + 5, 2 * SECOND) for turn in range(3)),
        ("read", "tool", 30, 5_000_000),
        ("broken", "tool", 60, 7_000_000),
    ]
    moments = []
    for _, _, at, nanos in steps:
        begin = at * SECOND
        moments += [(START + begin, begin), (START + begin + nanos, begin + nanos)]
    folder = tmp_path / ".tracewire"
    with recording(folder, moments=moments, resource={"service.name": "library"}):
        for name, kind, at, _ in steps:
            with suppress(OSError), tracewire.span(name, kind=kind) as step:
                if kind == "llm":
                    step.set_attributes(MODEL)
                    step.usage(input_tokens=1000, output_tokens=200)
                    # Of the last one nobody says what it cost: it is counted by the price list.
                    if at < 3600:
                        step.cost("0.0125")
                if name == "broken":
                    raise OSError("no net")
    return folder


def near(value: int | None, expected: int) -> bool:
    """Percentiles are within one percent."""
    return value is not None and abs(value - expected) <= expected // 100


def test_by_tool(directory: Path) -> None:
    analytics = Analytics(directory)
    assert analytics.count_by_tool() == {"search": 3, "broken": 1, "read": 1}
    assert analytics.avg_duration_by_tool() == {"search": 2 * SECOND, "broken": 7_000_000, "read": 5_000_000}
    assert analytics.where(name="read").count_by_tool() == {"read": 1}
    assert analytics.where(start_time=START, end_time=START + 60 * SECOND).count_by_tool() == {"search": 1, "read": 1}


def test_groups_say_tokens_and_costs(directory: Path) -> None:
    [model] = Analytics(directory).groups("model")
    assert (model.key, model.spans, model.input_tokens, model.output_tokens) == ("gpt-5-mini", 3, 3000, 600)
    assert (model.cost, model.unpriced) == ({"USD": Decimal("0.02565")}, 0)
    assert repr(model) == "<tracewire.Group gpt-5-mini: 3 steps, 0 failed>"
    kinds = Analytics(directory, service="library").groups("kind", limit=1)
    assert [(group.key, group.spans, group.errors) for group in kinds] == [("tool", 5, 1)]
    assert Analytics(directory, service="nobody").groups("kind") == []


def test_costs_are_counted_by_the_prices_of_the_directory(directory: Path) -> None:
    own = {"model": "gpt-5-mini", "per_million": {"input": "1000", "output": "0"}}
    prices = directory / "prices.json"
    prices.write_text(json.dumps({"models": [own]}))
    assert Analytics(directory).totals().cost == {"USD": Decimal("1.025")}
    prices.write_text(json.dumps({"models": [own | {"per_million": {"input": 1.5}}]}))
    with pytest.raises(TracewireError) as wrong:
        Analytics(directory).totals()
    assert (wrong.value.code, "prices.json" in str(wrong.value)) == ("prices_amount", True)


def test_percentiles(directory: Path) -> None:
    searching = Analytics(directory, name="search")
    assert near(searching.percentile_duration(50), 2 * SECOND)
    assert near(searching.percentile_duration(100), 3 * SECOND)
    totals = searching.totals(percent=1)
    assert near(totals.percentile_nanos, SECOND)
    assert (totals.mean_nanos, totals.ended, totals.error_rate) == (2 * SECOND, 3, 0.0)
    assert searching.totals().percentile_nanos is None
    [group] = searching.groups("tool", percent=100)
    assert near(group.percentile_nanos, 3 * SECOND)
    assert Analytics(directory, kind="nothing").percentile_duration(50) is None


def test_the_course_over_time(directory: Path) -> None:
    tools = Analytics(directory, kind="tool")
    assert [(point.start, point.spans) for point in tools.points(timedelta(hours=1))] == [
        ("2026-01-01T00:00:00.000000000Z", 4),
        ("2026-01-01T01:00:00.000000000Z", 1),
    ]
    window = {"start_time": datetime(2026, 1, 1, tzinfo=timezone.utc), "end_time": "2026-01-01T02:00:00Z"}
    counted = tools.where(**window).events_over_time(1800 * SECOND)  # type: ignore[arg-type]
    assert [events for _, events in counted] == [6, 2, 2]
    assert tools.where(**window).event_rate() == 10 / 7200  # type: ignore[arg-type]
    # Without times: from the first hour's begin to the last one's end.
    assert tools.event_rate() == 10 / 7200
    assert Analytics(directory, kind="nothing").event_rate() == 0.0


def test_traces_are_put_together(directory: Path) -> None:
    analytics = Analytics(directory)
    with Client(dir=directory) as client, client.span("answer") as root:
        client.log("asked")
        with client.span("inner") as inner:
            pass
    assert root.trace_id is not None
    assert inner.span_id is not None
    trace = analytics.reconstruct_trace(root.trace_id)
    assert trace is not None
    assert [node.name for node in trace] == ["answer", "inner"]
    again = analytics.reconstruct_trace_from_event(inner.span_id)
    assert again is not None
    assert again.trace_id == root.trace_id
    assert analytics.reconstruct_trace("f" * 32) is None


def test_the_command_line_says_the_same(directory: Path) -> None:
    program = shutil.which("tracewire")
    if program is None:
        pytest.skip("the command line is not built")
    command = [program, "stats", "--dir", str(directory), "--by", "name", "--json", "--since", "2026-01-01T00:00:00Z"]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    analytics = Analytics(directory, start_time="2026-01-01T00:00:00Z", end_time=said["until"])
    assert said["groups"]
    assert analytics.groups("name") == [Group(group) for group in said["groups"]]
    assert analytics.points() == [Point(point) for point in said["points"]]
    assert analytics.totals() == Totals(said["totals"])


@pytest.mark.parametrize(
    ("asked", "member"),
    [
        (lambda: Analytics(kind=7), "kind"),  # type: ignore[arg-type]
        (lambda: Analytics(start_time="yesterday"), "start_time"),
        (lambda: Analytics().points(timedelta(0)), "step"),
        (lambda: Analytics().points("1h"), "step"),  # type: ignore[arg-type]
        (lambda: Analytics().groups("colour"), "by"),  # type: ignore[arg-type]
        (lambda: Analytics().groups("kind", limit=0), "limit"),
        (lambda: Analytics().percentile_duration(101), "percent"),
        (lambda: Analytics().percentile_duration(float("nan")), "percent"),
        (lambda: Analytics(start_time=2, end_time=1).totals(), "start_time"),
    ],
)
def test_what_cannot_be_counted_is_named(asked: Any, member: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACEWIRE_DIR", str(tmp_path))
    with pytest.raises(TracewireError) as caught:
        asked()
    assert caught.value.code == "query_invalid"
    assert f"`{member}`" in str(caught.value)
