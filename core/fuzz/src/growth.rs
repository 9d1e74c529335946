//! Texts that grow: one of four times the length must take about four times the memory and the steps. What takes the square
//! takes sixteen times as much.

use crate::budget::{Taken, measure};
use crate::decoders::detect::detect;
use tracewire_recorder::cbor::Decoder as Cbor;
use tracewire_wire::envelope::Envelope;
use tracewire_wire::event::Event;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::toon::{self, DecodeOptions};

/// Lengths of the shorter and the longer text.
const SHORT: usize = 16 << 10;
const LONG: usize = 64 << 10;
/// The longer one may take so many times as much: sorting and doubling buffers included.
const MOST: f64 = 7.0;

/// A family of texts.
pub struct Growth {
    /// What grows.
    pub name: &'static str,
    decode: fn(&[u8]),
    make: fn(usize) -> Vec<u8>,
}

/// What both texts took.
pub struct Outcome {
    /// The shorter one.
    pub short: Taken,
    /// The longer one.
    pub long: Taken,
    /// The longer one's length in bytes.
    pub bytes: usize,
}

impl Outcome {
    /// Whether it grows as it may.
    pub fn holds(&self) -> bool {
        self.long.memory as f64 <= self.short.memory.max(4 << 10) as f64 * MOST
            && self.long.steps as f64 <= self.short.steps.max(1_000) as f64 * MOST
    }
}

impl Growth {
    /// Decodes both texts.
    pub fn run(&self) -> Outcome {
        let (short, long) = ((self.make)(SHORT), (self.make)(LONG));
        let of = |bytes: &[u8]| measure(|| (self.decode)(bytes)).1;
        Outcome { short: of(&short), long: of(&long), bytes: long.len() }
    }
}

fn read_json(bytes: &[u8]) {
    _ = json::read(bytes, &ReadOptions::default());
}

fn read_event(bytes: &[u8]) {
    _ = Event::read(bytes);
}

fn read_envelope(bytes: &[u8]) {
    _ = Envelope::read(bytes);
}

fn strict(bytes: &[u8]) {
    _ = toon::decode(bytes, &DecodeOptions::default());
}

fn lenient(bytes: &[u8]) {
    _ = toon::decode(bytes, &DecodeOptions { is_strict: false, ..DecodeOptions::default() });
}

fn read_cbor(bytes: &[u8]) {
    _ = Cbor::new(bytes).value();
}

/// Parts numbered from 0, between a beginning and an end, of about so many bytes.
fn parts(length: usize, begin: &str, end: &str, part: impl Fn(usize) -> String) -> Vec<u8> {
    let mut text = begin.to_owned();
    let mut number = 0;
    while text.len() + end.len() < length {
        text.push_str(&part(number));
        number += 1;
    }
    text.push_str(end);
    text.into_bytes()
}

fn repeated(length: usize, begin: &[u8], part: &[u8], end: &[u8]) -> Vec<u8> {
    let count = length.saturating_sub(begin.len() + end.len()) / part.len();
    [begin, &part.repeat(count), end].concat()
}

/// A header whose one name takes half of the text, and rows of one cell.
fn table_of_a_long_name(length: usize) -> Vec<u8> {
    let rows = length / 8;
    let name = "n".repeat(length / 2);
    [format!("x[{rows}]{{{name}}}:").into_bytes(), b"\n  1".repeat(rows)].concat()
}

fn event(length: usize, body: &str, part: impl Fn(usize) -> String) -> Vec<u8> {
    let begin = format!("{{\"body\":{{{body}");
    parts(length, &begin, "\"\":0},\"seq\":1,\"time\":\"2026-11-21T04:30:00.123456789Z\",\"type\":\"log\"}", part)
}

