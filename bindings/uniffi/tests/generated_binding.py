"""Drives the binding that uniffi generates, and the one call of each record, from outside Rust."""

import ctypes
import json
import pathlib
import struct
import tempfile

import tracewire

START, END, LOG = 0, 3, 5
STATE_BYTES, FIXED_BYTES = 56, 88


def text(value: str) -> bytes:
    """CBOR of a short text."""
    return bytes([0x60 + len(value)]) + value.encode()


def fixed(state: bytes, kind: str) -> bytes:
    """What a record begins with: a place or a step's own state, and one text."""
    lengths = struct.pack("<iii", len(kind) if kind else -1, -1, -1)
    return state.ljust(72, b"\0") + lengths + bytes(4) + kind.encode()


def check(condition: object, said: object) -> None:
    if not condition:
        raise SystemExit(f"not so: {said!r}")


(library,) = pathlib.Path(tracewire.__file__).parent.glob("*tracewire_uniffi*")
symbols = ctypes.CDLL(str(library))
hot = symbols.tracewire_record
hot.argtypes = [ctypes.c_uint64, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t]
hot.restype = ctypes.c_uint32
BUFFER = ctypes.create_string_buffer(4096)


def record(desk: int, operation: int, given: bytes) -> bytes:
    """Records, and gives the state that is left behind."""
    ctypes.memmove(BUFFER, given, len(given))
    hot(desk, operation, BUFFER, len(BUFFER), len(given))
    return BUFFER.raw[:STATE_BYTES]


check(symbols.tracewire_contract_version() == 1, symbols.tracewire_contract_version())
symbols.tracewire_library_version.restype = ctypes.c_char_p
check(symbols.tracewire_library_version().count(b".") == 2, symbols.tracewire_library_version())
check(tracewire.testing_live_recorders() == 0, tracewire.testing_live_recorders())

try:
    tracewire.testing_panic()
except tracewire.TracewireError.Refused as error:
    check(error.code == "internal", error)
else:
    raise SystemExit("a panic becomes an error")
panics = json.loads(tracewire.internal_errors())
check(panics["count"] == 1 and "testing_panic" in panics["message"], panics)

try:
    tracewire.open_recorder('{"mode":"never"}')
except tracewire.TracewireError.Refused as error:
    check((error.code, error.reason) == ("option", "mode: local, inline or background is expected"), error)
else:
    raise SystemExit("a mode that is none is refused")

try:
    tracewire.decode(b"[1,", "json", "")
except tracewire.TracewireError.Refused as error:
    check((error.code, error.offset, error.line) == ("json_end", 3, 1), error)
else:
    raise SystemExit("half a document is refused")
check(tracewire.encode(b"\x18\x2a", "json", "", False) == b"42", "42 as JSON")

with tempfile.TemporaryDirectory() as folder:
    recorder = tracewire.open_recorder(json.dumps({"dir": folder, "resource": {"service.name": "binding"}}))
    desk = recorder.desk()
    state = record(desk, START, fixed(b"", "tool") + text("name") + text("search"))
    check(any(state[:16]) and state[33] == 1, state)
    record(desk, END, fixed(state, "ok") + text("output") + text("found"))
    record(desk, LOG, fixed(b"", "") + text("message") + text("hello"))
    report = json.loads(recorder.flush())
    check((report["written"], report["dropped"]) == (3, {}), report)
    events = json.loads(tracewire.testing_read(folder))
    check([event["type"] for event in events] == ["span.start", "span.end", "log"], events)
    check(events[0]["span_id"] == state[16:24].hex(), events)

    record(desk, LOG, b"too short")
    check(hot(desk, LOG, None, 0, 0) == 0, "no buffer, no record")
    check(hot(desk + 1000, LOG, BUFFER, len(BUFFER), FIXED_BYTES) == 0, "no recorder, no record")
    check(hot(desk, LOG, BUFFER, 8, 1 << 40) != 0, "longer than its buffer: counted")
    check(json.loads(recorder.stats())["dropped"] == {"invalid": 2}, recorder.stats())

    check(json.loads(recorder.close_journal())["written"] >= 3, "closing reports")
    record(desk, LOG, fixed(b"", "") + text("message") + text("late"))
    check(json.loads(recorder.stats())["dropped"] == {"closed": 1, "invalid": 2}, recorder.stats())
    check(tracewire.testing_live_recorders() == 1, tracewire.testing_live_recorders())
    del recorder
    check(tracewire.testing_live_recorders() == 0, tracewire.testing_live_recorders())
