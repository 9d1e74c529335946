//! The user's own prices.

use tracewire_insight::prices::Prices;

use super::common::{bundled, call, call_with, moment, said};

fn prices(json: &str) -> Prices {
    bundled().with_overlay(json.as_bytes()).unwrap()
}

const OWN: &str = r#"{
    "$schema": "https://example.org/prices.schema.json",
    "models": [
        {"provider": "openai", "model": "gpt-4.1", "per_million": {"input": "1", "output": "2"}},
        {"provider": "openai", "model": "gpt-4.1", "from": "2026-06-01", "per_million": {"input": "3", "output": "4"}},
        {"provider": "openai", "model": "gpt-4.1", "service_tier": "flex", "per_million": {"input": "0.5", "output": "0.5"}},
        {"model": "llama*", "currency": "EUR", "per_million": {"input": "0.1", "cache_read": "0.01", "output": "0.1"},
         "tiers": [{"above": 1000, "per_million": {"input": "0.2", "output": "0.3"}}]},
        {"provider": "acme", "model": "voice", "per_thousand": {"requests": "2"}, "per_hour": {"audio": "1.8"}},
        {"model": "gpt-5", "from": "2027-01-01", "per_million": {"input": 9, "output": "9.0"}}
    ]
}"#;

#[test]
fn the_users_prices_win() {
    let prices = prices(OWN);
    for (provider, model, at, facts, counts, expected) in [
        ("openai", "gpt-4.1", "2026-05-31", "", "input=1000,output=1000", "0.003"),
        ("openai", "gpt-4.1", "2026-06-01", "", "input=1000,output=1000", "0.007"),
        // What the file says nothing of has its ordinary price there too: what was cached is input.
        ("openai", "gpt-4.1", "2026-06-01", "", "input=1000,cache_read_input=900,output=1000", "0.007"),
        ("openai", "gpt-4.1", "2026-06-01", "service_tier=flex", "input=1000,output=1000", "0.001"),
        ("openai", "gpt-4.1", "2026-06-01", "service_tier=priority", "input=1000,output=1000", "0.007"),
        // Another provider's model of that name, and one of which the file knows nothing.
        ("azure", "gpt-4.1", "2026-06-01", "", "input=1000,output=1000", "0.01"),
        ("openai", "gpt-4o", "2026-06-01", "", "input=1000,output=1000", "0.0125"),
        ("ollama", "LLaMA-3.3", "2026-06-01", "", "input=1000,output=1000", "0.0002"),
        ("-", "llama3", "2026-06-01", "", "input=1001,cache_read_input=1000,output=1000", "0.0003102"),
        // 3,600 seconds and a request.
        ("acme", "voice", "2026-06-01", "", "audio_seconds=3600", "1.802"),
        // Before the file's price begins the list's holds.
        ("openai", "gpt-5", "2026-12-31", "", "input=1000,output=1000", "0.01125"),
        ("openai", "gpt-5", "2027-01-01", "", "input=1000,output=1000", "0.018"),
    ] {
        let result = prices.cost(&call_with(provider, model, facts, counts), moment(at));
        assert_eq!(said(&result), expected, "{provider} {model} {at} {facts} {counts}");
    }
    let priced = prices.cost(&call("ollama", "llama3", "input=10,output=10"), moment("2026-06-01")).unwrap();
    assert!(priced.is_local);
    assert_eq!(
        (priced.currency.as_str(), priced.provider.as_str(), priced.model.as_str()),
        ("EUR", "ollama", "llama*")
    );
    // The same names with which others call a provider.
    let vertex = self::prices(
        r#"{"models":[{"provider":"gcp.vertex_ai","model":"gemini-2.5-pro","per_million":{"input":"1"}}]}"#,
    );
    assert_eq!(said(&vertex.cost(&call("google", "gemini-2.5-pro", "input=1000"), moment("2026-06-01"))), "0.001");
}

