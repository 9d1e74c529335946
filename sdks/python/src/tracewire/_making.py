"""Making steps. What is filled in here would cost as much as recording the step if an ``__init__`` did it."""

from __future__ import annotations

from . import _place
from ._span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TypeVar

    from typing_extensions import Unpack

    from . import _native
    from ._fields import Parent, StartFields
    from ._place import Place

    Made = TypeVar("Made", bound=Span)

# An assignment, not an import: CPython calls methods of imported names by a slower way.
current = _place.current

# `...` stands for "not given" wherever None is a value that can be recorded.
_NOT_GIVEN: Any = ...

# What `span` makes: another type where the default client has more to do than to record.
span_type: type[Span] = Span


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
    step = span_type()
    step._begin = (name, kind, attributes, input, parent, fields)
    step._native = None
    step._output = ...
    step._attributes = None
    step._fields = None
    step._status = "ok"
    step._ended = False
    return step


def begun(native: _native.Span | None, outer: Span | Place, make: type[Span] | None = None) -> Span:
    """Wrap a step that has begun and make it current."""
    step = (make or span_type)()
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


def unbegun(make: type[Made], begin: tuple[Any, ...]) -> Made:
    """Make a step of some type that begins later."""
    step = make()
    step._begin = begin
    step._native = None
    step._output = ...
    step._attributes = None
    step._fields = None
    step._status = "ok"
    step._ended = False
    return step


def current_span() -> Span | None:
    """The step that new ones would belong to, if there is one in this process."""
    place = current.get()
    return place if isinstance(place, Span) else None
