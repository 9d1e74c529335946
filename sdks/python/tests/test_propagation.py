"""Context across processes: headers, MCP's ``_meta``, environments, and what other systems wrote into ``tracestate``."""

from __future__ import annotations

import subprocess
import sys
from collections import UserDict
from pathlib import Path
from typing import Any

import pytest

import tracewire
from tracewire import _roots
from tracewire.testing import Recording

HEADER = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
STATE = "vendor=1,other=x"


@pytest.fixture(autouse=True)
def no_states(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_roots, "_states", {})


@pytest.mark.parametrize(
    "carrier",
    [
        {"traceparent": HEADER, "tracestate": STATE},
        {"Traceparent": f" {HEADER} ", "TraceState": STATE},
        {b"TRACEPARENT": HEADER.encode(), b"tracestate": [b"vendor=1", b"other=x"]},
        {"traceparent": [HEADER], "tracestate": ("vendor=1", "other=x")},
        {"name": "search", "_meta": {"traceparent": HEADER, "tracestate": STATE}},
        UserDict({"traceparent": HEADER, "tracestate": STATE}),
    ],
)
def test_what_came_is_kept_recorded_and_passed_on(carrier: Any, recorded: Recording) -> None:
    context = tracewire.extract(carrier)
    assert context is not None
    assert context.traceparent == HEADER
    with tracewire.attach(context):
        assert tracewire.inject({}) == {"traceparent": HEADER, "tracestate": STATE}
        with tracewire.span("served"), tracewire.span("inside") as s:
            inside = tracewire.inject({"x": "y"})
            child = tracewire.inject_environment({"A": "b", "TRACESTATE": "old"})
    assert s.context is not None
    assert inside == {"x": "y", "traceparent": s.context.traceparent, "tracestate": STATE}
    assert child == {"A": "b", "TRACEPARENT": s.context.traceparent, "TRACESTATE": STATE}
    served, below = recorded.spans()
    assert (served["trace_id"], served["parent_id"], served["trace_state"]) == ("a" * 32, "b" * 16, STATE)
    assert "trace_state" not in below


class Raises(dict[str, str]):
    def get(self, *_: Any) -> Any:
        raise RuntimeError


@pytest.mark.parametrize(
    "carrier",
    [None, {}, 3, {"traceparent": "no"}, {"traceparent": [HEADER, HEADER]}, {"_meta": 3}, Raises(), {"traceparent": b"\xff"}],
)
def test_what_is_no_context_is_none(carrier: Any) -> None:
    assert tracewire.extract(carrier) is None


@pytest.mark.parametrize("state", ["", "x" * 5000, "a=\nb", "a=é", 3])
def test_a_tracestate_that_cannot_be_passed_on_is_left_out(state: Any) -> None:
    with tracewire.attach(tracewire.extract({"traceparent": HEADER, "tracestate": state})):
        assert tracewire.inject({}) == {"traceparent": HEADER}


def test_without_a_step_nothing_is_written() -> None:
    with tracewire.attach(None):
        assert tracewire.inject({"a": "b"}) == {"a": "b"}
        assert tracewire.inject_environment({"TRACESTATE": "kept"}) == {"TRACESTATE": "kept"}


def test_states_are_bounded() -> None:
    for n in range(5000):
        _roots.keep_state(f"{n:032x}", "a=1")
    assert len(_roots._states) == 4096
    assert _roots.state_of(f"{4999:032x}") == "a=1"
    assert _roots.state_of(f"{0:032x}") is None


def test_a_decorated_function_below_a_request(recorded: Recording) -> None:
    @tracewire.tool
    def serve(query: str) -> str:
        return query

    with tracewire.attach(tracewire.extract({"traceparent": HEADER, "tracestate": STATE})):
        serve("x")
    with tracewire.span("explicit", parent=HEADER):
        pass
    served, explicit = recorded.spans()
    assert (served["input"], served["output"], served["trace_state"]) == ({"query": "x"}, "x", STATE)
    assert (explicit["parent_id"], "trace_state" in explicit) == ("b" * 16, False), "a traceparent alone came without one"


def test_a_child_process_goes_on_with_the_trace(tmp_path: Path, recorded: Recording) -> None:
    program = (
        "import sys, tracewire\ntracewire.init(dir=sys.argv[1])\nwith tracewire.span('child'): print(tracewire.inject({}))"
    )
    with (
        tracewire.attach(tracewire.extract({"traceparent": HEADER, "tracestate": STATE})),
        tracewire.span("parent") as parent,
    ):
        environment = tracewire.inject_environment()
    source = str(Path(tracewire.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={**environment, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=True,
    )
    assert STATE in done.stdout
    (child,) = Recording(tmp_path).spans()
    assert (child["trace_id"], child["parent_id"], child["trace_state"]) == (parent.trace_id, parent.span_id, STATE)


def test_the_environment_of_opentelemetry() -> None:
    found = tracewire.extract_environment({"OTEL_TRACEPARENT": HEADER})
    assert found is not None
    assert found.traceparent == HEADER
    assert tracewire.extract_environment({}) is None
