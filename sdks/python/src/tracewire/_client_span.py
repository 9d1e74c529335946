"""Steps that know their client."""

from __future__ import annotations

from ._place import current
from ._span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

    from ._client import Client
    from ._place import Place


class ClientSpan(Span):
    """A step that belongs to a client: of one that is not the default, or that has to be told when a run ends."""

    __slots__ = ()

    _client: Client

    def __enter__(self) -> Self:
        if self._begin is None:
            super().__enter__()
        else:
            self.start()
            current.set(self)
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        outer, had_ended = self._outer, self._ended
        super().__exit__(error_type, error, traceback)
        if error is None and self._native is not None and not had_ended:
            self._run_ended(outer)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    def start(self) -> Self:
        """Begin the step without making it the parent of what follows. A ``with`` block does both, and ends it."""
        self._outer = current.get()
        super().start()
        return self

    def end(self, error: BaseException | None = None) -> None:
        """End the step, as what ``error`` says if there is one. A ``with`` block does this."""
        had_ended = self._ended
        super().end(error)
        if self._native is not None and not had_ended:
            self._run_ended(self._outer)

    def _run_ended(self, outer: Span | Place) -> None:
        """Tell the client, unless there is a step around this one that is still going on."""
        while outer._ended:
            outer = outer._outer
        if not isinstance(outer, Span):
            self._client._run_ended()

    def _recorder(self) -> Any:  # type: ignore[override]
        return self._client._open()

    def _problem(self, code: str, message: str) -> None:  # type: ignore[override]
        self._client._problem(code, message)
