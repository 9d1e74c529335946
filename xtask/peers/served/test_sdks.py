"""What our SDKs send to a server is there once, and is what they keep themselves."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from server import Server

SECONDS = 120
# Each SDK that was built: the words that start its conformance adapter; words and environment of its research agent.
ADAPTERS: dict[str, list[str]] = json.loads(os.environ["SENDERS_ADAPTERS"])
AGENTS: dict[str, dict[str, Any]] = json.loads(os.environ["SENDERS_AGENTS"])

USAGE = [["input_tokens", 1200], ["output_tokens", 90], ["cache_read_input_tokens", 1024]]
MODEL = [["gen_ai.request.model", "gpt-5-mini"], ["gen_ai.provider.name", "openai"]]
SCRIPT = [
    {"do": "start", "as": "a", "kind": "agent", "body": {"name": "plan", "session_id": "session-1"}},
    {"do": "start", "as": "b", "kind": "llm", "parent": "a", "body": {"name": "chat", "attributes": {"map": MODEL}}},
    {"do": "flush"},
    {"do": "end", "span": "b", "status": "ok", "body": {"usage": {"map": USAGE}}},
    {"do": "start", "as": "c", "kind": "tool", "parent": "a", "body": {"name": "forecast", "input": "Ghent " * 60}},
    {"do": "end", "span": "c", "status": "error", "body": {}},
    {"do": "end", "span": "a", "status": "ok", "body": {}},
]


def record(words: list[str], number: int) -> list[bytes]:
    """Have an adapter record the script; give its envelopes."""
    settings = {
        "process": f"{number:016x}",
        "trace_ids": [f"{number:032x}"],
        "span_ids": [f"{number:08x}{at:08x}" for at in (1, 2, 3)],
        "resource": [["service.name", "adapter"]],
    }
    case = {"name": "senders", "operation": "record", "settings": settings, "script": SCRIPT}
    asked = [{"id": 1, "do": "start", "protocol": "1.0"}, {"id": 2, "do": "run", "case": case}]
    lines = "".join(json.dumps(request) + "\n" for request in asked)
    ran = subprocess.run(words, input=lines, check=True, stdout=subprocess.PIPE, text=True, timeout=SECONDS)
    recorded = json.loads(ran.stdout.splitlines()[1])["result"]["envelopes"]
    return [base64.b64decode(envelope) for envelope in recorded]


@pytest.mark.parametrize("sdk", ADAPTERS)
def test_envelopes_that_come_twice_are_there_once(sdk: str, server: Server) -> None:
    """The envelopes of each SDK come in any order, twice, and cost what the list says."""
    number = 0xAD0 + sorted(ADAPTERS).index(sdk)
    sent = record(ADAPTERS[sdk], number)
    assert len(sent) == 2
    for body in (sent[1] + b"\n", sent[0] + b"\n", b"\n".join(sent)):
        taken = json.loads(server.post("/v1/envelopes", body, "application/x-ndjson"))
        assert taken["envelopes"] == len(body.splitlines())
    trace_id, ids = f"{number:032x}", [f"{number:08x}{at:08x}" for at in (1, 2, 3)]
    stored = [(span["span_id"], span.get("parent_id"), span["name"]) for span in server.spans(trace_id)]
    assert stored == [(ids[0], None, "plan"), (ids[1], ids[0], "chat"), (ids[2], ids[0], "forecast")]
    assert Counter(server.events(trace_id)) == Counter((one, kind) for one in ids for kind in ("span.start", "span.end"))
    # 176 * 0.25 + 1024 * 0.025 + 90 * 2 dollars for a million.
    expected = {"input_tokens": 1200, "output_tokens": 90, "cost": {"USD": "0.0002496"}, "models": ["gpt-5-mini"]}
    expected |= {"spans": 3, "errors": 1, "open_spans": 0, "session_id": "session-1", "service": "adapter"}
    assert server.row(trace_id, expected) == expected


@pytest.mark.parametrize("sdk", AGENTS)
def test_an_agent_that_exports_over_http_is_there_as_it_is_at_home(sdk: str, server: Server, tmp_path: Path) -> None:
    """What the exporters of an agent and of its server delivered is what their own store has."""
    url = json.dumps(f"{server.url}/v1/envelopes")
    settings = f'mode = "background"\nexporters = [{{type = "http", url = {url}}}]\n'
    (tmp_path / "tracewire.toml").write_text(settings, encoding="utf-8")
    directory = tmp_path / ".tracewire"
    environment = {**os.environ, **AGENTS[sdk]["environment"], "TRACEWIRE_DIR": str(directory)}
    for _ in range(2):
        ran = subprocess.run(
            AGENTS[sdk]["command"],
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=tmp_path,
            env=environment,
        )
        assert ran.returncode == 0, ran.stderr
    at_home = [os.environ["TRACEWIRE_PROGRAM"], "--dir", str(directory)]

    def ask(*words: str) -> Any:
        return json.loads(subprocess.run([*at_home, *words, "--json"], check=True, stdout=subprocess.PIPE).stdout)

    rows = ask("list")["traces"]
    assert len(rows) == 2
    for row in rows:
        kept = ask("trace", row["trace_id"])["traces"][0]
        there = server.get(f"/v1/traces/{row['trace_id']}")
        places = [
            Counter((node.get("span_id"), node.get("parent_id"), node.get("name"), node["state"]) for node in one["nodes"])
            for one in (kept, there)
        ]
        assert places[0] == places[1]
        assert there["counts"]["spans"] >= 10
        assert [there[member] for member in ("usage", "cost", "losses")] == [
            kept[member] for member in ("usage", "cost", "losses")
        ]
