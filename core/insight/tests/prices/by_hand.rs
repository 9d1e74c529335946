//! Calls whose cost was worked out by hand from the prices in the list: (count × price + …) ÷ 1,000,000.

use tracewire_insight::call::{Call, Unit};

use super::common::{bundled, call_with, moment, said, usage};

/// Each line: provider, model, moment, facts or `-`, counts, `=>`, what comes out.
fn check(lines: &str) {
    let mut wrong = Vec::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (given, expected) = line.split_once(" => ").unwrap();
        let columns: Vec<&str> = given.split_whitespace().collect();
        let [provider, model, at, facts, counts] = columns[..] else { panic!("{line}") };
        let facts = if facts == "-" { "" } else { facts };
        let said = said(&bundled().cost(&call_with(provider, model, facts, counts), moment(at)));
        if said != expected {
            wrong.push(format!("{line}\n    {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn openai() {
    check(
        "
        # 1,000 × 2 + 500 × 8
        openai gpt-4.1 2026-11-22 - input=1000,output=500 => 0.006
        # 200 × 2 + 800 × 0.50 + 100 × 8: cached tokens are part of the input
        openai gpt-4.1 2026-11-22 - input=1000,cache_read_input=800,output=100 => 0.0016
        openai gpt-4.1-2025-04-14 2026-11-22 - input=1000000,output=0 => 2
        # 100 × 1.25 + 2,000 × 10: reasoning is part of the output
        openai gpt-5 2026-11-22 - input=100,output=2000,reasoning_output=1800 => 0.020125
        # 272,000 × 2 + 1,000 × 10, and one token more: 1 × 4 + 272,000 × 0.40 + 1,000 × 15
        openai gpt-6-sol 2026-11-22 - input=272000,output=1000 => 0.554
        openai gpt-6-sol 2026-11-22 - input=272001,cache_read_input=272000,output=1000 => 0.123804
        openai gpt-6-sol-2026-05-01 2026-11-22 - input=10,cache_write_input=10,output=0 => 0.000025
        # 12,345 × 0.02
        openai text-embedding-3-small 2026-11-22 - input=12345 => 0.0002469
        # three searches at 10 a thousand
        openai gpt-4.1 2026-11-22 - input=0,output=0,web_searches=3 => 0.03
        # 40 × 5 + 60 × 10 + 1,000 × 40
        openai gpt-image-1 2026-11-22 - input=100,image_input=60,output=1000 => 0.0408
        ",
    );
}

#[test]
fn openai_by_class_of_service() {
    check(
        "
        openai gpt-4.1 2026-11-22 service_tier=default input=1000,output=1000 => 0.01
        openai gpt-4.1 2026-11-22 service_tier=priority input=1000,output=1000 => 0.0175
        openai gpt-4.1 2026-11-22 service_tier=Priority input=1000,output=1000 => 0.0175
        # 400 × 1 + 600 × 0.50 + 100 × 4: a batch has no price of its own for what was cached
        openai gpt-4.1 2026-11-22 service_tier=batch input=1000,cache_read_input=600,output=100 => 0.0011
        # 2,000 × 0.625 + 8,000 × 0.0625 + 1,000 × 5
        openai gpt-5 2026-11-22 service_tier=flex input=10000,cache_read_input=8000,output=1000 => 0.00675
        openai gpt-5 2026-09-01 service_tier=flex input=10,output=10 => no_price: the price list has no price for service tier flex
        openai gpt-4.1 2026-11-22 service_tier=flex input=10,output=10 => no_price: the price list has no price for service tier flex
        openai gpt-4.1 2026-11-22 service_tier=scale input=10,output=10 => no_price: the price list has no price for service tier scale
        openai gpt-5 2026-11-22 service_tier=flex,speed=fast input=10,output=10 => no_price: the price list has no price for speed fast
        ",
    );
}

#[test]
fn openai_over_time() {
    check(
        "
        openai o3 2025-06-09T23:59:59.999999999 - input=1000,output=1000 => 0.05
        openai o3 2025-06-10 - input=1000,output=1000 => 0.01
        openai o3 2020-01-01 - input=1000,output=1000 => 0.05
        ",
    );
}

#[test]
fn sound() {
    check(
        "
        # 90 seconds at 0.36 an hour
        openai whisper-1 2026-11-22 - audio_seconds=90 => 0.009
        # a second: 0.36 ÷ 3,600
        openai whisper-1 2026-11-22 - input_audio_seconds=1 => 0.0001
        # 0.111 ÷ 3,600 has no end
        groq whisper-large-v3 2026-11-22 - audio_seconds=1 => 0.000030833333
        # 400 × 4 + 600 × 32 + 100 × 16 + 400 × 64
        openai gpt-realtime 2026-11-22 - input=1000,audio_input=600,output=500,audio_output=400 => 0.048
        # of 600 sound 300 cached, of 500 cached 200 text: 300 × 0.4 + 300 × 32 + 200 × 0.4 + 200 × 4
        openai gpt-realtime 2026-11-22 - input=1000,audio_input=600,cache_read_input=500,audio_cache_read_input=300,output=0 => 0.0106
        openai gpt-realtime 2026-11-22 - input=1000,audio_input=600,cache_read_input=500,output=0 => no_count: audio cache read input tokens were not recorded
        # 600 × 0.30 + 400 × 1 + 100 × 2.50
        gcp.gemini gemini-2.5-flash 2026-11-22 - input=1000,audio_input=400,output=100 => 0.00083
        # 500 × 0.30 + 200 × 1 + 100 × 0.03 + 200 × 0.10
        gcp.gemini gemini-2.5-flash 2026-11-22 - input=1000,audio_input=400,cache_read_input=300,audio_cache_read_input=200,output=0 => 0.000373
        ",
    );
}

#[test]
fn anthropic() {
    check(
        "
        anthropic claude-sonnet-4-5-20250929 2026-11-22 - input=1000,output=1000 => 0.018
        # 1,000 × 3 + 6,000 × 0.30 + 3,000 × 3.75 + 100 × 15
        anthropic claude-sonnet-4-5 2026-11-22 - input=10000,cache_read_input=6000,cache_write_input=3000,output=100 => 0.01755
        # the same, of what was written 2,000 for an hour: … + 1,000 × 3.75 + 2,000 × 6 + …
        anthropic claude-sonnet-4-5 2026-11-22 - input=10000,cache_read_input=6000,cache_write_input=3000,cache_write_1h_input=2000,output=100 => 0.02205
        anthropic claude-sonnet-4-5 2026-11-22 - input=10000,cache_read_input=6000,cache_write_5m_input=1000,cache_write_1h_input=2000,output=100 => 0.02205
        # 200,000 × 0.30 + 10 × 15, and one token more: 1 × 6 + 200,000 × 0.60 + 10 × 22.50
        anthropic claude-sonnet-4-5 2026-11-22 - input=200000,cache_read_input=200000,output=10 => 0.06015
        anthropic claude-sonnet-4-5 2026-11-22 - input=200001,cache_read_input=200000,output=10 => 0.120231
        # 100,001 × 0.50 + 1 × 2.50
        anthropic claude-haiku-5-5 2026-11-22 - input=100001,output=1 => 0.050003
        anthropic claude-haiku-4-5 2026-11-22 service_tier=batch input=1000,output=1000 => 0.003
        anthropic claude-haiku-4-5 2026-10-13 service_tier=batch input=1000,output=1000 => no_price: the price list has no price for processing batch or service tier batch
        anthropic claude-fable-5-2 2026-11-22 speed=fast input=1000,output=1000 => 0.096
        anthropic claude-fable-5-2 2026-11-22 service_tier=standard,speed=standard input=1000,output=1000 => 0.048
        # searches have no price of their own in a batch
        anthropic claude-fable-5-2 2026-11-22 service_tier=batch input=1000,output=0,web_searches=2 => 0.024
        ",
    );
}

#[test]
fn google() {
    check(
        "
        # 300,000 × 2.50: the whole input at the price beyond 200,000
        gcp.gemini gemini-2.5-pro 2026-11-22 - input=300000,output=0 => 0.75
        gcp.vertex_ai gemini-2.5-pro 2026-11-22 - input=200000,output=0 => 0.25
        # 50,001 × 2.50 + 150,000 × 0.25 + 1,000 × 15
        gcp.gen_ai models/gemini-2.5-pro 2026-11-22 - input=200001,cache_read_input=150000,output=1000,reasoning_output=900 => 0.1775025
        google gemini-3.6-flash 2026-12-31T23:59:59.999999999 - input=1000000,output=1000000 => 4.5
        google gemini-3.6-flash 2027-01-01 - input=1000000,output=1000000 => 9
        # before they had a price, searches are named and not priced
        google gemini-3-pro-preview 2026-01-04 - input=1000,output=0,web_searches=2 => 0.002
        google gemini-3-pro-preview 2026-01-05 - input=1000,output=0,web_searches=2 => 0.03
        google gemini-embedding-001 2026-11-22 - input=1000 => 0.00015
        google gemini-embedding-001 2026-11-22 - input=1000,output=5 => no_price: the price list has no price for output tokens
        ",
    );
}

#[test]
fn deepseek_by_day_and_hour() {
    check(
        "
        deepseek deepseek-chat 2026-11-22T00:29:59.999999999 - input=1000,output=1000 => 0.000685
        deepseek deepseek-chat 2026-11-22T00:30:00 - input=1000,output=1000 => 0.00137
        deepseek deepseek-chat 2026-11-22T16:29:59 - input=1000,output=1000 => 0.00137
        deepseek deepseek-chat 2026-11-22T16:30:00 - input=1000,output=1000 => 0.000685
        deepseek deepseek-v4-flash 2026-08-16T12:00:00 - input=1000,output=1000 => 0.00042
        deepseek deepseek-v4-flash 2026-08-17T12:00:00 - input=1000,output=1000 => 0.00088
        deepseek deepseek-v4-flash 2026-09-10T12:00:00 - input=1000,output=1000 => 0.00075
        deepseek deepseek-v4-flash 2026-09-10T03:59:59.999999999 - input=1000,output=1000 => 0.0015
        deepseek deepseek-v4-flash 2026-09-10T04:00:00 - input=1000,output=1000 => 0.00075
        # 1,000 × 0.003625
        deepseek deepseek-v4-pro 2026-01-01T12:00:00 - input=1000,cache_read_input=1000,output=0 => 0.000003625
        ",
    );
}

#[test]
fn xai_and_mistral() {
    check(
        "
        # 600 × 3 + 400 × 0.75 + 100 × 15
        x_ai grok-3 2026-11-22 - input=1000,cache_read_input=400,output=100 => 0.0036
        x_ai grok-4.3 2026-11-22 - input=199999,output=0 => 0.24999875
        x_ai grok-4.3-20260801 2026-11-22 - input=200000,output=0 => 0.5
        xai.chat grok-4.5 2026-11-22 - input=100,output=100 => 0.0008
        mistral_ai mistral-large-latest 2026-11-22 - input=1000,output=1000 => 0.008
        mistral mistral-large-2512 2026-11-22 - input=1000,cache_read_input=500,output=1000 => 0.001775
        mistral mistral-medium-latest 2026-06-15 - input=1000,output=1000 => 0.0024
        mistral mistral-medium-latest 2026-06-16 - input=1000,output=1000 => 0.009
        # 6 pages at 4 and 4 annotated ones at 5 a thousand
        mistral mistral-ocr-latest 2026-11-22 - document_pages=10,annotated_document_pages=4 => 0.044
        - codestral-latest 2026-11-22 - input=1000,output=1000 => 0.0012
        ",
    );
}

#[test]
fn perplexity_and_cohere() {
    check(
        "
        # 1,000 × 1 + 1,000 × 1, and a request at 12 a thousand
        perplexity sonar 2026-11-22 - input=1000,output=1000 => 0.014
        perplexity sonar 2026-11-22 - input=1000,output=1000,requests=3 => 0.038
        # 1,000 × 2 + 1,000 × 8 + 3,000 × 3 of reasoning + 1,000 × 2 of citations, and 20 searches at 5 a thousand
        perplexity sonar-deep-research 2026-11-22 - input=1000,output=5000,reasoning_output=3000,citation_output=1000,web_searches=20 => 0.121
        cohere command-r7b 2026-11-22 - input=1000,output=1000 => 0.0001875
        cohere embed-v4.0 2026-11-22 - input=1000 => 0.00012
        ",
    );
}

#[test]
fn sold_by_others() {
    check(
        "
        - anthropic/claude-sonnet-4-5 2026-11-22 - input=1000,output=1000 => 0.018
        litellm openai/gpt-4.1 2026-11-22 - input=1000,output=1000 => 0.01
        openai openai/gpt-4.1 2026-11-22 - input=1000,output=1000 => 0.01
        openai.responses gpt-4.1 2026-11-22 - input=1000,output=1000 => 0.01
        OpenAI GPT-4.1 2026-11-22 - input=1000,output=1000 => 0.01
        openai gpt-4.1-20250414 2026-11-22 - input=1000,output=1000 => 0.01
        azure.ai.openai gpt-4.1 2026-11-22 - input=1000,output=1000 => 0.01
        # another's prices for a class of service are not those of who sells it
        azure.ai.openai gpt-4.1 2026-11-22 service_tier=priority input=10,output=10 => no_price: the price list has no price for service tier priority
        gcp.vertex_ai claude-sonnet-4-5@20250929 2026-11-22 - input=1000,output=1000 => 0.018
        # what costs nothing by its name
        openrouter deepseek/deepseek-r1:free 2026-11-22 - input=1000,output=1000 => 0
        ",
    );
}

#[test]
fn what_is_not_known_has_no_cost() {
    check(
        "
        openai gpt-99 2026-11-22 - input=10,output=10 => unknown_model: no price is known for the model gpt-99 of openai
        - gpt-99 2026-11-22 - input=10,output=10 => unknown_model: no price is known for the model gpt-99
        ollama llama3 2026-11-22 - input=10,output=10 => unknown_model: no price is known for the model llama3 of ollama
        # a model of another: who sells it decides the price
        openai claude-sonnet-4-5 2026-11-22 - input=10,output=10 => unknown_model: no price is known for the model claude-sonnet-4-5 of openai
        ibm.watsonx.ai gpt-4.1 2026-11-22 - input=10,output=10 => unknown_model: no price is known for the model gpt-4.1 of ibm.watsonx.ai
        # the list names it and has no price
        github-copilot gpt-4.1 2026-11-22 - input=10,output=10 => no_price: the price list has no price for input tokens
        openai gpt-4.1 2026-11-22 - output=5 => no_count: input tokens were not recorded
        openai gpt-4.1 2026-11-22 - cache_read_input=5 => no_count: input tokens were not recorded
        openai whisper-1 2026-11-22 - input=10,output=10 => no_price: the price list has no price for input tokens
        ",
    );
    let no_model = Call { usage: usage("input=1"), ..Call::default() };
    assert_eq!(said(&bundled().cost(&no_model, moment("2026-11-22"))), "no_model: no model was recorded");
    let no_usage = Call { model: Some("gpt-4.1"), ..Call::default() };
    assert_eq!(said(&bundled().cost(&no_usage, moment("2026-11-22"))), "no_usage: no usage was recorded");
}

#[test]
fn contradictions_are_refused_whatever_has_a_price() {
    check(
        "
        openai gpt-4.1 2026-11-22 - input=1000,cache_read_input=1001,output=1 => contradiction: the counts cannot all be right: 1001 cache read input tokens of 1000 input tokens
        openai gpt-4.1 2026-11-22 - input=1000,cache_read_input=600,cache_write_input=600,output=1 => contradiction: the counts cannot all be right: 600 cache read input tokens and 600 cache write input tokens of 1000 input tokens
        openai gpt-4.1 2026-11-22 - input=1000,output=10,reasoning_output=11 => contradiction: the counts cannot all be right: 11 reasoning output tokens of 10 output tokens
        openai gpt-4.1 2026-11-22 - input=1000,output=10,audio_input=1001 => contradiction: the counts cannot all be right: 1001 audio input tokens of 1000 input tokens
        anthropic claude-sonnet-4-5 2026-11-22 - input=1000,cache_write_input=5,cache_write_1h_input=6,output=1 => contradiction: the counts cannot all be right: 6 cache write 1h input tokens of 5 cache write input tokens
        # 60 of sound and 60 cached of 100, of which 10 are both: 110 different ones
        openai gpt-realtime 2026-11-22 - input=100,audio_input=60,cache_read_input=60,audio_cache_read_input=10,output=0 => contradiction: the counts cannot all be right: 110 parts with prices of their own of 100 input tokens
        openai gpt-4.1 2026-11-22 - input=18446744073709551615,cache_read_input=18446744073709551615,output=18446744073709551615 => 156797324626531.1887275
        ",
    );
}

#[test]
fn a_cost_says_how_it_came_about() {
    let counts = "input=200001,cache_read_input=200000,output=10,reasoning_output=4,web_searches=1";
    let call = call_with("anthropic", "claude-sonnet-4-5-20250929", "service_tier=batch", counts);
    let priced = bundled().cost(&call, moment("2026-11-22")).unwrap();
    let line = |line: &tracewire_insight::Line| {
        let per_million = line.per_million().unwrap();
        format!("{} {} x {} / {} = {} ({per_million})", line.unit.name(), line.count, line.price, line.per, line.amount)
    };
    let lines: Vec<String> = priced.lines.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "input_tokens 1 x 3 / 1000000 = 0.000003 (3)",
            "output_tokens 10 x 11.25 / 1000000 = 0.0001125 (11.25)",
            "cache_read_input_tokens 200000 x 0.3 / 1000000 = 0.06 (0.3)",
            "web_searches 1 x 10 / 1000 = 0.01 (10000)",
        ]
    );
    assert_eq!(
        priced.lines.iter().map(|line| line.from_tokens).collect::<Vec<_>>(),
        [Some(200_000), Some(200_000), Some(200_000), None]
    );
    assert_eq!((priced.input.to_string(), priced.output.to_string()), ("0.060003".to_owned(), "0.0001125".to_owned()));
    assert_eq!(priced.total.to_string(), "0.0701155");
    assert_eq!((priced.provider.as_str(), priced.model.as_str()), ("anthropic", "claude-sonnet-4-5"));
    assert_eq!((priced.version.as_str(), priced.currency.as_str()), ("genai-prices 0.2.3", "USD"));
    assert_eq!(priced.condition.as_deref(), Some("processing=batch"));

    let early = bundled().cost(&call_with("google", "gemini-3-pro-preview", "", counts), moment("2026-01-04")).unwrap();
    assert_eq!(early.unpriced, [(Unit::WebSearches, 1)]);
}

#[test]
fn the_model_asked_for_counts_where_the_answer_names_one_that_nobody_knows() {
    let call = Call {
        provider: Some("openai"),
        model: Some("gpt-4.1-internal-7"),
        requested_model: Some("gpt-4.1"),
        usage: usage("input=1000,output=1000"),
        ..Call::default()
    };
    assert_eq!(said(&bundled().cost(&call, moment("2026-11-22"))), "0.01");
}

#[test]
fn the_host_tells_who_sells_where_the_name_does_not() {
    let call = |provider, address, model| Call {
        provider,
        address: Some(address),
        model: Some(model),
        usage: usage("input=1000,output=1000"),
        ..Call::default()
    };
    for (provider, address, model, expected) in [
        (None, "api.openai.com", "gpt-4.1", "0.01"),
        (Some("openai"), "api.deepseek.com", "deepseek-v3.2", "0.000572"),
        (Some("acme"), "api.mistral.ai", "mistral-large", "0.008"),
        (None, "generativelanguage.googleapis.com", "gemini-2.5-pro", "0.01125"),
        (Some("openai"), "https://api.x.ai/v1", "grok-3", "0.018"),
    ] {
        assert_eq!(
            said(&bundled().cost(&call(provider, address, model), moment("2026-11-22T18:00:00"))),
            expected,
            "{address}"
        );
    }
}

#[test]
fn the_list_has_the_models_of_those_who_make_them() {
    const FIRST_PARTY: [&str; 14] = [
        "openai",
        "anthropic",
        "google",
        "mistral",
        "x-ai",
        "deepseek",
        "cohere",
        "perplexity",
        "meta",
        "moonshotai",
        "zai",
        "minimax",
        "voyageai",
        "aws",
    ];
    let all: Vec<_> = bundled().models(moment("2026-11-22")).collect();
    let own = all.iter().filter(|model| FIRST_PARTY.contains(&model.provider.unwrap_or_default()));
    assert!(all.len() > 2_300, "{}", all.len());
    let own = own.filter(|model| !model.rates.is_empty()).count();
    assert!(own >= 500, "{own}");
}
