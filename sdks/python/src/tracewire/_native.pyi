from collections.abc import Mapping
from os import PathLike
from typing import Any, TypeAlias, final

__all__ = [
    "Batch",
    "Call",
    "Recorder",
    "Shipper",
    "Span",
    "SpanContext",
    "Store",
    "contract_version",
    "convert",
    "decode",
    "encode",
    "forked",
    "internal_errors",
    "load_config",
    "testing_panic",
    "testing_read",
    "testing_recorder",
]

@final
class Recorder:
    def __new__(cls, given: dict[str, object]) -> Recorder: ...
    def start(
        self,
        name: object,
        kind: object,
        parent: Span | SpanContext | None,
        attributes: Mapping[str, Any] | None,
        input: object,  # noqa: A002
        fields: dict[str, Any] | None,
    ) -> Span | None: ...
    def start_call(
        self, call: Call, parent: Span | SpanContext | None, positional: tuple[Any, ...], named: dict[str, Any]
    ) -> Span | None: ...
    def point(
        self, event_type: str, kind: object, parent: Span | SpanContext | None, fields: dict[str, Any]
    ) -> SpanContext | None: ...
    def flush(self, seconds: float | None) -> dict[str, Any]: ...
    def close(self, seconds: float | None) -> dict[str, Any]: ...
    def stats(self) -> dict[str, Any]: ...
    def monotonic_nanos(self) -> int: ...
    def take_notices(self) -> list[str]: ...

@final
class Shipper:
    def __new__(cls, recorder: Recorder, sink: str, events: bool = False) -> Shipper: ...
    def wait(self, seconds: float) -> bool: ...
    def next_batch(self, max_bytes: int) -> Batch | None: ...
    def batch_result(self, id: int, delivered: bool) -> None: ...  # noqa: A002
    def release(self) -> None: ...

@final
class Batch:
    @property
    def id(self) -> int: ...
    @property
    def producer(self) -> str: ...
    @property
    def is_own(self) -> bool: ...
    @property
    def events(self) -> int: ...
    @property
    def envelopes(self) -> list[bytes]: ...
    def events_json(self) -> bytes: ...

@final
class Store:
    def __new__(cls, directory: str | PathLike[str] | None = None) -> Store: ...
    def sweep(self) -> int: ...
    def search(self, query: str) -> str: ...
    def traces(self, what: str, id: str) -> str: ...  # noqa: A002

@final
class Call:
    def __new__(
        cls,
        name: object,
        kind: str,
        attributes: Mapping[str, Any] | None,
        parameters: tuple[str, ...],
        rest: str,
        capture_input: bool,
        capture_output: bool,
    ) -> Call: ...
    @property
    def capture_output(self) -> bool: ...

@final
class Span:
    @property
    def context(self) -> SpanContext: ...
    @property
    def parent_id(self) -> str | None: ...
    def update(self, fields: dict[str, Any]) -> None: ...
    def event(self, name: object, attributes: Mapping[str, Any] | None, fields: dict[str, Any] | None) -> None: ...
    def exception(self, error: BaseException, stacktrace: str | None, attributes: Mapping[str, Any] | None) -> None: ...
    def end(
        self,
        status: str,
        output: object,
        attributes: Mapping[str, Any] | None,
        fields: dict[str, Any] | None,
        error: BaseException | None = None,
        stacktrace: str | None = None,
    ) -> bool: ...

@final
class SpanContext:
    """Ids and flags of a step of this process or of another one."""

    @staticmethod
    def from_traceparent(header: str) -> SpanContext | None:
        """Read a W3C ``traceparent``; ``None`` when it is not valid."""
    @property
    def trace_id(self) -> str:
        """32 hex digits."""
    @property
    def span_id(self) -> str:
        """16 hex digits."""
    @property
    def flags(self) -> int:
        """W3C trace flags."""
    @property
    def traceparent(self) -> str:
        """The W3C ``traceparent`` header."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

_Options: TypeAlias = tuple[str, int | None, bool, bool]

def contract_version() -> int: ...
def encode(value: object, name: str, given: _Options, keep_tags: bool) -> Any: ...
def decode(data: str | bytes | bytearray, name: str, given: _Options, keep_tags: bool) -> Any: ...
def convert(data: str | bytes | bytearray, from_: tuple[str, _Options], to: tuple[str, _Options]) -> Any: ...
def load_config(start: str | PathLike[str] | None = None) -> str: ...
def internal_errors() -> tuple[int, str | None]: ...
def forked() -> None: ...
def testing_panic() -> str: ...
def testing_recorder(given: dict[str, object], start_nanos: int, step_nanos: int, process: str) -> Recorder: ...
def testing_read(directory: str) -> str: ...
