"""The process's recorder: opened once, by ``init()`` or by the first step, and flushed at exit.

Nothing here raises into the host unless it asked for ``strict``. What goes wrong is counted by a code, logged once for each
code through ``logging.getLogger("tracewire")``, and shown by ``flush()``.
"""

from __future__ import annotations

from . import _native
from ._errors import TracewireError
from ._report import FlushReport, Stats

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Final, Literal, NoReturn, TypeAlias
    from weakref import WeakSet

    from ._client import Client
    from ._guards import Guards
    from ._opening import Opened
    from ._roots import Roots, Silent
    from .exporters import Exporter

    Captured: TypeAlias = Literal["input", "output", "chunks", "data", "attributes", "message"]
    Capture: TypeAlias = bool | Literal["input", "output"] | Mapping[Captured, bool]
    Recorder: TypeAlias = _native.Recorder | Roots | Silent
    Exporters: TypeAlias = Sequence[Exporter | str | Mapping[str, Any]] | Exporter | str | Mapping[str, Any]

EXIT_SECONDS: Final = 2.0
"""The longest that the flush at exit may keep the calling thread."""

_MOST_SHOWN: Final = 80

active: Recorder | None = None
"""The recorder in use; ``None`` until ``init()`` or the first step."""

opened: Opened | None = None
"""The recorder with its settings and exporters."""

_clients: WeakSet[Client] | None = None
"""Clients that have to be closed when the process ends."""

_says_roots = False
_errors: dict[str, int] = {}
_is_hooked = False
_is_strict = False


def init(
    *,
    service: str | None = None,
    dir: str | os.PathLike[str] | None = None,  # noqa: A002
    mode: Literal["local", "inline", "background"] | None = None,
    exporters: Exporters | None = None,
    sampling: float | Mapping[str, Any] | None = None,
    capture: Capture | None = None,
    mask: Callable[[str, Any], Any] | None = None,
    guards: Guards | Mapping[str, Any] | None = None,
    strict: bool | None = None,
    redact: Iterable[str] | None = None,
    redact_at: Literal["seal", "record"] | None = None,
    redact_key: str | None = None,
    media: bool | None = None,
    resource: Mapping[str, object] | None = None,
    session_id: str | None = None,
    environment: str | None = None,
    release: str | None = None,
    disabled: bool | None = None,
    quota_bytes: int | None = None,
    when_full: Literal["drop_newest", "drop_oldest", "block"] | None = None,
    block_bound: float | str | None = None,
    tail: Mapping[str, Any] | None = None,
    file_bytes: int | None = None,
    fsync: bool | None = None,
    store: bool | None = None,
    **unknown: NoReturn,
) -> None:
    """Configure the default client. Not needed: without it the first step opens one with what the environment says.

    Each argument can also stand in the environment, as ``TRACEWIRE_SERVICE``, ``TRACEWIRE_MODE``, …, or in the nearest
    ``tracewire.toml`` or ``tracewire.yaml`` from the working directory upward. An argument wins over the environment, and
    that over the file. What cannot be used is said once, with its source and a remedy, and is as if it were not there.

    Args:
        service: the name of the program, ``service.name`` of its resource; else ``OTEL_SERVICE_NAME`` or the script's name.
        dir: where journals live; else the nearest ``.tracewire`` from the working directory upward.
        mode: ``local`` writes the journal only, the default. ``inline`` also seals and delivers when a run ends, on its thread;
            the default where there are exporters. ``background`` has threads do that.
        exporters: where traces go besides the local store: exporters, names (``"console"``), or tables with their options
            (``{"type": "http", "url": "https://…"}``).
        sampling: the share of traces that is recorded, from 0 to 1, decided by the trace id; or ``{"rate": 0.1, "kinds":
            {"http": 0.01}}``, with other shares for traces whose root is of some kind.
        tail: what exporters get: ``{"errors": True, "slower_than": "2s", "costs_over": "0.10", "share": 0.05}``. Every step
            comes with its times, usage and cost; inputs and outputs of traces alone that one of these rules keeps. The journal
            and the local store have everything.
        capture: whether inputs and outputs are recorded, both (``True``), neither, or one of them; or a mapping from
            ``input``, ``output``, ``chunks``, ``data``, ``attributes`` and ``message`` to whether it is recorded, such as
            ``{"message": False}``. What it does not name is recorded.
        mask: called with a field's name and its value before anything is written; what it returns is recorded instead. If it
            raises, the field is left out and counted.
        guards: limits that calls are checked against before they begin: see ``Guards``. Where one is reached,
            ``BudgetExceeded`` or ``LoopDetected`` is raised instead of the call.
        strict: raise ``TracewireError`` for wrong use, and from ``flush()`` when something was lost.
        redact: what never leaves the journal: keys (``"password"``), detectors (``"@email"``, ``"@secrets"``, ``"@all"``),
            patterns (``"/ORD-[0-9]{8}/"``), and what is allowed (``"!support@example.com"``), each with what becomes of it
            (``"@email -> hash"``).
        redact_at: when that is removed: ``seal``, when the journal is sealed, or ``record``, before a record is written,
            while the caller waits.
        redact_key: the key of hashes that stand for what was removed.
        media: whether images, sound and films are told by their bytes, in what the journal becomes, and carried once. ``False``
            leaves them the bytes or the base64 that they are.
        resource: further attributes of the program.
        session_id: the conversation that runs belong to, where they do not say so themselves.
        environment: the deployment, such as ``production``.
        release: the version of the program.
        disabled: record nothing at all.
        quota_bytes: the most that all journals of the directory may take; what exceeds it is dropped and counted.
        when_full: what goes where ``quota_bytes`` is reached: the new record (``drop_newest``, the default), the oldest
            journals that nobody writes (``drop_oldest``), or the new record after a wait for room (``block``). What goes is
            counted.
        block_bound: how long a call may wait for room, in seconds or as a text such as ``"50ms"``; 0.1 by default.
        file_bytes: the size at which a journal file is closed and the next begun.
        fsync: force each record to the disk, which protects against loss of power, not only against the death of the process.
        store: whether journals wait for the local store. Without, they go when every exporter has them, and ``query`` may find
            nothing of them; where there is no exporter they wait all the same.
        unknown: there are no others; one more is said as a problem, with the name that it may have been meant for.

    Raises:
        TracewireError: for guards that cannot be used, and in strict mode for any other part of the configuration.
            Recording goes on all the same.

    Example:
        >>> init(service="research-agent", mode="background", exporters=["console"], redact=["api_key"])

    """
    given = {key: value for key, value in locals().items() if key != "unknown"}
    _configure(given, unknown, replaces=True)


