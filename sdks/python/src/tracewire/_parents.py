"""What a program gives as a parent, or links to: a step, its context, its ``traceparent``, or whatever knows its context."""

from __future__ import annotations

from . import _recorder
from ._native import SpanContext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def native_parent(parent: Any, problem: Callable[[str, str], None] = _recorder.problem) -> Any:
    """What the recorder needs of a ``parent`` argument."""
    if parent is None or type(parent) is SpanContext:
        return parent
    if hasattr(type(parent), "_native"):  # A step or a place.
        return parent._native
    context = _context_of(parent)
    if isinstance(context, SpanContext):
        return context
    if issubclass(type(parent), str):
        context = _context_of_header(parent)
        if context is not None:
            return context
    problem("invalid_parent", f"not a step, a context or a traceparent: {type(parent).__name__}; a new trace begins")
    return None


def link_to(link: Any) -> Any:
    """The ids of what is linked; what has none comes back as it is."""
    is_text = issubclass(type(link), str) and not hasattr(link, "context")
    context = _context_of_header(link) if is_text else _context_of(link)
    return {"trace_id": context.trace_id, "span_id": context.span_id} if isinstance(context, SpanContext) else link


def _context_of_header(header: str) -> SpanContext | None:
    try:
        return SpanContext.from_traceparent(header)
    except ValueError:  # A text that is no Unicode.
        return None


def _context_of(known: Any) -> Any:
    try:
        return getattr(known, "context", known)
    except Exception:  # noqa: BLE001
        # Whatever an object of the host's raises.
        return None
