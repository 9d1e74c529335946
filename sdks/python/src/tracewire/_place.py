"""Which step is current."""

from __future__ import annotations

from contextvars import ContextVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._native import SpanContext
    from ._span import Span


class Correlation:
    """Stands where a parent would: what begins here is a root, of the trace that a correlation id decides."""

    __slots__ = ("correlation_id",)

    context = None

    def __init__(self, correlation_id: str) -> None:
        self.correlation_id = correlation_id


class Place:
    """Where new steps belong: below a step of another process, in a correlation's trace, or nowhere."""

    __slots__ = ("_native", "_outer")

    _ended = False

    def __init__(self, context: SpanContext | Correlation | None) -> None:
        self._native: Any = context
        self._outer: Place | Span = self


NOWHERE = Place(None)
current: ContextVar[Span | Place] = ContextVar("tracewire_current", default=NOWHERE)
