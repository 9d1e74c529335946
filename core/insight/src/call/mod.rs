//! What prices and analytics ask of a span: which model of whom it called, for which agent, with which tool, what it used,
//! and what it cost as far as somebody said so.
//!
//! The same reading serves a whole tree and a store's single rows: both say how a member is found, [`Call::read`] says what
//! it means. [`is_wanted`] names the members, so that who only counts holds nothing else.

mod places;
mod reported;
mod usage;

pub use places::Part;
pub use reported::Reported;
pub use usage::{Unit, Usage};

use std::collections::BTreeSet;
use std::sync::LazyLock;

use tracewire_wire::registry::attributes::{
    GEN_AI_AGENT_ID, GEN_AI_AGENT_NAME, GEN_AI_PROVIDER_NAME, GEN_AI_REQUEST_MODEL, GEN_AI_RESPONSE_MODEL,
    GEN_AI_TOOL_NAME, OPENAI_REQUEST_SERVICE_TIER, OPENAI_RESPONSE_SERVICE_TIER, SERVER_ADDRESS,
};
use tracewire_wire::value::{Map, Value};

use places::Place;

const MODEL: &[Place] = &[Place::Attribute(GEN_AI_RESPONSE_MODEL), Place::Attribute("llm.response.model_name")];
const REQUESTED_MODEL: &[Place] = &[
    Place::Attribute(GEN_AI_REQUEST_MODEL),
    Place::Attribute("llm.model_name"),
    Place::Attribute("embedding.model_name"),
    Place::Attribute("reranker.model_name"),
];
const PROVIDER: &[Place] = &[
    Place::Attribute(GEN_AI_PROVIDER_NAME),
    Place::Attribute("gen_ai.system"),
    Place::Attribute("llm.provider"),
    Place::Attribute("llm.system"),
];
const ADDRESS: &[Place] = &[Place::Attribute(SERVER_ADDRESS)];
const AGENT: &[Place] =
    &[Place::Attribute(GEN_AI_AGENT_NAME), Place::Attribute("agent.name"), Place::Attribute(GEN_AI_AGENT_ID)];
const TOOL: &[Place] = &[Place::Attribute(GEN_AI_TOOL_NAME), Place::Attribute("tool.name")];
/// What was used before what was asked for.
const SERVICE_TIER: &[Place] = &[
    Place::Attribute(OPENAI_RESPONSE_SERVICE_TIER),
    Place::Attribute("gen_ai.openai.response.service_tier"),
    Place::Raw(&["service_tier"]),
    Place::Attribute(OPENAI_REQUEST_SERVICE_TIER),
    Place::Attribute("gen_ai.openai.request.service_tier"),
];
const SPEED: &[Place] = &[Place::Raw(&["speed"])];

const TEXTS: [&[Place]; 8] = [MODEL, REQUESTED_MODEL, PROVIDER, ADDRESS, AGENT, TOOL, SERVICE_TIER, SPEED];

/// What a span says of the model that it called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call<'a> {
    /// The model that answered; for lack of that, the one that was asked for.
    pub model: Option<&'a str>,
    /// The model that was asked for, where another answered.
    pub requested_model: Option<&'a str>,
    /// Whose it is, such as `openai` or `aws.bedrock`.
    pub provider: Option<&'a str>,
    /// The host that was called.
    pub address: Option<&'a str>,
    /// The agent on whose behalf.
    pub agent: Option<&'a str>,
    /// The tool that was called.
    pub tool: Option<&'a str>,
    /// The class of service that was used, such as `flex` or `batch`.
    pub service_tier: Option<&'a str>,
    /// The speed that was used, such as `fast`.
    pub speed: Option<&'a str>,
    /// What it used.
    pub usage: Usage,
    /// What it cost, as the span itself says.
    pub reported: Option<Reported<'a>>,
}

impl<'a> Call<'a> {
    /// Reads a call from a span's merged body; `find` gives a member of a part of it.
    #[must_use]
    pub fn read(find: &impl Fn(Part, &str) -> Option<&'a Value>) -> Self {
        // Most places are below these two, and most spans have neither.
        let (details, raw) = (find(Part::Usage, "details"), find(Part::Usage, "raw"));
        let find = &|part: Part, name: &str| match (part, name) {
            (Part::Usage, "details") => details,
            (Part::Usage, "raw") => raw,
            _ => find(part, name),
        };
        let text = |places| places::first(places, find, |value| value.as_text().filter(|text| !text.is_empty()));
        let requested_model = text(REQUESTED_MODEL);
        let model = text(MODEL).or(requested_model);
        Self {
            model,
            requested_model: requested_model.filter(|requested| Some(*requested) != model),
            provider: text(PROVIDER),
            address: text(ADDRESS),
            agent: text(AGENT),
            tool: text(TOOL),
            service_tier: text(SERVICE_TIER),
            speed: text(SPEED),
            usage: Usage::read(find),
            reported: Reported::read(find),
        }
    }

    /// Reads a call from one body as it stands.
    #[must_use]
    pub fn of_body(body: &'a Map) -> Self {
        let member = |map: &str, name: &str| body.get(map).and_then(Value::as_map).and_then(|map| map.get(name));
        Self::read(&|part, name| member(part.name(), name))
    }
}

/// Whether [`Call::read`] may ask for this member.
#[must_use]
pub fn is_wanted(part: Part, name: &str) -> bool {
    static WANTED: LazyLock<BTreeSet<(Part, &str)>> =
        LazyLock::new(|| all_places().map(|place| place.member()).collect());
    WANTED.contains(&(part, name))
}

/// Every place that is read.
fn all_places() -> impl Iterator<Item = Place> {
    let units = Unit::ALL.iter().map(|unit| unit.places());
    units.chain(TEXTS).chain(reported::MEMBERS).flatten().copied()
}

#[cfg(test)]
mod tests;
