//! How the command ends with an error, and what to do about it: by its code, but where what happened says more.

use std::io;

use tracewire_server::ServerError;
use tracewire_store::StoreError;

use super::CliError;
use super::codes::{EXIT_IO, EXIT_NO_PROGRAM, EXIT_USAGE, outcome};

/// Where nothing says more.
const LOOK: &str = "see `tracewire doctor`, or name another directory with --dir";

impl CliError {
    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NoStep { count: 1.., .. } => EXIT_USAGE,
            Self::Start { source, .. } if source.kind() == io::ErrorKind::NotFound => EXIT_NO_PROGRAM,
            _ if self.is_of_a_file() => EXIT_IO,
            _ => outcome(self.code()).map_or(EXIT_IO, |(exit, _)| exit),
        }
    }

    /// How to mend it.
    pub fn mend(&self) -> String {
        let said = match self {
            Self::Ambiguous { some, .. } => return format!("type more digits: {}", some.join(", ")),
            Self::Several { some, .. } => return format!("name one: {}", some.join(", ")),
            Self::TooFewTokens { least, .. } => return format!("ask for at least that: --max-tokens {least}"),
            Self::NoStep { count: 0, trace, .. } => {
                return format!("see its steps with `tracewire trace {trace} --format toon`");
            }
            Self::PgDump { schema } => {
                return format!("pg_dump --format=custom --schema='{schema}' --file=FILE, and pg_restore");
            }
            Self::NoStep { .. } => "type more digits",
            Self::NotFound { what: "query" | "export", .. } => "leave a condition out, or look further back",
            Self::File { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "see that the name is right and its folder is there"
            }
            Self::Server(ServerError::File { .. }) => LOOK,
            Self::Unreadable { .. } => "mend the file, or say with --from how it is written",
            Self::Input { error, .. } => mend_input(error.code()),
            Self::Prices { .. } => {
                "mend the file at that place, or name another one as `prices` in tracewire.toml or TRACEWIRE_PRICES"
            }
            _ if self.is_of_a_file() => LOOK,
            _ => outcome(self.code()).map_or(LOOK, |(_, mend)| mend),
        };
        said.to_owned()
    }

    /// Whether its code is of what a file says, and so none of the table.
    fn is_of_a_file(&self) -> bool {
        matches!(
            self,
            Self::Unreadable { .. } | Self::Input { .. } | Self::Prices { .. } | Self::Store(StoreError::Wire(_))
        )
    }
}

/// How a file that is read is mended, by the code of what is wrong.
fn mend_input(code: &str) -> &'static str {
    match code {
        "json_trailing" => "give --from jsonl where the file holds one value a line",
        "json_end" | "toon_count" | "csv_end" => {
            "see whether the file was cut short; `--from` names another format, and --lenient mends counts of TOON"
        }
        "toon_blank_line" | "toon_duplicate_key" | "toon_indentation" => "give --lenient, which mends this",
        "item_too_large" => "write it as a list or as JSON Lines: these are read piece by piece",
        "csv_shape" => "what is no list of maps goes through json, jsonl, toon and proto",
        _ => "mend the file at that place, or name its format with --from if it is another one",
    }
}
