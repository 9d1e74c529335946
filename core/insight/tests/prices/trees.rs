//! Costs in a tree: of each call, and of what is above.

#[path = "../common/mod.rs"]
mod common;

use common::{events, located, state, trace_id};
use tracewire_insight::prices::price;
use tracewire_insight::{CostSource, Money, Tokens, Tree, explained};
use tracewire_wire::json;
use tracewire_wire::time::Timestamp;

use super::common::bundled;

/// Each span: its depth, name, own cost, where that is from, and the sum.
fn outline(lines: &str) -> String {
    let events = events(lines);
    let located = located(&events);
    let mut tree = Tree::build(trace_id(), &located, &state, Timestamp(common::ORIGIN + 10_000_000_000));
    price(&mut tree, bundled());
    spending_adds_up(&tree);
    let mut out = String::new();
    for step in tree.walk() {
        let node = &tree.nodes[step.index];
        let money = |money: Option<&tracewire_insight::Money>| {
            money.map_or("-".to_owned(), |money| {
                money.0.iter().map(|(currency, amount)| format!("{amount} {currency}")).collect::<Vec<_>>().join(" + ")
            })
        };
        let source = match &node.cost_source {
            None => "".to_owned(),
            Some(CostSource::Reported) => " reported".to_owned(),
            Some(CostSource::Priced(priced)) => format!(" by {}/{}", priced.provider, priced.model),
            Some(CostSource::Unpriced(why)) => format!(" {}", why.code()),
        };
        out += &format!(
            "{}{}: {}{source}; sum {}{}{}\n",
            "  ".repeat(step.depth),
            node.name().unwrap_or("-"),
            money(node.cost.as_ref()),
            money(node.cost_total.as_ref()),
            if node.is_cost_computed { " computed" } else { "" },
            if node.unpriced > 0 { format!(", {} unpriced", node.unpriced) } else { String::new() },
        );
    }
    let total = tree.cost.as_ref().map(|money| {
        money.0.iter().map(|(currency, amount)| format!("{amount} {currency}")).collect::<Vec<_>>().join(" + ")
    });
    out + &format!("= {} {} {}\n", total.unwrap_or_default(), tree.is_cost_computed, tree.unpriced)
}

/// What the steps spent is together what the tree cost.
fn spending_adds_up(tree: &Tree<'_>) {
    let (mut tokens, mut cost, mut unpriced) = (Tokens::default(), Money::default(), 0);
    for spent in tree.spending() {
        tokens.add(&spent.tokens.unwrap_or_default());
        cost.add(spent.cost.unwrap_or(&Money::default()));
        unpriced += u64::from(spent.unpriced.is_some());
    }
    assert_eq!((Some(tokens), Some(cost), unpriced), (tree.usage, tree.cost.clone(), tree.unpriced));
}

#[test]
fn calls_are_priced_and_added_up() {
    let outline = outline(
        r#"
        a 1 span.start 0 1 - agent - - {"name":"run","attributes":{"gen_ai.request.model":"gpt-4.1","gen_ai.provider.name":"openai"}}
        a 2 span.start 1 2 1 llm - - {"name":"priced","attributes":{"gen_ai.request.model":"gpt-4.1","gen_ai.provider.name":"openai"}}
        a 3 span.end 2 2 - - ok 1 {"usage":{"input_tokens":1000,"output_tokens":500}}
        a 4 span.start 3 3 1 llm - - {"name":"said","attributes":{"gen_ai.request.model":"gpt-4.1","gen_ai.provider.name":"openai"}}
        a 5 span.end 4 3 - - ok 1 {"usage":{"input_tokens":1000,"output_tokens":500},"cost":{"total":"0.5"}}
        a 6 span.start 5 4 1 llm - - {"name":"strange","attributes":{"gen_ai.request.model":"gpt-99","gen_ai.provider.name":"openai"}}
        a 7 span.end 6 4 - - ok 1 {"usage":{"input_tokens":1000,"output_tokens":500}}
        a 8 span.start 7 5 1 llm - - {"name":"silent","attributes":{"gen_ai.request.model":"gpt-4.1","gen_ai.provider.name":"openai"}}
        a 9 span.end 8 5 - - error 1 {}
        a 13 span.start 8.6 7 1 llm - - {"name":"nameless"}
        a 14 span.end 8.7 7 - - ok 0.1 {"usage":{"input_tokens":1000,"output_tokens":500}}
        a 10 span.start 8 6 1 tool - - {"name":"look","attributes":{"gen_ai.tool.name":"look"}}
        a 11 span.end 8.5 6 - - ok 0.5 {}
        a 12 span.end 9 1 - - ok 9 {"usage":{"input_tokens":3000,"output_tokens":1500}}
        "#,
    );
    assert_eq!(
        outline,
        "run: -; sum 0.506 USD computed, 1 unpriced
  priced: 0.006 USD by openai/gpt-4.1; sum 0.006 USD computed
  said: 0.5 USD reported; sum 0.5 USD
  strange: - unknown_model; sum -, 1 unpriced
  silent: - no_usage; sum -
  look: -; sum -
  nameless: - no_model; sum -
= 0.506 USD true 1
"
    );
}

