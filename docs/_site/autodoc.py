"""How docstrings become pages."""

from __future__ import annotations

import re
from typing import Any

_QUOTED = re.compile(r"(?<![`\w])`(?P<name>[^`\s][^`]*)`(?![`_])")


def connect(app: Any) -> None:
    """Prepare each docstring."""
    app.connect("autodoc-process-docstring", _docstring)
    app.connect("autodoc-process-signature", _signature)


def _docstring(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Single back quotes are code, as in the pages."""
    lines[:] = [_QUOTED.sub(r"``\g<name>``", line) for line in lines]


def _signature(
    app: Any, what: str, name: str, obj: Any, options: Any, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """What only catches misspelt arguments is no argument; ``...`` stands for one that was not given."""
    if signature is not None:
        signature = signature.replace(", **unknown: NoReturn", "").replace(" = Ellipsis", " = ...").replace("=Ellipsis", "=...")
    return signature, returns
