//! TOON, specification 4.4: a value as indented lines that a language model reads at little cost.
//!
//! Numbers are written by the one formatter of canonical JSON, so that equal values have equal text. Values that JSON
//! cannot hold keep their tags, which are maps like any other: nothing is lost on the way there and back.
//!
//! | file | what it is |
//! |---|---|
//! | `encode` | values become lines |
//! | `shape` | whether maps are alike enough for a table |
//! | `text` | when a text stands bare, and quotes where it cannot |
//! | `lines` | a document as lines with their depth |
//! | `scan` | places in a line, outside of quotes |
//! | `cell` | what a single value looks like |
//! | `header` | `key[3]{a,b}:`, read |
//! | `rows` | rows of tables |
//! | `decode` | lines become values |
//! | `fault` | what is wrong with a line |

mod cell;
mod decode;
mod encode;
mod fault;
mod header;
mod lines;
mod rows;
mod scan;
mod shape;
mod text;

pub use decode::{DecodeOptions, decode};
pub use encode::{EncodeOptions, encode};

/// What separates values in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`, which headers do not name.
    #[default]
    Comma,
    /// A horizontal tab.
    Tab,
    /// `|`.
    Pipe,
}

impl Delimiter {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Tab => b'\t',
            Delimiter::Pipe => b'|',
        }
    }
}
