//! Tokens, by every name that they have.

use tracewire_wire::value::{Map, Value};

use super::count;
use crate::values::parse_json;

const INPUT: [&str; 8] = [
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "llm.usage.prompt_tokens",
    "ai.usage.inputTokens",
    "ai.usage.promptTokens",
    "ai.usage.tokens",
    "input_tokens",
];
const OUTPUT: [&str; 7] = [
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
    "llm.usage.completion_tokens",
    "ai.usage.outputTokens",
    "ai.usage.completionTokens",
    "output_tokens",
];
const CACHE_READ: [&str; 9] = [
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "llm.token_count.prompt_details.cache_read",
    "llm.token_count.prompt_details.cache_input",
    "gen_ai.usage.details.cache_read_tokens",
    "gen_ai.usage.details.cached_tokens",
    "ai.usage.inputTokenDetails.cacheReadTokens",
    "ai.usage.cachedInputTokens",
    "cache_read_tokens",
];
const CACHE_WRITE: [&str; 7] = [
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "llm.token_count.prompt_details.cache_write",
    "gen_ai.usage.details.cache_write_tokens",
    "ai.usage.inputTokenDetails.cacheWriteTokens",
    "cache_creation_tokens",
];
const REASONING: [&str; 7] = [
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "llm.token_count.completion_details.reasoning",
    "llm.usage.reasoning_tokens",
    "gen_ai.usage.details.reasoning_tokens",
    "ai.usage.outputTokenDetails.reasoningTokens",
    "ai.usage.reasoningTokens",
];
const TOTAL: [&str; 5] = [
    "gen_ai.usage.total_tokens",
    "llm.token_count.total",
    "llm.usage.total_tokens",
    "ai.usage.totalTokens",
    "total_tokens",
];
/// Counts that the wire has under `details`.
const DETAILS: [(&str, &[&str]); 8] = [
    ("audio_input_tokens", &["gen_ai.usage.audio.input_tokens", "llm.token_count.prompt_details.audio"]),
    ("audio_output_tokens", &["gen_ai.usage.audio.output_tokens", "llm.token_count.completion_details.audio"]),
    ("image_input_tokens", &["gen_ai.usage.image.input_tokens"]),
    ("image_output_tokens", &["gen_ai.usage.image.output_tokens"]),
    ("text_input_tokens", &["gen_ai.usage.text.input_tokens"]),
    ("text_output_tokens", &["gen_ai.usage.text.output_tokens"]),
    ("video_input_tokens", &["gen_ai.usage.video.input_tokens"]),
    ("video_output_tokens", &["gen_ai.usage.video.output_tokens"]),
];

/// Attributes that hold all counts in JSON, and whether these stand beside one another, as Langfuse has them.
const WHOLE: [(&str, bool); 2] = [("langfuse.observation.usage_details", true), ("mlflow.chat.tokenUsage", false)];

/// Counts as somebody reported them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) input: Option<u64>,
    pub(crate) output: Option<u64>,
    pub(crate) cache_read: Option<u64>,
    pub(crate) cache_write: Option<u64>,
    pub(crate) reasoning: Option<u64>,
    pub(crate) total: Option<u64>,
    /// Whether the source is known to count cached tokens beside the input and not in it.
    pub(crate) cached_beside: bool,
    /// Whether the source is known to count reasoning beside the output and not in it.
    pub(crate) reasoning_beside: bool,
}

/// The wire's usage of a span; `None` where nobody counted.
pub(crate) fn usage(attributes: &Map, span_name: &str) -> Option<Map> {
    let counts = Counts {
        input: count(attributes, &INPUT),
        output: count(attributes, &OUTPUT),
        cache_read: count(attributes, &CACHE_READ),
        cache_write: count(attributes, &CACHE_WRITE),
        reasoning: count(attributes, &REASONING),
        total: count(attributes, &TOTAL),
        // Bare names are those of a provider whose input leaves cached tokens out.
        cached_beside: span_name.starts_with("claude_code."),
        reasoning_beside: false,
    };
    let whole = || WHOLE.iter().find_map(|(name, is_beside)| whole(attributes.get(name)?, *is_beside)?.usage());
    let mut usage = counts.usage().or_else(whole)?;
    // Zeros say nothing that the absence does not.
    let detail = |(name, names): &(&str, &[&str])| {
        Some(((*name).to_owned(), Value::from_u64(count(attributes, names).filter(|count| *count > 0)?)))
    };
    let details: Map = DETAILS.iter().filter_map(detail).collect();
    if !details.is_empty() {
        usage.extend([("details".to_owned(), Value::Map(details))]);
    }
    Some(usage)
}

