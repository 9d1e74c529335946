//! What every request passes, from outside in.
//!
//! | file | what it is |
//! |---|---|
//! | `frame` | the request's id, its line in the log, problems written out, headers that keep browsers safe |
//! | `hosts` | who asks by which name (DNS rebinding), from which page (CORS) |
//! | `auth` | which key, for which project, with which scope |
//! | `rates` | how often |
//! | `load` | how many at once, and how long |
//! | `stalled` | who is answered and does not read |
//! | `tags` | entity tags: what has not changed is not sent again |

mod auth;
mod frame;
mod hosts;
mod load;
mod rates;
mod stalled;
mod tags;

pub use auth::{Caller, Visitor};
pub(crate) use auth::{GRPC_LOGS, GRPC_TRACES};
pub use frame::RequestId;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};

use crate::state::Shared;
use hosts::Hosts;
use rates::Rates;

/// What the passage of requests knows; one for all ports, so that who asks at two of them is counted once.
pub(crate) struct Guards {
    app: Shared,
    hosts: Hosts,
    rates: Rates,
}

impl Guards {
    /// As the options say; nobody has asked yet.
    pub(crate) fn new(app: &Shared) -> Arc<Self> {
        let (hosts, rates) = (Hosts::new(&app.options), Rates::new(app.options.limits.rate));
        Arc::new(Guards { app: Arc::clone(app), hosts, rates })
    }

    /// Forgets those who have not asked for a while.
    pub(crate) fn forget(&self) {
        self.rates.forget();
    }
}

/// Puts everything that a request passes around the routes.
pub(crate) fn around(routes: Router<Shared>, guards: &Arc<Guards>) -> Router {
    let app = &guards.app;
    // What is packed once more grows.
    let worth_it = DefaultPredicate::new().and(NotForContentType::const_new("font/"));
    routes
        .layer(from_fn(tags::tag))
        .layer(CompressionLayer::new().compress_when(worth_it))
        .layer(from_fn(tags::per_encoding))
        .layer(from_fn_with_state(app.clone(), load::bound))
        .layer(from_fn_with_state(guards.clone(), auth::check))
        .layer(from_fn_with_state(guards.clone(), hosts::check))
        .layer(from_fn_with_state(app.clone(), frame::around))
        .with_state(app.clone())
}
