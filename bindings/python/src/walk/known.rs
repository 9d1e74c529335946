//! Types of the standard library that have a form of their own: enums, moments, decimals, paths.

use super::{Host, Output, walk};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// The value of an enum's member.
pub(super) fn enumeration(out: &mut impl Output, value: &Bound<'_, PyAny>, host: &Host<'_>) -> PyResult<()> {
    walk(out, &value.getattr(intern!(value.py(), "_value_"))?, host);
    Ok(())
}

/// With a zone: UTC and `Z`. Without one: as it is. Nine digits of fraction in both.
pub(super) fn datetime(out: &mut impl Output, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = value.py();
    let text = |moment: &Bound<'_, PyAny>| text(moment.call_method1(intern!(py, "isoformat"), ("T", "microseconds")));
    if value.call_method0(intern!(py, "utcoffset"))?.is_none() {
        out.time(&format!("{}000", text(value)?));
    } else {
        let utc = py.import(intern!(py, "datetime"))?.getattr(intern!(py, "timezone"))?.getattr(intern!(py, "utc"))?;
        let moment = text(&value.call_method1(intern!(py, "astimezone"), (utc,))?)?;
        out.time(&format!("{}000Z", moment.trim_end_matches("+00:00")));
    }
    Ok(())
}

pub(super) fn date(out: &mut impl Output, value: &Bound<'_, PyAny>) -> PyResult<()> {
    out.time(&text(value.call_method0("isoformat"))?);
    Ok(())
}

/// A time of day, whatever zone it has: without a date a zone says nothing.
pub(super) fn time_of_day(out: &mut impl Output, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let no_zone = PyDict::new(value.py());
    no_zone.set_item("tzinfo", value.py().None())?;
    let bare = value.call_method("replace", (), Some(&no_zone))?;
    out.time(&format!("{}000", text(bare.call_method1("isoformat", ("microseconds",)))?));
    Ok(())
}

/// Seconds.
pub(super) fn time_span(out: &mut impl Output, value: &Bound<'_, PyAny>) -> PyResult<()> {
    out.double(value.call_method0("total_seconds")?.extract()?);
    Ok(())
}

/// Digits as Python prints them.
pub(super) fn decimal(out: &mut impl Output, value: &Bound<'_, PyAny>) -> PyResult<()> {
    out.decimal(&text(value.call_method0("__str__"))?);
    Ok(())
}

pub(super) fn uuid(out: &mut impl Output, value: &Bound<'_, PyAny>) -> PyResult<()> {
    out.text(&text(value.call_method0("__str__"))?);
    Ok(())
}

pub(super) fn user_string(out: &mut impl Output, value: &Bound<'_, PyAny>, host: &Host<'_>) -> PyResult<()> {
    walk(out, &value.getattr("data")?, host);
    Ok(())
}

pub(super) fn path(out: &mut impl Output, value: &Bound<'_, PyAny>, host: &Host<'_>) -> PyResult<()> {
    walk(out, &value.call_method0("__fspath__")?, host);
    Ok(())
}

fn text(found: PyResult<Bound<'_, PyAny>>) -> PyResult<String> {
    Ok(found?.cast::<PyString>()?.to_string_lossy().into_owned())
}
