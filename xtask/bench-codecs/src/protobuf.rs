//! Protobuf: both directions, beside bare prost, which leaves what the bytes mean to its user.

use crate::measure::{Subject, Work};
use crate::samples;
use crate::{Sample, events};
use prost::Message as _;
use tracewire_wire::proto;
use tracewire_wire::recording::{Form, Recording};

/// What prost makes of the `.proto` files.
mod generated {
    #![allow(missing_docs, clippy::all, clippy::pedantic, reason = "made by prost")]
    include!(concat!(env!("OUT_DIR"), "/tracewire.v1.rs"));
}

/// Measures events with typed bodies, and the other samples as values.
pub fn run(values: &[Sample], is_quick: bool, rounds: usize) -> Result<(), String> {
    let count = samples::EVENTS / if is_quick { 10 } else { 1 };
    let events = events::events(count).into_iter().map(|event| event.to_value()).collect();
    let mut recordings = vec![("events", Recording::from_value(tracewire_wire::value::Value::List(events)))];
    recordings.extend(values.iter().map(|sample| (sample.name, Recording::from_value(sample.value.clone()))));
    for (name, recording) in recordings {
        let json = tracewire_wire::json::write(&recording.clone().to_value());
        let bytes = proto::encode(&recording);
        if proto::decode(&bytes).map_err(|error| error.to_string())? != recording {
            return Err(format!("{name}: what is read is not what was written"));
        }
        let theirs = generated::Recording::decode(bytes.as_slice()).map_err(|error| error.to_string())?;
        if theirs.items.len() != recording.items.len() || recording.form != Form::List {
            return Err(format!("{name}: prost reads something else"));
        }
        let encode =
            vec![Subject::ours(|| proto::encode(&recording)), Subject::new("prost", || theirs.encode_to_vec())];
        let decode = vec![
            Subject::ours(|| proto::decode(&bytes)),
            Subject::new("prost", || generated::Recording::decode(bytes.as_slice())),
        ];
        let metric = |way| format!("{name}.{way}");
        Work { bench: "protobuf", metric: metric("encode"), bytes: json.len(), subjects: encode }.run(rounds);
        Work { bench: "protobuf", metric: metric("decode"), bytes: bytes.len(), subjects: decode }.run(rounds);
    }
    Ok(())
}
