"""Decorated classes: each public method is a step."""

from __future__ import annotations

from types import FunctionType

from . import _decorators
from ._recorder import merged, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def observe_class(
    decorated: type,
    name: str | None,
    kind: str,
    capture_input: bool,
    capture_output: bool,
    attributes: Mapping[str, Any] | None,
    *rest: Any,
) -> type:
    """Make steps of a class's own public methods, in place, so that it stays the same class.

    Methods that are steps already stay as they are: a ``@tool`` inside an ``@agent`` class is a tool. Properties, nested
    classes, what begins with ``_`` (but for ``__call__``), and what is inherited are not touched.
    """
    called = text_of(name) or decorated.__name__
    if kind == "agent":
        attributes = merged(rest[-1], {"gen_ai.agent.name": called}, attributes)
    for member, value in list(vars(decorated).items()):
        if member.startswith("_") and member != "__call__":
            continue
        if not isinstance(value, (FunctionType, classmethod, staticmethod)) or _decorators.is_observed(value):
            continue
        if not isinstance(getattr(value, "__func__", value), FunctionType):
            continue
        step = called if member == "__call__" else f"{called}.{member}"
        observed = _decorators.observe(value, step, kind, capture_input, capture_output, attributes, *rest)
        try:
            setattr(decorated, member, observed)
        except (AttributeError, TypeError):
            problem: Callable[[str, str], None] = rest[-1]
            problem("cannot_decorate", f"{decorated.__qualname__} takes no attributes; it stays as it is")
            break
    return decorated
