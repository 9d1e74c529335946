//! Attributes.

use super::{constant_of, pairs, texts};
use crate::codegen::model::{Attribute, Registry};
use crate::codegen::names::{check_distinct, constant};
use anyhow::Result;
use std::fmt::Write as _;

/// The module of attributes.
pub fn module(registry: &Registry) -> Result<String> {
    check_distinct(registry.attributes().map(|attribute| attribute.name.as_str()))?;
    let mut code = String::from("//! Attribute names: those of conventions as they are, and our own.\n\n");
    for group in &registry.groups {
        writeln!(code, "// {}: {}, {}\n", group.name, group.convention, group.version)?;
        for attribute in &group.attributes {
            constant_of(&mut code, &attribute.brief, &attribute.name);
        }
    }
    code.push_str(
        r"
/// The type of an attribute's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// A text.
    Text,
    /// An integral number.
    Int,
    /// A number.
    Double,
    /// A boolean.
    Bool,
    /// A list of texts.
    Texts,
    /// Any value.
    Any,
}

/// How settled a name is, by the convention that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// It stays.
    Stable,
    /// It is about to be stable.
    ReleaseCandidate,
    /// It may change.
    Development,
}

/// Whether a value may say something about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pii {
    /// It does not.
    None,
    /// Free text, or an id that stands for a person.
    Possible,
    /// It identifies a person.
    Personal,
}

/// An attribute that the registry knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// The type of its value.
    pub value_type: ValueType,
    /// How settled its name is.
    pub stability: Stability,
    /// Whether its value is what people, models or tools said: left out where content is not to be recorded.
    pub is_content: bool,
    /// Whether its value may say something about a person.
    pub pii: Pii,
    /// Well-known values; others are allowed.
    pub values: &'static [&'static str],
    /// Older spellings of values, each with the value to read it as; sorted.
    pub value_aliases: &'static [(&'static str, &'static str)],
}

/// All attributes, sorted by name.
pub static ATTRIBUTES: &[Attribute] = &[
",
    );
    let mut sorted: Vec<&Attribute> = registry.attributes().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    for attribute in &sorted {
        writeln!(
            code,
            "Attribute {{ name: {}, value_type: ValueType::{}, stability: Stability::{}, is_content: {}, pii: Pii::{}, values: {}, value_aliases: {} }},",
            constant(&attribute.name),
            attribute.value_type.variant(),
            attribute.stability.variant(),
            attribute.content,
            attribute.pii.variant(),
            texts(&attribute.values),
            pairs(attribute.value_aliases.iter())
        )?;
    }
    code.push_str("];\n\n/// Older names, each with its name of today, sorted. The value is taken as it is.\npub static REPLACED: &[(&str, &str)] = &[\n");
    older(&mut code, &sorted, |attribute| &attribute.replaces)?;
    code.push_str("];\n\n/// Older names whose value has another form than that of the name of today, sorted. An importer converts it.\npub static CONVERTED: &[(&str, &str)] = &[\n");
    older(&mut code, &sorted, |attribute| &attribute.converts)?;
    code.push_str(
        r"];

/// The attribute of this name.
pub fn find(name: &str) -> Option<&'static Attribute> {
    let index = ATTRIBUTES.binary_search_by(|attribute| attribute.name.cmp(name)).ok()?;
    ATTRIBUTES.get(index)
}

/// The name of today for an older name whose value is taken as it is.
pub fn current_name(older: &str) -> Option<&'static str> {
    let index = REPLACED.binary_search_by(|(name, _)| (*name).cmp(older)).ok()?;
    REPLACED.get(index).map(|(_, name)| *name)
}
",
    );
    Ok(code)
}

fn older(code: &mut String, attributes: &[&Attribute], names: impl Fn(&Attribute) -> &Vec<String>) -> Result<()> {
    let mut pairs: Vec<(&String, &String)> =
        attributes.iter().flat_map(|it| names(it).iter().map(|older| (older, &it.name))).collect();
    pairs.sort();
    for (older, name) in pairs {
        writeln!(code, "({older:?}, {}),", constant(name))?;
    }
    Ok(())
}
