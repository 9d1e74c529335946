"""Tags of the wire that no Python value stands for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Tag(dict["str", "Any"]):
    """A value in the wire's form that no Python value says, such as ``{"$ref": "sha256:…"}`` or the mark of a cut.

    It is a dict like any other, except that ``encode`` writes its keys as they stand: in any other dict a key that begins with
    ``$`` is the program's own, and is written with one more.

    Example:
        >>> tracewire.decode('[{"$ref": "sha256:00"}, {"$$ref": "mine"}]')
        [Tag({'$ref': 'sha256:00'}), {'$ref': 'mine'}]

    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Tag({super().__repr__()})"