#[test]
fn the_version_says_which_file() {
    let prices = prices(r#"{"models":[]}"#);
    // The first digits of `printf '{"models":[]}' | sha256sum`.
    assert_eq!(prices.version(), "genai-prices 0.2.3 + local a6fe9ec6");
    assert_eq!(bundled().version(), "genai-prices 0.2.3");
    assert_eq!(said(&prices.cost(&call("openai", "gpt-4.1", "input=1000"), moment("2026-06-01"))), "0.002");
}

#[test]
fn models_are_found_and_listed() {
    let prices = prices(OWN);
    let found = prices.find(Some("openai"), "gpt-4.1-2025-04-14").unwrap();
    assert_eq!((found.provider, found.model, found.is_local), ("openai", "gpt-4.1", false));
    let found = prices.find(Some("openai"), "gpt-4.1").unwrap();
    assert_eq!((found.provider, found.model, found.is_local), ("openai", "gpt-4.1", true));
    assert_eq!(prices.find(None, "nobody-knows"), None);
    let first: Vec<String> = prices
        .models(moment("2026-06-01"))
        .take(4)
        .map(|model| format!("{} {} {}", model.provider.unwrap_or("-"), model.model, model.currency))
        .collect();
    assert_eq!(first, ["openai gpt-4.1 USD", "openai gpt-4.1 USD", "openai gpt-4.1 USD", "- llama* EUR"]);
}

#[test]
fn a_file_that_is_wrong_is_refused_with_the_place() {
    let one = |members: &str| format!(r#"{{"models":[{{"model":"m","per_million":{{"input":"1"}}}},{{{members}}}]}}"#);
    for (json, code, place) in [
        ("{", "prices_json", ""),
        ("[]", "prices_form", ""),
        ("{}", "prices_missing", ""),
        (r#"{"models":{}}"#, "prices_form", "models"),
        (r#"{"models":[],"model":1}"#, "prices_unknown", ""),
        (r#"{"models":[],"currency":"usd"}"#, "prices_form", "currency"),
        (&one(r#""model":"x""#), "prices_missing", "models[1]"),
        (&one(r#""per_million":{"input":"1"}"#), "prices_missing", "models[1]"),
        (&one(r#""model":" ","per_million":{"input":"1"}"#), "prices_form", "models[1].model"),
        (&one(r#""model":"x","per_million":{"inptu":"1"}"#), "prices_unknown", "models[1].per_million"),
        (&one(r#""model":"x","per_million":{"input":1.5}"#), "prices_amount", "models[1].per_million.input"),
        (&one(r#""model":"x","per_million":{"input":"-1"}"#), "prices_amount", "models[1].per_million.input"),
        (&one(r#""model":"x","per_million":{"input":"much"}"#), "prices_amount", "models[1].per_million.input"),
        (&one(r#""model":"x","per_million":{"cache_read":"1"}"#), "prices_missing", "models[1]"),
        (&one(r#""model":"x","from":"2026-13-01","per_million":{"input":"1"}"#), "prices_date", "models[1].from"),
        (&one(r#""model":"x","from":"1 May","per_million":{"input":"1"}"#), "prices_date", "models[1].from"),
        (
            &one(r#""model":"x","per_million":{"input":"1"},"tiers":[{"above":-1,"per_million":{}}]"#),
            "prices_form",
            "models[1].tiers[0].above",
        ),
        (
            &one(r#""model":"x","per_million":{"input":"1"},"tiers":[{"above":9,"per_million":{"output":"1"}}]"#),
            "prices_missing",
            "models[1].tiers",
        ),
        (
            &one(
                r#""model":"x","per_million":{"input":"1"},"tiers":[{"above":9,"per_million":{}},{"above":9,"per_million":{}}]"#,
            ),
            "prices_form",
            "models[1].tiers",
        ),
        (&one(r#""model":"M","per_million":{"input":"2"}"#), "prices_twice", "models[1]"),
    ] {
        let error = bundled().with_overlay(json.as_bytes()).map(|_| ()).unwrap_err();
        assert_eq!((error.code(), error.place()), (code, place), "{json}: {error}");
    }
    let error = bundled().with_overlay(one(r#""model":"x","per_million":{"input":1.5}"#).as_bytes()).unwrap_err();
    let message =
        "models[1].per_million.input: a price is expected as a decimal text, such as \"1.25\" (prices_amount)";
    assert_eq!(error.to_string(), message);
}
