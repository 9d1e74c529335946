"""What type checkers see. ``assert_type`` does its work under mypy; that the calls run is tested here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

from typing_extensions import assert_type

import tracewire
from tracewire import EventId, Session, Span, Stream
from tracewire.formats import Finding
from tracewire.testing import Recording


@tracewire.tool
def bare(query: str, limit: int = 3) -> list[str]:
    return [query] * limit


@tracewire.llm("named", capture_output=False)
async def named(query: str) -> int:
    return len(query)


@tracewire.trace("look up", kind="retrieval")
def generator(n: int) -> Iterator[int]:
    yield from range(n)


@tracewire.trace
async def async_generator(n: int) -> AsyncIterator[int]:
    yield n


@tracewire.agent(name="Researcher")
class Agent:
    def run(self, n: int) -> str:
        return str(n)


@tracewire.observe_tool
def observed(query: str) -> bytes:
    return query.encode()


def test_decorators_keep_signatures() -> None:
    assert_type(bare("x"), list[str])
    assert_type(named("x"), Coroutine[Any, Any, int]).close()
    assert_type(generator(1), Iterator[int])
    assert_type(async_generator(1), AsyncIterator[int])
    assert_type(Agent(), Agent)
    assert_type(Agent().run(1), str)
    assert_type(observed("x"), bytes)
    bare(3)  # type: ignore[arg-type]
    bare("x", limit=2)


def test_steps_and_what_they_give(recorded: Recording) -> None:
    with tracewire.span("s", session_id="x") as span:
        assert_type(span, Span)
    with tracewire.session("a") as session:
        assert_type(session, Session)
        with session.tool_call("t") as call:
            assert_type(call, Span)
        with session.stream("t") as stream:
            assert_type(stream, Stream)
    assert_type(tracewire.event("e"), EventId | None)
    assert_type(tracewire.mcp.log_tool_call("a", "t"), EventId | None)
    assert_type(tracewire.a2a.log_task_assigned("a", task_id="t"), EventId | None)
    assert_type(tracewire.feedback(1), str)
    assert_type(tracewire.inject({"a": "b"}), dict[str, str])
    assert_type(tracewire.context.bind(bare), Callable[[str, int], list[str]])  # type: ignore[assert-type]
    tracewire.span("s", sesion_id="x")  # type: ignore[call-arg]
    with tracewire.Client(dir=recorded.directory, disabled=True) as client:
        assert_type(client.tool(bare)("x"), list[str])
        assert_type(client, tracewire.Client)


def test_formats_say_whether_they_are_text() -> None:
    assert_type(tracewire.encode(1), str)
    assert_type(tracewire.encode([{"a": 1}], "csv", delimiter="tab"), str)
    assert_type(tracewire.encode(1, "proto"), bytes)
    assert_type(tracewire.convert("1", "json", "toon"), str)
    assert_type(tracewire.convert("1", "json", "proto"), bytes)
    assert_type(tracewire.count_tokens("a"), int)
    assert_type(tracewire.validate("{}").findings, list[Finding])

    def wrong() -> None:
        tracewire.encode(1, "yaml")  # type: ignore[call-overload]
        tracewire.count_tokens(1, format="proto")  # type: ignore[arg-type]

    assert callable(wrong)


def test_settings_are_checked() -> None:
    def configure() -> None:
        tracewire.init(mode="lokal")  # type: ignore[arg-type]
        tracewire.init(servcie="x")  # type: ignore[arg-type]

    assert callable(configure)
