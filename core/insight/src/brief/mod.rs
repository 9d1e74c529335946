//! A trace for a language model to read, within a budget of tokens that is kept.
//!
//! ```text
//! tree ─▶ survey ─▶ rows: every step, alike ones as one ─────┐
//!              └──▶ details: what failed, and what led to it ─┴─▶ plan within the budget ─▶ page ─▶ counted
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `survey` | what is known of each step before anything is chosen |
//! | `names` | ids, as short as they can be told apart |
//! | `rows` | the skeleton: steps as rows, repeated ones as one, in the order of their importance |
//! | `candidates` | which steps are told in full, why, and in which order |
//! | `details` | what is told of a step |
//! | `facts` | what is said of a step in a word |
//! | `shrink` | values cut to a size, texts made harmless |
//! | `page` | the document and its parts, and what each part costs |
//! | `plan` | what is shown within a budget |
//!
//! First comes the skeleton of the whole trace; then detail where it matters most. Failures and the root stay last, and
//! a larger budget never hides a failure that a smaller one shows. What is left out is counted, and the page says how to
//! ask for it. The same tree and options give the same bytes. Text of a trace comes from strangers: it is cut, it is quoted
//! as TOON and JSON quote, and control characters stand as their escapes.

mod candidates;
mod details;
mod facts;
mod names;
mod page;
mod plan;
mod rows;
mod shrink;
mod survey;

use tracewire_wire::toon::Delimiter;

use crate::tokens::Encoding;
use crate::tree::Tree;

pub use names::find_step;

/// How a page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// TOON.
    Toon(Delimiter),
    /// Compact JSON.
    Json,
}

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub struct BriefOptions<'o> {
    /// The most tokens that the page may take; `None` for all there is.
    pub max_tokens: Option<usize>,
    /// Whose tokens.
    pub encoding: Encoding,
    /// How it is written.
    pub style: Style,
    /// Only this node of the tree and what is below it.
    pub focus: Option<usize>,
    /// The trace's id, as short as it is clear.
    pub trace: &'o str,
    /// What to type to see this trace, such as `tracewire trace 4bf92f35`.
    pub command: &'o str,
    /// What must follow it, such as ` --format toon`.
    pub flags: &'o str,
}

/// What is not on the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Steps without a row of their own; those that a row stands for are among them.
    pub steps: u64,
    /// Steps that have something to tell, of which nothing is told.
    pub details: u64,
    /// Bytes of inputs, outputs, attributes and exceptions that are not shown, as canonical JSON.
    pub bytes: u64,
}

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// The text, with a line end.
    pub text: String,
    /// Its tokens, counted, that line end included.
    pub tokens: usize,
    /// Steps that have a row.
    pub rows: u64,
    /// What is not in it.
    pub left_out: LeftOut,
}

/// A budget in which nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSmall {
    /// The least tokens that this trace needs.
    pub least: usize,
}

/// Writes a trace for a language model.
///
/// # Errors
/// [`TooSmall`] where not even the shortest page is within the budget.
pub fn write(tree: &Tree<'_>, options: &BriefOptions<'_>) -> Result<Brief, TooSmall> {
    plan::Planner::new(tree, options).write()
}

/// The same in TOON or JSON, whichever leaves less out, failing a difference the one of fewer tokens.
///
/// # Errors
/// [`TooSmall`] where neither is within the budget.
pub fn pick(tree: &Tree<'_>, options: &BriefOptions<'_>) -> Result<(Style, Brief), TooSmall> {
    let mut best: Result<(Style, Brief), TooSmall> = Err(TooSmall { least: usize::MAX });
    for style in [Style::Toon(Delimiter::Comma), Style::Json] {
        let written = write(tree, &BriefOptions { style, ..*options }).map(|brief| (style, brief));
        let key = |brief: &Brief| (brief.left_out.steps, brief.left_out.details, brief.tokens);
        best = match (best, written) {
            (Ok(known), Ok(other)) => Ok(if key(&other.1) < key(&known.1) { other } else { known }),
            (Ok(known), Err(_)) => Ok(known),
            (Err(_), Ok(other)) => Ok(other),
            (Err(known), Err(other)) => Err(TooSmall { least: known.least.min(other.least) }),
        };
    }
    best
}
