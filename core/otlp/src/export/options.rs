//! How to write.

/// What becomes of spans that have not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Open {
    /// They are left out and counted.
    #[default]
    LeaveOut,
    /// They are written without an end: `endTimeUnixNano` is 0. Few receivers know what to do with that.
    WithoutEnd,
}

/// Which generation of the conventions for generative AI the names are of, in what programs recorded with us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conventions {
    /// Those of the registry: 1.37 and later.
    #[default]
    Current,
    /// 1.36 and before: `gen_ai.system`, `cache_creation`.
    V1_36,
}

impl Conventions {
    /// The name of an attribute in this generation.
    pub(super) fn name(self, current: &str) -> &str {
        match (self, current) {
            (Conventions::V1_36, "gen_ai.provider.name") => "gen_ai.system",
            (Conventions::V1_36, "gen_ai.usage.cache_write.input_tokens") => "gen_ai.usage.cache_creation.input_tokens",
            (_, name) => name,
        }
    }
}

/// How to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// What becomes of spans that have not ended.
    pub open: Open,
    /// Names of attributes in what programs recorded with us; what was imported keeps its own.
    pub conventions: Conventions,
}
