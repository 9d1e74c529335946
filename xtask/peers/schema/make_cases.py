"""Makes the cases of `spec/schema/cases`: valid documents, and what becomes of them when one thing is changed.

Every case says what a JSON Schema validator and what a reader have to find. The verdicts come from the tables here and from
no validator. `--check` compares with what is checked in.
"""

# ruff: noqa: T201 - it speaks to whoever runs it
from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[3] / "spec" / "schema" / "cases"
HASH = "sha256:" + "ab" * 32
OTHER_HASH = "sha256:" + "cd" * 32
TRACE, SPAN, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"
TIME = "2026-11-21T04:30:00.123456789Z"

BY_TYPE = "readers keep an event that lacks what its type needs; `validate` says so"
LENIENT = "readers keep what they need not understand"
NULL = "readers take null for a member that is not there"
CALENDAR = "a pattern knows no calendar"
RANGE = "a pattern knows no range"
PLACE = "a schema cannot compare a name with what stands under it"

Json = Any


@dataclass(frozen=True)
class Case:
    """One document and its verdicts."""

    name: str
    document: Json
    schema: bool
    read: bool
    why: str = ""

    def line(self) -> str:
        """The case as it is checked in."""
        members = {"case": self.name, "document": self.document, "read": self.read, "schema": self.schema}
        if self.why:
            members["why"] = self.why
        return json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def both(name: str, document: Json, verdict: bool) -> Case:
    """A case in which schema and reader agree."""
    return Case(name, document, schema=verdict, read=verdict)


def only_read(name: str, document: Json, why: str) -> Case:
    """A case that the reader takes and the schema refuses."""
    return Case(name, document, schema=False, read=True, why=why)


def only_schema(name: str, document: Json, why: str) -> Case:
    """A case that the schema takes and the reader refuses."""
    return Case(name, document, schema=True, read=False, why=why)


def event(kind: str, /, **members: Json) -> dict[str, Json]:
    """The smallest event of a type that is valid."""
    fixed: dict[str, dict[str, Json]] = {
        "span.start": {"trace_id": TRACE, "span_id": SPAN, "kind": "tool"},
        "span.update": {"trace_id": TRACE, "span_id": SPAN},
        "span.event": {"trace_id": TRACE, "span_id": SPAN},
        "span.end": {"trace_id": TRACE, "span_id": SPAN, "status": "ok", "duration_nanos": 5},
        "event": {"span_id": SPAN},
    }
    return {"seq": 1, "time": TIME, "type": kind, **fixed.get(kind, {}), **members}


# What a member is: the examples that are right, and those that are wrong. A tag may stand in the place of all but values.
WRONG: dict[str, list[Json]] = {
    "text": [17, True, ["a"], {"a": 1}],
    "count": ["17", -1, 1.5, {"n": 1}],
    "integer": ["17", 1.5, False],
    "byte": [256, -1, "1"],
    "number": ["0.5", [0.5], True],
    "boolean": ["true", 0],
    "map": ["a", [1], 5],
    "record": ["a", [{}], 5],
    "texts": ["a", [1], {"a": "b"}],
    "counts": [5, ["5"], [-1]],
    "numbers": [0.5, ["0.5"]],
    "values": ["a", {"a": 1}],
    "records": [{"a": 1}, ["a"], [5]],
    "value": [],
}
RIGHT: dict[str, list[Json]] = {
    "text": ["a", ""],
    "count": [0, 9007199254740991, 1.0],
    "integer": [-5, 0],
    "byte": [0, 255],
    "number": [0.5, -3],
    "boolean": [True],
    "map": [{}, {"a": [1, None]}],
    "record": [{}, {"x_unknown": 1}],
    "texts": [[], ["a", {"$redacted": "rule"}]],
    "counts": [[], [0, 5]],
    "numbers": [[], [0.5, {"$float": "Infinity"}]],
    "values": [[], [None, {"a": 1}]],
    "records": [[], [{}, {"x_unknown": 1}]],
    "value": [None, "a", [1], {"$ref": HASH}],
}
TAG = {"$cut": None}

USAGE = {"input_tokens": "count", "output_tokens": "count", "cache_read_input_tokens": "count", "raw": "value"}
USAGE |= {"cache_write_input_tokens": "count", "reasoning_output_tokens": "count", "details": "map"}
COST = {"total": "text", "input": "text", "output": "text", "currency": "text", "price_source": "text"}
COST |= {"price_version": "text", "details": "map"}
EXCEPTION = {"type": "text", "message": "text", "stacktrace": "text", "escaped": "boolean"}
HISTOGRAM = {"count": "count", "sum": "number", "min": "number", "max": "number", "bounds": "numbers", "counts": "counts"}

