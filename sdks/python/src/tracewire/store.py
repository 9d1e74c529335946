"""Reading traces back: from the local store, and from stores of one's own.

::

    for row in tracewire.store.query(kind="tool", status="error", limit=10):
        print(row.time, row.name, row.body.get("status_message"))

    trace = tracewire.store.get_trace(correlation_id="order-17")
    print(trace.tree())

What is running is in it too: before each search, what all processes of the directory have recorded is swept into the store.
"""

from __future__ import annotations

from ._errors import TracewireError
from ._page import Page, Row
from ._search import checked, search, trace_of
from ._trace import Node, Trace
from .exporters._base import Exporter

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from typing import Any, TypeAlias

    from . import _native
    from .exporters import Batch

    Moment: TypeAlias = str | int | datetime

__all__ = ["LocalStore", "MemoryStore", "Node", "Page", "Row", "Store", "Trace", "find_traces", "get_trace", "query"]


class Store:
    """A store of one's own: ``add`` takes what is exported, ``stored`` gives it back, and the rest follows.

    Hand ``exporter()`` to ``init(exporters=…)`` to have it filled. A store that can search by itself overrides
    ``_search`` and ``_traces``.

    Example:
        >>> class Redis(Store):
        ...     def add(self, batch: Batch) -> None: ...
        ...     def stored(self) -> Iterator[tuple[str, str | None, dict[str, Any]]]: ...
        >>> redis = Redis()
        >>> tracewire.init(exporters=[redis.exporter("redis")])
        >>> redis.query(kind="tool")

    """

    def add(self, batch: Batch) -> None:
        """Keep the events of a batch. A batch may come twice: an event is known by its producer and ``seq``."""
        raise NotImplementedError

    def stored(self) -> Iterable[tuple[str, str | None, dict[str, Any]]]:
        """All events in the order of their arrival: the producer, its ``service.name``, the event with contents put back."""
        raise NotImplementedError

    def exporter(self, name: str | None = None) -> Exporter:
        """What fills this store. A store that outlives the process needs a name that is its own."""
        return _Filling(self, name or type(self).__name__.lower())

    def query(
        self,
        *,
        agent_id: str | None = None,
        event_type: str | None = None,
        kind: str | None = None,
        status: str | None = None,
        start_time: Moment | None = None,
        end_time: Moment | None = None,
        correlation_id: str | None = None,
        session_id: str | None = None,
        service: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        text: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page:
        """Find steps, events, log lines, metrics and feedback; what is given must all hold.

        Args:
            agent_id: of a run whose root, or a step of kind ``agent``, has this ``gen_ai.agent.id``, or failing that
                ``gen_ai.agent.name``.
            event_type: a type of the wire (``log``, ``span.end``); or the name of a protocol's event, a short name for one,
                or one's own.
            kind: of this kind.
            status: a step that ended so.
            start_time: of this time or later: RFC 3339, nanoseconds since 1970, or a ``datetime``. The time of a step is its
                start.
            end_time: before this time.
            correlation_id: of this correlation id.
            session_id: of this session.
            service: recorded by this ``service.name``.
            attributes: with these attributes and values.
            text: with this text in name, status message, input, output, data or a log line's message, whatever the case.
            limit: at most this many rows, 50 by default, 10,000 at most.
            cursor: ``next`` of the page before.

        Raises:
            TracewireError: ``query_invalid`` for what cannot be searched for, ``store`` where the store cannot be read.

        """
        given = locals()
        del given["self"]
        return Page(*self._search(checked(given)))

    def get_trace(
        self,
        trace_id: str | None = None,
        *,
        span_id: str | None = None,
        parent_id: str | None = None,
        correlation_id: str | None = None,
        session_id: str | None = None,
    ) -> Trace | None:
        """One trace: the newest that has what is named.

        Args:
            trace_id: the trace's own id.
            span_id: a step, or a point event, that is in it.
            parent_id: something in it is below this step, which itself may be of another machine.
            correlation_id: something in it says this correlation id.
            session_id: something in it says this session.

        Raises:
            TracewireError: ``query_invalid`` unless exactly one of them is given, ``store`` where the store cannot be read.

        """
        found = self.find_traces(
            trace_id, span_id=span_id, parent_id=parent_id, correlation_id=correlation_id, session_id=session_id
        )
        return found[0] if found else None

    def find_traces(
        self,
        trace_id: str | None = None,
        *,
        span_id: str | None = None,
        parent_id: str | None = None,
        correlation_id: str | None = None,
        session_id: str | None = None,
    ) -> list[Trace]:
        """All that ``get_trace`` chooses from, newest first, 100 at most."""
        ids = {
            "trace": trace_id,
            "span": span_id,
            "parent": parent_id,
            "correlation": correlation_id,
            "session": session_id,
        }
        given = [(what, value) for what, value in ids.items() if value is not None]
        if len(given) != 1 or not isinstance(given[0][1], str):
            raise TracewireError("query_invalid", "one id is expected, as text: of a trace, a step, a parent, …")
        return [Trace(events) for events in self._traces(*given[0])]

    def _search(self, wanted: dict[str, Any]) -> tuple[Iterable[Mapping[str, Any]], str | None]:
        """Rows and the next cursor for a query whose times are nanoseconds and whose attributes are as on the wire."""
        return search(self.stored(), wanted)

    def _traces(self, what: str, wanted: str) -> list[list[dict[str, Any]]]:
        """Events of traces, newest first; ``what`` is ``trace``, ``span``, ``parent``, ``correlation`` or ``session``."""
        members = {"trace": "trace_id", "span": "span_id", "parent": "parent_id"}
        together: dict[str, list[tuple[str, int, dict[str, Any]]]] = {}
        asked: dict[str, None] = {}
        for producer, _, event in self.stored():
            trace_id = trace_of(event)
            if trace_id is None:
                continue
            together.setdefault(trace_id, []).append((producer, event.get("seq", 0), event))
            said = event.get(members[what]) if what in members else (event.get("body") or {}).get(f"{what}_id")
            if wanted in (said, trace_id if what == "trace" else None):
                asked[trace_id] = None
        found = [sorted(together[trace_id], key=lambda one: (one[2].get("time", ""), one[0], one[1])) for trace_id in asked]
        found.sort(key=lambda events: str(events[0][2].get("time", "")), reverse=True)
        return [[event for _, _, event in events] for events in found[:100]]


class MemoryStore(Store):
    """A store that is gone with the process, for tests.

    Example:
        >>> store = MemoryStore()
        >>> tracewire.init(mode="inline", exporters=[store.exporter()])

    """

    def __init__(self) -> None:
        self._events: dict[tuple[str, int], tuple[str, str | None, dict[str, Any]]] = {}
        self._services: dict[str, str | None] = {}

    def add(self, batch: Batch) -> None:
        """Keep the events of a batch; one that is known stays as it is."""
        for document in batch.documents():
            service = document.get("resource", {}).get("service.name")
            self._services[batch.producer] = service if isinstance(service, str) else None
        for event in batch.events():
            key = (batch.producer, event["seq"])
            self._events.setdefault(key, (batch.producer, self._services.get(batch.producer), event))

    def stored(self) -> list[tuple[str, str | None, dict[str, Any]]]:
        """All events in the order of their arrival."""
        return list(self._events.values())

    def clear(self) -> None:
        """Forget everything."""
        self._events.clear()

    def __len__(self) -> int:
        """How many events there are."""
        return len(self._events)


class LocalStore(Store):
    """The store of a directory: what all its processes recorded.

    Args:
        directory: by default the one that a recorder would use.

    """

    def __init__(self, directory: str | os.PathLike[str] | None = None) -> None:
        self._directory = directory
        self._opened: tuple[int, _native.Store] | None = None

    def add(self, batch: Batch) -> None:
        """Do nothing: the local store takes in the journals by itself."""

    def _swept(self) -> _native.Store:
        """The store, with everything in it that has been recorded until now."""
        import os

        from . import _native

        # A database that was opened before a fork must not be used in the child.
        if self._opened is None or self._opened[0] != os.getpid():
            directory = None if self._directory is None else os.fspath(self._directory)
            self._opened = (os.getpid(), _native.Store(directory))
        self._opened[1].sweep()
        return self._opened[1]

    def _ask(self, question: Callable[[_native.Store], str]) -> Any:
        import json

        try:
            return json.loads(question(self._swept()))
        except ValueError as error:
            message, *code = error.args or (str(error),)
            raise TracewireError(str(code[0]) if code else "store", str(message)) from error

    def stored(self) -> Iterable[tuple[str, str | None, dict[str, Any]]]:
        """Not supported: there may be more than memory holds."""
        raise TracewireError("store", "the local store is asked by query() and get_trace()")

    def _search(self, wanted: dict[str, Any]) -> tuple[Iterable[Mapping[str, Any]], str | None]:
        import json

        text = json.dumps(wanted)
        page = self._ask(lambda store: store.search(text))
        return page["rows"], page["next"]

    def _traces(self, what: str, wanted: str) -> list[list[dict[str, Any]]]:
        if what == "parent":
            return self._traces_below(wanted)
        found = self._ask(lambda store: store.traces(what, wanted))
        return [[entry["event"] for entry in trace["events"]] for trace in found]

    def _traces_below(self, parent_id: str) -> list[list[dict[str, Any]]]:
        """By the step itself where it was recorded here; else, if it is of another machine, by what is below it."""
        found = [events for events in self._traces("span", parent_id) if any(e.get("parent_id") == parent_id for e in events)]
        wanted: dict[str, Any] = {"limit": 1000}
        while not found:
            rows, wanted["cursor"] = self._search(wanted)
            below = {row["trace_id"]: None for row in rows if row.get("parent_id") == parent_id}
            found = [events for trace_id in below for events in self._traces("trace", trace_id)]
            if wanted["cursor"] is None:
                break
        return found


class _Filling(Exporter):
    def __init__(self, store: Store, name: str) -> None:
        self.name = name
        self._store = store
        # What another process left is of no use to a store that did not exist then.
        self.only_this_process = isinstance(store, MemoryStore)

    def export(self, batch: Batch) -> None:
        self._store.add(batch)


def query(directory: str | os.PathLike[str] | None = None, /, **conditions: Any) -> Page:
    """Search the local store of a directory; see ``Store.query`` for the conditions.

    Raises:
        TracewireError: ``query_invalid`` for what cannot be searched for, ``store`` where the store cannot be read.

    Example:
        >>> query(kind="tool", status="error", text="429")
        <tracewire.Page of 2 rows>

    """
    return Page(*LocalStore(directory)._search(checked(conditions)))


def get_trace(
    directory: str | os.PathLike[str] | None = None, /, trace_id: str | None = None, **ids: str | None
) -> Trace | None:
    """One trace of the local store of a directory; see ``Store.get_trace``.

    Raises:
        TracewireError: ``query_invalid`` unless exactly one id is given, ``store`` where the store cannot be read.

    Example:
        >>> get_trace(span_id="00f067aa0ba902b7")
        <tracewire.Trace 0af7651916cd43dd8448eb211c80319c: 7 nodes>

    """
    return LocalStore(directory).get_trace(trace_id, **ids)


def find_traces(
    directory: str | os.PathLike[str] | None = None, /, trace_id: str | None = None, **ids: str | None
) -> list[Trace]:
    """All that ``get_trace`` chooses from, newest first."""
    return LocalStore(directory).find_traces(trace_id, **ids)
