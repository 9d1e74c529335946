"""What `tracewire export` writes as tables, read by DuckDB and Polars: ``python parquet.py TRACEWIRE``.

The argument is the binary. Rows, types and values are compared with the same events as JSON Lines. Needs duckdb and polars.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars

RECORD = Path(__file__).parent / "record.jsonl"
TEXTS = ("producer", "type", "trace_id", "span_id", "parent_id", "kind", "status")
COUNTS = {
    "input_tokens": ("usage", "input_tokens"),
    "output_tokens": ("usage", "output_tokens"),
    "cache_read_input_tokens": ("usage", "cache_read_input_tokens"),
}


def main(binary: str) -> None:
    """Export, read, compare."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        run = [binary, "--dir", str(place / "store")]
        subprocess.run([*run, "import", str(RECORD)], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*run, "export", "-o", str(place / "all.parquet")], check=True, stdout=subprocess.DEVNULL)
        lines = subprocess.run([*run, "export", "--events", "--format", "jsonl"], check=True, capture_output=True).stdout
        table = subprocess.run([*run, "export", "--format", "csv"], check=True, capture_output=True).stdout
        events = [json.loads(line) for line in lines.splitlines()]
        assert len(events) > 5, "the record is a run of an agent"
        by_duckdb(place / "all.parquet", events)
        by_polars(place / "all.parquet", events)
        by_csv(table.decode(), events)
    print(f"parquet and csv: {len(events)} events read by duckdb {duckdb.__version__} and polars {polars.__version__}")


def by_duckdb(path: Path, events: list[dict[str, Any]]) -> None:
    """Compare what DuckDB reads."""
    types = {name: kind for name, kind, *_ in duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()}
    assert types["time"] in ("TIMESTAMPTZ_NS", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS"), types["time"]
    assert types["duration_nanos"] == types["seq"] == types["input_tokens"] == "BIGINT", types
    assert types["cost"] == "DECIMAL(38,12)", types["cost"]
    assert {types[name] for name in (*TEXTS, "body", "name", "service")} == {"VARCHAR"}, types
    rows = duckdb.sql(f"SELECT * EXCLUDE (time), epoch_ns(time) AS nanos FROM '{path}'")
    found = [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]
    compare(found, events)
    name = duckdb.sql(f"SELECT body->>'$.name' FROM '{path}' WHERE type = 'span.start' ORDER BY seq LIMIT 1").fetchall()
    assert name == [(events[0]["body"]["name"],)], name
    total = duckdb.sql(f"SELECT sum(cost) FROM '{path}'").fetchall()[0][0]
    assert total == sum(cost_of(event) or 0 for event in events), total


def by_polars(path: Path, events: list[dict[str, Any]]) -> None:
    """Compare what Polars reads."""
    frame = polars.read_parquet(path)
    assert frame.schema["time"] == polars.Datetime("ns", "UTC"), frame.schema["time"]
    assert frame.schema["cost"] == polars.Decimal(38, 12), frame.schema["cost"]
    assert frame.schema["seq"] == frame.schema["duration_nanos"] == polars.Int64, frame.schema
    assert frame.schema["body"] == frame.schema["trace_id"] == polars.String, frame.schema
    compare(frame.with_columns(polars.col("time").to_physical().alias("nanos")).to_dicts(), events)


def by_csv(text: str, events: list[dict[str, Any]]) -> None:
    """Compare what Python's own reader of CSV finds."""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == len(events)
    for row, event in zip(rows, events, strict=True):
        assert (row["type"], row["seq"], row["span_id"]) == (event["type"], str(event["seq"]), event.get("span_id", ""))
        assert json.loads(row["body"] or "null") == event.get("body")


def compare(rows: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
    """Compare rows with events."""
    assert len(rows) == len(events), (len(rows), len(events))
    for row, event in zip(rows, events, strict=True):
        body = event.get("body", {})
        for name in TEXTS:
            assert row[name] == event.get(name), (name, row[name], event)
        assert (row["seq"], row["duration_nanos"]) == (event["seq"], event.get("duration_nanos")), event
        assert row["nanos"] == nanos_of(event["time"]), (row["nanos"], event["time"])
        assert row["name"] == body.get("name"), event
        for name, (member, count) in COUNTS.items():
            assert row[name] == body.get(member, {}).get(count), (name, event)
        assert row["cost"] == cost_of(event), event
        assert json.loads(row["body"] or "{}") == body, event


def nanos_of(text: str) -> int:
    """Nanoseconds since 1970 of a time with nine digits."""
    seconds = datetime.datetime.fromisoformat(text[:19] + "+00:00")
    return int(seconds.timestamp()) * 1_000_000_000 + int(text[20:29])


def cost_of(event: dict[str, Any]) -> Decimal | None:
    """The cost of an event, exactly."""
    total = event.get("body", {}).get("cost", {}).get("total")
    return None if total is None else Decimal(total)


if __name__ == "__main__":
    main(sys.argv[1])
