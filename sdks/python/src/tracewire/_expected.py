"""Trees as tests write them, and whether a trace is one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._trace import Node

_REST = ("…", "...")


class Expected:
    """One line of an expected tree.

    Attributes:
        text: kind, name and, where it is not ``ok``, status of the node.
        is_rest: the line stands for any further nodes.
        is_open: how the node ended does not matter, and neither does what is below it where nothing is listed.
        below: lines that are indented further.

    """

    __slots__ = ("below", "is_open", "is_rest", "text")

    def __init__(self, text: str) -> None:
        self.is_rest = text in _REST
        self.is_open = not self.is_rest and text.endswith(tuple(f" {rest}" for rest in _REST))
        self.text = text.rpartition(" ")[0].rstrip() if self.is_open else text
        self.below: list[Expected] = []

    def is_met_by(self, node: Node, in_order: bool) -> bool:
        """Whether a node and all below it are what the line, and those below it, say."""
        label = node.label()
        if label != self.text and not (self.is_open and label.startswith(f"{self.text} ")):
            return False
        if self.is_open and not self.below:
            return True
        return are_met_by(self.below, node.children, in_order)


def read(text: str) -> list[Expected]:
    """The lines of a tree; how far a line is indented says what it is below.

    Raises:
        ValueError: where the indentation fits no line above.

    """
    roots: list[Expected] = []
    above: list[tuple[int, list[Expected]]] = []
    for line in text.expandtabs(8).splitlines():
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        is_deeper = bool(above) and depth > above[-1][0]
        while above and above[-1][0] > depth:
            above.pop()
        if not roots:
            above.append((depth, roots))
        elif is_deeper:
            above.append((depth, above[-1][1][-1].below))
        elif not above or above[-1][0] != depth:
            raise ValueError(f"the expected tree: {line.strip()!r} is indented like no line above")
        siblings = above[-1][1]
        siblings.append(Expected(line.strip()))
    return roots


def are_met_by(expected: Sequence[Expected], nodes: Sequence[Node], in_order: bool) -> bool:
    """Whether nodes are what lines of one depth say."""
    if not in_order:
        return _in_any_order([one for one in expected if not one.is_rest], list(nodes), any(one.is_rest for one in expected))
    if not expected:
        return not nodes
    first, rest = expected[0], expected[1:]
    if first.is_rest:
        return any(are_met_by(rest, nodes[skipped:], in_order) for skipped in range(len(nodes) + 1))
    return bool(nodes) and first.is_met_by(nodes[0], in_order) and are_met_by(rest, nodes[1:], in_order)


def _in_any_order(expected: list[Expected], nodes: list[Node], may_have_more: bool) -> bool:
    if not expected:
        return may_have_more or not nodes
    first, rest = expected[0], expected[1:]
    return any(
        first.is_met_by(node, False) and _in_any_order(rest, nodes[:at] + nodes[at + 1 :], may_have_more)
        for at, node in enumerate(nodes)
    )


def difference(expected: str, found: str) -> str:
    """What to show a person whose expectation was not met."""
    from difflib import ndiff
    from textwrap import dedent

    lines = ndiff(dedent(expected.expandtabs(8)).strip("\n").splitlines(), found.splitlines())
    shown = [line for line in lines if not line.startswith("?")]
    return "the trace is not the expected tree (- expected, + recorded):\n" + "\n".join(shown)
