"""Log lines in the trace, and the trace in log lines.

::

    logging.getLogger().addHandler(tracewire.logs.TracewireHandler(level=logging.INFO))

records what the program logs, each line where it was logged: with the ids of the step that was current. And ::

    handler.addFilter(tracewire.logs.TraceContextFilter())
    handler.setFormatter(logging.Formatter("%(levelname)s [%(trace_id)s %(span_id)s] %(message)s"))

puts these ids into the lines of any other handler.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar

from . import _recorder
from ._place import current
from ._propagation import current_context
from .exporters._base import is_exporting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

__all__ = ["TraceContextFilter", "TracewireHandler"]

_LEVELS: Final = ((10, "trace"), (20, "debug"), (30, "info"), (40, "warning"), (50, "error"))
# What every LogRecord has; anything else came by `extra`.
_USUAL: Final = frozenset(vars(logging.makeLogRecord({}))) | {"asctime", "message", "taskName", "trace_id", "span_id"}

_is_recording: ContextVar[bool] = ContextVar("tracewire_is_recording_a_log_line", default=False)


class TracewireHandler(logging.Handler):
    """Records each log line as a ``log`` event below the step that is current.

    What ``extra`` adds to a line becomes attributes of the event, an exception likewise. Left out are the package's own
    lines, those
    that come up while a line is being recorded (a ``__repr__`` that logs), and those of exporters: recording them would make
    further lines.

    Example:
        >>> logging.getLogger("agent").addHandler(TracewireHandler())

    """

    def emit(self, record: logging.LogRecord) -> None:
        """Record one line. Nothing that goes wrong reaches the program, or its standard error."""
        if _is_recording.get() or is_exporting.get() or record.name.partition(".")[0] == "tracewire":
            return
        _is_recording.set(True)
        try:
            fields = _fields(record)
            (_recorder.active or _recorder.open_default()).point("log", None, current.get()._native, fields)
        except Exception as error:  # noqa: BLE001 - a line's arguments may raise anything while they are formatted
            _recorder.problem(
                "log_not_recorded", f"a log line of {record.name} was not recorded: {type(error).__name__}", error
            )
        finally:
            _is_recording.set(False)


class TraceContextFilter(logging.Filter):
    """Gives every log record that passes ``trace_id`` and ``span_id`` of the step that is current. It holds nothing back.

    Add it to a handler, so that it sees the lines of all loggers.

    Args:
        default: what stands there when no step is current.

    """

    def __init__(self, default: str = "-") -> None:
        super().__init__()
        self._default = default

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the ids."""
        context = current_context()
        record.trace_id = self._default if context is None else context.trace_id
        record.span_id = self._default if context is None else context.span_id
        return True


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "code.file.path": record.pathname,
        "code.function.name": record.funcName,
        "code.line.number": record.lineno,
        "thread.name": record.threadName,
    }
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if error is not None:
        from ._exceptions import stacktrace

        kind = type(error)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        attributes |= {
            "exception.message": str(error),
            "exception.stacktrace": stacktrace(error),
            "exception.type": name,
        }
    attributes |= {key: value for key, value in vars(record).items() if key not in _USUAL}
    return {
        "message": record.getMessage(),
        "level": next((name for below, name in _LEVELS if record.levelno < below), "fatal"),
        "logger": record.name,
        "attributes": {key: value for key, value in attributes.items() if value is not None},
    }
