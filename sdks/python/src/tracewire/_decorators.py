"""Decorators: a call of the function is a step.

The decorated function keeps what it is: a coroutine function stays one, a generator function stays one, and signature,
docstring and attributes are those of the original. What it returns, yields and raises reaches the caller unchanged.
"""

from __future__ import annotations

from functools import partial, update_wrapper

from . import _native, _place, _recorder
from ._making import begun

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol, TypeVar, overload

    from ._place import Place
    from ._span import Span

    Function = TypeVar("Function", bound=Callable[..., Any])
    Begin = Callable[["Call", Callable[[], Span | Place], tuple[Any, ...], dict[str, Any]], Span]

    class Decorator(Protocol):
        """Usable bare and with arguments."""

        @overload
        def __call__(self, function: Function, /) -> Function: ...
        @overload
        def __call__(
            self,
            name: str | None = None,
            *,
            capture_input: bool = True,
            capture_output: bool = True,
            attributes: Mapping[str, Any] | None = None,
        ) -> Callable[[Function], Function]: ...


# An assignment, not an import: CPython calls methods of imported names by a slower way.
current = _place.current

_GENERATOR = 0x20
_COROUTINE = 0x80
_ASYNC_GENERATOR = 0x200
_HAS_REST = 0x04

_MARK = "__tracewire__"

_Recorder = _native.Recorder


class Call:
    """What is the same for each call of a decorated function."""

    __slots__ = ("attributes", "capture_input", "capture_output", "kind", "name", "native", "parameters", "rest")

    def __init__(
        self, name: str, kind: str, attributes: Mapping[str, Any] | None, code: Any, capture_input: bool, capture_output: bool
    ) -> None:
        self.name = name
        self.kind = kind
        self.attributes = attributes
        self.parameters = _parameters(code)
        self.rest = _rest(code)
        self.capture_input = capture_input
        self.capture_output = capture_output
        self.native = _native.Call(name, kind, attributes, self.parameters, self.rest, capture_input, capture_output)


def begin(call: Call, place: Callable[[], Span | Place], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span:
    """Begin the step that a call is, and make it current."""
    above = place()._native
    recorder: Any = _recorder.active or _recorder.open_default()
    native = recorder.start_call(call.native if recorder.__class__ is _Recorder else call, above, args, kwargs)
    return begun(native, current.get())


class Tracer:
    """What ``trace(…)`` gives: a decorator, and a ``with`` block for the trace of a correlation id."""

    __slots__ = ("_begin", "_block", "_correlation_id", "_options", "_problem")

    def __init__(
        self,
        options: tuple[Any, ...],
        correlation_id: Any,
        begin: Begin = begin,
        problem: Callable[[str, str], None] = _recorder.problem,
    ) -> None:
        self._options = options
        self._correlation_id = correlation_id
        self._begin = begin
        self._problem = problem
        self._block: Any = None

    def __call__(self, function: Function, /) -> Function:
        """Make each call of the function a step."""
        place: Callable[[], Span | Place] = current.get
        if self._correlation_id is not None:
            from ._correlation import place_of

            place = place_of(self._correlation_id)
        name, kind, *captures, attributes = self._options
        decorated: Function = observe(
            function, name, kind, captures[0], captures[1], attributes, place, self._begin, self._problem
        )
        return decorated

    def __enter__(self) -> None:
        from ._correlation import Block

        name = self._options[0] if self._correlation_id is None else self._correlation_id
        self._block = Block(name, self._problem, self._block)

    def __exit__(self, *error: object) -> None:
        if self._block is not None:
            self._block = self._block.leave()

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(self, *error: object) -> None:
        self.__exit__()


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
        correlation_id: str | None = None,
    ) -> Tracer: ...


