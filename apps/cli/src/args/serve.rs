//! Where is served, for whom.

use std::net::{IpAddr, Ipv4Addr};

use clap::{Args, Subcommand, ValueEnum};
use tracewire_server::{DEFAULT_PORT, Scope};

use super::{Age, bytes};

const EXAMPLES: &str = "\
Examples:
  tracewire serve                                  the recordings of this project, on this machine
  tracewire serve --open                           the same, and a browser that shows them
  tracewire serve keys create --scope write        a key for an SDK on another machine
  tracewire serve --host 0.0.0.0 --allow-host traces.example.com
  tracewire serve --database postgres://tracewire@db.example.com/traces
  tracewire serve --retain-age 30d --retain-size 10GB

SDKs send to http://HOST:PORT/v1/envelopes. OpenTelemetry sends by OTLP: over HTTP to the same port,
over gRPC to 4317.
What SDKs record on this machine is seen without any of that. Beyond this machine everybody has to
show a key. A server ends with Ctrl-C, when everything that was acknowledged is stored.
Traces are kept for ever where nothing else is said; else those that are too old or too much go, at the
start and every hour. Their envelopes keep digests, so what is left still verifies.";

/// Where is served, for whom.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Serve {
    /// Make, list or revoke keys
    #[command(subcommand)]
    pub command: Option<ServeCommand>,
    /// The address to listen on; beyond this machine keys are required
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = host)]
    pub host: IpAddr,
    /// The port; 0 for any that is free
    #[arg(long, short, value_name = "PORT", default_value_t = DEFAULT_PORT)]
    pub port: u16,
    /// The port of OTLP over gRPC; 0 for none [default: 4317 where it is free; any with `--port 0`]
    #[arg(long, value_name = "PORT")]
    pub grpc_port: Option<u16>,
    /// Forward spans by OTLP as they end, to this address (http, https, grpc or grpcs; repeatable)
    #[arg(long, value_name = "URL")]
    pub forward_otlp: Vec<String>,
    /// Forward envelopes to this tracewire server (repeatable)
    #[arg(long, value_name = "URL")]
    pub forward: Vec<String>,
    /// A header for what is forwarded, such as a key (repeatable)
    #[arg(long = "forward-header", value_name = "NAME=VALUE")]
    pub forward_headers: Vec<String>,
    /// A PostgreSQL database instead of the project's file [default: the setting `database`]
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Remove traces whose last event is older than this: 12h, 30d, 8w [default: the setting `retain_age`]
    #[arg(long, value_name = "AGE")]
    pub retain_age: Option<Age>,
    /// Remove the oldest traces while the store is larger than this: 500MB, 10GB [default: the setting `retain_size`]
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub retain_size: Option<u64>,
    /// A further name by which it may be asked, such as that of a proxy in front (repeatable)
    #[arg(long = "allow-host", value_name = "NAME")]
    pub allow_hosts: Vec<String>,
    /// A further origin whose pages may ask, such as https://app.example.com (repeatable)
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    pub allow_origins: Vec<String>,
    /// Require keys on this machine too
    #[arg(long)]
    pub require_keys: bool,
    /// What is logged: off, error, warn, info (each request), debug; or a filter of `tracing`
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    pub log: String,
    /// Log as JSON, a line each
    #[arg(long)]
    pub log_json: bool,
    /// Open it in the browser
    #[arg(long)]
    pub open: bool,
}

/// Where counts are served.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  tracewire prometheus                       http://127.0.0.1:9464/metrics, for a scraper on this machine
  tracewire prometheus --port 9100

Counted is what comes while it runs, of every process that records here. `tracewire serve` answers the same
on its own port, and one of both serves a directory at a time.")]
pub struct Prometheus {
    /// The address to listen on; beyond this machine keys are required
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = host)]
    pub host: IpAddr,
    /// The port; 0 for any that is free
    #[arg(long, short, value_name = "PORT", default_value_t = 9464)]
    pub port: u16,
    /// A further name by which it may be asked (repeatable)
    #[arg(long = "allow-host", value_name = "NAME")]
    pub allow_hosts: Vec<String>,
}

/// What to do with keys.
#[derive(Clone, Debug, Subcommand)]
pub enum ServeCommand {
    /// Keys by which others may ask and send
    #[command(subcommand)]
    Keys(Keys),
}

/// What to do with keys.
#[derive(Clone, Debug, Subcommand)]
pub enum Keys {
    /// Make a key; it is shown once
    Create(CreateKey),
    /// List keys; none of them is shown
    List(OfProject),
    /// Take a key away; a server that runs knows at once
    Revoke(RevokeKey),
}

/// Which key is made.
#[derive(Args, Clone, Debug)]
pub struct CreateKey {
    /// What it allows: read; write, which is to send too; admin, which is to delete too
    #[arg(long, value_enum, default_value_t = KeyScope::Write, value_name = "SCOPE")]
    pub scope: KeyScope,
    /// What it is for
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub name: String,
    /// The project
    #[command(flatten)]
    pub of: OfProject,
}

/// Which key goes.
#[derive(Args, Clone, Debug)]
pub struct RevokeKey {
    /// Its id, as `tracewire serve keys list` has it
    pub id: String,
    /// The project
    #[command(flatten)]
    pub of: OfProject,
}

/// Whose keys.
#[derive(Args, Clone, Debug)]
pub struct OfProject {
    /// The project: each has a store of its own
    #[arg(long, default_value = "default", value_name = "NAME")]
    pub project: String,
}

/// What a key allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyScope {
    /// To ask
    Read,
    /// To send too
    Write,
    /// To delete too
    Admin,
}

impl From<KeyScope> for Scope {
    fn from(scope: KeyScope) -> Self {
        match scope {
            KeyScope::Read => Scope::Read,
            KeyScope::Write => Scope::Write,
            KeyScope::Admin => Scope::Admin,
        }
    }
}

/// An address, or the name that every machine has for itself.
fn host(text: &str) -> Result<IpAddr, String> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().map_err(|_| "an address is expected, such as 127.0.0.1, ::1 or 0.0.0.0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        assert_eq!(host("localhost"), Ok(IpAddr::from([127, 0, 0, 1])));
        assert_eq!(host("[::1]").map(|host| host.is_loopback()), Ok(true));
        assert!(host("example.com").is_err() && host("").is_err());
    }
}
