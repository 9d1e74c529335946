"""Values between Python and the wire: tags such as ``{"$bytes": "…"}`` become what they stand for, and back."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_LARGEST: Final = 2**53 - 1


def from_wire(value: Any) -> Any:
    """What a value of the wire's JSON stands for. A mark, such as that of a cut, stays as it is.

    Example:
        >>> from_wire({"size": {"$int": "1180591620717411303424"}, "$$ref": "mine"})
        {'size': 1180591620717411303424, '$ref': 'mine'}

    """
    if isinstance(value, list):
        return [from_wire(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((tag, content),) = value.items()
        if tag in ("$int", "$float", "$decimal", "$bytes", "$time") and isinstance(content, str):
            try:
                return _untagged(tag, content)
            except (ArithmeticError, ValueError):
                return value
    return {key[1:] if key.startswith("$$") else key: from_wire(item) for key, item in value.items()}


def _untagged(tag: str, content: str) -> Any:
    if tag == "$int":
        return int(content)
    if tag == "$float":
        return float(content)
    if tag == "$decimal":
        from decimal import Decimal

        return Decimal(content)
    if tag == "$bytes":
        import base64

        return base64.b64decode(content, validate=True)
    from datetime import date, datetime, time

    if "T" in content:
        # Python's clock has six digits where the wire has nine.
        moment, dot, rest = content.partition(".")
        return datetime.fromisoformat(moment + dot + rest[:6] + ("+00:00" if content.endswith("Z") else ""))
    return time.fromisoformat(content[:15]) if ":" in content else date.fromisoformat(content)


def to_wire(value: Any) -> Any:
    """The JSON of a value that somebody searches for.

    Raises:
        TypeError: for what has no form on the wire.

    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) <= _LARGEST else {"$int": str(int(value))}
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return {"$float": "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"}
        return to_wire(int(value)) if value.is_integer() else value
    if isinstance(value, (bytes, bytearray)):
        import base64

        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [to_wire(item) for item in value]
    if isinstance(value, dict):
        return {f"${key}" if str(key).startswith("$") else str(key): to_wire(item) for key, item in value.items()}
    from decimal import Decimal

    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    raise TypeError(f"a {type(value).__name__} cannot be searched for")
