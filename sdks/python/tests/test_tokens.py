"""Counts of tokens, and what exporters say of what they write."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from exporting import batch, end, start

import tracewire
from tracewire import FormatError
from tracewire.exporters import CsvExporter, JsonExporter, ToonExporter, from_settings
from tracewire.exporters._flat import flat_rows


@pytest.mark.parametrize(
    ("text", "o200k", "cl100k"),
    [
        ("", 0, 0),
        ("tiktoken is great!", 6, 6),
        ("antidisestablishmentarianism", 6, 6),
        ("2 + 2 = 4", 7, 7),
        ("お誕生日おめでとう", 8, 9),
    ],
)
def test_texts_are_counted_as_models_count_them(text: str, o200k: int, cl100k: int) -> None:
    assert tracewire.count_tokens(text) == o200k
    assert tracewire.count_tokens(text, "cl100k") == cl100k


def test_values_are_counted_as_they_are_written() -> None:
    rows = [{"id": number, "name": "plan"} for number in range(100)]
    assert tracewire.count_tokens(rows) == tracewire.count_tokens(tracewire.encode(rows))
    for name in ("json", "jsonl", "toon", "csv"):
        assert tracewire.count_tokens(rows, format=name) == tracewire.count_tokens(tracewire.encode(rows, name))
    assert tracewire.count_tokens(rows, format="toon") < tracewire.count_tokens(rows)
    assert tracewire.count_tokens("a", format="json") == tracewire.count_tokens('"a"')
    ragged = [{"a": 1}, {"b": 2}] * 10
    filled = tracewire.encode(ragged, "toon", uniform="fill")
    assert filled.startswith("[20]{a,b}:\n  1,null\n  null,2")
    assert tracewire.count_tokens(ragged, format="toon", uniform="fill") == tracewire.count_tokens(filled)
    assert tracewire.encode(ragged, "toon", uniform="group").startswith("shape[10]{a}:\n  1")


def test_encodings_that_are_none_are_named() -> None:
    with pytest.raises(FormatError, match='"gpt-5" is not one of o200k, cl100k') as caught:
        tracewire.count_tokens("a", "gpt-5")  # type: ignore[arg-type]
    assert caught.value.code == "encoding_unknown"


# Exporters

EVENTS = [
    start(1, 1, "plan", kind="plan", input={"$ref": "sha256:m"}, attributes={"gen_ai.request.model": "m, 1"}),
    end(2, 1, usage={"input_tokens": 5}, tags=["a"], attributes={"gen_ai.request.model": "m, 1"}),
]
BATCH = batch(*EVENTS, content={"sha256:m": {"value": {"query": "otters"}}})


def test_toon_documents_are_the_envelopes(tmp_path: Path) -> None:
    exporter = ToonExporter(tmp_path, delimiter="tab")
    exporter.export(BATCH)
    exporter.export(BATCH)
    (path,) = tmp_path.iterdir()
    assert path.name == "p-1-1.toon"
    text = path.read_bytes().decode()
    assert tracewire.decode(text, "toon", tags="keep") == BATCH.documents()[0]
    assert "[2\t]" in text
    assert exporter.sink() == f"toon:{tmp_path}"
    assert exporter.get_token_estimate() == tracewire.count_tokens(text) == exporter.get_token_estimate(BATCH)
    assert exporter.get_token_estimate(encoding="cl100k") == tracewire.count_tokens(text, "cl100k")
    assert exporter.get_token_estimate(BATCH.events()) > 100


def test_envelopes_as_they_are_sealed_come_back_byte_for_byte(tmp_path: Path) -> None:
    sealed: list[bytes] = []

    class Kept(tracewire.exporters.Exporter):
        def export(self, batch: tracewire.exporters.Batch) -> None:
            sealed.extend(batch.envelopes)

    exporters = [Kept(), ToonExporter(tmp_path / "toon")]
    given: Any = {"ä": b"\x00" * 300, "$x": [1.5, None, ""]}
    client = tracewire.Client(dir=tmp_path / "journal", mode="inline", exporters=exporters)
    with client, client.span("plan", input=given, attributes={"n": 2**60}):
        client.log("hello: [1], {2}")
    texts = [path.read_text(encoding="utf-8") for path in sorted((tmp_path / "toon").iterdir())]
    assert [tracewire.convert(text, "toon", "json").encode() for text in texts] == sealed
    assert tracewire.validate(texts[0], "canonical", "toon")


def test_flat_documents_are_tables(tmp_path: Path) -> None:
    exporter = ToonExporter(tmp_path, flatten=True)
    exporter.export(BATCH)
    assert (tmp_path / "p-1-1.toon").read_text() == (
        "[2]{seq,type,time,trace_id,span_id,kind,name,status,duration_nanos,input,attributes.gen_ai.request.model,"
        "usage.input_tokens,tags}:\n"
        '  1,span.start,"2026-01-01T00:00:01Z",0af7651916cd43dd8448eb211c80319c,"0000000000000001",plan,plan,null,null,'
        '"{\\"query\\":\\"otters\\"}","m, 1",null,null\n'
        '  2,span.end,"2026-01-01T00:00:02Z",0af7651916cd43dd8448eb211c80319c,"0000000000000001",null,null,ok,1500000,'
        'null,"m, 1",5,"[\\"a\\"]"'
    )
    plain = ToonExporter(tmp_path / "plain")
    many = [start(seq, seq, "plan", attributes={"a": 1}) for seq in range(1, 50)]
    assert exporter.get_token_estimate(many) < plain.get_token_estimate(many)


def test_several_envelopes_of_a_batch_are_documents_of_their_own(tmp_path: Path) -> None:
    first, second = batch(start(1, 1, "a"), start(2, 2, "b")), batch(start(3, 3, "c"))
    nothing = b'{"close":"exited","events":[],"first_seq":3,"producer":"p-1"}'
    both = tracewire.exporters.Batch("p-1", [*first.envelopes, nothing, *second.envelopes])
    exporter = JsonExporter(tmp_path, flatten=True)
    exporter.export(both)
    names = {path.name: [row["name"] for row in json.loads(path.read_text())] for path in tmp_path.iterdir()}
    assert names == {"p-1-1.json": ["a", "b"], "p-1-3.json": ["c"]}


def test_streams_hold_one_document_after_the_other() -> None:
    for stream in (io.StringIO(), io.BytesIO()):
        exporter = ToonExporter(stream, flatten=True)
        exporter.export(batch(start(1, 1, "a")))
        exporter.export(batch(start(2, 2, "b")))
        text = stream.getvalue()
        text = text.decode() if isinstance(text, bytes) else text
        documents = [tracewire.decode(part, "toon") for part in text.strip("\n").split("\n\n")]
        assert [rows[0]["name"] for rows in documents] == ["a", "b"]
        assert exporter.get_token_estimate() == tracewire.count_tokens(text)


class Sink:
    def write(self, text: str | bytes) -> None: ...
    def flush(self) -> None: ...


def test_what_cannot_be_read_back_cannot_be_counted() -> None:
    stream: Any = Sink()
    for exporter in (ToonExporter(stream), CsvExporter(stream), JsonExporter(stream)):
        with pytest.raises(ValueError, match="name a batch, or events"):
            exporter.get_token_estimate()
        assert exporter.get_token_estimate(BATCH) > 0


def test_events_are_appended_as_rows(tmp_path: Path) -> None:
    exporter = CsvExporter(tmp_path / "new" / "events.csv")
    assert exporter.get_token_estimate() == 0
    exporter.export(BATCH)
    exporter.export(batch({**start(3, 2, "=1+1"), "zeta": 1}, producer="p-2"))
    text = (tmp_path / "new" / "events.csv").read_bytes().decode()
    assert text.count("producer,seq,type,time,trace_id,span_id,parent_id,kind,status,duration_nanos,nonce,body,other\r\n") == 1
    rows = tracewire.decode(text, "csv")
    assert [(row["producer"], row["seq"], row["type"]) for row in rows] == [
        ("p-1", 1, "span.start"),
        ("p-1", 2, "span.end"),
        ("p-2", 3, "span.start"),
    ]
    assert rows[0]["body"]["input"] == {"query": "otters"}
    assert rows[0]["span_id"] == "0000000000000001"
    assert rows[2]["other"] == {"zeta": 1}
    assert exporter.sink() == f"csv:{tmp_path}/new/events.csv"
    assert exporter.get_token_estimate() == tracewire.count_tokens(text)


def test_rows_on_streams_have_one_header() -> None:
    for stream in (io.StringIO(newline=""), io.BytesIO()):
        exporter = CsvExporter(stream, delimiter="tab", formula_safe=True)
        exporter.export(batch({**start(1, 1, "a"), "kind": "=cmd"}))
        exporter.export(batch(start(2, 1, "b")))
        text = stream.getvalue()
        text = text.decode() if isinstance(text, bytes) else text
        assert text.count("producer\t") == 1
        assert [row["kind"] for row in tracewire.decode(text, "csv", delimiter="tab")] == ["'=cmd", "step"]


def test_exporters_are_made_by_name(tmp_path: Path) -> None:
    made = from_settings(
        [
            {"type": "toon", "target": str(tmp_path), "flatten": True, "delimiter": "tab"},
            {"type": "csv", "target": str(tmp_path / "a.csv"), "formula_safe": True},
        ]
    )
    assert [type(exporter) for exporter in made] == [ToonExporter, CsvExporter]
    with pytest.raises(ValueError, match="comma, tab or pipe"):
        ToonExporter(tmp_path, delimiter=";")  # type: ignore[arg-type]


def test_flat_rows_lose_no_member() -> None:
    event = {
        "seq": 1,
        "a.b": 1,
        "a": {"b": 2, "c": {}},
        "body": {"seq": 9, "output": {"x": 1}, "cost": {"$cut": None}, "$$own": {"d": [1]}, "links": []},
    }
    assert flat_rows([event]) == [
        {
            "seq": 1,
            "a.b": 1,
            "a.b#2": 2,
            "a.c": "{}",
            "seq#2": 9,
            "output": '{"x":1}',
            "cost": '{"$cut":null}',
            "$$own.d": "[1]",
            "links": "[]",
        }
    ]
    assert flat_rows([{"seq": 1, "body": {"$erased": "sha256:00"}}]) == [{"seq": 1, "body": '{"$erased":"sha256:00"}'}]
