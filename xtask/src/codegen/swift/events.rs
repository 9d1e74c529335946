//! A method for each protocol event and each short name of one, with the registry's attributes as labelled arguments.

use super::super::kotlin::{camel, stands_for};
use super::super::methods::{Method, class_of, default_of, fails, is_amount, lower};
use super::super::model::{Alias, Attribute, Protocol, Registry, ValueType};
use super::super::output::Output;
use super::{comment, head, path};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const GENERATOR: &str = "xtask/src/codegen/swift/events.rs";

/// The short names, and a file for each protocol.
pub fn files(registry: &Registry) -> Result<Vec<Output>> {
    let attributes: BTreeMap<&str, &Attribute> =
        registry.attributes().map(|attribute| (attribute.name.as_str(), attribute)).collect();
    let mut outputs = vec![aliases(registry)?];
    for protocol in &registry.protocols {
        outputs.push(file(protocol, &attributes)?);
    }
    Ok(outputs)
}

fn aliases(registry: &Registry) -> Result<Output> {
    let mut code = head(GENERATOR, "spec/registry/events/")?;
    code.push_str(
        "\n/// Short names of events, such as `mcp.tool.called`.\nlet eventAliases: [String: EventAlias] = [\n",
    );
    for alias in registry.protocols.iter().flat_map(|protocol| &protocol.aliases) {
        writeln!(code, "  {:?}: EventAlias(", alias.name)?;
        writeln!(code, "    {:?},\n    {},\n    fails: {}\n  ),", alias.event, dictionary(alias), fails(alias))?;
    }
    code.push_str("]\n");
    Ok(Output { path: path("Aliases"), text: code })
}

fn file(protocol: &Protocol, attributes: &BTreeMap<&str, &Attribute>) -> Result<Output> {
    let class = class_of(&protocol.name);
    let mut code = head(GENERATOR, &format!("spec/registry/events/{}.yaml", protocol.name))?;
    code.push('\n');
    let about = format!(
        "Events of the {}, {}.\n\nEach method records one event at once, with a place of its own in the tree, and gives its id.",
        protocol.title,
        protocol.versions.join(", ")
    );
    comment(&mut code, "", &about)?;
    writeln!(code, "extension {class} {{")?;
    let mut methods = Vec::new();
    for method in Method::all(protocol)? {
        let mut text = String::new();
        body(&mut text, &method, &method.parameters(protocol, attributes)?)?;
        methods.push(text);
    }
    code.push_str(&methods.join("\n"));
    code.push_str("}\n");
    Ok(Output { path: path(&format!("{class}Events")), text: code })
}

fn body(code: &mut String, method: &Method<'_>, parameters: &[(String, &Attribute)]) -> Result<()> {
    let mut lines = vec![about(method), String::new(), "- Parameters:".to_owned()];
    lines.push("  - agentId: Whose event it is: `gen_ai.agent.id`.".to_owned());
    for (parameter, attribute) in parameters {
        let needed = if method.event.attributes.required.contains(&attribute.name) { " Expected." } else { "" };
        lines.push(format!("  - {}: {}{needed} `{}`.", camel(parameter), attribute.brief, attribute.name));
    }
    let data = method.event.data.as_deref().unwrap_or("What was carried.");
    lines.push(format!("  - data: {data}"));
    lines.push("  - options: Where it belongs, and further attributes.".to_owned());
    lines.push("- Returns: the event's id, which can be the `parentId` of what it causes.".to_owned());
    parameter_list(code, &lines)?;
    writeln!(code, "  @discardableResult\n  public func {}(\n    agentId: String? = nil,", camel(&method.name))?;
    for (parameter, attribute) in parameters {
        writeln!(code, "    {}: {}? = nil,", camel(parameter), type_of(attribute))?;
    }
    code.push_str("    data: Any? = nil,\n    options: EventOptions? = nil\n  ) -> EventId? {\n");
    writeln!(
        code,
        "    record(\n      {:?},\n      agentId,\n      data,\n      options,\n      [",
        method.event.name
    )?;
    for (parameter, attribute) in parameters {
        let value = match default_of(method.event, attribute) {
            Some(text) => format!("{} ?? {text:?}", camel(parameter)),
            None => format!("{} as Any?", camel(parameter)),
        };
        writeln!(code, "        ({:?}, {value}),", attribute.name)?;
    }
    match method.alias {
        Some(alias) => {
            writeln!(code, "      ],\n      sets: {},\n      fails: {}\n    )\n  }}", dictionary(alias), fails(alias))?
        }
        None => code.push_str("      ]\n    )\n  }\n"),
    }
    Ok(())
}

/// The comment of a method, whose parameters stand two columns in.
fn parameter_list(code: &mut String, lines: &[String]) -> Result<()> {
    for line in lines {
        match line.strip_prefix("  - ") {
            None => comment(code, "  ", line)?,
            Some(parameter) => {
                for (at, part) in super::wrap(parameter, super::WIDTH - 12).iter().enumerate() {
                    writeln!(code, "  ///   {}{part}", if at == 0 { "- " } else { "  " })?;
                }
            }
        }
    }
    Ok(())
}

fn about(method: &Method<'_>) -> String {
    match method.alias {
        None => method.event.brief.clone(),
        Some(alias) => format!("Record `{}`.\n\n{}", alias.name, stands_for(alias, &lower(&method.event.brief))),
    }
}

fn type_of(attribute: &Attribute) -> &'static str {
    match attribute.value_type {
        _ if is_amount(attribute) => "Any",
        ValueType::Text => "String",
        ValueType::Int => "Int64",
        ValueType::Double => "Double",
        ValueType::Bool => "Bool",
        ValueType::Texts => "[String]",
        ValueType::Any => "Any",
    }
}

fn dictionary(alias: &Alias) -> String {
    let entries: Vec<String> = alias.sets.iter().map(|(key, value)| format!("{key:?}: {value:?}")).collect();
    if entries.is_empty() { "[:]".to_owned() } else { format!("[{}]", entries.join(", ")) }
}