def trace(
    name: Any = None,
    kind: str = "step",
    *,
    capture_input: bool = True,
    capture_output: bool = True,
    attributes: Mapping[str, Any] | None = None,
    correlation_id: str | None = None,
) -> Any:
    """Make calls of a function, or of a class's public methods, steps; as a ``with`` block, one trace by its correlation id.

    Functions, methods, async functions, generators and async generators keep what they are. A decorated class stays the same
    class: its own public methods are steps named ``Class.method``, and its construction is not touched.

    Args:
        name: what the step is called; the function's name by default. Of a ``with`` block: the correlation id.
        kind: what it is, from the registry of span kinds.
        capture_input: whether the arguments are recorded.
        capture_output: whether the result, or what a generator yields, is recorded.
        attributes: facts that are the same for every call.
        correlation_id: the application's own id of the trace. Each call begins a run in that trace.

    Example:
        >>> @trace("look up", kind="retrieval", capture_output=False)
        ... def look_up(query: str) -> list[str]: ...

        Everything inside belongs to the trace whose id the correlation id decides, in every process that uses it:

        >>> with trace("order-17"):
        ...     look_up("otters")

    """
    if callable(name) or issubclass(type(name), (classmethod, staticmethod)):
        return observe(name, None, kind, capture_input, capture_output, attributes)
    return Tracer((name, kind, capture_input, capture_output, attributes), correlation_id)


def of_kind(
    called: str,
    kind: str | None = None,
    begin: Begin = begin,
    problem: Callable[[str, str], None] = _recorder.problem,
) -> Decorator:
    """The decorator that makes steps of one kind."""
    kind = kind or called
    is_operation = called == "operation"

    def decorator(
        name: Any = None,
        *,
        capture_input: bool = True,
        capture_output: bool = True,
        attributes: Mapping[str, Any] | None = None,
    ) -> Any:
        def decorate(function: Any) -> Any:
            facts = attributes
            if is_operation:
                name_of = given or getattr(function, "__name__", called)
                facts = _recorder.merged(problem, {"gen_ai.operation.name": name_of}, attributes)
            return observe(
                function, given, kind, capture_input, capture_output, facts, current.get, begin=begin, problem=problem
            )

        if callable(name) or issubclass(type(name), (classmethod, staticmethod)):
            given = None
            return decorate(name)
        given = _recorder.text_of(name)
        return decorate

    decorator.__name__ = decorator.__qualname__ = called
    decorator.__doc__ = _DOCUMENTED[called]
    return decorator


_DOCUMENTED = {
    name: f"Make each call of a function, or of a class's public methods, {what}; see ``trace``.\n\n    "
    f"Example:\n        >>> @{name}\n        ... def run(query: str) -> str: ...\n\n    "
    for name, what in {
        "agent": "a run of an agent (kind ``agent``)",
        "cache": "an access to a cache (kind ``cache``)",
        "chain": "a fixed sequence of steps (kind ``chain``)",
        "database": "an operation on a database (kind ``database``)",
        "embedding": "a request for vectors (kind ``embedding``)",
        "evaluator": "a judgement of a result (kind ``evaluator``)",
        "file_io": "an access to a file (kind ``file_io``)",
        "guardrail": "a check against a policy (kind ``guardrail``)",
        "handoff": "a hand-over to another agent (kind ``handoff``)",
        "http": "an HTTP request (kind ``http``)",
        "llm": "a request to a model (kind ``llm``)",
        "memory": "an access to an agent's memory (kind ``memory``)",
        "operation": "an operation: a step with its name as ``gen_ai.operation.name`` (kind ``step``)",
        "plan": "the making of a plan (kind ``plan``)",
        "rerank": "an ordering of documents (kind ``rerank``)",
        "retrieval": "a search for documents (kind ``retrieval``)",
        "step": "a step (kind ``step``)",
        "task": "a unit of work that somebody was given (kind ``task``)",
        "tool": "an execution of a tool (kind ``tool``)",
        "workflow": "a run whose steps the program fixes (kind ``workflow``)",
    }.items()
}
KINDS = {name: "step" if name == "operation" else name for name in _DOCUMENTED}
"""The kind that each decorator makes, by the decorator's name."""

