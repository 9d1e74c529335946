//! The validator: what is wrong with what somebody's emitter wrote, where, and how to mend it.
//!
//! ```text
//! one document ─▶ inspect ─▶ shape ─▶ record (values, names, usage, digest) ─▶ findings
//!                   pure                    │ facts
//!                                           ▼
//!                              Validator: spans, producers ─▶ findings ─▶ finish: what is missing
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `rules` | every rule, its code, level and requirement; `spec/findings/` has a page for each |
//! | `finding` | what is said of a place |
//! | `members`, `shape` | exactly what the JSON Schema says |
//! | `record`, `place` | one event or envelope by itself, its facts, and where it stands |
//! | `values`, `secrets` | tags, numbers, texts that look like keys |
//! | `names` | attributes, kinds, statuses, levels and other words |
//! | `usage` | tokens and costs |
//! | `digest` | digests of maps as they stand |
//! | `spans`, `producers` | what only many records say together, in bounded memory |
//! | `locate` | lines and columns of pointers |
//! | `fix` | what can be mended without guessing |
//!
//! Nothing here does I/O. The same input gives the same findings in the same order. [`inspect`] knows nothing of other
//! documents, so that many of them can be looked at at once; [`Validator::take`] puts what they say together, in order.

mod digest;
mod finding;
mod fix;
mod inspect;
mod locate;
mod members;
mod names;
mod place;
mod producers;
mod record;
mod rules;
mod secrets;
mod shape;
mod spans;
mod time;
mod usage;
mod validator;
mod values;

pub use finding::{Bounds, Expect, Finding, Options, Summary};
pub use fix::{Fixer, fix};
pub use inspect::{Inspected, inspect, inspect_value};
pub use rules::{Level, RULES, Rule, Severity};
pub use validator::{Report, Validator, is_document, validate};
