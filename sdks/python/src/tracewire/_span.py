"""A step of an agent."""

from __future__ import annotations

from . import _place, _recorder
from ._field_names import START_FIELDS, UPDATE_FIELDS
from ._guard import guarded
from ._native import SpanContext
from ._parents import link_to, native_parent
from ._place import NOWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Any, TypeVar

    from typing_extensions import Unpack

    from . import _native
    from ._fields import Amount, Link, Status, UpdateFields
    from ._place import Place

    Function = TypeVar("Function", bound=Callable[..., Any])

# An assignment, not an import: CPython calls methods of imported names by a slower way.
current = _place.current

# `...` stands for "not given" wherever None is a value that can be recorded.
_NOT_GIVEN: Any = ...

_STATUSES = ("ok", "error", "timeout", "cancelled", "unset")


class Span:
    """A step: made by ``span(…)``, begun by ``with``, ended when the block is left.

    Its methods never raise (see ``init(strict=…)``). What ``set`` and ``set_output`` are given is read when the step ends;
    ``update`` and ``event`` write at once, so what they say survives the death of the process.
    """

    __slots__ = ("_attributes", "_begin", "_ended", "_fields", "_links", "_native", "_outer", "_output", "_status")

    # Filled in by `span` and by `begun`, and not by an `__init__`: that would cost as much as recording the step.
    _attributes: dict[str, Any] | None
    _begin: tuple[Any, ...] | None
    _ended: bool
    _fields: dict[str, Any] | None
    _links: list[Any]  # Filled in where there are links, and nowhere else.
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
            fields = self._checked(fields, START_FIELDS)
        self._native = (_recorder.active or _recorder.open_default()).start(
            name, kind, outer._native if parent is ... else self._parent(parent), attributes, given, fields
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

    def __call__(self, function: Function) -> Function:
        """Make each call of a function a step like this one, which itself never begins.

        Example:
            >>> @span("look up", kind="retrieval", attributes={"index": "otters"})
            ... def look_up(query: str) -> list[str]: ...

        """
        from ._wrapping import in_step

        return in_step(self, function)

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
            self._problem("started_twice", "a step begins once; make another one with span(…)")
            return self
        self._begin = None
        name, kind, attributes, given, parent, fields = begin
        if fields:
            fields = self._checked(fields, START_FIELDS)
        above = current.get()._native if parent is ... else self._parent(parent)
        self._native = self._recorder().start(name, kind, above, attributes, given, fields)
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
            return self._late()
        try:
            if self._attributes is None:
                self._attributes = {key: value}
            else:
                self._attributes[key] = value
        except Exception:  # noqa: BLE001
            # Whatever the host's value raises when it is hashed.
            self._problem("invalid_attributes", f"the name of an attribute is a text, not {type(key).__name__}")
        return None

    def set_attribute(self, key: str, value: Any) -> None:
        """The same as ``set``."""
        self.set(key, value)

    @guarded
    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Set several attributes; they are recorded when the step ends."""
        if self._ended:
            return self._late()
        try:
            self._attributes = {**(self._attributes or {}), **attributes}
        except Exception:  # noqa: BLE001
            # Whatever a mapping of the host's raises while it is read.
            self._problem("invalid_attributes", f"attributes are a mapping from names, not {type(attributes).__name__}")
        return None

    def set_output(self, value: Any) -> None:
        """Say what came out; it is recorded when the step ends."""
        if self._ended:
            return self._late()
        self._output = value
        return None

    def set_status(self, status: Status, message: str | None = None) -> None:
        """Say how the step went where no exception tells; it is recorded when the step ends."""
        if self._ended:
            return self._late()
        if type(status) is str and status in _STATUSES:
            self._status = status
        else:
            self._problem("invalid_status", f"a status is one of {', '.join(_STATUSES)}, not {_recorder.shown(status)}")
        if message is not None:
            self._end_fields()["status_message"] = message
        return None

    def set_error(self, error_type: str, message: str | None = None) -> None:
        """Say that the step failed where no exception tells: status ``error`` and ``error.type``."""
        self.set("error.type", error_type)
        if not self._ended:
            self.set_status("error", message)

    @guarded
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
            return self._late()
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
                self._problem("invalid_usage", f"usage: {name} is not a count: {_recorder.shown(count)}")
        if details is not None:
            usage["details"] = details
        if raw is not None:
            usage["raw"] = raw
        return None

    @guarded
    def cost(
        self,
        total: Amount | None = None,
        currency: str = "USD",
        *,
        input: Amount | None = None,  # noqa: A002
        output: Amount | None = None,
        details: Mapping[str, Amount] | None = None,
        price_source: str | None = "user",
        price_version: str | None = None,
    ) -> None:
        """Say what the step cost; it is recorded when the step ends. A cost that is not known is left out, never zero.

        Amounts are decimals: as text, ``Decimal`` or ``int`` they are kept digit by digit; a ``float`` counts as the shortest
        text that stands for it, so ``0.1`` is ``"0.1"``.

        Args:
            total: the whole amount.
            currency: ISO 4217.
            input: the part for input.
            output: the part for output.
            details: other parts by name, such as ``cache_read_input``.
            price_source: ``provider`` where the provider said it, a price list's name, or ``user``.
            price_version: the version of the price list.

        Example:
            >>> with span("chat", kind="llm") as s:
            ...     s.cost("0.0123", "EUR", input="0.0100", output="0.0023")

        """
        if self._ended:
            return self._late()
        from ._cost import cost_of

        parts = {"total": total, "input": input, "output": output}
        cost = cost_of(parts, details, currency, price_source, price_version, self._problem)
        if cost is not None:
            self._end_fields().setdefault("cost", {}).update(cost)
        return None

    @guarded
    def link(self, other: Span | SpanContext | Link | str, attributes: Mapping[str, Any] | None = None) -> None:
        """Say at once that another step is related to this one without being its parent or child.

        Args:
            other: a step, its context, its ``traceparent``, or its ids as a dictionary.
            attributes: what the relation is.

        """
        link = link_to(other)
        if type(link) is not dict:
            return self._problem("invalid_link", f"not a step, a context or a traceparent: {type(other).__name__}")
        if attributes:
            link = {**link, "attributes": attributes}
        if self._begin is not None:
            fields = self._begin[5]
            fields["links"] = [*fields.get("links", ()), link]
        elif self._ended:
            return self._late()
        elif self._native is not None:
            # A later list of links replaces an earlier one, so each holds all.
            self._links = [*getattr(self, "_links", ()), link]
            self._native.update({"links": self._links})
        return None

    @guarded
    def update(self, **fields: Unpack[UpdateFields]) -> None:
        """Record at once what must be visible before the step ends. Attributes merge key by key; lists replace."""
        if self._native is not None:
            self._native.update(self._checked(fields, UPDATE_FIELDS))

    def event(self, name: str, attributes: Mapping[str, Any] | None = None, *, data: Any = _NOT_GIVEN) -> None:
        """Record at once something that happens inside the step."""
        if self._native is not None:
            self._native.event(name, attributes, None if data is ... else {"data": data})

    @guarded
    def record_exception(self, error: BaseException, attributes: Mapping[str, Any] | None = None) -> None:
        """Record at once an exception that the step deals with itself; its status does not change."""
        if not issubclass(type(error), BaseException):
            self._problem("invalid_exception", f"not an exception: {type(error).__name__}")
        elif self._native is not None:
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

    def _checked(self, fields: Any, known: frozenset[str]) -> dict[str, Any]:
        """The fields, with links as plain ids. Unknown names are a mistake of the program, and never reach the wire."""
        unknown = fields.keys() - known
        if unknown:
            self._problem("unknown_field", f"not a field of a step: {', '.join(sorted(unknown))}; use attributes")
        checked: dict[str, Any] = fields
        if "links" in checked:
            try:
                checked["links"] = self._links = [link_to(link) for link in checked["links"]]
            except Exception:  # noqa: BLE001
                # Whatever the host's value raises while it is read.
                self._problem("invalid_link", f"links are a list, not {type(checked.pop('links')).__name__}")
        return checked

    def _parent(self, parent: Any) -> Any:
        return native_parent(parent, self._problem)

    def _late(self) -> None:
        self._problem("step_ended", "something was set on a step that had ended, and is lost")

    @staticmethod
    def _recorder() -> Any:
        return _recorder.active or _recorder.open_default()

    @staticmethod
    def _problem(code: str, message: str) -> None:
        _recorder.problem(code, message)

    def __repr__(self) -> str:
        return f"<tracewire.Span {self.span_id or 'not begun'}>"
