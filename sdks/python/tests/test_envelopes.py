"""What envelopes prove, and what is taken out of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tracewire
from tracewire.envelopes import erase, verify, withhold
from tracewire.testing import recording

LONG = "otters " * 60


def recorded() -> list[bytes]:
    with recording(limits={"envelope_events": 2}) as made, tracewire.span("search", kind="tool", input=LONG):
        tracewire.log("a")
        tracewire.log("b")
    return made.envelopes()


def test_a_chain_is_sound_and_complete_in_any_order() -> None:
    first, second, end = recorded()
    found = verify([end, second, first, second.decode()])
    assert found
    assert (found.is_sound, found.is_complete, found.findings, found.codes) == (True, True, [], [])
    assert found.producers["0000000000000001-1"]["events"] == 4
    assert str(found) == "complete"

    part = verify([memoryview(second)])
    assert (part.is_sound, part.is_complete, str(part)) == (True, False, "sound")


def test_a_contradiction_is_named() -> None:
    first, second, end = recorded()
    found = verify([first.replace(b'"message":"a"', b'"message":"z"'), second, end])
    assert not found
    assert (found.is_sound, found.is_complete, found.codes) == (False, False, ["digest"])
    (contradiction,) = found.findings
    assert (contradiction.producer, contradiction.first_seq) == ("0000000000000001-1", 1)
    assert str(contradiction).startswith("digest: 0000000000000001-1 from 1: ")
    assert str(found).splitlines()[0] == "not sound"


def test_what_goes_breaks_no_digest() -> None:
    first, second, end = recorded()
    (content,) = json.loads(first)["content"]
    erased = erase(first, contents=[content], bodies=[2])
    assert json.loads(erased)["content"] == {content: {"$erased": content}}
    assert list(json.loads(erased)["events"][1]["body"]) == ["$erased"]
    withheld = withhold(second, events=[3])
    assert "$withheld" in json.loads(withheld)["events"][0]
    assert verify([erased, withheld, end]).is_sound
    assert withhold(erased, contents=[content], bodies=[2]) == erased


@pytest.mark.parametrize(
    ("envelope", "contents", "code"),
    [(b"{}", [], "envelope_member_missing"), (b"[", [], "json_end"), (b"{}", ["sha256:0"], "hash")],
)
def test_what_is_none_is_refused(envelope: bytes, contents: list[str], code: str) -> None:
    with pytest.raises(tracewire.FormatError) as refused:
        erase(envelope, contents=contents)
    assert refused.value.code == code
    if not contents:
        with pytest.raises(tracewire.FormatError) as refused:
            verify([envelope])
        assert refused.value.code == code


SIGNED = Path(__file__).parents[3] / "conformance" / "cases" / "signing"
"""Chains with heads that OpenSSL signed."""


def test_keys_prove_what_they_signed() -> None:
    case = json.loads((SIGNED / "whole.json").read_text(encoding="utf-8"))["request"]
    lines = [envelope["text"] for envelope in case["envelopes"]]
    found = verify(lines, keys=case["keys"])
    assert found
    assert (found.is_proved, str(found)) == (True, "complete, proved")
    assert found.producers["producer-1"]["signed"]["proved"] == [[1, 5]]
    # Without keys nobody checks the signature.
    assert verify(lines).is_proved is None
    # Cut off behind its head: sound, and not proved.
    cut = verify([lines[0], lines[3]], keys=case["keys"])
    assert not cut
    assert (cut.is_sound, cut.is_proved, str(cut)) == (True, False, "sound, not proved")
    assert cut.producers["producer-1"]["missing_events"] == [[3, 5]]
    with pytest.raises(tracewire.FormatError) as refused:
        verify(lines, keys=["otters"])
    assert refused.value.code == "key"
