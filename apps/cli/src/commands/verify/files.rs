//! Envelopes and heads of files, without a store.

use std::path::PathBuf;

use tracewire_wire::WireError;
use tracewire_wire::recording::Item as Recorded;
use tracewire_wire::stream::StreamOptions;
use tracewire_wire::verify::{Finding, Item};

use crate::args::FileFormat;
use crate::error::CliError;
use crate::moving::input::Input;
use crate::moving::items::Items;
use crate::term::{Bar, Unit};

/// Calls `each` with every envelope and statement of the files, in order; gives what is neither.
///
/// # Errors
/// Where a file cannot be read, or is not of its format.
pub fn each(paths: &[PathBuf], each: &mut dyn FnMut(Item)) -> Result<Vec<Finding>, CliError> {
    let mut unreadable = Vec::new();
    for path in paths {
        let input = Input::new(path);
        input.check()?;
        let mut bar = Bar::new("reading", Unit::Bytes, input.size());
        let encoding = FileFormat::of_name(path).map(FileFormat::encoding);
        let mut items = Items::open(&input, encoding, StreamOptions::default(), &mut bar)?;
        loop {
            let item = match items.next(&mut bar) {
                Ok(Some(item)) => item,
                Ok(None) => break,
                // What stands before it was read, and is judged.
                Err(CliError::Input { name, error }) if items.count > 0 => {
                    let message = format!("{name}: nothing is read from here on: {error}");
                    unreadable.push(Finding { code: error.code(), producer: String::new(), first_seq: 0, message });
                    break;
                }
                Err(error) => return Err(error),
            };
            match read(item) {
                Ok(item) => each(item),
                Err((error, producer, first_seq)) => unreadable.push(Finding {
                    code: "envelope",
                    producer,
                    first_seq,
                    message: format!("{}: item {} does not read: {error}", input.name, items.count),
                }),
            }
        }
        bar.done();
    }
    Ok(unreadable)
}

/// What an item is; or why it is nothing to verify, and whose it says that it is.
fn read(item: Recorded) -> Result<Item, (WireError, String, u64)> {
    let value = match item {
        Recorded::Envelope(envelope) => return Ok(Item::Envelope(envelope)),
        other => other.into_value(),
    };
    let member = |name: &str| value.as_map().and_then(|map| map.get(name));
    let producer = member("producer").and_then(|name| name.as_text()).unwrap_or_default().to_owned();
    let first_seq = member("first_seq").and_then(|number| number.as_u64()).unwrap_or(0);
    Item::from_value(value).map_err(|error| (error, producer, first_seq))
}
