"""Traces that an application names by an id of its own. Loaded with the first one."""

from __future__ import annotations

from . import _recorder
from ._place import Correlation, Place, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ._span import Span


def trace_id_of(correlation_id: str) -> str:
    """The trace that a correlation id decides (TW-ID-002)."""
    from hashlib import sha256

    # What is no character becomes U+FFFD, as in every text that is recorded.
    text = correlation_id.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return sha256(b"tracewire:correlation:" + text.encode()).hexdigest()[:32]


def place_of(correlation_id: Any) -> Callable[[], Span | Place]:
    """Says that a call belongs below the current step, and begins a run in the correlation's trace where there is none."""
    _recorder.use_roots()
    place = Place(Correlation(str(_recorder.text_of(correlation_id))))

    def find() -> Span | Place:
        here = current.get()
        return place if here._native is None else here

    return find


class Block:
    """A ``with`` block whose steps belong to one trace, whatever is current outside of it."""

    __slots__ = ("_before", "_outer", "_place")

    def __init__(self, correlation_id: Any, problem: Callable[[str, str], None], before: Block | None) -> None:
        self._before = before
        self._outer = current.get()
        self._place: Span | Place = self._outer
        if issubclass(type(correlation_id), str) and correlation_id:
            _recorder.use_roots()
            self._place = Place(Correlation(correlation_id))
            current.set(self._place)
        else:
            problem("invalid_correlation_id", f"a correlation id is a text, not {_recorder.shown(correlation_id)}")

    def leave(self) -> Block | None:
        """Put back what was current."""
        if current.get() is self._place:
            current.set(self._outer)
        return self._before
