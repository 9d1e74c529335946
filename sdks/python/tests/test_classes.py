"""Decorated classes: their public methods are steps, and they stay the classes that they were."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import tracewire
from tracewire.testing import Recording


def names(recorded: Recording) -> list[tuple[str, str]]:
    return [(span["kind"], span["name"]) for span in recorded.spans()]


def test_public_methods_are_steps_and_construction_is_not(recorded: Recording) -> None:
    @tracewire.agent
    class Researcher:
        limit = 3

        def __init__(self, topic: str) -> None:
            self.topic = topic

        def answer(self, question: str) -> str:
            return self._hidden(question)

        def _hidden(self, question: str) -> str:
            return f"{self.topic}: {question}"

        @property
        def size(self) -> int:
            return 1

        @classmethod
        def make(cls) -> Researcher:
            return cls("otters")

        @staticmethod
        def add(a: int, b: int) -> int:
            return a + b

        @tracewire.tool
        def search(self, query: str) -> str:
            return query

        async def stream(self, n: int) -> AsyncIterator[int]:
            for i in range(n):
                yield i

        def __call__(self, x: int) -> int:
            return x

        class Nested:
            def run(self) -> None: ...

    async def consume(researcher: Researcher) -> list[int]:
        return [i async for i in researcher.stream(2)]

    researcher = Researcher.make()
    assert isinstance(researcher, Researcher)
    assert (researcher.answer("why?"), researcher.size, researcher(4)) == ("otters: why?", 1, 4)
    assert (Researcher.add(1, b=2), researcher.search("x"), asyncio.run(consume(researcher))) == (3, "x", [0, 1])
    Researcher.Nested().run()
    assert names(recorded) == [
        ("agent", "Researcher.make"),
        ("agent", "Researcher.answer"),
        ("agent", "Researcher"),
        ("agent", "Researcher.add"),
        ("tool", "search"),
        ("agent", "Researcher.stream"),
    ]
    answer = recorded.spans()[1]
    assert (answer["input"], answer["output"]) == ({"question": "why?"}, "otters: why?")
    assert answer["attributes"] == {"gen_ai.agent.name": "Researcher"}


def test_subclasses_are_subclasses(recorded: Recording) -> None:
    @tracewire.trace("Base", "chain", capture_input=False, attributes={"a": 1})
    class Base:
        def run(self, x: int) -> int:
            return x

    class Derived(Base):
        def run(self, x: int) -> int:
            return super().run(x + 1)

        def other(self) -> int:
            return 1

    derived = Derived()
    assert (derived.run(1), derived.other()) == (2, 1)
    assert isinstance(derived, Base)
    assert issubclass(Derived, Base)
    assert Base.__name__ == "Base"
    (span,) = recorded.spans()
    assert (span["name"], span["kind"], span["attributes"]) == ("Base.run", "chain", {"a": 1})
    assert "input" not in span


def test_dataclasses_and_slots(recorded: Recording) -> None:
    @tracewire.tool
    @dataclasses.dataclass(frozen=True)
    class Search:
        limit: int = 3

        def run(self, query: str) -> list[str]:
            return [query] * self.limit

    @tracewire.step
    class Small:
        __slots__ = ("a",)

        def set(self, a: Any) -> None:
            self.a = a

    assert Search(2).run("x") == ["x", "x"]
    assert Search(2) == Search(2)
    Small().set(1)
    assert names(recorded) == [("tool", "Search.run"), ("step", "Small.set")]


def test_decorating_twice_records_once(recorded: Recording) -> None:
    class Tools:
        def run(self) -> int:
            return 1

    assert tracewire.tool(tracewire.tool(Tools)) is Tools
    assert Tools().run() == 1
    assert names(recorded) == [("tool", "Tools.run")]
