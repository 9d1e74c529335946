"""Values and recordings in every format of the wire: JSON, JSON Lines, TOON, CSV, protobuf.

::

    text = tracewire.encode(rows, "toon")
    rows = tracewire.decode(text, "toon")
    table = tracewire.convert(open("traces.jsonl", "rb").read(), "jsonl", "csv")

===========  =====================================  =====================================================
``json``     any value                              canonical (RFC 8785): equal values have equal bytes
``jsonl``    the items of a list, one in each line  each line canonical JSON
``toon``     any value                              TOON 4.4, for language models to read
``csv``      a list of dicts                        RFC 4180; missing, ``None``, ``""`` and ``"1"`` stay apart
``proto``    any value                              protobuf, ``tracewire.v1``: envelopes and events have typed fields
===========  =====================================  =====================================================

What goes in is any Python value; what that becomes is the table of the specification, section 1. What comes out are plain
Python values. A tag of the wire becomes one where writing that again gives the same tag: ``int`` of any size, ``float`` with
``nan`` and the infinities, ``bytes``, ``Decimal``, ``datetime``, ``date``, ``time``. Any other tag stays a ``Tag``. Nothing is
lost without a word: what has no form raises ``FormatError``.
"""

from __future__ import annotations

from . import _native
from ._errors import FormatError
from ._tags import Tag
from ._validation import Finding, Report, validate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, TypeAlias, overload

    TextFormat: TypeAlias = Literal["json", "jsonl", "toon", "csv"]
    Format: TypeAlias = Literal["json", "jsonl", "toon", "csv", "proto"]
    Delimiter: TypeAlias = Literal["comma", "tab", "pipe", ",", "\t", "|"]
    Tags: TypeAlias = Literal["python", "keep"]
    Uniform: TypeAlias = Literal["group", "fill"]
    Encoding: TypeAlias = Literal["o200k", "cl100k"]
    Data: TypeAlias = str | bytes | bytearray | memoryview

__all__ = ["FORMATS", "Finding", "FormatError", "Report", "Tag", "convert", "count_tokens", "decode", "encode", "validate"]

FORMATS = ("json", "jsonl", "toon", "csv", "proto")
"""The formats that there are."""

_DELIMITERS = {"comma": ",", "tab": "\t", "pipe": "|"}
_TAKES = {
    "delimiter": ("toon", "csv"),
    "formula_safe": ("csv",),
    "indent": ("json", "toon"),
    "uniform": ("json", "jsonl", "toon", "csv"),
}
_MOST_SPACES = 64


def _options(
    format: str,  # noqa: A002
    delimiter: str | None = None,
    indent: int | None = None,
    formula_safe: bool = False,
    lenient: bool = False,
    uniform: str | None = None,
) -> tuple[str, int | None, bool, bool, str]:
    """What the native half is given; an option that does not belong to the format is a mistake, not a wish."""
    given = {"delimiter": delimiter, "indent": indent, "formula_safe": formula_safe or None, "uniform": uniform}
    for name, value in given.items():
        if value is not None and format in FORMATS and format not in _TAKES[name]:
            raise ValueError(f"{name} is an option of {', '.join(_TAKES[name])}, not of {format}")
    letter = "," if delimiter is None else _DELIMITERS.get(delimiter, delimiter)
    if letter not in _DELIMITERS.values():
        raise ValueError(f"delimiter must be comma, tab or pipe: {delimiter!r}")
    if indent is not None and not 1 <= indent <= _MOST_SPACES:
        raise ValueError(f"indent must be a number of spaces from 1 to {_MOST_SPACES}: {indent}")
    if uniform not in (None, "group", "fill"):
        raise ValueError(f"uniform must be group or fill: {uniform!r}")
    return letter, indent, lenient, formula_safe, (uniform or "-")[0]


def _keeps(tags: str) -> bool:
    if tags not in ("python", "keep"):
        raise ValueError(f"tags must be python or keep: {tags!r}")
    return tags == "keep"


