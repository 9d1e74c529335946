"""Spans as instrumentations of language models send them, as bodies of OTLP in protobuf, made fast enough to load a server.

A trace is an agent's run of ten spans: three calls of a model with their messages, four of tools, two steps. A body is written
once; each further one has other ids, times and texts in the same places: nobody asks the same twice.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator

SPANS_OF_A_TRACE = 10
MODELS = (
    ("openai", "gpt-5-mini"),
    ("openai", "gpt-5"),
    ("anthropic", "claude-sonnet-4-5"),
    ("gcp.gemini", "gemini-2.5-flash"),
)
# Where a text's number comes.
_MARK = "#" * 16
_ASKED = f"{_MARK}: " + "How much does a sea otter eat? " * 20
_SAID = f"{_MARK}: " + "A quarter of its weight. " * 10
QUESTION = json.dumps([{"role": "user", "parts": [{"type": "text", "content": _ASKED}]}])
ANSWER = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": _SAID}]}])
# By so much time goes on from span to span.
SPAN_NANOS = 5_000_000


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _attribute(key: str, value: str | int) -> bytes:
    held = _field(1, value.encode()) if isinstance(value, str) else b"\x18" + _varint(value)
    return _field(1, key.encode()) + _field(2, held)


def _attributes(at: int, trace: int) -> tuple[str, dict[str, str | int]]:
    if at == 0:
        return "research", {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "research", "session.id": f"s{trace}"}
    if at in (1, 4, 8):
        provider, model = MODELS[trace % len(MODELS)]
        return f"chat {model}", {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": model,
            "gen_ai.response.model": model,
            "gen_ai.usage.input_tokens": 900 + trace,
            "gen_ai.usage.output_tokens": 120,
            "gen_ai.input.messages": QUESTION,
            "gen_ai.output.messages": ANSWER,
        }
    if at in (2, 3, 5, 6):
        return "execute_tool search", {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "search",
            "gen_ai.tool.call.arguments": '{"query":"sea otter"}',
            "gen_ai.tool.call.result": '{"pages":["sea-otter","river-otter"]}',
        }
    return "step", {"attempt": at}


def _span(trace: int, at: int) -> bytes:
    name, attributes = _attributes(at, trace)
    # Ids and times first: fixed lengths, at places that are found again.
    head = _field(1, bytes(16)) + _field(2, bytes(8)) + (_field(4, bytes(8)) if at else b"")
    times = b"\x39" + bytes(8) + b"\x41" + bytes(8)
    rest = _field(5, name.encode()) + b"\x30\x03"
    return head + times + rest + b"".join(_field(9, _attribute(key, value)) for key, value in attributes.items())


class Bodies:
    """Makes bodies of so many traces each, all with ids of their own; spans lie behind one another in time."""

    def __init__(self, traces: int, start_nanos: int, spans_of_a_trace: int = SPANS_OF_A_TRACE) -> None:
        self.spans = traces * spans_of_a_trace
        self._of_a_trace = spans_of_a_trace
        self._nanos = start_nanos
        self._trace = 0
        parts, offsets, length = [], [], 0
        for number in range(self.spans):
            trace, at = divmod(number, spans_of_a_trace)
            # Beyond ten spans the root stays one, and the kinds take turns.
            span = _span(trace, at and 1 + (at - 1) % (SPANS_OF_A_TRACE - 1))
            framed = _field(2, span)
            offsets.append(length + len(framed) - len(span))
            parts.append(framed)
            length += len(framed)
        scoped = b"".join(parts)
        resource = _field(1, _field(1, _attribute("service.name", "bench")))
        group = resource + _field(2, scoped)
        body = _field(1, group)
        first = len(body) - len(scoped)
        self._offsets = [first + offset for offset in offsets]
        self._body = bytearray(body)
        self._marks = [found.start() for found in re.finditer(_MARK.encode(), body)]

    def skip(self, traces: int) -> None:
        """Go on behind so many traces more, whose ids others have."""
        self._trace += traces

    def next(self) -> tuple[bytes, list[str]]:
        """Give one more body, and the ids of its traces."""
        body, traces = self._body, []
        for at, offset in enumerate(self._marks, self._trace << 20):
            body[offset : offset + len(_MARK)] = b"%016x" % at
        for number, offset in enumerate(self._offsets):
            at = number % self._of_a_trace
            if at == 0:
                self._trace += 1
                trace_id = struct.pack(">QQ", 0xBE7C_0000_0000_0001, self._trace)
                root = struct.pack(">Q", self._trace << 20 | 1)
                traces.append(trace_id.hex())
            body[offset + 2 : offset + 18] = trace_id
            body[offset + 20 : offset + 28] = struct.pack(">Q", self._trace << 20 | at + 1)
            times = offset + 28
            if at:
                body[offset + 30 : offset + 38] = root
                times += 10
            end = self._nanos + (SPAN_NANOS * self._of_a_trace if at == 0 else SPAN_NANOS)
            struct.pack_into("<Q", body, times + 1, self._nanos)
            struct.pack_into("<Q", body, times + 10, end)
            self._nanos += SPAN_NANOS
        return bytes(body), traces

    def count(self, spans: int) -> Iterator[bytes]:
        """Give bodies until there are so many spans."""
        for _ in range(spans // self.spans):
            yield self.next()[0]
