"""A live tree of what happens, for people at a terminal."""

from __future__ import annotations

import sys

from .._steps import Step
from ._base import Exporter, Undeliverable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, TextIO

    from ._base import Batch

_MOST_OPEN: Final = 10_000
_LONGEST_TEXT: Final = 200
_BAD: Final = ("error", "timeout", "cancelled")
_COLOURS: Final = {"dim": "\x1b[2m", "bold": "\x1b[1m", "error": "\x1b[31m", "timeout": "\x1b[33m", "cancelled": "\x1b[33m"}


class ConsoleExporter(Exporter):
    """Prints steps as they begin and end, indented by their depth.

    A step that has ended by the time it is shown takes one line. One that is still running gets ``…``, and a line of its own
    when it ends::

        agent answer …
          tool search 12 ms
          llm chat 830 ms 120+30 tokens
            ! RateLimitError: slow down
        agent answer 1.20 s

    Args:
        stream: where to print; standard error by default, whatever it is at the time.
        colour: whether to use colours; by default where the stream is a terminal and ``NO_COLOR`` is not set.

    Example:
        >>> tracewire.init(mode="background", exporters=[ConsoleExporter()])

    """

    only_this_process = True

    def __init__(self, stream: TextIO | None = None, *, colour: bool | None = None) -> None:
        self._stream = stream
        self._colour = colour
        self._depths: dict[str, int] = {}
        self._open: dict[str, Step] = {}
        self._last: dict[str, int] = {}

    def sink(self) -> str:
        """The name that stands in journals."""
        return self.name or "console"

    def export(self, batch: Batch) -> None:
        """Print what the batch tells."""
        events = [event for event in batch.events() if event.get("seq", 0) > self._last.get(batch.producer, 0)]
        if not events:
            return
        whole: dict[str, Step] = {}
        for event in events:
            if str(event.get("type")).startswith("span."):
                span_id = event.get("span_id", "")
                whole.setdefault(span_id, self._open.get(span_id) or Step()).add(event)
        lines: list[str] = []
        colour = self._uses_colour()
        for event in events:
            self._show(event, whole, lines, colour)
        self._last = {batch.producer: events[-1].get("seq", 0)}
        self._print("".join(line + "\n" for line in lines))

    def _show(self, event: dict[str, Any], whole: dict[str, Step], lines: list[str], colour: bool) -> None:
        kind, span_id = event.get("type"), event.get("span_id", "")
        if kind == "span.start":
            depth = self._depths.get(event.get("parent_id", ""), -1) + 1
            self._depths[span_id] = depth
            step = whole[span_id]
            lines.append("  " * depth + self._line(step, colour))
            if step.status is None:
                self._open[span_id] = step
            else:
                self._last_words(step, depth, lines, colour)
            _bound(self._depths)
            _bound(self._open)
        elif kind == "span.end":
            ended = self._open.pop(span_id, None)
            if ended is not None:
                lines.append("  " * self._depths.get(span_id, 0) + self._line(ended, colour))
                self._last_words(ended, self._depths.get(span_id, 0), lines, colour)
        elif kind in ("span.event", "event", "log", "loss"):
            above = event.get("parent_id", "") if kind == "event" else span_id
            text = _told(event)
            if text:
                lines.append("  " * (self._depths.get(above, -1) + 1) + _paint(text, "dim", colour))

    def _line(self, step: Step, colour: bool) -> str:
        words = [_paint(_clean(step.kind or "step"), "dim", colour), _paint(_clean(step.name or "?"), "bold", colour)]
        if step.status is None:
            return " ".join([*words, "…"])
        if step.duration_nanos is not None:
            words.append(_duration(step.duration_nanos))
        usage = step.body.get("usage")
        if isinstance(usage, dict) and ("input_tokens" in usage or "output_tokens" in usage):
            words.append(f"{usage.get('input_tokens', 0)}+{usage.get('output_tokens', 0)} tokens")
        if step.status in _BAD:
            words.append(_paint(step.status, step.status, colour))
        return " ".join(words)

    def _last_words(self, step: Step, depth: int, lines: list[str], colour: bool) -> None:
        exception = step.body.get("exception")
        if step.status not in _BAD:
            return
        if isinstance(exception, dict):
            text = f"! {exception.get('type', 'exception')}: {exception.get('message', '')}"
        elif step.body.get("status_message"):
            text = f"! {step.body['status_message']}"
        else:
            return
        lines.append("  " * (depth + 1) + _paint(_clean(text), step.status or "", colour))

    def _uses_colour(self) -> bool:
        if self._colour is not None:
            return self._colour
        import os

        stream = self._stream or sys.stderr
        try:
            is_terminal = stream is not None and stream.isatty()
        except (AttributeError, ValueError):
            is_terminal = False
        return is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def _print(self, text: str) -> None:
        stream = self._stream or sys.stderr
        if stream is None or not text:
            return
        try:
            try:
                stream.write(text)
            except UnicodeEncodeError:
                encoding = getattr(stream, "encoding", None) or "ascii"
                stream.write(text.encode(encoding, "replace").decode(encoding))
            stream.flush()
        except (OSError, ValueError) as error:
            # Nobody is there any more; what is shown later would say nothing.
            raise Undeliverable("console_closed", f"the console cannot be written: {error}") from error

    def __repr__(self) -> str:
        return "<tracewire.exporters.ConsoleExporter>"


def _told(event: dict[str, Any]) -> str:
    body = event.get("body", {})
    kind = event.get("type")
    if kind == "log":
        return _clean(f"{body.get('level', 'info')}: {body.get('message', '')}")
    if kind == "loss":
        return _clean(f"! {body.get('count', 'some')} records were dropped: {body.get('reason', 'unknown')}")
    if "chunks" in body:
        return ""  # A stream would push everything else away.
    exception = body.get("exception")
    if isinstance(exception, dict):
        return _clean(f"! {exception.get('type', 'exception')}: {exception.get('message', '')}")
    return _clean(f"· {body.get('name', 'event')}")


def _clean(text: object) -> str:
    """One short line, without anything that a terminal would obey."""
    words = " ".join(str(text).split())
    words = words if len(words) <= _LONGEST_TEXT else words[: _LONGEST_TEXT - 1] + "…"
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in words)


def _paint(text: str, colour: str, is_on: bool) -> str:
    return f"{_COLOURS[colour]}{text}\x1b[0m" if is_on and colour in _COLOURS else text


def _duration(nanos: int) -> str:
    if nanos < 1_000_000:
        return f"{nanos // 1000} µs"
    if nanos < 1_000_000_000:
        return f"{nanos // 1_000_000} ms"
    if nanos < 60_000_000_000:
        return f"{nanos / 1e9:.2f} s"
    return f"{nanos // 60_000_000_000} min {nanos // 1_000_000_000 % 60} s"


def _bound(known: dict[str, Any]) -> None:
    """Forget the oldest: a step that never ends must not cost memory for ever."""
    while len(known) > _MOST_OPEN:
        del known[next(iter(known))]
