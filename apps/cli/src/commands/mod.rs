//! One module for each command. A command gets the arguments and the screen, and returns the exit code.

mod brief;
pub mod completions;
pub mod config;
pub mod conformance;
pub mod convert;
pub mod cost;
pub mod db;
pub mod diff;
pub mod doctor;
pub mod export;
pub mod import;
pub mod keygen;
pub mod list;
pub mod query;
pub mod redact;
pub mod run;
pub mod seal;
pub mod serve;
pub mod sessions;
pub mod sign;
pub mod stats;
pub mod tail;
pub mod tokens;
pub mod trace;
pub mod validate;
pub mod verify;
pub mod watch;