# Members of each type's body, as reference/fields.md has them.
BODIES: dict[str, dict[str, str]] = {
    "span.start": {
        "name": "text",
        "attributes": "map",
        "input": "value",
        "links": "records",
        "scope": "record",
        "session_id": "text",
        "user_id": "text",
        "tags": "texts",
        "environment": "text",
        "release": "text",
        "level": "text",
        "prompt": "record",
        "dataset_item_id": "text",
        "experiment_run_id": "text",
        "correlation_id": "text",
        "trace_state": "text",
        "trace_flags": "byte",
        "tool_definitions": "value",
        "media": "values",
    },
    "span.update": {
        "name": "text",
        "attributes": "map",
        "input": "value",
        "output": "value",
        "links": "records",
        "tags": "texts",
        "level": "text",
        "usage": "record",
        "cost": "record",
        "time_to_first_chunk_nanos": "count",
    },
    "span.event": {"name": "text", "attributes": "map", "data": "value", "chunks": "values", "exception": "record"},
    "span.end": {
        "attributes": "map",
        "output": "value",
        "status_message": "text",
        "usage": "record",
        "cost": "record",
        "exception": "record",
        "time_to_first_chunk_nanos": "count",
        "clock_skew_nanos": "integer",
    },
    "event": {"name": "text", "attributes": "map", "data": "value", "correlation_id": "text", "session_id": "text"},
    "log": {"level": "text", "message": "text", "logger": "text", "attributes": "map"},
    "metric": {
        "name": "text",
        "instrument": "text",
        "unit": "text",
        "value": "number",
        "temporality": "text",
        "histogram": "record",
        "attributes": "map",
    },
    "feedback": {
        "feedback_id": "text",
        "name": "text",
        "value": "value",
        "source": "text",
        "target": "record",
        "supersedes": "text",
        "comment": "text",
    },
    "loss": {"count": "count", "bytes": "count", "offset": "count", "reason": "text"},
}
# Records inside bodies: the type and member under which they stand.
RECORDS: list[tuple[str, str, dict[str, str]]] = [
    ("span.end", "usage", USAGE),
    ("span.end", "cost", COST),
    ("span.end", "exception", EXCEPTION),
    ("metric", "histogram", HISTOGRAM),
    ("span.start", "scope", {"name": "text", "version": "text"}),
    ("span.start", "prompt", {"name": "text", "version": "text"}),
    ("feedback", "target", {"session_id": "text", "span_id": "text", "trace_id": "text"}),
]


def each(*values: Json) -> tuple[Json, ...]:
    """These values, of whatever types they are."""
    return values


def shown(value: Json) -> str:
    """A value in a case's name."""
    return json.dumps(value, ensure_ascii=False)


def member_cases(place: str, kind: str, wrap: Any, *, is_update: bool = False) -> Iterator[Case]:
    """Every form of one member of a body; `wrap` puts a value in its place."""
    for value in RIGHT[kind]:
        yield both(f"{place}: {shown(value)}", wrap(value), True)
    for value in WRONG[kind]:
        yield both(f"{place}: {shown(value)}", wrap(value), False)
    if kind != "value":
        yield both(f"{place}: a tag", wrap(TAG), True)
        null = wrap(None)
        yield both(f"{place}: null", null, True) if is_update else only_read(f"{place}: null", null, NULL)


def events() -> Iterator[Case]:
    """The cases of one event."""
    for kind in [*BODIES, "of.a.later.version"]:
        base = event(kind)
        yield both(f"{kind}: smallest", base, True)
        for name in base:
            rest = {key: value for key, value in base.items() if key != name}
            if name in ("seq", "time", "type"):
                yield both(f"{kind}: without {name}", rest, False)
            else:
                yield only_read(f"{kind}: without {name}", rest, BY_TYPE)
        yield both(f"{kind}: an unknown member", {**base, "x_unknown": {"a": [1]}}, True)
        yield both(f"{kind}: a body with an unknown member", {**base, "body": {"x_unknown": {"a": [1]}}}, True)
        yield both(f"{kind}: an empty body", {**base, "body": {}}, True)
        for body in each("a", None, []):
            yield both(f"{kind}: a body that is {shown(body)}", {**base, "body": body}, False)
        for mark in ("$erased", "$withheld"):
            yield both(f"{kind}: a body that is {mark}", {**base, "body": {mark: HASH}}, True)
    for kind, members in BODIES.items():
        for name, what in members.items():

            def wrap(value: Json, kind: str = kind, name: str = name) -> Json:
                return event(kind, body={name: value})

            yield from member_cases(f"{kind} body.{name}", what, wrap, is_update=kind == "span.update")
    for kind, outer, members in RECORDS:
        for name, what in members.items():

            def wrap_inner(value: Json, kind: str = kind, outer: str = outer, name: str = name) -> Json:
                return event(kind, body={outer: {name: value}})

            yield from member_cases(f"{kind} body.{outer}.{name}", what, wrap_inner)
    yield from fixed_part()


