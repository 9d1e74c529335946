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
you ask for ``mode="background"``. ``tracewire.mcp`` has what MCP clients and servers need, ``tracewire.testing`` what tests do.
"""

from __future__ import annotations

from . import _native
from ._decorators import (
    agent,
    cache,
    chain,
    database,
    embedding,
    file_io,
    guardrail,
    handoff,
    http,
    llm,
    memory,
    operation,
    rerank,
    retrieval,
    step,
    tool,
    trace,
    workflow,
)
from ._errors import TracewireError
from ._native import SpanContext
from ._propagation import attach, extract, inject, inject_environment
from ._recorder import FlushReport, flush, init, shutdown
from ._span import Span, current_span, span
from ._version import __version__

__all__ = [
    "FlushReport",
    "Span",
    "SpanContext",
    "TracewireError",
    "__version__",
    "agent",
    "attach",
    "cache",
    "chain",
    "current_span",
    "database",
    "embedding",
    "extract",
    "file_io",
    "flush",
    "guardrail",
    "handoff",
    "http",
    "init",
    "inject",
    "inject_environment",
    "llm",
    "memory",
    "observe_tool",
    "operation",
    "rerank",
    "retrieval",
    "shutdown",
    "span",
    "step",
    "tool",
    "trace",
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
    from .mcp import observe_tool
else:

    def __getattr__(name):
        """Load what most programs do not need when it is asked for."""
        if name == "observe_tool":
            from .mcp import observe_tool

            return observe_tool
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
