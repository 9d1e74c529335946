//! What the methods for protocol events are called and what they take, the same in every language that has them.

use super::model::{Alias, Attribute, Event, Protocol};
use super::names::capital;
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeMap;

/// What every method has besides the event's attributes.
pub const COMMON: [&str; 6] = ["agent_id", "data", "attributes", "parent_id", "correlation_id", "session_id"];

/// Attributes whose name in the registry would be long or taken here.
const PARAMETERS: [(&str, &str); 8] = [
    ("a2a.message.reference_task_ids", "reference_task_ids"),
    ("a2a.method.name", "method"),
    ("jsonrpc.request.id", "request_id"),
    ("mcp.method.name", "method"),
    ("mcp.session.id", "mcp_session_id"),
    ("tracewire.amount.currency", "currency"),
    ("tracewire.amount.value", "amount"),
    ("tracewire.protocol.direction", "direction"),
];

/// Short names whose data has a form of its own: their methods are written by hand.
const BY_HAND: [&str; 5] =
    ["mcp.tool.called", "mcp.tool.completed", "mcp.tool.error", "mcp.sampling.request", "mcp.sampling.response"];

/// A method for an event, or for a short name of one.
pub struct Method<'a> {
    /// Words joined with `_`.
    pub name: String,
    pub event: &'a Event,
    pub alias: Option<&'a Alias>,
}

impl Method<'_> {
    /// Those of a protocol that are generated.
    pub fn all(protocol: &Protocol) -> Result<Vec<Method<'_>>> {
        let mut methods: Vec<Method<'_>> = Vec::new();
        for event in &protocol.events {
            methods.push(Method { name: method_of(&protocol.name, &event.name), event, alias: None });
        }
        for alias in protocol.aliases.iter().filter(|alias| !BY_HAND.contains(&alias.name.as_str())) {
            let event = protocol.events.iter().find(|event| event.name == alias.event);
            let event = event.with_context(|| format!("{}: no event {}", alias.name, alias.event))?;
            methods.push(Method { name: method_of(&protocol.name, &alias.name), event, alias: Some(alias) });
        }
        Ok(methods)
    }

    /// What it records, as its documentation begins.
    pub fn about(&self) -> String {
        match self.alias {
            None => self.event.brief.clone(),
            Some(alias) => format!("Record `{}`.\n\n{}", alias.name, stands_for(alias, &self.event.brief)),
        }
    }

    /// What the method takes, words joined with `_`: the event's attributes that are not said by the short name already.
    pub fn parameters<'a>(
        &self,
        protocol: &Protocol,
        attributes: &BTreeMap<&str, &'a Attribute>,
    ) -> Result<Vec<(String, &'a Attribute)>> {
        let mut parameters: Vec<(String, &Attribute)> = Vec::new();
        for name in self.event.attributes.required.iter().chain(&self.event.attributes.optional) {
            if self.alias.is_some_and(|alias| alias.sets.contains_key(name) || alias.absent.contains(name)) {
                continue;
            }
            let attribute = attributes.get(name.as_str()).with_context(|| format!("{name} is not registered"))?;
            let parameter = parameter(&protocol.name, name);
            if COMMON.contains(&parameter.as_str()) || parameters.iter().any(|(other, _)| *other == parameter) {
                bail!("{}: two parameters would be called {parameter}", self.name);
            }
            parameters.push((parameter, attribute));
        }
        Ok(parameters)
    }
}

/// `a2a.task.assigned` as `log_task_assigned`.
fn method_of(protocol: &str, event: &str) -> String {
    let short =
        [format!("{protocol}."), "tracewire.".to_owned()].iter().find_map(|prefix| event.strip_prefix(prefix.as_str()));
    format!("log_{}", short.unwrap_or(event).replace('.', "_"))
}

/// `gen_ai.tool.name` as `tool_name`.
fn parameter(protocol: &str, attribute: &str) -> String {
    if let Some((_, short)) = PARAMETERS.iter().find(|(name, _)| *name == attribute) {
        return (*short).to_owned();
    }
    let prefixes =
        [format!("tracewire.{protocol}."), format!("{protocol}."), "gen_ai.".to_owned(), "tracewire.".to_owned()];
    let short = prefixes.iter().find_map(|prefix| attribute.strip_prefix(prefix.as_str()));
    short.unwrap_or(attribute).replace('.', "_")
}

/// The options of a method in a class of their own: `log_task_assigned` of `A2a` as `A2aTaskAssignedOptions`.
pub fn options_of(class: &str, method: &str) -> String {
    let words = method.strip_prefix("log_").unwrap_or(method);
    let name: String = words.split('_').map(capital).collect();
    format!("{class}{name}Options")
}

/// What a short name is, in words.
fn stands_for(alias: &Alias, brief: &str) -> String {
    let said: Vec<String> = alias.sets.iter().map(|(key, value)| format!("`{key}` is `{value}`")).collect();
    let more = if said.is_empty() { String::new() } else { format!(" where {}", said.join(" and ")) };
    format!("It is `{}`{more}: {}.", alias.event, lower(brief.trim_end_matches('.')))
}

/// Whether a short name says that something failed.
pub fn fails(alias: &Alias) -> bool {
    alias.requires.iter().any(|name| name == "error.type")
}

/// Whether an attribute is an amount of money, which programs have in many forms.
pub fn is_amount(attribute: &Attribute) -> bool {
    attribute.name == "tracewire.amount.value"
}

/// What an attribute is where nothing is given: who asks has usually sent the request and received the answer.
pub fn default_of(event: &Event, attribute: &Attribute) -> Option<&'static str> {
    if attribute.name != "tracewire.protocol.direction" || !event.attributes.required.contains(&attribute.name) {
        None
    } else if event.name.ends_with(".request") {
        Some("sent")
    } else {
        Some("received")
    }
}

/// A sentence as it goes on behind a colon: names keep their capitals.
pub fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(letters).collect(),
        _ => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_methods_and_parameters() {
        assert_eq!(method_of("a2a", "a2a.task.assigned"), "log_task_assigned");
        assert_eq!(method_of("ap2", "tracewire.cost"), "log_cost");
        assert_eq!(parameter("mcp", "gen_ai.tool.name"), "tool_name");
        assert_eq!(parameter("ap2", "tracewire.ap2.mandate.hash"), "mandate_hash");
        assert_eq!(parameter("a2a", "tracewire.protocol.direction"), "direction");
        assert_eq!(parameter("a2a", "server.port"), "server_port");
        assert_eq!(options_of("A2a", "log_task_assigned"), "A2aTaskAssignedOptions");
    }

    #[test]
    fn a_sentence_goes_on_behind_a_colon() {
        assert_eq!(lower("The status message."), "the status message.");
        assert_eq!(lower("URI of it."), "URI of it.");
    }
}
