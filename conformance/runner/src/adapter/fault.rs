//! What an adapter did that is no answer.

/// So much of a line is shown.
const SHOWN_CHARS: usize = 80;

/// Why there is no answer. The adapter cannot be used further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In one line; the same fault has the same line.
    pub summary: String,
    /// What the adapter wrote to standard error meanwhile.
    pub complaints: String,
    /// Whether time ran out.
    pub is_timeout: bool,
}

/// The beginning of a line, harmless.
pub(super) fn clip(line: &[u8]) -> String {
    let line = line.trim_ascii_end();
    let text = String::from_utf8_lossy(line.get(..line.len().min(SHOWN_CHARS * 4)).unwrap_or_default());
    let mut shown: String = crate::difference::harmless(&text).chars().take(SHOWN_CHARS).collect();
    if shown.chars().count() == SHOWN_CHARS {
        shown.push('…');
    }
    format!("`{shown}`")
}
