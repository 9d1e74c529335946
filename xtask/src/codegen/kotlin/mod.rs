//! The registry as constants of the Kotlin package. They are `const`, so a program that uses one carries no more than its text.

mod events;

pub use events::files as events;

use super::model::Registry;
use super::names::constant;
use super::output::{Output, header, wrap, wrap_lines};
use anyhow::Result;
use std::fmt::Write as _;

/// The line length of the Kotlin package.
const WIDTH: usize = 120;
const FOLDER: &str = "sdks/kotlin/tracewire/src/main/kotlin/dev/tracewire";

/// The file.
pub fn constants(registry: &Registry) -> Result<Output> {
    let mut code = head("xtask/src/codegen/kotlin/mod.rs", "spec/registry/", "dev.tracewire")?;
    let kinds: Vec<(String, &str, &str)> = named(registry.kinds.iter().map(|kind| (&kind.name, &kind.brief)));
    let aliases: Vec<(&str, &str)> = registry
        .kinds
        .iter()
        .flat_map(|kind| kind.aliases.iter().map(|alias| (alias.as_str(), kind.name.as_str())))
        .collect();
    object(&mut code, "Kinds", "What a step is.", &kinds, &aliases)?;
    let statuses = named(registry.statuses.iter().map(|status| (&status.name, &status.brief)));
    object(&mut code, "Statuses", "How a step ended.", &statuses, &[])?;
    let reasons = named(registry.loss_reasons.iter().map(|reason| (&reason.name, &reason.brief)));
    object(&mut code, "LossReasons", "Why records are missing.", &reasons, &[])?;
    let events =
        registry.protocols.iter().flat_map(|protocol| &protocol.events).map(|event| (&event.name, &event.brief));
    object(&mut code, "Events", "Events of the protocols.", &named(events), &[])?;
    let attributes = registry.attributes().map(|attribute| (&attribute.name, &attribute.brief));
    let brief = "Attributes that the registry knows. Others are allowed beside them.";
    object(&mut code, "AttributeNames", brief, &named(attributes), &[])?;
    Ok(Output { path: path("Registry"), text: code })
}

fn path(name: &str) -> String {
    format!("{FOLDER}/{name}.generated.kt")
}

/// What every file begins with.
fn head(generator: &str, source: &str, package: &str) -> Result<String> {
    let mut code = String::new();
    for line in wrap(&header(generator, source), WIDTH - 3) {
        writeln!(code, "// {line}")?;
    }
    writeln!(code, "\npackage {package}")?;
    Ok(code)
}

/// The names of some things as constants, with what they are.
fn named<'a>(things: impl Iterator<Item = (&'a String, &'a String)>) -> Vec<(String, &'a str, &'a str)> {
    things.map(|(name, brief)| (constant(name), name.as_str(), brief.as_str())).collect()
}

fn object(
    code: &mut String,
    name: &str,
    brief: &str,
    constants: &[(String, &str, &str)],
    aliases: &[(&str, &str)],
) -> Result<()> {
    code.push('\n');
    comment(code, "", brief)?;
    writeln!(code, "public object {name} {{")?;
    for (constant, text, brief) in constants {
        comment(code, "    ", brief)?;
        writeln!(code, "    public const val {constant}: String = {}\n", quoted(text))?;
    }
    code.push_str("    /** All of them. */\n    @JvmField\n    public val ALL: List<String> =\n        listOf(\n");
    for (constant, ..) in constants {
        writeln!(code, "            {constant},")?;
    }
    code.push_str("        )\n");
    if !aliases.is_empty() {
        code.push_str(
            "\n    /** The same as other tools name them. */\n    internal val ALIASES: Map<String, String> =\n",
        );
        code.push_str("        mapOf(\n");
        for (alias, of) in aliases {
            writeln!(code, "            {} to {},", quoted(alias), quoted(of))?;
        }
        code.push_str("        )\n");
    }
    code.push_str("}\n");
    Ok(())
}

/// A text as Kotlin writes it.
fn quoted(text: &str) -> String {
    format!("{text:?}").replace('$', "\\$")
}

/// A documentation comment, on one line where it fits.
fn comment(code: &mut String, indent: &str, text: &str) -> Result<()> {
    // What begins with `/*` in a text would open a comment within the comment.
    let text = text.replace("/*", "/ *").replace("*/", "* /");
    let lines = wrap_lines(&text, WIDTH - 3 - indent.len());
    match lines.as_slice() {
        [line] if indent.len() + line.len() + 7 <= WIDTH => writeln!(code, "{indent}/** {line} */")?,
        lines => {
            writeln!(code, "{indent}/**")?;
            for line in lines {
                writeln!(code, "{}", format!("{indent} * {line}").trim_end())?;
            }
            writeln!(code, "{indent} */")?;
        }
    }
    Ok(())
}
