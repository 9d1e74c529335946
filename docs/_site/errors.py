"""The error codes of all crates, from the tables that stand beside what has them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_TEXT: Final = r'"((?:[^"\\]|\\.)*)"'
_OPTION: Final = re.compile(r"pg_dump --[^\s,]+( --[^\s,]+)*|--header '[^']*'|--[a-z][a-z-]*( 0)?")
_CLI: Final = "apps/cli/src/error/codes.rs"
_SERVER: Final = "apps/server/src/problem/codes.rs"

PARTS: Final = {
    "command line": _CLI,
    "answers": _SERVER,
    "server": "apps/server/src/error.rs",
    "sending": "apps/server/src/outward/mod.rs",
    "store": "core/store/src/error.rs",
    "recorder": "core/recorder/src/error.rs",
    "requests": "core/otlp/src/error.rs",
    "rejected": "core/otlp/src/import/mod.rs",
    "prices": "core/insight/src/prices/mod.rs",
    "no cost": "core/insight/src/cost.rs",
    "conformance": "conformance/runner/src/error.rs",
    "wire": "core/wire/src/error.rs",
}
"""The parts of the page, and the file that has the table of each."""


class Code(NamedTuple):
    """A code, and what its table says of it."""

    name: str
    says: str
    status: int | None = None
    mend: str = ""


def codes(part: str) -> list[Code]:
    """The codes of a part, in the order of its table."""
    path = PARTS[part]
    rows = _table(path, "CODES")
    if path == _SERVER:
        found = re.findall(rf"\(\s*{_TEXT},\s*(\d+),\s*{_TEXT},\s*{_TEXT},?\s*\)", rows)
        return [Code(name, _plain(says), int(status), _plain(mend)) for name, status, says, mend in found]
    return [Code(name, _plain(says)) for name, says in re.findall(rf"\(\s*{_TEXT},\s*{_TEXT},?\s*\)", rows)]


def outcomes() -> dict[str, tuple[int, str]]:
    """With which exit code the command line ends, and what to do, by code."""
    text = (_ROOT / _CLI).read_text(encoding="utf-8")
    exits = {name: int(number) for name, number in re.findall(r"const (EXIT_\w+): u8 = (\d+);", text)}
    found = re.findall(rf"\(\s*{_TEXT},\s*(EXIT_\w+),\s*{_TEXT},?\s*\)", _table(_CLI, "OUTCOMES"))
    return {name: (exits[exit_name], _plain(mend)) for name, exit_name, mend in found}


def table(part: str) -> str:
    """A part of the page."""
    found = codes(part)
    ends = outcomes()
    if part == "answers":
        head = ["code", "status", "says", "what to do"]
        rows = [[f"`{code.name}`", str(code.status), code.says, code.mend] for code in found]
    elif all(code.name in ends for code in found):
        head = ["code", "exit code", "says", "what to do"]
        rows = [[f"`{code.name}`", str(ends[code.name][0]), code.says, ends[code.name][1]] for code in found]
    else:
        head = ["code", "says"]
        rows = [[f"`{code.name}`", code.says] for code in found]
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in [head, *rows]]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def of_sources() -> dict[str, set[str]]:
    """Each code that the sources give somewhere, and the statuses that stand beside it there."""
    found: dict[str, set[str]] = {}
    for folder in ("core", "apps/cli", "apps/server", "conformance/runner"):
        for path in sorted((_ROOT / folder).rglob("src/**/*.rs")):
            text = path.read_text(encoding="utf-8").split("\n#[cfg(test)]\nmod tests {")[0]
            for body in re.findall(r"fn code\(&self\) -> &'static str \{\n(.*?)\n    \}\n", text, re.DOTALL):
                for name in re.findall(r'=> "(\w+)"', body):
                    found.setdefault(name, set())
            for name in re.findall(r'(?:Rejected::new|wrong)\(\s*"((?:otlp|prices)_\w+)"', text):
                found.setdefault(name, set())
            for status, name in re.findall(r'StatusCode::([A-Z_]+),\s*"(\w+)"', text):
                found.setdefault(name, set()).add(status)
    return found


def _table(path: str, name: str) -> str:
    text = (_ROOT / path).read_text(encoding="utf-8")
    found = re.search(rf"const {name}: [^=]* = &\[\n(.*?)\n\s*\];", text, re.DOTALL)
    if found is None:
        raise ValueError(f"{path} has no table {name}")
    return found[1]


def _plain(text: str) -> str:
    """As the page has it: options are code."""
    parts = text.replace('\\"', '"').split("`")
    parts[::2] = [_OPTION.sub(r"`\g<0>`", part) for part in parts[::2]]
    return "`".join(parts)
