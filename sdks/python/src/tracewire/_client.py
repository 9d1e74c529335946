"""A client: a configured recorder with everything that can be recorded. The module's functions are those of the default one."""

from __future__ import annotations

from types import FunctionType

from . import _decorators, _recorder
from ._client_span import ClientSpan
from ._config import KEYS, Settings
from ._errors import TracewireError
from ._making import begun, current_span, unbegun
from ._opening import Opened
from ._parents import native_parent
from ._place import current
from ._points import Points
from ._queries import Queries
from ._recorder import merged
from ._report import FlushReport, Stats

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Literal, NoReturn, overload

    from typing_extensions import Self, Unpack

    from ._decorators import Call, Decorator, Function, Tracer
    from ._fields import Parent, RunFields, StartFields
    from ._guards import Guards, GuardsView
    from ._place import Place
    from ._recorder import Capture, Exporters, Recorder
    from ._session import Session, Stream
    from ._span import Span
    from .a2a import A2a
    from .ap2 import Ap2
    from .manual import Manual
    from .mcp import Mcp

_NOT_GIVEN: Any = ...


class Client(Points, Queries):
    """A recorder of one's own, beside the default one and others: with its own directory, settings and exporters.

    It has everything with which the module records and reads back, as methods. Which step is current is known to all of
    them, so a step of one client is the parent of a step of another one inside of it.

    Args: those of ``tracewire.init``.

    Raises:
        TracewireError: for guards that cannot be used, and in strict mode for any other part of the configuration.

    Example:
        >>> with Client(dir="audit", service="payments") as client:
        ...     with client.session(agent_id="shopper") as session, session.tool_call("pay") as s:
        ...         s.set_output("paid")

    """

    agent: Decorator
    cache: Decorator
    chain: Decorator
    database: Decorator
    embedding: Decorator
    evaluator: Decorator
    file_io: Decorator
    guardrail: Decorator
    handoff: Decorator
    http: Decorator
    llm: Decorator
    memory: Decorator
    operation: Decorator
    plan: Decorator
    rerank: Decorator
    retrieval: Decorator
    step: Decorator
    task: Decorator
    tool: Decorator
    workflow: Decorator

    def __init__(
        self,
        *,
        service: str | None = None,
        dir: str | os.PathLike[str] | None = None,  # noqa: A002
        mode: Literal["local", "inline", "background"] | None = None,
        exporters: Exporters | None = None,
        sampling: float | Mapping[str, Any] | None = None,
        capture: Capture | None = None,
        mask: Callable[[str, Any], Any] | None = None,
        guards: Guards | Mapping[str, Any] | None = None,
        strict: bool | None = None,
        redact: Iterable[str] | None = None,
        redact_at: Literal["seal", "record"] | None = None,
        redact_key: str | None = None,
        media: bool | None = None,
        resource: Mapping[str, object] | None = None,
        session_id: str | None = None,
        environment: str | None = None,
        release: str | None = None,
        disabled: bool | None = None,
        quota_bytes: int | None = None,
        when_full: Literal["drop_newest", "drop_oldest", "block"] | None = None,
        block_bound: float | str | None = None,
        tail: Mapping[str, Any] | None = None,
        file_bytes: int | None = None,
        fsync: bool | None = None,
        store: bool | None = None,
        **unknown: NoReturn,
    ) -> None:
        given = {key: value for key, value in locals().items() if key in KEYS}
        settings = Settings(given, unknown)
        self._errors: dict[str, int] = {}
        # Recording goes on whatever is wrong, so strict mode raises last.
        self._is_strict = False
        self._opened: Opened | None = Opened(settings, self._problem, says_roots=True)
        self._prepare()
        _recorder.prepare(self)
        if settings.refused is not None:
            self._problem("configuration", "; ".join(settings.problems), count=len(settings.problems))
            raise TracewireError("configuration", settings.refused)
        self._is_strict = bool(settings.get("strict"))
        if settings.problems:
            self._problem("configuration", "; ".join(settings.problems), count=len(settings.problems))
        if self._is_strict and "configuration" in self._errors:
            self._problem("configuration", "the configuration cannot be used as it is; the log says why", count=0)

    def _prepare(self) -> None:
        self._span_type: type[Span] | None = None
        for name, kind in _decorators.KINDS.items():
            setattr(self, name, _decorators.of_kind(name, kind, self._begin, self._problem))

    # What differs between the default client and others.

    def _open(self) -> Recorder:
        return _recorder.open_default() if self._opened is None else self._opened.recorder

    def _problem(self, code: str, message: str, cause: BaseException | None = None, *, count: int = 1) -> None:
        _recorder.note(self._errors, self._is_strict, code, message, cause, count=count)

    def _begin(self, call: Call, place: Callable[[], Span | Place], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span:
        recorder: Any = self._open()
        native = recorder.start_call(call, place()._native, args, kwargs)
        return begun(native, current.get(), self.span_type())

    def _run_ended(self) -> None:
        if self._opened is not None:
            self._opened.run_ended()

    def _parent(self, parent: Any) -> Any:
        return native_parent(parent, self._problem)

    def span_type(self) -> type[Span]:
        """The type of this client's steps."""
        made = self._span_type
        if made is None:
            made = self._span_type = type("Span", (ClientSpan,), {"__slots__": (), "_client": self})
        return made

    # Steps.

    def span(
        self,
        name: str,
        *,
        kind: str = "step",
        input: Any = _NOT_GIVEN,  # noqa: A002
        attributes: Mapping[str, Any] | None = None,
        parent: Parent = _NOT_GIVEN,
        **fields: Unpack[StartFields],
    ) -> Span:
        """Make a step for a ``with`` or ``async with`` block; see ``tracewire.span``."""
        return unbegun(self.span_type(), (name, kind, attributes, input, parent, fields))

    if TYPE_CHECKING:

        @overload
        def trace(self, name: Function, /) -> Function: ...
        @overload
        def trace(
            self,
            name: str | None = None,
            kind: str = "step",
            *,
            capture_input: bool = True,
            capture_output: bool = True,
            attributes: Mapping[str, Any] | None = None,
            correlation_id: str | None = None,
        ) -> Tracer: ...

    def trace(
        self,
        name: Any = None,
        kind: str = "step",
        *,
        capture_input: bool = True,
        capture_output: bool = True,
        attributes: Mapping[str, Any] | None = None,
        correlation_id: str | None = None,
    ) -> Any:
        """Make calls of a function steps; as a ``with`` block, one trace by its correlation id. See ``tracewire.trace``."""
        tracer = _decorators.Tracer(
            (name, kind, capture_input, capture_output, attributes), correlation_id, self._begin, self._problem
        )
        if callable(name) or issubclass(type(name), (classmethod, staticmethod)):
            tracer._options = (None, *tracer._options[1:])
            return tracer(name)
        return tracer

    if TYPE_CHECKING:

        @overload
        def session(self, agent_id: Function, /) -> Function: ...
        @overload
        def session(
            self,
            agent_id: str | None = None,
            session_id: str | None = None,
            user_id: str | None = None,
            tags: Sequence[str] | None = None,
            *,
            name: str | None = None,
            input: Any = _NOT_GIVEN,
            attributes: Mapping[str, Any] | None = None,
            parent: Parent = _NOT_GIVEN,
            flush_timeout: float = 5.0,
            **fields: Unpack[RunFields],
        ) -> Session: ...

    def session(
        self,
        agent_id: Any = None,
        session_id: str | None = None,
        user_id: str | None = None,
        tags: Sequence[str] | None = None,
        *,
        name: str | None = None,
        input: Any = _NOT_GIVEN,  # noqa: A002
        attributes: Mapping[str, Any] | None = None,
        parent: Parent = _NOT_GIVEN,
        flush_timeout: float = 5.0,
        **fields: Unpack[RunFields],
    ) -> Any:
        """Open a run of an agent for a ``with`` or ``async with`` block, or for each call of a function, and flush at its end.

        The run is a step of kind ``agent``: a root, or below the current step where there is one. The object has the
        methods of a step, and ``agent_step``, ``tool_call``, ``llm_call`` and ``stream`` for steps inside, from any thread.

        Args:
            agent_id: which agent it is, recorded as ``gen_ai.agent.id``.
            session_id: the conversation, which many runs can share.
            user_id: who the run is for.
            tags: free labels.
            name: what the run is called; the agent's id by default.
            input: what goes in.
            attributes: facts about the run.
            parent: a step or a context to belong to instead of the current one; ``None`` begins a new trace.
            flush_timeout: the longest that the flush at the end may take, in seconds.
            fields: what else a run says about itself: ``correlation_id``, ``environment``, ``release``, …

        Example:
            >>> with session(agent_id="researcher", session_id="chat-7", user_id="u-1", tags=["demo"]) as s:
            ...     with s.tool_call("search", input={"query": "otters"}) as call:
            ...         call.set_output(["Lutra lutra"])
            ...     with s.stream("answer") as stream:
            ...         for word in ("Otters", " swim."):
            ...             stream.event("chunk", {"text": word})

        """
        from ._session import Session

        if type(agent_id) is FunctionType:
            return self.session(name=getattr(agent_id, "__name__", None))(agent_id)
        given: dict[str, Any] = {"session_id": session_id, "user_id": user_id, "tags": tags}
        fields_of_run: Any = {**{key: value for key, value in given.items() if value is not None}, **fields}
        facts = merged(self._problem, {} if agent_id is None else {"gen_ai.agent.id": agent_id}, attributes)
        called = next((text for text in (name, agent_id) if text is not None), "session")
        run = unbegun(Session, (called, "agent", facts, input, parent, fields_of_run))
        run._client = self
        run.agent_id = agent_id
        run.session_id = fields_of_run.get("session_id")
        run.user_id = fields_of_run.get("user_id")
        run._flush_timeout = flush_timeout
        return run

    def stream(
        self,
        name: str,
        *,
        kind: str = "stream",
        input: Any = _NOT_GIVEN,  # noqa: A002
        attributes: Mapping[str, Any] | None = None,
        parent: Parent = _NOT_GIVEN,
        **fields: Unpack[StartFields],
    ) -> Stream:
        """Make a step that yields chunks, for a ``with`` or ``async with`` block.

        Its ``event("chunk", …)`` and ``chunk(…)`` are cheap enough for many thousands of chunks a second: they are written
        together, in their order, the first one at once. When the first came is recorded as time to first chunk.

        Example:
            >>> with stream("answer", kind="llm") as s:
            ...     for token in ("Otters", " swim."):
            ...         s.chunk(token)

        """
        from ._session import Stream

        made = unbegun(Stream, (name, kind, attributes, input, parent, fields))
        made._client = self
        made._chunks = None
        return made

    def waits_at_flush(self) -> bool:
        """Whether a flush may have to wait for an exporter."""
        return self._opened is not None and self._opened.pump is not None

    def current_span(self) -> Span | None:
        """The step that new ones would belong to, if there is one in this process."""
        return current_span()

    def _directory(self) -> str | None:
        recorder = self._open()
        found: str | None = recorder.stats().get("directory")
        return found

    @property
    def guards(self) -> GuardsView:
        """Where budgets stand: ``client.guards.status("chat-7")``."""
        from ._guards import GuardsView

        return GuardsView(self._open)

    # Protocols.

    @property
    def mcp(self) -> Mcp:
        """For servers and clients of the Model Context Protocol; see ``tracewire.mcp``."""
        from .mcp import Mcp

        return Mcp(self)

    @property
    def a2a(self) -> A2a:
        """For agents that speak the Agent2Agent protocol; see ``tracewire.a2a``."""
        from .a2a import A2a

        return A2a(self)

    @property
    def ap2(self) -> Ap2:
        """For agents that pay by the Agent Payments Protocol; see ``tracewire.ap2``."""
        from .ap2 import Ap2

        return Ap2(self)

    @property
    def manual(self) -> Manual:
        """Steps and points by hand; see ``tracewire.manual``."""
        from .manual import Manual

        return Manual(self)

    # The end.

    def flush(self, timeout: float = 5.0) -> FlushReport:
        """Deliver what the mode delivers, for at most ``timeout`` seconds, and say what became of everything recorded.

        Raises:
            TracewireError: in strict mode, when records were dropped.

        """
        return self._report("flush", timeout)

    def stats(self) -> Stats:
        """Numbers of the recorder, without waiting for anything."""
        return Stats({}, {}) if self._opened is None else self._opened.stats()

    def shutdown(self, timeout: float = 5.0) -> FlushReport:
        """Flush, let go of the exporters, and close the journal. What is recorded later is dropped and counted."""
        return self._report("close", timeout)

    def close(self, timeout: float = 5.0) -> FlushReport:
        """The same as ``shutdown``."""
        return self.shutdown(timeout)

    def _report(self, action: str, timeout: float) -> FlushReport:
        seconds = _recorder.seconds_of(timeout)
        counts: dict[str, Any] = {} if self._opened is None else getattr(self._opened, action)(seconds)
        notices = self._open().take_notices()
        if notices:
            _recorder.log(notices)
        errors = _recorder.with_internal_errors({**self._errors, **counts.get("errors", {})})
        report = FlushReport(counts, errors)
        if self._is_strict and report.dropped:
            raise TracewireError("records_dropped", f"records were dropped: {report.dropped}")
        return report

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        if self.waits_at_flush():
            import asyncio

            await asyncio.to_thread(self.shutdown)
        else:
            self.shutdown()
