//! Envelopes by their bytes: what they prove, and what is taken out of them.

use crate::data::Data;
use crate::failure::Failure;
use crate::formats::long;
use crate::guard::guard_or_raise;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tracewire_wire::envelope::Envelope;
use tracewire_wire::erase::{Removal, Selection};
use tracewire_wire::json;
use tracewire_wire::sign::{self, Keys, PublicKey};
use tracewire_wire::verify::verify;

/// What envelopes prove, and signed heads among them, to who trusts these keys: as JSON in the form of the command
/// `tracewire verify`.
///
/// # Errors
/// `FormatError` for the first that is neither envelope nor statement, and for what is no key.
#[pyfunction]
pub(crate) fn verify_envelopes(py: Python<'_>, envelopes: Vec<Data>, keys: Option<Vec<String>>) -> PyResult<String> {
    guard_or_raise(|| {
        let bytes = envelopes.iter().map(|envelope| envelope.bytes().len()).sum();
        let report = long(py, bytes, || {
            let given = envelopes.iter().map(Data::bytes);
            let Some(keys) = &keys else { return Ok(verify(given)?.to_value()) };
            let keys = keys.iter().map(|key| key.parse::<PublicKey>()).collect::<Result<Keys, _>>()?;
            Ok(sign::verify(given, &keys)?.to_value())
        })?;
        Ok(String::from_utf8_lossy(&json::write(&report)).into_owned())
    })
}

/// The envelope without these contents, bodies and events, erased or withheld; events are withheld.
///
/// # Errors
/// `FormatError` for what is no envelope or no hash.
#[pyfunction]
pub(crate) fn remove_from_envelope<'py>(
    py: Python<'py>,
    envelope: Data,
    contents: Vec<String>,
    bodies: Vec<u64>,
    events: Vec<u64>,
    erases: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    guard_or_raise(|| {
        let removal = if erases { Removal::Erase } else { Removal::Withhold };
        let done = long(py, envelope.bytes().len(), || {
            let contents = contents.iter().map(|hash| hash.parse()).collect::<Result<_, _>>()?;
            let mut read =
                Envelope::read(envelope.bytes()).map_err(|error| Failure::in_text(error, envelope.bytes()))?;
            Selection { contents, bodies, events }.remove(&mut read, removal);
            Ok(read.write())
        })?;
        Ok(PyBytes::new(py, &done))
    })
}
