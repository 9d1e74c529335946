"""How docstrings become pages."""

from __future__ import annotations

import re
from typing import Any

_QUOTED = re.compile(r"(?<![`\w])`(?P<name>[^`\s][^`]*)`(?![`_])")


def connect(app: Any) -> None:
    """Prepare each docstring."""
    app.connect("autodoc-process-docstring", _docstring)


def _docstring(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Single back quotes are code, as in the pages."""
    lines[:] = [_QUOTED.sub(r"``\g<name>``", line) for line in lines]
