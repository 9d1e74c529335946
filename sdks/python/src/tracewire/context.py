"""The current step across threads.

A new thread begins outside of every step, and so does the work that a ``ThreadPoolExecutor`` does. Nothing is patched to change
that; what should belong to the current step is bound to it::

    threading.Thread(target=tracewire.context.bind(work)).start()

    with tracewire.context.Executor(ThreadPoolExecutor(8)) as pool:
        results = list(pool.map(search, queries))

    future = tracewire.context.run_in_thread(work, 1, key=2)

``asyncio`` needs nothing: tasks, ``gather``, task groups and ``asyncio.to_thread`` take the current step with them.
"""

from __future__ import annotations

import concurrent.futures
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, TypeVar

from . import _place
from ._decorators import is_coroutine_function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import ParamSpec

    from ._place import Place
    from ._span import Span

    P = ParamSpec("P")

__all__ = ["Executor", "bind", "run_in_thread"]

Result = TypeVar("Result")

# An assignment, not an import: CPython calls methods of imported names by a slower way.
current = _place.current


def bind(function: Callable[P, Result]) -> Callable[P, Result]:
    """Have a function run below the step that is current now, in whatever thread, task or context it is called.

    An async function stays one. The function may be called many times, by many threads at once.

    Args:
        function: what to run.

    Example:
        >>> with span("fetch all"):
        ...     thread = threading.Thread(target=bind(fetch), args=(url,))
        ...     thread.start()

    """
    place = current.get()
    wrapper: Any = _bound_coroutine(function, place) if is_coroutine_function(function) else _bound(function, place)
    try:
        bound: Callable[P, Result] = update_wrapper(wrapper, function)
    except (AttributeError, TypeError):
        return wrapper  # type: ignore[no-any-return]
    return bound


def _bound(function: Callable[..., Any], place: Span | Place) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        outer = current.get()
        current.set(place)
        try:
            return function(*args, **kwargs)
        finally:
            current.set(outer)

    return run


def _bound_coroutine(function: Callable[..., Any], place: Span | Place) -> Callable[..., Any]:
    async def run(*args: Any, **kwargs: Any) -> Any:
        outer = current.get()
        current.set(place)
        try:
            return await function(*args, **kwargs)
        finally:
            current.set(outer)

    return run


def run_in_thread(function: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> concurrent.futures.Future[Result]:
    """Run a function below the current step in a thread of its own.

    The thread is a daemon: it does not keep the process alive.

    Returns:
        The future of its result, or of what it raises.

    Example:
        >>> future = run_in_thread(search, "otters")
        >>> future.result(timeout=5)

    """
    import threading

    future: concurrent.futures.Future[Result] = concurrent.futures.Future()
    bound = bind(function)

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = bound(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name=f"tracewire {getattr(function, '__name__', '')}", daemon=True).start()
    return future


class Executor(concurrent.futures.Executor):
    """An executor whose work belongs to the step that is current when it is submitted.

    Args:
        executor: what runs the work, such as a ``ThreadPoolExecutor``. It is shut down with this one.

    Example:
        >>> with Executor(ThreadPoolExecutor(8)) as pool, span("fetch all"):
        ...     pages = list(pool.map(fetch, urls))

    """

    def __init__(self, executor: concurrent.futures.Executor) -> None:
        self._executor = executor

    def submit(self, function: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> concurrent.futures.Future[Result]:
        """See ``concurrent.futures.Executor.submit``."""
        return self._executor.submit(bind(function), *args, **kwargs)

    def map(
        self,
        fn: Callable[..., Result],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
        **options: Any,
    ) -> Iterator[Result]:
        """See ``concurrent.futures.Executor.map``."""
        return self._executor.map(bind(fn), *iterables, timeout=timeout, chunksize=chunksize, **options)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """See ``concurrent.futures.Executor.shutdown``."""
        self._executor.shutdown(wait=wait, cancel_futures=cancel_futures)
