//! Protocol events.

use super::{constant_of, pairs, texts};
use crate::codegen::model::{Alias, Registry};
use crate::codegen::names::{check_distinct, constant};
use anyhow::Result;
use std::fmt::Write as _;

/// The module of protocol events.
pub fn module(registry: &Registry) -> Result<String> {
    let events = || registry.protocols.iter().flat_map(|protocol| &protocol.events);
    let aliases = || registry.protocols.iter().flat_map(|protocol| &protocol.aliases);
    check_distinct(events().map(|event| event.name.as_str()).chain(aliases().map(|alias| alias.name.as_str())))?;
    let mut code = String::from("//! Events of protocols: the values of `body.name` of an `event`.\n\n");
    for protocol in &registry.protocols {
        writeln!(code, "// {} {}\n", protocol.title, protocol.versions.join(", "))?;
        for event in &protocol.events {
            constant_of(&mut code, &event.brief, &event.name);
        }
    }
    code.push_str(
        r"
/// An event of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolEvent {
    /// Its name.
    pub name: &'static str,
    /// The protocol: `mcp`, `a2a`, `ap2`.
    pub protocol: &'static str,
    /// Attributes that it has.
    pub required: &'static [&'static str],
    /// Attributes that it has where they are known.
    pub optional: &'static [&'static str],
}

/// Who may send a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The client.
    Client,
    /// The server.
    Server,
    /// Either.
    Both,
}

/// Whether a method is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// It is.
    Request,
    /// It is not.
    Notification,
}

/// A method of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// The protocol.
    pub protocol: &'static str,
    /// Its name on the wire.
    pub name: &'static str,
    /// Whether it is answered.
    pub form: Form,
    /// Who may send it.
    pub from: Sender,
    /// The versions of the protocol that have it.
    pub versions: &'static [&'static str],
    /// Those of them in which it is deprecated.
    pub deprecated: &'static [&'static str],
}

/// A short name for an event with certain attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The short name.
    pub name: &'static str,
    /// The event that it stands for.
    pub event: &'static str,
    /// Attributes that such an event has, with their values; sorted.
    pub sets: &'static [(&'static str, &'static str)],
    /// Attributes that it has with any value.
    pub requires: &'static [&'static str],
    /// Attributes that it does not have.
    pub absent: &'static [&'static str],
}

/// All events, in the registry's order.
pub static EVENTS: &[ProtocolEvent] = &[
",
    );
    for protocol in &registry.protocols {
        for event in &protocol.events {
            writeln!(
                code,
                "ProtocolEvent {{ name: {}, protocol: {:?}, required: {}, optional: {} }},",
                constant(&event.name),
                protocol.name,
                texts(&event.attributes.required),
                texts(&event.attributes.optional)
            )?;
        }
    }
    code.push_str("];\n\n/// All methods, in the registry's order.\npub static METHODS: &[Method] = &[\n");
    for protocol in &registry.protocols {
        for method in &protocol.methods {
            writeln!(
                code,
                "Method {{ protocol: {:?}, name: {:?}, form: Form::{}, from: Sender::{}, versions: {}, deprecated: {} }},",
                protocol.name,
                method.name,
                method.form.variant(),
                method.from.variant(),
                texts(&method.versions),
                texts(&method.deprecated)
            )?;
        }
    }
    code.push_str("];\n\n/// All short names, in the registry's order.\npub static ALIASES: &[Alias] = &[\n");
    for alias in aliases() {
        let Alias { name, event, sets, requires, absent } = alias; // all of it, so that a new key is not forgotten
        writeln!(
            code,
            "Alias {{ name: {name:?}, event: {}, sets: {}, requires: {}, absent: {} }},",
            constant(event),
            pairs(sets.iter()),
            texts(requires),
            texts(absent)
        )?;
    }
    code.push_str(
        r"];

/// The event of this name.
pub fn find(name: &str) -> Option<&'static ProtocolEvent> {
    EVENTS.iter().find(|event| event.name == name)
}

/// What a short name stands for.
pub fn alias(name: &str) -> Option<&'static Alias> {
    ALIASES.iter().find(|alias| alias.name == name)
}
",
    );
    Ok(code)
}
