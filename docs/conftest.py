"""Every code block of every page is a test: ``python -m pytest docs``.

=====================================  ==========================================================================
a ``python`` block                      runs in the page's own interpreter; an exception fails it
a block with ``:caption: name``         is written to that file in the page's folder
``<!-- output -->`` and a block         is what the block before it prints
a ``console`` block                     its ``$ `` lines run in the page's folder; what follows is compared
``<!-- exits with 1 -->``               how commands end that do not end with 0
``<!-- not run: why -->``               the next block cannot run here; there are few of them, and they are counted
a ``typescript`` block                  is run by ``sdks/typescript/tests/docs``, and so is each page below ``docs/typescript``
``kotlin``, ``java``, ``swift``         stands in a file that the SDK's tests compile: a rule of ``cargo xtask lint``
=====================================  ==========================================================================

Ids, times, durations and sizes are not compared, and a line ``…`` stands for any lines. ``TRACEWIRE_DOCS_UPDATE=1`` takes over
what is printed now.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sybil import Region, Sybil

sys.path.insert(0, str(Path(__file__).parent))

from _running.blocks import RUN, SHOWN, Block, blocks_of
from _running.page import UPDATE, Page, PageError, command_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sybil import Document, Example


collect_ignore = ["spec", "_build"]
"""Made by the build: copies of the specification, and the site."""


def parse(document: Document) -> Iterator[Region]:
    """Give each block that is to be run, or written to a file."""
    if Path(document.path).parent.name == "typescript":
        # These pages are run by sdks/typescript/tests/docs.
        return
    for block in blocks_of(document.text):
        if block.why_not_run is not None:
            continue
        if block.language in RUN or block.file is not None:
            yield Region(block.start, block.end, block, evaluate)
        elif block.language not in SHOWN:
            raise ValueError(f"{document.path}:{block.line}: what is a block of {block.language or 'nothing'}?")


def evaluate(example: Example) -> None:
    """Run one block."""
    found = None
    example.namespace["path"] = example.path
    try:
        _evaluate(example.parsed, example.namespace["page"])
    except PageError as error:
        found = str(error)
    if found is not None:
        pytest.fail(found, pytrace=False)


def _evaluate(block: Block, page: Page) -> None:
    if block.file is not None:
        page.write(block)
    elif block.language == "python":
        page.run_python(block)
    else:
        if "tracewire " in block.text and command_line() is None:
            pytest.skip("there is no tracewire command; cargo build -p tracewire-cli, or TRACEWIRE_BIN")
        page.run_commands(block)


def begin(namespace: dict[str, Any]) -> None:
    """Give the page its folder."""
    folder = tempfile.TemporaryDirectory(prefix="tracewire-docs-")
    namespace["folder"] = folder
    place = Path(folder.name).resolve() / "agent"
    place.mkdir()
    namespace["page"] = Page(place)


def end(namespace: dict[str, Any]) -> None:
    """End the page's interpreter and take its folder away."""
    page: Page = namespace["page"]
    try:
        page.close()
        if UPDATE:
            path = Path(namespace["path"])
            path.write_text(page.updated(path.read_text(encoding="utf-8")), encoding="utf-8")
    finally:
        namespace["folder"].cleanup()


pytest_collect_file = Sybil(
    parsers=[parse],
    patterns=["*.md", "**/*.md"],
    setup=begin,
    teardown=end,
).pytest()
