//! TOON: both directions, beside the other implementations in Rust.

use crate::Sample;
use crate::measure::{Subject, Work};
use tracewire_wire::toon::{self, DecodeOptions, EncodeOptions};
use tracewire_wire::value::Value;

/// A value as TOON, as we write it.
pub fn encode(value: &Value) -> String {
    toon::encode(value, &EncodeOptions::default())
}

#[cfg_attr(not(feature = "toon"), expect(unused_mut, reason = "the others join where they are built in"))]
/// Measures ours and, where they are built in, the others.
pub fn run(samples: &[Sample], rounds: usize) -> Result<(), String> {
    for Sample { name, value, json } in samples {
        let text = encode(value);
        #[cfg(feature = "toon")]
        let theirs: serde_json::Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        if toon::decode(text.as_bytes(), &DecodeOptions::default()).map_err(|error| error.to_string())? != *value {
            return Err(format!("{name}: what is read is not what was written"));
        }
        let mut encoders = vec![Subject::ours(|| encode(value))];
        let mut decoders = vec![Subject::ours(|| toon::decode(text.as_bytes(), &DecodeOptions::default()))];
        #[cfg(feature = "toon")]
        others::add(&theirs, &text, &mut encoders, &mut decoders)?;
        let metric = |way| format!("{name}.{way}");
        Work { bench: "toon", metric: metric("encode"), bytes: json.len(), subjects: encoders }.run(rounds);
        Work { bench: "toon", metric: metric("decode"), bytes: text.len(), subjects: decoders }.run(rounds);
    }
    Ok(())
}

#[cfg(feature = "toon")]
mod others {
    use crate::measure::Subject;
    use serde_json::Value;

    /// Adds the others, once they have shown that they make the same of the sample.
    pub fn add<'a>(
        value: &'a Value,
        text: &'a str,
        encoders: &mut Vec<Subject<'a>>,
        decoders: &mut Vec<Subject<'a>>,
    ) -> Result<(), String> {
        for (name, encoded, decoded) in [
            ("serde_toon", serde_toon::to_string(value).ok(), serde_toon::from_str(text).ok()),
            ("toon-format", toon_format::encode_default(value).ok(), toon_format::decode_default(text).ok()),
        ] {
            if encoded.as_deref() != Some(text) {
                return Err(format!("{name} writes something else"));
            }
            if decoded.as_ref() != Some(value) {
                return Err(format!("{name} reads something else"));
            }
        }
        encoders.push(Subject::new("serde_toon", || serde_toon::to_string(value)));
        encoders.push(Subject::new("toon-format", || toon_format::encode_default(value)));
        decoders.push(Subject::new("serde_toon", || serde_toon::from_str::<Value>(text)));
        decoders.push(Subject::new("toon-format", || toon_format::decode_default::<Value>(text)));
        Ok(())
    }
}
