"""The version, the same for every part of tracewire."""

from __future__ import annotations

__version__ = "0.1.0"
