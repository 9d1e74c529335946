"""A process that records and is going to die. For each call that returned it says so on standard output, with a hash of what it
recorded; whoever reads the pipe knows what must be found in the journal."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import random
import sys

import tracewire


def payload(chance: random.Random) -> dict[str, object]:
    """A value of 20 bytes to 20 kB."""
    text = "".join(chance.choices("abcdefghij otters ß€", k=chance.choice((5, 300, 1000, 10_000))))
    return {"number": chance.getrandbits(50), "text": text}


def acknowledge(what: str, span: tracewire.Span, value: dict[str, object]) -> None:
    """One write of less than PIPE_BUF bytes, so that lines of several processes never mix."""
    digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
    os.write(1, f"{what} {span.span_id} {digest}\n".encode())


def record(chance: random.Random, spans: int | None) -> None:
    done = 0
    while spans is None or done < spans:
        given, out = payload(chance), payload(chance)
        with tracewire.span("work", kind="tool", input=given) as span:
            acknowledge("span.start", span, given)
            with tracewire.span("part", input=out) as part:
                acknowledge("span.start", part, out)
            span.set_output(out)
        acknowledge("span.end", span, out)
        done += 1


def main(death: str, directory: str, seed: int) -> None:
    tracewire.init(service="victim", dir=directory, file_bytes=1 << 20)
    chance = random.Random(seed)
    if death == "fork":
        # Two children, and a grandchild, record at the same time as their parent; all are killed together.
        for generation in range(2):
            record(chance, 2)
            if os.fork() == 0:
                chance = random.Random(seed * 10 + generation + 1)
        record(chance, None)
    record(chance, None if death == "kill" else chance.randrange(1, 60))
    if death == "exit":
        os._exit(0)
    if death == "abort":
        os.abort()
    ctypes.string_at(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
