//! Streams: a document read in pieces gives the items and the form that it gives when read at once, or is refused as it is then.
//! Of several faults any may be the one that is named.
//!
//! The first byte says how long the pieces are and which encoding it is; the rest is the document.

use crate::budget::Budget;
use tracewire_wire::WireError;
use tracewire_wire::recording::{Form, Item};
use tracewire_wire::stream::{Encoding, ItemReader, Step, StreamOptions};

/// For each byte of the document.
pub const BUDGET: Budget = Budget { memory: 800, steps: 20_000 };
/// Buffers, and names that rows of CSV repeat.
const FREE: usize = 2 << 20;

type Found = (Vec<Item>, Option<Form>, Result<(), WireError>);

/// See the module.
pub fn check(bytes: &[u8]) {
    let Some((first, document)) = bytes.split_first() else { return };
    let encoding = match first % 5 {
        0 => Encoding::Json,
        1 => Encoding::Jsonl,
        2 => Encoding::AnyJson,
        3 => Encoding::Toon,
        _ => Encoding::Csv,
    };
    // Everything is large here, so that short documents are read as long ones are.
    let long = StreamOptions { whole_bytes: 0, block_bytes: 64, ..StreamOptions::default() };
    let piece = usize::from(first / 5) + 1;
    let at_once = read(encoding, long, document, document.len().max(1));
    let in_pieces = read(encoding, long, document, piece);
    assert_eq!(in_pieces.2.is_ok(), at_once.2.is_ok(), "{:?} in pieces, {:?} at once", in_pieces.2, at_once.2);
    if at_once.2.is_ok() {
        assert_eq!(
            (in_pieces.0, in_pieces.1),
            (at_once.0.clone(), at_once.1),
            "pieces of {piece} bytes make no difference"
        );
    }
    let whole = read(encoding, StreamOptions::default(), document, piece);
    if at_once.2.is_ok() && whole.2.is_ok() {
        assert_eq!(texts(&whole.0), texts(&at_once.0), "nor does it whether the document is read whole");
    }
}

fn texts(items: &[Item]) -> Vec<Vec<u8>> {
    items.iter().map(|item| tracewire_wire::json::write(&item.to_value())).collect()
}

fn read(encoding: Encoding, options: StreamOptions, document: &[u8], piece: usize) -> Found {
    BUDGET.keep(document.len() + FREE / BUDGET.memory, || {
        let mut reader = ItemReader::new(encoding, options);
        let mut pieces = document.chunks(piece);
        let mut items = Vec::new();
        loop {
            match reader.next() {
                Ok(Step::Item(item)) => items.push(item),
                Ok(Step::More) => match pieces.next() {
                    Some(bytes) => reader.push(bytes),
                    None => reader.end(),
                },
                Ok(Step::End) => return (items, reader.form(), Ok(())),
                Err(error) => return (items, reader.form(), Err(error)),
            }
        }
    })
}
