"""Which step is current, and what becomes its child: across tasks, threads, processes and carriers."""

from __future__ import annotations

import asyncio
import contextvars
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import tracewire
from tracewire import SpanContext
from tracewire.testing import Recording

HEADER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def parents(recorded: Recording) -> dict[str, str | None]:
    spans = recorded.spans()
    names = {span["span_id"]: span["name"] for span in spans}
    return {span["name"]: names.get(span.get("parent_id")) for span in spans}


def test_gather_and_task_groups(recorded: Recording) -> None:
    async def child(name: str) -> None:
        with tracewire.span(name):
            await asyncio.sleep(0)
            async with tracewire.span(name + name):
                await asyncio.sleep(0)

    async def run() -> None:
        async with tracewire.span("root"):
            await asyncio.gather(child("a"), child("b"), child("c"))

    asyncio.run(run())
    assert parents(recorded) == {"root": None, "a": "root", "b": "root", "c": "root", "aa": "a", "bb": "b", "cc": "c"}


def test_threads(recorded: Recording) -> None:
    def child(name: str) -> None:
        with tracewire.span(name):
            pass

    with tracewire.span("root") as root, ThreadPoolExecutor(2) as pool:
        contextvars.copy_context().run(child, "same thread")
        pool.submit(contextvars.copy_context().run, child, "copied").result()

        def explicit() -> None:
            with tracewire.span("explicit", parent=root):
                child("below")

        pool.submit(explicit).result()
        thread = threading.Thread(target=child, args=("bare thread",))
        thread.start()
        thread.join()
    found = parents(recorded)
    assert found["same thread"] == found["copied"] == found["explicit"] == "root"
    assert found["below"] == "explicit"
    if not getattr(sys.flags, "thread_inherit_context", False):
        assert found["bare thread"] is None
    asyncio.run(asyncio.to_thread(child, "alone"))


def test_steps_that_end_out_of_order(recorded: Recording) -> None:
    a, b = tracewire.span("a"), tracewire.span("b")
    a.__enter__()
    b.__enter__()
    a.__exit__(None, None, None)
    assert tracewire.current_span() is b
    with tracewire.span("c"):
        pass
    b.__exit__(None, None, None)
    assert tracewire.current_span() is None
    assert parents(recorded) == {"a": None, "b": "a", "c": "b"}


def test_a_step_left_in_another_context(recorded: Recording) -> None:
    """What breaks with tokens: the block is entered in one context and left in another."""
    span = tracewire.span("moved")
    contextvars.copy_context().run(span.__enter__)
    span.__exit__(None, None, None)
    assert recorded.spans()[0]["status"] == "ok"
    assert tracewire.current_span() is None


def test_a_task_that_outlives_its_step(recorded: Recording) -> None:
    async def late(gate: asyncio.Event) -> None:
        await gate.wait()
        with tracewire.span("late"):
            pass

    async def run() -> None:
        gate = asyncio.Event()
        with tracewire.span("root"):
            task = asyncio.create_task(late(gate))
            await asyncio.sleep(0)
        gate.set()
        await task

    asyncio.run(run())
    assert parents(recorded) == {"root": None, "late": "root"}


def test_a_chain_of_tasks_keeps_no_chain_of_steps(recorded: Recording) -> None:
    async def link(n: int) -> None:
        with tracewire.span(f"link {n}"):
            following = asyncio.create_task(link(n - 1)) if n else None
            await asyncio.sleep(0)
        if following is not None:
            await following

    async def run() -> None:
        await link(20)
        current = tracewire.current_span()
        assert current is None

    asyncio.run(run())
    assert len(recorded.spans()) == 21


def test_a_manual_step_is_not_current(recorded: Recording) -> None:
    span = tracewire.span("manual").start()
    assert tracewire.current_span() is None
    with tracewire.span("other"):
        pass
    span.end()
    span.end(ValueError("too late"))
    assert parents(recorded) == {"manual": None, "other": None}
    assert [s["status"] for s in recorded.spans()] == ["ok", "ok"]


