"""The conformance adapter of the Python package: a request becomes calls of its public API, the answer is what it gives."""

from __future__ import annotations

import json
import re
import struct
import sys
from base64 import b64decode, b64encode
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import tracewire
from tracewire import envelopes, formats, manual, testing

OPERATIONS = ["record", "record:media", "seal", "recover", "verify", "verify:keys", "withhold", "guard"]
OPERATIONS += [f"convert:{name}" for name in formats.FORMATS]
CLOCK = {"wall_nanos": "start_nanos", "monotonic_nanos": "start_monotonic_nanos", "step_nanos": "step_nanos"}
VALUES: dict[str, Any] = {
    "bytes": b64decode,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "double": lambda bits: struct.unpack(">d", bytes.fromhex(bits))[0],
    "foreign": lambda name: type(name, (), {"__module__": "builtins"})(),
    "int": int,
    "local": datetime.fromisoformat,
    "moment": datetime.fromisoformat,
    "time": time.fromisoformat,
    "utf16": lambda units: bytes.fromhex(units).decode("utf-16-be", "surrogatepass"),
}


class Absent(Exception):
    """What Python does not have."""


class HashableDict(dict[Any, Any]):
    """A map that can be a key or in a set; there, only the same one is equal."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Answer one request."""
    if request["do"] == "start":
        about = {"name": "tracewire-python", "version": tracewire.__version__, "language": "Python", "protocol": "1.0"}
        return {**about, "capabilities": OPERATIONS, "id": request["id"]}
    try:
        return {"result": run(request["case"]), "id": request["id"]}
    except tracewire.FormatError as error:
        return {"error": {"code": error.code, "message": str(error)}, "id": request["id"]}
    except Absent as absent:
        return {"skipped": f"Python has no {absent}", "id": request["id"]}


def run(case: dict[str, Any]) -> dict[str, Any]:
    """Do what a case asks for."""
    match case["operation"]:
        case "record":
            return {"envelopes": [text(envelope) for envelope in record(case.get("settings", {}), case["script"])]}
        case "seal":
            sealed = testing.seal(b64decode(case["journal"]))
            return {"envelopes": [text(envelope) for envelope in sealed.envelopes], "pending": sealed.pending}
        case "recover":
            return {"journal": text(testing.recover(b64decode(case["journal"])))}
        case "verify":
            found = envelopes.verify(map(b64decode, case["envelopes"]), keys=case.get("keys"))
            proved = {} if found.is_proved is None else {"proved": found.is_proved}
            return {"sound": found.is_sound, "complete": found.is_complete, "findings": found.codes, **proved}
        case "withhold":
            remove: Any = envelopes.erase if case["mark"] == "erased" else envelopes.withhold
            rest = remove(b64decode(case["envelope"]), contents=case.get("contents", []), bodies=case.get("bodies", []))
            return {"envelope": text(envelopes.withhold(rest, events=case.get("events", [])))}
        case "guard":
            return {"verdicts": text(testing.check_script(json.dumps(case)))}
        case _:
            options = {key: it for key, it in case.get("options", {}).items() if key != "delimiter" or case["to"] == "toon"}
            return {"bytes": text(formats.convert(b64decode(case["bytes"]), case["from"], case["to"], **options))}


def record(settings: dict[str, Any], script: list[dict[str, Any]]) -> list[bytes]:
    """Record a script with injected clock and ids."""
    clock = settings.get("clock", {})
    options: dict[str, Any] = {CLOCK[name]: int(clock[name]) for name in CLOCK if name in clock}
    options["moments"] = [(int(wall), int(monotonic)) for wall, monotonic in clock.get("moments", [])]
    pairs = settings.get("resource", [["service.name", "conformance"]])
    options["resource"] = {key: tracewire.decode(json.dumps(value)) for key, value in pairs}
    options |= {"media": False} | {name: value for name, value in settings.items() if name not in ("clock", "resource")}
    named: dict[str, Any] = {}
    with testing.recording(**options) as recorded:
        for step in script:
            play(step, named)
    return recorded.envelopes()


def play(step: dict[str, Any], named: dict[str, Any]) -> None:
    """Do one step."""
    body = {name: host(value) for name, value in step.get("body", {}).items()}
    parent: Any = step.get("parent")
    if isinstance(parent, dict):
        parent = tracewire.SpanContext.from_traceparent(parent["traceparent"], parent.get("tracestate"))
    else:
        parent = named.get(parent)
    match step["do"]:
        case "start":
            named[step["as"]] = manual.start(step["kind"], body, parent=parent)
        case "update" | "happen" as do:
            getattr(named[step["span"]], {"update": "update", "happen": "event"}[do])(body)
        case "end":
            named[step["span"]].end(step["status"], body)
        case "point" if step["type"] == "event":
            named[step.get("as", "")] = manual.event(body, kind=step.get("kind"), parent=parent)
        case "point":
            getattr(manual, step["type"])(body, parent=parent)
        case do:
            (tracewire.flush if do == "flush" else tracewire.shutdown)()


def host(value: Any, hashable: bool = False) -> Any:
    """The Python value of a notation; as a key or in a set, one that has a hash."""
    many = tuple if hashable else list
    if isinstance(value, list):
        return many(host(item, hashable) for item in value)
    ((notation, given),) = value.items() if isinstance(value, dict) else (("", value),)
    kinds: dict[str, tuple[Any, Any]] = {"map": (dict, HashableDict), "set": (set, frozenset)}
    if notation in kinds:
        parts = (host(it, True) if notation == "set" else (host(it[0], True), host(it[1], hashable)) for it in given)
        if len(made := kinds[notation][hashable](parts)) < len(given):
            raise Absent(f"{notation} with two members that are equal")
        return made
    if notation == "nest":
        inner = host(given[2], hashable)
        for _ in range(given[1]):
            inner = many([inner]) if given[0] == "list" else kinds["map"][hashable](k=inner)
        return inner
    if notation == "cycle" and not (hashable and given == "list"):
        cycle: Any = [None] if given == "list" else kinds["map"][hashable]()
        cycle[0 if given == "list" else "k"] = cycle
        return cycle
    if notation in ("local", "moment", "time") and re.search(r"\.\d{6}\d*[1-9]|^0000", given):
        raise Absent("time finer than a microsecond, and no year 0")
    if notation and notation not in VALUES:
        raise Absent({"cycle": "tuple in itself", "float": "32-bit float", "utf8": "text of bytes"}.get(notation, notation))
    return VALUES[notation](given) if notation else value


def text(octets: bytes | str) -> str:
    """Bytes in base64."""
    return b64encode(octets.encode() if isinstance(octets, str) else octets).decode()


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)  # noqa: T201
