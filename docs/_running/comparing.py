"""Whether an output is what a page shows, apart from ids, times, durations and sizes."""

from __future__ import annotations

import difflib
import re

# In this order: a longer thing before what it is made of.
_CHANGING = [
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    # A page for a model: short ids, and milliseconds in tables.
    (re.compile(r"^( +)(\"?[0-9a-f]{3,8}\"?|null),(\"?[0-9a-f]{3,8}\"?|null),", re.MULTILINE), r"\1<id>,<id>,"),
    # Its ids stand in quotes where they could be read as numbers.
    (re.compile(r"^(trace: )\"?[0-9a-f]{8}\"?$", re.MULTILINE), r"\1<id>"),
    (re.compile(r"^( +- step: )\"?[0-9a-f]{3,8}\"?$", re.MULTILINE), r"\1<id>"),
    (re.compile(r" \([0-9a-f]{3,8}\): "), " (<id>): "),
    (re.compile(r",\d+(\.\d+)?,(?=ok|error|null|warning)"), ",<ms>,"),
    (re.compile(r"^ms: [\d.]+$", re.MULTILINE), "ms: <ms>"),
    (re.compile(r"\b(sha256:)?[0-9a-f]{64}\b"), "<hash>"),
    (re.compile(r"\bsha256:[0-9a-f]+…?"), "<hash>"),
    (re.compile(r"\b[0-9a-f]{16}-\d+\b"), "<producer>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<trace>"),
    # Eight letters or sixteen may be without a digit; of another length that would be a word.
    (re.compile(r"\b([0-9a-f]{8}|[0-9a-f]{16}|(?=[0-9a-f]*\d)[0-9a-f]{7,16})\b…?"), "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?"), "<time>"),
    (re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) +\d+ \w{3} \d{4} \d\d:\d\d:\d\d UTC"), "<time>"),
    (re.compile(r"\b\d+ \w{3} \d\d:\d\d:\d\d"), "<time>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?([.,]\d+)?"), "<time>"),
    (re.compile(r"\b\d\d:\d\d:\d\d([.,]\d+)?"), "<time>"),
    (re.compile(r"^<time> [0-9a-f]{4} ", re.MULTILINE), "<time> <producer> "),
    (re.compile(r"\b\d+(\.\d+)? ?(ns|µs|ms|s|min|h|d)( ago)?\b"), "<duration>"),
    (re.compile(r"\b\d+(\.\d+)? ?(B|kB|MB|GB|KiB|MiB|GiB|bytes)\b"), "<size>"),
    (re.compile(r"\bpid \d+"), "pid <n>"),
    (re.compile(r"\b127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
    (re.compile(r"\.jsonl:\d+:"), ".jsonl:<line>:"),
    (re.compile(r" · slow \d+ ?%"), ""),
    # A comparison says both durations where they are far enough from each other.
    (re.compile(r" · <duration>( → <duration>)?"), ""),
    # So much more or less in a table of both.
    (re.compile(r"(<duration> +<duration>) +(<?[+-]\d+%|new|gone)$", re.MULTILINE), r"\1"),
    # The bars of a picture; a branch of a tree has text behind it.
    (re.compile(r"[ ]+[─━╸╾╶╴╺╼╌· ]+$", re.MULTILINE), ""),
    (re.compile(r"[ ]+"), " "),
    (re.compile(r"[ ]+$", re.MULTILINE), ""),
]

ELSEWHERE = "…"
"""A line of its own that stands for any number of lines."""


def normal(text: str) -> list[str]:
    """The lines without what changes from run to run."""
    for pattern, instead in _CHANGING:
        text = pattern.sub(instead, text)
    return text.strip("\n").splitlines()


def difference(expected: str, actual: str) -> str | None:
    """What is different; ``None`` where nothing is."""
    wanted, found = normal(expected), normal(actual)
    if _fits(wanted, found):
        return None
    lines = difflib.unified_diff(wanted, found, "the page", "the run", lineterm="")
    return "\n".join([*lines, "", "The run as it was:", actual])


def _fits(wanted: list[str], found: list[str]) -> bool:
    if not wanted:
        return not found
    if wanted[0].strip() == ELSEWHERE:
        return any(_fits(wanted[1:], found[at:]) for at in range(len(found) + 1))
    return bool(found) and _is_alike(wanted[0], found[0]) and _fits(wanted[1:], found[1:])


def _is_alike(one: str, other: str) -> bool:
    """Whether two lines are the same as far as neither is cut: where that is depends on how wide its numbers are."""
    if one == other or ELSEWHERE not in one + other:
        return one == other
    begins = [line.partition(ELSEWHERE)[0] for line in (one, other)]
    ends = [line.rpartition(ELSEWHERE)[2] for line in (one, other)]
    shown, both = min(map(len, begins)), min(map(len, ends))
    return begins[0][:shown] == begins[1][:shown] and ends[0][len(ends[0]) - both :] == ends[1][len(ends[1]) - both :]
