//! Canonical JSON: the writer and the strict reader.

use crate::Sample;
use crate::measure::{Subject, Work};
use tracewire_wire::json::{self, ReadOptions};

/// Measures ours beside serde_json (whose output is canonical only by chance) and serde_json_canonicalizer.
pub fn run(samples: &[Sample], rounds: usize) -> Result<(), String> {
    for Sample { name, value, json: text } in samples {
        let theirs: serde_json::Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let canonical = serde_json_canonicalizer::to_vec(&theirs).map_err(|error| error.to_string())?;
        if canonical != *text {
            return Err(format!("{name}: serde_json_canonicalizer writes something else"));
        }
        let options = ReadOptions::default();
        if json::read(text, &options).map_err(|error| error.to_string())? != *value {
            return Err(format!("{name}: what is read is not what was written"));
        }
        let write = Work {
            bench: "json",
            metric: format!("{name}.write"),
            bytes: text.len(),
            subjects: vec![
                Subject::ours(|| json::write(value)),
                Subject::new("serde_json", || serde_json::to_vec(&theirs)),
                Subject::new("serde_json_canonicalizer", || serde_json_canonicalizer::to_vec(&theirs)),
            ],
        };
        write.run(rounds);
        let read = Work {
            bench: "json",
            metric: format!("{name}.read"),
            bytes: text.len(),
            subjects: vec![
                Subject::ours(|| json::read(text, &options)),
                Subject::new("serde_json", || serde_json::from_slice::<serde_json::Value>(text)),
            ],
        };
        read.run(rounds);
    }
    Ok(())
}
