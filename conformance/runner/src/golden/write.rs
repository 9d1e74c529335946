//! Writing down what a release emits: from the cases, by implementations that agree.

use super::RECORDINGS;
use crate::ConformanceError;
use crate::bless::{Voter, agree};
use crate::case::{Case, Expected, bytes, conversion, list};
use crate::judge::Failure;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use tracewire_wire::id::Hash;

/// Writes the folder of a version; all that is not in the cases already is what the implementations agree on.
///
/// # Errors
/// Where the folder is there, implementations differ, or a file cannot be written.
pub fn write(folder: &Path, cases: &[Case], voters: &mut [Voter]) -> Result<usize, ConformanceError> {
    let wrong = |reason: String| ConformanceError::Content { path: folder.to_owned(), reason };
    if folder.exists() {
        return Err(wrong("is there already, and what a release emitted never changes".to_owned()));
    }
    let refused = |what: &str, failure: Failure| wrong(format!("{what}: {}\n{}", failure.summary, failure.details));
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let (mut recorded, mut verified) = (Vec::new(), String::new());
    for case in cases {
        let Some(ask) = case.asks.first() else { continue };
        let Expected::Envelopes { envelopes, .. } = &ask.expected else { continue };
        if ask.operation() == "record" {
            let given: Vec<String> = envelopes.iter().map(|envelope| bytes::base64(envelope)).collect();
            let request = json!({ "operation": "verify", "envelopes": given });
            let said = agree(&case.name, &request, voters).map_err(|failure| refused(&case.name, failure))?;
            let Expected::Report { sound, complete, findings, .. } = said else {
                return Err(wrong(format!("{}: its envelopes cannot be verified", case.name)));
            };
            let (sound, complete) =
                (if sound { "sound" } else { "broken" }, if complete { "complete" } else { "partial" });
            let _ = write!(verified, "recording {} {} {sound} {complete}", case.name, envelopes.len());
            for code in findings {
                let _ = write!(verified, " {code}");
            }
            verified.push('\n');
            recorded.extend(envelopes.iter().cloned());
        } else if let Some(journal) = ask.request.get("journal").and_then(Value::as_str) {
            let name = case.name.replace('/', "-");
            let journal = bytes::of_base64(journal).map_err(wrong)?;
            let lines = envelopes.iter().flat_map(|envelope| [envelope.as_slice(), b"\n"].concat()).collect();
            files.insert(format!("journals/{name}.twj"), journal);
            files.insert(format!("journals/{name}.jsonl"), lines);
        }
    }
    let whole = list(&recorded);
    for (file, encoding) in RECORDINGS {
        let said =
            agree(file, &conversion("json", encoding, &whole), voters).map_err(|failure| refused(file, failure))?;
        let Expected::Bytes { bytes, .. } = said else {
            return Err(wrong(format!("{file}: all recordings together cannot be written as {encoding}")));
        };
        files.insert(file.to_owned(), bytes);
    }
    let mut digests =
        String::from("# What each file hashes to, and what verification says of each recording. Written once.\n");
    for (name, bytes) in &files {
        let _ = writeln!(digests, "file {name} {}", Hash::of(bytes));
    }
    files.insert("digests.txt".to_owned(), (digests + &verified).into_bytes());
    for (name, bytes) in &files {
        let path = folder.join(name);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, bytes));
        written.map_err(|source| ConformanceError::File { path, source })?;
    }
    Ok(files.len())
}
