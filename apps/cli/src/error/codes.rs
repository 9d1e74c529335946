//! Every code: what it says, with which exit code the command ends, and what to do.
//!
//! `docs/generate.py` reads these tables and makes the reference page of them; a test of the pages finds a code that has no row.

/// There is no such program, as shells say it.
pub const EXIT_NO_PROGRAM: u8 = 127;
/// The program cannot be started.
pub const EXIT_NO_START: u8 = 126;
/// Everything was as asked.
pub const EXIT_OK: u8 = 0;
/// The command ran and found a problem.
pub const EXIT_PROBLEM: u8 = 1;
/// The command was not understood.
pub const EXIT_USAGE: u8 = 2;
/// There is nothing to show.
pub const EXIT_NO_DATA: u8 = 3;
/// A file or the store could not be read or written.
pub const EXIT_IO: u8 = 4;

/// Codes of the command line itself, with what they say; sorted.
pub const CODES: &[(&str, &str)] = &[
    ("ambiguous_id", "several traces begin with these digits"),
    ("broken", "what a file holds contradicts its digests"),
    ("file", "a file that was named cannot be read or written"),
    ("format_unknown", "nobody can tell which format a file has"),
    ("input_changed", "a file changed while it was read"),
    ("invalid_id", "this is no id of a trace or span"),
    ("io", "output or input failed"),
    ("log_filter", "what is logged cannot be said like this"),
    ("no_baseline", "the form that all others should be compared with does not fit the value"),
    ("no_case", "no conformance case has this name"),
    ("no_data", "nothing was recorded yet"),
    ("no_directory", "the directory is not there"),
    ("no_fix", "a file that is not mended in place"),
    ("no_model", "no model in the price list has these words in its name"),
    ("no_rule", "no rule of the validator has this code or name"),
    ("no_selection", "all content is to be erased, and nothing says of what"),
    ("no_sessions", "no run names a session"),
    ("no_step", "no step of the trace, or several, have an id that begins or ends so"),
    ("no_terminal", "standard output is no terminal, and the command draws on one"),
    ("not_confirmed", "something would be erased for good, and nobody can be asked"),
    ("not_found", "nothing recorded fits"),
    ("not_sealed", "everything that fits is of processes at work, and not sealed yet"),
    ("pg_dump", "PostgreSQL has programs of its own for copies"),
    ("setting", "a setting of the project's file or the environment cannot be used"),
    ("several_traces", "several traces fit, and one is shown like this"),
    ("signing_key", "a key cannot be used, or none is named"),
    ("start", "a program cannot be started"),
    ("temporary_file", "a temporary file cannot be made or written"),
    ("too_few_tokens", "not even the shortest page fits"),
    ("would_overwrite", "a key would be overwritten"),
    ("would_replace", "a store that holds traces would be replaced"),
];

