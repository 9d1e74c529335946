//! What an agent did again and again: said above the tree, for nobody finds it in a thousand rows.

use std::io;

use tracewire_insight::loops::{LEAST_TIMES, Loop, by_weight, find};
use tracewire_insight::{Node, Tree};

use super::facts;
use crate::term::{Line, Screen, palette, units};

/// Loops that are told.
const MOST: usize = 3;
/// Steps of a round that are named.
const NAMES: usize = 4;
/// Columns of a name.
const NAME: usize = 24;

/// A line for each of the heaviest loops, and how many more there are.
///
/// # Errors
/// What the output says.
pub(super) fn write(tree: &Tree<'_>, screen: &mut Screen<'_>) -> io::Result<()> {
    let loops = find(tree, LEAST_TIMES);
    for one in by_weight(&loops).into_iter().take(MOST) {
        let mut facts = vec![(palette::WARN, what(tree, one, screen))];
        facts.extend(under(tree, one, screen).map(|under| (palette::QUIET, under)));
        facts.push((palette::QUIET, again(one, screen)));
        screen.flow(facts)?;
    }
    if let Some(more) = loops.len().checked_sub(MOST).filter(|more| *more > 0) {
        let mut line = Line::new();
        let more = units::counted(more as u64, "more loop");
        line.push(palette::QUIET, format!("{} {more} (--json has all)", screen.glyphs.again));
        screen.line(line)?;
    }
    Ok(())
}

/// `↻ search ×12 with the same arguments`.
fn what(tree: &Tree<'_>, one: &Loop, screen: &Screen<'_>) -> String {
    let glyphs = screen.glyphs;
    let name = |at: &usize| screen.fit(tree.nodes.get(*at).and_then(Node::name).unwrap_or("?"), NAME);
    let mut round: Vec<String> = one.first_round().iter().take(NAMES).map(name).collect();
    if one.period > NAMES {
        round.push(glyphs.ellipsis.to_owned());
    }
    format!(
        "{} {} {}{} with the same arguments",
        glyphs.again,
        round.join(glyphs.arrow),
        glyphs.times,
        units::grouped(one.times() as u64)
    )
}

/// `under agent research`.
fn under(tree: &Tree<'_>, one: &Loop, screen: &Screen<'_>) -> Option<String> {
    let node = one.under.and_then(|under| tree.nodes.get(under))?;
    let kind = node.kind.map(|kind| format!("{} ", screen.fit(kind, 12))).unwrap_or_default();
    Some(format!("under {kind}{}", screen.fit(node.name().unwrap_or("?"), NAME)))
}

/// `11 needless steps: 1.20 s, 1.2k → 340 tokens, $0.0300`.
fn again(one: &Loop, screen: &Screen<'_>) -> String {
    let (again, glyphs) = (&one.again, screen.glyphs);
    // Where the result was another one each time, it may have been worth it.
    let word = if one.is_same_output { "needless step" } else { "more step" };
    let mut took = vec![screen.duration(again.duration_nanos)];
    took.extend(again.tokens.as_ref().map(|tokens| facts::tokens(tokens, &glyphs)));
    took.extend(again.cost.as_ref().map(|cost| units::cost(cost, again.is_cost_computed, &glyphs)));
    if again.failed > 0 {
        took.push(format!("{} failed", units::grouped(again.failed)));
    }
    format!("{}: {}", units::counted(again.steps, word), took.join(", "))
}
