//! A method for each protocol event and each short name of one, with the registry's attributes as typed options.

use super::super::methods::{Method, default_of, fails, is_amount, lower, options_of};
use super::super::model::{Alias, Attribute, Protocol, Registry, ValueType};
use super::super::names::{camel, capital};
use super::super::output::Output;
use super::{comment, head, path, quoted};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const GENERATOR: &str = "xtask/src/codegen/kotlin/events.rs";
const PACKAGE: &str = "dev.tracewire.protocols";
/// Options that events of every protocol have.
const COMMON: [&str; 3] = ["toolName", "taskId", "paymentId"];

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
    let mut code = head(GENERATOR, "spec/registry/events/", PACKAGE)?;
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
    Ok(Output { path: path("protocols/Aliases"), text: code })
}

fn file(protocol: &Protocol, attributes: &BTreeMap<&str, &Attribute>) -> Result<Output> {
    let class = capital(&protocol.name);
    let mut code = head(GENERATOR, &format!("spec/registry/events/{}.yaml", protocol.name), PACKAGE)?;
    code.push_str("\nimport dev.tracewire.Client\nimport dev.tracewire.EventId\n");
    let mut methods = String::new();
    for method in Method::all(protocol)? {
        let parameters = method.parameters(protocol, attributes)?;
        let of = options_of(&class, &method.name);
        options(&mut code, &of, &class, &method, &parameters)?;
        body(&mut methods, &of, &method, &parameters)?;
    }
    let about = format!(
        "Events of the {}, {}.\n\nEach method records one event at once, with a place of its own in the tree, and gives its id.",
        protocol.title,
        protocol.versions.join(", ")
    );
    code.push('\n');
    comment(&mut code, "", &about)?;
    writeln!(code, "public open class {class}Events internal constructor(")?;
    writeln!(code, "    whose: () -> Client,\n) : ProtocolEvents(whose) {{")?;
    code.push_str(methods.trim_start_matches('\n'));
    code.push_str("}\n");
    Ok(Output { path: path(&format!("protocols/{class}Events")), text: code })
}

/// The options of one method.
fn options(
    code: &mut String,
    name: &str,
    class: &str,
    method: &Method<'_>,
    parameters: &[(String, &Attribute)],
) -> Result<()> {
    let data = method.event.data.as_deref().map(|data| format!(" Its data: {}", lower(data))).unwrap_or_default();
    code.push('\n');
    comment(code, "", &format!("What [{class}Events.{}] takes.{data}", camel(&method.name)))?;
    writeln!(code, "public class {name} : EventOptions() {{")?;
    for (at, (parameter, attribute)) in parameters.iter().enumerate() {
        if at > 0 {
            code.push('\n');
        }
        let needed = if method.event.attributes.required.contains(&attribute.name) { " Expected." } else { "" };
        comment(code, "    ", &format!("{}{needed} `{}`.", attribute.brief, attribute.name))?;
        let (option, of) = (camel(parameter), type_of(attribute));
        let modifier = if COMMON.contains(&option.as_str()) { "override " } else { "" };
        writeln!(code, "    public {modifier}var {option}: {of}? by attribute({})", quoted(&attribute.name))?;
    }
    code.push_str("}\n");
    Ok(())
}

fn body(code: &mut String, of: &str, method: &Method<'_>, parameters: &[(String, &Attribute)]) -> Result<()> {
    let lines = [
        method.about(),
        String::new(),
        "@param agentId whose event it is: `gen_ai.agent.id`.".to_owned(),
        "@param options its attributes and data, and where it belongs.".to_owned(),
        "@return the event's id, which can be the `parentId` of what it causes.".to_owned(),
    ];
    code.push('\n');
    comment(code, "    ", &lines.join("\n"))?;
    let name = camel(&method.name);
    writeln!(code, "    @JvmOverloads\n    public fun {name}(\n        agentId: String? = null,")?;
    writeln!(code, "        options: {of} = {of}(),\n    ): EventId? =\n        record(")?;
    writeln!(code, "            {},\n            agentId,\n            options,", quoted(&method.event.name))?;
    let mut sets: Vec<String> = method.alias.map(sets).unwrap_or_default();
    for (_, attribute) in parameters {
        if let Some(text) = default_of(method.event, attribute) {
            sets.push(format!("{} to {}", quoted(&attribute.name), quoted(text)));
        }
    }
    let fails = method.alias.is_some_and(fails);
    if !sets.is_empty() || fails {
        writeln!(code, "            {},", map(&sets))?;
    }
    if fails {
        code.push_str("            true,\n");
    }
    code.push_str("        )\n\n    /** The same with its options in place. */\n");
    writeln!(code, "    public inline fun {name}(\n        agentId: String? = null,")?;
    writeln!(code, "        options: {of}.() -> Unit,\n    ): EventId? = {name}(agentId, {of}().apply(options))")?;
    Ok(())
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

fn sets(alias: &Alias) -> Vec<String> {
    alias.sets.iter().map(|(key, value)| format!("{} to {}", quoted(key), quoted(value))).collect()
}

fn map(entries: &[String]) -> String {
    if entries.is_empty() { "emptyMap()".to_owned() } else { format!("mapOf({})", entries.join(", ")) }
}
