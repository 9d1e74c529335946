"""What an exception says about the step that it leaves. Loaded when the first one comes by."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from . import _native

_MOST_FRAMES = 100
_MOST_CAUSES = 8

_CANCELLED = (
    ("asyncio.exceptions", "CancelledError"),
    ("concurrent.futures", "CancelledError"),
    ("trio", "Cancelled"),
)
_TIMEOUT = (
    ("asyncio.exceptions", "TimeoutError"),
    ("concurrent.futures", "TimeoutError"),
    ("httpx", "TimeoutException"),
    ("requests", "Timeout"),
    ("trio", "TooSlowError"),
)


def end_with(
    native: _native.Span,
    error: BaseException,
    output: Any,
    attributes: dict[str, Any] | None,
    fields: dict[str, Any] | None,
) -> None:
    """End a step as what its exception says."""
    status = status_of(error)
    if status == "error" or status == "timeout":
        native.end(status, output, attributes, fields, error, stacktrace(error))
    else:
        native.end(status, output, attributes, fields)


def status_of(error: BaseException) -> str:
    """``error``, ``timeout``, ``cancelled``, or ``ok`` for an exit without a complaint."""
    if isinstance(error, (GeneratorExit, KeyboardInterrupt)) or _is_one_of(error, _CANCELLED):
        return "cancelled"
    if isinstance(error, TimeoutError) or _is_one_of(error, _TIMEOUT):
        return "timeout"
    if isinstance(error, SystemExit):
        return "error" if error.code else "ok"
    return "error"


def _is_one_of(error: BaseException, names: tuple[tuple[str, str], ...]) -> bool:
    """Compare with types of modules that the program has loaded; none is loaded for this."""
    for module, name in names:
        found = getattr(sys.modules.get(module), name, None)
        if isinstance(found, type) and isinstance(error, found):
            return True
    return False


def stacktrace(error: BaseException) -> str:
    """Where an exception came from, innermost last, and what caused it. No source is read: a disk can stall."""
    parts: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen and len(parts) < _MOST_CAUSES:
        seen.add(id(cause))
        parts.append(f"Traceback (most recent call last):\n{_frames(cause.__traceback__)}{type(cause).__qualname__}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\n\nbecause of or while handling what is above:\n\n".join(reversed(parts))


def _frames(traceback: TracebackType | None) -> str:
    lines: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        name = getattr(code, "co_qualname", code.co_name)
        lines.append(f'  File "{code.co_filename}", line {traceback.tb_lineno}, in {name}\n')
        traceback = traceback.tb_next
    if len(lines) > _MOST_FRAMES:
        half = _MOST_FRAMES // 2
        lines[half:-half] = [f"  … {len(lines) - 2 * half} frames …\n"]
    return "".join(lines)
