//! Attributes of ours, which say what the wire has no place for. The crate's page explains them.

/// All of them begin with this.
pub(crate) const PREFIX: &str = "tracewire.otlp.";

/// OpenTelemetry's kind of span; every imported span has it, and no other.
pub(crate) const KIND: &str = "tracewire.otlp.kind";
/// The flags of a span, link or record, where they are more than trace flags.
pub(crate) const FLAGS: &str = "tracewire.otlp.flags";
/// What was dropped before it was sent: attributes, events, links.
pub(crate) const DROPPED: &str = "tracewire.otlp.dropped";
/// What a scope has besides name and version.
pub(crate) const SCOPE: &str = "tracewire.otlp.scope";
/// What a resource has besides its attributes.
pub(crate) const RESOURCE: &str = "tracewire.otlp.resource";
/// Types that a value does not show, by JSON pointer.
pub(crate) const TYPES: &str = "tracewire.otlp.types";
/// Attributes whose name is there already or is one of ours, as they came.
pub(crate) const OTHERS: &str = "tracewire.otlp.others";
/// Which attribute each member of the body was.
pub(crate) const MEMBERS: &str = "tracewire.otlp.members";
/// Attributes that were not sent, but follow from others under today's name.
pub(crate) const ADDED: &str = "tracewire.otlp.added";
/// Times that cannot be the event's: not set, or not representable.
pub(crate) const TIMES: &str = "tracewire.otlp.times";
/// A status code that this version does not know.
pub(crate) const STATUS: &str = "tracewire.otlp.status_code";
/// The trace state of a link.
pub(crate) const TRACE_STATE: &str = "tracewire.otlp.trace_state";
/// The body of a log record that is no text.
pub(crate) const BODY: &str = "tracewire.otlp.body";
/// Severity of a log record, where it is more than its level.
pub(crate) const SEVERITY: &str = "tracewire.otlp.severity";
/// Name of the event that a log record is.
pub(crate) const EVENT_NAME: &str = "tracewire.otlp.event_name";

#[cfg(test)]
mod tests {
    use tracewire_wire::registry::attributes;

    /// What is written under a name of ours stands in the registry, where others can look it up.
    #[test]
    fn every_name_is_registered() {
        let sources = [
            include_str!("names.rs"),
            include_str!("export/imported.rs"),
            include_str!("export/moments.rs"),
            include_str!("export/own.rs"),
        ];
        let quoted = |source: &'static str| source.split('"').skip(1).step_by(2);
        let is_name = |text: &&str| text.starts_with("tracewire.") && !text.ends_with('.') && !text.contains('{');
        let names: Vec<&str> = sources.into_iter().flat_map(quoted).filter(is_name).collect();
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            assert!(attributes::find(name).is_some(), "{name}");
        }
        for made in ["data", "chunks", "input", "output", "tool_definitions"] {
            assert!(attributes::find(&format!("tracewire.{made}")).is_some(), "{made}");
        }
    }
}
