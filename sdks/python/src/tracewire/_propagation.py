"""Context across processes: W3C Trace Context in dictionaries, in MCP's ``_meta``, and in the environment of children."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from . import _recorder
from ._native import SpanContext
from ._place import NOWHERE, Place, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from types import TracebackType
    from typing import Any, TypeVar

    from ._span import Span

    Carrier = TypeVar("Carrier", bound=MutableMapping[str, Any])


_MOST_STATE_CHARS = 4096


def inject(carrier: Carrier) -> Carrier:
    """Write the current step's ``traceparent`` into a dictionary: HTTP headers, or the ``_meta`` of an MCP request.

    A ``tracestate`` that came with the trace is passed on. Without a current step nothing is written. The dictionary is given
    back.

    Example:
        >>> request = urllib.request.Request(url, headers=inject({}))
        >>> params = {"name": "search", "arguments": {}, "_meta": inject({})}

    """
    try:
        for key, value in _headers().items():
            carrier[key] = value
    except Exception:  # noqa: BLE001
        # A carrier is an object of the host's or of a library's, and may refuse.
        _recorder.problem("invalid_carrier", f"nothing can be written into {type(carrier).__name__}")
    return carrier


def inject_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Copy an environment (``os.environ`` by default) with ``TRACEPARENT`` and ``TRACESTATE`` for a child process.

    A child that uses tracewire takes them up by itself.

    Example:
        >>> subprocess.run(["agent"], env=inject_environment())

    """
    import os

    try:
        copy = dict(os.environ if environment is None else environment)
    except Exception:  # noqa: BLE001
        # Whatever a mapping of the host's raises while it is read.
        _recorder.problem("invalid_carrier", f"an environment is a mapping, not {type(environment).__name__}")
        copy = dict(os.environ)
    headers = _headers()
    if headers:
        copy.pop("TRACESTATE", None)  # Of another trace.
    copy.update({key.upper(): value for key, value in headers.items()})
    return copy


def _headers() -> dict[str, str]:
    context = current_context()
    if context is None:
        return {}
    headers = {"traceparent": context.traceparent}
    roots = sys.modules.get("tracewire._roots")
    state = None if roots is None else roots.state_of(context.trace_id)
    if state is not None:
        headers["tracestate"] = state
    return headers


def extract(carrier: Mapping[str, Any] | None) -> SpanContext | None:
    """Read ``traceparent`` and ``tracestate`` from a dictionary; ``None`` where there is no valid ``traceparent``.

    Understood are HTTP headers, whatever the case of their names and whether they are texts, bytes or lists of them; the
    ``_meta`` of an MCP request, or the params that it stands in; and what ``os.environ`` has for a child process.

    Example:
        >>> with attach(extract(request.headers)):
        ...     answer(request)

    """
    try:
        if carrier is None:
            return None
        header = _header(carrier, "traceparent")
        if header is None and isinstance(carrier.get("_meta"), Mapping):
            carrier = carrier["_meta"]
            header = _header(carrier, "traceparent")
        context = None if header is None else SpanContext.from_traceparent(header.strip())
        state = None if context is None else _header(carrier, "tracestate")
    except Exception:  # noqa: BLE001
        # A carrier is an object of the host's or of a library's, and may raise anything while it is read.
        return None
    if context is not None and state is not None:
        state = state.strip()
        if 0 < len(state) <= _MOST_STATE_CHARS and state.isascii() and state.isprintable():
            from ._roots import keep_state

            keep_state(context.trace_id, state)
            return SpanContext.from_traceparent(context.traceparent, state)
    return context


def _header(carrier: Mapping[str, Any], name: str) -> str | None:
    found = carrier.get(name)
    if found is None:
        found = next((carrier[key] for key in carrier if _is_called(key, name)), None)
    if isinstance(found, (list, tuple)):  # As some HTTP servers give headers.
        texts = [text for text in map(_text, found) if text is not None]
        # Of several `tracestate` headers the list goes on in the next one; two `traceparent` are none.
        return None if not texts or (name == "traceparent" and len(texts) > 1) else ",".join(texts)
    return _text(found)


def _is_called(key: object, name: str) -> bool:
    text = _text(key)
    return text is not None and text.lower() == name


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("ascii")
    return value if isinstance(value, str) else None


def current_context() -> SpanContext | None:
    """The ids that something caused now should have as its parent, in this process or from another one."""
    native = current.get()._native
    context: SpanContext | None = native if native is None or isinstance(native, SpanContext) else native.context
    return context


class attach:  # noqa: N801
    """Make a context current: steps inside the block belong to it.

    Example:
        >>> with attach(extract(request.headers)):
        ...     answer(request)

    """

    __slots__ = ("_outer", "_place")

    def __init__(self, context: SpanContext | Span | str | None) -> None:
        from ._parents import native_parent

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


def extract_environment(environment: Mapping[str, str] | None = None) -> SpanContext | None:
    """Read the step that started this process from an environment, ``os.environ`` by default. The first step does that."""
    import os

    given = os.environ if environment is None else environment
    for prefix in ("", "OTEL_"):
        context = extract({name: given.get(prefix + name.upper(), "") for name in ("traceparent", "tracestate")})
        if context is not None:
            return context
    return None
