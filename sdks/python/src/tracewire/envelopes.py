"""Envelopes by their bytes: what they prove, and how something is taken out of them without breaking a digest.

::

    found = tracewire.envelopes.verify(open("audit.jsonl", "rb").read().splitlines())
    assert found.is_sound, found

    without = tracewire.envelopes.erase(envelope, contents=["sha256:…"])
"""

from __future__ import annotations

import json

from . import _native
from .formats import _data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .formats import Data

__all__ = ["Contradiction", "Verification", "erase", "verify", "withhold"]


class Contradiction:
    """Something in envelopes that contradicts.

    Attributes:
        code: ``digest``, ``sequence``, ``chain``, ``fork``, ``content``, ``closed``; of heads ``head``, ``signature``.
        producer: whose envelope it is.
        first_seq: the number of that envelope's first event.
        message: what is wrong, in one sentence.

    """

    __slots__ = ("code", "first_seq", "message", "producer")

    def __init__(self, members: dict[str, Any]) -> None:
        self.code: str = members["code"]
        self.producer: str = members["producer"]
        self.first_seq: int = members["first_seq"]
        self.message: str = members["message"]

    def __str__(self) -> str:
        return f"{self.code}: {self.producer} from {self.first_seq}: {self.message}"

    def __repr__(self) -> str:
        return f"<tracewire.Contradiction {self}>"


class Verification:
    """What envelopes prove together. It is true where nothing contradicts, so ``assert verify(envelopes)`` is a test.

    Where keys were given, it is true if they prove all of it.

    Attributes:
        is_sound: whether nothing contradicts. What is missing, erased or withheld is no contradiction.
        is_complete: whether, besides, nothing is missing and every producer's end is known.
        is_proved: where keys were given, whether they vouch for each producer up to its signed head; else ``None``.
        findings: what contradicts, in order of producer and place.
        producers: what is known of each producer, by its name: how many ``envelopes`` and ``events``, which are missing, ….

    """

    __slots__ = ("findings", "is_complete", "is_proved", "is_sound", "producers")

    def __init__(self, report: dict[str, Any]) -> None:
        self.is_sound: bool = report["sound"]
        self.is_complete: bool = report["complete"]
        self.is_proved: bool | None = report.get("proved")
        self.findings = [Contradiction(found) for found in report["findings"]]
        self.producers: dict[str, dict[str, Any]] = report["producers"]

    @property
    def codes(self) -> list[str]:
        """The codes of what contradicts, sorted, each once."""
        return sorted({found.code for found in self.findings})

    def __bool__(self) -> bool:
        return self.is_sound if self.is_proved is None else self.is_proved

    def __str__(self) -> str:
        state = "complete" if self.is_complete else "sound" if self.is_sound else "not sound"
        if self.is_proved is not None:
            state += ", proved" if self.is_proved else ", not proved"
        return "\n".join([state, *map(str, self.findings)])

    def __repr__(self) -> str:
        return f"<tracewire.Verification {', '.join(str(self).splitlines())}>"


def verify(envelopes: Iterable[Data], *, keys: Iterable[str] | None = None) -> Verification:
    """Say what envelopes prove, each given in JSON: in any order, the same ones also repeatedly.

    Args:
        envelopes: in JSON; signed heads may be among them.
        keys: public keys of Ed25519 that are trusted, each in PEM, hex or base64. What none of them signed is not proved.

    Raises:
        FormatError: for the first that is neither envelope nor statement, and for what is no key.

    """
    given = [_data(envelope) for envelope in envelopes]
    trusted = None if keys is None else list(keys)
    verification: dict[str, Any] = json.loads(_native.verify_envelopes(given, trusted))
    return Verification(verification)


def erase(envelope: Data, *, contents: Iterable[str] = (), bodies: Iterable[int] = ()) -> bytes:
    """Erase something for ever; gives the envelope without it, in canonical JSON. Every digest stays.

    Args:
        envelope: in JSON.
        contents: contents by their hashes, wherever the envelope holds them.
        bodies: events whose bodies go, by their ``seq``.

    Raises:
        FormatError: for what is no envelope, or no hash.

    """
    return _native.remove_from_envelope(_data(envelope), list(contents), list(bodies), [], True)


def withhold(envelope: Data, *, contents: Iterable[str] = (), bodies: Iterable[int] = (), events: Iterable[int] = ()) -> bytes:
    """Keep something out of this copy; gives the envelope without it, in canonical JSON. Every digest stays.

    Args:
        envelope: in JSON.
        contents: contents by their hashes, wherever the envelope holds them.
        bodies: events whose bodies go, by their ``seq``.
        events: events that go whole, by their ``seq``.

    Raises:
        FormatError: for what is no envelope, or no hash.

    """
    return _native.remove_from_envelope(_data(envelope), list(contents), list(bodies), list(events), False)
