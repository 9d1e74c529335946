"""The code blocks of a page, with what their invisible comments say about them."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A fence, what it says about itself, and everything up to the same fence.
_FENCE = re.compile(
    r"^(?P<indent>[ ]*)(?P<fence>`{3,}|~{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)(?P=fence)[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_COMMENT = re.compile(r"<!--\s*(?P<text>(?:(?!-->).)*?)\s*-->\s*\Z", re.DOTALL)
_OPTION = re.compile(r"^:(?P<name>[\w-]+):[ ]*(?P<value>.*)\n", re.MULTILINE)

RUN = ("python", "console")
"""Languages whose blocks are run."""

SHOWN = ("typescript", "swift", "html", "text", "json", "toml", "yaml", "ini", "none", "ascii", "csv")
"""Languages whose blocks are only read: outputs, and files where they have a caption.
TypeScript runs in its SDK's tests; Swift is compiled by its own."""


@dataclass
class Block:
    """A code block."""

    language: str
    text: str
    line: int
    start: int
    end: int
    options: dict[str, str] = field(default_factory=dict)
    comment: str = ""
    output: Block | None = None

    @property
    def file(self) -> str | None:
        """The name under which the block is written to the page's folder: its caption."""
        return self.options.get("caption")

    @property
    def why_not_run(self) -> str | None:
        """What an author says about why it cannot run."""
        return self.comment.removeprefix("not run:").strip() if self.comment.startswith("not run:") else None

    @property
    def exit_code(self) -> int:
        """With what the commands of a shell block end."""
        found = re.fullmatch(r"exits with (\d+)", self.comment)
        return int(found[1]) if found else 0


def blocks_of(text: str) -> Iterator[Block]:
    """All blocks of a page in order; an output is part of the block before it."""
    last: Block | None = None
    for found in _FENCE.finditer(text):
        block = _block(text, found)
        if block is None:
            continue
        if block.comment == "output":
            if last is None:
                raise ValueError(f"line {block.line}: an output without a block before it")
            last.output, last.end = block, block.end
            continue
        if last is not None:
            yield last
        last = block
    if last is not None:
        yield last


def _block(text: str, found: re.Match[str]) -> Block | None:
    info = found["info"].strip()
    directive = re.fullmatch(r"\{(?P<name>[\w:-]+)\}[ ]*(?P<rest>.*)", info)
    if directive is not None and directive["name"] not in ("code-block", "code"):
        return None
    language = (directive["rest"] if directive else info).split(" ")[0]
    # `textwrap.dedent` would also take away what all lines of the code itself share.
    indent = len(found["indent"])
    body = "".join(line[indent:] if line[:indent].isspace() or not indent else line for line in found["body"].splitlines(True))
    options: dict[str, str] = {}
    skipped = 0
    if directive is not None:
        while option := _OPTION.match(body):
            options[option["name"]] = option["value"].strip()
            body, skipped = body[option.end() :], skipped + 1
        skipped += len(body) - len(body.lstrip("\n"))
        body = body.lstrip("\n")
    before = text[: found.start()]
    comment = _COMMENT.match(before, before.rfind("<!--")) if "<!--" in before else None
    return Block(
        language=language,
        text=textwrap.dedent(body) if not indent else body,
        line=text.count("\n", 0, found.start()) + 2 + skipped,
        start=found.start(),
        end=found.end(),
        options=options,
        comment=" ".join(comment["text"].split()) if comment else "",
    )
