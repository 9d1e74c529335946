"""``tracewire.validate``: what it takes, what it finds, and what the report says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tracewire
from tracewire import FormatError

TIME = "2026-11-21T04:30:00.000000000Z"
TRACE = "0af7651916cd43dd8448eb211c80319c"
GOOD: dict[str, Any] = {"seq": 1, "time": TIME, "type": "log", "body": {"message": "hello"}}
BAD = {**GOOD, "time": "2026-11-21T04:30:00Z"}


def findings(report: tracewire.formats.Report) -> list[tuple[str, int | None, str]]:
    return [(finding.code, finding.line, finding.pointer) for finding in report]


def test_a_good_recording_is_valid(tmp_path: Path) -> None:
    exporter = tracewire.exporters.FileExporter(tmp_path / "traces.jsonl")
    client = tracewire.Client(dir=tmp_path / "journal", mode="inline", exporters=[exporter])
    with client, client.span("plan", kind="plan", input="x" * 1000, attributes={"gen_ai.request.model": "m"}):
        client.log("hello")
    report = tracewire.validate(tmp_path / "traces.jsonl", level="canonical")
    assert report, str(report)
    assert (report.is_valid, report.errors, report.warnings, report.spans) == (True, 0, 0, 1)
    assert report.events == 3
    report.raise_for_findings("warning")


def test_what_is_wrong_is_said_with_its_place_and_a_way_to_mend_it() -> None:
    report = tracewire.validate(json.dumps(GOOD) + "\n\n" + json.dumps({**BAD, "seq": 2}) + "\n")
    assert findings(report) == [("TW0107", 3, "/time")]
    assert not report
    assert (report.documents, report.events, report.errors) == (2, 2, 1)
    (finding,) = report.findings
    assert (finding.name, finding.severity, finding.level) == ("time-digits", "error", "schema")
    assert finding.requirement == "TW-TIME-001"
    assert finding.fix
    assert str(finding).startswith("error TW0107 line 3 /time: ")
    assert str(finding).endswith(finding.fix)
    assert finding.as_dict()["code"] == "TW0107"
    assert str(report).endswith("\n1 error, 0 warnings, 0 notes in 2 events")
    assert report.codes == ["TW0107"]
    with pytest.raises(FormatError) as caught:
        report.raise_for_findings()
    assert (caught.value.code, caught.value.line, caught.value.path) == ("TW0107", 3, "/time")


def test_levels_look_deeper_one_after_the_other() -> None:
    end = {"seq": 1, "time": TIME, "type": "span.end", "trace_id": TRACE, "span_id": "00f067aa0ba902b7", "status": "ok"}
    text = json.dumps({**end, "duration_nanos": 5})
    assert tracewire.validate(text, level="schema").codes == []
    assert "TW0302" in tracewire.validate(text).codes
    assert "TW0801" not in tracewire.validate(text).codes
    assert "TW0801" in tracewire.validate(text, level="canonical").codes
    report = tracewire.validate(text)
    assert report.is_valid
    report.raise_for_findings()
    with pytest.raises(FormatError):
        report.raise_for_findings("warning")
    with pytest.raises(FormatError, match='"deep" is not one of schema, semantic, canonical'):
        tracewire.validate(text, level="deep")  # type: ignore[arg-type]


def test_every_kind_of_input_is_taken(tmp_path: Path) -> None:
    line = json.dumps(BAD)
    path = tmp_path / "events.jsonl"
    path.write_text(f"{line}\n", encoding="utf-8")
    inputs: list[Any] = [path, str(path), line, line.encode(), bytearray(line.encode()), memoryview(line.encode()), BAD, (BAD,)]
    for given in inputs:
        assert [finding.code for finding in tracewire.validate(given)] == ["TW0107"], given
    assert findings(tracewire.validate([GOOD, {**BAD, "seq": 2}])) == [("TW0107", None, "/1/time")]
    with pytest.raises(FileNotFoundError):
        tracewire.validate(str(tmp_path / "nothing.jsonl"))
    with pytest.raises(FileNotFoundError):
        tracewire.validate(tmp_path / "{nothing}")


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("json", ".json"), ("jsonl", ".ndjson"), ("toon", ".toon"), ("csv", ".csv"), ("proto", ".binpb"), ("proto", ".pb")],
)
def test_every_format_is_read(tmp_path: Path, name: tracewire.formats.Format, suffix: str) -> None:
    text = tracewire.encode([GOOD, {**BAD, "seq": 2}], name, tags="keep")
    path = tmp_path / f"events{suffix}"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    expected = "/time" if name == "jsonl" else "/1/time"
    for report in (tracewire.validate(path), tracewire.validate(text, format=name)):
        assert [(finding.code, finding.pointer) for finding in report] == [("TW0107", expected)]
        assert report.events == 2


def test_a_pretty_document_has_lines() -> None:
    report = tracewire.validate(json.dumps([GOOD, {**BAD, "seq": 2}], indent=2))
    assert findings(report) == [("TW0107", 12, "/1/time")]


def test_rows_of_events_are_the_events_that_they_were(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    exporter = tracewire.exporters.CsvExporter(path)
    with tracewire.Client(dir=tmp_path / "journal", mode="inline", exporters=[exporter]) as client, client.span("plan"):
        client.log("hello")
    report = tracewire.validate(path)
    assert (report.findings, report.events, report.spans) == ([], 3, 1)


@pytest.mark.parametrize(
    ("data", "name", "found"),
    [
        ("{", "json", ("TW0001", 1, "")),
        (b"\xff\xfe", "json", ("TW0003", 1, "")),
        ('{"a":1,"a":2}', "json", ("TW0002", 1, "")),
        ("\n", "jsonl", ("TW0902", None, "")),
        ("7", "json", ("TW0007", 1, "")),
        ("a[3]: 1\nb: 2", "toon", ("TW0006", 1, "")),
        ("a,a\n1,2\n", "csv", ("TW0006", 1, "")),
        (b"\x12\x7f", "proto", ("TW0006", None, "")),
    ],
)
def test_what_cannot_be_read_is_a_finding(
    data: str | bytes, name: tracewire.formats.Format, found: tuple[str, int | None, str]
) -> None:
    data = data.encode() if isinstance(data, str) else data
    report = tracewire.validate(data, format=name)
    assert found in findings(report)


def test_long_lines_and_many_findings_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps({**GOOD, "body": {"message": "x" * 3_000_000}}) + "\n")
        for seq in range(2, 12_002):
            file.write(json.dumps({**BAD, "seq": seq}) + "\n")
    report = tracewire.validate(path, level="schema")
    assert (report.documents, report.errors, len(report.findings)) == (12_001, 12_000, 10_000)
    assert findings(report)[0] == ("TW0107", 2, "/time")


def test_formats_that_are_none_are_named() -> None:
    with pytest.raises(FormatError) as caught:
        tracewire.validate("{}", format="yaml")  # type: ignore[arg-type]
    assert caught.value.code == "format_unknown"
