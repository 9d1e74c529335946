//! What a type's values become, found out once for each type.
//!
//! Only the type is asked, never a value. Answers are kept under the type's address beside a weak reference, so that no type
//! is kept alive and an address that another type got is noticed.

use super::Host;
use super::describe::{has_own_repr, type_name};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType, PyWeakrefMethods, PyWeakrefReference};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

/// Most types that are remembered; beyond, all are forgotten. A program that makes types all the time stays bounded.
const MOST_TYPES: usize = 1024;

static FORMS: LazyLock<Mutex<HashMap<usize, Entry>>> = LazyLock::new(Mutex::default);

struct Entry {
    kind: Py<PyWeakrefReference>,
    form: Arc<Form>,
}

/// What a value of a type that is not built in becomes.
pub(super) enum Form {
    Enum,
    DateTime,
    Date,
    TimeOfDay,
    TimeSpan,
    Decimal,
    Uuid,
    UserString,
    Path,
    /// A map of these attributes: dataclasses and attrs classes.
    Members(Vec<Py<PyString>>),
    /// A map of these members of `__dict__`, and what the model has beyond its fields.
    Pydantic(Vec<Py<PyString>>),
    Array,
    Mapping,
    Sequence,
    Set,
    /// Nothing: the mark with the type's name, and with what `repr` says where the type has its own.
    None {
        name: String,
        has_repr: bool,
    },
}

/// Module and name of a type, and the form of what derives from it.
type Row = (&'static str, &'static str, fn() -> Form);

/// Types of the standard library with a form of their own. None of their modules is imported for this: a value of a
/// type can only be there if its module is.
const KNOWN: &[Row] = &[
    ("enum", "Enum", || Form::Enum),
    ("datetime", "datetime", || Form::DateTime),
    ("datetime", "date", || Form::Date),
    ("datetime", "time", || Form::TimeOfDay),
    ("datetime", "timedelta", || Form::TimeSpan),
    ("decimal", "Decimal", || Form::Decimal),
    ("uuid", "UUID", || Form::Uuid),
    ("collections", "UserString", || Form::UserString),
    ("pathlib", "PurePath", || Form::Path),
];

/// Protocols, inherited or registered; they come last, for a dataclass may be a sequence too.
const PROTOCOLS: &[Row] = &[
    ("collections.abc", "Mapping", || Form::Mapping),
    ("collections.abc", "Sequence", || Form::Sequence),
    ("collections.abc", "ValuesView", || Form::Sequence),
    ("collections", "deque", || Form::Sequence),
    ("collections.abc", "Set", || Form::Set),
];

/// The form of the value's type.
pub(super) fn form_of(value: &Bound<'_, PyAny>, host: &Host<'_>) -> Arc<Form> {
    let kind = value.get_type();
    let address = kind.as_ptr() as usize;
    let found = FORMS.try_lock().ok().and_then(|forms| {
        let entry = forms.get(&address)?;
        Some((entry.kind.clone_ref(value.py()), entry.form.clone()))
    });
    if let Some((known, form)) = found
        && known.bind(value.py()).upgrade().is_some_and(|known| known.is(&kind))
    {
        return form;
    }
    // Classifying can run the host's code, so nothing is locked here.
    let form = Arc::new(classify(&kind, host));
    if let (Some(weak), Ok(mut forms)) = (host.ok(PyWeakrefReference::new(kind.as_any())), FORMS.try_lock()) {
        if forms.len() >= MOST_TYPES {
            forms.clear();
        }
        forms.insert(address, Entry { kind: weak.unbind(), form: form.clone() });
    }
    form
}

fn classify(kind: &Bound<'_, PyType>, host: &Host<'_>) -> Form {
    None.or_else(|| of_table(kind, KNOWN, host))
        .or_else(|| is_resource(kind, host).then(|| Form::None { name: type_name(kind, host), has_repr: false }))
        .or_else(|| dataclass(kind, host).map(Form::Members))
        .or_else(|| attrs(kind, host).map(Form::Members))
        .or_else(|| pydantic(kind, host).map(Form::Pydantic))
        .or_else(|| is_array(kind, host).then_some(Form::Array))
        .or_else(|| of_table(kind, PROTOCOLS, host))
        .unwrap_or_else(|| Form::None { name: type_name(kind, host), has_repr: has_own_repr(kind) })
}

