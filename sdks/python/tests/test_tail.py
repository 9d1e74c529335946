"""Tail sampling, up to a real server: every step at once, inputs and outputs of the traces that are kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest

from tracewire import Client, TracewireError
from tracewire.exporters import Batch, Exporter

LONG = "x" * 400
SECONDS = 60


class Kept(Exporter):
    """Keeps the inputs and outputs that it is given, by the names of steps."""

    name = "kept"

    def __init__(self) -> None:
        self.inputs: list[object] = []

    def export(self, batch: Batch) -> None:
        self.inputs += [event["body"].get("input") for event in batch.events() if event["type"] == "span.start"]


def test_exporters_of_events_get_them_once_without_content(tmp_path: Path) -> None:
    kept = Kept()
    with Client(dir=tmp_path, exporters=[kept], tail={"errors": True}) as client:
        with client.span("fine", input="hidden"):
            pass
        with pytest.raises(ValueError), client.span("bad", input="shown"):  # noqa: PT011
            raise ValueError
        report = client.flush()
        assert (report.written, report.sent, report.pending, report.withheld) == (4, 4, 0, 1)
        assert client.stats().withheld == 1
    fine, bad = kept.inputs
    assert list(fine) == ["$withheld"]  # type: ignore[call-overload]
    assert bad == "shown"


def test_rules_that_cannot_be_meant_are_named(tmp_path: Path) -> None:
    with pytest.raises(TracewireError, match=r"^tail = "):
        Client(dir=tmp_path, strict=True, tail={"error": True})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    program = shutil.which("tracewire")
    if program is None:
        pytest.skip("the command line is not built")
    folder = tmp_path / "served"
    folder.mkdir()
    command = [program, "--dir", str(folder / ".tracewire"), "serve", "--port", "0", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACEWIRE_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder, env=environment) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())["url"].rstrip("/")
        finally:
            process.terminate()


def asked(url: str) -> Any:
    with build_opener(ProxyHandler({})).open(url, timeout=SECONDS) as answer:
        return json.load(answer)


def bodies(server: str, trace_id: str | None) -> list[tuple[str, Any]]:
    """Give what stands in the slots of a trace's events, in their order."""
    found = asked(f"{server}/v1/traces/{trace_id}/events")["items"]
    slots = [item["event"].get("body", {}) for item in found]
    return [(name, body[name]) for body in slots for name in ("input", "output") if name in body]


def row(server: str, trace_id: str | None) -> dict[str, Any]:
    (found,) = [row for row in asked(f"{server}/v1/traces?limit=1000")["items"] if row["trace_id"] == trace_id]
    assert isinstance(found, dict)
    return found


def is_withheld(value: object) -> bool:
    return isinstance(value, dict) and ("$withheld" in value or "$ref" in value)


def test_a_server_has_every_step_at_once_and_content_of_the_kept(server: str, tmp_path: Path) -> None:
    exporter = {"type": "http", "url": f"{server}/v1/envelopes"}
    rules = {"errors": True, "slower_than": "1h", "costs_over": "0.10"}
    with Client(dir=tmp_path / "own", exporters=[exporter], mode="local", tail=rules) as client:
        with client.span("fine", input=f"nobody needs {LONG}", kind="llm") as fine:
            fine.set("gen_ai.request.model", "gpt-4o")
            fine.usage(input_tokens=12, output_tokens=5)
            fine.set_output("ok")
        report = client.flush()
        assert (report.pending, report.withheld) == (0, 1)
        # 60,000 tokens cost more than ten cents; the agent that adds them up costs nothing more.
        with client.span("dear", input="why so dear", kind="agent") as dear:
            with client.span("model", input=f"{LONG}!", kind="llm") as model:
                model.set("gen_ai.request.model", "gpt-4o")
                model.usage(input_tokens=60_000, output_tokens=0)
            assert client.flush().pending == 0
            dear.usage(input_tokens=60_000, output_tokens=0)
        assert client.flush().withheld == 1
        assert bodies(server, dear.trace_id)[:2] == [("input", "why so dear"), ("input", f"{LONG}!")]
        failing = client.span("bad", input="short")

        def fail() -> None:
            assert client.flush().pending == 0
            # It is there while it goes on, without what it was given.
            began = bodies(server, failing.trace_id)
            assert [name for name, _ in began] == ["input", "input"]
            assert all(is_withheld(value) for _, value in began), began
            raise ValueError("away")

        with pytest.raises(ValueError, match="away"), failing, client.span("inner", input=LONG):
            fail()
        report = client.flush()
        assert (report.sent, report.pending, report.withheld, report.errors) == (report.written, 0, 1, {})
        assert bodies(server, failing.trace_id)[:2] == [("input", "short"), ("input", LONG)]
        hidden = bodies(server, fine.trace_id)
        assert [name for name, _ in hidden] == ["input", "output"]
        assert all(is_withheld(value) for _, value in hidden), hidden
    until = time.monotonic() + SECONDS
    while row(server, fine.trace_id)["input_tokens"] != 12 and time.monotonic() < until:
        time.sleep(0.05)
    counted = row(server, fine.trace_id)
    assert (counted["spans"], counted["errors"], counted["input_tokens"], counted["output_tokens"]) == (1, 0, 12, 5)
    # By the prices of the list: 12 * 2.5 and 5 * 10 for a million.
    assert counted["cost"] == {"USD": "0.00008"}
    events = asked(f"{server}/v1/traces/{fine.trace_id}/events")["items"]
    assert counted["duration_nanos"] == events[-1]["event"]["duration_nanos"]
    assert row(server, failing.trace_id)["spans"] == 2
