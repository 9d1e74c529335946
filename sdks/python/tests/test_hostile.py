"""Values that misbehave become their defined form, in bounded time, and the program never notices."""

from __future__ import annotations

import asyncio
import collections.abc
import gc
import json
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import tracewire
from tracewire.testing import Recording


def through(value: Any, recorded: Recording) -> Any:
    with tracewire.span("value", input={"value": value}):
        pass
    return recorded.spans()[-1]["input"]["value"]


class Raises:
    """Raises a given exception wherever it is asked."""

    def __init__(self, error: BaseException) -> None:
        object.__setattr__(self, "error", error)

    def __getattribute__(self, name: str) -> Any:
        raise object.__getattribute__(self, "error")

    def __repr__(self) -> str:
        raise object.__getattribute__(self, "error")

    __str__ = __iter__ = __len__ = __hash__ = __repr__  # type: ignore[assignment]


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no"),
        RecursionError(),
        MemoryError(),
        KeyboardInterrupt(),
        SystemExit(3),
        GeneratorExit(),
        asyncio.CancelledError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_objects_that_raise_whatever_is_asked(error: BaseException, recorded: Recording) -> None:
    assert through(Raises(error), recorded) == {"$unserializable": "test_hostile.Raises"}


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3), RecursionError()], ids=repr)
def test_objects_that_raise_are_refused_by_formats(error: BaseException) -> None:
    with pytest.raises(tracewire.FormatError) as caught:
        tracewire.encode({"a": [Raises(error)]})
    assert (caught.value.code, caught.value.path) == ("value_unserializable", "/a/0")
    assert tracewire.encode(Raises(error), lenient=True) == '{"$unserializable":"test_hostile.Raises"}'


class FakeClass:
    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise KeyboardInterrupt

    def __repr__(self) -> str:
        return "fake"


def test_a_class_property_is_not_asked(recorded: Recording) -> None:
    assert through(FakeClass(), recorded) == {"$unserializable": "test_hostile.FakeClass", "text": "fake"}


class Liar(collections.abc.Sequence[int]):
    def __init__(self, claimed: Any, given: int) -> None:
        self.claimed, self.given = claimed, given

    def __len__(self) -> int:
        if isinstance(self.claimed, Exception):
            raise self.claimed
        return int(self.claimed)

    def __getitem__(self, index: Any) -> Any:
        if index >= self.given:
            raise IndexError
        return 0


@pytest.mark.parametrize("claimed", [0, 10**9, -5, RuntimeError("no length")], ids=str)
def test_a_length_that_lies_does_no_harm(claimed: Any, recorded: Recording) -> None:
    assert through(Liar(claimed, 2), recorded) == [0, 0]
    assert tracewire.encode(Liar(claimed, 2)) == "[0,0]"


class Endless(collections.abc.Iterable[int], collections.abc.Sized):
    def __len__(self) -> int:
        return 5

    def __iter__(self) -> Any:
        while True:
            yield 1

    def __contains__(self, item: object) -> bool:
        return True


collections.abc.Sequence.register(Endless)


def test_an_endless_iteration_ends_with_the_budget(recorded: Recording) -> None:
    found = through(Endless(), recorded)
    assert 40_000 < len(found["$cut"]) <= 50_000
    assert found["missing_items"] >= 1


class Changing:
    def __init__(self, change: Any) -> None:
        self.change = change

    def __repr__(self) -> str:
        self.change()
        return "changed"


def test_a_dict_that_changes_while_it_is_read(recorded: Recording) -> None:
    shrinking: dict[str, Any] = {}
    shrinking.update(a=Changing(shrinking.clear), b=1, c=2)
    assert through(shrinking, recorded)["a"] == {"$unserializable": "test_hostile.Changing", "text": "changed"}

    growing: dict[str, Any] = {}

    def grow() -> None:
        growing.update({f"k{n}": n for n in range(1000)})

    growing.update(a=Changing(grow), b=1)
    assert set(through(growing, recorded)) >= {"a"}
    assert len(through(growing, recorded)) == len(growing)


def test_a_list_and_a_set_that_change_while_they_are_read(recorded: Recording) -> None:
    items: list[Any] = []
    items.extend([Changing(items.clear), 1, 2])
    assert through(items, recorded) == [{"$unserializable": "test_hostile.Changing", "text": "changed"}]

    members: set[Any] = set()
    members.add(Changing(lambda: members.add(len(members))))
    assert through(members, recorded) == {
        "$cut": [{"$unserializable": "test_hostile.Changing", "text": "changed"}],
        "missing_items": 1,
    }


def test_cycles(recorded: Recording) -> None:
    cycle: list[Any] = [1]
    cycle.append(cycle)
    assert through(cycle, recorded) == [1, {"$unserializable": "cycle"}]
    shared = [1]
    assert through([shared, shared], recorded) == [[1], [1]]


def test_nesting_is_bounded(recorded: Recording) -> None:
    bomb: Any = 1
    for _ in range(sys.getrecursionlimit() * 10):
        bomb = [bomb]
    found, depth = through(bomb, recorded), 0
    while isinstance(found, list):
        (found,), depth = found, depth + 1
    assert found == {"$cut": None, "missing_depth": 1}
    assert depth <= 64
    while isinstance(bomb, list):
        bomb = bomb.pop()


