"""Values in every format: what they become, what comes back, what is refused and where."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import math
import pickle
import sys
import threading
import uuid
from collections import OrderedDict, namedtuple
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import tracewire
from tracewire import FormatError, formats
from tracewire.formats import Tag

UTC = datetime.timezone.utc
Point = namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Job:
    name: str
    tries: int = 1
    key: str = dataclasses.field(default="secret", repr=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1.0, "1"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e-7, "1e-7"),
        (2**53 - 1, "9007199254740991"),
        (2**53, '{"$int":"9007199254740992"}'),
        (-(10**40), '{"$int":"-10000000000000000000000000000000000000000"}'),
        (1e22, '{"$int":"10000000000000000000000"}'),
        (math.nan, '{"$float":"NaN"}'),
        (-math.inf, '{"$float":"-Infinity"}'),
        ("ä\u2028\n", '"ä\u2028\\n"'),
        (b"\x00\xff", '{"$bytes":"AP8="}'),
        (bytearray(b"a"), '{"$bytes":"YQ=="}'),
        (Decimal("1.50"), '{"$decimal":"1.50"}'),
        (datetime.datetime(2026, 11, 21, 5, 30, 1, 250000, UTC), '{"$time":"2026-11-21T05:30:01.250000000Z"}'),
        (datetime.datetime(2026, 11, 21, 5), '{"$time":"2026-11-21T05:00:00.000000000"}'),
        (datetime.date(2026, 11, 21), '{"$time":"2026-11-21"}'),
        (datetime.time(1, 2, 3), '{"$time":"01:02:03.000000000"}'),
        (datetime.timedelta(minutes=1.5), "90"),
        ({"b": 1, "a": (1, [2])}, '{"a":[1,[2]],"b":1}'),
        ({3, 1, "x"}, '["x",1,3]'),
        (Point(1, 2), '{"x":1,"y":2}'),
        (Job("a"), '{"name":"a","tries":1}'),
        (Colour.RED, '"red"'),
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (Path("a/b"), '"a/b"'),
        ({1: "a", None: "b", (1, "x"): "c"}, '{"1":"a","[1,\\"x\\"]":"c","null":"b"}'),
        ({1: "a", "1": "b"}, '{"1":"a","1#2":"b"}'),
        ({"$ref": 1, "$$": 2}, '{"$$$":2,"$$ref":1}'),
        (ValueError("no"), '{"message":"no","type":"ValueError"}'),
    ],
)
def test_json_is_canonical(value: Any, text: str) -> None:
    assert tracewire.encode(value) == text


@pytest.mark.parametrize("name", ["json", "toon", "proto"])
@pytest.mark.parametrize(
    "value",
    [
        2**53,
        pytest.param(-(10**4000), id="long"),
        math.inf,
        b"",
        Decimal("-1E+3"),
        datetime.datetime(1, 1, 1),
        datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
        datetime.date(2000, 2, 29),
        datetime.time(23, 59, 59, 1),
        {"$int": "5", "$$": {"$$ref": 1}},
        {"z": 1, "a": [{}, [], "", None]},
    ],
)
def test_what_comes_back_is_the_same(value: Any, name: formats.Format) -> None:
    again = tracewire.decode(tracewire.encode(value, name), name)
    assert again == value
    assert type(again) is type(value)


def test_the_order_of_keys_stays_where_the_format_has_one() -> None:
    rows = [{"name": "plan", "id": 1}, {"name": "act", "id": 2}]
    assert tracewire.encode(rows, "toon") == "[2]{name,id}:\n  plan,1\n  act,2"
    assert tracewire.encode(rows, "csv") == "name,id\r\nplan,1\r\nact,2\r\n"
    assert tracewire.encode(rows, "jsonl") == '{"id":1,"name":"plan"}\n{"id":2,"name":"act"}\n'
    assert list(tracewire.decode('{"b":1,"a":2}')) == ["b", "a"]
    many = {f"k{number}": number for number in range(100, 0, -1)}
    assert list(tracewire.decode(tracewire.encode(many, "toon"), "toon")) == list(many)


@pytest.mark.parametrize(
    "text",
    [
        '{"$ref":"sha256:00"}',
        '{"$int":"5"}',
        '{"$int":"07"}',
        '{"$float":"nan"}',
        '{"$bytes":"AP8"}',
        '{"$bytes":"AP9="}',
        '{"$decimal":"1.50 "}',
        '{"$decimal":"x"}',
        '{"$time":"2026-11-21T05:30:00.123456789Z"}',
        '{"$time":"2026-11-21T05:30:00Z"}',
        '{"$time":"2026-02-30"}',
        '{"$time":"24:00:00.000000000"}',
        '{"$time":"2026-11-21T24:00:00.000000000Z"}',
        '{"$time":5}',
        '{"$cut":["ab",{"$$x":1}],"missing_items":3}',
        '{"$":1}',
        '{"$schema":"x","title":"y"}',
        f'{{"$int":"{"9" * 10_000}"}}',
    ],
)
def test_tags_that_no_python_value_says_stay_tags(text: str) -> None:
    value = tracewire.decode(text)
    assert type(value) is Tag
    assert tracewire.encode(value) == text
    assert tracewire.encode({"in": [value]}) == f'{{"in":[{text}]}}'


def test_parts_of_a_tag_are_values() -> None:
    value = tracewire.decode('{"$cut":[{"$bytes":"YQ=="},{"$$x":1}],"missing_items":3}')
    assert value == {"$cut": [b"a", {"$x": 1}], "missing_items": 3}
    assert repr(value) == "Tag({'$cut': [b'a', {'$x': 1}], 'missing_items': 3})"


def test_the_form_of_the_wire_can_be_kept() -> None:
    text = '{"$$mine":1,"at":{"$time":"2026-11-21"},"of":{"$int":"9007199254740992"}}'
    value = tracewire.decode(text, tags="keep")
    assert value == {"$$mine": 1, "at": {"$time": "2026-11-21"}, "of": {"$int": "9007199254740992"}}
    assert type(value["at"]) is dict
    assert tracewire.encode(value, tags="keep") == text
    assert tracewire.encode(value) == text.replace('"$', '"$$')


class Broken:
    def __init__(self, **members: Any) -> None:
        self.__dict__.update(members)


@dataclasses.dataclass(init=False)
class Unreadable:
    size: int

    @property  # type: ignore[no-redef]
    def size(self) -> int:
        raise RuntimeError("no")


def circle() -> Any:
    value: dict[str, Any] = {"a": [1]}
    value["a"].append(value)
    return value


def deep(levels: int) -> Any:
    value: Any = 0
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "code", "path", "mark"),
    [
        ({"a": [1, Broken()]}, "value_unserializable", "/a/1", '{"$unserializable":"test_formats.Broken"}'),
        ({"$x/y~": print}, "value_unserializable", "/$x~1y~0", None),
        (circle(), "value_cycle", "/a/1", '{"$unserializable":"cycle"}'),
        (deep(129), "value_too_deep", "/0" * 128, '{"$cut":null,"missing_depth":1}'),
        (["a", "\ud800"], "value_surrogate", "/1", "\ufffd"),
        ({"\udfff": 1}, "value_surrogate", "/", "\ufffd"),
        ([Unreadable()], "value_unreadable", "/0/", "[{}]"),
        pytest.param(10**5000, "value_unserializable", "", '{"$unserializable":"int","text":"2077 bytes"}', id="long"),
    ],
)
def test_what_has_no_form_is_refused_with_its_place(value: Any, code: str, path: str, mark: str | None) -> None:
    with pytest.raises(FormatError) as caught:
        tracewire.encode(value)
    assert (caught.value.code, caught.value.path) == (code, path)
    assert mark is None or mark in tracewire.encode(value, lenient=True)


def test_nesting_up_to_the_limit_comes_back() -> None:
    assert tracewire.decode(tracewire.encode(deep(128))) == deep(128)


@pytest.mark.parametrize(
    ("data", "name", "code", "line", "offset"),
    [
        ("", "json", "json_end", 1, 0),
        ('{"a":1,\n"a":2}', "json", "json_duplicate_key", 2, 8),
        (b"\xff", "json", "json_utf8", 1, 0),
        ("[1,]", "json", "json_syntax", 1, 3),
        ("[" * 200, "json", "json_too_deep", 1, 128),
        ('{"a":1}\n\n{"a":}\n', "jsonl", "json_syntax", 3, 14),
        ("a[3]: 1,2", "toon", "toon_count", 1, None),
        ("a: 1\na: 2", "toon", "toon_duplicate_key", 2, None),
        ("a,b\r\n1\r\n", "csv", "csv_width", 2, None),
        ('a\r\n"1', "csv", "csv_end", 2, None),
        (b"\x12\x7f", "proto", "proto_end", None, 0),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    data: str | bytes, name: formats.Format, code: str, line: int | None, offset: int | None
) -> None:
    with pytest.raises(FormatError) as caught:
        tracewire.decode(data, name)
    error = caught.value
    assert (error.code, error.line, error.offset, error.path) == (code, line, offset, None)
    assert str(error).startswith(f"line {line}" if line else f"byte {offset}")
    assert str(error).endswith(error.reason)
    assert isinstance(error, ValueError)
    assert isinstance(error, tracewire.TracewireError)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.code, copy.line, copy.offset) == (str(error), code, line, offset)


def test_lenient_reading_mends_what_toon_allows_to_mend() -> None:
    assert tracewire.decode("a[3]: 1,2\na[1]: 3", "toon", lenient=True) == {"a": [3]}
    with pytest.raises(FormatError, match="escape"):
        tracewire.decode('a: "\\q"', "toon", lenient=True)


def test_options_change_the_form_and_not_the_value() -> None:
    rows = [{"id": 1, "at": {"x": "a|b"}, "t": "=1+1"}, {"id": 2, "at": {"x": ""}, "t": "c"}]
    assert tracewire.encode(rows, "toon", delimiter="pipe").startswith('[2|]{id|at{x}|t}:\n  1|"a|b"|=1+1')
    assert tracewire.encode({"a": {"b": 1}}, "toon", indent=4) == "a:\n    b: 1"
    assert tracewire.encode({"a": [1, {}], "b": []}, indent=1) == '{\n "a": [\n  1,\n  {}\n ],\n "b": []\n}'
    assert tracewire.encode(rows, "csv", delimiter="\t").startswith("id\tat\tt\r\n1\t")
    assert '"\'=1+1"' not in tracewire.encode(rows, "csv")
    assert ",'=1+1\r\n" in tracewire.encode(rows, "csv", formula_safe=True)
    for delimiter in ("comma", "tab", "pipe", ",", "\t", "|"):
        for name in ("toon", "csv"):
            text = tracewire.encode(rows, name, delimiter=delimiter)
            assert tracewire.decode(text, name, delimiter=delimiter) == rows
    assert tracewire.decode("a:\n    b: 1", "toon", indent=4) == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "json", "delimiter": "tab"}, "delimiter is an option of toon, csv, not of json"),
        ({"format": "csv", "indent": 2}, "indent is an option of json, toon, not of csv"),
        ({"format": "toon", "formula_safe": True}, "formula_safe is an option of csv, not of toon"),
        ({"format": "csv", "delimiter": ";"}, "comma, tab or pipe: ';'"),
        ({"format": "json", "indent": 0}, "from 1 to 64: 0"),
        ({"format": "toon", "indent": 10**9}, "from 1 to 64: 1000000000"),
        ({"format": "proto", "uniform": "fill"}, "uniform is an option of json, jsonl, toon, csv, not of proto"),
        ({"format": "json", "uniform": "flat"}, "uniform must be group or fill: 'flat'"),
        ({"format": "json", "tags": "drop"}, "python or keep"),
        ({"format": "xml"}, '"xml" is not one of json, jsonl, toon, csv, proto'),
    ],
)
def test_options_that_mean_nothing_are_mistakes(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tracewire.encode([{"a": 1}], **options)


def test_any_kind_of_bytes_is_read() -> None:
    for data in ("[1]", b"[1]", bytearray(b"[1]"), memoryview(b"x[1]")[1:]):
        assert tracewire.decode(data) == [1]
        assert tracewire.convert(data, "json", "toon") == "[1]: 1"
    with pytest.raises(TypeError, match="not list"):
        tracewire.decode([1])  # type: ignore[arg-type]


def test_half_a_surrogate_pair_is_no_text_to_read() -> None:
    for text in ('"\ud800"', '"' + "ä" * 5000 + '\udfff"'):
        for attempt in (tracewire.decode, tracewire.count_tokens, lambda text: tracewire.convert(text, "json", "toon")):
            with pytest.raises(FormatError) as caught:
                attempt(text)
            assert caught.value.code == "text_surrogate"
    assert tracewire.decode('"' + "ä" * 5000 + '"') == "ä" * 5000


def test_converting_keeps_what_both_formats_hold() -> None:
    envelope = '{"content":{},"events":[{"seq":1}],"spec":"1.0","zeta":{"$int":"9007199254740992"}}'
    toon = tracewire.convert(envelope, "json", "toon")
    assert tracewire.convert(toon, "toon", "json") == envelope
    assert tracewire.convert(f"{envelope}\r\n\n{envelope}", "jsonl", "json") == f"[{envelope},{envelope}]"
    export = f'{{"envelopes":[{envelope},{envelope}],"spec":"1.0"}}'
    assert tracewire.convert(export, "json", "jsonl") == f"{envelope}\n{envelope}\n"
    assert tracewire.convert("7", "json", "jsonl") == "7\n"
    assert tracewire.convert("a\tb\r\n1\t\r\n", "csv", "toon", from_delimiter="tab", delimiter="pipe") == "[1|]{a}:\n  1"
    with pytest.raises(FormatError) as caught:
        tracewire.convert("[1]", "json", "csv")
    assert (caught.value.code, caught.value.path) == ("csv_shape", "/0")


def test_protobuf_is_bytes_and_holds_the_form_of_a_recording() -> None:
    event = {"seq": 1, "time": "2026-11-21T04:30:00.000000000Z", "type": "log", "body": {"message": "hello"}}
    octets = tracewire.encode(event, "proto")
    assert type(octets) is bytes
    assert b"hello" in octets
    assert b"2026-11-21" not in octets, "times are numbers there"
    assert tracewire.decode(octets, "proto") == event
    assert tracewire.convert(octets, "proto", "json") == tracewire.encode(event)
    lines = tracewire.encode([event, 7], "jsonl")
    as_lines, as_list = tracewire.convert(lines, "jsonl", "proto"), tracewire.encode([event, 7], "proto")
    assert as_lines != as_list
    assert tracewire.convert(as_lines, "proto", "proto") == as_lines
    for octets in (as_lines, as_list):
        assert tracewire.convert(octets, "proto", "jsonl") == lines
        assert tracewire.decode(octets, "proto") == [event, 7]


def test_ordered_and_derived_containers_are_what_they_hold() -> None:
    class Texts(list[str]): ...

    assert tracewire.encode(OrderedDict(b=Texts(["x"]), a=1), "toon") == "b[1]: x\na: 1"


def test_others_run_while_much_is_read() -> None:
    text = tracewire.encode([{"id": number, "name": "x" * 20} for number in range(200_000)])
    is_done = threading.Event()

    def read() -> None:
        tracewire.convert(text, "json", "toon")
        is_done.set()

    interval = sys.getswitchinterval()
    # No thread is made to give the interpreter up, so that this one goes on early only if the other lets go by itself.
    sys.setswitchinterval(1000)
    try:
        thread = threading.Thread(target=read)
        thread.start()
        was_done = is_done.is_set()
        thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not was_done


def test_values_that_change_while_they_are_read_do_no_harm() -> None:
    class Growing(dict[str, Any]):
        def __len__(self) -> int:
            return 10**12

    class Odd:
        def __init__(self, target: list[Any]) -> None:
            self.target = target

        def __repr__(self) -> str:
            self.target.clear()
            return "odd"

    target: list[Any] = []
    target.extend([Odd(target), 1, 2])
    assert tracewire.encode(target, lenient=True) == '[{"$unserializable":"' + (
        'test_formats.test_values_that_change_while_they_are_read_do_no_harm.<locals>.Odd","text":"odd"}]'
    )
    assert tracewire.encode(Growing(a=1)) == '{"a":1}'
