//! The page of error codes, from the codes of the wire crate.

use super::output::{Output, header};
use tracewire_wire::WireError;

/// The page.
pub fn page() -> Output {
    let head = header("xtask/src/codegen/errors.rs", "core/wire/src/error.rs");
    let mut text = format!(
        "<!-- {head} -->\n\n# Error codes\n\nWhat a reader says of input that it refuses. A code stays what it is; the words beside it may change. A code that begins with a format's name \
         comes with a place in the text (a byte offset for `json_*` and `proto_*`, a line from 1 for `toon_*` and `csv_*`), one that ends in `_unknown` with the names that there are, every other one with a JSON pointer.\n\n| code | says |\n|---|---|\n"
    );
    for (code, meaning) in WireError::CODES {
        text.push_str(&format!("| `{code}` | {meaning} |\n"));
    }
    Output { path: "spec/reference/errors.md".to_owned(), text }
}
