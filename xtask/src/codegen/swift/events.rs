//! A method for each protocol event and each short name of one, with the registry's attributes as labelled arguments.

use super::super::methods::{Method, default_of, fails, is_amount, lower};
use super::super::model::{Alias, Attribute, Protocol, Registry, ValueType};
use super::super::names::{camel, capital};
use super::super::output::Output;
use super::{comment, head, name, path};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const GENERATOR: &str = "xtask/src/codegen/swift/events.rs";

/// The short names, and a file for each protocol.
pub fn files(registry: &Registry) -> Result<Vec<Output>> {
    let attributes = registry.attributes_by_name();
    let mut outputs = vec![aliases(registry)?];
    for protocol in &registry.protocols {
        outputs.push(file(protocol, &attributes)?);
    }
    Ok(outputs)
}

fn aliases(registry: &Registry) -> Result<Output> {
    let mut code = head(GENERATOR, "spec/registry/events/")?;
    code.push_str("\n/// What short names of events stand for, such as `mcp.tool.called`.\n");
    code.push_str("let eventAliases: [String: (event: String, sets: [String: String], fails: Bool)] = [\n");
    for alias in registry.protocols.iter().flat_map(|protocol| &protocol.aliases) {
        writeln!(code, "  {:?}: ({:?}, {}, {}),", alias.name, alias.event, dictionary(&sets(alias)), fails(alias))?;
    }
    code.push_str("]\n");
    Ok(Output { path: path("Aliases"), text: code })
}

fn file(protocol: &Protocol, attributes: &BTreeMap<&str, &Attribute>) -> Result<Output> {
    let class = capital(&protocol.name);
    let mut code = head(GENERATOR, &format!("spec/registry/events/{}.yaml", protocol.name))?;
    if !protocol.methods.is_empty() {
        methods(&mut code, protocol, &class)?;
    }
    code.push('\n');
    let about = format!(
        "Events of the {}, {}.\n\nEach method records one event at once, with a place of its own in the tree, and gives its id.",
        protocol.title,
        protocol.versions.join(", ")
    );
    comment(&mut code, "", &about)?;
    writeln!(code, "public struct {class}Events: ProtocolEvents {{")?;
    code.push_str("  /// Who records; the default client if `nil`.\n  public let client: Client?\n");
    for method in Method::all(protocol)? {
        code.push('\n');
        body(&mut code, &method, protocol, &method.parameters(protocol, attributes)?)?;
    }
    code.push_str("}\n");
    Ok(Output { path: path(&class), text: code })
}

/// The methods of a protocol as a type that takes others too.
fn methods(code: &mut String, protocol: &Protocol, class: &str) -> Result<()> {
    writeln!(code, "\n/// A method of the {}; one that is not listed is a text.", protocol.title)?;
    writeln!(code, "public struct {class}Method: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {{")?;
    code.push_str("  /// As it stands on the wire.\n  public let rawValue: String\n\n");
    code.push_str(
        "  /// A method by its name on the wire.\n  public init(rawValue: String) { self.rawValue = rawValue }\n\n",
    );
    code.push_str(
        "  /// A method by its name on the wire.\n  public init(stringLiteral value: String) { rawValue = value }\n",
    );
    for method in &protocol.methods {
        writeln!(code, "\n  /// `{}`.", method.name)?;
        writeln!(code, "  public static let {}: {class}Method = {:?}", name(&method.name), method.name)?;
    }
    code.push_str("}\n");
    Ok(())
}

fn body(
    code: &mut String,
    method: &Method<'_>,
    protocol: &Protocol,
    parameters: &[(String, &Attribute)],
) -> Result<()> {
    let mut lines = vec![method.about(), String::new(), "- Parameters:".to_owned()];
    lines.push("  - agentId: whose event it is: `gen_ai.agent.id`.".to_owned());
    for (parameter, attribute) in parameters {
        let needed = if method.event.attributes.required.contains(&attribute.name) { " Expected." } else { "" };
        lines.push(format!("  - {}: {}{needed} `{}`.", camel(parameter), lower(&attribute.brief), attribute.name));
    }
    let data = method.event.data.as_deref().map_or_else(|| "what was carried.".to_owned(), lower);
    lines.push(format!("  - data: {data}"));
    lines.push("  - options: what every event can say.".to_owned());
    lines.push(
        "- Returns: the event's id, which can be the parent of what it causes; `nil` where nothing is recorded."
            .to_owned(),
    );
    parameter_list(code, &lines)?;
    writeln!(code, "  @discardableResult\n  public func {}(\n    _ agentId: String? = nil,", camel(&method.name))?;
    for (parameter, attribute) in parameters {
        writeln!(code, "    {}: {}? = nil,", camel(parameter), type_of(attribute, protocol))?;
    }
    code.push_str("    data: Any? = nil,\n    options: EventOptions = EventOptions()\n  ) -> EventId? {\n");
    writeln!(code, "    record(\n      {:?}, agentId,", method.event.name)?;
    let mut set = method.alias.map(sets).unwrap_or_default();
    if parameters.is_empty() {
        code.push_str("      facts: [:],\n");
    } else {
        code.push_str("      facts: [\n");
        for (parameter, attribute) in parameters {
            let raw = if is_method(attribute, protocol) { "?.rawValue" } else { "" };
            writeln!(code, "        {:?}: {}{raw},", attribute.name, camel(parameter))?;
            if let Some(text) = default_of(method.event, attribute) {
                set.push((attribute.name.clone(), text.to_owned()));
            }
        }
        code.push_str("      ],\n");
    }
    code.push_str("      data: data, options: options");
    if !set.is_empty() {
        write!(code, ",\n      sets: {}", dictionary(&set))?;
    }
    if method.alias.is_some_and(fails) {
        code.push_str(",\n      fails: true");
    }
    code.push_str(")\n  }\n");
    Ok(())
}

/// The comment of a method, whose parameters stand two columns in.
fn parameter_list(code: &mut String, lines: &[String]) -> Result<()> {
    for line in lines {
        match line.strip_prefix("  - ") {
            None => comment(code, "  ", line)?,
            Some(parameter) => writeln!(code, "  ///   - {parameter}")?,
        }
    }
    Ok(())
}

fn type_of(attribute: &Attribute, protocol: &Protocol) -> String {
    if is_method(attribute, protocol) {
        return format!("{}Method", capital(&protocol.name));
    }
    let of = match attribute.value_type {
        _ if is_amount(attribute) => "Amount",
        ValueType::Text => "String",
        ValueType::Int => "Int",
        ValueType::Double => "Double",
        ValueType::Bool => "Bool",
        ValueType::Texts => "[String]",
        ValueType::Any => "(any Sendable)",
    };
    of.to_owned()
}

fn is_method(attribute: &Attribute, protocol: &Protocol) -> bool {
    !protocol.methods.is_empty() && attribute.name == format!("{}.method.name", protocol.name)
}

fn sets(alias: &Alias) -> Vec<(String, String)> {
    alias.sets.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn dictionary(entries: &[(String, String)]) -> String {
    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key:?}: {value:?}")).collect();
    if entries.is_empty() { "[:]".to_owned() } else { format!("[{}]", entries.join(", ")) }
}
