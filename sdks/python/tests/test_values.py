"""What Python's values become: the column "Python" of the specification's table."""

from __future__ import annotations

import array
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import ipaddress
import math
import pathlib
import types
import uuid
from typing import Any, NamedTuple

import attrs
import numpy as np
import pydantic
import pydantic.v1
import pytest

import tracewire
from tracewire.testing import Recording, recording


class Colour(enum.Enum):
    RED = "red"
    MIXED = ("a", 1)


class Level(enum.IntEnum):
    HIGH = 3


class Mode(str, enum.Enum):
    FAST = "fast"


class Flags(enum.Flag):
    A = 1
    B = 2


class Text(str):
    def __str__(self) -> str:
        return "not what it holds"


class Number(int):
    def __abs__(self) -> int:
        return 0


class Real(float):
    pass


class Point(NamedTuple):
    x: int
    y: float


@dataclasses.dataclass
class Account:
    name: str
    password: str = dataclasses.field(repr=False, default="secret")
    tags: list[str] = dataclasses.field(default_factory=list)
    kind: dataclasses.InitVar[str] = "plain"


@dataclasses.dataclass(slots=True, frozen=True)
class Slotted:
    a: int


@attrs.define
class Machine:
    name: str
    key: str = attrs.field(repr=False, default="secret")


class Inner(pydantic.BaseModel):
    n: int


class Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    name: str
    inner: Inner
    token: pydantic.SecretStr = pydantic.SecretStr("hidden")
    internal: str = pydantic.Field(default="hidden", exclude=True)


class Custom(collections.abc.Mapping[str, int]):
    def __getitem__(self, key: str) -> int:
        return len(key)

    def __iter__(self) -> Any:
        return iter(["one", "three"])

    def __len__(self) -> int:
        return 2


class Sequence(collections.abc.Sequence[int]):
    def __getitem__(self, index: Any) -> Any:
        if index > 2:
            raise IndexError
        return index * 10

    def __len__(self) -> int:
        return 3


class Plain:
    pass


class Described:
    def __repr__(self) -> str:
        return "<a thing at 0x7f00deadbeef>"


BERLIN = dt.timezone(dt.timedelta(hours=2))

