//! Which of the server's own producers are open, in a small file of the project's folder. A server that is killed closes nothing;
//! the next one closes what the file names.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tracewire_recorder::journal::Header;
use tracewire_recorder::seal::{Checkpoint, PLAIN_SEAL_VERSION, Sealed, Sealer};
use tracewire_store::{ProducerRow, Store, StoreError};
use tracewire_wire::envelope::SPEC_VERSION;
use tracewire_wire::value::Value;

/// The file's name.
const FILE: &str = "serve-open.json";
/// Why they are closed, as for a process whose journal somebody else ended.
const RECOVERED: &str = "recovered";

/// Producers that were begun here and not closed.
pub(in crate::project) struct Unclosed {
    path: PathBuf,
    names: BTreeSet<String>,
    /// What the file says.
    written: BTreeSet<String>,
}

impl Unclosed {
    /// What the file of a folder says; nothing where there is none.
    pub(in crate::project) fn at(folder: &Path) -> Self {
        let path = folder.join(FILE);
        let names: BTreeSet<String> = match fs::read(&path).map(|bytes| serde_json::from_slice(&bytes)) {
            Ok(Ok(names)) => names,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeSet::new(),
            Ok(Err(_)) | Err(_) => {
                tracing::warn!(path = %path.display(), "nobody knows which producers an earlier server left open");
                BTreeSet::new()
            }
        };
        Unclosed { path, written: names.clone(), names }
    }

    /// The closes of all that are open, as the last envelopes of their chains.
    pub(in crate::project) fn closes(&mut self, store: &dyn Store) -> Result<Vec<Sealed>, StoreError> {
        if self.names.is_empty() {
            return Ok(Vec::new());
        }
        let rows = store.producers()?.into_iter();
        let open: Vec<ProducerRow> =
            rows.filter(|row| self.names.contains(&row.name) && row.close.is_none() && row.head.is_some()).collect();
        // The others never came to be, or were closed after all.
        self.names = open.iter().map(|row| row.name.clone()).collect();
        Ok(open.into_iter().filter_map(close).collect())
    }

    /// These will be stored: their producers are open from now on.
    pub(in crate::project) fn begin(&mut self, sealed: &[Sealed]) {
        self.names.extend(sealed.iter().filter(|one| !one.closed).filter_map(producer).map(str::to_owned));
        if !self.names.is_subset(&self.written) {
            self.write();
        }
    }

    /// These are stored.
    pub(in crate::project) fn end(&mut self, sealed: &[Sealed]) {
        for name in sealed.iter().filter(|one| one.closed).filter_map(producer) {
            self.names.remove(name);
        }
    }

    /// Brings the file up to date. Where that fails a server that is killed leaves producers open, and nothing else is lost.
    pub(in crate::project) fn write(&mut self) {
        if self.names == self.written {
            return;
        }
        match replace(&self.path, &self.names) {
            Ok(()) => self.written = self.names.clone(),
            Err(error) => tracing::warn!(path = %self.path.display(), %error, "open producers were not noted"),
        }
    }
}

fn producer(sealed: &Sealed) -> Option<&str> {
    sealed.header.get("producer").and_then(Value::as_text)
}

fn close(row: ProducerRow) -> Option<Sealed> {
    let header = Header {
        spec: SPEC_VERSION.to_owned(),
        seal: PLAIN_SEAL_VERSION,
        producer: row.name,
        created: row.facts.created.unwrap_or_else(crate::clock::now),
        resource: row.facts.resource,
        ..Header::default()
    };
    let checkpoint = Checkpoint { next_seq: row.last_seq + 1, prev: row.head, ..Checkpoint::default() };
    Sealer::resume(&header, checkpoint).close(RECOVERED)
}

/// The old file or the new one, whatever happens.
fn replace(path: &Path, names: &BTreeSet<String>) -> io::Result<()> {
    if names.is_empty() {
        return match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    let beside = path.with_extension("json.new");
    let mut file = File::create(&beside)?;
    file.write_all(&serde_json::to_vec(names)?)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
