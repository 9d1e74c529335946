"""A step of an agent, and which one is current."""

from __future__ import annotations

from contextvars import ContextVar

from . import _recorder
from ._native import SpanContext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Any

    from typing_extensions import Unpack

    from . import _native
    from ._fields import Parent, StartFields, Status, UpdateFields

# `...` stands for "not given" wherever None is a value that can be recorded.
_NOT_GIVEN: Any = ...

_START_FIELDS = frozenset(
    [
        "correlation_id",
        "dataset_item_id",
        "environment",
        "experiment_run_id",
        "level",
        "links",
        "media",
        "prompt",
        "release",
        "scope",
        "session_id",
        "tags",
        "tool_definitions",
        "trace_state",
        "user_id",
    ]
)
_UPDATE_FIELDS = frozenset(["attributes", "input", "level", "links", "name", "output", "tags", "usage"])


class Place:
    """Where new steps belong: below a step of another process, or nowhere."""

    __slots__ = ("_native", "_outer")

    _ended = False

    def __init__(self, context: SpanContext | None) -> None:
        self._native = context
        self._outer: Place | Span = self


NOWHERE = Place(None)
current: ContextVar[Span | Place] = ContextVar("tracewire_current", default=NOWHERE)


class Span:
    """A step: made by ``span(…)``, begun by ``with``, ended when the block is left.

    Its methods never raise (see ``init(strict=…)``). What ``set`` and ``set_output`` are given is read when the step ends;
    ``update`` and ``event`` write at once, so what they say survives the death of the process.
    """

    __slots__ = ("_attributes", "_begin", "_ended", "_fields", "_native", "_outer", "_output", "_status")

    # Filled in by `span` and by `begun`, and not by an `__init__`: that would cost as much as recording the step.
    _attributes: dict[str, Any] | None
    _begin: tuple[Any, ...] | None
    _ended: bool
    _fields: dict[str, Any] | None
    _native: _native.Span | None
    _outer: Span | Place
    _output: Any
    _status: str

    # `__enter__` and `start`, `__exit__` and `end` say the same twice: a call in between costs a tenth of the whole.

    def __enter__(self) -> Span:
        outer = current.get()
        begin = self._begin
        if begin is None:
            self._outer = outer
            return self.start()
        self._begin = None
        name, kind, attributes, given, parent, fields = begin
        if fields:
            fields = _checked(fields, _START_FIELDS)
        self._native = (_recorder.active or _recorder.open_default()).start(
            name, kind, outer._native if parent is ... else native_parent(parent), attributes, given, fields
        )
        self._outer = outer
        current.set(self)
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if current.get() is self:
            outer = self._outer
            while outer._ended:
                outer = outer._outer
            current.set(outer)
            # A task that outlives this step must not keep all those above alive.
            self._outer = NOWHERE
        native = self._native
        if error is not None or native is None:
            self.end(error)
            return
        self._ended = True
        output = self._output
        self._output = ...
        native.end(self._status, output, self._attributes, self._fields)

    async def __aenter__(self) -> Span:
        return self.__enter__()

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(error_type, error, traceback)

    def start(self) -> Span:
        """Begin the step without making it the parent of what follows. A ``with`` block does both, and ends it."""
        begin = self._begin
        if begin is None:
            _recorder.problem("started_twice", "a step begins once; make another one with span(…)")
            return self
        self._begin = None
        name, kind, attributes, given, parent, fields = begin
        if fields:
            fields = _checked(fields, _START_FIELDS)
        above = current.get()._native if parent is ... else native_parent(parent)
        recorder = _recorder.active or _recorder.open_default()
        self._native = recorder.start(name, kind, above, attributes, given, fields)
        return self

    def end(self, error: BaseException | None = None) -> None:
        """End the step, as what ``error`` says if there is one. A ``with`` block does this."""
        native = self._native
        self._ended = True
        if native is None:
            return
        output = self._output
        self._output = ...
        if error is None:
            native.end(self._status, output, self._attributes, self._fields)
        else:
            from ._exceptions import end_with

            end_with(native, error, output, self._attributes, self._fields)

    def set(self, key: str, value: Any) -> None:
        """Set one attribute; it is recorded when the step ends."""
        if self._ended:
            return _late()
        if self._attributes is None:
            self._attributes = {key: value}
        else:
            self._attributes[key] = value
        return None

    def set_output(self, value: Any) -> None:
        """Say what came out; it is recorded when the step ends."""
        if self._ended:
            return _late()
        self._output = value
        return None

    def set_status(self, status: Status, message: str | None = None) -> None:
        """Say how the step went where no exception tells; it is recorded when the step ends."""
        if self._ended:
            return _late()
        self._status = status
        if message is not None:
            self._end_fields()["status_message"] = message
        return None

    def usage(
        self,
        *,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        cache_read_input_tokens: int | None = None,
        cache_write_input_tokens: int | None = None,
        reasoning_output_tokens: int | None = None,
        details: Mapping[str, int] | None = None,
        raw: Any = None,
    ) -> None:
        """Say what a model call used; it is recorded when the step ends.

        Counts follow OpenTelemetry: ``input_tokens`` includes what was read from or written to a cache, ``output_tokens``
        includes reasoning.

        Args:
            input_tokens: all tokens of the request.
            output_tokens: all tokens of the answer.
            cache_read_input_tokens: of the input, those read from a cache.
            cache_write_input_tokens: of the input, those written to a cache.
            reasoning_output_tokens: of the output, those of reasoning.
            details: further counts.
            raw: the provider's own usage object, as it came.

        """
        if self._ended:
            return _late()
        usage: dict[str, Any] = self._end_fields().setdefault("usage", {})
        for name, count in (
            ("input_tokens", input_tokens),
            ("output_tokens", output_tokens),
            ("cache_read_input_tokens", cache_read_input_tokens),
            ("cache_write_input_tokens", cache_write_input_tokens),
            ("reasoning_output_tokens", reasoning_output_tokens),
        ):
            if count is None:
                continue
            if isinstance(count, int) and count >= 0:
                usage[name] = int(count)
            else:
                _recorder.problem("invalid_usage", f"usage: {name} is not a count: {count!r:.60}")
        if details is not None:
            usage["details"] = details
        if raw is not None:
            usage["raw"] = raw
        return None

    def update(self, **fields: Unpack[UpdateFields]) -> None:
        """Record at once what must be visible before the step ends. Attributes merge key by key; lists replace."""
        if self._native is not None:
            self._native.update(_checked(fields, _UPDATE_FIELDS))

    def event(self, name: str, attributes: Mapping[str, Any] | None = None, *, data: Any = _NOT_GIVEN) -> None:
        """Record at once something that happens inside the step."""
        if self._native is not None:
            self._native.event(name, attributes, None if data is ... else {"data": data})

    def record_exception(self, error: BaseException, attributes: Mapping[str, Any] | None = None) -> None:
        """Record at once an exception that the step deals with itself; its status does not change."""
        if self._native is not None:
            from ._exceptions import stacktrace

            self._native.exception(error, stacktrace(error), attributes)

    @property
    def context(self) -> SpanContext | None:
        """The ids of the step; ``None`` before it begins."""
        return None if self._native is None else self._native.context

    @property
    def trace_id(self) -> str | None:
        """The trace, 32 hex digits; ``None`` before the step begins."""
        return None if self._native is None else self._native.context.trace_id

    @property
    def span_id(self) -> str | None:
        """The step, 16 hex digits; ``None`` before it begins."""
        return None if self._native is None else self._native.context.span_id

    def _end_fields(self) -> dict[str, Any]:
        if self._fields is None:
            self._fields = {}
        return self._fields

    def __repr__(self) -> str:
        return f"<tracewire.Span {self.span_id or 'not begun'}>"


