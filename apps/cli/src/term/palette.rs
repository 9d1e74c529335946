//! Colours: few, from the terminal's own sixteen, so that every theme stays readable.

use anstyle::{AnsiColor, Effects, Style};

/// Facts of second rank.
pub const QUIET: Style = Style::new().effects(Effects::DIMMED);
/// Titles.
pub const TITLE: Style = Style::new().effects(Effects::BOLD);
/// Went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Failed.
pub const BAD: Style = AnsiColor::Red.on_default();
/// Look here.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// At work.
pub const LIVE: Style = AnsiColor::Cyan.on_default();
/// Where time went.
pub const BAR: Style = AnsiColor::Blue.on_default();
/// Something to type.
pub const COMMAND: Style = AnsiColor::Cyan.on_default();

/// The colour of a kind's word. Kinds that think, act, look up and guard have one each; the rest stay quiet.
pub fn kind(kind: &str) -> Style {
    let color = match kind {
        "agent" | "workflow" | "handoff" | "task" | "plan" => AnsiColor::Magenta,
        "llm" | "embedding" | "rerank" | "stream" => AnsiColor::Blue,
        "tool" | "http" | "database" | "cache" | "file_io" => AnsiColor::Cyan,
        "retrieval" | "memory" | "guardrail" | "evaluator" | "payment" => AnsiColor::Green,
        _ => return QUIET,
    };
    color.on_default()
}