def _configure(given: Mapping[str, Any], unknown: Mapping[str, Any], *, replaces: bool) -> None:
    global active, opened, _is_strict
    from ._config import Settings
    from ._opening import Opened

    settings = Settings(given, unknown)
    # Recording goes on whatever is wrong, so strict mode raises last; until then nothing does.
    _is_strict = False
    wrong = _errors.get("configuration", 0)
    fresh = Opened(settings, problem, says_roots=_says_roots)
    # Two threads may come here at once. A recorder makes no file before its first record, so the one too many is nothing.
    if replaces or active is None:
        previous, active, opened = opened, fresh.recorder, fresh
        _deliver_at_ends(fresh.delivers_at_ends)
        if previous is not None:
            previous.close(EXIT_SECONDS)
    else:
        fresh.close(0)
    prepare()
    _is_strict = bool(settings.get("strict"))
    if settings.problems:
        note(
            _errors,
            _is_strict and settings.refused is None,
            "configuration",
            "; ".join(settings.problems),
            None,
            count=len(settings.problems),
            always=True,
        )
    if settings.refused is not None and replaces:
        raise TracewireError("configuration", settings.refused)
    if _is_strict and _errors.get("configuration", 0) > wrong:
        raise TracewireError("configuration", "the configuration cannot be used as it is; the log says why")


def _deliver_at_ends(is_on: bool) -> None:
    """Have steps look whether they end a run, if that is what delivers."""
    from . import _making, _span

    _making.span_type = _span.Span
    if is_on:
        from ._default_client import default

        _making.span_type = default.span_type()


def open_default() -> Recorder:
    """Give the recorder, opened with what the environment says if nobody did."""
    if active is None:
        _configure({}, {}, replaces=False)
    found = active
    if found is None:  # Never, but for a test that takes it away.
        raise TracewireError("closed", "there is no recorder")
    return found


def use_roots() -> None:
    """From now on, roots of runs can say more than the native recorder knows of."""
    global active, _says_roots
    _says_roots = True
    recorder = open_default()
    if isinstance(recorder, _native.Recorder):
        from ._roots import Roots

        active = Roots(recorder)
        if opened is not None and opened.recorder is recorder:
            opened.recorder = active


