//! Which format a file has: by its name, by its first bytes.

use std::path::Path;

use tracewire_wire::encoding as wire;
use tracewire_wire::stream::Encoding;

use crate::args::{Delimiter, FileFormat, Format};

impl FileFormat {
    /// The word on the command line.
    pub fn name(self) -> &'static str {
        self.wire().name()
    }

    /// The format that a file's name says.
    pub fn of_name(path: &Path) -> Option<Self> {
        Some(match wire::Encoding::of_extension(path.extension()?.to_str()?)? {
            wire::Encoding::Json => FileFormat::Json,
            wire::Encoding::Jsonl => FileFormat::Jsonl,
            wire::Encoding::Toon => FileFormat::Toon,
            wire::Encoding::Csv => FileFormat::Csv,
            wire::Encoding::Proto => FileFormat::Proto,
        })
    }

    /// The same for the codecs.
    pub fn wire(self) -> wire::Encoding {
        match self {
            FileFormat::Json => wire::Encoding::Json,
            FileFormat::Jsonl => wire::Encoding::Jsonl,
            FileFormat::Toon => wire::Encoding::Toon,
            FileFormat::Csv => wire::Encoding::Csv,
            FileFormat::Proto => wire::Encoding::Proto,
        }
    }

    /// How it is read piece by piece.
    pub fn encoding(self) -> Encoding {
        self.wire().into()
    }
}

impl Format {
    /// The format that a file's name says.
    pub fn of_name(path: &Path) -> Option<Self> {
        if path.extension()?.eq_ignore_ascii_case("parquet") {
            return Some(Format::Parquet);
        }
        Some(match FileFormat::of_name(path)? {
            FileFormat::Json => Format::Json,
            FileFormat::Jsonl => Format::Jsonl,
            FileFormat::Toon => Format::Toon,
            FileFormat::Csv => Format::Csv,
            FileFormat::Proto => Format::Proto,
        })
    }
}

impl Delimiter {
    /// The delimiter that a file's name says.
    pub fn of_name(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        extension.eq_ignore_ascii_case("tsv").then_some(Delimiter::Tab)
    }

    /// The same for the codecs.
    pub fn wire(self) -> tracewire_wire::toon::Delimiter {
        match self {
            Delimiter::Comma => tracewire_wire::toon::Delimiter::Comma,
            Delimiter::Tab => tracewire_wire::toon::Delimiter::Tab,
            Delimiter::Pipe => tracewire_wire::toon::Delimiter::Pipe,
        }
    }
}

/// What the first bytes of a file say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// It is this.
    Is(Encoding),
    /// There is nothing.
    Empty,
    /// It is something that is not read here, and this is its name.
    Other(&'static str),
    /// They may be anything.
    Unknown,
}

/// Looks at the first bytes of a file.
pub fn guess(bytes: &[u8]) -> Guess {
    let other = [
        (&b"PAR1"[..], "Parquet"),
        (b"\xff\xfe", "UTF-16 text"),
        (b"\xfe\xff", "UTF-16 text"),
        (b"\x1f\x8b", "a gzip file"),
        (b"\x28\xb5\x2f\xfd", "a zstd file"),
        (b"SQLite format 3\0", "an SQLite database"),
    ];
    if let Some((_, name)) = other.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Guess::Other(name);
    }
    // A recording begins with its form or with an item: no text has these bytes.
    if matches!(bytes.first(), Some(0x08 | 0x12)) {
        return Guess::Is(Encoding::Proto);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_comment = |line: &&str| line.starts_with('#');
    let first = match lines.next() {
        None => return Guess::Empty,
        Some(first) if is_comment(&first) => match lines.find(|line| !is_comment(line)) {
            Some(line) => {
                return if is_field(line) || is_list(line) { Guess::Is(Encoding::Toon) } else { Guess::Unknown };
            }
            None => return Guess::Unknown,
        },
        Some(first) => first,
    };
    Guess::Is(match first.as_bytes() {
        [b'{', ..] => Encoding::AnyJson,
        [b'[', ..] if is_list(first) => Encoding::Toon,
        [b'[', ..] => Encoding::AnyJson,
        _ if is_field(first) => Encoding::Toon,
        _ if is_scalar(first) => Encoding::AnyJson,
        _ if first.contains(',') => Encoding::Csv,
        _ => return Guess::Unknown,
    })
}

