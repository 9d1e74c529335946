//! Money that a span or record reports.

use tracewire_wire::value::{Map, Value};

use crate::values::parse_json;

const TOTAL: [&str; 5] =
    ["llm.cost.total", "gen_ai.usage.cost", "gen_ai.usage.total_cost", "operation.cost", "gen_ai.cost.amount"];
const INPUT: [&str; 3] = ["llm.cost.prompt", "gen_ai.usage.input_cost", "gen_ai.usage.prompt_cost"];
const OUTPUT: [&str; 3] = ["llm.cost.completion", "gen_ai.usage.output_cost", "gen_ai.usage.completion_cost"];

/// The wire's cost, where somebody reports one. None of these conventions says a currency; all mean dollars.
pub(crate) fn cost(attributes: &Map) -> Option<Map> {
    if let Some(own) = attributes.get("tracewire.cost") {
        return match own {
            Value::Text(text) => parse_json(text, 8)?.as_map().cloned(),
            other => other.as_map().filter(|_| other.tag().is_none()).cloned(),
        };
    }
    let amount = |names: &[&str]| names.iter().find_map(|name| amount(attributes.get(name)?));
    let langfuse = attributes.get("langfuse.observation.cost_details").and_then(|details| match details {
        Value::Text(text) => parse_json(text, 4),
        other => Some(other.clone()),
    });
    let detail = |name: &str| self::amount(langfuse.as_ref()?.as_map()?.get(name)?);
    reported([
        ("total", amount(&TOTAL).or_else(|| detail("total"))),
        ("input", amount(&INPUT).or_else(|| detail("input"))),
        ("output", amount(&OUTPUT).or_else(|| detail("output"))),
    ])
}

/// A cost that was reported, in dollars. One of nothing at all is none: an unknown cost is absent (TW-EVT-011).
pub(crate) fn reported<const N: usize>(amounts: [(&str, Option<String>); N]) -> Option<Map> {
    if amounts.iter().all(|(_, amount)| amount.as_deref().is_none_or(is_zero)) {
        return None;
    }
    let amounts = amounts.into_iter().filter_map(|(name, amount)| Some((name.to_owned(), amount?.into())));
    let words = [("currency", "USD"), ("price_source", "provider")].map(|(name, word)| (name.to_owned(), word.into()));
    Some(amounts.chain(words).collect())
}

/// Decimal text, without an exponent.
pub(crate) fn amount(value: &Value) -> Option<String> {
    let number = match value {
        Value::Int(amount) => return Some(amount.to_string()),
        Value::Double(amount) => *amount,
        Value::Text(text) if is_decimal(text) => return Some(text.clone()),
        Value::Text(text) => text.parse().ok()?,
        _ => return None,
    };
    // The shortest digits that read as this double.
    number.is_finite().then(|| number.to_string())
}

fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_zero(amount: &str) -> bool {
    amount.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reported_amounts_become_decimal_text() {
        let shown = |given: &[(&str, Value)]| {
            let cost = cost(&given.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect());
            String::from_utf8(tracewire_wire::json::write(&cost.map_or(Value::Null, Value::Map))).unwrap()
        };
        let dollars = |members: &str| format!(r#"{{"currency":"USD",{members}"price_source":"provider"}}"#);
        assert_eq!(
            shown(&[
                ("llm.cost.prompt", Value::Double(1.5e-7)),
                ("llm.cost.completion", Value::Int(2)),
                ("llm.cost.total", Value::Double(2.000_000_15))
            ]),
            r#"{"currency":"USD","input":"0.00000015","output":"2","price_source":"provider","total":"2.00000015"}"#
        );
        assert_eq!(shown(&[("gen_ai.usage.cost", "0.0042".into())]), dollars("").replace('}', r#","total":"0.0042"}"#));
        assert_eq!(shown(&[("gen_ai.usage.cost", Value::Int(0))]), "null");
        assert_eq!(shown(&[("gen_ai.usage.cost", "cheap".into())]), "null");
        assert_eq!(
            shown(&[("langfuse.observation.cost_details", r#"{"total":0.25}"#.into())]),
            dollars("").replace('}', r#","total":"0.25"}"#)
        );
        let own = r#"{"currency":"EUR","price_source":"user","total":"1.10"}"#;
        assert_eq!(shown(&[("tracewire.cost", own.into())]), own);
    }
}
