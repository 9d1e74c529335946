"""Clients of one's own, beside the default one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tracewire
import tracewire.testing
from tracewire import Client, TracewireError
from tracewire.exporters import Batch, Exporter, FileExporter
from tracewire.testing import Recording


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with Client(dir=tmp_path / "own", service="own") as client:
        yield client


def spans(tmp_path: Path) -> list[dict[str, Any]]:
    return Recording(tmp_path / "own").spans()


def test_each_client_has_its_own_directory(client: Client, tmp_path: Path, recorded: Recording) -> None:
    with Client(dir=tmp_path / "other") as other, client.span("mine"), other.span("other's"), tracewire.span("default's"):
        pass
    assert [span["name"] for span in spans(tmp_path)] == ["mine"]
    (others,) = Recording(tmp_path / "other").spans()
    (defaults,) = recorded.spans()
    assert others["parent_id"] == spans(tmp_path)[0]["span_id"]
    assert defaults["parent_id"] == others["span_id"]


@pytest.mark.parametrize("store", [True, False])
def test_journals_wait_for_the_local_store_or_go_when_every_exporter_has_them(tmp_path: Path, store: bool) -> None:
    lines = FileExporter(tmp_path / "out.jsonl")
    with Client(dir=tmp_path / "own", exporters=[lines], store=store) as client, client.span("one"):
        pass
    assert (tmp_path / "out.jsonl").read_text().count("span.end") == 1
    assert len(list((tmp_path / "own" / "journal").glob("*.twj"))) == (1 if store else 0)


def test_what_no_exporter_has_stays_without_a_store(tmp_path: Path) -> None:
    with Client(dir=tmp_path / "own", store=False) as client, client.span("one"):
        pass
    assert [span["name"] for span in spans(tmp_path)] == ["one"]


def test_it_has_everything_that_the_module_has(client: Client) -> None:
    of_process = {"attach", "context", "extract", "extract_environment", "get_client"}
    of_process |= {"init", "inject", "inject_environment", "observe_tool"}
    of_formats = {"convert", "count_tokens", "decode", "encode", "envelopes", "validate"}
    names = {name for name in tracewire.__all__ if name[0].islower()} - of_process - of_formats
    assert {name for name in names if not hasattr(client, name)} == set()
    assert tracewire.get_client() is tracewire.get_client()


def test_its_decorators(client: Client, tmp_path: Path, recorded: Recording) -> None:
    @client.agent
    class Agent:
        def run(self, x: int) -> int:
            return find(x)

    @client.tool("find it", attributes={"a": 1})
    def find(x: int) -> int:
        return x

    @client.trace
    async def later(x: int) -> int:
        return x

    @client.trace("stream", "llm")
    def stream() -> Iterator[str]:
        yield "a"
        yield "b"

    assert (Agent().run(1), asyncio.run(later(2)), list(stream())) == (1, 2, ["a", "b"])
    run, found, asynchronous, streamed = spans(tmp_path)
    assert (run["kind"], found["parent_id"], found["attributes"]) == ("agent", run["span_id"], {"a": 1})
    assert (asynchronous["output"], streamed["output"], streamed["kind"]) == (2, "ab", "llm")
    assert streamed["events"][0] == {"name": "stream.chunks", "chunks": ["a"]}
    assert recorded.spans() == []


def test_its_spans_do_all_that_spans_do(client: Client, tmp_path: Path) -> None:
    def fail() -> None:
        with client.span("s", kind="tool", input=1, tags=["x"]) as s:
            s.set("k", 1)
            s.event("retry")
            s.cost(1)
            raise KeyError("x")

    with pytest.raises(KeyError):
        fail()
    begun = client.span("t").start()
    begun.end()
    with begun:
        pass
    (first, second) = spans(tmp_path)
    assert (first["status"], first["attributes"], first["tags"]) == ("error", {"k": 1}, ["x"])
    assert (second["status"], "parent_id" in second) == ("ok", False)
    assert client.flush().errors == {"started_twice": 1}


def test_traces_of_a_correlation_id(client: Client, tmp_path: Path, recorded: Recording) -> None:
    with client.trace("order-17"), client.span("a"), tracewire.span("b"):
        pass
    with client.trace("order-17"), tracewire.span("c"):
        pass
    (a,) = spans(tmp_path)
    b, c = recorded.spans()
    assert a["trace_id"] == b["trace_id"] == c["trace_id"] == "ee11261620ae53d253093d6835ce67eb"


def test_problems_are_the_clients_own(client: Client, caplog: pytest.LogCaptureFixture, recorded: Recording) -> None:
    with caplog.at_level(logging.WARNING, "tracewire"):
        with client.span("s") as s:
            s.cost("ten")
        s.set("late", 1)
        s.set("late", 1)
        client.trace("x")(3)  # type: ignore[type-var]
    assert client.flush().errors == {"invalid_cost": 1, "step_ended": 2, "cannot_decorate": 1}
    assert tracewire.flush().errors == {}
    assert len(caplog.messages) == 3


def test_strictness_is_the_clients_own(tmp_path: Path, recorded: Recording) -> None:
    with Client(dir=tmp_path, strict=True) as client:
        with client.span("s") as s:
            pass
        with pytest.raises(TracewireError) as caught:
            s.set("late", 1)
        assert caught.value.code == "step_ended"
        with tracewire.span("not strict") as other:
            pass
        other.set("late", 1)


def test_after_its_end_records_are_dropped_and_counted(tmp_path: Path) -> None:
    client = Client(dir=tmp_path)
    with client.span("s"):
        pass
    client.close()
    with client.span("late"):
        pass
    assert client.flush().dropped == {"closed": 2}
    assert [span["name"] for span in Recording(tmp_path).spans()] == ["s"]


def mask(field: str, value: Any) -> Any:
    if value == "raise":
        raise RuntimeError("the mask's own mistake")
    return f"masked {field}" if field in ("input", "output") else value


def test_a_mask_sees_values_before_they_are_written(tmp_path: Path) -> None:
    with Client(dir=tmp_path, mask=mask) as client:
        with client.span("s", input="secret") as s:
            s.set_output("secret")
        with client.span("t", input="raise") as t:
            t.set_output("kept")
    masked, failed = Recording(tmp_path).spans()
    assert (masked["input"], masked["output"]) == ("masked input", "masked output")
    assert failed.get("input") in (None, {"$redacted": "mask_failed"})
    assert failed["output"] == "masked output"
    assert "raise" not in str(failed)


def test_a_mask_that_raises_is_counted(tmp_path: Path, recorded: Recording, caplog: pytest.LogCaptureFixture) -> None:
    with Client(dir=tmp_path, mask=mask) as client, client.span("t", input="raise"):
        pass
    counted = {**tracewire.flush().errors, **client.flush().errors}
    assert counted["mask_failed"] == 1


def test_the_kind_of_a_trace_s_root_has_its_own_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(client: Client) -> tuple[int, int]:
        with client.span("fetch", kind="http"), client.span("ask", kind="llm"):
            pass
        with client.span("answer", kind="agent"), client.span("fetch", kind="http"):
            pass
        report = client.flush()
        return report.written, report.unsampled

    with Client(dir=tmp_path / "code", sampling={"kinds": {"http": 0}}) as client:
        assert run(client) == (4, 4)
    monkeypatch.setenv("TRACEWIRE_SAMPLING", "0,agent=1")
    with Client(dir=tmp_path / "environment") as client:
        assert run(client) == (4, 4)
    with Client(dir=tmp_path / "wrong", sampling={"kinds": {"http": 2}}) as client:
        assert run(client) == (4, 4)
        assert client.flush().errors == {"configuration": 1}


def test_sampling_leaves_whole_traces_out_and_counts(tmp_path: Path) -> None:
    with Client(dir=tmp_path, sampling=0) as client:
        with client.span("s"), client.span("t"):
            client.event("e")
        report = client.flush()
    assert (report.written, report.unsampled > 0) == (0, True)
    assert Recording(tmp_path).events() == []


class Keeping(Exporter):
    name = "keeping"

    def __init__(self) -> None:
        self.names: list[str] = []

    def export(self, batch: Batch) -> None:
        self.names += [event["body"]["name"] for event in batch.events() if event["type"] == "span.start"]


def test_exporters_get_what_was_recorded_when_a_run_ends(tmp_path: Path) -> None:
    kept = Keeping()
    with Client(dir=tmp_path, exporters=[kept]) as client:

        @client.tool
        def look() -> None:
            assert kept.names == []

        with client.span("run"):
            look()
            assert kept.names == []
        assert kept.names == ["run", "look"]
        client.tool(lambda: None)()
        assert len(kept.names) == 3
        report = client.flush()
    assert (report.pending, report.sent, report.exporters["keeping"]["sent"]) == (0, report.written, report.written)


def test_the_default_client_delivers_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracewire import _making, _recorder

    monkeypatch.setattr(_recorder, "active", None)
    monkeypatch.setattr(_recorder, "opened", None)
    kept = Keeping()
    tracewire.init(dir=tmp_path, exporters=[kept], mode="inline")
    try:

        @tracewire.agent
        def run() -> None:
            with tracewire.span("inside"):
                assert kept.names == []

        run()
        assert kept.names == ["run", "inside"]
        with tracewire.span("second") as s:
            assert isinstance(s, tracewire.Span)
        assert kept.names == ["run", "inside", "second"]
    finally:
        tracewire.init(dir=tmp_path / "after")
        tracewire.shutdown()
    assert _making.span_type is tracewire.Span


def test_what_was_recorded_can_be_read_back(client: Client) -> None:
    with client.span("run", kind="agent", correlation_id="order-17"), client.span("search", kind="tool"):
        pass
    assert [row.name for row in client.query(kind="tool")] == ["search"]
    trace = client.get_trace(correlation_id="order-17")
    assert trace is not None
    assert trace.trace_id == "ee11261620ae53d253093d6835ce67eb"
