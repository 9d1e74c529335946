"""Runs of agents, and streams of chunks."""

from __future__ import annotations

from ._client_span import ClientSpan
from ._place import NOWHERE, current
from ._recorder import merged, text_of
from ._span import Span
from ._streams import Chunks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Any

    from typing_extensions import Unpack

    from ._client import Client
    from ._fields import Parent, StartFields

_NOT_GIVEN: Any = ...


class Session(ClientSpan):
    """A run of an agent: made by ``session(…)``, begun by ``with``, flushed when the block is left. It is a step.

    Attributes:
        agent_id: which agent it is.
        session_id: the conversation that the run belongs to.
        user_id: who the run is for.

    """

    __slots__ = ("_client", "_flush_timeout", "agent_id", "session_id", "user_id")

    _client: Client
    _flush_timeout: float
    agent_id: str | None
    session_id: str | None
    user_id: str | None

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        super().__exit__(error_type, error, traceback)
        self._client.flush(self._flush_timeout)

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        super().__exit__(error_type, error, traceback)
        if self._client.waits_at_flush():
            import asyncio

            await asyncio.to_thread(self._client.flush, self._flush_timeout)
        else:
            self._client.flush(self._flush_timeout)

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
        """Make a step of this run: below the current step if that is part of the run, else directly below it."""
        return self._client.span(name, kind=kind, input=input, attributes=attributes, parent=self._inside(parent), **fields)

    def agent_step(
        self,
        name: str,
        attributes: Mapping[str, Any] | None = None,
        *,
        input: Any = _NOT_GIVEN,  # noqa: A002
        **fields: Unpack[StartFields],
    ) -> Span:
        """Make a step of the agent itself, such as a plan: kind ``step``."""
        return self.span(name, kind="step", input=input, attributes=attributes, **fields)

    def tool_call(
        self,
        name: str,
        attributes: Mapping[str, Any] | None = None,
        *,
        input: Any = _NOT_GIVEN,  # noqa: A002
        **fields: Unpack[StartFields],
    ) -> Span:
        """Make a step that executes a tool: kind ``tool``."""
        facts = merged(self._problem, {"gen_ai.tool.name": name}, attributes)
        return self.span(name, kind="tool", input=input, attributes=facts, **fields)

    def llm_call(
        self,
        name: str,
        attributes: Mapping[str, Any] | None = None,
        *,
        input: Any = _NOT_GIVEN,  # noqa: A002
        **fields: Unpack[StartFields],
    ) -> Span:
        """Make a step that asks a model: kind ``llm``."""
        return self.span(name, kind="llm", input=input, attributes=attributes, **fields)

    def stream(
        self,
        name: str,
        attributes: Mapping[str, Any] | None = None,
        *,
        kind: str = "stream",
        input: Any = _NOT_GIVEN,  # noqa: A002
        **fields: Unpack[StartFields],
    ) -> Stream:
        """Make a step that yields chunks; see ``tracewire.stream``."""
        return self._client.stream(
            name, kind=kind, input=input, attributes=attributes, parent=self._inside(_NOT_GIVEN), **fields
        )

    def _inside(self, parent: Any) -> Any:
        """The parent of a step of this run: in another thread or context there is no current step, or one of another run."""
        if parent is not ... or self._native is None:
            return parent
        place = current.get()
        if place is not NOWHERE and not isinstance(place, Span):
            return parent  # Somebody attached a context on purpose.
        is_inside = isinstance(place, Span) and place.trace_id == self.trace_id
        return parent if is_inside else self

    def __repr__(self) -> str:
        return f"<tracewire.Session {self.session_id or self.agent_id or ''} {self.span_id or 'not begun'}>"


class Stream(ClientSpan):
    """A step that yields chunks: made by ``stream(…)``, begun by ``with``, ended when the block is left."""

    __slots__ = ("_chunks", "_client")

    _chunks: Chunks | None
    _client: Client

    def event(self, name: str, attributes: Mapping[str, Any] | None = None, *, data: Any = _NOT_GIVEN) -> None:
        """Record something that comes often, such as ``stream.event("chunk", {"text": "Otters"})``.

        Events of one name that follow each other are written together: the first at once, then 64 at a time, or what came in
        a tenth of a second. The order of all events is kept.

        Args:
            name: what comes.
            attributes: what came with it.
            data: the same, for what is no mapping.

        """
        try:
            # A copy: what is written together is read later.
            item: Any = {} if attributes is None else dict(attributes)
        except Exception:  # noqa: BLE001
            # Whatever a value of the host's raises while it is read.
            item = attributes
        if data is not ...:
            item = {**item, "data": data} if type(item) is dict and item else data
        self._take(name, item)

    def chunk(self, item: Any) -> None:
        """Record one chunk as it is. Texts together are the output, unless another one is set."""
        self._take("chunk", item)

    def end(self, error: BaseException | None = None) -> None:
        """Write what has come, and end the step."""
        if not self._ended and self._chunks is not None:
            self._chunks.end()
        super().end(error)

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._ended and self._chunks is not None:
            self._chunks.end()
        super().__exit__(error_type, error, traceback)

    def start(self) -> Stream:
        """Begin the step without making it the parent of what follows."""
        super().start()
        self._chunks = Chunks(self)
        return self

    def _take(self, name: str, item: Any) -> None:
        if self._ended:
            self._late()
        elif self._chunks is None:
            self._problem("step_not_begun", "a chunk came before its stream began, and is lost")
        else:
            self._chunks.add(name if type(name) is str else str(text_of(name)), item)
