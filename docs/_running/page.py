"""A page that is being run: its folder, its interpreter and its environment."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .comparing import ELSEWHERE, difference

if TYPE_CHECKING:
    from .blocks import Block

UPDATE = os.environ.get("TRACEWIRE_DOCS_UPDATE")
"""``1`` takes over outputs that are others than shown, ``all`` also those in which only ids and times are others."""

SECONDS = 60
"""The longest that one block may take."""

COLUMNS = "92"
"""How wide a terminal is: as wide as the site's column."""

HOME = "~/agent"
"""What the pages call the folder in which they run."""

_ROOT = Path(__file__).resolve().parent.parent.parent
_PACKAGE = _ROOT / "sdks" / "python" / "src"


class PageError(AssertionError):
    """What a page shows is not what happens."""


def command_line() -> str | None:
    """The folder of the ``tracewire`` command: ``TRACEWIRE_BIN``, what cargo built, or the path."""
    named = os.environ.get("TRACEWIRE_BIN")
    target = Path(os.environ.get("CARGO_TARGET_DIR", _ROOT / "target"))
    built = [target / profile / "tracewire" for profile in ("ci", "release", "debug")]
    found = [Path(named)] if named else [path for path in built if path.is_file()]
    if found:
        return str(found[0].parent)
    on_path = shutil.which("tracewire")
    return None if on_path is None else str(Path(on_path).parent)


class Page:
    """One page, run from top to bottom in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # A folder that is there is the nearest one upward, whatever lies above the temporary folder.
        (folder / ".tracewire").mkdir(mode=0o700)
        self.environment = self._environment()
        self._output = folder.parent / f"{folder.name}.out"
        self._interpreter: subprocess.Popen[bytes] | None = None
        self._ask: Any = None
        self._answers: Any = None
        self._seen = 0
        self._updates: list[tuple[int, str, str]] = []

    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("TRACEWIRE_", "OTEL_", "PYTEST_"))}
        # `python` is this interpreter, also where the page starts it by its name.
        paths = [str(Path(sys.executable).parent), command_line(), kept.get("PATH")]
        package = [str(_PACKAGE)] if find_spec("tracewire") is None else []
        given = os.environ.get("PYTHONPATH")
        # An installed package announces its plugin by itself; one that is only on the path does not.
        is_announced = any(point.value == "tracewire.pytest_plugin" for point in entry_points(group="pytest11"))
        return {
            **kept,
            "PATH": os.pathsep.join(path for path in paths if path),
            "PYTHONPATH": os.pathsep.join([*([given] if given else []), *package]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "COLUMNS": COLUMNS,
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            **({} if is_announced else {"PYTEST_PLUGINS": "tracewire.pytest_plugin"}),
        }

    def write(self, block: Block) -> None:
        """Write a block that has a caption to the file of that name."""
        path = self.folder / str(block.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    def run_python(self, block: Block) -> None:
        """Run a block in the page's interpreter, and compare what it prints."""
        name = str(self.folder / "agent.py")
        if self._interpreter is None:
            self._start()
        self._ask.write((json.dumps({"code": block.text, "name": name, "line": block.line}) + "\n").encode())
        self._ask.flush()
        if not select.select([self._answers], [], [], SECONDS)[0]:
            self.close(is_killed=True)
            raise PageError(f"line {block.line}: it takes longer than {SECONDS} s")
        answer = self._answers.readline()
        printed = self._printed()
        if not answer:
            raise PageError(f"line {block.line}: the interpreter ended\n{printed}")
        error = json.loads(answer)["error"]
        if error is not None:
            raise PageError(f"{printed}{error}")
        if block.output is not None:
            self._compare(block.output.text, printed, block.output.line)

    def run_commands(self, block: Block) -> None:
        """Run the commands of a block, and compare what they print where the page shows it."""
        for command, expected, line in commands_of(block):
            try:
                done = subprocess.run(
                    ["bash", "-c", command],
                    cwd=self.folder,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                raise PageError(f"line {line}: {command}: it takes longer than {SECONDS} s") from error
            printed = done.stdout.decode("utf-8", "replace")
            if done.returncode != block.exit_code:
                raise PageError(f"line {line}: {command}: exit code {done.returncode}, not {block.exit_code}\n{printed}")
            if expected:
                self._compare(expected, printed, line)

    def _compare(self, expected: str, printed: str, line: int) -> None:
        printed = printed.replace(str(self.folder), HOME)
        found = difference(expected, printed)
        is_taken = UPDATE == "all" or (UPDATE and found is not None)
        if is_taken and ELSEWHERE not in expected.splitlines():
            self._updates.append((line, expected.strip("\n"), printed.strip("\n")))
            return
        if found is not None:
            raise PageError(f"line {line}: the output is another one\n{found}")

    def _start(self) -> None:
        requests, ask = os.pipe()
        answers, answer = os.pipe()
        interpreter = Path(__file__).with_name("interpreter.py")
        with open(self._output, "ab") as output:
            self._interpreter = subprocess.Popen(
                [sys.executable, str(interpreter), str(requests), str(answer)],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(requests, answer),
            )
        os.close(requests)
        os.close(answer)
        self._ask = os.fdopen(ask, "wb")
        self._answers = os.fdopen(answers, "rb")

    def _printed(self) -> str:
        with open(self._output, "rb") as output:
            output.seek(self._seen)
            text = output.read()
        self._seen += len(text)
        return text.decode("utf-8", "replace")

    def updated(self, text: str) -> str:
        """The page's text with the outputs that were found, in the place of those that it shows."""
        lines = text.split("\n")
        for line, expected, printed in reversed(self._updates):
            shown = expected.count("\n") + 1
            lines[line - 1 : line - 1 + shown] = [found.rstrip() for found in printed.split("\n")]
        return "\n".join(lines)

    def close(self, *, is_killed: bool = False) -> None:
        """Let the interpreter end as a program does, and see that it ends well."""
        if self._interpreter is None:
            return
        if is_killed:
            self._interpreter.kill()
        self._ask.close()
        try:
            code = self._interpreter.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self._interpreter.kill()
            code = self._interpreter.wait()
        self._answers.close()
        self._interpreter = None
        if code != 0 and not is_killed:
            raise PageError(f"the page's interpreter ended with {code}\n{self._printed()}")


def commands_of(block: Block) -> list[tuple[str, str, int]]:
    """Each command, the output that is shown for it, and that output's line."""
    found: list[tuple[list[str], list[str], list[int]]] = []
    for number, line in enumerate(block.text.splitlines(), block.line):
        if line.startswith("$ "):
            found.append(([line[2:]], [], [number + 1]))
        elif not found:
            raise PageError(f"line {number}: a shell block begins with a command: `$ …`")
        elif line.startswith("> ") and not found[-1][1] and found[-1][0][-1].endswith("\\"):
            found[-1][0].append(line[2:])
            found[-1][2][0] += 1
        else:
            found[-1][1].append(line)
    return [("\n".join(command), "\n".join(output).strip("\n"), first) for command, output, (first,) in found]
