//! Envelopes put together from canonical pieces, without a value in between: what a sealer or a store does.

use crate::id::{HASH_TEXT, Hash};
use crate::json;
use crate::order::Order as _;
use crate::value::{Map, Value, compare_keys};
use std::borrow::Cow;

/// The members that are written from pieces.
const PIECES: [&str; 3] = ["content", "digest", "events"];

/// The digest of an envelope with these members and events (TW-DIG-003). Members `content`, `digest` and `events` of the
/// header are passed over.
pub fn digest_of(header: &Map, event_digests: &[Hash]) -> Hash {
    let mut out = Vec::with_capacity(512 + event_digests.len() * (HASH_TEXT + 3));
    let events = Piece("events", &|out| write_list(event_digests, out, write_hash));
    write_members(header, &[events], &mut out);
    Hash::of(&out)
}

/// Canonical bytes of an envelope from canonical pieces: its header, each event, and the value of each content, none of which
/// has a nonce. Events come in their order, contents in any.
pub fn assemble(header: &Map, events: &[&[u8]], content: &[(Hash, &[u8])], digest: &Hash) -> Vec<u8> {
    assemble_with(header, events, content, digest, |value, out| {
        out.extend_from_slice(b"{\"value\":");
        out.extend_from_slice(value);
        out.push(b'}');
    })
}

/// The same, with whole entries of `content`: `{"value":…}`, `{"nonce":…,"value":…}`, `{"$erased":…}` or `{"$withheld":…}`.
pub fn assemble_entries(header: &Map, events: &[&[u8]], content: &[(Hash, &[u8])], digest: &Hash) -> Vec<u8> {
    assemble_with(header, events, content, digest, |entry, out| out.extend_from_slice(entry))
}

fn assemble_with(
    header: &Map,
    events: &[&[u8]],
    content: &[(Hash, &[u8])],
    digest: &Hash,
    write_entry: impl Fn(&[u8], &mut Vec<u8>),
) -> Vec<u8> {
    let mut content = Cow::Borrowed(content);
    if !content.is_sorted_by(|(a, _), (b, _)| a < b) {
        content.to_mut().order_unstable_by(Ord::cmp);
        content.to_mut().dedup_by(|(a, _), (b, _)| a == b);
    }
    let length: usize = events.iter().map(|event| event.len() + 1).sum::<usize>()
        + content.iter().map(|(_, value)| value.len() + HASH_TEXT + 16).sum::<usize>();
    let mut out = Vec::with_capacity(length + 1024);
    let write_content = |out: &mut Vec<u8>| {
        out.push(b'{');
        for (at, (hash, piece)) in content.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            write_hash(hash, out);
            out.push(b':');
            write_entry(piece, out);
        }
        out.push(b'}');
    };
    let write_events = |out: &mut Vec<u8>| write_list(events, out, |event, out| out.extend_from_slice(event));
    let write_digest = |out: &mut Vec<u8>| write_hash(digest, out);
    let pieces = [Piece("content", &write_content), Piece("digest", &write_digest), Piece("events", &write_events)];
    let without_content = usize::from(content.is_empty());
    write_members(header, pieces.get(without_content..).unwrap_or_default(), &mut out);
    out
}

fn write_hash(hash: &Hash, out: &mut Vec<u8>) {
    out.push(b'"');
    hash.write_to(out);
    out.push(b'"');
}

fn write_list<T>(items: &[T], out: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    out.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

/// A member that is written from pieces.
struct Piece<'a>(&'a str, &'a dyn Fn(&mut Vec<u8>));

/// Writes the header's members with the pieces, which are in order, merged in.
fn write_members(header: &Map, pieces: &[Piece<'_>], out: &mut Vec<u8>) {
    let mut members: Vec<&(String, Value)> =
        header.iter().filter(|(name, _)| !PIECES.contains(&name.as_str())).collect();
    members.order_by(|(a, _), (b, _)| compare_keys(a, b));
    let mut pieces = pieces.iter().peekable();
    let mut is_first = true;
    let mut begin = |name: &str, out: &mut Vec<u8>| {
        out.push(if is_first { b'{' } else { b',' });
        is_first = false;
        json::write_text(name, out);
        out.push(b':');
    };
    for (name, value) in members {
        while let Some(Piece(piece, write)) = pieces.next_if(|Piece(piece, _)| compare_keys(piece, name).is_lt()) {
            begin(piece, out);
            write(out);
        }
        begin(name, out);
        json::write_to(value, out);
    }
    for Piece(piece, write) in pieces {
        begin(piece, out);
        write(out);
    }
    out.push(b'}');
}
