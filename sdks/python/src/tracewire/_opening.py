"""A configured recorder, with what delivers for it."""

from __future__ import annotations

from . import _native
from ._report import Stats

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ._config import Settings
    from ._pump import Pump
    from ._recorder import Recorder


class Opened:
    """A recorder, its settings, and its exporters.

    Attributes:
        recorder: what records: the native recorder, or what stands in its place.
        native: the native recorder; ``None`` for a client that is switched off.
        pump: what calls the exporters, if there are any.
        delivers_at_ends: whether somebody has to call ``run_ended``.

    """

    __slots__ = ("delivers_at_ends", "native", "pump", "recorder", "settings")

    def __init__(
        self, settings: Settings, problem: Callable[[str, str, BaseException | None], None], *, says_roots: bool
    ) -> None:
        self.settings = settings
        self.pump: Pump | None = None
        self.native: _native.Recorder | None = None
        self.recorder: Recorder
        self.delivers_at_ends = False
        if settings.get("disabled"):
            from ._roots import Silent

            self.recorder = Silent()
            return
        options = settings.recorder_options()
        exporters: list[Any] = []
        if settings.get("exporters"):
            from .exporters import from_settings, recorder_options

            exporters = from_settings(settings.get("exporters"))
            options.update(recorder_options(exporters, settings.mode()))
        try:
            self.native = _native.Recorder(options)
        except (TypeError, ValueError, OverflowError) as error:
            if not _is_of_rules(error):
                exporters = []
            self.native = _native.Recorder(_instead(options, error, problem))
        self.recorder = self.native
        fields = settings.root_fields()
        if fields or says_roots:
            from ._roots import Roots

            self.recorder = Roots(self.native, fields)
        if exporters:
            from ._pump import Pump

            self.pump = Pump(self.native, exporters, settings.mode())
            self.delivers_at_ends = settings.mode() == "inline"

    def run_ended(self) -> None:
        """Deliver what has been recorded up to the end of a run."""
        if self.pump is not None:
            self.pump.run_ended()

    def flush(self, timeout: float) -> dict[str, Any]:
        """Deliver what the mode delivers, and count."""
        pumped: dict[str, Any] = {} if self.pump is None else self.pump.flush(timeout)
        return _together(self.recorder.flush(timeout), pumped)

    def close(self, timeout: float) -> dict[str, Any]:
        """Deliver, let go of the exporters, and close the journal."""
        # The journal first, so that the exporters get the envelope that closes it, and it need not wait for them.
        counts = self.recorder.close(timeout)
        counts = _together(counts, {} if self.pump is None else self.pump.close(timeout))
        # What is withheld is known when it has been delivered.
        counts["withheld"] = self.recorder.stats().get("withheld", 0)
        return counts

    def stats(self) -> Stats:
        """Count, without waiting for anything."""
        return Stats(self.recorder.stats(), {} if self.pump is None else self.pump.pending())

    def directory(self) -> str | None:
        """Where the journals are, or will be; ``None`` for the nearest ``.tracewire``."""
        found: str | None = self.recorder.stats().get("directory") or self.settings.get("dir")
        return found


def _is_of_rules(error: Exception) -> bool:
    return str(error.args[-1]).startswith("redact_")


def _instead(
    options: Mapping[str, object], error: Exception, problem: Callable[[str, str, BaseException | None], None]
) -> dict[str, object]:
    """Options without those that cannot be used. What rules and a mask would have kept out, nobody knows."""
    from ._config import without_content

    closed: dict[str, object] = {"capture": without_content(options["capture"])}
    if _is_of_rules(error):
        problem("configuration", f"{error.args[0]}; inputs and outputs are not recorded", error)
        return {**options, **closed, "redact": [], "redact_at": None, "redact_key": None}
    hidden = bool(options["redact"] or options.get("mask"))
    instead = ", and inputs and outputs are not recorded" if hidden else ""
    problem("configuration", f"{error}; the defaults are used{instead}", error)
    return closed if hidden else {}


def _together(recorded: Mapping[str, Any], pumped: Mapping[str, Any]) -> dict[str, Any]:
    counts = dict(recorded)
    if pumped:
        counts.update(sent=pumped["sent"], pending=pumped["pending"], exporters=pumped["exporters"])
        counts["dropped"] = _added(counts.get("dropped", {}), pumped["dropped"])
        counts["errors"] = pumped["errors"]
    return counts


def _added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}
