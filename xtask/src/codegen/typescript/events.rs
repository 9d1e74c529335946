//! A method for each protocol event and each short name of one, with the registry's attributes as typed options.

use super::super::methods::{Method, default_of, fails, is_amount, options_of};
use super::super::model::{Alias, Attribute, Protocol, Registry};
use super::super::names::{camel, capital};
use super::super::output::{Output, header, wrap_lines};
use super::{WIDTH, comment, open, path, type_of};
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const GENERATOR: &str = "xtask/src/codegen/typescript/events.rs";

/// The short names, and a module for each protocol.
pub fn modules(registry: &Registry) -> Result<Vec<Output>> {
    let attributes = registry.attributes_by_name();
    let mut outputs = vec![aliases(registry)?];
    for protocol in &registry.protocols {
        outputs.push(module(protocol, &attributes)?);
    }
    Ok(outputs)
}

fn aliases(registry: &Registry) -> Result<Output> {
    let mut code = format!("// {}\n", header(GENERATOR, "spec/registry/events/"));
    code.push_str("/**\n * Short names of events.\n *\n * @module\n */\n\n");
    code.push_str(
        "/** The event that a short name stands for, what it sets, and whether it says that something failed. */\n",
    );
    code.push_str(
        "export type Alias = readonly [event: string, sets: Readonly<Record<string, string>>, fails: boolean];\n\n",
    );
    code.push_str("/** Short names, such as `mcp.tool.called`. */\n");
    code.push_str("export const ALIASES: Readonly<Record<string, Alias>> = {\n");
    for alias in registry.protocols.iter().flat_map(|protocol| &protocol.aliases) {
        let line = format!("  {:?}: [{:?}, {}, {}],", alias.name, alias.event, sets(alias), fails(alias));
        if line.len() <= WIDTH {
            writeln!(code, "{line}")?;
        } else {
            let (sets, fails) = (sets(alias), fails(alias));
            writeln!(code, "  {:?}: [\n    {:?},\n    {sets},\n    {fails},\n  ],", alias.name, alias.event)?;
        }
    }
    code.push_str("};\n");
    Ok(Output { path: path("aliases"), text: code })
}

fn module(protocol: &Protocol, attributes: &BTreeMap<&str, &Attribute>) -> Result<Output> {
    let prefix = capital(&protocol.name);
    let mut code = format!("// {}\n", header(GENERATOR, &format!("spec/registry/events/{}.yaml", protocol.name)));
    writeln!(code, "/**\n * Events of the {}, {}.\n *", protocol.title, protocol.versions.join(", "))?;
    code.push_str(
        " * Each method records one event at once, with a place of its own in the tree, and gives its id.\n *\n",
    );
    code.push_str(" * @module\n */\nimport type { Amount } from \"../recording/fields.ts\";\n");
    code.push_str("import type { EventId } from \"../recording/points.ts\";\n");
    code.push_str("import { type EventOptions, type Open, ProtocolEvents } from \"./protocol.ts\";\n");

    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    let mut interfaces = String::new();
    let mut methods = String::new();
    for method in Method::all(protocol)? {
        let parameters = method.parameters(protocol, attributes)?;
        for (parameter, attribute) in &parameters {
            let other = names.insert(camel(parameter), &attribute.name);
            if other.is_some_and(|other| other != attribute.name) {
                bail!("{}: {parameter} would be two attributes", protocol.name);
            }
        }
        let of = options_of(&prefix, &method.name);
        interface(&mut interfaces, &of, &method, &parameters, protocol)?;
        body(&mut methods, &of, &method, &parameters)?;
    }
    code.push_str("\n/** The attributes that options are. */\nconst NAMES = {\n");
    for (option, attribute) in &names {
        writeln!(code, "  {option}: {attribute:?},")?;
    }
    code.push_str("};\n");
    if !protocol.methods.is_empty() {
        writeln!(code, "\n/** The methods of the protocol. */\nexport type {prefix}Method =")?;
        for method in &protocol.methods {
            writeln!(code, "  | {:?}", method.name)?;
        }
        code.truncate(code.trim_end().len());
        code.push_str(";\n");
    }
    code.push_str(&interfaces);
    writeln!(code, "\n/** Records events of the {}. */", protocol.title)?;
    writeln!(code, "export class {prefix}Events extends ProtocolEvents {{{}}}", methods.trim_start_matches('\n'))?;
    code = code.replacen("ProtocolEvents {  /**", "ProtocolEvents {\n  /**", 1);
    // Without what no method of this protocol uses.
    if !code.contains("Amount |") {
        code = code.replacen("import type { Amount } from \"../recording/fields.ts\";\n", "", 1);
    }
    if !code.contains("Open<") {
        code = code.replacen("type Open, ", "", 1);
    }
    Ok(Output { path: path(&protocol.name), text: code })
}

