//! A method for each protocol event and each short name of one, with the registry's attributes as named parameters.

use super::super::methods::{Method, class_of, default_of, fails, is_amount, lower};
use super::super::model::{Alias, Attribute, Protocol, Registry, ValueType};
use super::super::output::Output;
use super::{comment, head, path, quoted};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const GENERATOR: &str = "xtask/src/codegen/kotlin/events.rs";

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
        "\n/** Short names of events, such as `mcp.tool.called`. */\ninternal val ALIASES: Map<String, Alias> =\n",
    );
    code.push_str("    mapOf(\n");
    for alias in registry.protocols.iter().flat_map(|protocol| &protocol.aliases) {
        writeln!(code, "        {} to\n            Alias(", quoted(&alias.name))?;
        writeln!(code, "                {},", quoted(&alias.event))?;
        writeln!(code, "                {},", map(&sets(alias)))?;
        writeln!(code, "                {},\n            ),", fails(alias))?;
    }
    code.push_str("    )\n");
    Ok(Output { path: path("Aliases"), text: code })
}

fn file(protocol: &Protocol, attributes: &BTreeMap<&str, &Attribute>) -> Result<Output> {
    let class = class_of(&protocol.name);
    let mut code = head(GENERATOR, &format!("spec/registry/events/{}.yaml", protocol.name))?;
    code.push_str("\nimport dev.tracewire.Client\n\n");
    let about = format!(
        "Events of the {}, {}.\n\nEach method records one event at once, with a place of its own in the tree, and gives its id.",
        protocol.title,
        protocol.versions.join(", ")
    );
    comment(&mut code, "", &about)?;
    writeln!(code, "public abstract class {class}Events internal constructor(")?;
    writeln!(code, "    whose: () -> Client,\n) : ProtocolEvents(whose) {{")?;
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
    let mut lines = vec![about(method), String::new()];
    lines.push("@param agentId whose event it is: `gen_ai.agent.id`.".to_owned());
    for (parameter, attribute) in parameters {
        let needed = if method.event.attributes.required.contains(&attribute.name) { " Expected." } else { "" };
        let (name, brief) = (camel(parameter), lower(&attribute.brief));
        lines.push(format!("@param {name} {brief}{needed} `{}`.", attribute.name));
    }
    let data = method.event.data.as_deref().map_or_else(|| "what was carried.".to_owned(), lower);
    lines.push(format!("@param data {data}"));
    lines.push("@param options where it belongs, and further attributes.".to_owned());
    lines.push("@return the event's id, which can be the `parentId` of what it causes.".to_owned());
    comment(code, "    ", &lines.join("\n"))?;
    writeln!(code, "    public fun {}(\n        agentId: String? = null,", camel(&method.name))?;
    for (parameter, attribute) in parameters {
        writeln!(code, "        {}: {}? = null,", camel(parameter), type_of(attribute))?;
    }
    code.push_str("        data: Any? = null,\n        options: EventOptions? = null,\n    ): EventId? =\n");
    writeln!(code, "        record(\n            {},", quoted(&method.event.name))?;
    code.push_str("            agentId,\n            data,\n            options,\n            listOf(\n");
    for (parameter, attribute) in parameters {
        let value = match default_of(method.event, attribute) {
            Some(text) => format!("({} ?: {})", camel(parameter), quoted(text)),
            None => camel(parameter),
        };
        writeln!(code, "                {} to {value},", quoted(&attribute.name))?;
    }
    code.push_str("            ),\n");
    if let Some(alias) = method.alias {
        writeln!(code, "            {},\n            {},", map(&sets(alias)), fails(alias))?;
    }
    code.push_str("        )\n");
    Ok(())
}

fn about(method: &Method<'_>) -> String {
    match method.alias {
        None => method.event.brief.clone(),
        Some(alias) => format!("Record `{}`.\n\n{}", alias.name, stands_for(alias, &method.event.brief)),
    }
}

/// What a short name is, in words.
pub fn stands_for(alias: &Alias, brief: &str) -> String {
    let said: Vec<String> = alias.sets.iter().map(|(key, value)| format!("`{key}` is `{value}`")).collect();
    let more = if said.is_empty() { String::new() } else { format!(" where {}", said.join(" and ")) };
    format!("It is `{}`{more}: {}.", alias.event, lower(brief.trim_end_matches('.')))
}

fn type_of(attribute: &Attribute) -> &'static str {
    match attribute.value_type {
        _ if is_amount(attribute) => "Any",
        ValueType::Text => "String",
        ValueType::Int => "Long",
        ValueType::Double => "Double",
        ValueType::Bool => "Boolean",
        ValueType::Texts => "List<String>",
        ValueType::Any => "Any",
    }
}

/// `mandate_hash` as `mandateHash`.
pub fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &class_of(word))
}

fn sets(alias: &Alias) -> Vec<String> {
    alias.sets.iter().map(|(key, value)| format!("{} to {}", quoted(key), quoted(value))).collect()
}

fn map(entries: &[String]) -> String {
    if entries.is_empty() { "emptyMap()".to_owned() } else { format!("mapOf({})", entries.join(", ")) }
}