def _data(data: Data) -> str | bytes | bytearray:
    if isinstance(data, memoryview):
        return data.tobytes()
    if isinstance(data, (str, bytes, bytearray)):
        return data
    raise TypeError(f"text or bytes are expected, not {type(data).__name__}")


if TYPE_CHECKING:

    @overload
    def encode(
        value: Any,
        format: TextFormat = "json",
        *,
        delimiter: Delimiter | None = None,
        indent: int | None = None,
        formula_safe: bool = False,
        uniform: Uniform | None = None,
        tags: Tags = "python",
        lenient: bool = False,
    ) -> str: ...
    @overload
    def encode(value: Any, format: Literal["proto"], *, tags: Tags = "python", lenient: bool = False) -> bytes: ...
    @overload
    def encode(
        value: Any,
        format: Format,
        *,
        delimiter: Delimiter | None = None,
        indent: int | None = None,
        formula_safe: bool = False,
        uniform: Uniform | None = None,
        tags: Tags = "python",
        lenient: bool = False,
    ) -> str | bytes: ...


def encode(
    value: Any,
    format: Format = "json",  # noqa: A002
    *,
    delimiter: Delimiter | None = None,
    indent: int | None = None,
    formula_safe: bool = False,
    uniform: Uniform | None = None,
    tags: Tags = "python",
    lenient: bool = False,
) -> str | bytes:
    r"""Write a value: a text, or bytes for ``proto``.

    JSON has its keys in canonical order; TOON and CSV keep the value's own. CSV lines end with CR LF: write such a text to a
    file with ``newline=""``.

    Args:
        value: any Python value; for CSV a list of dicts.
        format: one of ``FORMATS``.
        delimiter: what separates the cells of TOON and CSV: ``comma`` (the default), ``tab`` or ``pipe``.
        indent: spaces for each level, of TOON (2 by default) and JSON (by default one line without any).
        formula_safe: put a ``'`` before texts of CSV that a spreadsheet would take for a formula. Lossy: no reader takes it
            away.
        uniform: make lists of dicts uniform before they are written, for they are short as tables. ``fill`` gives each dict all
            keys, ``None`` where there was none; ``group`` makes of a list with dicts of several shapes a dict of lists. Both
            change the value, and nothing restores it.
        tags: ``keep`` says that the value is in the wire's form already: a dict with a key that begins with ``$`` is a tag,
            and not the program's own.
        lenient: write a mark in the place of what has no form, as a recording does, instead of raising.

    Raises:
        FormatError: for what has no form, with its ``path``; ``csv_shape`` for what is no table.

    Example:
        >>> print(tracewire.encode({"rows": [{"id": 1, "name": "plan"}, {"id": 2, "name": "act"}]}, "toon"))
        rows[2]{id,name}:
          1,plan
          2,act

    """
    given = _options(format, delimiter, indent, formula_safe, lenient, uniform)
    written: str | bytes = _native.encode(value, format, given, _keeps(tags))
    return written


def decode(
    data: Data,
    format: Format = "json",  # noqa: A002
    *,
    lenient: bool = False,
    delimiter: Delimiter | None = None,
    indent: int | None = None,
    tags: Tags = "python",
) -> Any:
    """Read a value.

    Args:
        data: text, or bytes: of a text in UTF-8.
        format: one of ``FORMATS``. JSON Lines and CSV give a list.
        lenient: mend what a writer of TOON gets wrong most: counts, repeated keys (the last value wins), odd indentation,
            blank lines, depths that are jumped. The other formats have nothing to mend.
        delimiter: what separates the cells of CSV; TOON says it itself.
        indent: spaces for each level of TOON, 2 by default.
        tags: ``keep`` leaves tags as dicts in the wire's form, and keys as they stand.

    Raises:
        FormatError: for what the format does not allow, with its ``line``, and ``offset`` where known.

    Example:
        >>> tracewire.decode('{"when": {"$time": "2026-11-21T04:30:00.000000000Z"}}')
        {'when': datetime.datetime(2026, 11, 21, 4, 30, tzinfo=datetime.timezone.utc)}

    """
    given = _options(format, None if format == "toon" else delimiter, indent, lenient=lenient)
    return _native.decode(_data(data), format, given, _keeps(tags))


