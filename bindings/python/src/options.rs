//! Options of a recorder from a dict of Python values. Unknown keys are the package's business, not ours.

use crate::policy::Policy;
use crate::walk::{Host, walk};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::path::PathBuf;
use std::time::Duration;
use tracewire_recorder::cbor::{Decoder, Scratch, Walker};
use tracewire_recorder::ship::Tail;
use tracewire_recorder::ship::sink::SinkOptions;
use tracewire_recorder::{
    Capture, Limits, Mode, Options, RecorderError, RedactAt, Sampling, WhenFull, duration, guards,
};
use tracewire_store::prices;
use tracewire_wire::value::{Map, Value};

/// # Errors
/// `ValueError` that begins with the name of the option at fault.
pub(crate) fn options(given: &Bound<'_, PyDict>) -> PyResult<(Options, Policy)> {
    // Pictures are carried once, unless something else is said.
    let (mut options, mut policy) = (Options { media: true, ..Options::default() }, Policy::default());
    let (mut when_full, mut bound) = (WhenFull::default(), WhenFull::BLOCK_BOUND);
    for (key, value) in given.iter() {
        let key = key.cast::<PyString>()?.to_string_lossy().into_owned();
        let wrong = |error: PyErr| PyValueError::new_err(format!("{key}: {error}"));
        match key.as_str() {
            _ if value.is_none() => {}
            "dir" => options.directory = Some(value.extract::<PathBuf>().map_err(wrong)?),
            "mode" => options.mode = mode(&value).map_err(wrong)?,
            "resource" => options.resource = map(&value)?,
            "redact" => options.redact.rules = value.extract().map_err(wrong)?,
            "redact_at" => options.redact.at = redact_at(&value).map_err(wrong)?,
            "redact_key" => options.redact.key = Some(value.extract().map_err(wrong)?),
            "media" => options.media = value.extract().map_err(wrong)?,
            "quota_bytes" => options.quota_bytes = value.extract().map_err(wrong)?,
            "when_full" => when_full = self::when_full(&value).map_err(wrong)?,
            "block_bound" => bound = time(&value).map_err(wrong)?,
            "file_bytes" => options.file_bytes = value.extract().map_err(wrong)?,
            "capture" => options.capture = capture(&value)?,
            "mask" if value.is_callable() => policy.mask = Some(value.unbind()),
            "mask" => return Err(PyValueError::new_err("mask: not callable")),
            "sampling" => options.sampling = sampling(&value).map_err(wrong)?,
            "tail" => options.tail = Some(tail(&value)?),
            "sinks" => options.host_sinks = value.extract().map_err(wrong)?,
            "json_lines" => {
                let path = value.extract::<PathBuf>().map_err(wrong)?;
                options.sinks = vec![SinkOptions::JsonLines { path }];
            }
            "store" => options.store = value.extract().map_err(wrong)?,
            "fsync" => options.fsync = value.extract().map_err(wrong)?,
            "guards" => options.guards = guards(map_of("guards", &value)?)?,
            "limits" => limits(&mut options.limits, value.cast::<PyDict>()?).map_err(wrong)?,
            _ => {}
        }
    }
    options.when_full = if let WhenFull::Block(_) = when_full { WhenFull::Block(bound) } else { when_full };
    prices::provide(&mut options);
    Ok((options, policy))
}

fn mode(value: &Bound<'_, PyAny>) -> PyResult<Mode> {
    match value.extract::<&str>()? {
        "local" => Ok(Mode::Local),
        "inline" => Ok(Mode::Inline),
        "background" => Ok(Mode::Background),
        other => Err(PyValueError::new_err(format!("{other:?} is not one of local, inline, background"))),
    }
}

/// # Errors
/// `ValueError` that names the member which cannot be used.
fn guards(given: Map) -> PyResult<guards::Options> {
    let config = guards::Config::read(&Value::Map(given));
    let config = config.map_err(|error| crate::error(RecorderError::from(error)))?;
    Ok(guards::Options { config, prices: None })
}

/// The host's own function that hears of limits which are near.
pub(crate) fn on_warning(given: &Bound<'_, PyDict>) -> PyResult<Option<Py<PyAny>>> {
    Ok(given.get_item("on_warning")?.filter(|function| !function.is_none()).map(Bound::unbind))
}

fn capture(value: &Bound<'_, PyAny>) -> PyResult<Capture> {
    let given = match (value.extract::<bool>(), value.extract::<&str>()) {
        (Ok(is_on), _) => Value::Bool(is_on),
        (_, Ok(word)) => Value::from(word),
        _ => Value::Map(map_of("capture", value)?),
    };
    Capture::of_value(&given).map_err(|reason| PyValueError::new_err(format!("capture: {reason}")))
}

fn tail(value: &Bound<'_, PyAny>) -> PyResult<Tail> {
    let given = Value::Map(map_of("tail", value)?);
    Tail::of_value(&given).map_err(|reason| PyValueError::new_err(format!("tail: {reason}")))
}

fn when_full(value: &Bound<'_, PyAny>) -> PyResult<WhenFull> {
    let name = value.extract::<&str>()?;
    let names = "drop_newest, drop_oldest, block";
    WhenFull::named(name).ok_or_else(|| PyValueError::new_err(format!("{name:?} is not one of {names}")))
}

/// Seconds, or a text with a unit.
fn time(value: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let given = match value.extract::<f64>() {
        Ok(seconds) => Value::from_f64(seconds),
        Err(_) => Value::from(value.extract::<&str>()?),
    };
    duration(&given).ok_or_else(|| PyValueError::new_err(format!("{value} is not a time")))
}

fn redact_at(value: &Bound<'_, PyAny>) -> PyResult<RedactAt> {
    let name = value.extract::<&str>()?;
    RedactAt::named(name).ok_or_else(|| PyValueError::new_err(format!("{name:?} is not one of seal, record")))
}

fn sampling(value: &Bound<'_, PyAny>) -> PyResult<Sampling> {
    let (given, wanted) = match value.extract::<f64>() {
        Ok(rate) => (Value::from_f64(rate), "a number from 0 to 1"),
        Err(_) => (Value::Map(map_of("sampling", value)?), "a rate and kinds with theirs"),
    };
    Sampling::of_value(&given).ok_or_else(|| PyValueError::new_err(format!("{value} is not {wanted}")))
}

fn limits(limits: &mut Limits, given: &Bound<'_, PyDict>) -> PyResult<()> {
    for (key, value) in given.iter() {
        let name = key.extract::<&str>()?;
        if !limits.set(name, value.extract()?) {
            return Err(PyValueError::new_err(format!("{name:?} is not a limit")));
        }
    }
    Ok(())
}

fn map(value: &Bound<'_, PyAny>) -> PyResult<Map> {
    map_of("resource", value)
}

/// A Python mapping as a map of the wire, by the same walk as every recorded value.
pub(crate) fn map_of(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Map> {
    let (mut scratch, limits, host) = (Scratch::default(), Limits::default(), Host::new(value.py()));
    let mut walker = Walker::new(&mut scratch, &limits);
    walk(&mut walker, value, &host);
    match Decoder::new(walker.written()).value() {
        Ok(Value::Map(map)) => host.finish(map),
        _ => Err(PyValueError::new_err(format!("{name}: not a mapping"))),
    }
}
