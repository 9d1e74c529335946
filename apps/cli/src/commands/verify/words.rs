//! What the outcome is told with: a verdict, and ranges of numbers.

/// A sign, its style, and words.
pub(super) type Verdict = (&'static str, anstyle::Style, String);

/// Ranges of numbers, the first few of them.
pub(super) fn ranges(ranges: &[(u64, u64)]) -> String {
    let some = ranges
        .iter()
        .take(5)
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") });
    let more = if ranges.len() > 5 { format!(" and {} more", ranges.len() - 5) } else { String::new() };
    format!("{}{more}", some.collect::<Vec<_>>().join(", "))
}