/// All families.
pub const ALL: &[Growth] = &[
    Growth { name: "json: short items", decode: read_json, make: |n| repeated(n, b"[1", b",1", b"]") },
    Growth { name: "json: empty lists", decode: read_json, make: |n| repeated(n, b"[1", b",[]", b"]") },
    Growth { name: "json: integers beyond 2^53", decode: read_json, make: |n| repeated(n, b"[1", b",1e300", b"]") },
    Growth { name: "json: digits", decode: read_json, make: |n| repeated(n, b"0.", b"7", b"") },
    Growth { name: "json: an integer's digits", decode: read_json, make: |n| repeated(n, b"", b"7", b"") },
    Growth {
        name: "json: sorted keys",
        decode: read_json,
        make: |n| parts(n, "{", "\"z\":0}", |at| format!("\"k{at:08}\":0,")),
    },
    Growth {
        name: "json: keys in no order",
        decode: read_json,
        make: |n| parts(n, "{", "\"z\":0}", |at| format!("\"{}\":0,", at * 7919 % 100_003)),
    },
    Growth {
        name: "json: keys backwards",
        decode: read_json,
        make: |n| parts(n, "{", "\"\":0}", |at| format!("\"{}\":0,", 99_999_999 - at)),
    },
    Growth { name: "json: many maps", decode: read_json, make: |n| repeated(n, b"[1", b",{\"b\":1,\"a\":2}", b"]") },
    Growth { name: "json: one text", decode: read_json, make: |n| repeated(n, b"\"", b"a", b"\"") },
    Growth { name: "json: escapes", decode: read_json, make: |n| repeated(n, b"\"", b"\\u00e9\\n", b"\"") },
    Growth { name: "json: surrogates", decode: read_json, make: |n| repeated(n, b"\"", b"\\ud83d\\ude00", b"\"") },
    Growth { name: "json: open lists", decode: read_json, make: |n| repeated(n, b"", b"[", b"") },
    Growth { name: "json: white space", decode: read_json, make: |n| repeated(n, b"", b" ", b"0") },
    Growth {
        name: "event: members of a body",
        decode: read_event,
        make: |n| event(n, "", |at| format!("\"m{}\":null,", at * 7919 % 100_003)),
    },
    Growth {
        name: "event: unknown members",
        decode: read_event,
        make: |n| {
            parts(n, "{", "\"seq\":1,\"time\":\"2026-11-21T04:30:00.123456789Z\",\"type\":\"log\"}", |at| {
                format!("\"x{at}\":0,")
            })
        },
    },
    Growth {
        name: "envelope: withheld events",
        decode: read_envelope,
        make: |n| parts(n, "{\"events\":[", "0]}", |_| format!("{{\"$withheld\":\"sha256:{}\"}},", "ab".repeat(32))),
    },
    Growth {
        name: "envelope: unknown members",
        decode: read_envelope,
        make: |n| parts(n, "{", "\"z\":0}", |at| format!("\"x{at}\":0,")),
    },
    Growth {
        name: "envelope: content",
        decode: read_envelope,
        make: |n| parts(n, "{\"content\":{", "\"\":0}}", |at| format!("\"sha256:{at:064x}\":{{\"value\":1}},")),
    },
    Growth { name: "toon: fields", decode: strict, make: |n| parts(n, "a: 1", "", |at| format!("\nk{at}: 1")) },
    Growth {
        name: "toon: repeated fields, lenient",
        decode: lenient,
        make: |n| parts(n, "a: 1", "", |at| format!("\nk{}: 1", at % 50)),
    },
    Growth {
        name: "toon: a long list",
        decode: strict,
        make: |n| parts(n, &format!("[{}]:", n / 6), "", |_| "\n  - ab".to_owned()),
    },
    Growth {
        name: "toon: an inline list",
        decode: strict,
        make: |n| repeated(n, format!("a[{}]: 1", n / 2).as_bytes(), b",1", b""),
    },
    Growth { name: "toon: quoted cells", decode: lenient, make: |n| repeated(n, b"a[5]: 1", b",\"\\\"x\\\"\"", b"") },
    Growth { name: "toon: a table of a long name", decode: lenient, make: table_of_a_long_name },
    Growth {
        name: "toon: a table of short rows",
        decode: lenient,
        make: |n| repeated(n, b"x[3]{a,b}:", b"\n  1,2", b""),
    },
    Growth {
        name: "toon: a keyed table",
        decode: lenient,
        make: |n| parts(n, "x[9:]{a,b}:", "", |at| format!("\n  k{at}: 1,2")),
    },
    Growth {
        name: "toon: names in a header",
        decode: lenient,
        make: |n| parts(n, "x[1]{", "z}:", |at| format!("k{at},")),
    },
    Growth { name: "toon: groups in a header", decode: lenient, make: |n| repeated(n, b"x[1]{", b"a{", b"}:") },
    Growth {
        name: "toon: maps in a list",
        decode: lenient,
        make: |n| repeated(n, b"x[1]:", b"\n  - a: 1\n    b: 2", b""),
    },
    Growth {
        name: "toon: one level more each line",
        decode: lenient,
        make: |n| {
            let depth = (n as f64).sqrt() as usize;
            (0..depth).flat_map(|at| format!("{}a:\n", "  ".repeat(at)).into_bytes()).collect()
        },
    },
    Growth { name: "toon: blank lines", decode: lenient, make: |n| repeated(n, b"a[1]:", b"\n", b"\n  - 1") },
    Growth { name: "toon: comments", decode: lenient, make: |n| repeated(n, b"a: 1", b"\n# c", b"") },
    Growth { name: "toon: one bare text", decode: strict, make: |n| repeated(n, b"", b"a", b"") },
    Growth { name: "toon: one quoted text", decode: strict, make: |n| repeated(n, b"\"", b"\\n\\u0001", b"\"") },
    Growth { name: "toon: brackets", decode: lenient, make: |n| repeated(n, b"", b"[", b": 1") },
    Growth { name: "toon: open quotes", decode: lenient, make: |n| repeated(n, b"a: 1", b"\n\"", b"") },
    Growth { name: "toon: digits", decode: strict, make: |n| repeated(n, b"a: ", b"7", b"") },
    Growth { name: "cbor: short items", decode: read_cbor, make: |n| repeated(n, b"\x9f", b"\x01", b"\xff") },
    Growth {
        name: "cbor: doubles beyond 2^53",
        decode: read_cbor,
        make: |n| repeated(n, b"\x9f", b"\xfb\x7e\x37\xe4\x3c\x88\x00\x75\x9c", b"\xff"),
    },
    Growth { name: "cbor: colliding keys", decode: read_cbor, make: |n| repeated(n, b"\xbf", b"\x61a\x01", b"\xff") },
    Growth {
        name: "cbor: colliding keys and taken names",
        decode: read_cbor,
        make: |n| {
            let mut bytes = vec![0xbf];
            for at in 0..n / 12 {
                let name = format!("a#{}", at + 2);
                bytes.extend([0x61, b'a', 1, 0x60 + name.len() as u8]);
                bytes.extend(name.into_bytes());
                bytes.push(1);
            }
            bytes.push(0xff);
            bytes
        },
    },
    Growth {
        name: "cbor: a set",
        decode: read_cbor,
        make: |n| repeated(n, b"\xd9\x01\x02\x9f", b"\x19\x01\x02", b"\xff"),
    },
    Growth {
        name: "cbor: keys in keys",
        decode: read_cbor,
        make: |n| {
            let depth = n >> 12;
            [vec![0xa1; depth], vec![0x61, b'"'], vec![0xf6; depth]].concat()
        },
    },
    Growth {
        name: "cbor: ill-formed text",
        decode: read_cbor,
        make: |n| [&[0x7a, 0, (n >> 16) as u8, (n >> 8) as u8, n as u8][..], &vec![0xf0; n]].concat(),
    },
    Growth { name: "cbor: tags", decode: read_cbor, make: |n| repeated(n, b"", b"\xd8\x20", b"\x01") },
    Growth {
        name: "cbor: a claimed length",
        decode: read_cbor,
        make: |n| repeated(n, b"", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", b"\x01"),
    },
    Growth { name: "detect: addresses", decode: detect, make: |n| repeated(n, b"", b"a@b.", b"") },
    Growth { name: "detect: at signs", decode: detect, make: |n| repeated(n, b"", b"@", b"") },
    Growth { name: "detect: dots behind an at sign", decode: detect, make: |n| repeated(n, b"", b".a@a", b"") },
    Growth { name: "detect: digits", decode: detect, make: |n| repeated(n, b"", b"4", b"") },
    Growth { name: "detect: digits in groups", decode: detect, make: |n| repeated(n, b"", b"4111 ", b"") },
    Growth { name: "detect: signs of a telephone", decode: detect, make: |n| repeated(n, b"", b"+1 (", b"") },
    Growth { name: "detect: hexadecimal groups", decode: detect, make: |n| repeated(n, b"", b"a:", b"") },
    Growth { name: "detect: dots and digits", decode: detect, make: |n| repeated(n, b"", b"1.", b"") },
    Growth { name: "detect: tokens", decode: detect, make: |n| repeated(n, b"", b"eyJ", b"") },
    Growth { name: "detect: tokens with dots", decode: detect, make: |n| repeated(n, b"", b"eyJa.eyJa.", b"") },
    Growth {
        name: "detect: beginnings of keys",
        decode: detect,
        make: |n| repeated(n, b"", b"-----BEGIN PRIVATE KEY-----", b""),
    },
    Growth { name: "detect: keys of providers", decode: detect, make: |n| repeated(n, b"", b"sk-", b"") },
    Growth { name: "detect: assignments", decode: detect, make: |n| repeated(n, b"", b"key=", b"") },
    Growth { name: "detect: credentials in addresses", decode: detect, make: |n| repeated(n, b"", b"http://a:", b"") },
    Growth { name: "detect: country codes", decode: detect, make: |n| repeated(n, b"", b"DE00 ", b"") },
    Growth { name: "detect: JSON inside", decode: detect, make: |n| repeated(n, b"", b"[\"", b"") },
];
