//! A method for each protocol event and each short name of one, with the registry's attributes as typed keyword arguments.

use super::super::methods::{COMMON, Method, default_of, fails, is_amount, lower};
use super::super::model::{Alias, Attribute, Event, Protocol, Registry, ValueType};
use super::super::names::capital;
use super::super::output::{Output, header, wrap};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The line length of the Python package.
const WIDTH: usize = 128;

const GENERATOR: &str = "xtask/src/codegen/python/events.rs";

/// The short names, and a module for each protocol.
pub fn modules(registry: &Registry) -> Result<Vec<Output>> {
    let attributes = registry.attributes_by_name();
    let mut outputs = vec![aliases(registry)?];
    for protocol in &registry.protocols {
        outputs.push(module(protocol, &attributes)?);
    }
    Ok(outputs)
}

fn path(name: &str) -> String {
    format!("sdks/python/src/tracewire/{name}.py")
}

fn aliases(registry: &Registry) -> Result<Output> {
    let mut code = format!("# {}\n", header(GENERATOR, "spec/registry/events/"));
    code.push_str(
        "\"\"\"Short names of events: the event, what they set, and whether they say that something failed.\"\"\"\n\n",
    );
    code.push_str("from __future__ import annotations\n\nfrom typing import Final\n\n");
    code.push_str("ALIASES: Final[dict[str, tuple[str, dict[str, str], bool]]] = {\n");
    for alias in registry.protocols.iter().flat_map(|protocol| &protocol.aliases) {
        let (sets, fails) = (sets(alias), boolean(fails(alias)));
        let line = format!("    {:?}: ({:?}, {sets}, {fails}),", alias.name, alias.event);
        if line.len() <= WIDTH {
            writeln!(code, "{line}")?;
        } else {
            writeln!(
                code,
                "    {:?}: (\n        {:?},\n        {sets},\n        {fails},\n    ),",
                alias.name, alias.event
            )?;
        }
    }
    code.push_str("}\n");
    Ok(Output { path: path("_events"), text: code })
}

/// A protocol's module; MCP's has more in it that is written by hand, and takes its class from here.
fn module(protocol: &Protocol, attributes: &BTreeMap<&str, &Attribute>) -> Result<Output> {
    let is_public = protocol.name != "mcp";
    let class = if is_public { capital(&protocol.name) } else { format!("{}Events", capital(&protocol.name)) };
    let mut code = format!("# {}\n", header(GENERATOR, &format!("spec/registry/events/{}.yaml", protocol.name)));
    writeln!(code, "\"\"\"Events of the {}, {}.\n", protocol.title, protocol.versions.join(", "))?;
    code.push_str(
        "Each function records one event at once, with a place of its own in the tree, and gives its id.\n\"\"\"\n\n",
    );
    code.push_str(
        "from __future__ import annotations\n\nfrom ._protocol import ProtocolEvents\n\nTYPE_CHECKING = False\n",
    );
    code.push_str(
        "if TYPE_CHECKING:\n    from collections.abc import Mapping, Sequence\n    from typing import Any\n\n",
    );
    code.push_str(
        "    from ._fields import Amount, Parent\n    from ._points import EventId\n\n_NOT_GIVEN: Any = ...\n\n\n",
    );
    writeln!(code, "class {class}(ProtocolEvents):\n    \"\"\"Records events of the {}.\"\"\"", protocol.title)?;

    let mut names = Vec::new();
    for it in Method::all(protocol)? {
        method(&mut code, &it, protocol, attributes)?;
        names.push(it.name);
    }
    if is_public {
        bindings(&mut code, &class, &mut names)?;
    }
    // Without what no method of this protocol uses.
    for (needed, import) in [("Sequence[", ", Sequence"), ("Amount |", "Amount, ")] {
        if !code.contains(needed) {
            code = code.replacen(import, "", 1);
        }
    }
    let name = if is_public { protocol.name.clone() } else { format!("_{}_events", protocol.name) };
    Ok(Output { path: path(&name), text: code })
}

/// The default client's methods as functions of the module.
fn bindings(code: &mut String, class: &str, names: &mut [String]) -> Result<()> {
    writeln!(code, "\n\n_default = {class}()\n")?;
    for name in names.iter() {
        writeln!(code, "{name} = _default.{name}")?;
    }
    names.sort();
    code.push_str("\n__all__ = [\n");
    for name in [class.to_owned()].iter().chain(names.iter()) {
        writeln!(code, "    {name:?},")?;
    }
    code.push_str("]\n");
    Ok(())
}