def fixed_part() -> Iterator[Case]:
    """Forms of the members that every event may have."""
    for value, verdict in [
        (0, True),
        (1.0, True),
        (9007199254740991, True),
        (9007199254740992, False),
        (-1, False),
        (1.5, False),
        ("1", False),
        (None, False),
        ({"$int": "9007199254740992"}, False),
    ]:
        yield both(f"seq: {shown(value)}", event("log", seq=value), verdict)
    for value, verdict in [
        ("1970-01-01T00:00:00.000000000Z", True),
        ("2026-11-21T04:30:00Z", False),
        ("2026-11-21T04:30:00.123Z", False),
        ("2026-11-21 04:30:00.123456789Z", False),
        ("2026-11-21T04:30:00.123456789+00:00", False),
        (TIME + "\n", False),
        (1795235400, False),
        (None, False),
    ]:
        yield both(f"time: {shown(value)}", event("log", time=value), verdict)
    for text in ("2026-13-21T04:30:00.123456789Z", "2026-02-29T04:30:00.123456789Z", "2026-11-21T24:00:00.123456789Z"):
        yield only_schema(f"time: {shown(text)}", event("log", time=text), CALENDAR)
    yield only_schema("time: beyond 2262", event("log", time="9999-11-21T04:30:00.123456789Z"), RANGE)
    for value, verdict in [("span.of.tomorrow", True), ("", True), (5, False), (None, False)]:
        yield both(f"type: {shown(value)}", event("log", type=value), verdict)
    for name, good in [("trace_id", TRACE), ("span_id", SPAN), ("parent_id", PARENT)]:
        yield both(f"{name}: there", event("log", **{name: good}), True)
        for bad in [good.upper(), good[:-1], good + "0", good[:-1] + "g", "", "0" * len(good), 5, None, [good], good + "\n"]:
            yield both(f"{name}: {shown(bad)}", event("log", **{name: bad}), False)
    for name in ("kind", "status"):
        yield both(f"{name}: of a later version", event("span.end", **{name: "of_tomorrow"}), True)
        for bad in each(5, None, {"a": 1}):
            yield both(f"{name}: {shown(bad)}", event("span.end", **{name: bad}), False)
    for value, verdict in [
        (0, True),
        (9007199254740991, True),
        ({"$int": "9007199254740992"}, True),
        ({"$int": "18446744073709551615"}, True),
        (-1, False),
        (0.5, False),
        ("5", False),
        (None, False),
        ({"$int": "-9007199254740992"}, False),
        ({"$int": 9007199254740992}, False),
        ({"$float": "NaN"}, False),
    ]:
        yield both(f"duration_nanos: {shown(value)}", event("span.end", duration_nanos=value), verdict)
    for digits in ("18446744073709551616", "99999999999999999999"):
        yield only_schema(f"duration_nanos: {digits}", event("span.end", duration_nanos={"$int": digits}), RANGE)
    yield both("nonce: 32 digits", event("log", body={"message": "a"}, nonce="ab" * 16), True)
    for bad in each("", "AB" * 16, "ab" * 15):
        yield only_read(f"nonce: {shown(bad)}", event("log", nonce=bad), LENIENT)
    for bad in each(5, None):
        yield both(f"nonce: {shown(bad)}", event("log", nonce=bad), False)
    for document in each("a", 5, None, [], [event("log")], True, {}):
        yield both(f"an event that is {shown(document)}"[:60], document, False)


