//! What the host's own mask makes of its values. Which members are recorded at all is the recorder's to know: its writers say so.

use crate::walk::Host;
use pyo3::prelude::*;
use std::sync::Arc;

/// The same for all steps of a recorder.
#[derive(Default)]
pub(crate) struct Policy {
    pub(crate) mask: Option<Py<PyAny>>,
}

pub(crate) type SharedPolicy = Arc<Policy>;

impl Policy {
    /// What a member's value becomes: itself, or what the mask makes of it. `None`, counted, where the mask fails: then
    /// nobody knows what in it is secret (TW-POL-004).
    pub(crate) fn masked<'py>(
        &self,
        field: &str,
        value: &Bound<'py, PyAny>,
        host: &Host<'py>,
    ) -> Option<Bound<'py, PyAny>> {
        let Some(mask) = &self.mask else { return Some(value.clone()) };
        match mask.bind(value.py()).call1((field, value)) {
            Ok(masked) => Some(masked),
            Err(error) => {
                host.problem("mask_failed", &format!("mask: {error}; {field} is left out"), error);
                None
            }
        }
    }
}
