//! Parts that several bodies share, or that stand inside one.

use super::{Count, Member, Text};
use crate::value::{Map, Value};

part! {
    /// Another span that this one is related to, without being its child.
    Link {
        /// Trace id of the other span: 32 hex digits.
        trace_id: Text,
        /// Span id of the other span: 16 hex digits.
        span_id: Text,
        /// What the relation is.
        attributes: Member<Map>,
    }
}

part! {
    /// The library that recorded a span.
    Scope {
        /// Its name.
        name: Text,
        /// Its version.
        version: Text,
    }
}

part! {
    /// A prompt of a library of prompts.
    PromptRef {
        /// Its name.
        name: Text,
        /// Its version.
        version: Text,
    }
}

part! {
    /// Tokens and other units that a step used (TW-EVT-011).
    Usage {
        /// Tokens read by the model, cached and written ones included.
        input_tokens: Count,
        /// Tokens made by the model, reasoning included.
        output_tokens: Count,
        /// Of the input tokens, those read from a cache.
        cache_read_input_tokens: Count,
        /// Of the input tokens, those written to a cache.
        cache_write_input_tokens: Count,
        /// Of the output tokens, those of reasoning.
        reasoning_output_tokens: Count,
        /// Other counts by name, such as `audio_input_tokens` or `searches`.
        details: Member<Map>,
        /// The provider's own usage object, as it came.
        raw: Value,
    }
}

part! {
    /// What a step cost. An unknown cost is absent, never zero (TW-EVT-011).
    Cost {
        /// Currency, ISO 4217.
        currency: Text,
        /// The whole amount, decimal text.
        total: Text,
        /// The part for input, decimal text.
        input: Text,
        /// The part for output, decimal text.
        output: Text,
        /// Other parts by name, decimal texts.
        details: Member<Map>,
        /// Where the price comes from: `provider`, a price list's name, or `user`.
        price_source: Text,
        /// Version of the price list.
        price_version: Text,
    }
}

part! {
    /// Something that was raised.
    Exception {
        /// Its type, with the module where the language has one.
        r#type: Text,
        /// Its message.
        message: Text,
        /// Where it was raised, as the language prints it.
        stacktrace: Text,
        /// Whether it left the span.
        escaped: Member<bool>,
    }
}

part! {
    /// What feedback is about.
    FeedbackTarget {
        /// A trace: 32 hex digits.
        trace_id: Text,
        /// A span of it: 16 hex digits.
        span_id: Text,
        /// A session.
        session_id: Text,
    }
}

part! {
    /// Samples of a histogram.
    Histogram {
        /// How many values.
        count: Count,
        /// Their sum.
        sum: Member<f64>,
        /// The least of them.
        min: Member<f64>,
        /// The greatest of them.
        max: Member<f64>,
        /// Upper bounds of the buckets but the last.
        bounds: Member<Vec<Member<f64>>>,
        /// How many values fell into each bucket; one more than there are bounds.
        counts: Member<Vec<Count>>,
    }
}
