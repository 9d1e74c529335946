"""Members of log lines, metrics and feedback from what a program says."""

from __future__ import annotations

from ._place import Correlation, current
from ._propagation import current_context
from ._recorder import shown, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ._native import SpanContext
    from ._points import Points

_LEVELS = {
    "critical": "fatal",
    "debug": "debug",
    "error": "error",
    "exception": "error",
    "fatal": "fatal",
    "info": "info",
    "notice": "info",
    "trace": "trace",
    "warn": "warning",
    "warning": "warning",
}
_INSTRUMENTS = ("counter", "gauge", "histogram")
_TEMPORALITIES = ("delta", "cumulative")


def point(client: Points, event_type: str, kind: object, parent: Any, fields: dict[str, Any]) -> SpanContext | None:
    """Record a point; gives the context of an event."""
    place: Any = current.get()._native if parent is ... else client._parent(parent)
    if isinstance(place, Correlation):
        fields.setdefault("correlation_id", place.correlation_id)
        place = None
    recorder = client._open()
    return recorder.point(event_type, kind, place, fields)


def level_of(level: object) -> str | None:
    """A severity of the specification: of its name, of another name for it, or of a number of ``logging``."""
    if isinstance(level, str):
        return _LEVELS.get(level.lower())
    if isinstance(level, int):
        names = ((50, "fatal"), (40, "error"), (30, "warning"), (20, "info"), (10, "debug"))
        return next((name for least, name in names if level >= least), "trace")
    return None


def metric_fields(
    client: Points,
    value: object,
    instrument: object,
    temporality: object,
    buckets: Iterable[float] | None,
) -> dict[str, Any] | None:
    """The members of a metric that depend on the instrument; ``None`` for a value that is not one."""
    if instrument not in _INSTRUMENTS:
        client._problem("invalid_metric", f"an instrument is one of {', '.join(_INSTRUMENTS)}, not {shown(instrument)}")
        instrument = "gauge" if _is_number(value) else "histogram"
    if temporality not in (None, *_TEMPORALITIES):
        client._problem("invalid_metric", f"a temporality is delta or cumulative, not {shown(temporality)}")
        temporality = None
    fields: dict[str, Any] = {"instrument": instrument, "temporality": temporality}
    if instrument == "gauge":
        del fields["temporality"]
    elif temporality is None:
        fields["temporality"] = "delta"
    if instrument != "histogram":
        if not _is_number(value):
            client._problem("invalid_metric", f"the value of a {instrument} is a number, not {shown(value)}")
            return None
        fields["value"] = value
        return fields
    samples = _histogram(value, buckets)
    if samples is None:
        client._problem("invalid_metric", "the value of a histogram is a number, numbers, or a mapping of its members")
        return None
    fields["histogram"] = samples
    return fields


def _histogram(value: object, buckets: Iterable[float] | None) -> Mapping[str, Any] | None:
    """The samples of a histogram: counted here, or as they were counted elsewhere."""
    if isinstance(value, dict):
        return value
    try:
        samples: list[Any] = [value] if _is_number(value) else list(value)  # type: ignore[call-overload]
        bounds: list[float] | None = None if buckets is None else sorted(set(buckets))
    except Exception:  # noqa: BLE001
        # Whatever the host's values raise while they are read.
        return None
    if not all(map(_is_number, [*samples, *(bounds or ())])):
        return None
    histogram: dict[str, Any] = {"count": len(samples), "sum": sum(samples)}
    if samples:
        histogram |= {"min": min(samples), "max": max(samples)}
    if bounds is not None:
        from bisect import bisect_left

        counts = [0] * (len(bounds) + 1)
        for sample in samples:
            # As OpenTelemetry has it: an upper bound belongs to its bucket.
            counts[bisect_left(bounds, sample)] += 1
        histogram |= {"bounds": bounds, "counts": counts}
    return histogram


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def target_of(client: Points, target: Any, session_id: str | None) -> dict[str, str] | None:
    """What feedback is about, as ids; ``None`` where that is not known."""
    found: dict[str, str] = {}
    if target is ...:
        here = current_context()
        if here is not None and session_id is None:
            found = {"trace_id": here.trace_id, "span_id": here.span_id}
    elif isinstance(target, dict):
        found = {key: str(target[key]) for key in ("trace_id", "span_id", "session_id") if target.get(key)}
    elif isinstance(target, str) and not hasattr(target, "context") and len(target) == 32:
        found = {"trace_id": target}
    elif target is not None:
        context = client._parent(target)
        context = getattr(context, "context", context)
        if context is not None:
            found = {"trace_id": context.trace_id, "span_id": context.span_id}
    if session_id is not None:
        found["session_id"] = str(text_of(session_id))
    return found or None
