//! What is searched for, and which sessions.

use clap::Args;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::Value;

use super::{Stored, When};

const QUERY_EXAMPLES: &str = "\
Examples:
  tracewire query --kind tool --status error --last 1h   tool calls that failed in the last hour
  tracewire query --text otter                           steps and log lines that have the word
  tracewire query --event-type mcp.tool.called           calls of MCP tools
  tracewire query --agent-id planner --where gen_ai.request.model=gpt-5
  tracewire query --session chat-42 --json               everything recorded of them, as JSON

All conditions must hold. A row is a step with its start, updates and end, or one event, log line,
metric or feedback.";

/// What is searched for.
#[derive(Args, Clone, Debug)]
#[command(after_help = QUERY_EXAMPLES)]
pub struct Query {
    /// Runs of this agent: `gen_ai.agent.id`, failing that `gen_ai.agent.name`
    #[arg(long, value_name = "ID")]
    pub agent_id: Option<String>,
    /// A type (`span.end`, `log`, `metric`, `feedback`, `event`, `loss`), or the name of an event, such as `mcp.tool.called`
    #[arg(long, value_name = "NAME")]
    pub event_type: Option<String>,
    /// Steps of this kind: agent, llm, tool, …
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Steps that ended so: ok, error, timeout, cancelled, unset
    #[arg(long, value_name = "STATUS")]
    pub status: Option<String>,
    /// What belongs to this session
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// What belongs to this correlation id
    #[arg(long, value_name = "ID")]
    pub correlation: Option<String>,
    /// What this service recorded
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// From when to when
    #[command(flatten)]
    pub when: When,
    /// An attribute and its value (repeatable): a number, true or false as such, all else as text; "quotes" make it text
    #[arg(long = "where", value_name = "NAME=VALUE", value_parser = condition)]
    pub conditions: Vec<(String, Value)>,
    /// Some text in name, status message, exception, input, output, data or log message, whatever the case
    #[arg(long)]
    pub text: Option<String>,
    /// At most this many
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 50)]
    pub limit: usize,
    /// Go on where an earlier page ended
    #[arg(long, value_name = "CURSOR")]
    pub cursor: Option<String>,
    /// Where it is stored
    #[command(flatten)]
    pub stored: Stored,
}

/// Which sessions.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  tracewire sessions                       the latest conversations, the one with the latest step first
  tracewire trace --session chat-42        all runs of one of them, as trees")]
pub struct Sessions {
    /// At most this many
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
    pub limit: usize,
    /// Where it is stored
    #[command(flatten)]
    pub stored: Stored,
}

/// `name=value`: the value as JSON where it is a number, true, false, null or a quoted text.
fn condition(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| format!("`{text}`: NAME=VALUE is expected, such as gen_ai.request.model=gpt-5"))?;
    let read = json::read(value.as_bytes(), &ReadOptions::default()).ok();
    let read = read.filter(|value| !matches!(value, Value::List(_) | Value::Map(_)) || value.tag().is_some());
    Ok((name.to_owned(), read.unwrap_or_else(|| value.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_conditions_are_what_they_look_like() {
        for (text, expected) in [
            ("model=gpt-5", Value::from("gpt-5")),
            ("n=5", Value::Int(5)),
            ("n=1.50", Value::Double(1.5)),
            ("n=\"5\"", Value::from("5")),
            ("is=true", Value::Bool(true)),
            ("expression=a=b", Value::from("a=b")),
            ("empty=", Value::from("")),
            ("list=[1]", Value::from("[1]")),
        ] {
            assert_eq!(condition(text).unwrap().1, expected, "{text}");
        }
        assert!(condition("model").is_err() && condition("=x").is_err());
    }
}
