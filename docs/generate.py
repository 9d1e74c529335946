"""Writes the parts of pages that the code decides: ``python docs/generate.py``; with ``--check`` it only compares.

The settings come from the table in ``core/recorder/src/config/key.rs``, the commands from ``tracewire --help``, error codes
from the tables ``CODES`` that stand beside what has them.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))

from _running.page import COLUMNS, command_line
from _site import errors

_DOCS: Final = Path(__file__).resolve().parent
_KEYS: Final = _DOCS.parent / "core" / "recorder" / "src" / "config" / "key.rs"
_TEXT: Final = r'"((?:[^"\\]|\\.)*)"'
_KEY: Final = re.compile(
    rf"key\(\s*{_TEXT},\s*Kind::(\w+)(?:\(&\[([^\]]*)\]\))?,\s*{_TEXT},\s*{_TEXT},\s*{_TEXT},?\s*\)", re.DOTALL
)
_KINDS: Final = {
    "Text": "text",
    "Path": "a path; in a file, seen from the file's folder",
    "Word": "one of {}",
    "Switch": "`true`, `false`{}",
    "Capture": "`true`, `false`, `input`, `output`, or a table of [fields](../how-to/masking.md#field-by-field)",
    "Sampling": "a number from 0 to 1, or a table of `rate` and `kinds`; in the environment `0.1,http=0.01`",
    "Bytes": "bytes: `1048576`, `512 MB`, `1.5 GiB`",
    "Duration": "a time: seconds, `100ms`, `2s`, `10m`",
    "Tail": "a table of [rules](../how-to/sampling.md#content-of-the-traces-that-matter)",
    "Texts": "a list of texts",
    "Rules": "a list of [rules](../how-to/masking.md)",
    "Secret": "text, shown to nobody",
    "Exporters": "a list of names and tables",
    "Tables": "a table of tables; JSON in the environment",
    "Table": "a table",
}


def settings() -> str:
    """The table of all settings."""
    lines = ["| setting | is | by default | example | what it is for |", "|---|---|---|---|---|"]
    found = _KEY.findall(_KEYS.read_text(encoding="utf-8"))
    for name, kind, words, default, example, told in found:
        quoted = [f"`{word}`" for word in re.findall(r'"([^"]+)"', words)]
        shown = ", ".join(quoted) if kind == "Word" else "".join(f", {word}" for word in quoted)
        what = _KINDS[kind].format(shown)
        plain = example.replace('\\"', '"')
        lines.append(f"| `{name}` | {what} | {default} | `{plain}` | {told} |")
    return "\n".join(lines)


def commands(binary: str) -> str:
    """The help of all commands, without what they have in common."""
    whole = _help(binary)
    return "\n\n".join([f"```text\n{whole.strip()}\n```", *_below(binary, whole)])


def _below(binary: str, whole: str, *outer: str) -> list[str]:
    """The help of each command that another one's help names, and of those below it."""
    parts = []
    for name in re.findall(r"^  (\w+)  ", whole.split("Commands:")[1].split("\n\n")[0], re.MULTILINE):
        if name == "help":
            continue
        command = (*outer, name)
        text = _help(binary, *command)
        told, rest = text.split("\n", 1)
        title = f"{'#' * (len(command) + 1)} `tracewire {' '.join(command)}`"
        parts.append(f"{title}\n\n{_markdown(told)}.\n\n```text\n{_without_common(rest).strip()}\n```")
        if "\nCommands:\n" in rest:
            parts += _below(binary, rest, *command)
    return parts


def _help(binary: str, *command: str) -> str:
    done = subprocess.run(
        [binary, *command, "--help"], check=True, capture_output=True, text=True, env={"COLUMNS": COLUMNS, "NO_COLOR": "1"}
    )
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"


def _without_common(text: str) -> str:
    """Leave out the options that all commands have; they are shown once."""
    common = r"      --dir <PATH>\n.*?  -V, --version\n          Print version\n"
    text = re.sub(common, "", text, flags=re.DOTALL)
    return re.sub(r"Options:\s*(?=\n\n[A-Z]|\Z)", "", text)


def _markdown(text: str) -> str:
    return text.strip().rstrip(".")


def written(page: Path, name: str, made: str) -> str:
    """The page with the part between its marks replaced."""
    return replaced(page.read_text(encoding="utf-8"), name, made)


def replaced(text: str, name: str, made: str) -> str:
    """The text with the part between its marks replaced."""
    begin, end = f"<!-- begin: {name} -->\n", f"\n<!-- end: {name} -->"
    before, rest = text.split(begin, 1)
    return f"{before}{begin}{made}{end}{rest.split(end, 1)[1]}"


def pages() -> dict[Path, str]:
    """Each page that has such a part, as it should be. Without a command line its page is left out."""
    reference = _DOCS / "reference"
    made = {reference / "settings.md": written(reference / "settings.md", "settings", settings())}
    page = reference / "errors.md"
    for name in errors.PARTS:
        made[page] = replaced(made.get(page, page.read_text(encoding="utf-8")), name, errors.table(name))
    folder = command_line()
    if folder is not None:
        made[reference / "cli.md"] = written(reference / "cli.md", "commands", commands(f"{folder}/tracewire"))
    return made


def main() -> int:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 where a page is not as it should be")
    is_checking = parser.parse_args().check
    stale = {page: text for page, text in pages().items() if page.read_text(encoding="utf-8") != text}
    for page, text in stale.items():
        if not is_checking:
            page.write_text(text, encoding="utf-8")
        did = "not as the code says" if is_checking else "written"
        sys.stdout.write(f"{did}: {page.relative_to(_DOCS.parent)}\n")
    return 1 if stale and is_checking else 0


if __name__ == "__main__":
    sys.exit(main())
