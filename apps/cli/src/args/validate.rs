//! What to check of somebody's emitter, and how to say it.

use clap::{Args, ValueEnum};

use super::FileFormat;

const EXAMPLES: &str = "\
Examples:
  tracewire validate out.jsonl                          what is wrong, where, how to mend it
  my-emitter | tracewire validate -                     the same of what comes through a pipe
  tracewire validate 'traces/**/*.toon' --level schema  the shape alone, as the JSON Schema has it
  tracewire validate out.jsonl --deny warnings          for CI: warnings count as errors
  tracewire validate out.jsonl --format sarif > r.sarif for code scanning; also json, junit, github
  tracewire validate out.jsonl --fix                    mend what needs no guessing
  tracewire validate --explain TW0301                   the page of a rule

Formats go by the file's name (.json .jsonl .ndjson .toon .csv .tsv .binpb .pb) or --from. Each file is
judged by itself; with --together they are one recording.

Exit codes: 0 nothing that counts was found; 1 an error was found, or what --deny makes one; 2 not understood;
4 a file cannot be read.";

/// What to check, and how to say it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Validate {
    /// Files or patterns (`*`, `?`, `**`); `-` is standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["explain", "rules"])]
    pub files: Vec<String>,
    /// How deep to look; each level holds those before it
    #[arg(long, value_enum, default_value_t = Depth::Semantic, value_name = "LEVEL")]
    pub level: Depth,
    /// How the files are written, where their names do not say it [default: by name, else JSON or JSON Lines]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub from: Option<FileFormat>,
    /// How to report
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<ReportFormat>,
    /// Let these count as errors: `warnings`, `notes`, or codes such as TW0301
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub deny: Vec<String>,
    /// Leave these rules out, by code or name
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Report at most this many findings of each file; all are counted; 0 for all
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    pub max_findings: usize,
    /// Judge all files as one recording: parents and contents may be in another file
    #[arg(long)]
    pub together: bool,
    /// Mend in place what needs no guessing (JSON and JSON Lines), then say what is left
    #[arg(long)]
    pub fix: bool,
    /// With --fix: compute digests and the chain anew, also where they did not match before
    #[arg(long, requires = "fix")]
    pub redigest: bool,
    /// Show the page of a rule, by code or name
    #[arg(long, value_name = "CODE", conflicts_with_all = ["files", "rules"])]
    pub explain: Option<String>,
    /// List all rules
    #[arg(long, conflicts_with = "files")]
    pub rules: bool,
}

/// How deep to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Depth {
    /// Bytes and shape: what the JSON Schema says
    Schema,
    /// What members and events say together: spans, order, digests, usage, names, secrets
    Semantic,
    /// Bytes are canonical JSON
    Canonical,
}

/// How to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// JUnit XML, for CI
    Junit,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}
