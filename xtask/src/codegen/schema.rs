//! The JSON Schemas of the wire, made from the types of `tracewire-wire`.

use super::output::Output;
use anyhow::Result;
use serde_json::Value;

/// Both schemas.
pub struct Schemas {
    pub event: Value,
    pub envelope: Value,
}

impl Schemas {
    /// Asks the wire crate.
    pub fn make() -> Schemas {
        Schemas { event: tracewire_wire::schema::event(), envelope: tracewire_wire::schema::envelope() }
    }

    /// The files to check in. JSON has no comments: `$comment` says where it comes from.
    pub fn files(&self) -> Result<Vec<Output>> {
        [("event", &self.event), ("envelope", &self.envelope)]
            .into_iter()
            .map(|(name, schema)| {
                let mut schema = schema.clone();
                if let Value::Object(members) = &mut schema {
                    let comment = super::output::header(
                        "xtask/src/codegen/schema.rs",
                        "core/wire/src/body.rs and core/wire/src/schema.rs",
                    );
                    members.insert("$comment".to_owned(), Value::String(comment));
                }
                let text = format!("{}\n", serde_json::to_string_pretty(&schema)?);
                Ok(Output { path: format!("spec/schema/v1/{name}.schema.json"), text })
            })
            .collect()
    }
}
