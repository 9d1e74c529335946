//! What is said of a step in a word, on its row and in its detail alike.

use tracewire_wire::value::Value;

use crate::node::Node;

/// Bytes of what is said of the first failure at the head of the page.
pub(super) const CAUSE: usize = 160;

/// Members of a body that the row tells, or that say nothing about what happened.
pub(super) const SILENT: [&str; 9] =
    ["name", "message", "status_message", "level", "logger", "scope", "trace_flags", "trace_state", "clock_skew_nanos"];

/// Whether there is more to tell of a step than its row does.
pub(super) fn has_details(node: &Node<'_>) -> bool {
    node.failed
        || !node.exceptions.is_empty()
        || !node.attributes.is_empty()
        || !node.moments.is_empty()
        || node.last_known.is_some()
        || node.fields.keys().any(|name| !SILENT.contains(name))
}

/// Milliseconds: whole ones from ten up, two decimals below.
pub(super) fn millis(nanos: u64) -> Value {
    if nanos >= 10_000_000 {
        return Value::from_u64(nanos.saturating_add(500_000) / 1_000_000);
    }
    Value::from_f64((nanos as f64 / 10_000.0).round() / 100.0)
}

/// Type and message of what went wrong, said once.
pub(super) fn error(node: &Node<'_>) -> Option<String> {
    let exception = node.exceptions.last();
    let message = exception.and_then(|one| one.message).filter(|message| !message.is_empty());
    let status = node.text("status_message").filter(|status| !status.is_empty());
    if exception.is_none() && (!node.failed || status.is_none()) {
        return None;
    }
    let mut words: Vec<&str> = Vec::new();
    for word in [exception.and_then(|one| one.exception_type), message, status].into_iter().flatten() {
        if !words.iter().any(|known| known.contains(word)) {
            // What a later word says whole need not be said before it.
            words.retain(|known| !word.contains(known));
            words.push(word);
        }
    }
    (!words.is_empty()).then(|| words.join(": "))
}