def span(
    name: str,
    *,
    kind: str = "step",
    input: Any = _NOT_GIVEN,  # noqa: A002
    attributes: Mapping[str, Any] | None = None,
    parent: Parent = _NOT_GIVEN,
    **fields: Unpack[StartFields],
) -> Span:
    """Make a step for a ``with`` or ``async with`` block.

    It begins when the block is entered and is the parent of what begins inside. It ends when the block is left: ``ok``, or
    as what an exception says; the exception goes on as it was.

    Args:
        name: what the step is called.
        kind: what it is: ``agent``, ``llm``, ``tool``, ``retrieval``, … (the registry of span kinds has them all).
        input: what goes in.
        attributes: facts about the step, under their OpenTelemetry names where they have one.
        parent: a step or a context to belong to instead of the current one; ``None`` begins a new trace.
        fields: what a run says about itself: ``session_id``, ``user_id``, ``tags``, ``correlation_id``, …

    Example:
        >>> with span("search", kind="tool", input={"query": "otters"}) as s:
        ...     s.set_output(["Lutra lutra"])

    """
    step = Span()
    step._begin = (name, kind, attributes, input, parent, fields)
    step._native = None
    step._output = ...
    step._attributes = None
    step._fields = None
    step._status = "ok"
    step._ended = False
    return step


def begun(native: _native.Span | None, outer: Span | Place) -> Span:
    """Wrap a step that has begun and make it current."""
    step = Span()
    step._begin = None
    step._native = native
    step._outer = outer
    step._output = ...
    step._attributes = None
    step._fields = None
    step._status = "ok"
    step._ended = False
    current.set(step)
    return step


def current_span() -> Span | None:
    """The step that new ones would belong to, if there is one in this process."""
    place = current.get()
    return place if isinstance(place, Span) else None


def native_parent(parent: Any) -> _native.Span | SpanContext | None:
    """What the recorder needs of a ``parent`` argument."""
    if parent is None or isinstance(parent, SpanContext):
        return parent
    if isinstance(parent, (Span, Place)):
        return parent._native
    if isinstance(parent, str):
        context = SpanContext.from_traceparent(parent)
        if context is not None:
            return context
    _recorder.problem("invalid_parent", f"not a step, a context or a traceparent: {type(parent).__name__}; a new trace begins")
    return None


def _checked(fields: Any, known: frozenset[str]) -> dict[str, Any]:
    """The fields, with links as plain ids. Unknown names are a mistake of the program, and never reach the wire."""
    unknown = fields.keys() - known
    if unknown:
        _recorder.problem("unknown_field", f"not a field of a step: {', '.join(sorted(unknown))}; use attributes")
    checked: dict[str, Any] = fields
    if "links" in checked:
        checked["links"] = [_link(link) for link in checked["links"]]
    return checked


def _link(link: Any) -> Any:
    context = link.context if isinstance(link, Span) else link
    return {"trace_id": context.trace_id, "span_id": context.span_id} if isinstance(context, SpanContext) else link


def _late() -> None:
    _recorder.problem("step_ended", "something was set on a step that had ended, and is lost")
