//! Which tags are a Python value: those that this value is written as again, digit by digit.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyInt};
use tracewire_wire::value::Value;

/// A tag that has one member, a text.
pub(super) struct Tagged<'v> {
    name: &'v str,
    text: &'v str,
}

impl<'v> Tagged<'v> {
    pub(super) fn of(value: &'v Value) -> Option<Self> {
        match (value.as_map(), value.tag()) {
            (Some(map), Some((name, Value::Text(text)))) if map.len() == 1 => Some(Tagged { name, text }),
            _ => None,
        }
    }

    /// The Python value, if there is one that says the same.
    pub(super) fn to_python<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        match self.name {
            "$int" => self.int(py),
            "$float" => match self.text {
                "NaN" => Some(f64::NAN.into_pyobject(py).ok()?.into_any()),
                "Infinity" => Some(f64::INFINITY.into_pyobject(py).ok()?.into_any()),
                "-Infinity" => Some(f64::NEG_INFINITY.into_pyobject(py).ok()?.into_any()),
                _ => None,
            },
            "$bytes" => {
                let bytes = STANDARD.decode(self.text).ok()?;
                (STANDARD.encode(&bytes) == self.text).then(|| PyBytes::new(py, &bytes).into_any())
            }
            "$decimal" => self.decimal(py),
            "$time" => self.moment(py),
            _ => None,
        }
    }

    /// Python itself refuses texts of very many digits; those stay tags.
    fn int<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let is_plain = Value::big_int(self.text)? == Value::tagged("$int", self.text);
        is_plain.then(|| py.get_type::<PyInt>().call1((self.text,)).ok()).flatten()
    }

    fn decimal<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let class = py.import(intern!(py, "decimal")).and_then(|module| module.getattr("Decimal")).ok()?;
        let decimal = class.call1((self.text,)).ok()?;
        let again = decimal.str().ok()?;
        (again.to_str().ok()? == self.text).then_some(decimal)
    }

    /// A moment, a date or a time of day in the form of TW-VAL-006. Python's clocks have six digits where the wire has nine.
    fn moment<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let of = |class: &str, text: &str| {
            let class = py.import(intern!(py, "datetime")).and_then(|module| module.getattr(class)).ok()?;
            let made = class.call_method1(intern!(py, "fromisoformat"), (text,)).ok()?;
            // Newer Pythons read more, such as an hour of 24.
            let again = made.call_method0(intern!(py, "__str__")).ok()?.extract::<String>().ok()?;
            again.bytes().zip(text.bytes()).all(|(a, b)| a == b || (a, b) == (b' ', b'T')).then_some(made)
        };
        match self.text.len() {
            10 if has_form(self.text, "0000-00-00") => of("date", self.text),
            18 if has_form(self.text, "00:00:00.000000000") => of("time", self.text.strip_suffix("000")?),
            29 if has_form(self.text, "0000-00-00T00:00:00.000000000") => {
                of("datetime", self.text.strip_suffix("000")?)
            }
            30 if has_form(self.text, "0000-00-00T00:00:00.000000000Z") => {
                let utc = py.import("datetime").and_then(|module| module.getattr("timezone")?.getattr("utc")).ok()?;
                let zone = PyDict::new(py);
                zone.set_item("tzinfo", utc).ok()?;
                let naive = of("datetime", self.text.strip_suffix("000Z")?)?;
                naive.call_method("replace", (), Some(&zone)).ok()
            }
            _ => None,
        }
    }
}

/// Whether a text has digits where the pattern has zeros, and else the pattern's own characters.
fn has_form(text: &str, pattern: &str) -> bool {
    text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
        b'0' => byte.is_ascii_digit(),
        _ => byte == wanted,
    })
}
