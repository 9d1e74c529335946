"""The specification as pages of the site: copied from ``spec/`` before each build, with links that lead somewhere."""

from __future__ import annotations

import posixpath
import re
from functools import partial
from pathlib import Path
from typing import Any

REPOSITORY = "https://github.com/tracewire/tracewire/blob/main"

_DOCS = Path(__file__).resolve().parent.parent
_ROOT = _DOCS.parent
_LINK = re.compile(r"\]\((?P<target>[^)\s#]*)(?P<anchor>#[^)\s]*)?\)")


def pages() -> dict[str, str]:
    """Where each page of the specification stands in the site, both relative to the project."""
    found = {"spec/README.md": "docs/spec/index.md"}
    for path in sorted((_ROOT / "spec").rglob("*.md"), key=_place):
        name = path.relative_to(_ROOT).as_posix()
        found.setdefault(name, f"docs/{name.replace('/README.md', '/index.md')}")
    return found


def _place(path: Path) -> tuple[int, Path]:
    """What is looked up first stands first."""
    order = ["journal.md", "reference", "registry", "examples", "decisions"]
    part = path.relative_to(_ROOT / "spec").parts[0]
    return (order.index(part) if part in order else len(order), path)


def connect(app: Any) -> None:
    """Have the pages there before Sphinx looks for pages."""
    app.connect("builder-inited", lambda _: write())


def write() -> None:
    """Copy what has changed."""
    copied = pages()
    for source, target in copied.items():
        text = (_ROOT / source).read_text(encoding="utf-8")
        text = _LINK.sub(partial(_link, source=source, target=target, copied=copied), text)
        path = _ROOT / target
        path.parent.mkdir(parents=True, exist_ok=True)
        if source == "spec/README.md":
            text += _contents(copied)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _contents(copied: dict[str, str]) -> str:
    rest = [target.removeprefix("docs/spec/").removesuffix(".md") for target in copied.values()]
    return "\n".join(["", "```{toctree}", ":hidden:", "", *(page for page in rest if page != "index"), "```", ""])


def _link(link: re.Match[str], source: str, target: str, copied: dict[str, str]) -> str:
    to, anchor = link["target"], link["anchor"] or ""
    if not to or ":" in to:
        return link[0]
    meant = posixpath.normpath(posixpath.join(posixpath.dirname(source), to))
    for name in (meant, f"{meant}/README.md"):
        if name in copied:
            return f"]({posixpath.relpath(copied[name], posixpath.dirname(target))}{anchor})"
    return f"]({REPOSITORY}/{meant}{anchor})"
