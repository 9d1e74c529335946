"""What programs with OpenTelemetry's SDKs send to a server is there once: whole, with its models, tokens and costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from server import Server

HERE = Path(__file__).parent
SECONDS = 120
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


class Told(NamedTuple):
    """What an instrumentation tells of the endpoint's answers; what is not said here is the whole of it."""

    # By gpt-5-mini's price of 0.25 dollars for a million tokens in, 0.025 where cached, and 2 out:
    # 176 * 0.25 + 1024 * 0.025 + 90 * 2 and 300 * 0.25 + 40 * 2; text-embedding-3-small's is 0.02: 50 * 0.02.
    costs: Mapping[int, str] = MappingProxyType({1200: "0.0002496", 300: "0.000155", 50: "0.000001"})
    cost: str = "0.0004056"
    cached: int = 1024
    tokens: tuple[int, int] = (1550, 130)
    spans: int = 6
    errors: int = 1


TOLD = {
    # It does not say what was cached: 1200 * 0.25 + 90 * 2.
    ("node", "opentelemetry"): Told(costs={1200: "0.00048", 300: "0.000155", 50: "0.000001"}, cost="0.000636", cached=0),
    # It says no tokens of streams and embeddings, and has no span of a call that was refused.
    ("node", "openinference"): Told(costs={1200: "0.0002496"}, cost="0.0002496", tokens=(1200, 90), spans=5, errors=0),
}
SENDERS = [
    ("python", "openllmetry", "http"),
    ("python", "openllmetry", "grpc"),
    ("python", "openinference", "http"),
    ("python", "openinference", "grpc"),
    ("python", "genai", "http"),
    ("python", "genai", "grpc"),
    ("node", "opentelemetry", "protobuf"),
    ("node", "opentelemetry", "json"),
    ("node", "openinference", "protobuf"),
    ("node", "openinference", "json"),
]


def send(language: str, instrumentation: str, protocol: str, endpoint: str, server: Server) -> list[dict[str, Any]]:
    """Run a program that sends; give the spans that it had."""
    target = server.grpc if protocol == "grpc" else server.url
    environment = {name: value for name, value in os.environ.items() if name.lower() not in PROXIES}
    environment |= {"OTEL_LOGS_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none", "TRACELOOP_TELEMETRY": "false"}
    if language == "node":
        command = [os.environ["SENDERS_NODE"], str(HERE / "send.cjs")]
        environment["NODE_PATH"] = str(Path(os.environ["SENDERS_PACKAGES"]) / "node_modules")
    else:
        command = [sys.executable, "-B", str(HERE / "send.py")]
    arguments = [instrumentation, protocol, "-".join((language, instrumentation, protocol)), endpoint, target]
    ran = subprocess.run([*command, *arguments], check=False, capture_output=True, text=True, timeout=SECONDS, env=environment)
    assert ran.returncode == 0, ran.stderr
    spans: list[dict[str, Any]] = json.loads(ran.stdout.splitlines()[-1])
    return spans


@pytest.mark.parametrize(("language", "instrumentation", "protocol"), SENDERS)
def test_what_is_sent_twice_is_there_once(
    language: str, instrumentation: str, protocol: str, endpoint: str, server: Server
) -> None:
    """Every span is there once, where it belongs, and costs what the endpoint's answers say."""
    told = TOLD.get((language, instrumentation), Told())
    sent = send(language, instrumentation, protocol, endpoint, server)
    assert len(sent) == told.spans
    (trace_id,) = {span["trace_id"] for span in sent}

    stored = server.spans(trace_id)
    place = {(span["span_id"], span["parent_id"], span["name"]) for span in sent}
    assert len(stored) == told.spans
    assert {(span["span_id"], span.get("parent_id"), span["name"]) for span in stored} == place
    once = Counter({(span["span_id"], kind): 1 for span in sent for kind in ("span.start", "span.end")})
    assert Counter(one for one in server.events(trace_id) if one[1] in ("span.start", "span.end")) == once

    calls = [span for span in stored if span["kind"] in ("llm", "embedding")]
    by_tokens = {span["usage"]["input_tokens"]: span for span in calls if span.get("usage")}
    out = {1200: 90, 300: 40, 50: 0}
    assert {tokens: span["usage"]["output_tokens"] for tokens, span in by_tokens.items()} == {
        tokens: out[tokens] for tokens in told.costs
    }
    assert by_tokens[1200]["usage"]["cache_read_input_tokens"] == told.cached
    costs = {tokens: (span["cost_source"], span["cost"]) for tokens, span in by_tokens.items()}
    assert costs == {tokens: ("priced", {"USD": amount}) for tokens, amount in told.costs.items()}

    expected = {
        "service": "-".join((language, instrumentation, protocol)),
        "name": "plan",
        "spans": told.spans,
        "open_spans": 0,
        "input_tokens": told.tokens[0],
        "output_tokens": told.tokens[1],
        "session_id": "session-1",
        "errors": told.errors,
        "cost": {"USD": told.cost},
        "unpriced": 0,
    }
    assert server.row(trace_id, expected) == expected


def test_numbers_of_all_senders_are_those_of_the_endpoint(server: Server) -> None:
    """The numbers of a model count each call of each sender once."""
    services = {row["service"] for row in server.get("/v1/traces?limit=1000&name=plan")["items"]}
    told = [TOLD.get((language, by), Told()) for language, by, protocol in SENDERS if f"{language}-{by}-{protocol}" in services]
    calls = [tokens for one in told for tokens in one.costs if tokens > 50]
    groups = {group["key"]: group for group in server.get("/v1/analytics/groups?by=model")["items"]}
    chat = groups["gpt-5-mini-2025-08-07"]
    assert (chat["spans"], chat["input_tokens"]) == (len(calls), sum(calls))
    assert sum(Decimal(one.cost) for one in told) == sum(Decimal(group["cost"].get("USD", "0")) for group in groups.values())