/// Counts of a map of them.
fn whole(value: &Value, is_beside: bool) -> Option<Counts> {
    let parsed;
    let counts = match value {
        Value::Text(text) => {
            parsed = parse_json(text, 4)?;
            parsed.as_map()?
        }
        value => value.as_map()?,
    };
    Some(Counts {
        input: count(counts, &["input", "input_tokens", "prompt_tokens"]),
        output: count(counts, &["output", "output_tokens", "completion_tokens"]),
        cache_read: count(counts, &["input_cached_tokens", "cache_read_input_tokens"]),
        cache_write: count(counts, &["input_cache_creation", "cache_creation_input_tokens"]),
        reasoning: count(counts, &["output_reasoning_tokens", "reasoning_tokens"]),
        total: count(counts, &["total", "total_tokens"]),
        cached_beside: is_beside,
        reasoning_beside: is_beside,
    })
}

impl Counts {
    /// The wire's usage: input includes what was cached, output includes reasoning (TW-EVT-011).
    ///
    /// Sources differ in that. What a source is known to do decides; else the total, where it fits one reading alone; else a
    /// part that is larger than the whole cannot be in it.
    pub(crate) fn usage(self) -> Option<Map> {
        let Counts { input, output, cache_read, cache_write, reasoning, total, .. } = self;
        // Somebody counted something.
        input.or(output).or(cache_read).or(cache_write).or(reasoning)?;
        let cached = cache_read.unwrap_or(0).saturating_add(cache_write.unwrap_or(0));
        let thought = reasoning.unwrap_or(0);
        let sum = |parts: [u64; 3]| parts.into_iter().try_fold(0_u64, u64::checked_add);
        let (given_input, given_output) = (input.unwrap_or(0), output.unwrap_or(0));
        let fits = |cached: u64, thought: u64| {
            total.is_some()
                && total == sum([given_input, given_output, cached]).and_then(|sum| sum.checked_add(thought))
        };
        let cached_beside =
            cached > 0 && (self.cached_beside || cached > given_input || fits(cached, 0) || fits(cached, thought));
        let reasoning_beside = thought > 0
            && (self.reasoning_beside || thought > given_output || fits(0, thought) || fits(cached, thought));
        let input = input.map(|input| if cached_beside { input.saturating_add(cached) } else { input });
        let output = output.map(|output| if reasoning_beside { output.saturating_add(thought) } else { output });
        let members = [
            ("input_tokens", input),
            ("output_tokens", output),
            ("cache_read_input_tokens", cache_read),
            ("cache_write_input_tokens", cache_write),
            ("reasoning_output_tokens", reasoning),
        ];
        Some(members.into_iter().filter_map(|(name, count)| Some((name.to_owned(), Value::from_u64(count?)))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, given: &[(&str, i64)]) -> String {
        let attributes = given.iter().map(|(key, value)| ((*key).to_owned(), Value::Int(*value))).collect();
        let usage = usage(&attributes, name).map_or(Value::Null, Value::Map);
        String::from_utf8(tracewire_wire::json::write(&usage)).unwrap()
    }

    #[test]
    fn both_generations_and_other_conventions_are_read() {
        let expected =
            r#"{"cache_read_input_tokens":60,"input_tokens":100,"output_tokens":20,"reasoning_output_tokens":5}"#;
        for names in [
            [
                "gen_ai.usage.input_tokens",
                "gen_ai.usage.output_tokens",
                "gen_ai.usage.cache_read.input_tokens",
                "gen_ai.usage.reasoning.output_tokens",
            ],
            [
                "gen_ai.usage.prompt_tokens",
                "gen_ai.usage.completion_tokens",
                "gen_ai.usage.cache_read_input_tokens",
                "llm.usage.reasoning_tokens",
            ],
            [
                "llm.token_count.prompt",
                "llm.token_count.completion",
                "llm.token_count.prompt_details.cache_read",
                "llm.token_count.completion_details.reasoning",
            ],
            ["ai.usage.inputTokens", "ai.usage.outputTokens", "ai.usage.cachedInputTokens", "ai.usage.reasoningTokens"],
        ] {
            let given: Vec<(&str, i64)> = names.into_iter().zip([100, 20, 60, 5]).collect();
            assert_eq!(shown("chat", &given), expected, "{names:?}");
        }
    }

    #[test]
    fn cached_tokens_are_counted_into_the_input_where_the_source_leaves_them_out() {
        // A source that is known for it.
        let bare = [("input_tokens", 10), ("output_tokens", 5), ("cache_read_tokens", 7), ("cache_creation_tokens", 2)];
        assert_eq!(
            shown("claude_code.llm_request", &bare),
            r#"{"cache_read_input_tokens":7,"cache_write_input_tokens":2,"input_tokens":19,"output_tokens":5}"#
        );
        let names = [
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.total_tokens",
        ];
        let of = |counts: [i64; 4]| shown("chat", &names.into_iter().zip(counts).collect::<Vec<_>>());
        let made = |input: i64, cached: i64| {
            format!(r#"{{"cache_read_input_tokens":{cached},"input_tokens":{input},"output_tokens":5}}"#)
        };
        // More cached than read in all.
        assert_eq!(of([10, 5, 70, 0]), made(80, 70));
        // The total says that they stand beside.
        assert_eq!(of([10, 5, 7, 22]), made(17, 7));
        // The total says that they stand in it.
        assert_eq!(of([10, 5, 7, 15]), made(10, 7));
    }

    #[test]
    fn reasoning_is_counted_into_the_output_where_the_source_leaves_it_out() {
        let names = [
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "gen_ai.usage.total_tokens",
        ];
        let of = |counts: [i64; 4]| shown("chat", &names.into_iter().zip(counts).collect::<Vec<_>>());
        assert_eq!(of([10, 5, 64, 79]), r#"{"input_tokens":10,"output_tokens":69,"reasoning_output_tokens":64}"#);
        assert_eq!(of([10, 70, 64, 80]), r#"{"input_tokens":10,"output_tokens":70,"reasoning_output_tokens":64}"#);
        assert_eq!(of([10, 70, 64, 144]), r#"{"input_tokens":10,"output_tokens":134,"reasoning_output_tokens":64}"#);
    }

    #[test]
    fn counts_in_one_attribute_are_read() {
        let shown = |name: &str, text: &str| {
            let usage =
                usage(&Map::from_iter([(name.to_owned(), text.into())]), "chat").map_or(Value::Null, Value::Map);
            String::from_utf8(tracewire_wire::json::write(&usage)).unwrap()
        };
        let langfuse = r#"{"input":40,"input_cached_tokens":60,"output":15,"output_reasoning_tokens":5,"total":120}"#;
        assert_eq!(
            shown("langfuse.observation.usage_details", langfuse),
            r#"{"cache_read_input_tokens":60,"input_tokens":100,"output_tokens":20,"reasoning_output_tokens":5}"#
        );
        let mlflow = r#"{"input_tokens":10,"output_tokens":5,"total_tokens":15}"#;
        assert_eq!(shown("mlflow.chat.tokenUsage", mlflow), r#"{"input_tokens":10,"output_tokens":5}"#);
        assert_eq!(shown("mlflow.chat.tokenUsage", "none"), "null");
    }

    #[test]
    fn what_nobody_counted_is_absent_and_nonsense_is_no_count() {
        assert_eq!(shown("chat", &[("gen_ai.request.max_tokens", 5)]), "null");
        assert_eq!(shown("chat", &[("gen_ai.usage.input_tokens", -5)]), "null");
    }
}
