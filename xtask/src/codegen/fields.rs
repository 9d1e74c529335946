//! The reference page of fields, from the descriptions in the JSON Schemas: what stands in the Rust types' comments.

use super::output::{Output, header};
use super::pages::{cell, code, table};
use super::schema::Schemas;
use anyhow::{Context as _, Result};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The part that may stand in place of any field of a body; said once, not with each field.
const TAG: &str = "Tag";

/// The page.
pub fn page(schemas: &Schemas) -> Result<Output> {
    let mut text = format!("<!-- {} -->\n\n# Fields\n", header("xtask/src/codegen/fields.rs", "spec/schema/v1/"));
    text.push_str(
        "\nEvery field may be absent unless it says *required*. Unknown fields are kept. In place of a field of a body a [tag](#part-tag) may \
         stand, such as the mark of a cut. A map's names are free.\n",
    );
    section(&mut text, "Envelope", &schemas.envelope);
    section(&mut text, "Event: fixed part", &schemas.event);
    let parts = definitions(&schemas.event)?;
    let mut bodies = BTreeSet::new();
    for rule in schemas.event["allOf"].as_array().context("the event schema has no rules by type")? {
        let event_type =
            rule["if"]["properties"]["type"]["const"].as_str().context("a rule of the event schema names no type")?;
        let alternatives =
            rule["then"]["properties"]["body"]["anyOf"].as_array().context("a rule of the event schema has no body")?;
        let part = alternatives
            .iter()
            .find_map(referred)
            .with_context(|| format!("the body of {event_type} is no named part"))?;
        bodies.insert(part);
        section(&mut text, &format!("Body of `{event_type}`"), &parts[part]);
    }
    for (name, part) in parts {
        if (part.get("properties").is_some() || name == TAG) && !bodies.contains(name.as_str()) {
            section(&mut text, &format!("Part `{name}`"), part);
        }
    }
    Ok(Output { path: "spec/reference/fields.md".to_owned(), text })
}

fn definitions(schema: &Value) -> Result<&Map<String, Value>> {
    schema["$defs"].as_object().context("the event schema has no definitions")
}

fn section(text: &mut String, title: &str, schema: &Value) {
    text.push_str(&format!("\n## {title}\n\n"));
    let description = schema["description"].as_str().unwrap_or_default();
    if description.trim_end_matches('.') != title {
        text.push_str(&format!("{}\n\n", cell(description)));
    }
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(fields) = schema["properties"].as_object() else {
        return;
    };
    let rows = fields.iter().map(|(name, field)| {
        let mut meaning = cell(field["description"].as_str().unwrap_or_default());
        if required.contains(name.as_str()) {
            meaning.push_str(" *Required.*");
        }
        [code(name), type_of(field), meaning]
    });
    table(text, ["field", "type", "meaning"], rows);
}

/// The type of a field in a few words.
fn type_of(field: &Value) -> String {
    if let Some(part) = referred(field) {
        return part_link(part);
    }
    let alternatives = ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| field[*key].as_array()).flatten();
    let mut words: Vec<String> = alternatives.filter(|it| !is_implied(it)).map(type_of).collect();
    match &field["type"] {
        Value::String(name) => words.push(word(name, field)),
        Value::Array(names) => words.extend(
            names.iter().filter_map(Value::as_str).filter(|name| *name != "null").map(|name| word(name, field)),
        ),
        _ => {}
    }
    words.dedup();
    if words.is_empty() { "any value".to_owned() } else { words.join(" or ") }
}

/// Whether an alternative goes without saying: null, a tag, an integer beyond the safe range.
fn is_implied(schema: &Value) -> bool {
    schema["type"] == "null" || referred(schema) == Some(TAG) || schema["properties"].get("$int").is_some()
}

fn word(name: &str, field: &Value) -> String {
    match name {
        "string" => "text".to_owned(),
        "object" => "map".to_owned(),
        "array" => match &field["items"] {
            Value::Object(_) => format!("list of {}", type_of(&field["items"])),
            _ => "list".to_owned(),
        },
        other => other.to_owned(),
    }
}

fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/$defs/")
}

fn part_link(part: &str) -> String {
    match part {
        "Map" => "map".to_owned(),
        "Value" => "any value".to_owned(),
        "Event" => "[event](#event-fixed-part)".to_owned(),
        "Withheld" => "mark of a withheld event".to_owned(),
        _ => format!("[{part}](#part-{})", part.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_read_as_words() {
        assert_eq!(type_of(&json!({ "type": ["string", "null"] })), "text");
        assert_eq!(type_of(&json!({ "type": "array", "items": { "type": "integer" } })), "list of integer");
        assert_eq!(
            type_of(&json!({ "anyOf": [{ "$ref": "#/$defs/Cost" }, { "type": "null" }] })),
            "[Cost](#part-cost)"
        );
        assert_eq!(type_of(&json!(true)), "any value");
    }
}