/// How a command ends, and what to do: each code that is not of what a file says, in which case the exit code is 4; sorted.
pub const OUTCOMES: &[(&str, u8, &str)] = &[
    ("already_served", EXIT_IO, "ask that one, end it, or name another directory with --dir"),
    ("ambiguous_id", EXIT_USAGE, "type more digits"),
    ("broken", EXIT_PROBLEM, "see what is wrong with `tracewire verify FILE`"),
    (
        "conformance_adapter",
        EXIT_IO,
        "an adapter answers JSON Lines as conformance/protocol/README.md says; start it by hand to see what it says",
    ),
    ("conformance_content", EXIT_IO, "see that the file is there and says what the message asks for"),
    ("conformance_file", EXIT_IO, "see that the file is there and says what the message asks for"),
    (
        "conformance_pattern",
        EXIT_USAGE,
        "a pattern is such as 'values/*'; see the names with `tracewire conformance list`",
    ),
    ("file", EXIT_IO, "name another file, or see who may use this one"),
    ("format_unknown", EXIT_USAGE, "name the format: --from or --to with json, jsonl, toon, csv or proto"),
    ("input_changed", EXIT_IO, "run it again when nobody writes to the file, or read a copy"),
    (
        "invalid_id",
        EXIT_USAGE,
        "see what there is with `tracewire list`; other names go behind --session or --correlation",
    ),
    ("io", EXIT_IO, "see `tracewire doctor`, or name another directory with --dir"),
    ("journal_foreign", EXIT_IO, "see `tracewire doctor`, or name another directory with --dir"),
    ("journal_header", EXIT_IO, "see `tracewire doctor`, or name another directory with --dir"),
    ("journal_newer", EXIT_IO, "install the newer tracewire that made it"),
    ("key_file", EXIT_IO, "mend the file, or move it away and make new keys"),
    ("key_unknown", EXIT_NO_DATA, "see them with `tracewire serve keys list`"),
    ("keys_required", EXIT_USAGE, "make one with `tracewire serve keys create`, or leave --host out"),
    ("listen", EXIT_IO, "end what listens there, or name another port with --port; --port 0 takes any that is free"),
    ("log_filter", EXIT_USAGE, "name a level: off, error, warn, info, debug"),
    ("no_baseline", EXIT_USAGE, "jsonl and csv are for lists; json fits every value"),
    ("no_case", EXIT_NO_DATA, "see them all with `tracewire conformance list`"),
    ("no_data", EXIT_NO_DATA, "record something first, or name another place with --dir or --database"),
    ("no_directory", EXIT_NO_DATA, "record something first, or name another directory with --dir"),
    ("no_fix", EXIT_USAGE, "convert it to JSON Lines, mend that, and convert it back"),
    ("no_model", EXIT_NO_DATA, "see them all with `tracewire cost models -n 0`; a file of your own adds others"),
    ("no_rule", EXIT_USAGE, "see them all with `tracewire validate --rules`"),
    ("no_selection", EXIT_USAGE, "name traces: --trace, --session, --user, --last, --since or --until"),
    (
        "no_sessions",
        EXIT_NO_DATA,
        "name one when a run begins (in Python: `with tracewire.session(session_id=\"chat-42\"):`), or see `tracewire list`",
    ),
    ("no_step", EXIT_NO_DATA, "see the steps with `tracewire trace ID --format toon`"),
    ("no_terminal", EXIT_USAGE, "`tracewire tail` follows into files and pipes, `tracewire tail --json` for programs"),
    ("not_confirmed", EXIT_USAGE, "see what would go with --dry-run, then give --yes"),
    ("not_found", EXIT_NO_DATA, "see what there is with `tracewire list`"),
    (
        "not_sealed",
        EXIT_NO_DATA,
        "they are sealed when their process flushes or ends; `tracewire tail --json` has them now",
    ),
    ("option", EXIT_IO, "see what is set, and where, with `tracewire config`"),
    ("outward_address", EXIT_USAGE, "give an address such as http://localhost:4318 or grpc://localhost:4317"),
    ("outward_client", EXIT_IO, "see what the system says; certificates of authorities may be missing"),
    ("outward_header", EXIT_USAGE, "give it as --header 'authorization=Bearer …'"),
    ("outward_refused", EXIT_PROBLEM, "see what the other side asks for: its address, a key as --header, its limits"),
    (
        "outward_unreachable",
        EXIT_IO,
        "see that it runs there; the same can be sent again, what arrived is known by its ids",
    ),
    ("pg_dump", EXIT_USAGE, "pg_dump --format=custom --schema=tracewire_default --file=FILE, and pg_restore"),
    ("project_name", EXIT_USAGE, "name it such as `team-7`"),
    ("query_invalid", EXIT_USAGE, "see `tracewire query --help`"),
    ("query_timeout", EXIT_IO, "ask for a shorter time or for less"),
    ("redact_pattern", EXIT_USAGE, "mend the pattern at that place; nothing in it may need to go back"),
    ("redact_rule", EXIT_USAGE, "a rule is such as @email, @secrets, password, key:token or 'order:/ORD-[0-9]+/'"),
    ("retain_size", EXIT_USAGE, "keep traces by age: --retain-age or `retain_age` for `serve`, --age for `db retain`"),
    ("setting", EXIT_USAGE, "see what is set, and where, with `tracewire config`"),
    ("several_traces", EXIT_USAGE, "name one of them"),
    (
        "signing_key",
        EXIT_USAGE,
        "`tracewire keygen` makes a pair: `sign` takes the private key, `verify` the public one",
    ),
    (
        "start",
        EXIT_NO_START,
        "give the program and its arguments behind `--`, as you would type them without tracewire",
    ),
    ("store_cannot_open", EXIT_IO, "see `tracewire doctor`, or name another directory with --dir"),
    (
        "store_corrupt",
        EXIT_IO,
        "see `tracewire doctor`; the store can be moved away and is made anew from what the journals still hold",
    ),
    ("store_disk_full", EXIT_IO, "make room on the disk; what was recorded stays in the journals"),
    ("store_engine", EXIT_IO, "see `tracewire doctor`, or name another directory with --dir"),
    (
        "store_foreign",
        EXIT_IO,
        "see `tracewire doctor`; the store can be moved away and is made anew from what the journals still hold",
    ),
    ("store_io", EXIT_IO, "see `tracewire doctor`, or name another directory with --dir"),
    ("store_locked", EXIT_IO, "another process is writing; try again"),
    ("store_newer_version", EXIT_IO, "install the newer tracewire that made it"),
    ("store_read_only", EXIT_IO, "see `tracewire doctor`, or name another directory with --dir"),
    ("store_unavailable", EXIT_IO, "see that the database runs and can be reached, then try again"),
    ("system", EXIT_IO, "see `tracewire doctor`, or name another directory with --dir"),
    ("temporary_file", EXIT_IO, "make room there, or name another folder in TMPDIR"),
    ("too_few_tokens", EXIT_USAGE, "ask for at least as many as the message says with --max-tokens"),
    ("would_overwrite", EXIT_USAGE, "name another file: a key that is overwritten signs nothing any more"),
    ("would_replace", EXIT_USAGE, "give --force to replace them, or name another directory with --dir"),
];

/// How a command ends with a code, and what to do.
pub(super) fn outcome(code: &str) -> Option<(u8, &'static str)> {
    OUTCOMES.iter().find(|(known, _, _)| *known == code).map(|(_, exit, mend)| (*exit, *mend))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_an_outcome() {
        assert!(CODES.is_sorted() && OUTCOMES.is_sorted_by_key(|(code, _, _)| code));
        for (code, _) in CODES {
            assert!(outcome(code).is_some(), "{code}");
        }
        let source = include_str!("mod.rs");
        let told = source.split(" => \"").skip(1).filter_map(|rest| rest.split('"').next());
        let told: Vec<&str> = told.collect();
        assert!(told.len() >= CODES.len());
        for code in told {
            assert!(CODES.iter().any(|(known, _)| *known == code), "{code}");
        }
    }
}
