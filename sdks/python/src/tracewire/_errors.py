"""The one exception of the package."""

from __future__ import annotations


class TracewireError(Exception):
    """Wrong use or a loss, raised in strict mode only.

    Attributes:
        code: stable name of what went wrong.

    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
