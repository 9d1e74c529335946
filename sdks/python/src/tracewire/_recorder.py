"""The process's recorder: opened once, by ``init()`` or by the first step, and flushed at exit.

Nothing here raises into the host unless it asked for ``strict``. What goes wrong is counted by a code, logged once for each
code through ``logging.getLogger("tracewire")``, and shown by ``flush()``.
"""

from __future__ import annotations

import sys

from . import _native
from ._errors import TracewireError
from ._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from typing import Any, Final, Literal, TypeAlias

    from ._roots import Roots, Silent

    Recorder: TypeAlias = _native.Recorder | Roots | Silent

EXIT_SECONDS: Final = 2.0
"""The longest that the flush at exit may keep the calling thread."""

_MOST_SHOWN: Final = 80

active: Recorder | None = None
"""The recorder in use; ``None`` until ``init()`` or the first step."""

_says_roots = False
_errors: dict[str, int] = {}
_is_hooked = False
_is_strict = False


class FlushReport:
    """What became of everything that this process recorded.

    Attributes:
        written: records in the journal; they survive the death of the process.
        sealed: of these, events that this process has sealed into envelopes (modes ``inline`` and ``background``).
        sent: of these, events that every sink has acknowledged.
        pending: records that a sink has not acknowledged yet.
        dropped: records lost, by reason.
        errors: mistakes and internal errors that cost no exception, by code.

    """

    __slots__ = ("dropped", "errors", "pending", "sealed", "sent", "written")

    def __init__(self, counts: Mapping[str, Any], errors: dict[str, int]) -> None:
        self.written: int = counts.get("written", 0)
        self.sealed: int = counts.get("sealed", 0)
        self.sent: int = counts.get("sent", 0)
        self.pending: int = counts.get("pending", 0)
        self.dropped: dict[str, int] = counts.get("dropped", {})
        self.errors = errors

    def __repr__(self) -> str:
        return f"FlushReport({', '.join(f'{name}={getattr(self, name)!r}' for name in sorted(self.__slots__))})"


def init(
    *,
    service: str | None = None,
    dir: str | os.PathLike[str] | None = None,  # noqa: A002
    mode: Literal["local", "inline", "background"] = "local",
    strict: bool = False,
    resource: Mapping[str, object] | None = None,
    capture: bool | Literal["input", "output"] = True,
    redact: Iterable[str] = (),
    quota_bytes: int | None = None,
    file_bytes: int | None = None,
    fsync: bool = False,
) -> None:
    """Open the process's recorder. Not needed: without it the first step opens one with the defaults.

    Args:
        service: the name of the program, ``service.name`` of its resource; else ``OTEL_SERVICE_NAME`` or the script's name.
        dir: where journals live; else ``TRACEWIRE_DIR``, else the nearest ``.tracewire`` from the working directory upward.
        mode: ``local`` writes the journal only. ``inline`` also seals and delivers when a run ends, on its thread.
            ``background`` has a native thread do that.
        strict: raise ``TracewireError`` for wrong use, and from ``flush()`` when something was lost.
        resource: further attributes of the program.
        capture: whether inputs and outputs are recorded, both (``True``), neither, or one of them.
        redact: keys whose values never leave the journal.
        quota_bytes: the most that all journals of the directory may take; what exceeds it is dropped and counted.
        file_bytes: the size at which a journal file is closed and the next begun.
        fsync: force each record to the disk, which protects against loss of power, not only against the death of the process.

    Raises:
        TracewireError: in strict mode, for a configuration that cannot be used. Otherwise the defaults are.

    """
    global active, _is_strict
    _is_strict = bool(strict)
    options: dict[str, object] = {
        "capture_input": capture in (True, "input"),
        "capture_output": capture in (True, "output"),
        "resource": _resource(service, resource),
        "dir": dir,
        "mode": mode,
        "redact": list(redact),
        "quota_bytes": quota_bytes,
        "file_bytes": file_bytes,
        "fsync": fsync,
    }
    previous, active = active, _open(options)
    if previous is not None:
        previous.close(EXIT_SECONDS)


