//! The same calls, asked of genai-prices itself (`peer.py` wrote the table).
//!
//! Where we differ on purpose, and so the table does not ask:
//!
//! - a class of service, a speed or a route for which the list has no price: we have no cost, they take the ordinary price;
//! - output of a model that has a price for input alone: we have no cost, they leave it out;
//! - counts that contradict each other: we refuse them whatever has a price, they where both have one;
//! - output without input: we have no cost, they price what is there;
//! - Groq's Whisper: they bill ten seconds at least, which is no part of their list.

use tracewire_insight::Decimal;

use super::common::{bundled, call_with, moment, said};

/// Facts that no span says.
const UNSAID: [&str; 2] = ["route=", "search_type="];

#[test]
fn costs_are_those_of_genai_prices() {
    let (mut asked, mut different) = (0, Vec::new());
    for line in include_str!("peer.tsv").lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [provider, model, at, facts, counts, input, output, total] = columns[..] else { panic!("{line}") };
        if UNSAID.iter().any(|unsaid| facts.contains(unsaid)) {
            continue;
        }
        asked += 1;
        let result = bundled().cost(&call_with(provider, model, facts, counts), moment(at));
        let expected = [input, output, total].map(|amount| Decimal::parse(amount).unwrap());
        let is_same = result.as_ref().is_ok_and(|priced| {
            let amounts = [&priced.input, &priced.output, &priced.total];
            // Seconds have no exact price where an hour is sold.
            let places = if counts.contains("seconds") { 11 } else { 24 };
            amounts.into_iter().zip(&expected).all(|(ours, theirs)| ours.rounded(places) == theirs.rounded(places))
        });
        if !is_same {
            different.push(format!("{line}\n    ours: {}", said(&result)));
        }
    }
    assert!(different.is_empty(), "{} of {asked}:\n{}", different.len(), different.join("\n"));
    assert!(asked > 3_000, "{asked}");
}
