"""Traces that are named by an application's own id."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import tracewire
import tracewire.testing
from tracewire.testing import Recording

# The first 16 bytes of SHA-256 over "tracewire:correlation:order-17", as the specification has it (TW-ID-002).
ORDER_17 = "ee11261620ae53d253093d6835ce67eb"


@tracewire.tool
def look_up(query: str, *more: str, **options: int) -> str:
    return query


class Shop:
    @tracewire.step
    def sell(self, what: str) -> str:
        return look_up(what)


def test_everything_inside_belongs_to_the_trace(recorded: Recording) -> None:
    with tracewire.span("before"):
        with tracewire.trace("order-17"):
            with tracewire.span("pay", input=1, session_id="s"):
                look_up("otters")
            look_up("a", "b", "c", k=1)
            Shop().sell("x")
        look_up("inside of before")
    before, pay, first, second, sell, third, last = recorded.spans()
    inside = [pay, first, second, sell, third]
    assert {span["trace_id"] for span in inside} == {ORDER_17}
    assert [span.get("correlation_id") for span in inside] == ["order-17", None, "order-17", "order-17", None]
    assert [span.get("parent_id") for span in inside] == [None, pay["span_id"], None, None, sell["span_id"]]
    assert pay["session_id"] == "s"
    assert second["input"] == {"query": "a", "more": ["b", "c"], "k": 1}
    assert sell["input"] == {"what": "x"}
    assert last["parent_id"] == before["span_id"]


def test_async_and_nested_blocks(recorded: Recording) -> None:
    async def main() -> None:
        async with tracewire.trace("order-17"):
            with tracewire.trace("other"):
                look_up("a")
            await asyncio.gather(asyncio.to_thread(look_up, "b"), asyncio.to_thread(look_up, "c"))

    asyncio.run(main())
    assert sorted(span["correlation_id"] for span in recorded.spans()) == ["order-17", "order-17", "other"]
    assert len({span["trace_id"] for span in recorded.spans()}) == 2


def test_a_decorator_with_a_correlation_id_begins_runs_in_its_trace(recorded: Recording) -> None:
    @tracewire.trace("sell", "tool", correlation_id="order-17", capture_input=False)
    def sell(what: str) -> str:
        return look_up(what)

    sell("x")
    with tracewire.span("around"):
        sell("y")
    root, _, around, inside, _ = recorded.spans()
    assert (root["trace_id"], root["correlation_id"], root["kind"]) == (ORDER_17, "order-17", "tool")
    assert "input" not in root
    assert root["output"] == "x"
    assert inside["parent_id"] == around["span_id"]


@pytest.mark.parametrize("wrong", [None, 3, ""])
def test_a_wrong_id_is_said_and_nothing_changes(wrong: Any, recorded: Recording) -> None:
    with tracewire.trace(wrong):
        look_up("a")
    assert "correlation_id" not in recorded.spans()[0]
    assert tracewire.flush().errors == {"invalid_correlation_id": 1}


def test_a_block_that_raises_lets_it_through(recorded: Recording) -> None:
    with pytest.raises(KeyError), tracewire.trace("order-17"):
        raise KeyError
    look_up("after")
    assert "correlation_id" not in recorded.spans()[0]
