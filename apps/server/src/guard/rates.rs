//! How often somebody may ask.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::problem::Problem;
use axum::http::StatusCode;

/// Who asks: the id of a key, or an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// A key of a project.
    Key(String),
    /// An address; of IPv6 the network that one household has.
    Address(IpAddr),
}

impl Who {
    /// Who asks from this address.
    pub fn at(address: IpAddr) -> Self {
        Who::Address(match address {
            IpAddr::V6(address) if !address.is_loopback() => {
                let network = u128::from(address) & (u128::MAX << 64);
                IpAddr::V6(network.into())
            }
            other => other,
        })
    }
}

/// How often everybody asked.
pub struct Rates {
    limiter: Option<DefaultKeyedRateLimiter<Who>>,
    clock: DefaultClock,
}

impl Rates {
    /// So many requests in a second, and as many at once.
    pub fn new(rate: Option<NonZeroU32>) -> Self {
        let limiter = rate.map(|rate| RateLimiter::keyed(Quota::per_second(rate)));
        Rates { limiter, clock: DefaultClock::default() }
    }

    /// Counts one more.
    ///
    /// # Errors
    /// `rate_limited` with when to come back.
    pub fn count(&self, who: &Who) -> Result<(), Problem> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        limiter.check_key(who).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now()).as_secs().saturating_add(1);
            let detail = "there were too many requests of one key or address in the last second";
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many requests", detail)
                .retry(u32::try_from(wait).unwrap_or(u32::MAX))
        })
    }

    /// Forgets those who have not asked for a while.
    pub fn forget(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_who_asks_too_often_is_told_when_to_come_back() {
        let rates = Rates::new(NonZeroU32::new(2));
        let (one, other) = (Who::Key("a".to_owned()), Who::at([10, 0, 0, 1].into()));
        assert!(rates.count(&one).is_ok() && rates.count(&one).is_ok());
        let refused = rates.count(&one).unwrap_err();
        assert_eq!((refused.status(), refused.code()), (StatusCode::TOO_MANY_REQUESTS, "rate_limited"));
        assert!(rates.count(&other).is_ok());
        assert!(Rates::new(None).count(&one).is_ok());
    }

    #[test]
    fn a_household_is_one() {
        let at = |text: &str| Who::at(text.parse().unwrap());
        assert_eq!(at("2001:db8:1:2:3::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_ne!(at("10.0.0.1"), at("10.0.0.2"));
    }
}
