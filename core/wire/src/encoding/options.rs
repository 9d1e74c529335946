//! How is read and written, where an encoding leaves a choice. Each encoding takes what is its own and passes over the rest.

use crate::error::WireError;
use crate::toon::Delimiter;
use crate::{csv, json, toon};

/// How is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// What separates the cells of CSV; TOON says it itself.
    pub delimiter: Delimiter,
    /// Spaces for each level of TOON, if not two.
    pub indent: Option<usize>,
    /// Mend what writers of TOON get wrong most ([`toon::DecodeOptions::is_strict`]).
    pub is_lenient: bool,
}

/// How is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// What separates the cells of TOON and CSV.
    pub delimiter: Delimiter,
    /// Spaces for each level: of TOON, if not two; of JSON, which stands on one line without.
    pub indent: Option<usize>,
    /// Put a `'` before texts of CSV that a spreadsheet would take for a formula. Lossy.
    pub formula_safe: bool,
}

impl ReadOptions {
    /// The bytes are in memory already, so that their number needs no bound.
    pub(super) fn json(&self) -> json::ReadOptions {
        json::ReadOptions { max_bytes: usize::MAX, ..Default::default() }
    }

    pub(super) fn toon(&self) -> toon::DecodeOptions {
        let indent = self.indent.unwrap_or(SPACES);
        toon::DecodeOptions { is_strict: !self.is_lenient, indent, ..Default::default() }
    }
}

impl WriteOptions {
    pub(super) fn toon(&self) -> toon::EncodeOptions {
        toon::EncodeOptions { delimiter: self.delimiter, indent: self.indent.unwrap_or(SPACES) }
    }

    pub(super) fn csv(&self) -> csv::EncodeOptions {
        csv::EncodeOptions { formula_safe: self.formula_safe, delimiter: self.delimiter }
    }
}

/// What TOON is indented by (TW-TOON-001).
const SPACES: usize = 2;

impl Delimiter {
    /// All there are.
    pub const ALL: [Delimiter; 3] = [Delimiter::Comma, Delimiter::Tab, Delimiter::Pipe];

    /// Its name in options.
    pub const fn name(self) -> &'static str {
        match self {
            Delimiter::Comma => "comma",
            Delimiter::Tab => "tab",
            Delimiter::Pipe => "pipe",
        }
    }

    /// The delimiter of a name, or that is this character; also `name.parse()`.
    ///
    /// # Errors
    /// `delimiter_unknown`, which lists the names.
    pub fn parse(name: &str) -> Result<Self, WireError> {
        let is_it = |known: &Delimiter| known.name() == name || name.as_bytes() == [known.byte()];
        let found = Self::ALL.into_iter().find(is_it);
        found.ok_or_else(|| WireError::unknown("delimiter_unknown", name, &Self::ALL.map(Delimiter::name)))
    }
}

impl std::str::FromStr for Delimiter {
    type Err = WireError;

    fn from_str(name: &str) -> Result<Self, WireError> {
        Delimiter::parse(name)
    }
}
