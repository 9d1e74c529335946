//! How a recorder is opened, and what it reports.

use crate::capture::Capture;
use crate::clock::{Sources, System};
use crate::journal::{Append, WhenFull};
use crate::limits::Limits;
use crate::modes::Mode;
use crate::redaction::Redaction;
use crate::sampling::Sampling;
use crate::ship::sink::SinkOptions;
use crate::ship::{Costs, Tail};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tracewire_wire::value::{Map, Value};

/// How a [`crate::Recorder`] is opened.
pub struct Options {
    /// Where journals live; without one the rule of TW-JNL-001 applies.
    pub directory: Option<PathBuf>,
    /// Attributes of the emitter, such as `service.name`.
    pub resource: Map,
    /// Who drains the journal.
    pub mode: Mode,
    /// Where envelopes go in inline and background mode.
    pub sinks: Vec<SinkOptions>,
    /// Names of sinks that the host itself delivers to, with [`crate::ship::Shipper`]: journals wait for them.
    pub host_sinks: Vec<String>,
    /// Whether journals wait for the local store too. Where nobody reads one, such as on a telephone, they go when every other
    /// sink has them; without any sink they stay until the quota is reached.
    pub store: bool,
    /// Which members of bodies are recorded; all, unless something else is said. It is kept by the writers that a recorder hands out,
    /// and not by members that a host has written itself.
    pub capture: Capture,
    /// The share of traces that is recorded, 0 to 1, by the kind of their root: all of them, unless something else is said.
    pub sampling: Sampling,
    /// Of which traces sinks get the content; of all, unless something else is said. The local store gets everything.
    pub tail: Option<Tail>,
    /// Who knows what steps cost that do not say so themselves, for [`Tail::costs_over`].
    pub tail_costs: Option<Arc<dyn Costs>>,
    /// Bounds of records and envelopes.
    pub limits: Limits,
    /// What is removed, and when.
    pub redact: Redaction,
    /// Whether images, sound and films are taken out of values when a journal is sealed, and carried once.
    pub media: bool,
    /// Most bytes that all journals of the directory may take.
    pub quota_bytes: u64,
    /// What happens to a record for which that leaves no room. A recorder in memory never blocks its caller.
    pub when_full: WhenFull,
    /// Size at which a journal file is closed and the next begun.
    pub file_bytes: u64,
    /// Whether each record is forced to the disk (power loss), not only to the kernel (death of the process).
    pub fsync: bool,
    /// How frames reach the file.
    pub append: Append,
    /// Budgets and loops; none by default.
    #[cfg(feature = "guards")]
    pub guards: crate::guards::Options,
    /// Clock and ids: the system, or [`crate::testing::Scripted`].
    pub sources: Arc<dyn Sources>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            directory: None,
            resource: Map::default(),
            mode: Mode::Local,
            sinks: Vec::new(),
            host_sinks: Vec::new(),
            store: true,
            capture: Capture::default(),
            sampling: Sampling::default(),
            tail: None,
            tail_costs: None,
            limits: Limits::default(),
            redact: Redaction::default(),
            media: false,
            quota_bytes: 1 << 30,
            when_full: WhenFull::default(),
            file_bytes: 32 << 20,
            fsync: false,
            append: Append::Auto,
            #[cfg(feature = "guards")]
            guards: crate::guards::Options::default(),
            sources: Arc::new(System),
        }
    }
}

impl Options {
    /// The defaults, for an emitter of this name.
    pub fn for_service(name: &str) -> Self {
        let resource = Map::from_iter([("service.name".to_owned(), Value::Text(name.to_owned()))]);
        Options { resource, ..Options::default() }
    }
}

/// What happened to everything recorded so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlushReport {
    /// Records in the journal.
    pub written: u64,
    /// Of these, events that this process has sealed into envelopes (inline and background mode).
    pub sealed: u64,
    /// Of these, events that every sink has acknowledged.
    pub sent: u64,
    /// Records written and not yet acknowledged by every sink; 0 where there is no sink.
    pub pending: u64,
    /// Records dropped, by reason.
    pub dropped: BTreeMap<String, u64>,
    /// Steps and events of traces that sampling left out.
    pub unsampled: u64,
    /// Traces whose content a sink does not get, by the rules of tail sampling.
    pub withheld: u64,
}

/// The recorder's own state, for `stats()` of an SDK.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// The current producer, if a journal is open.
    pub producer: Option<String>,
    /// The directory in use.
    pub directory: PathBuf,
    /// Records written.
    pub written: u64,
    /// Records dropped, by reason.
    pub dropped: BTreeMap<String, u64>,
    /// Bytes of all journals of the directory, or of those in memory, reserved space included.
    pub bytes: u64,
    /// Most bytes that they may take.
    pub quota_bytes: u64,
    /// Steps and events of traces that sampling left out.
    pub unsampled: u64,
    /// Traces whose content a sink does not get, by the rules of tail sampling.
    pub withheld: u64,
    /// Who delivers.
    pub mode: Mode,
}

/// The time that a setting names: a number of seconds, or a text with a unit, such as `100ms`, `2s`, `10m`, `1h`, `1d`.
pub fn duration(value: &Value) -> Option<Duration> {
    let (number, unit) = match value {
        Value::Text(text) => {
            let text = text.trim();
            let end = text.find(|sign: char| !sign.is_ascii_digit() && sign != '.')?;
            let (number, unit) = text.split_at(end);
            let seconds = match unit.trim() {
                "ms" => 1e-3,
                "s" => 1.0,
                "m" | "min" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                _ => return None,
            };
            (number.parse().ok()?, seconds)
        }
        value => (value.as_f64()?, 1.0),
    };
    Duration::try_from_secs_f64(number * unit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_or_have_a_unit() {
        let of = |value: Value| duration(&value).map(|time| time.as_millis());
        for (text, expected) in
            [("100ms", Some(100)), ("1.5 s", Some(1500)), ("2m", Some(120_000)), ("1h", Some(3_600_000))]
        {
            assert_eq!(of(Value::from(text)), expected, "{text}");
        }
        for text in ["", "5", "s", "5 weeks", "-1s", "1e999s"] {
            assert_eq!(of(Value::from(text)), None, "{text}");
        }
        assert_eq!([of(Value::Int(2)), of(Value::Double(0.25)), of(Value::Int(-1))], [Some(2000), Some(250), None]);
        assert_eq!(of(Value::Bool(true)), None);
    }
}
