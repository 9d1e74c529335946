"""Types of the arguments of steps. For type checkers: nothing imports this module when a program runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeAlias, TypedDict

from ._native import SpanContext
from ._place import Place
from ._span import Span


class HasContext(Protocol):
    """Whatever knows the ids of a step: a ``Session``, an ``EventId``."""

    @property
    def context(self) -> SpanContext | None: ...


Parent: TypeAlias = Span | Place | SpanContext | HasContext | str | None
Amount: TypeAlias = "Decimal | int | float | str"
Status: TypeAlias = Literal["ok", "error", "timeout", "cancelled", "unset"]


class Link(TypedDict, total=False):
    """A step that this one is related to without being its child."""

    trace_id: str
    span_id: str
    attributes: Mapping[str, Any]


class Name(TypedDict, total=False):
    """A name and a version: of a prompt, or of the library that records."""

    name: str
    version: str


class RunFields(TypedDict, total=False):
    """What a run can say when it begins, besides who it is for."""

    correlation_id: str
    dataset_item_id: str
    environment: str
    experiment_run_id: str
    level: str
    links: Sequence[Link | Span | SpanContext]
    media: Sequence[Mapping[str, Any]]
    prompt: Name
    release: str
    scope: Name
    tool_definitions: Any
    trace_state: str


class StartFields(RunFields, total=False):
    """What a step, and above all the root of a run, can say when it begins."""

    session_id: str
    tags: Sequence[str]
    user_id: str


class UpdateFields(TypedDict, total=False):
    """What can be made visible before a step ends."""

    attributes: Mapping[str, Any]
    cost: Mapping[str, Any]
    input: Any
    level: str
    links: Sequence[Link | Span | SpanContext]
    name: str
    output: Any
    tags: Sequence[str]
    time_to_first_chunk_nanos: int
    usage: Mapping[str, Any]
