"""Context across processes: W3C Trace Context in dictionaries, in MCP's ``_meta``, and in the environment of children."""

from __future__ import annotations

from ._native import SpanContext
from ._place import NOWHERE, Place, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping
    from types import TracebackType
    from typing import Any, TypeVar

    from ._span import Span

    Carrier = TypeVar("Carrier", bound=MutableMapping[str, Any])


def inject(carrier: Carrier) -> Carrier:
    """Write the current step's ``traceparent`` into a dictionary: HTTP headers, or the ``_meta`` of an MCP request.

    Without a current step the dictionary stays as it is. It is given back.
    """
    context = current_context()
    if context is not None:
        carrier["traceparent"] = context.traceparent
    return carrier


def inject_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Copy an environment (``os.environ`` by default) with ``TRACEPARENT`` for a child process.

    A child that uses tracewire takes it up by itself.
    """
    import os

    copy = dict(os.environ if environment is None else environment)
    context = current_context()
    if context is not None:
        copy["TRACEPARENT"] = context.traceparent
    return copy


def extract(carrier: Mapping[str, Any] | None) -> SpanContext | None:
    """Read ``traceparent`` from a dictionary, whatever the case of its keys; ``None`` where there is no valid one."""
    try:
        header = _header(carrier)
        return None if header is None else SpanContext.from_traceparent(header)
    except (AttributeError, KeyError, TypeError, UnicodeError, ValueError):
        return None


def _header(carrier: Mapping[str, Any] | None) -> str | None:
    if carrier is None:
        return None
    found = carrier.get("traceparent")
    if found is None:
        found = next((carrier[key] for key in carrier if isinstance(key, str) and key.lower() == "traceparent"), None)
    if isinstance(found, (bytes, list, tuple)):  # As some HTTP servers give headers.
        found = found[0] if not isinstance(found, bytes) and found else found
        found = found.decode("ascii") if isinstance(found, bytes) else found
    return found if isinstance(found, str) else None


def current_context() -> SpanContext | None:
    """The ids that something caused now should have as its parent, in this process or from another one."""
    native = current.get()._native
    return native if native is None or isinstance(native, SpanContext) else native.context


class attach:  # noqa: N801
    """Make a context current: steps inside the block belong to it.

    Example:
        >>> with attach(extract(request.headers)):
        ...     answer(request)

    """

    __slots__ = ("_outer", "_place")

    def __init__(self, context: SpanContext | Span | str | None) -> None:
        from ._span import native_parent

        native = native_parent(context)
        self._place = NOWHERE if native is None else Place(native if isinstance(native, SpanContext) else native.context)

    def __enter__(self) -> None:
        self._outer = current.get()
        current.set(self._place)

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if current.get() is self._place:
            current.set(self._outer)


def from_environment() -> SpanContext | None:
    """The step that started this process, if its environment names one."""
    import os

    for name in ("TRACEPARENT", "OTEL_TRACEPARENT"):
        context = SpanContext.from_traceparent(os.environ.get(name, ""))
        if context is not None:
            return context
    return None
