//! The tracewire recorder for Python: the module `tracewire._native`. Conversion only; the public API is the package.
//!
//! ```text
//! tracewire.Span ─▶ recorder.rs, span.rs ─▶ body.rs ─▶ walk/ ─▶ core's Walker ─▶ journal
//!   idiom, context    one call each           members     values   bounded copy     one append
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | `guard` | where a panic stops |
//! | `guards` | calls that are checked before they begin |
//! | `walk` | Python values become the recorder's values, whatever they do |
//! | `body` | members of an event's body |
//! | `recorder`, `span`, `context`, `call` | the classes |
//! | `options`, `config` | configuration: from the host's code; from files and the environment |
//! | `formats`, `format` | values written and read in every format |
//! | `manual` | steps and points with every member as it is given |
//! | `envelope` | envelopes verified, and parts taken out of them |
//! | `rows` | events as rows of a table |
//! | `validate` | what is wrong with a recording |
//! | `value` | Python values and the wire's values, whole |
//! | `data` | text and bytes of the host, lent |
//! | `failure` | why something was refused, as `tracewire.FormatError` |
//! | `policy` | the host's mask |
//! | `ship` | batches for exporters of the host |
//! | `store` | the local store, swept and searched |
//! | `process` | forks |
//! | `testing` | injected clock and ids, a reader, a panic |
//!
//! The interpreter's lock is held while a record is made and appended: releasing it would cost a busy program 5 ms at the
//! 99th percentile. It is released for `flush` and `close`.

#![deny(unsafe_code)]

mod body;
mod call;
mod config;
mod context;
mod data;
mod envelope;
mod failure;
mod format;
mod formats;
mod guard;
mod guards;
mod manual;
mod options;
mod policy;
mod process;
mod recorder;
mod rows;
mod ship;
mod span;
mod store;
mod testing;
mod validate;
mod value;
mod walk;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use tracewire_recorder::RecorderError;

/// Raised when the package's Python and native halves do not speak the same contract; the number changes with it.
const CONTRACT_VERSION: u32 = 1;

/// The version of the contract between this module and the package around it.
#[pyfunction]
fn contract_version() -> u32 {
    CONTRACT_VERSION
}

/// How many panics were stopped, and the message of the last one, given once.
#[pyfunction]
fn internal_errors() -> (u64, Option<String>) {
    guard::internal_errors()
}

fn error(error: RecorderError) -> PyErr {
    PyValueError::new_err((error.to_string(), error.code()))
}

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    guard::keep_panic_messages();
    module.add_class::<recorder::Recorder>()?;
    module.add_class::<call::Call>()?;
    module.add_class::<span::Span>()?;
    module.add_class::<context::SpanContext>()?;
    module.add_class::<ship::Shipper>()?;
    module.add_class::<ship::Batch>()?;
    module.add_class::<store::Store>()?;
    module.add_class::<validate::Validator>()?;
    module.add_function(wrap_pyfunction!(formats::encode, module)?)?;
    module.add_function(wrap_pyfunction!(formats::decode, module)?)?;
    module.add_function(wrap_pyfunction!(formats::convert, module)?)?;
    module.add_function(wrap_pyfunction!(formats::count_tokens, module)?)?;
    module.add_function(wrap_pyfunction!(formats::event_rows, module)?)?;
    module.add_function(wrap_pyfunction!(config::load_config, module)?)?;
    module.add_function(wrap_pyfunction!(contract_version, module)?)?;
    module.add_function(wrap_pyfunction!(internal_errors, module)?)?;
    module.add_function(wrap_pyfunction!(process::forked, module)?)?;
    module.add_function(wrap_pyfunction!(guards::check_guards, module)?)?;
    module.add_function(wrap_pyfunction!(testing::testing_guard, module)?)?;
    module.add_function(wrap_pyfunction!(testing::testing_panic, module)?)?;
    module.add_function(wrap_pyfunction!(testing::testing_recorder, module)?)?;
    module.add_function(wrap_pyfunction!(testing::testing_read, module)?)?;
    module.add_function(wrap_pyfunction!(testing::testing_seal_directory, module)?)?;
    module.add_function(wrap_pyfunction!(testing::testing_seal, module)?)?;
    module.add_function(wrap_pyfunction!(testing::testing_recover, module)?)?;
    module.add_function(wrap_pyfunction!(envelope::verify_envelopes, module)?)?;
    module.add_function(wrap_pyfunction!(envelope::remove_from_envelope, module)?)?;
    module.add_function(wrap_pyfunction!(manual::manual_start, module)?)?;
    module.add_function(wrap_pyfunction!(manual::manual_update, module)?)?;
    module.add_function(wrap_pyfunction!(manual::manual_event, module)?)?;
    module.add_function(wrap_pyfunction!(manual::manual_end, module)?)?;
    module.add_function(wrap_pyfunction!(manual::manual_point, module)?)?;
    Ok(())
}
