"""Injected clock and ids, and what was recorded as the wire has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tracewire
from tracewire.testing import Sealed, recording, recover, seal

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"


def record(**options: Any) -> list[dict[str, Any]]:
    with recording(**options) as recorded:
        for number in (1, 2):
            with tracewire.span("search", kind="tool", input=number):
                pass
    return [event for envelope in recorded.envelopes() for event in json.loads(envelope)["events"]]


def test_lists_come_first_then_clock_and_ids_go_on() -> None:
    moments = [(1_767_225_600_000_000_000, 5), (1_767_225_600_000_000_007, 12)]
    events = record(moments=moments, trace_ids=[TRACE], span_ids=[SPAN], start_monotonic_nanos=100, step_nanos=3)
    assert [event["time"][-10:] for event in events] == ["000000000Z", "000000007Z", "000000000Z", "000000003Z"]
    assert [event.get("duration_nanos") for event in events] == [None, 7, None, 3]
    assert [event["trace_id"] for event in events[::2]] == [TRACE, "0" * 31 + "1"]
    assert [event["span_id"] for event in events[::2]] == [SPAN, "0" * 15 + "1"]


def test_options_reach_the_recorder() -> None:
    with recording(resource={"service.name": "shop", "n": 1}, redact=["token"], process="00000000000000ab") as recorded:
        tracewire.event("login", data={"token": "secret"})
    (envelope,) = map(json.loads, recorded.envelopes())
    assert (envelope["producer"], envelope["resource"]) == ("00000000000000ab-1", {"service.name": "shop", "n": 1})
    assert envelope["events"][0]["body"]["data"] == {"token": {"$redacted": "key"}}
    assert record(sampling=0) == []
    with recording(limits={"envelope_events": 1, "inline_bytes": 1}) as recorded:
        tracewire.event("one", data="long")
        tracewire.event("two")
        assert len(recorded.envelopes()) == 2
    assert "$ref" in json.loads(recorded.envelopes()[0])["events"][0]["body"]["data"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"trace_ids": ["x"]}, "32 lower-case hex digits"),
        ({"limits": {"height": 3}}, 'limits: ValueError: "height" is not a limit'),
        ({"sampling": 2}, "sampling: ValueError: 2 is not a number from 0 to 1"),
    ],
)
def test_what_cannot_be_used_is_said(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said), recording(**options):
        pass


def test_a_journal_is_sealed_and_recovered_from_its_bytes(tmp_path: Path) -> None:
    with recording(tmp_path) as recorded:
        tracewire.event("one")
        tracewire.flush()
        tracewire.event("two")
        (journal,) = tmp_path.glob("journal/*.twj")
        torn = journal.read_bytes()
        sealed = seal(torn)
        assert (sealed.pending, sealed.envelopes) == (1, recorded.envelopes())
    whole = journal.read_bytes()
    assert seal(whole) == Sealed(recorded.envelopes(), 0)
    recovered = recover(torn)
    assert json.loads(seal(recovered).envelopes[-1])["close"] == "recovered"
    assert (recover(recovered), recover(whole), recover(b"no journal")) == (recovered, whole, b"no journal")
    with pytest.raises(tracewire.FormatError) as refused:
        seal(b"no journal")
    assert refused.value.code == "journal_foreign"
