//! The registry as constants of the Python package. The module is private there; public modules take from it what they need.

mod events;

pub use events::modules as events;

use super::model::Registry;
use super::names::constant;
use super::output::{Output, header, wrap};
use anyhow::Result;
use std::fmt::Write as _;

/// The line length of the Python package.
const WIDTH: usize = 120;

/// The file.
pub fn constants(registry: &Registry) -> Result<Output> {
    let mut code = format!("# {}\n", header("xtask/src/codegen/python/mod.rs", "spec/registry/"));
    code.push_str("\"\"\"Names that the specification's registry defines.\"\"\"\n\nfrom types import MappingProxyType\nfrom typing import Final\n");

    section(&mut code, "Span kinds.");
    for kind in &registry.kinds {
        assign(&mut code, &kind.brief, "KIND_", &kind.name);
    }
    tuple(&mut code, "KINDS", registry.kinds.iter().map(|kind| kind.name.as_str()))?;
    let aliases =
        registry.kinds.iter().flat_map(|kind| kind.aliases.iter().map(|alias| (alias.as_str(), kind.name.as_str())));
    mapping(&mut code, "KIND_ALIASES", aliases)?;

    section(&mut code, "How a span ended.");
    for status in &registry.statuses {
        assign(&mut code, &status.brief, "STATUS_", &status.name);
    }
    tuple(&mut code, "STATUSES", registry.statuses.iter().map(|status| status.name.as_str()))?;

    section(&mut code, "Why records are missing.");
    for reason in &registry.loss_reasons {
        assign(&mut code, &reason.brief, "LOSS_", &reason.name);
    }
    tuple(&mut code, "LOSS_REASONS", registry.loss_reasons.iter().map(|reason| reason.name.as_str()))?;

    for protocol in &registry.protocols {
        section(&mut code, &format!("Events: {} {}.", protocol.title, protocol.versions.join(", ")));
        for event in &protocol.events {
            assign(&mut code, &event.brief, "EVENT_", &event.name);
        }
    }
    let aliases = registry
        .protocols
        .iter()
        .flat_map(|it| it.aliases.iter().map(|alias| (alias.name.as_str(), alias.event.as_str())));
    mapping(&mut code, "EVENT_ALIASES", aliases)?;

    for group in &registry.groups {
        section(&mut code, &format!("Attributes: {}, {}.", group.convention, group.version));
        for attribute in &group.attributes {
            assign(&mut code, &attribute.brief, "", &attribute.name);
        }
    }
    Ok(Output { path: "sdks/python/src/tracewire/_registry.py".to_owned(), text: code })
}

fn section(code: &mut String, title: &str) {
    code.push('\n');
    comment(code, title);
    code.push('\n');
}

fn assign(code: &mut String, brief: &str, prefix: &str, name: &str) {
    code.push_str(&format!("{prefix}{}: Final = {name:?}\n", constant(name)));
    let docstring = format!("\"\"\"{brief}\"\"\"");
    if docstring.len() <= WIDTH {
        code.push_str(&docstring);
        code.push('\n');
    } else {
        code.push_str(&format!("\"\"\"{}\n\"\"\"\n", wrap(brief, WIDTH - 3).join("\n")));
    }
}

fn tuple<'a>(code: &mut String, name: &str, items: impl Iterator<Item = &'a str>) -> Result<()> {
    writeln!(code, "{name}: Final = (")?;
    for item in items {
        writeln!(code, "    {item:?},")?;
    }
    code.push_str(")\n");
    Ok(())
}

fn mapping<'a>(code: &mut String, name: &str, items: impl Iterator<Item = (&'a str, &'a str)>) -> Result<()> {
    writeln!(code, "{name}: Final = MappingProxyType(\n    {{")?;
    for (key, value) in items {
        writeln!(code, "        {key:?}: {value:?},")?;
    }
    code.push_str("    }\n)\n");
    Ok(())
}

fn comment(code: &mut String, text: &str) {
    for line in wrap(text, WIDTH - 2) {
        code.push_str(&format!("# {line}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_typed_and_documented() {
        let mut code = String::new();
        assign(&mut code, "A tool.", "KIND_", "tool");
        assert_eq!(code, "KIND_TOOL: Final = \"tool\"\n\"\"\"A tool.\"\"\"\n");
    }
}
