//! The registry as its YAML files say it, read strictly: an unknown key, a key twice or a broken reference is an error with its file.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::Path;

/// All of the registry.
pub struct Registry {
    pub kinds: Vec<Kind>,
    pub groups: Vec<Group>,
    pub protocols: Vec<Protocol>,
    pub statuses: Vec<Status>,
    pub reader_states: Vec<Named>,
    pub loss_reasons: Vec<LossReason>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    pub name: String,
    pub brief: String,
    pub otel_operations: Vec<String>,
    pub openinference: String,
    pub aliases: Vec<String>,
}

/// Attributes that come from one convention.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub name: String,
    pub brief: String,
    pub convention: String,
    pub version: String,
    pub source: String,
    pub attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    pub name: String,
    #[serde(rename = "type")]
    pub value_type: ValueType,
    pub stability: Stability,
    pub brief: String,
    #[serde(default)]
    pub content: bool,
    #[serde(default = "Pii::nothing_said")]
    pub pii: Pii,
    #[serde(default)]
    pub values: Vec<String>,
    #[serde(default)]
    pub value_aliases: BTreeMap<String, String>,
    #[serde(default)]
    pub replaces: Vec<String>,
    #[serde(default)]
    pub converts: Vec<String>,
}

/// Implements the names of an enum as the YAML has them and as Rust variants, so that they stand in one place.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
        pub enum $name { $(#[serde(rename = $text)] $variant),* }

        impl $name {
            /// As the YAML has it.
            pub fn text(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }

            /// As Rust has it.
            pub fn variant(self) -> &'static str {
                match self { $($name::$variant => stringify!($variant)),* }
            }
        }
    };
}

names!(
    /// The type of an attribute's value.
    ValueType { Text = "text", Int = "int", Double = "double", Bool = "bool", Texts = "texts", Any = "any" }
);
names!(
    /// How settled a name is.
    Stability { Stable = "stable", ReleaseCandidate = "release_candidate", Development = "development" }
);
names!(
    /// Whether a value may say something about a person.
    Pii { None = "none", Possible = "possible", Personal = "personal" }
);
names!(
    /// Whether a method is answered.
    Form { Request = "request", Notification = "notification" }
);
names!(
    /// Who may send a method.
    Sender { Client = "client", Server = "server", Both = "both" }
);

impl Pii {
    fn nothing_said() -> Pii {
        Pii::None
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    #[serde(rename = "protocol")]
    pub name: String,
    pub title: String,
    pub versions: Vec<String>,
    pub source: String,
    pub events: Vec<Event>,
    pub methods: Vec<Method>,
    pub aliases: Vec<Alias>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    pub name: String,
    pub brief: String,
    pub attributes: EventAttributes,
    pub data: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventAttributes {
    pub required: Vec<String>,
    pub optional: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    pub name: String,
    pub form: Form,
    pub from: Sender,
    pub versions: Vec<String>,
    #[serde(default)]
    pub deprecated: Vec<String>,
    pub extension: Option<String>,
    pub within: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    pub name: String,
    pub event: String,
    #[serde(default)]
    pub sets: BTreeMap<String, String>,
    #[serde(default)]
    pub requires: Vec<String>,
    #[serde(default)]
    pub absent: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    pub name: String,
    pub brief: String,
    pub otel: String,
    pub aliases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub name: String,
    pub brief: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossReason {
    pub name: String,
    pub brief: String,
    pub unit: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindsFile {
    kinds: Vec<Kind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttributesFile {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusesFile {
    statuses: Vec<Status>,
    reader_states: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossReasonsFile {
    pub loss_reasons: Vec<LossReason>,
}

impl Registry {
    /// Reads and checks the registry's folder.
    pub fn read(folder: &Path) -> Result<Registry> {
        let statuses: StatusesFile = read(folder, "statuses.yaml")?;
        let mut protocols = Vec::new();
        for name in ["mcp", "a2a", "ap2"] {
            protocols.push(read(folder, &format!("events/{name}.yaml"))?);
        }
        let registry = Registry {
            kinds: read::<KindsFile>(folder, "kinds.yaml")?.kinds,
            groups: read::<AttributesFile>(folder, "attributes.yaml")?.groups,
            protocols,
            statuses: statuses.statuses,
            reader_states: statuses.reader_states,
            loss_reasons: read::<LossReasonsFile>(folder, "loss_reasons.yaml")?.loss_reasons,
        };
        registry.check()?;
        Ok(registry)
    }

    /// All attributes, in the order of the registry.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.groups.iter().flat_map(|group| &group.attributes)
    }

    /// The same by their names.
    pub fn attributes_by_name(&self) -> BTreeMap<&str, &Attribute> {
        self.attributes().map(|attribute| (attribute.name.as_str(), attribute)).collect()
    }
}

fn read<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<T> {
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_saphyr::from_str(&text).map_err(|error| anyhow::anyhow!("spec/registry/{name}: {error}"))
}
