//! Whether a row is what is searched for.

use super::gather::Gathered;
use super::query::SearchQuery;
use super::text::Needle;
use tracewire_wire::registry::events::{self, Alias, ProtocolEvent};
use tracewire_wire::value::Value;

/// A query made ready.
pub(super) struct Conditions<'q> {
    query: &'q SearchQuery,
    event: Option<WantedEvent<'q>>,
    pub needle: Option<Needle>,
}

/// What `event_type` stands for.
struct WantedEvent<'q> {
    word: &'q str,
    alias: Option<&'static Alias>,
    protocol: Option<&'static ProtocolEvent>,
}

impl<'q> Conditions<'q> {
    pub(super) fn new(query: &'q SearchQuery) -> Self {
        let event = query.event_type.as_deref().map(|word| {
            let alias = events::alias(word);
            WantedEvent { word, alias, protocol: events::find(alias.map_or(word, |alias| alias.event)) }
        });
        let needle = query.text.as_deref().filter(|text| !text.is_empty()).map(Needle::new);
        Conditions { query, event, needle }
    }

    /// Everything but the agent, the service and the text, which need to know more than the row.
    pub(super) fn fit(&self, row: &Gathered) -> bool {
        let query = self.query;
        let is = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        is(&query.kind, &row.kind)
            && is(&query.status, &row.status)
            && is(&query.session_id, &row.session_id)
            && is(&query.correlation_id, &row.correlation_id)
            && query.start_time.is_none_or(|from| row.place.time >= from.0)
            && query.end_time.is_none_or(|to| row.place.time < to.0)
            && query.attributes.iter().all(|(name, value)| row.attribute(name) == Some(value))
            && self.event.as_ref().is_none_or(|event| event.fits(row))
    }

    /// Losses are no rows but for those who ask for them.
    pub(super) fn wants_losses(&self) -> bool {
        self.event.as_ref().is_some_and(|event| event.word == "loss")
    }
}

impl WantedEvent<'_> {
    fn fits(&self, row: &Gathered) -> bool {
        if row.types.contains(self.word) {
            return true;
        }
        if row.row_type == "event" {
            let name = row.body.get("name").and_then(Value::as_text);
            return name == Some(self.word)
                || self.alias.is_some_and(|alias| name == Some(alias.event) && has_what(alias, row));
        }
        // A call that has a step of its own carries its protocol's attributes there, and no events besides.
        let Some(protocol) = self.protocol.filter(|_| row.is_step()) else { return false };
        let is_there = match protocol.name.rsplit('.').next() {
            Some("request") => true,
            Some("response") => row.end_time.is_some(),
            _ => false,
        };
        is_there
            && protocol.required.iter().any(|name| name.ends_with(".method.name") && row.attribute(name).is_some())
            && self.alias.is_none_or(|alias| has_what(alias, row))
    }
}

fn has_what(alias: &Alias, row: &Gathered) -> bool {
    alias.sets.iter().all(|(name, value)| row.attribute(name).and_then(Value::as_text) == Some(value))
        && alias.requires.iter().all(|name| row.attribute(name).is_some())
        && alias.absent.iter().all(|name| row.attribute(name).is_none())
}
