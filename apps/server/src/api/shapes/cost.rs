//! What a step costs and why, and prices.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// How far a cost is known.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::api) enum CostState {
    /// Computed from a price list.
    Priced,
    /// The step says it itself.
    Reported,
    /// There is none, though a model was called.
    Unpriced,
}

/// How the cost of a step came about.
#[derive(ToSchema)]
pub(in crate::api) struct CostExplained {
    /// Whose price holds: that of the moment at which the step began.
    at: String,
    /// Why there is none: a stable name.
    code: Option<String>,
    /// What made the price another than the model's ordinary one.
    condition: Option<String>,
    /// Currency, ISO 4217.
    currency: Option<String>,
    /// The part of what went in, as a decimal text.
    input: Option<String>,
    /// What was counted, priced and added up.
    lines: Vec<CostLine>,
    /// Whether the price is of the user's own file.
    local: Option<bool>,
    /// The model that was called.
    model: Option<String>,
    /// The part of what came out.
    output: Option<String>,
    /// The price list's names of provider and model.
    priced_as: Option<String>,
    /// Who sold the call.
    provider: Option<String>,
    /// Why there is none, in words.
    reason: Option<String>,
    /// The class of service.
    service_tier: Option<String>,
    /// By whom a reported cost was computed, as the step says.
    source: Option<String>,
    /// The step.
    span_id: Option<String>,
    /// How far it is known; null for a step that called no model.
    #[schema(required)]
    state: Option<CostState>,
    /// The whole, as a decimal text.
    total: Option<String>,
    /// The price list.
    version: Option<String>,
    /// What was counted beside that and has no price.
    without_price: Option<BTreeMap<String, u64>>,
}

/// So many of this at that price.
#[derive(ToSchema)]
pub(in crate::api) struct CostLine {
    /// Count times price.
    amount: String,
    /// How many.
    count: u64,
    /// The price holds for calls with more input tokens than this.
    from_tokens: Option<u64>,
    /// Of how many that is the price.
    per: u64,
    /// The price of a million.
    per_million: Option<String>,
    /// The price.
    price: String,
    /// What was counted.
    what: String,
}

/// Models whose prices are known.
#[derive(ToSchema)]
pub(in crate::api) struct Prices {
    /// Some of them.
    items: Vec<PricedModel>,
    /// Whether there are more than these.
    more: bool,
    /// The price list.
    version: String,
}

/// A model and its prices now.
#[derive(ToSchema)]
pub(in crate::api) struct PricedModel {
    /// Currency, ISO 4217.
    currency: String,
    /// Whether it is of the user's own file.
    local: bool,
    /// The model; a pattern, where the user's file has one.
    model: String,
    /// What people call it.
    #[schema(required)]
    name: Option<String>,
    /// By what is counted.
    prices: BTreeMap<String, Rate>,
    /// Whose it is; null where the user's file says a price for all.
    #[schema(required)]
    provider: Option<String>,
    /// Only for this class of service.
    #[schema(required)]
    service_tier: Option<String>,
}

/// One price.
#[derive(ToSchema)]
pub(in crate::api) struct Rate {
    /// The price, as a decimal text.
    price: String,
    /// Other prices for calls with more input tokens.
    tiers: Option<Vec<Tier>>,
}

/// The price of larger calls.
#[derive(ToSchema)]
pub(in crate::api) struct Tier {
    /// For calls with more input tokens than this.
    above: u64,
    /// The price.
    price: String,
}
