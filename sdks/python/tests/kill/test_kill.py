"""Nothing that was acknowledged is missing, whatever the process died of, and nothing is there twice.

The acknowledgements leave the recording process through a pipe; this process compares them with what a reader finds.
"""

from __future__ import annotations

import collections
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tracewire import _native

VICTIM = Path(__file__).with_name("victim.py")
MOMENTS = int(os.environ.get("TRACEWIRE_KILLS", "200"))


def die(death: str, directory: Path, seed: int, moment: float) -> list[str]:
    """Run a victim until ``moment`` seconds behind its first acknowledgement, and give all it acknowledged."""
    command = [sys.executable, str(VICTIM), death, str(directory), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as victim:
        assert victim.stdout is not None
        first = victim.stdout.readline()
        assert first, f"the victim of {death} died before it recorded anything (exit code {victim.wait()})"
        if death in ("kill", "fork"):
            # The moment is what is random here; no outcome depends on how long this really takes.
            time.sleep(moment)
            os.killpg(victim.pid, signal.SIGKILL)
        rest = victim.stdout.read()
    return [line.decode() for line in (first + rest).splitlines()]


def compare(acknowledged: list[str], directory: Path) -> None:
    """The oracle: every acknowledged id is found once, with the payload that was recorded."""
    found: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    for event in json.loads(_native.testing_read(str(directory))):
        value = event.get("body", {}).get("input" if event["type"] == "span.start" else "output")
        digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
        found[event["type"], event.get("span_id", "")].append(digest)
    assert len(acknowledged) > 0
    for line in acknowledged:
        event_type, span_id, digest = line.split()
        assert found[event_type, span_id] == [digest], f"{line} was acknowledged"
    twice = {key: digests for key, digests in found.items() if len(digests) > 1 and key[0] != "loss"}
    assert not twice


@pytest.mark.parametrize("death", ["kill", "fork", "exit", "abort", "segfault"])
def test_what_was_acknowledged_is_there(death: str, tmp_path: Path) -> None:
    moments = {"kill": MOMENTS, "fork": MOMENTS // 4}.get(death, MOMENTS // 10)
    chance = random.Random()
    total = 0
    for number in range(max(moments, 1)):
        directory = tmp_path / str(number)
        acknowledged = die(death, directory, chance.getrandbits(30), chance.uniform(0, 0.06))
        compare(acknowledged, directory)
        total += len(acknowledged)
    print(f"{death}: {moments} deaths, {total} acknowledged records, none missing, none twice")


def test_the_oracle_notices_a_missing_record(tmp_path: Path) -> None:
    acknowledged = die("exit", tmp_path, 1, 0)
    forged = [*acknowledged, "span.start 00000000000000aa " + "0" * 64]
    with pytest.raises(AssertionError, match="was acknowledged"):
        compare(forged, tmp_path)
    changed = [acknowledged[0][:-1] + ("0" if acknowledged[0][-1] != "0" else "1"), *acknowledged[1:]]
    with pytest.raises(AssertionError, match="was acknowledged"):
        compare(changed, tmp_path)
