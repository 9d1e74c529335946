"""Decorators: a call of the function is a step.

The decorated function keeps what it is: a coroutine function stays one, a generator function stays one, and signature,
docstring and attributes are those of the original. What it returns, yields and raises reaches the caller unchanged.
"""

from __future__ import annotations

from functools import partial, update_wrapper

from . import _native, _recorder
from ._span import begun, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol, TypeVar, overload

    from ._span import Place, Span

    Function = TypeVar("Function", bound=Callable[..., Any])

    class Decorator(Protocol):
        """Usable bare and with arguments."""

        @overload
        def __call__(self, function: Function, /) -> Function: ...
        @overload
        def __call__(
            self,
            name: str | None = None,
            /,
            *,
            capture_input: bool = True,
            capture_output: bool = True,
            attributes: Mapping[str, Any] | None = None,
        ) -> Callable[[Function], Function]: ...


_GENERATOR = 0x20
_COROUTINE = 0x80
_ASYNC_GENERATOR = 0x200
_HAS_REST = 0x04


if TYPE_CHECKING:

    @overload
    def trace(name: Function, /) -> Function: ...
    @overload
    def trace(
        name: str | None = None,
        kind: str = "step",
        *,
        capture_input: bool = True,
        capture_output: bool = True,
        attributes: Mapping[str, Any] | None = None,
    ) -> Callable[[Function], Function]: ...


def trace(
    name: Any = None,
    kind: str = "step",
    *,
    capture_input: bool = True,
    capture_output: bool = True,
    attributes: Mapping[str, Any] | None = None,
) -> Any:
    """Make each call of a function, method, async function, generator or async generator a step.

    Args:
        name: what the step is called; the function's name by default.
        kind: what it is, from the registry of span kinds.
        capture_input: whether the arguments are recorded.
        capture_output: whether the result, or what a generator yields, is recorded.
        attributes: facts that are the same for every call.

    Example:
        >>> @trace("look up", kind="retrieval", capture_output=False)
        ... def look_up(query: str) -> list[str]: ...

    """
    if callable(name) or isinstance(name, (classmethod, staticmethod)):
        return observe(name, None, kind, capture_input, capture_output, attributes)

    def decorate(function: Any) -> Any:
        return observe(function, name, kind, capture_input, capture_output, attributes)

    return decorate


def _of_kind(kind: str) -> Decorator:
    def decorator(
        name: Any = None,
        *,
        capture_input: bool = True,
        capture_output: bool = True,
        attributes: Mapping[str, Any] | None = None,
    ) -> Any:
        return trace(
            name,
            kind,
            capture_input=capture_input,
            capture_output=capture_output,
            attributes=attributes,
        )

    decorator.__name__ = decorator.__qualname__ = kind
    decorator.__doc__ = f"Make each call of a function a step of kind ``{kind}``; see ``trace``."
    return decorator


agent = _of_kind("agent")
llm = _of_kind("llm")
step = _of_kind("step")
tool = _of_kind("tool")


def observe(
    function: Any,
    name: str | None,
    kind: str,
    capture_input: bool,
    capture_output: bool,
    attributes: Mapping[str, Any] | None,
    place: Callable[[], Span | Place] = current.get,
) -> Any:
    """Wrap ``function``; ``place`` says below which step a call belongs."""
    if isinstance(function, (classmethod, staticmethod)):
        inner = observe(function.__func__, name, kind, capture_input, capture_output, attributes, place)
        return type(function)(inner)
    if isinstance(function, type) or not callable(function):
        _recorder.problem("cannot_decorate", f"{function!r:.80} is not a function; it stays as it is")
        return function
    code = _code(function)
    call = _native.Call(
        name or getattr(function, "__name__", None) or type(function).__name__,
        kind,
        attributes,
        _parameters(code),
        _rest(code),
        capture_input,
        capture_output,
    )
    flags = 0 if code is None else code.co_flags
    if flags & _COROUTINE or _is_marked(function):
        wrapper = _around_coroutine(function, call, place)
    elif flags & _GENERATOR:
        from ._streams import around_generator

        wrapper = around_generator(function, call, place)
    elif flags & _ASYNC_GENERATOR:
        from ._streams import around_async_generator

        wrapper = around_async_generator(function, call, place)
    else:
        wrapper = _around_function(function, call, place)
    return update_wrapper(wrapper, function)


def begin(call: _native.Call, place: Callable[[], Span | Place], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span:
    """Begin the step that a call is, and make it current."""
    outer = place()
    native = (_recorder.active or _recorder.open_default()).start_call(call, outer._native, args, kwargs)
    return begun(native, current.get())


def _around_function(function: Callable[..., Any], call: _native.Call, place: Callable[[], Span | Place]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        step = begin(call, place, args, kwargs)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            step.__exit__(None, error, None)
            raise
        if result is not None and call.capture_output and step._output is ...:
            step._output = result
        step.__exit__(None, None, None)
        return result

    return wrapper


def _around_coroutine(
    function: Callable[..., Any], call: _native.Call, place: Callable[[], Span | Place]
) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        step = begin(call, place, args, kwargs)
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            step.__exit__(None, error, None)
            raise
        if result is not None and call.capture_output and step._output is ...:
            step._output = result
        step.__exit__(None, None, None)
        return result

    return wrapper


def _code(function: Any) -> Any:
    """The code that a call runs, looking through partials and callable objects."""
    while isinstance(function, partial):
        function = function.func
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    if code is None:
        code = getattr(getattr(type(function), "__call__", None), "__code__", None)  # noqa: B004
    return code


def _is_marked(function: Any) -> bool:
    """Whether ``inspect.markcoroutinefunction`` was told that a call gives a coroutine."""
    return getattr(function, "_is_coroutine_mark", None) is not None


def _parameters(code: Any) -> tuple[str, ...]:
    return () if code is None else code.co_varnames[: code.co_argcount]


def _rest(code: Any) -> str:
    if code is None or not code.co_flags & _HAS_REST:
        return "args"
    rest: str = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
    return rest