if TYPE_CHECKING:

    @overload
    def convert(
        data: Data,
        from_format: Format,
        to_format: TextFormat,
        *,
        delimiter: Delimiter | None = None,
        indent: int | None = None,
        formula_safe: bool = False,
        uniform: Uniform | None = None,
        lenient: bool = False,
        from_delimiter: Delimiter | None = None,
        from_indent: int | None = None,
    ) -> str: ...
    @overload
    def convert(
        data: Data,
        from_format: Format,
        to_format: Literal["proto"],
        *,
        lenient: bool = False,
        from_delimiter: Delimiter | None = None,
        from_indent: int | None = None,
    ) -> bytes: ...
    @overload
    def convert(
        data: Data,
        from_format: Format,
        to_format: Format,
        *,
        delimiter: Delimiter | None = None,
        indent: int | None = None,
        formula_safe: bool = False,
        uniform: Uniform | None = None,
        lenient: bool = False,
        from_delimiter: Delimiter | None = None,
        from_indent: int | None = None,
    ) -> str | bytes: ...


def convert(
    data: Data,
    from_format: Format,
    to_format: Format,
    *,
    delimiter: Delimiter | None = None,
    indent: int | None = None,
    formula_safe: bool = False,
    uniform: Uniform | None = None,
    lenient: bool = False,
    from_delimiter: Delimiter | None = None,
    from_indent: int | None = None,
) -> str | bytes:
    r"""Write in one format what is read from another, without Python values in between.

    Args:
        data: text, or bytes in UTF-8.
        from_format: one of ``FORMATS``.
        to_format: one of ``FORMATS``.
        delimiter: as in ``encode``, of what is written.
        indent: as in ``encode``.
        formula_safe: as in ``encode``.
        uniform: as in ``encode``.
        lenient: as in ``decode``.
        from_delimiter: as ``delimiter`` in ``decode``, of what is read.
        from_indent: as ``indent`` in ``decode``.

    Raises:
        FormatError: as ``decode`` and ``encode``.

    Example:
        >>> tracewire.convert("id,name\r\n1,plan\r\n", "csv", "json")
        '[{"id":1,"name":"plan"}]'

    """
    source = _options(from_format, None if from_format == "toon" else from_delimiter, from_indent, lenient=lenient)
    target = _options(to_format, delimiter, indent, formula_safe, uniform=uniform)
    written: str | bytes = _native.convert(_data(data), (from_format, source), (to_format, target))
    return written


def count_tokens(
    value: Any,
    encoding: Encoding = "o200k",
    format: TextFormat | None = None,  # noqa: A002
    *,
    delimiter: Delimiter | None = None,
    indent: int | None = None,
    uniform: Uniform | None = None,
) -> int:
    """How many tokens a language model reads: the exact count of a byte-pair encoding, made here and offline.

    Args:
        value: a text, whose tokens are counted as it stands; or any other value, or a text with a ``format``, of which those of
            what ``encode`` makes of it are counted.
        encoding: ``o200k``, of GPT-4o, GPT-5, o1 and later; or ``cl100k``, of GPT-4 and GPT-3.5. Other vendors' models count
            otherwise, mostly some tenths more.
        format: ``json`` (the default), ``jsonl``, ``toon`` or ``csv``.
        delimiter: as in ``encode``.
        indent: as in ``encode``.
        uniform: as in ``encode``.

    Raises:
        FormatError: as ``encode``; ``encoding_unknown``.

    Example:
        >>> spans = [{"id": number, "name": "plan"} for number in range(100)]
        >>> tracewire.count_tokens(spans), tracewire.count_tokens(spans, format="toon")
        (901, 412)

    """
    if format is None and isinstance(value, str):
        return _native.count_tokens(value, encoding)
    text = encode(value, format or "json", delimiter=delimiter, indent=indent, uniform=uniform)
    return _native.count_tokens(text, encoding)
