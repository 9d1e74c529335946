"""What a client can read back."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from ._trace import Trace
    from .store import Page


class Queries:
    """Reads what was recorded in the client's directory, by this process and by others."""

    def _directory(self) -> str | None:
        raise NotImplementedError

    def query(
        self,
        *,
        agent_id: str | None = None,
        event_type: str | None = None,
        kind: str | None = None,
        status: str | None = None,
        start_time: str | int | datetime | None = None,
        end_time: str | int | datetime | None = None,
        correlation_id: str | None = None,
        session_id: str | None = None,
        service: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        text: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page:
        """Find steps, events, log lines, metrics and feedback, newest first; what is given must all hold.

        What the conditions mean is told by ``tracewire.store.Store.query``. What is still going on is found too.

        Raises:
            TracewireError: ``query_invalid`` for what cannot be searched for, ``store`` where the store cannot be read.

        Example:
            >>> for row in query(agent_id="researcher", kind="tool", status="error"):
            ...     print(row.time, row.name, row.body.get("status_message"))

        """
        conditions = {key: value for key, value in locals().items() if key != "self"}
        from .store import query

        return query(self._directory(), **conditions)

    def get_trace(
        self,
        trace_id: str | None = None,
        *,
        span_id: str | None = None,
        parent_id: str | None = None,
        correlation_id: str | None = None,
        session_id: str | None = None,
    ) -> Trace | None:
        """Read one trace: by its id, by a step in it, by a correlation id, or the newest of a session.

        Raises:
            TracewireError: ``query_invalid`` unless exactly one id is given, ``store`` where the store cannot be read.

        Example:
            >>> print(get_trace(correlation_id="order-17").tree())

        """
        ids = {key: value for key, value in locals().items() if key not in ("self", "trace_id")}
        from .store import get_trace

        return get_trace(self._directory(), trace_id, **ids)