class Turtles(collections.abc.Mapping[str, Any]):
    def __getitem__(self, key: str) -> Any:
        return Turtles()

    def __iter__(self) -> Any:
        return iter(["below"])

    def __len__(self) -> int:
        return 1


def test_a_mapping_without_a_bottom(recorded: Recording) -> None:
    assert "missing_depth" in str(through(Turtles(), recorded))


def test_shared_parts_do_not_explode(recorded: Recording) -> None:
    bomb: Any = ["x"]
    for _ in range(40):
        bomb = [bomb, bomb]
    began = time.monotonic()
    found = through(bomb, recorded)
    assert time.monotonic() - began < 2
    assert isinstance(found, (list, dict))


def test_a_large_payload_is_cut_to_the_record(recorded: Recording) -> None:
    found = through(["x" * 500_000] * 40, recorded)
    assert found["missing_items"] > 0
    assert len(str(found)) < 6 << 20


def test_a_repr_of_many_megabytes_is_bounded(recorded: Recording) -> None:
    class Wordy:
        def __repr__(self) -> str:
            return "é" * (8 << 20)

    assert len(through(Wordy(), recorded)["text"].encode()) <= 512


def test_names_and_attributes_of_any_type(recorded: Recording) -> None:
    with tracewire.span(Raises(ValueError()), kind=7, attributes={1: Raises(SystemExit())}):  # type: ignore[arg-type, dict-item]
        pass
    (span,) = recorded.spans()
    assert span["name"] == "test_hostile.Raises"
    assert span["kind"] == "7"
    assert span["attributes"] == {"1": {"$unserializable": "test_hostile.Raises"}}


def test_what_a_value_prints_or_traces_is_its_own(recorded: Recording) -> None:
    class Traced:
        def __repr__(self) -> str:
            with tracewire.span("inside"):
                return "traced"

    with tracewire.span("value", input={"value": Traced()}):
        pass
    spans = {span["name"]: span for span in recorded.spans()}
    assert spans["value"]["input"]["value"]["text"] == "traced"
    assert spans["inside"]["status"] == "ok"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers")
def test_a_signal_that_arrives_while_a_value_is_read_reaches_the_program(recorded: Recording) -> None:
    class Alarm(Exception):
        pass

    def on_alarm(number: int, frame: FrameType | None) -> None:
        raise Alarm

    class Slow:
        def __repr__(self) -> str:
            while True:
                time.sleep(0.01)

    before = signal.signal(signal.SIGALRM, on_alarm)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(Alarm), tracewire.span("slow", input=Slow()):
            pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    # The record was finished first.
    assert recorded.spans()[0]["input"] == {
        "$unserializable": "test_hostile.test_a_signal_that_arrives_while_a_value_is_read_reaches_the_program.<locals>.Slow"
    }


def test_ctrl_c_while_a_value_is_read_reaches_the_program(recorded: Recording) -> None:
    class Interrupted:
        def __repr__(self) -> str:
            signal.raise_signal(signal.SIGINT)
            return "never"

    # A process that was started in the background ignores SIGINT, and Python then installs no handler.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), tracewire.span("interrupted", input=Interrupted()):
            pass
    finally:
        signal.signal(signal.SIGINT, before)
    assert recorded.spans()[0]["name"] == "interrupted"


def test_types_are_remembered_and_not_kept_alive(recorded: Recording) -> None:
    def one(number: int) -> weakref.ref[type]:
        kind = type(f"T{number}", (), {"__repr__": lambda self: f"t{number}"})
        for _ in range(2):
            assert through(kind(), recorded) == {"$unserializable": f"test_hostile.T{number}", "text": f"t{number}"}
        return weakref.ref(kind)

    references = [one(number) for number in range(20)]
    gc.collect()
    assert [reference() for reference in references] == [None] * 20


def test_more_types_than_are_remembered(recorded: Recording) -> None:
    values = [type(f"T{number}", (), {})() for number in range(3000)]
    assert through(values, recorded) == [{"$unserializable": f"test_hostile.T{number}"} for number in range(3000)]


WITHOUT_MEMORY = """
import json, resource, sys
import tracewire
from tracewire import _native
tracewire.init(dir=sys.argv[1])
text = "\\xdf" * 60_000_000
with tracewire.span("before"):
    pass
taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + 30_000_000, resource.RLIM_INFINITY))
with tracewire.span("large", input={"kept": 1, "text": text}):
    pass
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
starts = [event for event in json.loads(_native.testing_read(sys.argv[1])) if event["type"] == "span.start"]
print(json.dumps([start["body"].get("input") for start in starts]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory is taken")
def test_a_text_that_there_is_no_memory_for_is_not_an_empty_one(tmp_path: Path) -> None:
    """Its UTF-8 is a copy: found by processes that recorded while they ran out of memory."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_MEMORY, str(tmp_path)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [None, {"kept": 1, "text": {"$unserializable": "unreadable"}}]
