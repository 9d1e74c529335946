//! What is different between two price lists.

use anyhow::{Context as _, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// The version of a list.
pub fn version(list: &str) -> Result<String> {
    let list: Value = serde_json::from_str(list).context("the price list is no JSON")?;
    list["version"].as_str().map(str::to_owned).context("the price list names no version")
}

/// A line for each model that is new, gone or another.
pub fn between(before: &str, after: &str) -> Result<Vec<String>> {
    let (before, after) = (models(before)?, models(after)?);
    let gone = before.keys().filter(|name| !after.contains_key(*name)).map(|name| format!("- {name}"));
    let rest = after.iter().filter_map(|(name, model)| match before.get(name) {
        None => Some(format!("+ {name}")),
        Some(known) if known == model => None,
        Some(known) => Some(format!("~ {name}: {}", members(known, model).join(", "))),
    });
    Ok(gone.chain(rest).collect())
}

/// All models by provider and id; what a provider says beside its models stands under its own id.
fn models(list: &str) -> Result<BTreeMap<String, Value>> {
    let mut list: Value = serde_json::from_str(list).context("the price list is no JSON")?;
    let mut models = BTreeMap::new();
    for provider in list["providers"].as_array_mut().context("the price list has no providers")? {
        let id = provider["id"].as_str().context("a provider has no id")?.to_owned();
        let of_provider = provider["models"].take();
        for model in of_provider.as_array().context("a provider has no models")? {
            let name = model["id"].as_str().context("a model has no id")?;
            models.insert(format!("{id} {name}"), model.clone());
        }
        models.insert(id, provider.clone());
    }
    Ok(models)
}

/// The members that differ.
fn members(before: &Value, after: &Value) -> Vec<String> {
    let names = [before, after].into_iter().filter_map(Value::as_object).flat_map(serde_json::Map::keys);
    let mut names: Vec<String> = names.filter(|name| before[name] != after[name]).cloned().collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::between;

    fn list(models: &str) -> String {
        format!(r#"{{"providers":[{{"id":"acme","name":"Acme","models":[{models}]}}]}}"#)
    }

    #[test]
    fn what_changed_is_named() {
        let before = list(r#"{"id":"a","prices":[1],"match":1},{"id":"b","prices":[1]},{"id":"c","prices":[1]}"#);
        let after =
            list(r#"{"id":"a","prices":[2],"match":1,"name":"A"},{"id":"b","prices":[1]},{"id":"d","prices":[1]}"#);
        let changes = ["- acme c", "~ acme a: name, prices", "+ acme d"];
        assert_eq!(between(&before, &after).unwrap(), changes);
        assert!(between(&before, &before).unwrap().is_empty());
        assert_eq!(between(&before, &before.replace("Acme", "Acme Inc")).unwrap(), ["~ acme: name"]);
        assert!(between("{}", &after).is_err() && between("", &after).is_err());
    }
}
