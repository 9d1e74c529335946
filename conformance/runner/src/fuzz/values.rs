//! Random values in the protocol's notation, with a weight on edges.

use super::random::Random;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

/// Texts that something may stumble over.
pub const TEXTS: &[&str] = &[
    "",
    "a",
    "otters",
    "é",
    "\u{2028}",
    "😀",
    "\0",
    "$ref",
    "$$x",
    "a\"b\\",
    "\u{feff}b",
    "1",
    "null",
    "role",
    "e\u{301}",
    "\u{fb33}",
    "\u{e000}",
    "password",
    "$token",
    "1#2",
    "a#2",
    "-",
    "a,b",
    "a: b",
    "[3]",
    "#c",
    " x ",
    "=1+1",
    "true",
    "1e5",
    "01",
    "{}",
    "[]",
    "\u{7f}\u{1f}\u{8}",
    "👩\u{200d}👩\u{200d}👧",
    "</script>",
    "\r\n",
    "\t",
    "Ä",
    "\u{fffd}",
    "Password",
    "$cut",
    "sha256:",
];

const DOUBLES: &[f64] = &[
    0.0,
    -0.0,
    1e21,
    1e-7,
    1e-6,
    5e-324,
    2.225_073_858_507_201e-308,
    f64::MAX,
    0.1,
    123_456_789_012_345_680_000.0,
    9_007_199_254_740_992.0,
    9_007_199_254_740_991.0,
    -9_007_199_254_740_993.0,
    1e300,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    1.5,
    333_333_333.333_333_3,
    4.35,
    1e23,
];

const INTEGERS: &[&str] = &[
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "-9007199254740991",
    "-9007199254740992",
    "-9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "10000000000000000000000000",
    "-170141183460469231731687303715884105727",
    "0",
    "-1",
];

/// What a script's values must keep away from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Care {
    /// Something may be cut: where a cut member of a set stands is the emitter's choice, so sets hold small scalars.
    pub is_cut: bool,
    /// Values may run out: which form a key takes in which they do is the emitter's choice, so keys are texts.
    pub has_few_nodes: bool,
    /// Every host has what stands in it: no 32-bit floats, no texts of bytes, no keys and members of sets that a host
    /// takes for equal.
    pub is_plain: bool,
    /// What not every host has may stand in it: moments, decimals, objects of foreign types, keys of several values.
    pub is_exotic: bool,
}

/// A source of values.
pub struct Values<'a> {
    /// Where chance comes from.
    pub random: &'a mut Random,
    /// What to keep away from.
    pub care: Care,
    is_small: bool,
}

impl<'a> Values<'a> {
    /// Values by this generator.
    pub fn new(random: &'a mut Random, care: Care) -> Self {
        Values { random, care, is_small: false }
    }

    /// A text; where it could be cut in a set, a short one.
    pub fn text(&mut self) -> String {
        let text = self.any_text();
        if self.is_small && self.care.is_cut && text.len() > 8 { "a".to_owned() } else { text }
    }

    fn any_text(&mut self) -> String {
        match self.random.below(20) {
            0 => {
                let most = if self.is_small { 3 } else { 400 };
                let length = self.random.below(most) + 1;
                self.random.pick(&["x", "é", "😀", "a\u{301}"]).repeat(length)
            }
            1 => self.random.below(100).to_string(),
            _ => self.random.pick(TEXTS).to_owned(),
        }
    }

    /// A number in one of its notations.
    pub fn number(&mut self) -> Value {
        let bits = |value: f64| json!({ "double": format!("{:016x}", value.to_bits()) });
        match self.random.below(8) {
            0 => self.random.between(-100, 100).into(),
            1 => json!({ "int": self.random.pick(INTEGERS) }),
            2 => {
                let (high, low) = (self.random.between(-(1 << 40), 1 << 40), self.random.bits());
                json!({ "int": (i128::from(high) * (1 << 64) + i128::from(low)).to_string() })
            }
            3 => json!({ "double": format!("{:016x}", self.random.bits()) }),
            4 => {
                let at = self.random.below(DOUBLES.len());
                bits(DOUBLES.get(at).copied().unwrap_or_default())
            }
            5 if !self.care.is_plain => json!({ "float": format!("{:08x}", self.random.bits() as u32) }),
            6 => {
                let digits = 10_i64.pow(self.random.between(1, 17) as u32);
                let number = self.random.between(-digits, digits) as f64;
                bits(number / 10_f64.powi(self.random.between(0, 12) as i32))
            }
            _ => self.random.between(-(1 << 53) + 1, (1 << 53) - 1).into(),
        }
    }