def prepare(client: Client | None = None) -> None:
    """Do what the process needs once: its place in a trace, its exit, its forks."""
    global _clients, _is_hooked
    if client is not None:
        if _clients is None:
            from weakref import WeakSet

            _clients = WeakSet()
        _clients.add(client)
    if _is_hooked:
        return
    _is_hooked = True
    import atexit
    import os

    from ._place import NOWHERE
    from ._propagation import extract_environment

    NOWHERE._native = extract_environment()

    atexit.register(_at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_native.forked)


def flush(timeout: float = 5.0) -> FlushReport:
    """Deliver what the mode delivers, for at most ``timeout`` seconds, and say what became of everything recorded.

    What was recorded is in the journal already; a local program needs no flush to keep it.

    Raises:
        TracewireError: in strict mode, when records were dropped.

    """
    return _report(_counts("flush", timeout))


def stats() -> Stats:
    """Numbers of the recorder, without waiting for anything."""
    owner = opened if opened is not None and opened.recorder is active else None
    if owner is not None:
        return owner.stats()
    return Stats({} if active is None else active.stats(), {})


def shutdown(timeout: float = 5.0) -> FlushReport:
    """Flush and close the journal. What is recorded later is dropped and counted, until the next ``init()``."""
    return _report(_counts("close", timeout))


def seconds_of(timeout: object) -> float:
    """A timeout; what is none counts as nothing to wait."""
    if type(timeout) not in (int, float) or timeout != timeout:
        problem("invalid_timeout", f"a timeout is a number of seconds, not {shown(timeout)}")
        return 0.0
    return min(max(float(timeout), 0.0), 1e6)  # type: ignore[arg-type]


def _counts(action: str, timeout: float) -> dict[str, Any]:
    if active is None:
        return {}
    timeout = seconds_of(timeout)
    # A test may have put a recorder of its own in the place of the one that was opened.
    owner: Any = opened if opened is not None and opened.recorder is active else active
    counts: dict[str, Any] = getattr(owner, action)(timeout)
    return counts


def _report(counts: dict[str, Any]) -> FlushReport:
    notices = active.take_notices() if active is not None else []
    if notices:
        log(notices)
    report = FlushReport(counts, with_internal_errors({**_errors, **counts.get("errors", {})}))
    if _is_strict and report.dropped:
        raise TracewireError("records_dropped", f"records were dropped: {report.dropped}")
    return report


def with_internal_errors(errors: dict[str, int]) -> dict[str, int]:
    """The errors by code, with those of the native half."""
    panics, message = _native.internal_errors()
    if message is not None:
        problem("internal_error", message, count=0)
    if panics:
        errors["internal_error"] = panics
    return errors


def _at_exit() -> None:
    from contextlib import suppress

    closers = [client.shutdown for client in _clients or ()]
    for close in [*closers, shutdown]:
        with suppress(TracewireError):  # At exit there is nobody left to catch it; it is logged and counted.
            close(EXIT_SECONDS)


def problem(code: str, message: str, cause: BaseException | None = None, *, count: int = 1, always: bool = False) -> None:
    """Count something that went wrong, log it the first time, and raise it in strict mode."""
    note(_errors, _is_strict, code, message, cause, count=count, always=always)


def note(
    errors: dict[str, int],
    is_strict: bool,
    code: str,
    message: str,
    cause: BaseException | None,
    *,
    count: int = 1,
    always: bool = False,
) -> None:
    """The same for any client's errors."""
    is_first = code not in errors
    errors[code] = errors.get(code, 0) + count
    if is_first or always:
        log([message])
    if is_strict and code != "internal_error":
        raise TracewireError(code, message) from cause


def merged(problem: Callable[[str, str], None], facts: Mapping[str, Any], more: Any) -> dict[str, Any]:
    """Attributes with those that a program gave. What is no mapping is counted and left out."""
    if more is None:
        return dict(facts)
    try:
        return {**facts, **more}
    except Exception:  # noqa: BLE001
        # Whatever a mapping of the host's raises while it is read.
        problem("invalid_attributes", f"attributes are a mapping from names, not {type(more).__name__}")
        return dict(facts)


def text_of(value: object) -> str | None:
    """A text that a program gave, or the text of something plain. Code of the host is not run for it."""
    return value if value is None or issubclass(type(value), str) else shown(value)  # type: ignore[return-value]


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
