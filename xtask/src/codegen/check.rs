//! What must hold in the registry beyond the shape of its files: no name twice, no reference to nothing.

use super::model::{Attribute, Registry};
use anyhow::{Result, bail, ensure};
use std::collections::{BTreeMap, BTreeSet};

impl Registry {
    /// Fails with the file and the name that is wrong.
    pub fn check(&self) -> Result<()> {
        let kinds = self.kinds.iter().flat_map(|kind| std::iter::once(&kind.name).chain(&kind.aliases));
        unique("kinds.yaml", kinds)?;
        unique("kinds.yaml: otel_operations", self.kinds.iter().flat_map(|kind| &kind.otel_operations))?;
        let statuses = self.statuses.iter().flat_map(|status| std::iter::once(&status.name).chain(&status.aliases));
        unique("statuses.yaml", statuses)?;
        unique("loss_reasons.yaml", self.loss_reasons.iter().map(|reason| &reason.name))?;
        let names = self.attributes().flat_map(|it| std::iter::once(&it.name).chain(&it.replaces).chain(&it.converts));
        unique("attributes.yaml", names)?;
        self.check_attributes()?;
        self.check_events()
    }

    fn check_attributes(&self) -> Result<()> {
        for group in &self.groups {
            for attribute in &group.attributes {
                let name = &attribute.name;
                let is_group_of_ours = group.name == "tracewire" || group.name.starts_with("tracewire.");
                ensure!(
                    name.starts_with("tracewire.") == is_group_of_ours,
                    "attributes.yaml: {name} is in the wrong group: names of our own, and only they, begin with `tracewire.`"
                );
                for (alias, value) in &attribute.value_aliases {
                    ensure!(
                        attribute.values.is_empty() || attribute.values.contains(value),
                        "attributes.yaml: {name}: {alias} stands for {value}, which is not among its values"
                    );
                }
            }
        }
        Ok(())
    }

    fn check_events(&self) -> Result<()> {
        let attributes: BTreeMap<&str, &Attribute> = self.attributes().map(|it| (it.name.as_str(), it)).collect();
        let events = self.protocols.iter().flat_map(|it| it.events.iter().map(|event| &event.name));
        let aliases = self.protocols.iter().flat_map(|it| it.aliases.iter().map(|alias| &alias.name));
        unique("events", events.chain(aliases))?;
        for protocol in &self.protocols {
            let file = format!("events/{}.yaml", protocol.name);
            unique(&file, protocol.methods.iter().map(|method| &method.name))?;
            let known = |name: &String, place: &str| -> Result<()> {
                ensure!(attributes.contains_key(name.as_str()), "{file}: {place}: no attribute is called {name}");
                Ok(())
            };
            for event in &protocol.events {
                unique(
                    &format!("{file}: {}", event.name),
                    event.attributes.required.iter().chain(&event.attributes.optional),
                )?;
                for name in event.attributes.required.iter().chain(&event.attributes.optional) {
                    known(name, &event.name)?;
                }
            }
            for method in &protocol.methods {
                for version in method.versions.iter().chain(&method.deprecated) {
                    ensure!(
                        protocol.versions.contains(version),
                        "{file}: {}: version {version} is not declared",
                        method.name
                    );
                }
            }
            for alias in &protocol.aliases {
                let Some(event) = protocol.events.iter().find(|event| event.name == alias.event) else {
                    bail!("{file}: {}: no event is called {}", alias.name, alias.event);
                };
                for name in alias.sets.keys().chain(&alias.requires).chain(&alias.absent) {
                    known(name, &alias.name)?;
                    let declared = event.attributes.required.contains(name) || event.attributes.optional.contains(name);
                    ensure!(declared, "{file}: {}: {} does not have {name}", alias.name, event.name);
                }
                for (name, value) in &alias.sets {
                    let values = attributes.get(name.as_str()).map_or(&[][..], |attribute| &attribute.values);
                    let is_method =
                        name.ends_with(".method.name") && protocol.methods.iter().any(|method| &method.name == value);
                    ensure!(values.contains(value) || is_method, "{file}: {}: {name} is never {value}", alias.name);
                }
            }
        }
        Ok(())
    }
}