def test_a_forgotten_step_ends_as_cancelled(recorded: Recording) -> None:
    tracewire.span("forgotten").start()
    (span,) = recorded.spans()
    assert (span["status"], span["status_message"]) == ("cancelled", "the step was dropped without an end")


def test_inject_and_extract(recorded: Recording) -> None:
    assert tracewire.inject({}) == {}
    with tracewire.span("client") as client:
        carrier = tracewire.inject({"other": 1})
        assert carrier == {"other": 1, "traceparent": f"00-{client.trace_id}-{client.span_id}-01"}
    context = tracewire.extract(carrier)
    assert context == client.context
    with tracewire.attach(context), tracewire.span("server"):
        pass
    with tracewire.span("explicit", parent=carrier["traceparent"]):  # type: ignore[arg-type]
        pass
    with tracewire.span("context", parent=context):
        pass
    assert parents(recorded) == {"client": None, "server": "client", "explicit": "client", "context": "client"}
    assert tracewire.current_span() is None


@pytest.mark.parametrize(
    "carrier",
    [
        None,
        {},
        {"traceparent": "nonsense"},
        {"traceparent": None},
        {"traceparent": 5},
        {"traceparent": []},
        {5: 6},
        "text",
        7,
        {"traceparent": HEADER.upper()},
        {"traceparent": "ff" + HEADER[2:]},
    ],
)
def test_extract_from_nonsense_is_none(carrier: Any) -> None:
    assert tracewire.extract(carrier) is None


@pytest.mark.parametrize(
    "carrier",
    [{"Traceparent": HEADER}, {"TRACEPARENT": HEADER}, {"traceparent": [HEADER]}, {"traceparent": HEADER.encode()}],
)
def test_extract_takes_what_servers_give(carrier: Any) -> None:
    context = tracewire.extract(carrier)
    assert context is not None
    assert context.traceparent == HEADER
    assert (context.trace_id, context.span_id, context.flags) == (HEADER[3:35], HEADER[36:52], 1)
    assert context == SpanContext.from_traceparent(HEADER)
    assert hash(context) == hash(SpanContext.from_traceparent(HEADER))


def test_an_invalid_parent_begins_a_new_trace(recorded: Recording) -> None:
    with tracewire.span("outer"), tracewire.span("root", parent=None), tracewire.span("inner"):
        pass
    with tracewire.span("wrong", parent=object()):  # type: ignore[arg-type]
        pass
    assert parents(recorded) == {"outer": None, "root": None, "inner": "root", "wrong": None}
    assert tracewire.flush().errors == {"invalid_parent": 1}


def test_a_child_process_continues_the_trace(recorded: Recording) -> None:
    program = "import tracewire\nwith tracewire.span('in the child'): pass"
    with tracewire.span("in the parent"):
        environment = tracewire.inject_environment()
    environment["TRACEWIRE_DIR"] = str(recorded.directory)
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert parents(recorded) == {"in the parent": None, "in the child": "in the parent"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_child_has_its_own_journal_and_ends_no_step_of_its_parent(tmp_path: Path) -> None:
    program = """
import os, sys, tracewire
tracewire.init(dir=sys.argv[1], service="fork")
with tracewire.span("parent") as s:
    children = []
    for n in range(3):
        pid = os.fork()
        if pid == 0:
            with tracewire.span(f"child {n}"):
                pass
            s.__exit__(None, None, None)
            del s
            tracewire.shutdown()
            os._exit(0)
        children.append(pid)
    for pid in children:
        assert os.waitpid(pid, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", program, str(tmp_path)], check=True)
    recorded = Recording(tmp_path)
    assert parents(recorded) == {"parent": None, "child 0": "parent", "child 1": "parent", "child 2": "parent"}
    ends = [event for event in recorded.events() if event["type"] == "span.end"]
    assert len(ends) == 4
    assert len(list((tmp_path / "journal").glob("*.twj"))) == 4
    assert len({span["span_id"] for span in recorded.spans()}) == 4