/// The options of one method.
fn interface(
    code: &mut String,
    name: &str,
    method: &Method<'_>,
    parameters: &[(String, &Attribute)],
    protocol: &Protocol,
) -> Result<()> {
    writeln!(code, "\n/** What `{}` takes. */\nexport interface {name} extends EventOptions {{", camel(&method.name))?;
    for (parameter, attribute) in parameters {
        let needed = if method.event.attributes.required.contains(&attribute.name) { " Expected." } else { "" };
        comment(code, "  ", &format!("{}{needed} `{}`.", attribute.brief, attribute.name))?;
        writeln!(code, "  readonly {}?: {} | undefined;", camel(parameter), option_type(attribute, protocol))?;
    }
    if let Some(data) = &method.event.data {
        comment(code, "  ", data)?;
        code.push_str("  readonly data?: unknown;\n");
    }
    code.push_str("}\n");
    Ok(())
}

fn body(code: &mut String, of: &str, method: &Method<'_>, parameters: &[(String, &Attribute)]) -> Result<()> {
    let mut lines = wrap_lines(&method.about(), WIDTH - 5);
    lines.push(String::new());
    lines.push("@param agentId - whose event it is: `gen_ai.agent.id`.".to_owned());
    lines.push("@param options - its attributes and data, and where it belongs.".to_owned());
    lines.push("@returns the event's id, which can be the `parentId` of what it causes.".to_owned());
    code.push_str("\n  /**\n");
    for line in lines {
        writeln!(code, "{}", format!("   * {line}").trim_end())?;
    }
    code.push_str("   */\n");
    let name = camel(&method.name);
    writeln!(code, "  {name}(agentId?: string | null, options?: {of}): EventId | undefined {{")?;
    let mut arguments = vec![format!("{:?}", method.event.name), "NAMES".to_owned(), "agentId".to_owned()];
    arguments.push("options".to_owned());
    let mut sets: Vec<String> = method.alias.map(entries).unwrap_or_default();
    for (_, attribute) in parameters {
        if let Some(text) = default_of(method.event, attribute) {
            sets.push(format!("{:?}: {text:?}", attribute.name));
        }
    }
    let fails = method.alias.is_some_and(fails);
    if !sets.is_empty() || fails {
        arguments.push(if sets.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", sets.join(", ")) });
    }
    if fails {
        arguments.push("true".to_owned());
    }
    let line = format!("    return this.record({});", arguments.join(", "));
    if line.len() <= WIDTH {
        writeln!(code, "{line}\n  }}")?;
    } else {
        writeln!(code, "    return this.record(\n      {},\n    );\n  }}", arguments.join(",\n      "))?;
    }
    Ok(())
}

/// The type of an option: that of the attribute, but for amounts and methods.
fn option_type(attribute: &Attribute, protocol: &Protocol) -> String {
    if is_amount(attribute) {
        return "Amount".to_owned();
    }
    if attribute.name == format!("{}.method.name", protocol.name) {
        return open([""].into_iter()).replace("\"\"", &format!("{}Method", capital(&protocol.name)));
    }
    type_of(attribute)
}

fn entries(alias: &Alias) -> Vec<String> {
    alias.sets.iter().map(|(key, value)| format!("{key:?}: {value:?}")).collect()
}

fn sets(alias: &Alias) -> String {
    let entries = entries(alias);
    if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
}
