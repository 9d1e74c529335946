//! A decorated function: what is the same for each of its calls.

use crate::policy::Policy;
use crate::walk::{self, Host, walk};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use tracewire_recorder::record::BodyWriter;

/// What the step of a call is called, what kind it is, and what its arguments are called.
#[pyclass(frozen, module = "tracewire._native")]
pub(crate) struct Call {
    pub(crate) name: Py<PyAny>,
    pub(crate) kind: Py<PyAny>,
    pub(crate) attributes: Py<PyAny>,
    parameters: Py<PyTuple>,
    rest: Py<PyString>,
    pub(crate) capture_input: bool,
    #[pyo3(get)]
    capture_output: bool,
}

#[pymethods]
impl Call {
    #[new]
    fn new(
        name: Py<PyAny>,
        kind: Py<PyAny>,
        attributes: Py<PyAny>,
        parameters: Py<PyTuple>,
        rest: Py<PyString>,
        capture_input: bool,
        capture_output: bool,
    ) -> Self {
        Call { name, kind, attributes, parameters, rest, capture_input, capture_output }
    }
}

impl Call {
    /// Writes the arguments as `input`, a map from parameter to value, without a method's `self` or `cls`.
    pub(crate) fn arguments<'py>(
        &self,
        body: &mut BodyWriter<'_, '_>,
        positional: &Bound<'py, PyTuple>,
        named: &Bound<'py, PyDict>,
        policy: &Policy,
        host: &Host<'py>,
    ) {
        let py = positional.py();
        let parameters = self.parameters.bind(py);
        let first = usize::from(parameters.get_item(0).is_ok_and(|name| is_receiver(&name)));
        if positional.len() <= first && named.len() == 0 {
            return;
        }
        if policy.mask.is_some() {
            if let Some(arguments) = host.ok(self.as_dict(first, positional, named)) {
                crate::body::content(body, "input", &arguments, policy, host);
            }
            return;
        }
        body.map("input", |out| {
            for (parameter, argument) in parameters.iter().zip(positional.iter()).skip(first) {
                walk::key(out, &parameter, host);
                walk(out, &argument, host);
            }
            if positional.len() > parameters.len() {
                walk::key(out, self.rest.bind(py), host);
                walk(out, &positional.get_slice(parameters.len(), positional.len()), host);
            }
            walk::entries(out, named, host);
        });
    }
}

impl Call {
    /// The same as one dict, for a mask to see.
    fn as_dict<'py>(
        &self,
        first: usize,
        positional: &Bound<'py, PyTuple>,
        named: &Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = positional.py();
        let (parameters, arguments) = (self.parameters.bind(py), PyDict::new(py));
        for (parameter, argument) in parameters.iter().zip(positional.iter()).skip(first) {
            arguments.set_item(parameter, argument)?;
        }
        if positional.len() > parameters.len() {
            arguments.set_item(self.rest.bind(py), positional.get_slice(parameters.len(), positional.len()))?;
        }
        arguments.update(named.as_mapping())?;
        Ok(arguments.into_any())
    }
}

fn is_receiver(name: &Bound<'_, PyAny>) -> bool {
    name.cast::<PyString>().is_ok_and(|name| name == "self" || name == "cls")
}