fn of_table(kind: &Bound<'_, PyType>, table: &[Row], host: &Host<'_>) -> Option<Form> {
    let py = kind.py();
    let modules = py.import(intern!(py, "sys")).and_then(|sys| sys.getattr(intern!(py, "modules")));
    let modules = host.ok(modules)?.cast_into::<PyDict>().ok()?;
    table.iter().find_map(|(module, name, form)| {
        let module = host.ok(modules.get_item(*module)).flatten()?;
        let known = host.ok(module.getattr(*name))?.cast_into::<PyType>().ok()?;
        host.ok(kind.is_subclass(&known))?.then(form)
    })
}

fn attribute<'py>(kind: &Bound<'py, PyType>, name: &str, host: &Host<'_>) -> Option<Bound<'py, PyAny>> {
    host.ok(kind.getattr_opt(name)).flatten()
}

/// Names of the fields, in order, for which `is_wanted` holds.
fn names<'py>(
    fields: &Bound<'py, PyDict>,
    host: &Host<'_>,
    is_wanted: impl Fn(&Bound<'py, PyAny>) -> PyResult<bool>,
) -> Vec<Py<PyString>> {
    let wanted = |name: &Bound<'py, PyAny>| -> PyResult<bool> {
        fields.get_item(name)?.map_or(Ok(false), |field| is_wanted(&field))
    };
    let all = fields.keys();
    let kept = all.iter().filter(|name| host.ok(wanted(name)).unwrap_or(false));
    kept.filter_map(|name| Some(name.cast_into::<PyString>().ok()?.unbind())).collect()
}

fn dataclass(kind: &Bound<'_, PyType>, host: &Host<'_>) -> Option<Vec<Py<PyString>>> {
    let fields = attribute(kind, "__dataclass_fields__", host)?.cast_into::<PyDict>().ok()?;
    Some(names(&fields, host, |field| {
        // Class variables and init-only parameters are listed too, with another type of field.
        let is_field = field.getattr("_field_type")?.getattr("name")?.eq("_FIELD")?;
        Ok(is_field && is_shown(field)?)
    }))
}

fn attrs(kind: &Bound<'_, PyType>, host: &Host<'_>) -> Option<Vec<Py<PyString>>> {
    let fields = attribute(kind, "__attrs_attrs__", host)?.cast_into::<PyTuple>().ok()?;
    let shown = fields.iter().filter(|field| host.ok(is_shown(field)).unwrap_or(true));
    let names = shown.filter_map(|field| host.ok(field.getattr("name"))?.cast_into::<PyString>().ok());
    Some(names.map(Bound::unbind).collect())
}

fn pydantic(kind: &Bound<'_, PyType>, host: &Host<'_>) -> Option<Vec<Py<PyString>>> {
    let first_generation = || attribute(kind, "__fields_set__", host).and_then(|_| attribute(kind, "__fields__", host));
    let fields = attribute(kind, "__pydantic_fields__", host).or_else(first_generation)?.cast_into::<PyDict>().ok()?;
    Some(names(&fields, host, |field| {
        // The first generation keeps both settings one level down.
        let field = field.getattr_opt("field_info")?.unwrap_or_else(|| field.clone());
        Ok(!field.getattr("exclude")?.is_truthy()? && is_shown(&field)?)
    }))
}

/// Whether the author wants a field to be seen in the class's `repr`.
fn is_shown(field: &Bound<'_, PyAny>) -> PyResult<bool> {
    field.getattr(intern!(field.py(), "repr"))?.is_truthy()
}

/// Whether it is a client, a connection, a session with fields: what is entered is no data, and what it holds (a child's
/// whole environment, a key) was not meant for anybody. Not its `repr` either, which says the same.
fn is_resource(kind: &Bound<'_, PyType>, host: &Host<'_>) -> bool {
    let has = |name| attribute(kind, name, host).is_some();
    (has("__enter__") || has("__aenter__"))
        && (has("__dataclass_fields__") || has("__attrs_attrs__") || has("__pydantic_fields__"))
}

fn is_array(kind: &Bound<'_, PyType>, host: &Host<'_>) -> bool {
    attribute(kind, "__array_interface__", host).is_some() && attribute(kind, "tolist", host).is_some()
}
