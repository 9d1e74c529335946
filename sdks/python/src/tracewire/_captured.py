"""What a test recorded, with what tests ask of it."""

from __future__ import annotations

from . import _expected, _snapshot
from ._trace import Node, Trace, matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .testing import Recording


class CapturedTrace:
    """Everything that was recorded so far, read anew for each question, as trees.

    Attributes:
        recording: the events as they are.

    """

    def __init__(self, recording: Recording, snapshots: Path | None = None, *, is_updating: bool = False) -> None:
        self.recording = recording
        self._snapshots = snapshots
        self._is_updating = is_updating
        self._counted = 0

    @property
    def trace(self) -> Trace:
        """The trees, as of now."""
        return Trace(self.recording.events())

    @property
    def roots(self) -> list[Node]:
        """Nodes that are below no other."""
        return self.trace.roots

    def tree(self) -> str:
        """The trees as text; see ``assert_tree`` for its form."""
        return self.trace.tree()

    def find(
        self,
        name: str | None = None,
        *,
        kind: str | None = None,
        status: str | None = None,
        where: Callable[[Node], bool] | None = None,
    ) -> list[Node]:
        """Nodes that are what is asked for, in the order of the tree; ``*`` in a name stands for anything."""
        return self.trace.find(name, kind=kind, status=status, where=where)

    def only(
        self,
        name: str | None = None,
        *,
        kind: str | None = None,
        status: str | None = None,
        where: Callable[[Node], bool] | None = None,
    ) -> Node:
        """The one node that is what is asked for.

        Raises:
            AssertionError: when there is none, or more than one.

        """
        __tracebackhide__ = True
        trace = self.trace
        found = [node for node in trace.walk() if matches(node, name, kind, status, where)]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} steps are what is asked for, not one, in\n{trace.tree()}")
        return found[0]

    def children(self, of: str | Node | None = None) -> list[Node]:
        """Nodes right below another one, given by its name or itself; the roots where none is given."""
        __tracebackhide__ = True
        if of is None:
            return self.roots
        return self.only(of).children if isinstance(of, str) else of.children

    def failed(self) -> list[Node]:
        """Steps that ended as ``error``, ``timeout`` or ``cancelled``."""
        return self.trace.failed()

    def assert_tree(self, expected: str, *, in_order: bool = True) -> None:
        """Compare what was recorded with a tree.

        Each step is a line: its kind, its name, and its status where that is not ``ok``. A line that ends in ``…`` leaves open
        how the step ended, and what is below it where nothing is listed. A line that is ``…`` stands for any further steps.
        ``...`` may be written for ``…``.

        Args:
            expected: the tree; a step that is indented further is below the one above.
            in_order: whether steps that have the same parent must begin in this order. Concurrent ones may not.

        Raises:
            AssertionError: when it is another tree; shows both.

        Example:
            >>> captured_trace.assert_tree('''
            ...     agent answer
            ...       llm chat …
            ...       tool search error
            ...       …
            ... ''')

        """
        __tracebackhide__ = True
        trace = self.trace
        if not _expected.are_met_by(_expected.read(expected), trace.roots, in_order):
            raise AssertionError(_expected.difference(expected, trace.tree()))

    def assert_snapshot(self, name: str | None = None) -> None:
        """Compare what was recorded with what was recorded when ``pytest --tracewire-update`` ran last.

        Ids, times, durations, paths and line numbers are replaced by stand-ins. The snapshot is a file of JSON in the folder
        ``__snapshots__`` beside the test.

        Args:
            name: tells several snapshots of one test apart; they are numbered otherwise.

        Raises:
            AssertionError: when they differ, or there is no snapshot yet.

        """
        __tracebackhide__ = True
        if self._snapshots is None:
            raise AssertionError("snapshots need the fixture captured_trace")
        self._counted += 1
        suffix = f"-{name}" if name else f"-{self._counted}" if self._counted > 1 else ""
        path = self._snapshots.with_name(f"{self._snapshots.name}{suffix}.json")
        found = _snapshot.text_of(self.trace)
        if self._is_updating:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found, encoding="utf-8")
            return
        if not path.exists():
            raise AssertionError(f"there is no snapshot {path} yet; write it by pytest --tracewire-update")
        expected = path.read_text(encoding="utf-8")
        if found != expected:
            from difflib import unified_diff

            lines = unified_diff(expected.splitlines(), found.splitlines(), path.name, "recorded", lineterm="", n=3)
            raise AssertionError(
                "\n".join(["the trace is not the snapshot (pytest --tracewire-update takes it over):", *lines])
            )

    def __repr__(self) -> str:
        return f"<tracewire.CapturedTrace of {len(self.trace)} nodes>"
