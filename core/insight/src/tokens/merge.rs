//! A piece as tokens: of all neighbours that together are a token, those with the lowest rank become one, the leftmost first,
//! until no neighbours are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::vocabulary::Vocabulary;

/// Up to this many bytes the lowest rank is looked for among all; beyond, a heap knows it.
const FEW: usize = 64;
/// The rank of neighbours that are no token.
const NONE: u32 = u32::MAX;

/// How many tokens a piece of at least two bytes has.
pub(super) fn count(piece: &[u8], vocabulary: &Vocabulary) -> usize {
    if piece.len() <= FEW { count_few(piece, vocabulary) } else { count_many(piece, vocabulary) }
}

fn count_few(piece: &[u8], vocabulary: &Vocabulary) -> usize {
    // Where each part begins, and its rank together with the part behind it.
    let mut starts = [0_usize; FEW + 1];
    let mut ranks = [NONE; FEW + 1];
    let mut parts = piece.len();
    let rank =
        |from: usize, until: usize| piece.get(from..until).and_then(|pair| vocabulary.rank(pair)).unwrap_or(NONE);
    for (at, (start, known)) in starts.iter_mut().zip(&mut ranks).take(parts + 1).enumerate() {
        *start = at;
        *known = if at + 2 <= piece.len() { rank(at, at + 2) } else { NONE };
    }
    loop {
        let lowest = ranks.iter().take(parts).enumerate().min_by_key(|(_, rank)| **rank);
        let Some((at, _)) = lowest.filter(|(_, rank)| **rank != NONE) else { return parts };
        starts.copy_within(at + 2..=parts, at + 1);
        ranks.copy_within(at + 2..=parts, at + 1);
        parts -= 1;
        for part in [at.checked_sub(1), Some(at)].into_iter().flatten().filter(|part| part + 2 <= parts) {
            if let (Some(from), Some(until)) = (starts.get(part), starts.get(part + 2)) {
                let known = rank(*from, *until);
                if let Some(place) = ranks.get_mut(part) {
                    *place = known;
                }
            }
        }
        if at + 2 > parts
            && let Some(place) = ranks.get_mut(at)
        {
            *place = NONE;
        }
    }
}

/// A part of a long piece: where its neighbours begin. `next` of the last is the piece's end.
#[derive(Clone, Copy)]
struct Part {
    before: usize,
    next: usize,
    /// The rank together with the next.
    rank: u32,
}

fn count_many(piece: &[u8], vocabulary: &Vocabulary) -> usize {
    let rank =
        |from: usize, until: usize| piece.get(from..until).and_then(|pair| vocabulary.rank(pair)).unwrap_or(NONE);
    let mut parts: Vec<Part> =
        (0..piece.len()).map(|at| Part { before: at.wrapping_sub(1), next: at + 1, rank: rank(at, at + 2) }).collect();
    let mut heap: BinaryHeap<Reverse<(u32, usize)>> = parts
        .iter()
        .enumerate()
        .filter(|(_, part)| part.rank != NONE)
        .map(|(at, part)| Reverse((part.rank, at)))
        .collect();
    let mut count = parts.len();
    while let Some(Reverse((known, at))) = heap.pop() {
        let Some(part) = parts.get(at).copied() else { continue };
        // What was merged since stands here no more, or with another rank.
        if part.rank != known {
            continue;
        }
        let Some(next) = parts.get(part.next).copied() else { continue };
        if let Some(gone) = parts.get_mut(part.next) {
            gone.rank = NONE;
        }
        if let Some(behind) = parts.get_mut(next.next) {
            behind.before = at;
        }
        let until = parts.get(next.next).map(|behind| behind.next);
        let joined = until.map_or(NONE, |until| rank(at, until));
        if let Some(part) = parts.get_mut(at) {
            (part.next, part.rank) = (next.next, joined);
        }
        if joined != NONE {
            heap.push(Reverse((joined, at)));
        }
        if let Some(before) = parts.get_mut(part.before) {
            before.rank = rank(part.before, next.next);
            if before.rank != NONE {
                heap.push(Reverse((before.rank, part.before)));
            }
        }
        count -= 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::super::vocabulary::{CL100K, O200K};
    use super::*;

    #[test]
    fn short_and_long_ways_agree() {
        let text = "antidisestablishmentarianismus 日本語 ffff0a1b \u{1f9a6} aaaaaaaaaaaaaaaaaaaaaaaaaaaa".as_bytes();
        for vocabulary in [&CL100K, &O200K] {
            for from in 0..text.len() {
                for until in from + 2..text.len().min(from + FEW) {
                    let piece = &text[from..until];
                    assert_eq!(count_few(piece, vocabulary), count_many(piece, vocabulary), "{piece:?}");
                }
            }
        }
    }
}
