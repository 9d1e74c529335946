//! What is done with the store itself.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Age;

/// Which store, and what is done with it.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  tracewire db retain --age 30d
  tracewire db delete 4bf92f35
  tracewire db --database postgres://tracewire@db.example.com/traces vacuum

Without --database it is the directory's own file. Copies of a PostgreSQL database are what pg_dump and
pg_restore are for: the tables are in the schema tracewire_default, or tracewire_ and the project's name.")]
pub struct Db {
    /// A PostgreSQL database instead of the directory's file
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// The project of that database [default: default]
    #[arg(long, global = true, value_name = "NAME")]
    pub project: Option<String>,
    /// What is done
    #[command(subcommand)]
    pub what: DbCommand,
}

/// What is done with the store.
#[derive(Clone, Debug, Subcommand)]
pub enum DbCommand {
    /// Bring the store's tables to this version (every command does that by itself)
    Migrate,
    /// Remove content that nothing names any more, and give free room back
    Vacuum,
    /// Write a copy of the store, while others go on writing
    Backup(Backup),
    /// Make the store what a copy was
    Restore(Restore),
    /// Remove traces that are too old, or the oldest until the store is small enough
    Retain(Retain),
    /// Delete traces for good
    Delete(Delete),
}

/// Where to.
#[derive(Args, Clone, Debug)]
pub struct Backup {
    /// The file; it must not be there yet
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Where from.
#[derive(Args, Clone, Debug)]
pub struct Restore {
    /// A file that `tracewire db backup` wrote
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Replace what the store holds now
    #[arg(long)]
    pub force: bool,
}

/// What stays.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  tracewire db retain --age 30d              traces whose last step is older than thirty days go
  tracewire db retain --size 2GB             the oldest go until the store is no larger

Traces go whole. Their envelopes keep digests, so what is left still verifies.")]
pub struct Retain {
    /// Remove traces whose last event is older than this: 12h, 30d, 8w
    #[arg(long, value_name = "AGE", required_unless_present = "size")]
    pub age: Option<Age>,
    /// Remove the oldest traces until the store is no larger than this: 500MB, 2GB
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub size: Option<u64>,
}

/// Which traces.
#[derive(Args, Clone, Debug)]
pub struct Delete {
    /// Trace ids; the first digits are enough
    #[arg(value_name = "TRACE", required = true)]
    pub traces: Vec<String>,
}

/// A number of bytes: `500MB`, `2GB`, `1048576`.
pub fn bytes(text: &str) -> Result<u64, String> {
    let expected = || format!("`{text}` is no size: a number and a unit is expected, such as 500MB or 2GB");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or_default() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(expected()),
    };
    let number: u64 = digits.parse().map_err(|_| expected())?;
    number.checked_mul(unit).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_have_units() {
        let sizes = ["500MB", "2GB", "1GiB", "12", "3kB"].map(|text| bytes(text).unwrap());
        assert_eq!(sizes, [500_000_000, 2_000_000_000, 1 << 30, 12, 3_000]);
        for bad in ["", "GB", "-1GB", "1.5GB", "1XB", "99999999999TB"] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
    }
}
