"""A step as a decorator: each call runs inside a step of its own that is like it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from ._span import Span

    Function = TypeVar("Function", bound=Callable[..., Any])


def in_step(like: Span, function: Function) -> Function:
    """Give a function each of whose calls is such a step. What cannot be wrapped is given back as it is."""
    import copy
    import inspect
    from functools import update_wrapper

    wrapper: Any
    if isinstance(function, type) or not callable(function):
        like._problem("cannot_decorate", f"{function!r:.80} is not a function; it stays as it is")
        return function
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        like._problem("cannot_decorate", "a generator outlives the block that a step is; use @trace or a kind's decorator")
        return function
    if inspect.iscoroutinefunction(function):

        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            async with copy.copy(like) as step:
                result = await function(*args, **kwargs)
                if result is not None and step._output is ...:
                    step._output = result
                return result

    else:

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with copy.copy(like) as step:
                result = function(*args, **kwargs)
                if result is not None and step._output is ...:
                    step._output = result
                return result

    wrapped: Any = update_wrapper(wrapper, function)
    as_it_was: Function = wrapped
    return as_it_was
