"""What the validator says of a recording."""

from __future__ import annotations

import os

from . import _native
from ._errors import FormatError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, Literal, TypeAlias

    from .formats import Data, Delimiter, Format

    Level: TypeAlias = Literal["schema", "semantic", "canonical"]
    Severity: TypeAlias = Literal["error", "warning", "note"]

_WEIGHTS = {"note": 0, "warning": 1, "error": 2}
_MOST_KEPT = 10_000
_PART_BYTES = 1 << 20
_SUFFIXES = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".toon": "toon",
    ".csv": "csv",
    ".tsv": "csv",
    ".binpb": "proto",
    ".pb": "proto",
}


class Finding:
    """One thing that is wrong, where, and how to mend it.

    Attributes:
        code: stable, ``TW`` and four digits; the specification has a page for each.
        name: the same in words, such as ``time-digits``.
        severity: ``error``, ``warning`` or ``note``.
        level: from which level on it is looked for.
        requirement: what of the specification it stands on, such as ``TW-TIME-001``; may be empty.
        pointer: where in the document, as a JSON pointer; empty for all of it.
        line: the line, from 1, where known.
        column: the column in characters, from 1, where known.
        message: what is wrong here, in one sentence.
        fix: how to mend it, in one sentence.

    """

    __slots__ = ("code", "column", "fix", "level", "line", "message", "name", "pointer", "requirement", "severity")

    def __init__(self, row: _native._FindingRow) -> None:
        self.code, self.name = row[0], row[1]
        self.severity: Severity = row[2]
        self.level: Level = row[3]
        self.requirement, self.pointer, self.line, self.column, self.message, self.fix = row[4:]

    def as_dict(self) -> dict[str, Any]:
        """All of it, without what is not known."""
        members = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in members.items() if value is not None}

    def __str__(self) -> str:
        places = [f"line {self.line}"] if self.line is not None else []
        place = " ".join([*places, *([self.pointer] if self.pointer else [])])
        fix = f"; {self.fix}" if self.fix else ""
        return f"{self.severity} {self.code} {place}{': ' if place else ''}{self.message}{fix}"

    def __repr__(self) -> str:
        return f"<tracewire.Finding {self}>"


class Report:
    """What was found, and in how much. It is true where no error was found, so ``assert tracewire.validate(path)`` is a test.

    Attributes:
        findings: what was found, in the order of the input; the first 10,000 of it.
        documents: how many documents there were: lines of JSON Lines, or one.
        envelopes: how many envelopes.
        events: how many events, those in envelopes included.
        spans: how many steps were started.
        errors: how many errors were found in all.
        warnings: how many warnings.
        notes: how many notes.

    """

    __slots__ = ("documents", "envelopes", "errors", "events", "findings", "notes", "spans", "warnings")

    def __init__(self, findings: list[Finding], counts: Sequence[int]) -> None:
        self.findings = findings
        self.documents, self.envelopes, self.events, self.spans, self.errors, self.warnings, self.notes = counts

    @property
    def is_valid(self) -> bool:
        """Whether no error was found."""
        return self.errors == 0

    @property
    def codes(self) -> list[str]:
        """The codes of what was found, each once, sorted."""
        return sorted({finding.code for finding in self.findings})

    def raise_for_findings(self, severity: Severity = "error") -> None:
        """Raise for the first finding of this severity, or a worse one.

        Raises:
            FormatError: with the finding's ``code``, ``line``, and its pointer as ``path``.

        """
        found = [finding for finding in self.findings if _WEIGHTS[finding.severity] >= _WEIGHTS[severity]]
        if found:
            first = found[0]
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            reason = f"{first.message}{'; ' if first.fix else ''}{first.fix or ''}{more}"
            raise FormatError(first.code, reason, line=first.line, path=first.pointer)

    def __bool__(self) -> bool:
        return self.is_valid

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.findings), f"{self._totals()} in {_some(self.events, 'event')}"])

    def _totals(self) -> str:
        return ", ".join([_some(self.errors, "error"), _some(self.warnings, "warning"), _some(self.notes, "note")])

    def __repr__(self) -> str:
        return f"<tracewire.Report: {self._totals()}>"


def validate(
    data: Data | os.PathLike[str] | Mapping[str, Any] | Sequence[Any],
    level: Level = "semantic",
    format: Format | None = None,  # noqa: A002
    *,
    delimiter: Delimiter | None = None,
) -> Report:
    """Say what is wrong with events or envelopes that some emitter wrote, where, and how to mend it.

    JSON Lines of a file are read part by part, however many there are.

    Args:
        data: a path; or text or bytes; or events and envelopes as Python values in the specification's JSON form. A text is a
            path unless it has a line break, or begins with ``{`` or ``[``.
        level: ``schema`` looks at shapes, ``semantic`` also at what members and events say together, ``canonical`` also at the
            bytes.
        format: one of ``formats.FORMATS``; by default what the path's ending says, else JSON or JSON Lines.
        delimiter: what separates the cells of CSV.

    Raises:
        OSError: where a file cannot be read.
        FormatError: ``level_unknown``, ``format_unknown``. What is wrong with the input is a finding instead.

    Example:
        >>> for finding in tracewire.validate('{"seq":1,"time":"2026-11-21T04:30:00Z","type":"log"}'):
        ...     print(finding.code, finding.pointer)
        TW0107 /time

    """
    from . import formats

    validator = _native.Validator(level)
    kept: list[Finding] = []
    path = _path_of(data)
    if path is not None:
        suffix = os.path.splitext(path)[1].lower()
        name = format or _SUFFIXES.get(suffix, "json")
        separator = delimiter or ("tab" if suffix == ".tsv" else None)
        with open(path, "rb") as file:
            while name == "jsonl" and (part := file.read(_PART_BYTES)):
                validator.push_lines(part)
                _keep(kept, validator.findings())
            if name != "jsonl":
                validator.push_document(file.read(), name, formats._options(name, separator))
    elif isinstance(data, (str, bytes, bytearray, memoryview)):
        name = format or "json"
        validator.push_document(formats._data(data), name, formats._options(name, delimiter))
    else:
        validator.push_value(data)
    _keep(kept, validator.findings())
    rest, counts = validator.finish()
    _keep(kept, rest)
    return Report(kept, counts)


def _some(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _keep(kept: list[Finding], rows: list[_native._FindingRow]) -> None:
    kept.extend(map(Finding, rows[: _MOST_KEPT - len(kept)]))


def _path_of(data: object) -> str | None:
    if isinstance(data, os.PathLike):
        return str(os.fspath(data))
    if not isinstance(data, str) or not data.strip() or "\n" in data or data.lstrip()[0] in "{[":
        return None
    return data