fn unique<'a>(place: &str, names: impl Iterator<Item = &'a String>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for name in names {
        ensure!(seen.insert(name), "{place}: {name} stands there twice");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::model::LossReasonsFile;
    use serde::de::DeserializeOwned;
    use std::path::Path;

    fn registry() -> Registry {
        Registry::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/registry")).unwrap()
    }

    fn refused<T: DeserializeOwned>(text: &str) -> String {
        serde_saphyr::from_str::<T>(text).err().unwrap().to_string()
    }

    #[test]
    fn the_familiar_short_names_stand_for_events_of_the_protocols() {
        let registry = registry();
        let aliases = registry.protocols.iter().flat_map(|it| &it.aliases);
        let found: BTreeMap<&str, &str> = aliases.map(|it| (it.name.as_str(), it.event.as_str())).collect();
        for (alias, event) in [
            ("mcp.tool.called", "mcp.request"),
            ("mcp.tool.completed", "mcp.response"),
            ("mcp.tool.error", "mcp.response"),
            ("mcp.sampling.request", "mcp.request"),
            ("mcp.sampling.response", "mcp.response"),
            ("a2a.task.assigned", "a2a.task.status"),
            ("a2a.task.completed", "a2a.task.status"),
            ("a2a.message.sent", "a2a.request"),
            ("ap2.payment.initiated", "ap2.payment_mandate.presented"),
            ("ap2.payment.completed", "ap2.payment_receipt.issued"),
            ("ap2.cost.incurred", "tracewire.cost"),
        ] {
            assert_eq!(found.get(alias), Some(&event), "{alias}");
        }
    }

    #[test]
    fn both_generations_of_a_name_lead_to_the_one_of_today() {
        let registry = registry();
        let name_of = |older: &str| {
            let found = registry.attributes().find(|it| it.replaces.iter().any(|name| name == older));
            found.map(|it| it.name.clone())
        };
        assert_eq!(name_of("gen_ai.system").as_deref(), Some("gen_ai.provider.name"));
        assert_eq!(name_of("gen_ai.usage.prompt_tokens").as_deref(), Some("gen_ai.usage.input_tokens"));
        assert_eq!(
            name_of("gen_ai.usage.cache_creation.input_tokens").as_deref(),
            Some("gen_ai.usage.cache_write.input_tokens")
        );
    }

    #[test]
    fn an_unknown_key_and_a_key_twice_are_refused_with_their_line() {
        let unknown = refused::<LossReasonsFile>("loss_reasons:\n  - name: a\n    brief: b\n    units: c\n");
        assert!(unknown.contains("units") && unknown.contains("line 4"), "{unknown}");
        let twice = refused::<LossReasonsFile>("loss_reasons:\n  - name: a\n    brief: b\n    name: c\n");
        assert!(twice.contains("name") && twice.contains("line 4"), "{twice}");
    }

    #[test]
    fn a_name_that_stands_there_twice_is_refused() {
        let mut registry = registry();
        registry.kinds[1].aliases.push("agent".to_owned());
        assert_eq!(registry.check().unwrap_err().to_string(), "kinds.yaml: agent stands there twice");
    }

    #[test]
    fn an_alias_that_does_not_fit_its_event_is_refused() {
        let mut registry = registry();
        let alias = &mut registry.protocols[0].aliases[0];
        alias.sets.insert("mcp.method.name".to_owned(), "tools/cook".to_owned());
        assert_eq!(
            registry.check().unwrap_err().to_string(),
            "events/mcp.yaml: mcp.tool.called: mcp.method.name is never tools/cook"
        );
    }
}
