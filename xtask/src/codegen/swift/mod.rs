//! The registry as constants of the Swift package.

mod events;

pub use events::files as events;

use super::model::Registry;
use super::names::camel;
use super::output::{Output, header, wrap};
use anyhow::Result;
use std::fmt::Write as _;

/// The line length of the Swift package.
const WIDTH: usize = 140;
const FOLDER: &str = "sdks/swift/Sources/Tracewire/Protocols";
/// Names that Swift keeps for itself.
const KEYWORDS: [&str; 8] = ["as", "case", "default", "func", "import", "in", "operator", "repeat"];

/// The file.
pub fn constants(registry: &Registry) -> Result<Output> {
    let mut code = head("xtask/src/codegen/swift/mod.rs", "spec/registry/")?;
    code.push_str("\nextension Kind {\n");
    for kind in &registry.kinds {
        comment(&mut code, "  ", &kind.brief)?;
        writeln!(code, "  public static let {} = Kind(rawValue: {:?})\n", name(&kind.name), kind.name)?;
    }
    code.push_str("  /// All that the registry knows.\n  public static let all: [Kind] = [\n");
    for kind in &registry.kinds {
        writeln!(code, "    .{},", name(&kind.name))?;
    }
    code.push_str("  ]\n\n  /// The same as other tools name them.\n  static let aliases: [String: Kind] = [\n");
    for kind in &registry.kinds {
        for alias in &kind.aliases {
            writeln!(code, "    {alias:?}: .{},", name(&kind.name))?;
        }
    }
    code.push_str("  ]\n}\n");
    let reasons = registry.loss_reasons.iter().map(|reason| (&reason.name, &reason.brief));
    names(&mut code, "LossReason", "Why records are missing.", reasons)?;
    let events =
        registry.protocols.iter().flat_map(|protocol| &protocol.events).map(|event| (&event.name, &event.brief));
    names(&mut code, "EventName", "Events of the protocols.", events)?;
    let attributes = registry.attributes().map(|attribute| (&attribute.name, &attribute.brief));
    let brief = "Attributes that the registry knows. Others are allowed beside them.";
    names(&mut code, "AttributeName", brief, attributes)?;
    Ok(Output { path: path("Registry"), text: code })
}

fn path(name: &str) -> String {
    format!("{FOLDER}/{name}.generated.swift")
}

/// What every file begins with.
fn head(generator: &str, source: &str) -> Result<String> {
    let mut code = String::new();
    for line in wrap(&header(generator, source), WIDTH - 3) {
        writeln!(code, "// {line}")?;
    }
    code.push_str("// swift-format-ignore-file\n");
    Ok(code)
}

fn names<'a>(
    code: &mut String,
    of: &str,
    brief: &str,
    things: impl Iterator<Item = (&'a String, &'a String)>,
) -> Result<()> {
    code.push('\n');
    comment(code, "", brief)?;
    writeln!(code, "public enum {of} {{")?;
    for (at, (text, brief)) in things.enumerate() {
        if at > 0 {
            code.push('\n');
        }
        comment(code, "  ", brief)?;
        writeln!(code, "  public static let {} = {text:?}", name(text))?;
    }
    code.push_str("}\n");
    Ok(())
}

/// `gen_ai.tool.name` as `genAiToolName`.
fn name(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    let name = camel(&plain);
    if KEYWORDS.contains(&name.as_str()) { format!("`{name}`") } else { name }
}

/// A documentation comment.
fn comment(code: &mut String, indent: &str, text: &str) -> Result<()> {
    for line in text.split('\n') {
        if line.is_empty() {
            writeln!(code, "{indent}///")?;
        }
        let mark = if line.starts_with("- ") { "  " } else { "" };
        for (at, part) in wrap(line, WIDTH - 6 - indent.len()).iter().enumerate() {
            writeln!(code, "{indent}/// {}{part}", if at > 0 { mark } else { "" })?;
        }
    }
    Ok(())
}
