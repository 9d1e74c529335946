//! CSV: literal texts in both directions, whatever is written reads back, any bytes give an answer, and the `csv` crate agrees.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod common;

use common::strategies::{event, key, value};
use common::{json, read};
use proptest::prelude::*;
use tracewire_wire::csv::{
    DecodeOptions, Delimiter, EVENT_COLUMNS, EncodeOptions, RowReader, RowWriter, decode, encode, event_row,
    members_row, read_event_row, read_members_rows,
};
use tracewire_wire::value::{Map, Value};

fn decoded(text: &str) -> Result<String, String> {
    decode(text.as_bytes(), &DecodeOptions::default()).map(|value| json(&value)).map_err(|error| {
        assert!(error.code().starts_with("csv_"));
        format!("{}: {error}", error.code())
    })
}

/// Cases like those of csv-spectrum: what people's files look like, with LF and with CR LF.
#[test]
fn what_people_write_is_read() {
    for (text, expected) in [
        ("", "[]"),
        ("\u{feff}", "[]"),
        ("a,b\n", "[]"),
        ("a,b\n1,2", r#"[{"a":1,"b":2}]"#),
        ("\u{feff}a,b\n1,2\n", r#"[{"a":1,"b":2}]"#),
        (
            "first,last,address,city,zip\nJohn,Doe,120 any st.,\"Anytown, WW\",08123\n",
            r#"[{"address":"120 any st.","city":"Anytown, WW","first":"John","last":"Doe","zip":"08123"}]"#,
        ),
        ("a,b,c\n1,\"\",\"\"\n2,3,4\n", r#"[{"a":1},{"a":2,"b":3,"c":4}]"#),
        ("a,b\n1,\"ha \"\"ha\"\" ha\"\n3,4\n", r#"[{"a":1,"b":"ha \"ha\" ha"},{"a":3,"b":4}]"#),
        (
            "key,val\n1,\"{\"\"type\"\": \"\"Point\"\", \"\"coordinates\"\": [102.0, 0.5]}\"\n",
            r#"[{"key":1,"val":{"coordinates":[102,0.5],"type":"Point"}}]"#,
        ),
        (
            "a,b,c\n1,2,3\n\"Once upon \na time\",5,6\n",
            r#"[{"a":1,"b":2,"c":3},{"a":"Once upon \na time","b":5,"c":6}]"#,
        ),
        ("a,b\n1,\"ha \n\"\"ha\"\" \nha\"\n", r#"[{"a":1,"b":"ha \n\"ha\" \nha"}]"#),
        ("a,b,c\n1,2,3\n4,5,ʤ\n", r#"[{"a":1,"b":2,"c":3},{"a":4,"b":5,"c":"ʤ"}]"#),
        ("name\n\n\"\"\nx\n", r#"[{},{},{"name":"x"}]"#),
        ("\"\"\n1\n", r#"[{"":1}]"#),
        ("a\n\" 1 \"\n a \n", r#"[{"a":1},{"a":" a "}]"#),
    ] {
        assert_eq!(decoded(text).as_deref(), Ok(expected), "{text:?}");
        if !expected.contains("\\n") {
            assert_eq!(decoded(&text.replace('\n', "\r\n")).as_deref(), Ok(expected), "{text:?}");
        }
    }
}

#[test]
fn what_no_writer_makes_is_refused() {
    for (text, expected) in [
        ("a,b\n1\n", "csv_width: line 2: a row of 1 cells in a table of 2 columns"),
        ("a,b\n1,2\n\n3,4\n", "csv_width: line 3: a blank line stands between rows: remove it"),
        ("a,b\n\"x\ny\",2\n1,2,3\n", "csv_width: line 4: a row of 3 cells in a table of 2 columns"),
        ("a,a\n", "csv_duplicate_column: line 1: two columns are named \"a\""),
        (
            "a\nx\"y\n",
            "csv_quote: line 2: a quote stands inside a cell without quotes: quote the cell and write it twice",
        ),
        ("a\n\"x\"y\n", "csv_quote: line 2: text follows a closing quote: write a quote inside a cell twice"),
        ("a\n\"x\n\n", "csv_end: line 2: the file ends inside a quoted cell"),
        ("a\rb\n", "csv_line_end: line 1: a carriage return stands alone: quote the cell, or end lines with CR LF"),
        ("a\r", "csv_line_end: line 1: a carriage return stands alone: quote the cell, or end lines with CR LF"),
    ] {
        assert_eq!(decoded(text), Err(expected.to_owned()));
    }
    for (bytes, line) in [(&b"a\n\xff\n"[..], 2), (b"\"a\n\xff\"\n", 2), (b"a\n\"\n\n\xc3\"", 4), (b"a\nb\xc3", 2)] {
        let error = decode(bytes, &DecodeOptions::default()).unwrap_err();
        assert_eq!((error.code(), error.line()), ("csv_utf8", Some(line)));
    }
}

#[test]
fn values_are_written_in_one_form() {
    for (value, expected) in [
        ("[]", ""),
        (r#"[{"b":1,"a":2},{"c":3,"a":4}]"#, "b,a,c\r\n1,2,\r\n,4,3\r\n"),
        (
            r#"[{"a":null},{},{"a":""},{"a":"1"},{"a":1}]"#,
            "a\r\nnull\r\n\"\"\r\n\"\"\"\"\"\"\r\n\"\"\"1\"\"\"\r\n1\r\n",
        ),
        (r#"[{"a":"x,y","b":"x;y\tz|"},{"a":"\"","b":"\n"}]"#, "a,b\r\n\"x,y\",x;y\tz|\r\n\"\"\"\",\"\n\"\r\n"),
        (r#"[{"a":{"k":[1,"b"]},"b":[]}]"#, "a,b\r\n\"{\"\"k\"\":[1,\"\"b\"\"]}\",[]\r\n"),
        (r#"[{"":1}]"#, "\"\"\r\n1\r\n"),
        (r#"[{"":1,"b":2}]"#, ",b\r\n1,2\r\n"),
        ("[{\"\u{feff}a\":1}]", "\"\u{feff}a\"\r\n1\r\n"),
        (r#"[{"$int":"9007199254740993"}]"#, "$int\r\n\"\"\"9007199254740993\"\"\"\r\n"),
    ] {
        let value = read(value.as_bytes());
        let text = encode(&value, &EncodeOptions::default()).unwrap();
        assert_eq!(text, expected);
        assert_eq!(decode(text.as_bytes(), &DecodeOptions::default()).unwrap(), value);
    }
    let value = read(br#"[{"a,":"x,y","b\t":"x\ty|z"}]"#);
    for (delimiter, expected) in
        [(Delimiter::Tab, "a,\t\"b\t\"\r\nx,y\t\"x\ty|z\"\r\n"), (Delimiter::Pipe, "a,|b\t\r\nx,y|\"x\ty|z\"\r\n")]
    {
        let text = encode(&value, &EncodeOptions { delimiter, ..EncodeOptions::default() }).unwrap();
        assert_eq!(text, expected);
        assert_eq!(decode(text.as_bytes(), &DecodeOptions { delimiter }).unwrap(), value);
    }
}

#[test]
fn formulas_are_defused_on_request() {
    let value = read(br#"[{"=cmd":"=1+1","b":-1,"c":"-1","d":"@SUM(A1)","e":"\t=1"}]"#);
    let text = encode(&value, &EncodeOptions { formula_safe: true, ..EncodeOptions::default() }).unwrap();
    assert_eq!(text, "'=cmd,b,c,d,e\r\n'=1+1,-1,'-1,'@SUM(A1),'\t=1\r\n");
}

#[test]
fn what_is_no_table_is_refused() {
    for (value, expected) in [
        (r#"{"a":1}"#, ": CSV holds a list of maps, this is a map: choose json or toon"),
        ("[{},1]", "/1: a row of CSV is a map, this is a number: choose json, jsonl or toon"),
        ("[{}]", ": no row has a member, so there is no column: choose json, jsonl or toon"),
    ] {
        let error = encode(&read(value.as_bytes()), &EncodeOptions::default()).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), ("csv_shape", expected));
    }
    let ragged = (0..40_000).map(|at| Value::Map(Map::from_iter([(format!("key{at}"), Value::Null)]))).collect();
    let error = encode(&Value::List(ragged), &EncodeOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), ": 40000 rows of 40000 columns hold only 40000 values: choose json or jsonl");
    let writer = RowWriter::new(&["a"], EncodeOptions::default());
    let mut out = Vec::new();
    let error = writer.row(read(br#"{"a":1,"b":2}"#).as_map().unwrap(), &mut out).unwrap_err();
    assert_eq!((error.code(), out.len()), ("csv_shape", 0));
}

#[test]
fn long_names_are_not_repeated_without_end() {
    let text = format!("{}\n{}", "n".repeat(100_000), "1\n".repeat(100_000));
    assert_eq!(decode(text.as_bytes(), &DecodeOptions::default()).unwrap_err().code(), "csv_too_large");
}

fn rows() -> impl Strategy<Value = Value> {
    let cell = prop_oneof![
        value(),
        "[ \t\r\n\"',;|=+@0-9.eE\\-\u{feff}a-c{}\\[\\]:tfnulrse]{0,8}".prop_map(Value::Text),
        prop::sample::select(vec!["true", "null", " null", "1", "-0", "1e5", "[]", "{}", "\"a\"", "[1", "{\"a\" :1}"])
            .prop_map(Value::from),
    ];
    let name = prop_oneof![3 => "[a-d]".prop_map(String::from), 1 => key()];
    let row = prop::collection::vec((name, cell), 0..6).prop_map(|entries| Value::Map(entries.into_iter().collect()));
    prop::collection::vec(row, 0..6).prop_map(Value::List)
}

fn delimiter() -> impl Strategy<Value = Delimiter> {
    prop::sample::select(vec![Delimiter::Comma, Delimiter::Tab, Delimiter::Pipe])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_written_reads_back(rows in rows(), delimiter in delimiter()) {
        match encode(&rows, &EncodeOptions { delimiter, formula_safe: false }) {
            Ok(text) => {
                let back = decode(text.as_bytes(), &DecodeOptions { delimiter });
                prop_assert_eq!(back.as_ref(), Ok(&rows), "{}", text);
                // Another reader takes the same records out of it.
                let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(match delimiter {
                    Delimiter::Comma => b',',
                    Delimiter::Tab => b'\t',
                    Delimiter::Pipe => b'|',
                }).from_reader(text.as_bytes());
                let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
                prop_assert_eq!(records.len(), rows.as_list().map_or(0, |rows| if text.is_empty() { 0 } else { rows.len() + 1 }));
                // And what another writer makes of these records is read as the same.
                let ends = csv::Terminator::Any(b'\n');
                let mut writer = csv::WriterBuilder::new().terminator(ends).quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
                records.iter().for_each(|record| writer.write_record(record).unwrap());
                let theirs = writer.into_inner().unwrap();
                let back = decode(&theirs, &DecodeOptions::default());
                prop_assert_eq!(back.as_ref(), Ok(&rows));
            }
            Err(error) => {
                prop_assert_eq!(error.code(), "csv_shape");
                prop_assert!(rows.as_list().unwrap().iter().all(|row| row.as_map().unwrap().is_empty()));
            }
        }
    }

    /// Where there are two columns, so that a blank line is no row, another reader sees as many rows in whatever is accepted.
    #[test]
    fn another_reader_sees_the_same_rows(text in "a,b\n([ab1,\"\r\n\t]|\r\n|,|\"\"|\"a\n,\"){0,16}") {
        if let Ok(rows) = decode(text.as_bytes(), &DecodeOptions::default()) {
            let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
            let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
            let cells = |name: &str, row: &Value| row.as_map().unwrap().contains_key(name);
            let ours: Vec<[bool; 2]> = rows.as_list().unwrap().iter().map(|row| [cells("a", row), cells("b", row)]).collect();
            let theirs: Vec<[bool; 2]> = records.iter().map(|record| [!record[0].is_empty(), !record[1].is_empty()]).collect();
            prop_assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(prop_oneof![
        any::<u8>(), prop::sample::select(b",\"\r\n1a\xef\xbb\xbf".to_vec())
    ], 0..60)) {
        let _ = decode(&bytes, &DecodeOptions::default());
    }

    /// However the bytes come, the same rows are read of them, or the same is refused.
    #[test]
    fn rows_come_the_same_in_pieces(
        rows in rows(), damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())), sizes in prop::collection::vec(1..9usize, 1..9),
    ) {
        let Ok(text) = encode(&rows, &EncodeOptions::default()) else { return Ok(()) };
        let mut bytes = text.into_bytes();
        if let Some((place, byte)) = damage.filter(|_| !bytes.is_empty()) {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        let whole = decode(&bytes, &DecodeOptions::default());
        let mut reader = RowReader::new(DecodeOptions::default());
        let (mut from, mut to, mut found) = (0, 0, Vec::new());
        let mut sizes = sizes.into_iter().cycle();
        let pieces = loop {
            let is_last = to == bytes.len();
            match reader.next_row(&bytes[from..to], is_last) {
                Ok((None, 0)) if is_last => break Ok(Value::List(found)),
                Ok((None, 0)) => to = (to + sizes.next().unwrap()).min(bytes.len()),
                Ok((row, length)) => {
                    from += length;
                    found.extend(row.map(Value::Map));
                }
                Err(error) => break Err(error),
            }
        };
        if std::str::from_utf8(&bytes).is_ok() {
            prop_assert_eq!(pieces, whole);
        } else {
            // A line may be wrong in another way as well, and either may be told.
            let place = |error: tracewire_wire::WireError| error.line();
            prop_assert_eq!(pieces.map_err(place), whole.map_err(place));
        }
    }

    #[test]
    fn events_are_rows(event in event(), producer in "\\PC{0,8}") {
        let row = event_row(&producer, &event);
        let writer = RowWriter::new(EVENT_COLUMNS, EncodeOptions::default());
        let mut out = Vec::new();
        writer.header(&mut out);
        writer.row(&row, &mut out).unwrap();
        let rows = decode(&out, &DecodeOptions::default()).unwrap();
        let Value::Map(back) = rows.as_list().unwrap()[0].clone() else { panic!("a row is a map") };
        prop_assert_eq!(&back, &row);
        prop_assert_eq!(read_event_row(back), Ok((Some(producer), event)));
    }
}

#[test]
fn an_event_is_a_row() {
    let event = read(br#"{"body":{"name":"a, b"},"later":1,"producer":"x","seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"log"}"#);
    let event = tracewire_wire::event::Event::from_value(event).unwrap();
    let mut out = Vec::new();
    RowWriter::new(EVENT_COLUMNS, EncodeOptions::default()).row(&event_row("p-1", &event), &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "p-1,1,log,2026-11-21T04:30:00.000000000Z,,,,,,,,\"{\"\"name\"\":\"\"a, b\"\"}\",\"{\"\"later\"\":1,\"\"producer\"\":\"\"x\"\"}\"\r\n"
    );
}

#[test]
fn members_of_any_kind_are_a_row_and_come_back() {
    let Value::Map(members) = read(br#"{"body":5,"later":[1],"other":{"x":1},"producer":"x","seq":"one"}"#) else {
        panic!("a map")
    };
    let row = Value::Map(members_row("p-1", members));
    assert_eq!(
        json(&row),
        r#"{"body":5,"other":{"later":[1],"other":{"x":1},"producer":"x"},"producer":"p-1","seq":"one"}"#
    );
    let Value::Map(ordered) = row.clone() else { panic!("a map") };
    let names: Vec<&str> = ordered.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["producer", "seq", "body", "other"]);

    let back = read_members_rows(Value::List(vec![row]));
    assert_eq!(json(&back), r#"[{"body":5,"later":[1],"other":{"x":1},"producer":"x","seq":"one"}]"#);
}

#[test]
fn what_is_no_row_of_an_event_stays_as_it_is() {
    for (table, members) in [
        (r#"5"#, r#"5"#),
        (r#"{"other":{"a":1}}"#, r#"{"other":{"a":1}}"#),
        (r#"[1,{"a":1}]"#, r#"[1,{"a":1}]"#),
        (r#"[{"other":1,"producer":2}]"#, r#"[{"other":1,"producer":2}]"#),
        (r#"[{"other":{"seq":2},"producer":"p","seq":1}]"#, r##"[{"seq":2,"seq#2":1}]"##),
    ] {
        assert_eq!(json(&read_members_rows(read(table.as_bytes()))), members, "{table}");
    }
}
