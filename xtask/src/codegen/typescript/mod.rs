//! The registry as constants and types of the TypeScript package.
//!
//! Each constant is an export of its own, so that a bundler leaves out those that a program does not use.

mod events;

pub use events::modules as events;

use super::model::{Attribute, Registry, ValueType};
use super::names::constant;
use super::output::{Output, header, wrap};
use anyhow::Result;
use std::fmt::Write as _;

/// The line length of the TypeScript package.
const WIDTH: usize = 120;

/// The file.
pub fn constants(registry: &Registry) -> Result<Output> {
    let mut code = format!("// {}\n", header("xtask/src/codegen/typescript/mod.rs", "spec/registry/"));
    code.push_str("/**\n * Names that the specification's registry defines.\n *\n * @module\n */\n");
    code.push_str("import type { Open } from \"./protocol.ts\";\n");

    section(&mut code, "Span kinds.");
    for kind in &registry.kinds {
        assign(&mut code, &kind.brief, "KIND_", &kind.name)?;
    }
    list(&mut code, "KINDS", "Kind", "What a step is.", registry.kinds.iter().map(|kind| kind.name.as_str()))?;
    let aliases =
        registry.kinds.iter().flat_map(|kind| kind.aliases.iter().map(|alias| (alias.as_str(), kind.name.as_str())));
    mapping(&mut code, "KIND_ALIASES", "Kind", "Kinds as other tools name them.", aliases)?;

    section(&mut code, "How a span ended.");
    for status in &registry.statuses {
        assign(&mut code, &status.brief, "STATUS_", &status.name)?;
    }
    let statuses = registry.statuses.iter().map(|status| status.name.as_str());
    list(&mut code, "STATUSES", "Status", "How a step ended.", statuses)?;

    section(&mut code, "Why records are missing.");
    for reason in &registry.loss_reasons {
        assign(&mut code, &reason.brief, "LOSS_", &reason.name)?;
    }
    let reasons = registry.loss_reasons.iter().map(|reason| reason.name.as_str());
    list(&mut code, "LOSS_REASONS", "LossReason", "Why a record is missing.", reasons)?;

    for protocol in &registry.protocols {
        section(&mut code, &format!("Events: {} {}.", protocol.title, protocol.versions.join(", ")));
        for event in &protocol.events {
            assign(&mut code, &event.brief, "EVENT_", &event.name)?;
        }
    }

    for group in &registry.groups {
        section(&mut code, &format!("Attributes: {}, {}.", group.convention, group.version));
        for attribute in &group.attributes {
            assign(&mut code, &attribute.brief, "", &attribute.name)?;
        }
    }

    code.push_str("\n/** Attributes that the registry knows, with the types of their values. Others are allowed beside them. */\n");
    code.push_str("export interface KnownAttributes {\n");
    for attribute in registry.attributes() {
        comment(&mut code, "  ", &attribute.brief)?;
        writeln!(code, "  readonly {:?}?: {} | null | undefined;", attribute.name, type_of(attribute))?;
    }
    code.push_str("}\n\n/** The name of an attribute that the registry knows. */\n");
    code.push_str("export type AttributeName = keyof KnownAttributes;\n");
    Ok(Output { path: path("registry"), text: code })
}

fn path(name: &str) -> String {
    format!("sdks/typescript/src/protocols/{name}.generated.ts")
}

fn section(code: &mut String, title: &str) {
    code.push('\n');
    for line in wrap(title, WIDTH - 3) {
        code.push_str(&format!("// {line}\n"));
    }
    code.push('\n');
}

fn assign(code: &mut String, brief: &str, prefix: &str, name: &str) -> Result<()> {
    comment(code, "", brief)?;
    writeln!(code, "export const {prefix}{} = {name:?};", constant(name))?;
    Ok(())
}

/// A list, and the type of what is in it.
fn list<'a>(
    code: &mut String,
    name: &str,
    of: &str,
    brief: &str,
    items: impl Iterator<Item = &'a str> + Clone,
) -> Result<()> {
    writeln!(code, "/** {brief} */\nexport type {of} =")?;
    for item in items.clone() {
        writeln!(code, "  | {item:?}")?;
    }
    code.truncate(code.trim_end().len());
    writeln!(code, ";\n/** All of {{@link {of}}}. */\nexport const {name}: readonly {of}[] = [")?;
    for item in items {
        writeln!(code, "  {item:?},")?;
    }
    code.push_str("];\n");
    Ok(())
}

fn mapping<'a>(
    code: &mut String,
    name: &str,
    of: &str,
    brief: &str,
    items: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<()> {
    writeln!(code, "/** {brief} */\nexport const {name}: Readonly<Record<string, {of}>> = {{")?;
    for (key, value) in items {
        writeln!(code, "  {key:?}: {value:?},")?;
    }
    code.push_str("};\n");
    Ok(())
}

/// A documentation comment, on one line where it fits.
fn comment(code: &mut String, indent: &str, text: &str) -> Result<()> {
    let lines: Vec<String> = text.split('\n').flat_map(|line| wrap(line, WIDTH - 3 - indent.len())).collect();
    match lines.as_slice() {
        [line] if indent.len() + line.len() + 7 <= WIDTH => writeln!(code, "{indent}/** {line} */")?,
        lines => {
            writeln!(code, "{indent}/**")?;
            for line in lines {
                writeln!(code, "{indent} * {line}")?;
            }
            writeln!(code, "{indent} */")?;
        }
    }
    Ok(())
}

/// The type of an attribute's value. Well-known texts are completed, and others are allowed.
fn type_of(attribute: &Attribute) -> String {
    match attribute.value_type {
        ValueType::Text if attribute.values.is_empty() => "string".to_owned(),
        ValueType::Text => open(attribute.values.iter().map(String::as_str)),
        ValueType::Int => "number | bigint".to_owned(),
        ValueType::Double => "number".to_owned(),
        ValueType::Bool => "boolean".to_owned(),
        ValueType::Texts => "readonly string[]".to_owned(),
        ValueType::Any => "unknown".to_owned(),
    }
}

fn open<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let texts: Vec<String> = values.map(|value| format!("{value:?}")).collect();
    format!("Open<{}>", texts.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_an_export_of_its_own() {
        let mut code = String::new();
        assign(&mut code, "A tool.", "KIND_", "tool").unwrap();
        assert_eq!(code, "/** A tool. */\nexport const KIND_TOOL = \"tool\";\n");
    }

    #[test]
    fn a_long_comment_is_broken() {
        let mut code = String::new();
        comment(&mut code, "  ", &"word ".repeat(30)).unwrap();
        assert_eq!(code.lines().count(), 4);
        assert!(code.starts_with("  /**\n   * word"), "{code}");
        assert!(code.lines().all(|line| line.len() <= WIDTH));
    }

    #[test]
    fn values_are_open() {
        assert_eq!(open(["sent", "received"].into_iter()), "Open<\"sent\" | \"received\">");
    }
}
