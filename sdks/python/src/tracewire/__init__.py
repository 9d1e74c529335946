"""tracewire: the flight recorder for AI agents.

Every step is on your own disk before the call returns, so it is there after a crash, and visible while it runs::

    import tracewire

    @tracewire.tool
    def search(query: str) -> list[str]: ...

    @tracewire.agent
    def answer(question: str) -> str:
        with tracewire.span("plan", kind="plan", input=question) as s:
            s.set_output(["search", "answer"])
        return search(question)[0]

``tracewire trace --last`` shows the tree. Recording never raises into your program, never prints, and starts no thread unless
you ask for ``mode="background"`` or for exporters.

The functions here are those of the default client, which ``init`` configures; ``Client`` makes others. ``tracewire.mcp``,
``tracewire.a2a`` and ``tracewire.ap2`` have what these protocols need, ``tracewire.context`` takes the current step to other
threads, ``tracewire.manual`` records what another library saw, ``tracewire.testing`` is for tests.
"""

from __future__ import annotations

from . import _native
from ._decorators import (
    agent,
    cache,
    chain,
    database,
    embedding,
    evaluator,
    file_io,
    guardrail,
    handoff,
    http,
    llm,
    memory,
    operation,
    plan,
    rerank,
    retrieval,
    step,
    task,
    tool,
    trace,
    workflow,
)
from ._errors import BudgetExceeded, FormatError, GuardStop, LoopDetected, TracewireError
from ._making import current_span, span
from ._native import SpanContext
from ._propagation import attach, extract, extract_environment, inject, inject_environment
from ._recorder import flush, init, shutdown, stats
from ._report import FlushReport, Stats
from ._span import Span
from ._version import __version__

__all__ = [
    "Analytics",
    "Budget",
    "BudgetExceeded",
    "Client",
    "EventId",
    "FlushReport",
    "FormatError",
    "GuardStop",
    "Guards",
    "LoopDetected",
    "Loops",
    "Rate",
    "Session",
    "Span",
    "SpanContext",
    "Stats",
    "Stream",
    "TracewireError",
    "Verdict",
    "__version__",
    "a2a",
    "agent",
    "ap2",
    "attach",
    "cache",
    "chain",
    "context",
    "convert",
    "count_tokens",
    "current_span",
    "database",
    "decode",
    "embedding",
    "encode",
    "envelopes",
    "evaluator",
    "event",
    "extract",
    "extract_environment",
    "feedback",
    "file_io",
    "flush",
    "get_client",
    "get_trace",
    "guardrail",
    "handoff",
    "http",
    "init",
    "inject",
    "inject_environment",
    "llm",
    "log",
    "log_event",
    "manual",
    "mcp",
    "memory",
    "metric",
    "observe_tool",
    "operation",
    "plan",
    "query",
    "rerank",
    "retrieval",
    "session",
    "shutdown",
    "span",
    "stats",
    "step",
    "stream",
    "task",
    "tool",
    "trace",
    "validate",
    "workflow",
]

# The two halves are built together; this catches a stale one.
_CONTRACT_VERSION = 1
if _native.contract_version() != _CONTRACT_VERSION:
    raise ImportError(
        f"tracewire: the native module speaks contract {_native.contract_version()}, "
        f"this package contract {_CONTRACT_VERSION}; install tracewire again"
    )

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import a2a, ap2, context, envelopes, manual, mcp
    from ._client import Client
    from ._default_client import default, get_client
    from ._guards import Budget, Guards, Loops, Rate, Verdict
    from ._points import EventId
    from ._session import Session, Stream
    from .analytics import Analytics
    from .formats import convert, count_tokens, decode, encode, validate
    from .mcp import observe_tool

    event = default.event
    feedback = default.feedback
    get_trace = default.get_trace
    log = default.log
    log_event = default.log_event
    metric = default.metric
    query = default.query
    session = default.session
    stream = default.stream
else:
    _PLACES = {
        "Analytics": "analytics",
        "Budget": "_guards",
        "Client": "_client",
        "EventId": "_points",
        "Guards": "_guards",
        "Loops": "_guards",
        "Rate": "_guards",
        "Session": "_session",
        "Stream": "_session",
        "Verdict": "_guards",
        "convert": "formats",
        "count_tokens": "formats",
        "decode": "formats",
        "encode": "formats",
        "get_client": "_default_client",
        "observe_tool": "mcp",
        "validate": "formats",
    }
    _MODULES = frozenset(
        [
            "a2a",
            "analytics",
            "ap2",
            "context",
            "envelopes",
            "exporters",
            "formats",
            "logs",
            "manual",
            "mcp",
            "store",
            "testing",
        ]
    )
    _OF_DEFAULT = frozenset(["event", "feedback", "get_trace", "log", "log_event", "metric", "query", "session", "stream"])

    def __getattr__(name):
        """Load what most programs do not need when it is asked for."""
        from importlib import import_module

        if name in _MODULES:
            return import_module(f".{name}", __name__)
        if name in _PLACES:
            found = getattr(import_module(f".{_PLACES[name]}", __name__), name)
        elif name in _OF_DEFAULT:
            from ._default_client import default

            found = getattr(default, name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found
        return found

    def __dir__():
        return sorted({*globals(), *__all__})