agent = of_kind("agent")
cache = of_kind("cache")
chain = of_kind("chain")
database = of_kind("database")
embedding = of_kind("embedding")
evaluator = of_kind("evaluator")
file_io = of_kind("file_io")
guardrail = of_kind("guardrail")
handoff = of_kind("handoff")
http = of_kind("http")
llm = of_kind("llm")
memory = of_kind("memory")
operation = of_kind("operation", "step")
plan = of_kind("plan")
rerank = of_kind("rerank")
retrieval = of_kind("retrieval")
step = of_kind("step")
task = of_kind("task")
tool = of_kind("tool")
workflow = of_kind("workflow")


def observe(
    function: Any,
    name: str | None,
    kind: str,
    capture_input: bool,
    capture_output: bool,
    attributes: Mapping[str, Any] | None,
    place: Callable[[], Span | Place] = current.get,
    begin: Begin = begin,
    problem: Callable[[str, str], None] = _recorder.problem,
) -> Any:
    """Wrap ``function``; ``place`` says below which step a call belongs."""
    if isinstance(function, (classmethod, staticmethod)):
        wrapped = observe(function.__func__, name, kind, capture_input, capture_output, attributes, place, begin, problem)
        return type(function)(wrapped)
    if isinstance(function, type):
        from ._classes import observe_class

        return observe_class(function, name, kind, capture_input, capture_output, attributes, place, begin, problem)
    if not callable(function):
        problem("cannot_decorate", f"{_recorder.shown(function)} is not a function; it stays as it is")
        return function
    code = _code(function)
    called = _recorder.text_of(name) or getattr(function, "__name__", None) or type(function).__name__
    call = Call(called, kind, attributes, code, capture_input, capture_output)
    flags = 0 if code is None else code.co_flags
    if is_coroutine_function(function):
        wrapper = _around_coroutine(function, call, place, begin)
    elif flags & _GENERATOR:
        from ._streams import around_generator

        wrapper = around_generator(function, call, place, begin)
    elif flags & _ASYNC_GENERATOR:
        from ._streams import around_async_generator

        wrapper = around_async_generator(function, call, place, begin)
    else:
        wrapper = _around_function(function, call, place, begin)
    update_wrapper(wrapper, function)
    setattr(wrapper, _MARK, call)
    return wrapper


def is_observed(function: Any) -> bool:
    """Whether calls of a function are steps already."""
    return hasattr(getattr(function, "__func__", function), _MARK)


def _around_function(
    function: Callable[..., Any], call: Call, place: Callable[[], Span | Place], begin: Begin
) -> Callable[..., Any]:
    capture_output = call.capture_output

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        step = begin(call, place, args, kwargs)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            step.__exit__(None, error, None)
            raise
        if result is not None and capture_output and step._output is ...:
            step._output = result
        step.__exit__(None, None, None)
        return result

    return wrapper


def _around_coroutine(
    function: Callable[..., Any], call: Call, place: Callable[[], Span | Place], begin: Begin
) -> Callable[..., Any]:
    capture_output = call.capture_output

    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        step = begin(call, place, args, kwargs)
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            step.__exit__(None, error, None)
            raise
        if result is not None and capture_output and step._output is ...:
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


def is_coroutine_function(function: Any) -> bool:
    """Whether a call gives a coroutine: by its code, or because ``inspect.markcoroutinefunction`` was told so."""
    code = _code(function)
    is_marked = getattr(function, "_is_coroutine_mark", None) is not None
    return is_marked or (code is not None and bool(code.co_flags & _COROUTINE))


def _parameters(code: Any) -> tuple[str, ...]:
    return () if code is None else code.co_varnames[: code.co_argcount]


def _rest(code: Any) -> str:
    if code is None or not code.co_flags & _HAS_REST:
        return "args"
    rest: str = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
    return rest