/// `[3]:`, `[2|]{a|b}:`: a list of TOON, which no JSON begins with.
fn is_list(line: &str) -> bool {
    let Some(rest) = line.strip_prefix('[') else { return false };
    let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let rest = rest.strip_prefix(['\t', '|']).unwrap_or(rest);
    rest.starts_with("]:") || rest.starts_with("]{")
}

/// `name: …`, `"a name"[2]: …`: a field of TOON.
fn is_field(line: &str) -> bool {
    let key = match line.strip_prefix('"') {
        Some(rest) => match rest.find('"') {
            Some(end) => rest.get(end + 1..).unwrap_or_default(),
            None => return false,
        },
        None => line.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.')),
    };
    let has_key = key.len() < line.len();
    has_key && (key == ":" || key.starts_with(": ") || is_list(key))
}

/// A JSON text, number or word.
fn is_scalar(line: &str) -> bool {
    tracewire_wire::json::read(line.as_bytes(), &tracewire_wire::json::ReadOptions::default()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell() {
        for (text, expected) in [
            (&b"{\"a\":1}"[..], Guess::Is(Encoding::AnyJson)),
            (b" \n[1,2]", Guess::Is(Encoding::AnyJson)),
            (b"[3]", Guess::Is(Encoding::AnyJson)),
            (b"[\n", Guess::Is(Encoding::AnyJson)),
            (b"\"a\"\n", Guess::Is(Encoding::AnyJson)),
            (b"12.5", Guess::Is(Encoding::AnyJson)),
            (b"null", Guess::Is(Encoding::AnyJson)),
            (b"[3]: 1,2,3", Guess::Is(Encoding::Toon)),
            (b"[2|]{a|b}:\n", Guess::Is(Encoding::Toon)),
            (b"[2:]{a,b}:\n", Guess::Is(Encoding::Toon)),
            (b"envelopes[1]:\n", Guess::Is(Encoding::Toon)),
            (b"# said by\nname: otter\n", Guess::Is(Encoding::Toon)),
            (b"\"a, b\": 1", Guess::Is(Encoding::Toon)),
            (b"a.b:\n  c: 1", Guess::Is(Encoding::Toon)),
            (b"id,name\r\n1,otter\r\n", Guess::Is(Encoding::Csv)),
            (b"\xef\xbb\xbf\"id\",\"name\"\n", Guess::Is(Encoding::Csv)),
            (b"\x08\x02\x12\x00", Guess::Is(Encoding::Proto)),
            (b"\x12\x03", Guess::Is(Encoding::Proto)),
            (b"PAR1\x00", Guess::Other("Parquet")),
            (b"\xff\xfe{\0", Guess::Other("UTF-16 text")),
            (b" \n\n", Guess::Empty),
            (b"otters", Guess::Unknown),
            (b"# only a comment", Guess::Unknown),
            (b"\x00\x01", Guess::Unknown),
        ] {
            assert_eq!(guess(text), expected, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn names_tell() {
        let of = |name: &str| Format::of_name(Path::new(name));
        assert_eq!(
            (of("a.JSON"), of("a.b.ndjson"), of("x.tsv")),
            (Some(Format::Json), Some(Format::Jsonl), Some(Format::Csv))
        );
        assert_eq!(
            (of("a.binpb"), of("a.parquet"), of("json"), of("-")),
            (Some(Format::Proto), Some(Format::Parquet), None, None)
        );
        assert_eq!(FileFormat::of_name(Path::new("a.parquet")), None);
        assert_eq!(Delimiter::of_name(Path::new("a.tsv")), Some(Delimiter::Tab));
    }
}