def envelopes() -> Iterator[Case]:
    """The cases of an envelope."""
    base: dict[str, Json] = {
        "spec": "1.0",
        "seal": 1,
        "producer": "6f1c09b2d4e8a375-1",
        "resource": {"service.name": "research"},
        "first_seq": 1,
        "events": [event("log", body={"message": "a"})],
        "digest": HASH,
    }
    yield both("smallest", base, True)
    full = {**base, "prev": HASH, "parent": "a-1", "predecessor": "b-1", "close": "exited", "content": {HASH: {"value": 1}}}
    yield both("with every member", full, True)
    for name in full:
        rest = {key: value for key, value in full.items() if key != name}
        yield both(f"without {name}", rest, name not in base)
        for wrong in each(None, 5.5, True, {"a": 1} if name not in ("content", "resource") else "a", []):
            if not (name == "events" and wrong == []):
                yield both(f"{name}: {shown(wrong)}", {**full, name: wrong}, False)
    yield both("an unknown member", {**full, "x_unknown": {"a": [1]}}, True)
    for value, verdict in [("1.1", True), ("1.17", True), ("2.0", False), ("1", False), ("1.", False), ("1.x", False)]:
        yield both(f"spec: {shown(value)}", {**base, "spec": value}, verdict)
    for bad in each("0.9", "01.0", "1.0.0", " 1.0", "1.0\n", ""):
        yield both(f"spec: {shown(bad)}", {**base, "spec": bad}, False)
    for name in ("seal", "first_seq"):
        for number, verdict in [(7, True), (1.0, True), (9007199254740991, True), (9007199254740992, False)]:
            yield both(f"{name}: {shown(number)}", {**base, name: number}, verdict)
        for bad in each(-1, 1.5, "1", {"$int": "9007199254740992"}):
            yield both(f"{name}: {shown(bad)}", {**base, name: bad}, False)
    yield both("seal: 0", {**base, "seal": 0}, True)
    yield only_read("first_seq: 0", {**base, "first_seq": 0}, LENIENT)
    yield only_read("producer: empty", {**base, "producer": ""}, LENIENT)
    yield both("close: of a later version", {**base, "close": "of_tomorrow"}, True)
    for name in ("digest", "prev"):
        for bad in each("", HASH[:-1], HASH + "0", HASH.upper(), HASH[7:], "sha512:" + "ab" * 32, HASH + "\n"):
            yield both(f"{name}: {shown(bad)}", {**full, name: bad}, False)
    yield from entries(base)
    yield from contents(base)
    for document in each("a", 5, None, [], [base], {}):
        yield both(f"an envelope that is {shown(document)}"[:60], document, False)


def entries(base: dict[str, Json]) -> Iterator[Case]:
    """What may stand among an envelope's events."""
    yield both("events: none", {**base, "events": [], "close": "exited"}, True)
    for kind in BODIES:
        yield both(f"events: {kind}", {**base, "events": [event(kind)]}, True)
        without_time = {key: value for key, value in event(kind).items() if key != "time"}
        yield both(f"events: {kind} without time", {**base, "events": [event(kind), without_time]}, False)
    yield both("events: withheld", {**base, "events": [{"$withheld": HASH}, event("log")]}, True)
    for bad in each({"$withheld": "ab"}, {"$withheld": HASH, "a": 1}, {"$erased": HASH}, None, "a", [], {}):
        yield both(f"events, entry: {shown(bad)}"[:60], {**base, "events": [bad]}, False)
    yield both("events: a body of another type", {**base, "events": [event("log", body={"message": 5})]}, False)


def contents(base: dict[str, Json]) -> Iterator[Case]:
    """What may stand in an envelope's content."""
    for name, entry in [
        ("a value", {"value": {"a": 1}}),
        ("a null", {"value": None}),
        ("keyed", {"value": "a", "nonce": "ab" * 16}),
        ("with an unknown member", {"value": "a", "x_unknown": 1}),
        ("erased", {"$erased": HASH}),
        ("withheld", {"$withheld": HASH}),
    ]:
        yield both(f"content: {name}", {**base, "content": {HASH: entry}}, True)
        yield both(f"content: {name}, under no hash", {**base, "content": {"ab": entry}}, False)
    for bad in each(None, 5, [], {}, {"nonce": "ab" * 16}, {"$erased": "ab"}, {"$ref": HASH}, {"value": 1, "nonce": 5}):
        yield both(f"content, entry: {shown(bad)}"[:60], {**base, "content": {HASH: bad}}, False)
    yield only_read("content: a nonce that is none", {**base, "content": {HASH: {"value": 1, "nonce": "ab"}}}, LENIENT)
    for mark in ("$erased", "$withheld"):
        document = {**base, "content": {HASH: {mark: OTHER_HASH}}}
        yield only_schema(f"content: {mark} under another hash", document, PLACE)


def main() -> int:
    """Writes the files, or compares them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is not what it would be")
    is_check = parser.parse_args().check
    is_same = True
    for name, cases in [("event", list(events())), ("envelope", list(envelopes()))]:
        names = [case.name for case in cases]
        if len(set(names)) != len(names):
            repeated = sorted({name for name in names if names.count(name) > 1})
            raise SystemExit(f"names of cases are unique: {repeated}")
        text = "".join(case.line() + "\n" for case in cases)
        path = FOLDER / f"{name}.jsonl"
        if is_check:
            is_same = is_same and path.exists() and path.read_text(encoding="utf-8") == text
        else:
            path.write_text(text, encoding="utf-8")
        valid = sum(case.schema for case in cases)
        print(f"{name}: {len(cases)} cases, {valid} valid, {sum(bool(case.why) for case in cases)} explained")
    if not is_same:
        print("spec/schema/cases is not what its tables say: python xtask/peers/schema/make_cases.py")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
