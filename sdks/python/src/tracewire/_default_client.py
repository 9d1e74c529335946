"""The default client: the one recorder of the process, whose methods are the module's functions."""

from __future__ import annotations

from . import _decorators, _recorder
from ._client import Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ._decorators import Call
    from ._place import Place
    from ._recorder import Recorder
    from ._report import FlushReport, Stats
    from ._span import Span


class Default(Client):
    """The client whose methods are the module's functions. It opens with the first step, or by ``init``."""

    def __init__(self) -> None:
        self._opened = None
        self._prepare()

    def _open(self) -> Recorder:
        return _recorder.active or _recorder.open_default()

    def _problem(self, code: str, message: str, cause: BaseException | None = None, *, count: int = 1) -> None:
        _recorder.problem(code, message, cause, count=count)

    def _begin(self, call: Call, place: Callable[[], Span | Place], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span:
        return _decorators.begin(call, place, args, kwargs)

    def _run_ended(self) -> None:
        opened = _recorder.opened
        if opened is not None and opened.recorder is _recorder.active:
            opened.run_ended()

    def waits_at_flush(self) -> bool:
        """Whether a flush may have to wait for an exporter."""
        return _recorder.opened is not None and _recorder.opened.pump is not None

    def flush(self, timeout: float = 5.0) -> FlushReport:
        """See ``tracewire.flush``."""
        return _recorder.flush(timeout)

    def stats(self) -> Stats:
        """See ``tracewire.stats``."""
        return _recorder.stats()

    def shutdown(self, timeout: float = 5.0) -> FlushReport:
        """See ``tracewire.shutdown``."""
        return _recorder.shutdown(timeout)


default: Client = Default()
"""The client of the module's functions."""


def get_client() -> Client:
    """Give the default client, whose methods are the module's functions."""
    return default
