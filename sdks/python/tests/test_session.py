"""Runs of agents and streams of chunks."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import tracewire
from tracewire import Client
from tracewire.exporters import Batch, Exporter
from tracewire.testing import Recording


def test_a_session_is_the_root_of_a_run(recorded: Recording) -> None:
    with tracewire.session(
        agent_id="researcher", session_id="chat-7", user_id="u-1", tags=["demo"], input="why?", environment="test"
    ) as session:
        with session.agent_step("plan", {"a": 1}) as plan:
            plan.set_output(["search"])
        with session.tool_call("search", input={"query": "otters"}) as call:
            call.set_output(["Lutra lutra"])
            with session.llm_call("chat", {"gen_ai.request.model": "m"}) as llm:
                llm.usage(input_tokens=3)
        session.set_output("because")
    assert (session.agent_id, session.session_id, session.user_id) == ("researcher", "chat-7", "u-1")
    root, plan_, tool, chat = recorded.spans()
    assert {key: root[key] for key in ("name", "kind", "session_id", "user_id", "tags", "environment")} == {
        "name": "researcher",
        "kind": "agent",
        "session_id": "chat-7",
        "user_id": "u-1",
        "tags": ["demo"],
        "environment": "test",
    }
    assert root["attributes"] == {"gen_ai.agent.id": "researcher"}
    assert (root["input"], root["output"], root["status"], "parent_id" in root) == ("why?", "because", "ok", False)
    assert (plan_["kind"], plan_["attributes"], plan_["parent_id"]) == ("step", {"a": 1}, root["span_id"])
    assert (tool["kind"], tool["attributes"], tool["output"]) == ("tool", {"gen_ai.tool.name": "search"}, ["Lutra lutra"])
    assert (chat["kind"], chat["parent_id"], chat["usage"]) == ("llm", tool["span_id"], {"input_tokens": 3})
    assert repr(session).startswith("<tracewire.Session chat-7 ")


def test_a_session_that_fails(recorded: Recording) -> None:
    def fail() -> None:
        with tracewire.session() as session:
            assert tracewire.current_span() is session
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert tracewire.current_span() is None
    (root,) = recorded.spans()
    assert (root["name"], root["status"], root["exception"]["type"]) == ("session", "error", "KeyError")


def test_async_sessions_do_not_mix(recorded: Recording) -> None:
    async def answer(name: str) -> None:
        async with tracewire.session(agent_id=name) as session:
            await asyncio.sleep(0)
            async with session.tool_call("search"):
                await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(*(answer(str(n)) for n in range(20)))

    asyncio.run(main())
    spans = recorded.spans()
    roots = {span["span_id"]: span["trace_id"] for span in spans if span["kind"] == "agent"}
    assert len(roots) == len(set(roots.values())) == 20
    for span in spans:
        if span["kind"] == "tool":
            assert roots[span["parent_id"]] == span["trace_id"]


def test_a_session_inside_of_a_step_belongs_to_it(recorded: Recording) -> None:
    with tracewire.span("outer"), tracewire.session("inner"):
        pass
    with tracewire.span("outer"), tracewire.session("own", parent=None):
        pass
    outer, inner, _, own = recorded.spans()
    assert inner["parent_id"] == outer["span_id"]
    assert "parent_id" not in own


def test_other_threads_find_the_session(recorded: Recording) -> None:
    with tracewire.session("a") as one, tracewire.session("b", parent=None) as other:

        def work() -> None:
            with one.tool_call("in a thread"), one.agent_step("below it"):
                pass

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        with one.tool_call("of the other"):
            pass
        with other.tool_call("of this"):
            pass
    first, second, tool, below, of_other, of_this = recorded.spans()
    assert tool["parent_id"] == of_other["parent_id"] == first["span_id"]
    assert below["parent_id"] == tool["span_id"]
    assert of_this["parent_id"] == second["span_id"]


class Counting(Exporter):
    def __init__(self) -> None:
        self.events = 0

    def export(self, batch: Batch) -> None:
        self.events += len(batch)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_session_flushes_at_its_end(is_async: bool, tmp_path: Path) -> None:
    async def main() -> None:
        async with client.session("a"):
            assert exporter.events == 0

    exporter = Counting()
    # In local mode nothing but a flush delivers.
    with Client(dir=tmp_path, mode="local", exporters=[exporter]) as client:
        if is_async:
            asyncio.run(main())
        else:
            with client.session("a"):
                assert exporter.events == 0
        assert exporter.events == 2


def chunks_of(span: dict[str, Any]) -> list[Any]:
    return [chunk for event in span["events"] for chunk in event.get("chunks", [])]


def test_a_stream_keeps_order_and_writes_many_at_once(recorded: Recording) -> None:
    with tracewire.session("a") as session, session.stream("voice", {"codec": "opus"}, input="go") as stream:
        for n in range(10_000):
            stream.event("chunk", {"seq": n})
    root, span = recorded.spans()
    assert (span["kind"], span["name"], span["attributes"], span["input"]) == ("stream", "voice", {"codec": "opus"}, "go")
    assert span["parent_id"] == root["span_id"]
    assert chunks_of(span) == [{"seq": n} for n in range(10_000)]
    assert span["events"][0] == {"name": "chunk", "chunks": [{"seq": 0}]}
    assert len(span["events"]) < 1000
    assert span["time_to_first_chunk_nanos"] > 0
    assert "output" not in span


def test_ten_thousand_chunks_take_less_than_a_second(tmp_path: Path) -> None:
    with Client(dir=tmp_path) as client, client.stream("s") as stream:
        began = time.process_time()
        for n in range(10_000):
            stream.event("chunk", {"seq": n})
        assert time.process_time() - began < 1
    (span,) = Recording(tmp_path).spans()
    assert [chunk["seq"] for chunk in chunks_of(span)] == list(range(10_000))


def test_events_of_other_names_keep_their_place(recorded: Recording) -> None:
    reused: dict[str, Any] = {}
    with tracewire.stream("s", kind="llm") as stream:
        for n in (1, 2, 3):
            reused["n"] = n
            stream.event("chunk", reused)
        stream.event("interrupted")
        stream.event("chunk", data=b"\x00")
        stream.event("chunk", {"n": 4}, data=[5])
    (span,) = recorded.spans()
    assert [(event["name"], event["chunks"]) for event in span["events"]] == [
        ("chunk", [{"n": 1}]),
        ("chunk", [{"n": 2}, {"n": 3}]),
        ("interrupted", [{}]),
        ("chunk", [{"$bytes": "AA=="}, {"n": 4, "data": [5]}]),
    ]


def test_texts_are_the_output_of_their_stream(recorded: Recording) -> None:
    async def main() -> None:
        async with tracewire.stream("s") as stream:
            for token in ("Otters", " swim."):
                stream.chunk(token)

    asyncio.run(main())

    def fail() -> None:
        with tracewire.stream("fails") as stream:
            stream.chunk("a")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    first, second = recorded.spans()
    assert (first["output"], first["status"]) == ("Otters swim.", "ok")
    assert (second["output"], second["status"], chunks_of(second)) == ("a", "error", ["a"])


def test_chunks_before_and_after_a_stream_are_counted(recorded: Recording) -> None:
    stream = tracewire.stream("s")
    stream.chunk("early")
    with stream:
        pass
    stream.chunk("late")
    assert recorded.spans()[0]["events"] == []
    assert tracewire.flush().errors == {"step_not_begun": 1, "step_ended": 1}
