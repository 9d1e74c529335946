//! What a call used, by unit.

use tracewire_wire::registry::attributes::{
    GEN_AI_USAGE_AUDIO_INPUT_TOKENS, GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS, GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS, GEN_AI_USAGE_IMAGE_INPUT_TOKENS, GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS,
    GEN_AI_USAGE_INPUT_TOKENS, GEN_AI_USAGE_OUTPUT_TOKENS, GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
    GEN_AI_USAGE_VIDEO_INPUT_TOKENS,
};
use tracewire_wire::value::Value;

use super::places::{self, Part, Place};
use crate::usage::Tokens;

/// Declares what can be counted: the unit, its member of [`Usage`], what it is called, and where it stands, first place first.
macro_rules! units {
    ($($(#[$doc:meta])* $unit:ident $field:ident $name:literal [$($place:expr),* $(,)?])*) => {
        /// What can be counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Unit {
            $($(#[$doc])* $unit,)*
        }

        impl Unit {
            /// All of them.
            pub const ALL: &'static [Unit] = &[$(Unit::$unit),*];

            /// What it is called.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Unit::$unit => $name,)*
                }
            }

            pub(super) fn places(self) -> &'static [Place] {
                match self {
                    $(Unit::$unit => &[$($place),*],)*
                }
            }
        }

        /// Counts by unit, as the wire has them: input includes what was read from and written to a cache, output includes
        /// reasoning (spec TW-EVT-011).
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Usage {
            $($(#[$doc])* pub $field: Option<u64>,)*
        }

        impl Usage {
            /// The count of a unit, where one is known.
            #[must_use]
            pub fn get(&self, unit: Unit) -> Option<u64> {
                match unit {
                    $(Unit::$unit => self.$field,)*
                }
            }

            /// Sets the count of a unit.
            pub fn set(&mut self, unit: Unit, count: Option<u64>) {
                match unit {
                    $(Unit::$unit => self.$field = count,)*
                }
            }
        }
    };
}

use Place::{Attribute, Detail, Modality, Raw, Usage as Member};

units! {
    /// Tokens read by the model, cached and written ones included.
    Input input "input_tokens" [
        Member("input_tokens"),
        Attribute(GEN_AI_USAGE_INPUT_TOKENS),
        Attribute("gen_ai.usage.prompt_tokens"),
        Attribute("llm.token_count.prompt"),
    ]
    /// Tokens made by the model, reasoning included.
    Output output "output_tokens" [
        Member("output_tokens"),
        Attribute(GEN_AI_USAGE_OUTPUT_TOKENS),
        Attribute("gen_ai.usage.completion_tokens"),
        Attribute("llm.token_count.completion"),
    ]
    /// Of the input, read from a cache.
    CacheRead cache_read "cache_read_input_tokens" [
        Member("cache_read_input_tokens"),
        Attribute(GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS),
        Attribute("gen_ai.usage.cache_read_input_tokens"),
        Attribute("llm.token_count.prompt_details.cache_read"),
    ]
    /// Of the input, written to a cache.
    CacheWrite cache_write "cache_write_input_tokens" [
        Member("cache_write_input_tokens"),
        Attribute(GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS),
        Attribute("gen_ai.usage.cache_creation.input_tokens"),
        Attribute("gen_ai.usage.cache_creation_input_tokens"),
        Attribute("llm.token_count.prompt_details.cache_write"),
    ]
    /// Of what was written to a cache, what stays for five minutes.
    CacheWrite5m cache_write_5m "cache_write_5m_input_tokens" [
        Detail("cache_write_5m_input_tokens"),
        Raw(&["cache_creation", "ephemeral_5m_input_tokens"]),
    ]
    /// Of what was written to a cache, what stays for an hour.
    CacheWrite1h cache_write_1h "cache_write_1h_input_tokens" [
        Detail("cache_write_1h_input_tokens"),
        Raw(&["cache_creation", "ephemeral_1h_input_tokens"]),
    ]
    /// Of the output, reasoning.
    Reasoning reasoning "reasoning_output_tokens" [
        Member("reasoning_output_tokens"),
        Attribute(GEN_AI_USAGE_REASONING_OUTPUT_TOKENS),
        Attribute("llm.token_count.completion_details.reasoning"),
    ]
    /// Of the output, quoted from sources.
    Citation citation "citation_output_tokens" [
        Detail("citation_output_tokens"),
        Detail("citation_tokens"),
        Raw(&["citation_tokens"]),
    ]
    /// Of the input, sound.
    InputAudio input_audio "audio_input_tokens" [
        Detail("audio_input_tokens"),
        Detail("input_audio_tokens"),
        Attribute(GEN_AI_USAGE_AUDIO_INPUT_TOKENS),
        Attribute("llm.token_count.prompt_details.audio"),
        Raw(&["prompt_tokens_details", "audio_tokens"]),
        Raw(&["input_tokens_details", "audio_tokens"]),
        Raw(&["input_token_details", "audio_tokens"]),
        Modality("promptTokensDetails", "AUDIO"),
    ]
    /// Of the output, sound.
    OutputAudio output_audio "audio_output_tokens" [
        Detail("audio_output_tokens"),
        Detail("output_audio_tokens"),
        Attribute(GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS),
        Attribute("llm.token_count.completion_details.audio"),
        Raw(&["completion_tokens_details", "audio_tokens"]),
        Raw(&["output_tokens_details", "audio_tokens"]),
        Raw(&["output_token_details", "audio_tokens"]),
        Modality("candidatesTokensDetails", "AUDIO"),
    ]
    /// Of what was read from a cache, sound.
    CacheReadAudio cache_read_audio "audio_cache_read_input_tokens" [
        Detail("audio_cache_read_input_tokens"),
        Attribute("gen_ai.usage.audio.cache_read.input_tokens"),
        Raw(&["input_token_details", "cached_tokens_details", "audio_tokens"]),
        Modality("cacheTokensDetails", "AUDIO"),
    ]
    /// Of the input, pictures.
    InputImage input_image "image_input_tokens" [
        Detail("image_input_tokens"),
        Detail("input_image_tokens"),
        Attribute(GEN_AI_USAGE_IMAGE_INPUT_TOKENS),
        Raw(&["input_tokens_details", "image_tokens"]),
        Raw(&["input_token_details", "image_tokens"]),
        Modality("promptTokensDetails", "IMAGE"),
    ]
    /// Of the output, pictures.
    OutputImage output_image "image_output_tokens" [
        Detail("image_output_tokens"),
        Detail("output_image_tokens"),
        Attribute(GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS),
        Raw(&["output_tokens_details", "image_tokens"]),
        Modality("candidatesTokensDetails", "IMAGE"),
    ]
    /// Of what was read from a cache, pictures.
    CacheReadImage cache_read_image "image_cache_read_input_tokens" [
        Detail("image_cache_read_input_tokens"),
        Attribute("gen_ai.usage.image.cache_read.input_tokens"),
        Raw(&["input_token_details", "cached_tokens_details", "image_tokens"]),
        Modality("cacheTokensDetails", "IMAGE"),
    ]
    /// Of the input, films.
    InputVideo input_video "video_input_tokens" [
        Detail("video_input_tokens"),
        Detail("input_video_tokens"),
        Attribute(GEN_AI_USAGE_VIDEO_INPUT_TOKENS),
        Modality("promptTokensDetails", "VIDEO"),
    ]
    /// Of the output, films.
    OutputVideo output_video "video_output_tokens" [
        Detail("video_output_tokens"),
        Detail("output_video_tokens"),
        Modality("candidatesTokensDetails", "VIDEO"),
    ]
    /// Characters read, where a model counts those.
    InputCharacters input_characters "input_characters" [Detail("input_characters"), Detail("characters")]
    /// Messages read, where a model counts those.
    InputMessages input_messages "input_messages" [Detail("input_messages")]
    /// Seconds of sound.
    AudioSeconds audio_seconds "audio_seconds" [Detail("audio_seconds"), Raw(&["seconds"])]
    /// Seconds of sound that went in.
    InputAudioSeconds input_audio_seconds "input_audio_seconds" [Detail("input_audio_seconds")]
    /// Pages read.
    DocumentPages document_pages "document_pages" [Detail("document_pages"), Detail("pages"), Raw(&["pages_processed"])]
    /// Of the pages, those that were annotated.
    AnnotatedDocumentPages annotated_document_pages "annotated_document_pages" [Detail("annotated_document_pages")]
    /// Searches in the web.
    WebSearches web_searches "web_searches" [
        Detail("web_searches"),
        Detail("web_search_requests"),
        Detail("searches"),
        Raw(&["server_tool_use", "web_search_requests"]),
        Raw(&["num_search_queries"]),
    ]
    /// Searches in files that the provider keeps.
    StorageSearches storage_searches "storage_searches" [Detail("storage_searches"), Detail("file_searches")]
    /// Requests; a call is one where nothing is said.
    Requests requests "requests" [Detail("requests")]
}

impl Usage {
    pub(super) fn read<'a>(find: &impl Fn(Part, &str) -> Option<&'a Value>) -> Self {
        let mut usage = Self::default();
        for unit in Unit::ALL {
            usage.set(*unit, places::first(unit.places(), find, count));
        }
        usage
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The tokens, where some are known.
    #[must_use]
    pub fn tokens(&self) -> Option<Tokens> {
        let found = [self.input, self.output, self.cache_read, self.cache_write, self.reasoning];
        let [input, output, cache_read, cache_write, reasoning] = found.map(Option::unwrap_or_default);
        found.iter().any(Option::is_some).then_some(Tokens { input, output, cache_read, cache_write, reasoning })
    }
}

fn count(value: &Value) -> Option<u64> {
    value.as_int().and_then(|count| u64::try_from(count).ok())
}