/// A line that says what is recorded, and what that is.
fn summary(method: &Method<'_>) -> (String, Option<String>) {
    let Some(alias) = method.alias else { return (method.event.brief.clone(), None) };
    let said: Vec<String> = alias.sets.iter().map(|(key, value)| format!("``{key}`` is ``{value}``")).collect();
    let more = if said.is_empty() { String::new() } else { format!(" where {}", said.join(" and ")) };
    let brief = method.event.brief.trim_end_matches('.');
    (format!("Record ``{}``.", alias.name), Some(format!("It is ``{}``{more}: {}.", alias.event, lower(brief))))
}

fn method(
    code: &mut String,
    method: &Method<'_>,
    protocol: &Protocol,
    attributes: &BTreeMap<&str, &Attribute>,
) -> Result<()> {
    let parameters = method.parameters(protocol, attributes)?;
    writeln!(code, "\n    def {}(\n        self,\n        agent_id: str | None = None,\n        *,", method.name)?;
    for (parameter, attribute) in &parameters {
        writeln!(code, "        {parameter}: {} = {},", python_type(attribute), default(method.event, attribute))?;
    }
    code.push_str("        data: Any = _NOT_GIVEN,\n        attributes: Mapping[str, Any] | None = None,\n");
    code.push_str("        parent_id: Parent = _NOT_GIVEN,\n        correlation_id: str | None = None,\n");
    code.push_str("        session_id: str | None = None,\n        **more: Any,\n    ) -> EventId | None:\n");
    docstring(code, method, &parameters);
    writeln!(code, "        return self._record(\n            {:?},", method.event.name)?;
    writeln!(code, "            {},", method.alias.map_or_else(|| "{}".to_owned(), sets))?;
    if parameters.is_empty() {
        code.push_str("            {},\n");
    } else {
        code.push_str("            {\n");
        for (parameter, attribute) in &parameters {
            let value = if is_amount(attribute) { format!("self._amount({parameter})") } else { parameter.clone() };
            writeln!(code, "                {:?}: {value},", attribute.name)?;
        }
        code.push_str("            },\n");
    }
    if method.alias.is_some_and(fails) {
        code.push_str("            fails=True,\n");
    }
    for name in COMMON.iter().chain(&["more"]) {
        writeln!(code, "            {name}={name},")?;
    }
    code.push_str("        )\n");
    Ok(())
}

fn docstring(code: &mut String, method: &Method<'_>, parameters: &[(String, &Attribute)]) {
    let indent = " ".repeat(8);
    let (summary, more) = summary(method);
    let mut lines = vec![format!("\"\"\"{summary}")];
    if let Some(more) = more {
        lines.push(String::new());
        lines.extend(wrap(&more, WIDTH - 8));
    }
    lines.extend([
        String::new(),
        "Args:".to_owned(),
        "    agent_id: whose event it is: ``gen_ai.agent.id``.".to_owned(),
    ]);
    for (parameter, attribute) in parameters {
        let needed = if method.event.attributes.required.contains(&attribute.name) { " Expected." } else { "" };
        let text = format!("{parameter}: {}{needed} ``{}``.", lower(&attribute.brief), attribute.name);
        lines.extend(hanging(&text));
    }
    let data =
        method.event.data.as_deref().map_or("what was carried; the protocol has nothing here.".to_owned(), lower);
    lines.extend(hanging(&format!("data: {data}")));
    for text in [
        "attributes: further attributes.",
        "parent_id: what it belongs to instead of the current step: an event's id, a step or a context.",
        "correlation_id: the application's own id of the trace, where there is no step to belong to.",
        "session_id: the conversation that it belongs to.",
        "more: further members of the data.",
    ] {
        lines.push(format!("    {text}"));
    }
    lines.push(String::new());
    lines.push("\"\"\"".to_owned());
    for line in lines {
        code.push_str(if line.is_empty() { "" } else { &indent });
        code.push_str(&line);
        code.push('\n');
    }
}

/// The lines of an argument's description, the second and further ones indented.
fn hanging(text: &str) -> Vec<String> {
    let lines = wrap(text, WIDTH - 16);
    lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| format!("{}{line}", if at == 0 { "    " } else { "        " }))
        .collect()
}

fn sets(alias: &Alias) -> String {
    let entries: Vec<String> = alias.sets.iter().map(|(key, value)| format!("{key:?}: {value:?}")).collect();
    format!("{{{}}}", entries.join(", "))
}

fn boolean(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

fn python_type(attribute: &Attribute) -> &'static str {
    match attribute.value_type {
        _ if is_amount(attribute) => "Amount | None",
        ValueType::Text => "str | None",
        ValueType::Int => "int | None",
        ValueType::Double => "float | None",
        ValueType::Bool => "bool | None",
        ValueType::Texts => "Sequence[str] | None",
        ValueType::Any => "Any",
    }
}

fn default(event: &Event, attribute: &Attribute) -> String {
    default_of(event, attribute).map_or_else(|| "None".to_owned(), |text| format!("{text:?}"))
}