    /// A value at this depth of nesting.
    pub fn value(&mut self, depth: usize) -> Value {
        let kinds = if depth < 4 { 18 } else { 8 };
        match self.random.below(kinds) {
            0 => self.random.pick(&[Value::Null, true.into(), false.into()]),
            1 | 2 => self.number(),
            3 | 4 => self.text().into(),
            5 => {
                let lengths: &[usize] = if self.is_small { &[0, 1, 2, 3] } else { &[0, 1, 2, 3, 50, 300] };
                let length = self.random.pick(lengths);
                json!({ "bytes": BASE64.encode(self.random.bytes(length)) })
            }
            6 => self.odd_text(),
            7 if self.care.is_exotic && self.random.chance(0.5) => self.exotic(),
            7 => self.text().into(),
            8 | 9 => self.list(depth, 4),
            10 => {
                // Which members are kept where they run out is the host's order's.
                if self.care.has_few_nodes {
                    return self.list(depth, 4);
                }
                let was_small = std::mem::replace(&mut self.is_small, true);
                let depth = if self.care.is_cut { 9 } else { depth + 1 };
                let members = if self.care.is_plain { self.distinct() } else { self.list(depth, 4) };
                self.is_small = was_small;
                json!({ "set": members })
            }
            11 => {
                let count = self.random.below(3) + 1;
                (0..count).map(|_| json!({ "map": [["role", "user"], ["content", self.value(depth + 1)]] })).collect()
            }
            12 => {
                let count = self.random.below(4);
                let names = ["messages", "system", "tools", "instructions", "x"];
                let pairs = (0..count).map(|_| json!([self.random.pick(&names), self.value(depth + 1)])).collect();
                self.pairs(pairs)
            }
            13 => {
                let most = if self.is_small {
                    3
                } else if self.random.chance(0.1) {
                    140
                } else {
                    12
                };
                json!({ "nest": [self.random.pick(&["list", "map"]), self.random.below(most + 1), 0] })
            }
            14 if !self.is_small => {
                let (element, count) = (self.value(9), self.random.below(30));
                vec![element; count].into()
            }
            _ => self.map(depth),
        }
    }

    fn list(&mut self, depth: usize, most: usize) -> Value {
        let count = self.random.below(most + 1);
        (0..count).map(|_| self.value(depth + 1)).collect()
    }

    fn map(&mut self, depth: usize) -> Value {
        let count = self.random.below(5);
        let pairs = (0..count).map(|_| json!([self.key(depth), self.value(depth + 1)])).collect();
        self.pairs(pairs)
    }

    /// A map of these pairs, without those whose keys a host may take for equal ones.
    pub fn pairs(&self, mut pairs: Vec<Value>) -> Value {
        if self.care.is_plain {
            let mut keys = Vec::new();
            pairs.retain(|pair| {
                let key = if pair[0].is_string() { pair[0].clone() } else { Value::Null };
                let is_new = !keys.contains(&key);
                keys.push(key);
                is_new
            });
        }
        json!({ "map": pairs })
    }

    /// Members of a set that every host takes for different ones.
    fn distinct(&mut self) -> Value {
        let mut members: Vec<Value> = vec![self.number()];
        for _ in 0..self.random.below(4) {
            let text = Value::from(self.text());
            if !members.contains(&text) {
                members.push(text);
            }
        }
        self.random.shuffle(&mut members);
        members.into()
    }

    fn key(&mut self, depth: usize) -> Value {
        let was_small = std::mem::replace(&mut self.is_small, true);
        let key = match self.random.below(12) {
            0 if !self.care.has_few_nodes => self.random.pick(&[1.into(), Value::Null, true.into(), 2.into()]),
            1 if !self.care.has_few_nodes && self.care.is_exotic => self.value(depth + 2),
            _ => self.text().into(),
        };
        self.is_small = was_small;
        key
    }

    /// Texts that are not well-formed, or only just.
    fn odd_text(&mut self) -> Value {
        let most = if self.is_small { 2 } else { 6 };
        let count = self.random.below(most);
        if self.care.is_plain || self.random.chance(0.5) {
            let units = [0x41_u16, 0xd83d, 0xde00, 0xdc00, 0xd800, 0x20ac];
            json!({ "utf16": (0..count).map(|_| format!("{:04x}", self.random.pick(&units))).collect::<String>() })
        } else {
            let bytes = [
                0x41_u8, 0xff, 0xe2, 0x82, 0xac, 0xed, 0xa0, 0x80, 0xbf, 0xbd, 0xb8, 0xf0, 0x9f, 0x98, 0xf4, 0x90, 0xc0,
            ];
            json!({ "utf8": (0..count).map(|_| format!("{:02x}", self.random.pick(&bytes))).collect::<String>() })
        }
    }

    /// What not every host has.
    fn exotic(&mut self) -> Value {
        let digits = if self.care.is_plain { self.random.pick(&[0, 1, 3, 6]) } else { 9 };
        let fraction = format!("{:09}", self.random.below(1_000_000_000));
        let fraction = match fraction.get(..digits) {
            Some(digits) if !digits.is_empty() => format!(".{digits}"),
            _ => String::new(),
        };
        let year = self.random.pick(&["0001", "1582", "1900", "1969", "1970", "2000", "2024", "2026", "9999"]);
        let date = format!("{year}-{}", self.random.pick(&["01-02", "02-28", "06-30", "12-30", "03-01"]));
        let time = format!("{}{fraction}", self.random.pick(&["00:00:00", "23:59:59", "05:30:00", "12:00:01"]));
        match self.random.below(8) {
            0 | 1 => {
                let zone = self.random.pick(&["Z", "+01:00", "-11:30", "+14:00", "+00:00", "-00:30"]);
                json!({ "moment": format!("{date}T{time}{zone}") })
            }
            2 => json!({ "local": format!("{date}T{time}") }),
            3 => json!({ "date": date }),
            4 => json!({ "time": time }),
            5 => {
                json!({ "decimal": self.random.pick(&["1.50", "0", "-0.10", "100", "12345678901234567890.123456789"]) })
            }
            6 => json!({ "foreign": "Widget" }),
            _ => json!({ "cycle": self.random.pick(&["list", "map"]) }),
        }
    }
}
