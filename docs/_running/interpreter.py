"""The interpreter of one page, in a process of its own: what one block defines, the next ones see.

It reads requests, one JSON document a line, from one pipe, and answers into another one, so that standard input and output
are those of the page.
"""

from __future__ import annotations

import json
import linecache
import os
import sys
import traceback
import types


def main(requests: int, answers: int) -> None:
    """Answer until there are no more requests."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    sys.argv = ["agent.py"]
    sys.path.insert(0, os.getcwd())
    sources: dict[str, list[str]] = {}
    with open(requests, encoding="utf-8") as wanted, open(answers, "w", encoding="utf-8") as answer:
        for line in wanted:
            request = json.loads(line)
            lines = sources.setdefault(request["name"], [])
            lines.extend(["\n"] * (request["line"] - 1 - len(lines)))
            lines.extend(request["code"].splitlines(keepends=True))
            linecache.cache[request["name"]] = (1, None, lines, request["name"])
            error = None
            try:
                exec(compile("\n" * (request["line"] - 1) + request["code"], request["name"], "exec"), module.__dict__)
            except BaseException:  # noqa: BLE001 - whatever a page raises is an answer
                error = traceback.format_exc()
            sys.stdout.flush()
            sys.stderr.flush()
            answer.write(json.dumps({"error": error}) + "\n")
            answer.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
