"""Guards: budgets and loops, checked before a call begins. The only thing that raises, and only where it is configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from decimal import Decimal

from . import _native, _recorder
from ._errors import BudgetExceeded, GuardStop, LoopDetected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final, Literal, TypeAlias

    Rule: TypeAlias = Literal["money", "tokens", "steps", "wall", "repeat", "cycle", "idle"]
    Unit: TypeAlias = Literal["usd", "tokens", "steps", "seconds", "times"]

_CALLBACK: Final = "on_warning"


@dataclass(frozen=True)
class Budget:
    """What the calls of a session may use together; what is left out is not limited.

    Attributes:
        money: US dollars. Text, ``Decimal`` and ``int`` are kept digit by digit; a ``float`` counts as the shortest text that
            stands for it.
        tokens: tokens of models, in and out.
        steps: calls of models, tools and searches.
        wall: time since the first call: seconds, a text such as ``"10m"`` (``ms``, ``s``, ``m``, ``h``, ``d``), or a
            ``timedelta``.

    """

    money: str | Decimal | int | float | None = None
    tokens: int | None = None
    steps: int | None = None
    wall: int | str | timedelta | None = None


@dataclass(frozen=True)
class Loops:
    """What makes a loop; what is left out is not looked for.

    Attributes:
        repeats: so many times the same call: kind, name and arguments.
        cycles: so many times in a row the same round of two to eight calls.
        idle: so many calls in a row whose arguments and results were all there before.

    """

    repeats: int | None = None
    cycles: int | None = None
    idle: int | None = None


@dataclass(frozen=True)
class Rate:
    """What a model costs: US dollars for a million tokens.

    Attributes:
        input: tokens that go in.
        output: tokens that come out.
        cached_input: tokens that go in and were read from a cache; those of ``input`` by default.

    """

    input: str | Decimal | int | float
    output: str | Decimal | int | float
    cached_input: str | Decimal | int | float | None = None


@dataclass(frozen=True)
class Guards:
    """Limits that calls are checked against before they begin.

    Attributes:
        budget: what the calls of a session may use together.
        loops: what makes a loop.
        warn_at: from which share of a limit on ``on_warning`` is called, 0.8 by default; once for each limit of a session.
        rates: prices by model, or by the beginning of its name and ``*``. Models that are not here have the prices of the list
            that tracewire carries, and of your own ``prices.json``.
        unpriced: whether calls without a known price are let through where there is a budget of money; ``"allow"`` by default.
        reserve_output_tokens: what a model may put out that is given no maximum, 4096 by default.
        on_warning: called on the caller's thread when a limit is near. What it raises is counted and goes no further.

    Example:
        >>> init(guards=Guards(budget=Budget(money="5.00", steps=200, wall="10m"), loops=Loops(repeats=5)))

    """

    budget: Budget | Mapping[str, Any] | None = None
    loops: Loops | Mapping[str, Any] | None = None
    warn_at: float | None = None
    rates: Mapping[str, Rate | Mapping[str, Any]] | None = None
    unpriced: Literal["allow", "stop"] | None = None
    reserve_output_tokens: int | None = None
    on_warning: Callable[[Verdict], object] | None = None


@dataclass(frozen=True)
class Verdict:
    """What a guard says of a call.

    Attributes:
        decision: ``warn`` for a call that begins near a limit, ``stop`` for one that does not begin.
        rule: which limit is meant.
        scope: for whom it holds: ``session:`` and its id, ``run:`` and the trace id, or ``process``.
        kind: the kind of the call.
        name: its name.
        unit: what the numbers count.
        limit: the limit.
        used: what calls that have ended used.
        reserved: what calls that are going on may use.
        asked: what this call may use.
        unpriced: whether no price is known for the call.
        message: the same as a sentence.

    """

    decision: Literal["warn", "stop"]
    rule: Rule
    scope: str
    kind: str
    name: str
    unit: Unit
    limit: Decimal
    used: Decimal
    reserved: Decimal
    asked: Decimal
    unpriced: bool
    message: str


@dataclass(frozen=True)
class Level:
    """Where one limit stands.

    Attributes:
        used: what calls that have ended used; of ``wall`` the seconds since the first call.
        reserved: what calls that are going on may use.
        limit: the limit; ``None`` for none.

    """

    used: Decimal
    reserved: Decimal
    limit: Decimal | None


@dataclass(frozen=True)
class GuardStatus:
    """Where a session stands before its guards."""

    scope: str
    money: Level
    tokens: Level
    steps: Level
    wall: Level
    idle: Level


class GuardsView:
    """What a client's guards know: ``client.guards``."""

    __slots__ = ("_open",)

    def __init__(self, recorder: Callable[[], Any]) -> None:
        self._open = recorder

    def status(self, session_id: str | None = None, *, trace_id: str | None = None) -> GuardStatus | None:
        """Where a session stands, or a run by its trace id; without either the calls that belong to neither.

        Returns:
            ``None`` where there are no guards, or no call of it was checked.

        """
        import json

        text: str | None = self._open().guard_status(session_id, trace_id)
        if text is None:
            return None
        found = json.loads(text)
        levels = {name: _level(found[name]) for name in ("money", "tokens", "steps", "wall", "idle")}
        return GuardStatus(scope=found["scope"], **levels)


def plain(given: Any) -> dict[str, Any]:
    """What the native half reads: plain values, and ``on_warning`` apart from them.

    Raises:
        ValueError: naming the member that cannot be used.

    """
    if not (is_dataclass(given) or hasattr(type(given), "keys")):
        raise ValueError("Guards, or a mapping, is expected")
    members = _members(given)
    function = members.pop(_CALLBACK, None)
    if function is not None and not callable(function):
        raise ValueError(f"{_CALLBACK}: a function is expected")
    _native.check_guards(members)
    return {"guards": members, _CALLBACK: function}


def _members(given: Any) -> dict[str, Any]:
    items = {each.name: getattr(given, each.name) for each in fields(given)} if is_dataclass(given) else dict(given)
    return {name: _plain(value) for name, value in items.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return f"{value // timedelta(milliseconds=1)}ms"
    if is_dataclass(value) or isinstance(value, Mapping):
        return _members(value)
    return value


def _level(found: Mapping[str, str]) -> Level:
    limit = found.get("limit")
    return Level(Decimal(found["used"]), Decimal(found.get("reserved", "0")), None if limit is None else Decimal(limit))


def _verdict(text: str) -> tuple[str | None, Verdict]:
    import json

    found: dict[str, Any] = json.loads(text)
    code, numbers = found.pop("code", None), {name: Decimal(found[name]) for name in ("limit", "used", "reserved", "asked")}
    found.pop("reservation", None)
    return code, Verdict(**{"unpriced": False, **found, **numbers})


def error_of(text: str) -> GuardStop:
    """The error that a stop is. The native half calls this."""
    code, verdict = _verdict(text)
    return (LoopDetected if code == LoopDetected.CODE else BudgetExceeded)(verdict)


def warn(function: Callable[[Verdict], object], text: str) -> None:
    """Tell the program that a limit is near. The native half calls this."""
    try:
        function(_verdict(text)[1])
    except Exception as error:  # noqa: BLE001
        # Whatever the host's function raises: the call has nothing to do with it.
        message = f"on_warning raised {type(error).__name__}"
        _recorder.note(_recorder._errors, False, "guard_warning_failed", message, error)
