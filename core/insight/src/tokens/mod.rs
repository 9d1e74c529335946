//! How many tokens a language model reads: byte-pair encoding as OpenAI's models do it, offline and exact.
//!
//! ```text
//! text ─▶ split: words, numbers, signs, spaces ─▶ each piece: known as it is, or merged pair by pair ─▶ count
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `split` | where a text is cut before anything is merged |
//! | `merge` | how many tokens a piece has |
//! | `vocabulary` | which bytes are a token, and which comes first |
//! | `layout` | how the packed tables lie |
//! | `vision` | about how many tokens pictures take, by what their makers publish |
//! | `forms` | one value in every form, counted; the smallest of them |
//!
//! The tables are packed by the build script and read where they lie in the program: the first count costs no more than the
//! next. Time grows with the text's length, whatever it says; memory is at most 48 bytes for each byte of the longest piece.

mod forms;
#[allow(dead_code, reason = "the build script uses the rest")]
mod layout;
mod merge;
mod split;
mod vision;
mod vocabulary;

pub use forms::{Form, Size, pick, sizes};
pub use vision::{Estimate, Vision, for_each_medium};

use split::Splitter;
use vocabulary::Vocabulary;

/// A model's way to cut text into tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// `o200k_base`: GPT-4o, GPT-4.1, GPT-5, o1 and later.
    #[default]
    O200k,
    /// `cl100k_base`: GPT-4, GPT-3.5 and the embedding models of their time.
    Cl100k,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Encoding; 2] = [Encoding::O200k, Encoding::Cl100k];

    /// Its name: `o200k` or `cl100k`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Encoding::O200k => "o200k",
            Encoding::Cl100k => "cl100k",
        }
    }

    /// The encoding of a name, with or without `_base`.
    ///
    /// ```
    /// use tracewire_insight::tokens::Encoding;
    /// assert_eq!(Encoding::parse("cl100k_base"), Some(Encoding::Cl100k));
    /// assert_eq!(Encoding::parse("gpt-5"), None);
    /// ```
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.strip_suffix("_base").unwrap_or(name);
        Self::ALL.into_iter().find(|encoding| encoding.name() == name)
    }
}

/// How many tokens a text has. Texts that look like special tokens, such as `<|endoftext|>`, are counted as text.
///
/// ```
/// use tracewire_insight::tokens::{Encoding, count};
/// assert_eq!(count("hello world", Encoding::O200k), 2);
/// assert_eq!(count("otter 12345", Encoding::Cl100k), 5);
/// ```
#[must_use]
pub fn count(text: &str, encoding: Encoding) -> usize {
    let vocabulary = match encoding {
        Encoding::O200k => &vocabulary::O200K,
        Encoding::Cl100k => &vocabulary::CL100K,
    };
    Splitter::new(text, encoding).map(|piece| count_piece(piece.as_bytes(), vocabulary)).sum()
}

fn count_piece(piece: &[u8], vocabulary: &Vocabulary) -> usize {
    match piece.len() {
        0 | 1 => piece.len(),
        _ if vocabulary.rank(piece).is_some() => 1,
        _ => merge::count(piece, vocabulary),
    }
}
