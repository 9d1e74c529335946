//! The form of each member of a body, taken from its type: whoever looks at bodies without reading them into structs goes by it.

use super::Member;
use crate::value::{Map, Value};

/// The form of a member. A tag may stand in the place of any of them.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Any value.
    Any,
    /// A text.
    Text,
    /// A boolean.
    Bool,
    /// An integer that is not negative.
    Count,
    /// An integer from 0 to 255.
    Byte,
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// A map.
    Map,
    /// A list of this.
    List(&'static Form),
    /// A map with members that are known.
    Part(&'static Part),
}

/// The members of a map that are known; others are of a later version.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// What it is called, here and in the JSON Schema.
    pub name: &'static str,
    /// Names of members and their forms.
    pub members: &'static [(&'static str, Form)],
}

impl Part {
    /// The form of the member of this name.
    pub fn form(&self, name: &str) -> Option<&'static Form> {
        self.members.iter().find(|(known, _)| *known == name).map(|(_, form)| form)
    }
}

/// A type with a form.
pub(super) trait Formed {
    const FORM: Form;
}

macro_rules! formed {
    ($($type:ty: $form:ident,)*) => { $(impl Formed for $type { const FORM: Form = Form::$form; })* };
}

formed! { Value: Any, String: Text, bool: Bool, u64: Count, u8: Byte, i64: Integer, f64: Number, Map: Map, }

impl<T: Formed> Formed for Member<T> {
    const FORM: Form = T::FORM;
}

impl<T: Formed> Formed for Vec<T> {
    const FORM: Form = Form::List(&T::FORM);
}

/// The name of a field as the wire has it: a name that is a word of Rust has `r#` before it.
pub(super) const fn name(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', rest @ ..] => match std::str::from_utf8(rest) {
            Ok(name) => name,
            Err(_) => field,
        },
        _ => field,
    }
}
