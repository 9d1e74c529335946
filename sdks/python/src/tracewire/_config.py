"""What a client is configured to do: arguments over ``TRACEWIRE_…`` in the environment over ``tracewire.toml`` or ``.yaml``.

A value that cannot be used is named with its key, its source and a remedy, once; recording goes on with what comes after it.
"""

from __future__ import annotations

import sys

from . import _native
from ._recorder import shown
from ._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Final

    Check = Callable[[Any], Any]

_EMPTY: Final = '"problems":[],"settings":{}'
_MODES: Final = ("local", "inline", "background")
FIELDS: Final = ("input", "output", "chunks", "data", "attributes", "message")
"""What can be left out of records; of these the first four are what went in and came out."""
_OF_RECORDER: Final = (
    "block_bound",
    "dir",
    "file_bytes",
    "guards",
    "mask",
    "media",
    "on_warning",
    "quota_bytes",
    "redact_at",
    "redact_key",
    "sampling",
    "tail",
    "when_full",
)


class Settings:
    """What was found, and where.

    Attributes:
        values: by key; what nobody said is absent.
        sources: where each value comes from: ``argument``, a variable's name, or a file and its line.
        problems: sentences about what could not be used.
        refused: what is wrong with guards. Without the limits that somebody asked for, a program must not go on unnoticed.

    """

    __slots__ = ("problems", "refused", "sources", "values")

    def __init__(self, given: Mapping[str, Any], unknown: Mapping[str, Any]) -> None:
        self.values: dict[str, Any] = {}
        self.sources: dict[str, str] = {}
        self.problems: list[str] = []
        self.refused: str | None = None
        self._load()
        for key, value in given.items():
            if value is None:
                continue
            check, expected, example = KEYS[key]
            try:
                self.values[key] = check(value)
                self.sources[key] = "argument"
            except Exception:  # noqa: BLE001
                # A value of the host's may raise anything while it is read.
                told = "a secret" if key == "redact_key" else shown(value)
                self.problems.append(
                    f"{key} = {told} (argument): {expected} is expected, such as {key}={example}; {self._instead(key)}"
                )
        self._check_guards()
        for name in unknown:
            self.problems.append(f"{name} = {shown(unknown[name])} (argument): there is no such setting{_nearest(name)}")

    def _check_guards(self) -> None:
        if "guards" not in self.values:
            return
        from ._guards import plain

        try:
            self.values.update(plain(self.values["guards"]))
        except Exception as error:  # noqa: BLE001
            # A value of the host's may raise anything while it is read.
            del self.values["guards"]
            reason = error.args[0] if type(error) is ValueError and error.args else type(error).__name__
            self.refused = f"guards ({self.sources['guards']}): {reason}"
            self.problems.append(f"{self.refused}; nothing is guarded")

    def _load(self) -> None:
        try:
            text = _native.load_config(None)
            if _EMPTY in text:
                return
            import json

            loaded: dict[str, Any] = json.loads(text)
        except Exception as error:  # noqa: BLE001
            self.problems.append(f"the configuration could not be read: {type(error).__name__}")
            return
        self.values.update(loaded["settings"])
        self.sources.update(loaded["sources"])
        self.problems.extend(f"{problem['message']}; {self._instead(problem['key'])}" for problem in loaded["problems"])

    def _instead(self, key: str) -> str:
        if key in self.values:
            return f"{shown(self.values[key])} of {self.sources[key]} is used"
        return "the default is used"

    def get(self, key: str, default: Any = None) -> Any:
        """A value, or the default."""
        return self.values.get(key, default)

    def mode(self) -> str:
        """Who delivers: with exporters it is ``inline`` by default, since they would be for nothing otherwise."""
        mode: str = self.get("mode") or ("inline" if self.get("exporters") else "local")
        return mode

    def recorder_options(self) -> dict[str, object]:
        """What the native recorder is opened with."""
        return {
            "capture": self.get("capture", True),
            "resource": self.resource(),
            "mode": self.mode(),
            "redact": self.get("redact", []),
            "fsync": self.get("fsync", False),
            "store": self.get("store", True),
            **{key: self.values[key] for key in _OF_RECORDER if key in self.values},
        }

    def root_fields(self) -> dict[str, str]:
        """What the root of each run says."""
        return {key: self.values[key] for key in ("environment", "release", "session_id") if key in self.values}

    def resource(self) -> dict[str, object]:
        """What the program is, under OpenTelemetry's names."""
        import os

        script = os.path.basename(sys.argv[0]) if sys.argv else ""
        resource: dict[str, object] = {
            "process.runtime.name": sys.implementation.name,
            "process.runtime.version": ".".join(str(part) for part in sys.version_info[:3]),
            "service.name": self.get("service") or os.environ.get("OTEL_SERVICE_NAME") or script or "python",
            "telemetry.sdk.language": "python",
            "telemetry.sdk.name": "tracewire",
            "telemetry.sdk.version": __version__,
        }
        if "environment" in self.values:
            resource["deployment.environment.name"] = self.values["environment"]
        if "release" in self.values:
            resource["service.version"] = self.values["release"]
        resource.update(self.get("resource", {}))
        return resource