TABLE: list[tuple[str, Any, Any]] = [
    ("none", None, None),
    ("true", True, True),
    ("text", "otter", "otter"),
    ("text of many scripts", "é\u4e2d\U0001f9a6\0", "é\u4e2d\U0001f9a6\0"),
    ("long text that is not ascii", "é" * 5000, "é" * 5000),
    ("lone surrogate", "a\ud800b", "a\ufffdb"),
    ("long text with a lone surrogate", "é" * 5000 + "\udc00", "é" * 5000 + "\ufffd"),
    ("surrogates that pair", "\ud83e\udda6", "\U0001f9a6"),
    ("subclass of str", Text("held"), "held"),
    ("int", 42, 42),
    ("negative int", -1, -1),
    ("largest safe int", 2**53 - 1, 2**53 - 1),
    ("beyond safe", 2**53, {"$int": "9007199254740992"}),
    ("64 bits", -(2**63), {"$int": "-9223372036854775808"}),
    ("65 bits", 2**64, {"$int": "18446744073709551616"}),
    ("huge", 10**100, {"$int": "1" + "0" * 100}),
    ("huge negative", -(10**100), {"$int": "-1" + "0" * 100}),
    ("integer beyond bounds", 1 << 100_000, {"$unserializable": "int", "text": "12501 bytes"}),
    ("subclass of int", Number(7), 7),
    ("large subclass of int", Number(2**70), {"$int": "1180591620717411303424"}),
    ("float", 0.5, 0.5),
    ("integral float", 3.0, 3),
    ("minus zero", -0.0, 0),
    ("large float", 1e300, {"$int": str(int(1e300))}),
    ("nan", math.nan, {"$float": "NaN"}),
    ("infinity", -math.inf, {"$float": "-Infinity"}),
    ("subclass of float", Real(1.5), 1.5),
    ("bytes", b"\x00\xff", {"$bytes": "AP8="}),
    ("bytearray", bytearray(b"ab"), {"$bytes": "YWI="}),
    ("memoryview", memoryview(b"abc")[1:], {"$bytes": "YmM="}),
    ("list", [1, "a", None], [1, "a", None]),
    ("tuple", (1, (2,)), [1, [2]]),
    ("range", range(3), [0, 1, 2]),
    ("array", array.array("i", [1, 2]), [1, 2]),
    ("deque", collections.deque([1, 2], maxlen=5), [1, 2]),
    ("set", {3, 1, 2}, [1, 2, 3]),
    ("frozenset", frozenset(["b", "a"]), ["a", "b"]),
    ("dict", {"a": 1, "b": {"c": []}}, {"a": 1, "b": {"c": []}}),
    ("ordered dict", collections.OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    ("default dict", collections.defaultdict(int, a=1), {"a": 1}),
    ("counter", collections.Counter("aab"), {"a": 2, "b": 1}),
    ("chain map", collections.ChainMap({"a": 1}, {"b": 2}), {"a": 1, "b": 2}),
    ("mapping proxy", types.MappingProxyType({"a": 1}), {"a": 1}),
    ("mapping of one's own", Custom(), {"one": 3, "three": 5}),
    ("sequence of one's own", Sequence(), [0, 10, 20]),
    ("dict views", [{"a": 1}.keys(), {"a": 1}.values(), {"a": 1}.items()], [["a"], [1], [["a", 1]]]),
    (
        "user types",
        [collections.UserString("s"), collections.UserList([1]), collections.UserDict(a=1)],
        ["s", [1], {"a": 1}],
    ),
    (
        "keys that are not text",
        {1: "a", None: "b", (1, "x"): "c", 0.5: "d"},
        {"1": "a", "null": "b", '[1,"x"]': "c", "0.5": "d"},
    ),
    ("keys that collide", {"1": "a", 1: "b"}, {"1": "a", "1#2": "b"}),
    ("keys that look like tags", {"$ref": 1, "$$x": 2}, {"$$ref": 1, "$$$x": 2}),
    ("enum", [Colour.RED, Colour.MIXED], ["red", ["a", 1]]),
    ("enums of built-in types", [Level.HIGH, Mode.FAST, Flags.A | Flags.B], [3, "fast", 3]),
    ("named tuple", Point(1, 2.5), {"x": 1, "y": 2.5}),
    ("dataclass", Account("ann", tags=["a"]), {"name": "ann", "tags": ["a"]}),
    ("dataclass with slots", Slotted(1), {"a": 1}),
    ("attrs", Machine("m1"), {"name": "m1"}),
    (
        "pydantic",
        Model(name="n", inner=Inner(n=1), more=[2]),  # type: ignore[call-arg]
        {
            "name": "n",
            "inner": {"n": 1},
            "token": {"$unserializable": "pydantic.types.SecretStr", "text": "SecretStr('**********')"},
            "more": [2],
        },
    ),
    (
        "aware moment",
        dt.datetime(2026, 11, 21, 6, 30, 0, 123456, tzinfo=BERLIN),
        {"$time": "2026-11-21T04:30:00.123456000Z"},
    ),
    ("naive moment", dt.datetime(2026, 11, 21, 6, 30), {"$time": "2026-11-21T06:30:00.000000000"}),
    ("date", dt.date(2026, 11, 21), {"$time": "2026-11-21"}),
    ("time of day", dt.time(6, 30, tzinfo=BERLIN), {"$time": "06:30:00.000000000"}),
    ("span of time", dt.timedelta(minutes=1, milliseconds=500), 60.5),
    ("decimal", decimal.Decimal("1.10"), {"$decimal": "1.10"}),
    ("uuid", uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ("path", pathlib.PurePosixPath("/tmp/é"), "/tmp/é"),
    ("exception", ValueError("bad"), {"type": "ValueError", "message": "bad"}),
    ("numpy scalars", [np.int64(5), np.float32(0.5), np.bool_(True), np.str_("s")], [5, 0.5, True, "s"]),
    ("numpy arrays", [np.arange(3), np.eye(2), np.array(7)], [[0, 1, 2], [[1, 0], [0, 1]], 7]),
    ("numpy moment", np.datetime64("2026-11-21T04:30:00"), {"$time": "2026-11-21T04:30:00.000000000"}),
    ("object without a form", Plain(), {"$unserializable": "test_values.Plain"}),
    ("object that describes itself", Described(), {"$unserializable": "test_values.Described", "text": "<a thing>"}),
    ("complex", 1 + 2j, {"$unserializable": "complex", "text": "(1+2j)"}),
    ("class", Plain, {"$unserializable": "type", "text": "<class 'test_values.Plain'>"}),
    (
        "address",
        ipaddress.ip_address("::1"),
        {"$unserializable": "ipaddress.IPv6Address", "text": "IPv6Address('::1')"},
    ),
]


def through(value: Any, recorded: Recording) -> Any:
    with tracewire.span("value", input={"value": value}):
        pass
    return recorded.spans()[0]["input"]["value"]


@pytest.mark.parametrize(("value", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_value(value: Any, expected: Any, recorded: Recording) -> None:
    found = through(value, recorded)
    assert found == expected
    assert repr(type(found)) == repr(type(expected))


@pytest.mark.filterwarnings("ignore")
def test_pydantic_of_the_first_generation(recorded: Recording) -> None:
    class Old(pydantic.v1.BaseModel):
        name: str
        hidden: str = pydantic.v1.Field("secret", exclude=True)

    model = Old(name="n")  # type: ignore[call-arg]
    assert through(model, recorded) == {"name": "n"}


def test_a_generator_is_not_consumed(recorded: Recording) -> None:
    generator = (n for n in range(3))
    assert through(generator, recorded) == {
        "$unserializable": "generator",
        "text": "<generator object test_a_generator_is_not_consumed.<locals>.<genexpr>>",
    }
    assert list(generator) == [0, 1, 2]


def test_large_arrays_are_taken_apart(recorded: Recording) -> None:
    found = through(np.zeros((300, 300)), recorded)
    assert found["missing_items"] > 0
    assert found["$cut"][0] == [0] * 300
    assert len(found["$cut"]) + found["missing_items"] == 300


def test_long_text_is_cut_between_characters(recorded: Recording) -> None:
    found = through("é" * (1 << 20), recorded)
    assert found == {"$cut": "é" * (1 << 19), "missing_bytes": 1 << 20}


def test_a_long_list_says_what_is_missing(recorded: Recording) -> None:
    found = through(list(range(100_000)), recorded)
    assert found["$cut"][:3] == [0, 1, 2]
    assert len(found["$cut"]) + found["missing_items"] == 100_000


def test_a_client_is_no_data() -> None:
    @dataclasses.dataclass
    class Client:
        env: dict[str, str]

        async def __aenter__(self) -> None: ...

        async def __aexit__(self, *error: object) -> None: ...

    with recording() as recorded, tracewire.span("call", input={"client": Client({"API_KEY": "hidden"})}):
        pass
    (span,) = recorded.spans()
    name = span["input"]["client"].pop("$unserializable")
    assert name.endswith("Client")
    assert span["input"] == {"client": {}}
