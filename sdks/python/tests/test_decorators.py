"""Decorators on every form of callable."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

import tracewire
from tracewire.testing import Recording


def test_bare_and_with_arguments(recorded: Recording) -> None:
    @tracewire.tool
    def bare(query: str, limit: int = 3) -> list[str]:
        """Find things."""
        return [query] * limit

    @tracewire.tool("named", attributes={"a": 1}, capture_input=False)
    def with_arguments(query: str) -> str:
        return query

    @tracewire.trace("generic", "retrieval", capture_output=False)
    def generic(*queries: str, **options: int) -> str:
        return "secret"

    assert bare("otters", limit=2) == ["otters", "otters"]
    assert with_arguments("x") == "x"
    assert generic("a", "b", k=1) == "secret"
    first, second, third = recorded.spans()
    assert (first["name"], first["kind"], first["input"]) == ("bare", "tool", {"query": "otters", "limit": 2})
    assert (first["status"], first["output"]) == ("ok", ["otters", "otters"])
    assert (second["name"], second["attributes"]) == ("named", {"a": 1})
    assert "input" not in second
    assert (third["name"], third["kind"]) == ("generic", "retrieval")
    assert third["input"] == {"queries": ["a", "b"], "k": 1}
    assert "output" not in third


KINDS = [
    "agent",
    "cache",
    "chain",
    "database",
    "embedding",
    "file_io",
    "guardrail",
    "handoff",
    "http",
    "llm",
    "memory",
    "rerank",
    "retrieval",
    "step",
    "tool",
    "workflow",
]


@pytest.mark.parametrize("kind", KINDS)
def test_each_decorator_has_its_kind(kind: str, recorded: Recording) -> None:
    decorator = getattr(tracewire, kind)

    def function() -> None: ...

    decorator(function)()
    decorator()(function)()
    decorator(name="x")(function)()
    assert [span["kind"] for span in recorded.spans()] == [kind] * 3
    assert [span["name"] for span in recorded.spans()] == ["function", "function", "x"]
    assert "output" not in recorded.spans()[0]


def test_an_operation_is_a_step_with_the_name_of_an_operation(recorded: Recording) -> None:
    @tracewire.operation
    def parse() -> None: ...

    @tracewire.operation(name="parse invoice", attributes={"a": 1})
    def other() -> None: ...

    parse()
    other()
    first, second = recorded.spans()
    assert (first["kind"], first["name"], first["attributes"]) == ("step", "parse", {"gen_ai.operation.name": "parse"})
    assert second["attributes"] == {"gen_ai.operation.name": "parse invoice", "a": 1}


def test_methods_of_all_kinds(recorded: Recording) -> None:
    class Agent:
        @tracewire.step
        def method(self, a: int) -> int:
            return a

        @classmethod
        @tracewire.step
        def of_class(cls, a: int) -> int:
            return a

        @tracewire.step
        @classmethod
        def outside_classmethod(cls, a: int) -> int:
            return a

        @tracewire.step
        @staticmethod
        def outside_staticmethod(a: int) -> int:
            return a

        @tracewire.step
        def __call__(self, a: int) -> int:
            return a

    agent = Agent()
    assert [
        agent.method(1),
        Agent.of_class(2),
        agent.outside_classmethod(3),
        agent.outside_staticmethod(4),
        agent(5),
    ] == [1, 2, 3, 4, 5]
    assert [span["input"] for span in recorded.spans()] == [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}, {"a": 5}]


def test_partials_and_callable_objects(recorded: Recording) -> None:
    class Add:
        def __call__(self, a: int, b: int) -> int:
            return a + b

    async def slow(a: int) -> int:
        return a

    assert tracewire.trace("add")(Add())(1, 2) == 3
    assert tracewire.trace("partial")(functools.partial(Add(), 1))(2) == 3
    assert asyncio.run(tracewire.trace("slow")(functools.partial(slow, 5))()) == 5
    assert tracewire.trace("len")(len)("abc") == 3
    assert [span["name"] for span in recorded.spans()] == ["add", "partial", "slow", "len"]
    assert recorded.spans()[2]["output"] == 5


def function(a: int, *, b: str = "x") -> str:
    """Say what it does."""
    return b


async def coroutine(a: int) -> int:
    """Say what it does."""
    return a


def generator(n: int) -> Iterator[int]:
    """Say what it does."""
    yield from range(n)


async def async_generator(n: int) -> AsyncIterator[int]:
    """Say what it does."""
    for i in range(n):
        yield i


@pytest.mark.parametrize("original", [function, coroutine, generator, async_generator], ids=lambda f: f.__name__)
def test_the_decorated_object_keeps_what_it_is(original: Any) -> None:
    original.mark = "kept"
    decorated = tracewire.trace(original)
    for question in (
        inspect.iscoroutinefunction,
        inspect.isgeneratorfunction,
        inspect.isasyncgenfunction,
        inspect.signature,
        inspect.getdoc,
    ):
        assert question(decorated) == question(original)
    for name in ("__module__", "__name__", "__qualname__", "__annotations__", "mark"):
        assert getattr(decorated, name) == getattr(original, name)
    assert decorated.__wrapped__ is original


def test_async_functions(recorded: Recording) -> None:
    @tracewire.agent
    async def outer() -> int:
        return await inner(1) + await inner(2)

    @tracewire.tool
    async def inner(n: int) -> int:
        await asyncio.sleep(0)
        return n

    assert asyncio.run(outer()) == 3
    root, first, second = recorded.spans()
    assert first["parent_id"] == second["parent_id"] == root["span_id"]
    assert [root["output"], first["output"], second["output"]] == [3, 1, 2]


def test_a_function_that_raises_is_seen_as_it_was(recorded: Recording) -> None:
    error = ValueError("as it was")

    @tracewire.tool
    def fails() -> None:
        raise error

    with pytest.raises(ValueError, match="as it was") as caught:
        fails()
    assert caught.value is error
    assert error.__cause__ is None
    assert error.__context__ is None
    (span,) = recorded.spans()
    assert span["status"] == "error"
    assert span["exception"]["type"] == "ValueError"
    assert span["exception"]["message"] == "as it was"
    assert span["exception"]["escaped"] is True
    assert "fails\n" in span["exception"]["stacktrace"]
    assert "output" not in span


def test_an_output_that_was_set_wins_over_the_result(recorded: Recording) -> None:
    @tracewire.step
    def run() -> str:
        span = tracewire.current_span()
        assert span is not None
        span.set_output("set")
        span.set("k", 1)
        return "returned"

    assert run() == "returned"
    (span,) = recorded.spans()
    assert (span["output"], span["attributes"]) == ("set", {"k": 1})


def test_recursion(recorded: Recording) -> None:
    @tracewire.step
    def down(n: int) -> int:
        return 0 if n == 0 else 1 + down(n - 1)

    assert down(3) == 3
    spans = recorded.spans()
    assert [span["parent_id"] for span in spans[1:]] == [span["span_id"] for span in spans[:-1]]


def test_what_cannot_be_decorated_stays_as_it_is() -> None:
    assert tracewire.trace("x")(3) == 3  # type: ignore[type-var]
    assert tracewire.step(int) is int
    assert tracewire.flush().errors == {"cannot_decorate": 1}