class _Wrong(Exception):
    """A value that cannot be used."""


def _is(fits: Callable[[Any], bool]) -> Check:
    def check(value: Any) -> Any:
        if not fits(value):
            raise _Wrong
        return value

    return check


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _path(value: Any) -> Any:
    import os

    return os.fspath(value)


def _capture(value: Any) -> Any:
    if isinstance(value, bool) or value in ("input", "output"):
        return value
    if isinstance(value, str):
        return {"all": True, "none": False}[value]
    fields = dict(value)
    if not all(name in FIELDS and isinstance(is_kept, bool) for name, is_kept in fields.items()):
        raise _Wrong
    return fields


def without_content(capture: Any) -> Any:
    """What is left of ``capture`` where inputs and outputs must not be recorded: what was switched off besides stays off."""
    return {**capture, **dict.fromkeys(FIELDS[:4], False)} if isinstance(capture, dict) else False


def _texts(value: Any) -> Any:
    texts = [value] if isinstance(value, str) else list(value)
    if not all(isinstance(text, str) for text in texts):
        raise _Wrong
    return texts


def _exporters(value: Any) -> Any:
    from .exporters import Exporter

    items = [value] if isinstance(value, (str, dict, Exporter)) else list(value)
    if not all(isinstance(item, (str, dict, Exporter)) for item in items):
        raise _Wrong
    return items


_WHEN_FULL: Final = ("drop_newest", "drop_oldest", "block")


def _time(value: Any) -> Any:
    if _number(value):
        fits = 0 <= value < 1e9
    else:
        from re import fullmatch

        fits = fullmatch(r"\s*\d+(\.\d+)?\s*(ms|s|m|min|h|d)\s*", value) is not None
    if not fits:
        raise _Wrong
    return value


def _tail(value: Any) -> Any:
    rules = dict(value)
    checks: dict[str, Check] = {
        "errors": bool,
        "slower_than": _time,
        "costs_over": str,
        "share": _sampling,
        "decide_after": _time,
    }
    for name, rule in rules.items():
        if name not in checks or (name == "errors" and not isinstance(rule, bool)):
            raise _Wrong
        checks[name](rule)
    if "costs_over" in rules:
        rules["costs_over"] = str(rules["costs_over"])
    return rules


def _share(value: Any) -> bool:
    return _number(value) and 0 <= value <= 1


def _sampling(value: Any) -> Any:
    if _share(value):
        return value
    rates = {"rate": 1, "kinds": {}, **value}
    kinds = dict(rates["kinds"])
    if len(rates) > 2 or not all(_share(share) for share in (rates["rate"], *kinds.values())):
        raise _Wrong
    if not all(isinstance(kind, str) and kind for kind in kinds):
        raise _Wrong
    return {"rate": rates["rate"], "kinds": kinds}


_text: Final = _is(lambda value: isinstance(value, str) and value != "")
_switch: Final = _is(lambda value: isinstance(value, bool))
_bytes: Final = _is(lambda value: _number(value) and isinstance(value, int) and value > 0)

KEYS: Final[dict[str, tuple[Check, str, str]]] = {
    "block_bound": (_time, "seconds, or a text with a unit", "0.05"),
    "capture": (
        _capture,
        f"True, False, 'input', 'output', or a mapping of {', '.join(FIELDS)} to True or False",
        "{'message': False}",
    ),
    "dir": (_path, "a path", "'.tracewire'"),
    "disabled": (_switch, "True or False", "True"),
    "environment": (_text, "a text", "'production'"),
    "exporters": (_exporters, "a list of exporters, names and tables", "['console']"),
    "file_bytes": (_bytes, "a number of bytes", "67108864"),
    "fsync": (_switch, "True or False", "True"),
    "guards": (_is(lambda value: value is not None), "Guards, or a mapping", "Guards(budget=Budget(steps=200))"),
    "mask": (_is(callable), "a function of a field's name and its value", "lambda field, value: value"),
    "media": (_switch, "True or False", "False"),
    "mode": (_is(lambda value: value in _MODES), f"one of {', '.join(_MODES)}", "'background'"),
    "quota_bytes": (_bytes, "a number of bytes", "4294967296"),
    "redact": (_texts, "a list of texts", "['password']"),
    "redact_at": (_is(lambda value: value in ("seal", "record")), "seal or record", "'record'"),
    "redact_key": (_text, "a text", "'a long secret'"),
    "release": (_text, "a text", "'2026.11.1'"),
    "resource": (dict, "a mapping", "{'team': 'search'}"),
    "sampling": (_sampling, "a number from 0 to 1", "0.1"),
    "service": (_text, "a text", "'research-agent'"),
    "session_id": (_text, "a text", "'chat-7'"),
    "store": (_switch, "True or False", "False"),
    "strict": (_switch, "True or False", "True"),
    "tail": (_tail, "a mapping of rules", "{'errors': True, 'slower_than': '2s'}"),
    "when_full": (_is(lambda value: value in _WHEN_FULL), f"one of {', '.join(_WHEN_FULL)}", "'drop_oldest'"),
}


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, KEYS, 1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(KEYS)}"
