"""Amounts of money as decimal texts. Loaded when the first cost is told."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from ._recorder import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._fields import Amount

_MOST_DIGITS = 60


def decimal_text(amount: object) -> str | None:
    """An amount as plain decimal text, every digit kept; ``None`` for what is not a finite number.

    >>> decimal_text(0.1), decimal_text("1e-7"), decimal_text(Decimal("2.50")), decimal_text("ten")
    ('0.1', '0.0000001', '2.50', None)
    """
    if isinstance(amount, bool) or not isinstance(amount, (Decimal, int, float, str)):
        return None
    try:
        number = Decimal(repr(float(amount)) if isinstance(amount, float) else amount)
    except (InvalidOperation, ValueError):
        return None
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS or len(number.as_tuple().digits) > _MOST_DIGITS:
        return None
    if isinstance(amount, float) and number == number.to_integral_value():
        return format(number.quantize(Decimal(1)), "f")
    return format(number, "f")


def cost_of(
    parts: Mapping[str, Amount | None],
    details: Mapping[str, Amount] | None,
    currency: str,
    price_source: str | None,
    price_version: str | None,
    problem: Callable[[str, str], None],
) -> dict[str, Any] | None:
    """The body's ``cost``; ``None`` when no amount in it can be used."""
    cost: dict[str, Any] = _texts(parts, problem)
    more = _texts(details, problem) if isinstance(details, Mapping) else {}
    if more:
        cost["details"] = more
    if not cost:
        return None
    if isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isalpha():
        cost["currency"] = currency.upper()
    else:
        problem("invalid_cost", f"cost: a currency has three letters (ISO 4217), not {shown(currency)}")
    if price_source is not None:
        cost["price_source"] = price_source
    if price_version is not None:
        cost["price_version"] = price_version
    return cost


def _texts(amounts: Mapping[str, Amount | None], problem: Callable[[str, str], None]) -> dict[str, Any]:
    texts: dict[str, Any] = {}
    for name, amount in amounts.items():
        if amount is None:
            continue
        text = decimal_text(amount)
        if text is None:
            problem("invalid_cost", f"cost: {name} is not a decimal amount: {shown(amount)}")
        else:
            texts[str(name)] = text
    return texts
