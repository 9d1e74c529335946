"""A trace as it is read back: a tree of steps, with what happened in them."""

from __future__ import annotations

from ._steps import fold
from ._values import from_wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

_STEP_TYPES = ("span.start", "span.update", "span.event", "span.end")
_BAD = ("error", "timeout", "cancelled")


class Node:
    """One step, or one point event, of a trace.

    Attributes:
        type: ``span`` for a step, ``event`` for a point event.
        trace_id: 32 hex digits.
        span_id: 16 hex digits.
        parent_id: what it says is above it, which need not be in the trace.
        kind: what it is.
        name: what it is called.
        status: how it ended; ``None`` while it has not.
        time: when it began, RFC 3339.
        end_time: when it ended.
        duration_nanos: how long it took.
        attributes: its attributes.
        input: what went in.
        output: what came out.
        data: what a point event carried.
        usage: tokens and other units.
        cost: what it cost.
        exception: ``type``, ``message`` and ``stacktrace`` of what it ended with.
        body: all that it says, merged.
        events: what happened inside it, each with ``name``, ``time``, ``attributes`` and ``data``.
        logs: the log lines that belong to it.
        parent: the node above it.
        children: the nodes below it, by their beginnings.

    """

    def __init__(self, event_type: str, events: list[dict[str, Any]]) -> None:
        if event_type == "event":
            events = [{**event, "type": "span.start"} for event in events]
        step = fold(events)
        body: dict[str, Any] = from_wire(step.body)
        self.type = event_type
        self.trace_id = step.trace_id or ""
        self.span_id = step.span_id or ""
        self.parent_id = step.parent_id
        self.kind = step.kind
        self.name = step.name
        self.status = step.status
        self.time: str = step.start or events[0].get("time", "")
        self.end_time = step.end
        self.duration_nanos = step.duration_nanos
        self.body = body
        self.attributes: dict[str, Any] = body.get("attributes") or {}
        self.input: Any = body.get("input")
        self.output: Any = body.get("output")
        self.data = body.get("data")
        self.usage: dict[str, Any] = body.get("usage") or {}
        self.cost: dict[str, Any] = body.get("cost") or {}
        self.exception: dict[str, Any] | None = body.get("exception")
        self.events: list[dict[str, Any]] = [
            {**from_wire(event.get("body") or {}), "time": event.get("time")} for event in step.events
        ]
        self.logs: list[dict[str, Any]] = []
        self.parent: Node | None = None
        self.children: list[Node] = []

    @property
    def failed(self) -> bool:
        """Whether it ended as ``error``, ``timeout`` or ``cancelled``."""
        return self.status in _BAD

    def walk(self) -> Iterator[Node]:
        """The node and all below it, each before those below it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def label(self) -> str:
        """Kind and name, and how it went where that is not ``ok``."""
        words = [self.kind or self.type, self.name]
        if self.type == "span" and self.status != "ok":
            words.append(self.status or "(in flight)")
        return " ".join(words)

    def __repr__(self) -> str:
        return f"<tracewire.Node {self.label()}>"


class Trace:
    """Events of one trace, or of several, as trees.

    Attributes:
        trace_id: the trace's id; of several, that of the first.
        events: all events in the specification's JSON form, by time.
        roots: the nodes that are below no other, by their beginnings.

    Example:
        >>> trace = tracewire.store.get_trace(trace_id="0af7651916cd43dd8448eb211c80319c")
        >>> [node.name for node in trace.find(kind="tool")]
        ['search', 'search']

    """

    def __init__(self, events: Iterable[dict[str, Any]]) -> None:
        self.events = list(events)
        self.roots: list[Node] = []
        self.trace_id: str = next((event["trace_id"] for event in self.events if "trace_id" in event), "")
        self._nodes: dict[tuple[str, str], Node] = {}
        self._build()

    def _build(self) -> None:
        together: dict[tuple[str, str], tuple[str, list[dict[str, Any]]]] = {}
        for event in self.events:
            kind = event.get("type")
            if kind in _STEP_TYPES or kind == "event":
                key = (event.get("trace_id", ""), event.get("span_id", ""))
                together.setdefault(key, ("event" if kind == "event" else "span", []))[1].append(event)
        for key, (event_type, events) in together.items():
            self._nodes[key] = Node(event_type, events)
        for node in sorted(self._nodes.values(), key=lambda node: node.time):
            above = self._nodes.get((node.trace_id, node.parent_id or ""))
            if above is None or _is_below(above, node):
                self.roots.append(node)
            else:
                node.parent = above
                above.children.append(node)
        for event in self.events:
            if event.get("type") == "log":
                owner = self._nodes.get((event.get("trace_id", ""), event.get("span_id", "")))
                if owner is not None:
                    owner.logs.append({**from_wire(event.get("body") or {}), "time": event.get("time")})

    def walk(self) -> Iterator[Node]:
        """All nodes, each before those below it."""
        for root in self.roots:
            yield from root.walk()

    def node(self, span_id: str) -> Node | None:
        """The node with this id."""
        return next((node for node in self._nodes.values() if node.span_id == span_id), None)

    def find(
        self,
        name: str | None = None,
        *,
        kind: str | None = None,
        status: str | None = None,
        where: Callable[[Node], bool] | None = None,
    ) -> list[Node]:
        """Nodes that are what is asked for, in the order of the tree.

        Args:
            name: their name; ``*`` stands for anything.
            kind: their kind.
            status: how they ended.
            where: anything else.

        """
        return [node for node in self.walk() if matches(node, name, kind, status, where)]

    def failed(self) -> list[Node]:
        """Steps that ended as ``error``, ``timeout`` or ``cancelled``."""
        return [node for node in self.walk() if node.failed]

    def tree(self) -> str:
        """The tree as text: kind and name of each node, indented by its depth, and how it went where that is not ``ok``."""
        lines: list[str] = []
        waiting = [(0, root) for root in reversed(self.roots)]
        while waiting:
            depth, node = waiting.pop()
            lines.append("  " * depth + node.label())
            waiting.extend((depth + 1, child) for child in reversed(node.children))
        return "\n".join(lines)

    def __len__(self) -> int:
        """How many nodes there are."""
        return len(self._nodes)

    def __iter__(self) -> Iterator[Node]:
        return self.walk()

    def __str__(self) -> str:
        return self.tree()

    def __repr__(self) -> str:
        return f"<tracewire.Trace {self.trace_id}: {len(self)} nodes>"


def matches(node: Node, name: str | None, kind: str | None, status: str | None, where: Callable[[Node], bool] | None) -> bool:
    """Whether a node is what is asked for."""
    if (kind is not None and node.kind != kind) or (status is not None and node.status != status):
        return False
    if name is not None and node.name != name:
        from fnmatch import fnmatchcase

        if not fnmatchcase(node.name, name):
            return False
    return where is None or where(node)


def _is_below(node: Node, other: Node) -> bool:
    """Whether a node is another one or stands below it: parents that go in a circle are cut."""
    above: Node | None = node
    while above is not None:
        if above is other:
            return True
        above = above.parent
    return False
