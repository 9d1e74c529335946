//! What is erased after the fact.

use std::path::PathBuf;

use clap::Args;

use super::{Stored, When};

const EXAMPLES: &str = "\
Examples:
  tracewire redact @email @secrets --dry-run          what rules find in what is recorded, and how much of it
  tracewire redact @email --session chat-42           erase it, in the runs of one conversation
  tracewire redact password 'order:/ORD-[0-9]{6}/'    members with a key, and what a pattern matches
  tracewire redact --all-content --user ann --yes     all that was said in the runs of a user
  tracewire redact @all --file run.jsonl -o clean.jsonl

Rules are those of redaction: @email and other detectors, groups such as @secrets and @personal, keys,
patterns between slashes, and !text for what may stay. A message, input or output in which one finds
something is erased; where it stands outside of content (a name, an attribute), all of its event but
type, ids, times and status is. A hash stays in its place, so that `tracewire verify` still proves
everything around it, and no copy of an envelope brings it back.

With --all-content all content goes of the traces that are selected; what other traces say as well
stays for them. What processes at work have not sealed yet, and journals that other sinks wait for,
hold it on: both are named, and make the exit code 1. Copies elsewhere (files, backups, exporters)
are not reached.";

/// What is erased, and where.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Redact {
    /// Rules: @email, @secrets, @personal, @all, a key, key:NAME, 'name:/PATTERN/', '!allowed'
    #[arg(value_name = "RULE", required_unless_present = "all_content", conflicts_with = "all_content")]
    pub rules: Vec<String>,
    /// Erase all content of what is selected, without any rule
    #[arg(long)]
    pub all_content: bool,
    /// Only this trace (repeatable); the first digits are enough
    #[arg(long = "trace", value_name = "ID", conflicts_with = "file")]
    pub traces: Vec<String>,
    /// Only what belongs to this session
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Only runs of this user: those in which something names the `user_id`
    #[arg(long, value_name = "ID")]
    pub user: Option<String>,
    /// From when to when traces began
    #[command(flatten)]
    pub when: When,
    /// Show what would be erased, and erase nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// A file of envelopes instead of the store (repeatable); `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["database", "project"])]
    pub file: Vec<PathBuf>,
    /// Where that file goes without what was erased; standard output where none is named. It is written whole or not at all, and
    /// may be FILE itself
    #[arg(long, short, value_name = "OUT", requires = "file")]
    pub output: Option<PathBuf>,
    /// Where it is stored
    #[command(flatten)]
    pub stored: Stored,
}