#[test]
fn what_a_summary_says_counts_where_nothing_below_does() {
    let outline = outline(
        r#"
        a 1 span.start 0 1 - agent - - {"name":"said"}
        a 2 span.start 1 2 1 llm - - {"name":"strange","attributes":{"gen_ai.request.model":"gpt-99"}}
        a 3 span.end 2 2 - - ok 1 {"usage":{"input_tokens":1000,"output_tokens":500}}
        a 4 span.end 9 1 - - ok 9 {"usage":{"input_tokens":3000,"output_tokens":1500},"cost":{"total":"0.2","currency":"EUR"}}
        a 5 span.start 10 3 - agent - - {"name":"alone","attributes":{"gen_ai.request.model":"gpt-4.1","gen_ai.system":"openai"}}
        a 6 span.start 11 4 3 tool - - {"name":"look"}
        a 7 span.end 12 4 - - ok 1 {}
        a 8 span.end 19 3 - - ok 9 {"usage":{"input_tokens":3000,"output_tokens":1500}}
        "#,
    );
    assert_eq!(
        outline,
        "said: 0.2 EUR reported; sum 0.2 EUR
  strange: - unknown_model; sum -, 1 unpriced
alone: 0.018 USD by openai/gpt-4.1; sum 0.018 USD computed
  look: -; sum -
= 0.2 EUR + 0.018 USD true 0
"
    );
}

#[test]
fn the_price_is_that_of_the_moment_at_which_the_call_began() {
    // The events begin on 2026-11-21 at 04:30 UTC, when DeepSeek asks the price of the day.
    let outline = outline(
        r#"
        a 1 span.start 0 1 - llm - - {"name":"day","attributes":{"gen_ai.request.model":"deepseek-chat","gen_ai.provider.name":"deepseek"}}
        a 2 span.end 2 1 - - ok 1 {"usage":{"input_tokens":1000,"output_tokens":1000}}
        a 3 span.start 43200000 2 - llm - - {"name":"night","attributes":{"gen_ai.request.model":"deepseek-chat","gen_ai.provider.name":"deepseek"}}
        a 4 span.end 43200002 2 - - ok 1 {"usage":{"input_tokens":1000,"output_tokens":1000}}
        "#,
    );
    assert_eq!(
        outline,
        "day: 0.00137 USD by deepseek/deepseek-chat; sum 0.00137 USD computed
night: 0.000685 USD by deepseek/deepseek-chat; sum 0.000685 USD computed
= 0.002055 USD true 0
"
    );
}

#[test]
fn a_cost_is_explained() {
    let events = events(
        r#"
        a 1 span.start 0 1 - llm - - {"name":"sound","attributes":{"gen_ai.response.model":"gpt-realtime","gen_ai.provider.name":"openai"}}
        a 2 span.end 2 1 - - ok 1 {"usage":{"input_tokens":1000,"output_tokens":0,"details":{"audio_input_tokens":600,"searches":2}}}
        a 3 span.start 3 2 - llm - - {"name":"said","attributes":{"gen_ai.request.model":"m"}}
        a 4 span.end 4 2 - - ok 1 {"usage":{"input_tokens":1},"cost":{"total":"0.10","price_source":"user","price_version":"7"}}
        a 5 span.start 5 3 - llm - - {"name":"strange","attributes":{"gen_ai.request.model":"m"}}
        a 6 span.end 6 3 - - ok 1 {"usage":{"input_tokens":1}}
        "#,
    );
    let located = located(&events);
    let mut tree = Tree::build(trace_id(), &located, &state, Timestamp(common::ORIGIN));
    price(&mut tree, bundled());
    let said = tree.nodes.iter().map(|node| String::from_utf8(json::write(&explained(node))).unwrap());
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            r#"{"at":"2026-11-21T04:30:00.000000000Z","currency":"USD","input":"0.0208","lines":[{"amount":"0.0016","count":400,"per":1000000,"per_million":"4","price":"4","what":"input_tokens"},{"amount":"0.0192","count":600,"per":1000000,"per_million":"32","price":"32","what":"audio_input_tokens"}],"local":false,"model":"gpt-realtime","output":"0","priced_as":"openai/gpt-realtime","provider":"openai","span_id":"0000000000000001","state":"priced","total":"0.0208","version":"genai-prices 0.2.3","without_price":{"web_searches":2}}"#,
            r#"{"at":"2026-11-21T04:30:00.003000000Z","currency":"USD","lines":[],"model":"m","source":"user","span_id":"0000000000000002","state":"reported","total":"0.1","version":"7"}"#,
            r#"{"at":"2026-11-21T04:30:00.005000000Z","code":"unknown_model","lines":[],"model":"m","reason":"no price is known for the model m","span_id":"0000000000000003","state":"unpriced"}"#,
        ]
    );
}