def open_default() -> Recorder:
    """Give the recorder, opened with the defaults if nobody did."""
    global active
    if active is None:
        # Two threads may come here at once. A recorder makes no file before its first record, so the one too many is nothing.
        opened = _open({"resource": _resource(None, None)})
        if active is None:
            active = _with_roots(opened) if _says_roots else opened
    return active


def _with_roots(recorder: _native.Recorder) -> Recorder:
    from ._roots import Roots

    return Roots(recorder)


def use_roots() -> None:
    """From now on, roots of runs can say more than the native recorder knows of."""
    global active, _says_roots
    _says_roots = True
    recorder = open_default()
    if isinstance(recorder, _native.Recorder):
        active = _with_roots(recorder)


def _open(options: dict[str, object]) -> _native.Recorder:
    try:
        recorder = _native.Recorder(options)
    except (TypeError, ValueError, OverflowError) as error:
        problem("configuration", f"{error}; the defaults are used", error)
        recorder = _native.Recorder({"resource": options["resource"]})
    _prepare()
    return recorder


def _prepare() -> None:
    """Do what the process needs once: its place in a trace, its exit, its forks."""
    global _is_hooked
    if _is_hooked:
        return
    _is_hooked = True
    import atexit
    import os

    from ._place import NOWHERE
    from ._propagation import from_environment

    NOWHERE._native = from_environment()

    atexit.register(_at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_native.forked)


def _resource(service: str | None, more: Mapping[str, object] | None) -> dict[str, object]:
    import os

    script = os.path.basename(sys.argv[0]) if sys.argv else ""
    resource: dict[str, object] = {
        "process.runtime.name": sys.implementation.name,
        "process.runtime.version": ".".join(str(part) for part in sys.version_info[:3]),
        "service.name": service or os.environ.get("OTEL_SERVICE_NAME") or script or "python",
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "tracewire",
        "telemetry.sdk.version": __version__,
    }
    try:
        resource.update(more or {})
    except (TypeError, ValueError) as error:
        problem("configuration", f"resource: {error}", error)
    return resource


def flush(timeout: float = 5.0) -> FlushReport:
    """Deliver what the mode delivers, for at most ``timeout`` seconds, and say what became of everything recorded.

    What was recorded is in the journal already; a local program needs no flush to keep it.

    Raises:
        TracewireError: in strict mode, when records were dropped.

    """
    recorder = active
    return _report({} if recorder is None else recorder.flush(timeout))


def shutdown(timeout: float = 5.0) -> FlushReport:
    """Flush and close the journal. What is recorded later is dropped and counted, until the next ``init()``."""
    recorder = active
    return _report({} if recorder is None else recorder.close(timeout))


def _report(counts: dict[str, Any]) -> FlushReport:
    notices = active.take_notices() if active is not None else []
    if notices:
        log(notices)
    panics, message = _native.internal_errors()
    if message is not None:
        problem("internal_error", message, count=0)
    errors = dict(_errors)
    if panics:
        errors["internal_error"] = panics
    report = FlushReport(counts, errors)
    if _is_strict and report.dropped:
        raise TracewireError("records_dropped", f"records were dropped: {report.dropped}")
    return report


def _at_exit() -> None:
    from contextlib import suppress

    with suppress(TracewireError):  # At exit there is nobody left to catch it; it is logged and counted.
        shutdown(EXIT_SECONDS)


def problem(code: str, message: str, cause: BaseException | None = None, *, count: int = 1) -> None:
    """Count something that went wrong, log it the first time, and raise it in strict mode."""
    is_first = code not in _errors
    _errors[code] = _errors.get(code, 0) + count
    if is_first:
        log([message])
    if _is_strict and code != "internal_error":
        raise TracewireError(code, message) from cause


def shown(value: object) -> str:
    """A value for a message. Code of the host is not run for it."""
    if value is None or type(value) in (bool, int, float, str):
        text = repr(value)
        return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
    return f"a {type(value).__name__}"


def log(messages: Iterable[str]) -> None:
    """Log what the recorder or this package has to say, as one line. The native half calls this too."""
    import logging

    logging.getLogger("tracewire").warning("%s", "; ".join(messages))
