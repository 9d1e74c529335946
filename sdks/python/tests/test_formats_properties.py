"""Any value there and back, and the standard library's ``json`` and ``csv`` as judges."""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tracewire
from tracewire import FormatError, formats

# How fast the machine is decides nothing, and what was found once is a test of its own.
settings.register_profile("steady", deadline=None, database=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

LARGEST = 2**53 - 1

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.floats(allow_nan=False, allow_infinity=False) | texts
times = st.datetimes() | st.datetimes(timezones=st.just(datetime.timezone.utc)) | st.dates() | st.times()
decimals = st.decimals(allow_nan=False).map(lambda number: Decimal(str(number)))
special = st.integers() | st.sampled_from([math.inf, -math.inf]) | st.binary(max_size=20) | decimals | times
keys = texts | texts.map(lambda text: "$" + text)


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5), max_leaves=25
    )


def table(cells: st.SearchStrategy[Any], names: st.SearchStrategy[str] = keys) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.dictionaries(names, cells, min_size=1, max_size=6), max_size=6)


delimiters = st.sampled_from(["comma", "tab", "pipe"])


@given(nested(plain | special))
def test_every_value_comes_back(value: Any) -> None:
    text = tracewire.encode(value)
    assert tracewire.decode(text) == value
    assert tracewire.encode(tracewire.decode(text)) == text
    assert tracewire.decode(tracewire.encode(value, indent=2)) == value


@given(nested(plain | special), delimiters, st.integers(1, 8))
def test_every_value_comes_back_from_toon(value: Any, delimiter: formats.Delimiter, indent: int) -> None:
    text = tracewire.encode(value, "toon", delimiter=delimiter, indent=indent)
    assert tracewire.decode(text, "toon", indent=indent) == value
    assert tracewire.convert(text, "toon", "json", from_indent=indent) == tracewire.encode(value)


@given(nested(plain | special))
def test_every_value_comes_back_from_protobuf(value: Any) -> None:
    octets = tracewire.encode(value, "proto")
    assert tracewire.decode(octets, "proto") == value
    text = tracewire.convert(octets, "proto", "toon")
    assert tracewire.convert(tracewire.convert(text, "toon", "proto"), "proto", "json") == tracewire.encode(value)


@given(st.lists(nested(plain | special), max_size=5))
def test_every_list_comes_back_from_lines(values: list[Any]) -> None:
    text = tracewire.encode(values, "jsonl")
    assert text.count("\n") == len(values)
    assert tracewire.decode(text, "jsonl") == values


@given(table(nested(plain | special)), delimiters)
def test_every_table_comes_back_from_csv(rows: list[dict[str, Any]], delimiter: formats.Delimiter) -> None:
    text = tracewire.encode(rows, "csv", delimiter=delimiter)
    assert tracewire.decode(text, "csv", delimiter=delimiter) == rows


@given(nested(plain))
def test_json_says_the_same_to_the_standard_library(value: Any) -> None:
    escaped = tracewire.decode(tracewire.encode(value), tags="keep")
    if "$" not in str(escaped) and all(abs(number) <= LARGEST for number in numbers(value)):
        assert json.loads(tracewire.encode(value)) == value
        assert json.loads(tracewire.encode(value, indent=3)) == value
        assert tracewire.decode(json.dumps(value)) == value
        assert tracewire.decode(json.dumps(value, ensure_ascii=False, indent=1)) == value


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers(item)]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [value] if isinstance(value, (int, float)) else []


@given(st.text(st.characters(codec="utf-8")) | st.text(st.sampled_from('[]{},:"\\/u0123456789eE+-. \tnultrefas')))
def test_what_json_is_the_standard_library_reads_too(text: str) -> None:
    try:
        value = tracewire.decode(text, tags="keep")
    except FormatError:
        return
    assert tracewire.encode(json.loads(text), tags="keep") == tracewire.encode(value, tags="keep")


# Neither a byte order mark nor, for Python 3.10, NUL.
without_marks = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff\0"), min_size=1, max_size=8)


@given(table(without_marks, without_marks | without_marks.map(lambda text: f"${text}")), delimiters)
def test_csv_says_the_same_to_the_standard_library(rows: list[dict[str, str]], delimiter: formats.Delimiter) -> None:
    letter = {"comma": ",", "tab": "\t", "pipe": "|"}[delimiter]
    text = tracewire.encode(rows, "csv", delimiter=delimiter)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [[cell_of(row.get(column)) for column in columns] for row in rows]
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter=letter, strict=True))
    assert read == ([[escaped(column) for column in columns], *cells] if rows else [])

    out = io.StringIO(newline="")
    csv.writer(out, delimiter=letter).writerows(read)
    assert tracewire.decode(out.getvalue(), "csv", delimiter=delimiter) == rows


def escaped(key: str) -> str:
    return f"${key}" if key.startswith("$") else key


def cell_of(text: str | None) -> str:
    """A text stands as it is unless it would read as JSON."""
    if text is None:
        return ""
    try:
        tracewire.decode(text)
    except FormatError:
        return text
    return tracewire.encode(text)


likely = st.text(st.sampled_from('[]{},:"\\|#-$ \n\r\tabn0123.e'), max_size=60)


@settings(max_examples=200)
@given(st.binary(max_size=60) | likely, st.sampled_from(formats.FORMATS), st.booleans())
def test_any_bytes_are_a_value_or_an_error_with_a_code(data: bytes | str, name: formats.Format, lenient: bool) -> None:
    try:
        value = tracewire.decode(data, name, lenient=lenient)
    except FormatError as error:
        found = error
    else:
        text = tracewire.encode(value)
        assert tracewire.encode(tracewire.decode(text)) == text
        return
    assert found.code.startswith((f"{name.removesuffix('l')}_", "number_range"))
    assert found.offset is not None or found.line is not None
