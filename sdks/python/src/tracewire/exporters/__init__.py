"""Where traces go besides the local journal: files in any format, the console, HTTP, OpenTelemetry, a class of your own.

::

    tracewire.init(mode="background", exporters=[HttpExporter("https://traces.example.com/v1/envelopes")])

Exporters work apart from the program: an exporter that is slow, hangs or raises delays nothing and loses nothing, for the
journal keeps what it has not delivered yet, also beyond the death of the process. ``flush()`` counts what was sent, what
is pending, what was dropped and why.
"""

from __future__ import annotations

from ._base import Batch, Exporter, RetryLater, Undeliverable

__all__ = [
    "Batch",
    "ConsoleExporter",
    "CsvExporter",
    "Exporter",
    "FileExporter",
    "HttpExporter",
    "JsonExporter",
    "OpenTelemetryExporter",
    "RetryLater",
    "ToonExporter",
    "Undeliverable",
    "from_settings",
    "recorder_options",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from ._console import ConsoleExporter
    from ._csv import CsvExporter
    from ._documents import JsonExporter, ToonExporter
    from ._files import FileExporter
    from ._http import HttpExporter
    from ._opentelemetry import OpenTelemetryExporter

_PLACES = {
    "ConsoleExporter": "_console",
    "CsvExporter": "_csv",
    "FileExporter": "_files",
    "HttpExporter": "_http",
    "JsonExporter": "_documents",
    "OpenTelemetryExporter": "_opentelemetry",
    "ToonExporter": "_documents",
}
_NAMES = {
    "console": "ConsoleExporter",
    "csv": "CsvExporter",
    "file": "FileExporter",
    "http": "HttpExporter",
    "json": "JsonExporter",
    "jsonl": "FileExporter",
    "opentelemetry": "OpenTelemetryExporter",
    "otel": "OpenTelemetryExporter",
    "toon": "ToonExporter",
}

if not TYPE_CHECKING:

    def __getattr__(name):
        """Load an exporter when it is asked for."""
        if name in _PLACES:
            from importlib import import_module

            return getattr(import_module(f".{_PLACES[name]}", __name__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def from_settings(settings: Iterable[Any]) -> list[Exporter]:
    """Make exporters from a configuration: names, or tables with ``type`` and the options of the exporter.

    What cannot be made is reported as a problem and left out. Exporters that are made already stay as they are.

    Args:
        settings: such as ``["console", {"type": "http", "url": "https://…"}]``. A type with a dot, ``package.module.Class``,
            is a class
            of one's own.

    Raises:
        TracewireError: in strict mode, for what cannot be made.

    Example:
        >>> from_settings([{"type": "file", "path": "traces.jsonl"}])
        [<tracewire.exporters.FileExporter to traces.jsonl>]

    """
    from .. import _recorder

    made = []
    for setting in settings:
        try:
            made.append(_make(setting))
        except Exception as error:  # noqa: BLE001 - an exporter's constructor may raise anything
            _recorder.problem("configuration", f"exporters: {setting!r:.200}: {error}", error)
    return made


def _make(setting: Any) -> Exporter:
    if isinstance(setting, Exporter):
        return setting
    options = {"type": setting} if isinstance(setting, str) else dict(setting)
    kind = options.pop("type", None)
    if not isinstance(kind, str):
        raise ValueError("a table needs a type")  # noqa: TRY004
    from importlib import import_module

    if kind.lower() in _NAMES:
        class_name = _NAMES[kind.lower()]
        made = getattr(import_module(f".{_PLACES[class_name]}", __name__), class_name)(**options)
    elif "." in kind:
        module, _, class_name = kind.rpartition(".")
        made = getattr(import_module(module), class_name)(**options)
    else:
        raise ValueError(f"not an exporter: {kind}; there are {', '.join(sorted(_NAMES))}, and package.module.Class")
    if not isinstance(made, Exporter):
        raise TypeError(f"{kind} is not a tracewire.exporters.Exporter")
    return made


def recorder_options(exporters: Sequence[Exporter], mode: str) -> dict[str, Any]:
    """What the native recorder must know about the exporters before it is opened: ``sinks``, and ``json_lines``.

    Journals wait for the acknowledgement of each sink that is named here.
    """
    native, others = split(exporters, mode)
    options: dict[str, Any] = {"sinks": [name for name, _ in others]}
    if native is not None:
        options["json_lines"] = native
    return options


def split(exporters: Sequence[Exporter], mode: str) -> tuple[str | None, list[tuple[str, Exporter]]]:
    """The file that the native sink writes, if one does, and the other exporters with their sinks' names."""
    native: str | None = None
    others: list[tuple[str, Exporter]] = []
    names: set[str] = set()
    for exporter in exporters:
        # In local mode nothing is drained natively, so a flush has to do it here.
        path = exporter.native_path() if native is None and mode != "local" else None
        if path is not None:
            native = path
            continue
        name = exporter.sink()
        # Two that share a cursor would each get half. The number depends on the order only, so it is the same next time.
        number = 1
        while (unique := name if number == 1 else f"{name}#{number}") in names:
            number += 1
        names.add(unique)
        others.append((unique, exporter))
    return native, others
