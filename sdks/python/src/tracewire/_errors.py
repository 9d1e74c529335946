"""The exceptions of the package."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from ._guards import Verdict


class TracewireError(Exception):
    """Wrong use or a loss, raised in strict mode only.

    Attributes:
        code: stable name of what went wrong.

    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class FormatError(TracewireError, ValueError):
    """Raised for what cannot be written or read in a format; the same input has the same error everywhere.

    Attributes:
        code: stable name of what went wrong: one of the specification's (``json_syntax``, ``toon_count``, ``csv_shape``, …), or
            one of Python's own values (``value_unserializable``, ``value_cycle``, ``value_too_deep``, ``value_too_large``,
            ``value_surrogate``, ``value_unreadable``), or ``text_surrogate``, ``format_unknown``, ``encoding_unknown``,
            ``level_unknown``; of journals ``journal_foreign``, ``journal_header``, ``journal_newer``; of rules of redaction
            ``redact_rule``, ``redact_pattern``.
        reason: what is wrong, and how to mend it.
        offset: how many bytes stand before the first bad one, of a text that was read.
        line: the line, from 1, of a text that was read.
        path: where in a value, as a JSON pointer; empty for all of it.

    Example:
        >>> tracewire.decode('{"a":1,}')
        Traceback (most recent call last):
        tracewire.FormatError: line 1, byte 7: a key is expected

    """

    def __init__(
        self, code: str, reason: str, offset: int | None = None, line: int | None = None, path: str | None = None
    ) -> None:
        places = [f"line {line}"] if line is not None else []
        places += [f"byte {offset}"] if offset is not None else []
        places += [path] if path else []
        super().__init__(code, f"{', '.join(places)}: {reason}" if places else reason)
        self.reason = reason
        self.offset = offset
        self.line = line
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.code, self.reason, self.offset, self.line, self.path)


class GuardStop(TracewireError):
    """Raised instead of a call that a guard stops; only where ``init(guards=…)`` asked for it.

    Attributes:
        verdict: which limit, and where it stands.

    """

    CODE: ClassVar[str] = "guard_stop"

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(self.CODE, verdict.message)
        self.verdict = verdict

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.verdict,)


class BudgetExceeded(GuardStop):
    """Raised instead of a call for which the budget of its session is too small.

    Example:
        >>> try:
        ...     agent("Find everything about otters.")
        ... except tracewire.BudgetExceeded as stop:
        ...     print(stop.verdict.rule, stop.verdict.used, stop.verdict.limit)

    """

    CODE = "budget_exceeded"


class LoopDetected(GuardStop):
    """Raised instead of a call that an agent makes again and again."""

    CODE = "loop_detected"
