//! What is asked: one file for each resource.
//!
//! | file | what it answers |
//! |---|---|
//! | `traces` | lists of traces, one trace |
//! | `events` | a trace's events |
//! | `erase` | what rules find, erased after the fact |
//! | `export` | a trace as a file |
//! | `brief` | a trace for a language model |
//! | `spans` | one span in full |
//! | `find` | traces by what belongs to them |
//! | `search` | steps and events by what they say |
//! | `sessions` | conversations |
//! | `producers` | who recorded |
//! | `feedback` | judgements |
//! | `validate` | what is wrong with an emitter's output |
//! | `health` | how the server is |
//! | `metrics` | the same counted, for Prometheus |
//! | `analytics` | numbers over many traces |
//! | `compare` | two traces side by side |
//! | `cost` | what a step costs and why; prices |
//! | `answer`, `asked` | how all of them answer and are asked |
//! | `rows` | traces and sessions as the API shows them |
//! | `shapes` | what answers look like that other crates write |
//!
//! A further resource is a file with a function `routes`, and a line in [`routes`].

mod analytics;
pub(crate) mod answer;
pub(crate) mod asked;
mod brief;
mod compare;
mod cost;
mod erase;
mod events;
mod export;
mod feedback;
mod find;
mod health;
pub(crate) mod metrics;
mod producers;
pub(crate) mod rows;
mod search;
mod sessions;
mod shapes;
mod spans;
mod traces;
mod validate;

use utoipa::PartialSchema as _;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;

use crate::state::Shared;

/// Everything that is asked.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .merge(traces::routes())
        .merge(events::routes())
        .merge(erase::routes())
        .merge(export::routes())
        .merge(brief::routes())
        .merge(spans::routes())
        .merge(find::routes())
        .merge(search::routes())
        .merge(sessions::routes())
        .merge(producers::routes())
        .merge(feedback::routes())
        .merge(validate::routes())
        .merge(analytics::routes())
        .merge(compare::routes())
        .merge(cost::routes())
        .merge(health::routes())
        .merge(metrics::routes())
}

/// What goes for all of it: keys, and what a problem looks like.
pub(crate) fn describe(description: &mut OpenApi) {
    let components = description.components.get_or_insert_default();
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "`tw_<project>_…`, made by `tracewire serve keys create`; not needed on the server's own machine.",
        ))
        .build();
    components.security_schemes.insert("key".to_owned(), SecurityScheme::Http(key).into());
    components.schemas.insert("Problem".to_owned(), crate::problem::Described::schema());
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let any = ResponseBuilder::new()
        .description("Any refusal, as its status and its code say")
        .content("application/problem+json", content)
        .build();
    for item in description.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post, &mut item.delete].into_iter().flatten() {
            operation.responses.responses.insert("default".to_owned(), any.clone().into());
            for parameter in operation.parameters.iter_mut().flatten() {
                let RefOr::T(parameter) = parameter else { continue };
                if parameter.parameter_in == ParameterIn::Query && parameter.required != Required::True {
                    // As forms send what is not filled in: see `asked::Query`.
                    let more = parameter.extensions.get_or_insert_default();
                    more.insert("allowEmptyValue".to_owned(), true.into());
                }
            }
        }
    }
    let none: [&str; 0] = [];
    description.security = Some(vec![SecurityRequirement::default(), SecurityRequirement::new("key", none)]);
}
