"""What must hold of the site as a whole."""

from __future__ import annotations

import re
import sys
from http import HTTPStatus
from importlib import import_module
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import generate
from _running.blocks import RUN, blocks_of
from _running.comparing import difference
from _running.page import COLUMNS, command_line
from _site import errors

import tracewire

MODULES = ("a2a", "analytics", "ap2", "context", "envelopes", "exporters", "logs", "manual", "mcp", "store", "testing")
INTERNAL = {"recorder_options"}
ELSEWHERE = ("typescript", "kotlin", "java", "swift")
"""Whose blocks, and pages, the SDKs' own tests run or compile."""
DOCS = Path(__file__).parent
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if page.relative_to(DOCS).parts[0] not in ("spec", "_build")]


def test_nearly_every_block_is_run() -> None:
    skipped = {}
    run = 0
    for page in PAGES:
        for block in blocks_of(page.read_text(encoding="utf-8")):
            if page.parent.name in ELSEWHERE or block.language in ELSEWHERE:
                continue
            if block.why_not_run is not None:
                skipped[f"{page.relative_to(DOCS)}:{block.line}"] = block.why_not_run
            elif block.language in RUN or block.file is not None:
                run += 1
    expected = [
        "how-to/handing-on.md",
        *["how-to/postgres.md"] * 5,
        "how-to/processes.md",
        *["how-to/serve.md"] * 4,
        "tutorial.md",
    ]
    assert sorted(place.split(":")[0] for place in skipped) == expected, skipped
    assert run >= 100


def test_code_is_as_wide_as_the_page() -> None:
    wide = [
        f"{page.relative_to(DOCS)}:{block.line + number}"
        for page in PAGES
        for block in blocks_of(page.read_text(encoding="utf-8"))
        for number, line in enumerate(block.text.splitlines())
        if len(line) > int(COLUMNS) and block.language in ("python", *ELSEWHERE)
    ]
    assert wide == []


def test_settings_are_those_of_the_code() -> None:
    page = DOCS / "reference" / "settings.md"
    assert generate.pages()[page] == page.read_text(encoding="utf-8"), "python docs/generate.py writes it"
    assert re.findall(r"^\| `(\w+)` \|", generate.settings(), re.MULTILINE)[:3] == ["block_bound", "capture", "database"]


def test_commands_are_those_of_the_binary() -> None:
    if command_line() is None:
        pytest.skip("there is no tracewire command")
    page = DOCS / "reference" / "cli.md"
    assert generate.pages()[page] == page.read_text(encoding="utf-8"), "python docs/generate.py writes it"


def test_every_error_code_is_in_the_reference() -> None:
    page = DOCS / "reference" / "errors.md"
    assert generate.pages()[page] == page.read_text(encoding="utf-8"), "python docs/generate.py writes it"
    parts = {part: errors.codes(part) for part in errors.PARTS}
    assert [part for part, codes in parts.items() if not codes] == []
    told = {code.name for codes in parts.values() for code in codes}
    assert set(errors.of_sources()) - told == set(), "a row of the table CODES beside it says what it means"
    # What a command can end with has an exit code and a way out; 4 stands for what a file says.
    from_files = {
        code.name for part in ("requests", "rejected", "prices", "no cost", "wire", "answers") for code in parts[part]
    }
    assert told - from_files - set(errors.outcomes()) == set()
    assert set(errors.outcomes()) - told == set()


def test_a_status_is_that_of_its_code() -> None:
    said = {code.name: code.status for code in errors.codes("answers")}
    newer = {"PAYLOAD_TOO_LARGE": HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
    for name, words in errors.of_sources().items():
        statuses = {int(newer.get(word) or HTTPStatus[word]) for word in words}
        if name in said:
            assert statuses <= {said[name]}, name


def test_every_public_name_is_in_the_reference() -> None:
    reference = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "reference" / "python").glob("*.md"))
    named = set(re.findall(r"^\.\. auto\w+:: (?:tracewire\.)?(\w+)", reference, re.MULTILINE))
    assert set(tracewire.__all__) - named - {"__version__"} == set()
    for page in MODULES:
        module = import_module(f"tracewire.{page}")
        text = (DOCS / "reference" / "python" / f"{page}.md").read_text(encoding="utf-8")
        # What is loaded when it is asked for is not among a module's members.
        whole = set(vars(module)) if ":members:\n" in text.split("\n.. auto", 2)[1] else set()
        assert set(module.__all__) - whole - named - INTERNAL == set(), page


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("step a  463 µs  ━━━╸", "step a    1.2 ms      ╺━"),
        ("trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace 00000000000000000000000000000001"),
        ("first\n…\nlast", "first\n2\n3\nlast"),
        ("…\nlast", "last"),
        ('question="Shall w… → 1', 'question="Sha… → 1'),
        ('tool a  query="Which?" → [1]    463 µs  ━╸', 'tool a · slow 89%  query="Wh… → [1]    1.2 ms  ━╸'),
        ("~ llm chat · $1 → $2", "~ llm chat · $1 → $2 · 18.0 µs → 27.0 µs"),
        ("trace: b0fb8bcf", 'trace: "57526928"'),
        ("trace b0fb8bcf --step ID", "trace abcdefab --step ID"),
        ("  9fa,null,agent,run,21,error,1,0", '  "902",null,agent,run,1.5,error,1,0'),
        ("trace: b0fb8bcf\n  - step: da7", 'trace: "1e234567"\n  - step: "1e5"'),
    ],
)
def test_what_changes_is_not_compared(shown: str, printed: str) -> None:
    assert difference(shown, printed) is None


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("step a", "step b"),
        ("first\n…\nlast", "first\n2"),
        ("", "something"),
        ("3 steps", "4 steps"),
        ("a\nb", "a\nb\nc"),
        ("defaced", "acceded"),
        ('query="Which?" → [1]', 'query="Wo… → [1]'),
        ('query="Which?" → [1]', 'query="Wh… → [2]'),
    ],
)
def test_what_differs_is_found(shown: str, printed: str) -> None:
    assert difference(shown, printed) is not None


def test_a_comment_speaks_of_the_block_behind_it_only() -> None:
    fence = "`" * 3
    console = f"<!-- not run: why -->\n{fence}console\n$ a\n{fence}\n\n"
    python = f"{fence}{{code-block}} python\n:caption: b.py\n\nb = 1\n{fence}\n"
    text = f"{console}{python}<!-- output -->\n{fence}text\n1\n{fence}\n"
    first, second = blocks_of(text)
    assert (first.why_not_run, first.file, first.output) == ("why", None, None)
    assert (second.why_not_run, second.file, second.text, second.line) == (None, "b.py", "b = 1\n", 9)
    assert second.output is not None
    assert second.output.text == "1\n"
