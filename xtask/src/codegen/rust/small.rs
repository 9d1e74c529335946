//! Kinds, statuses and loss reasons.

use super::{constant_of, texts};
use crate::codegen::model::Registry;
use crate::codegen::names::{check_distinct, constant};
use anyhow::Result;
use std::fmt::Write as _;

/// The module of span kinds.
pub fn kinds(registry: &Registry) -> Result<String> {
    check_distinct(registry.kinds.iter().map(|kind| kind.name.as_str()))?;
    let mut code = String::from("//! Span kinds.\n\n");
    for kind in &registry.kinds {
        constant_of(&mut code, &kind.brief, &kind.name);
    }
    code.push_str(
        r"
/// A span kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// As events have it.
    pub name: &'static str,
    /// Values of `gen_ai.operation.name` that it is read from; the first one is written.
    pub otel_operations: &'static [&'static str],
    /// Value of `openinference.span.kind`.
    pub openinference: &'static str,
    /// Names that other tools use for it, lower-case.
    pub aliases: &'static [&'static str],
}

/// All kinds, in the registry's order.
pub static KINDS: &[Kind] = &[
",
    );
    for kind in &registry.kinds {
        writeln!(
            code,
            "Kind {{ name: {}, otel_operations: {}, openinference: {:?}, aliases: {} }},",
            constant(&kind.name),
            texts(&kind.otel_operations),
            kind.openinference,
            texts(&kind.aliases)
        )?;
    }
    code.push_str(
        r"];

/// The kind of this name or alias.
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name || kind.aliases.contains(&name))
}

/// The kind that a value of `gen_ai.operation.name` stands for.
pub fn of_operation(operation: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.otel_operations.contains(&operation))
}
",
    );
    Ok(code)
}

/// The module of statuses.
pub fn statuses(registry: &Registry) -> Result<String> {
    let names = registry
        .statuses
        .iter()
        .map(|it| it.name.as_str())
        .chain(registry.reader_states.iter().map(|it| it.name.as_str()));
    check_distinct(names)?;
    let mut code = String::from("//! How a span ended, and what a reader says of one that has not.\n\n");
    for status in &registry.statuses {
        constant_of(&mut code, &status.brief, &status.name);
    }
    code.push_str("\n// What a reader says; never in an event.\n\n");
    for state in &registry.reader_states {
        constant_of(&mut code, &state.brief, &state.name);
    }
    code.push_str(
        r"
/// A status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// As events have it.
    pub name: &'static str,
    /// The status code of an OpenTelemetry span.
    pub otel: &'static str,
    /// Names that other tools use for it, lower-case.
    pub aliases: &'static [&'static str],
}

/// All statuses, in the registry's order.
pub static STATUSES: &[Status] = &[
",
    );
    for status in &registry.statuses {
        writeln!(
            code,
            "Status {{ name: {}, otel: {:?}, aliases: {} }},",
            constant(&status.name),
            status.otel,
            texts(&status.aliases)
        )?;
    }
    code.push_str(
        r"];

/// The status of this name or alias.
pub fn find(name: &str) -> Option<&'static Status> {
    STATUSES.iter().find(|status| status.name == name || status.aliases.contains(&name))
}
",
    );
    Ok(code)
}

/// The module of loss reasons.
pub fn losses(registry: &Registry) -> Result<String> {
    let mut code = String::from(
        "//! Why records are missing: the values of `reason` in a `loss` event and in the report of a flush.\n\n",
    );
    for reason in &registry.loss_reasons {
        constant_of(&mut code, &reason.brief, &reason.name);
    }
    let names: Vec<String> = registry.loss_reasons.iter().map(|reason| constant(&reason.name)).collect();
    write!(
        code,
        "\n/// All reasons, in the registry's order.\npub static REASONS: &[&str] = &[{}];\n",
        names.join(", ")
    )?;
    Ok(code)
}
