//! Where a row stands in the order of all rows, and that place as text.

use crate::error::StoreError;
use tracewire_wire::time::Timestamp;

/// The order of rows: by time, and those of one time by arrival. Later ones are greater and come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub time: Timestamp,
    /// Id of the event that gives the time.
    pub event: u64,
}

impl Place {
    /// As a cursor, whose form is nobody's business.
    pub(super) fn to_cursor(self) -> String {
        format!("1{:016x}{:x}", self.time.0.cast_unsigned(), self.event)
    }

    pub(super) fn from_cursor(text: &str) -> Result<Self, StoreError> {
        let read = || {
            let (time, event) = text.strip_prefix('1')?.split_at_checked(16)?;
            let time = u64::from_str_radix(time, 16).ok()?.cast_signed();
            Some(Place { time: Timestamp(time), event: u64::from_str_radix(event, 16).ok()? })
        };
        read().ok_or_else(|| StoreError::Query {
            member: "cursor".to_owned(),
            reason: "the `next` of an earlier page is expected as it came".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        for place in [Place { time: Timestamp(-1), event: 1 }, Place { time: Timestamp(i64::MAX), event: u64::MAX }] {
            assert_eq!(Place::from_cursor(&place.to_cursor()).unwrap(), place);
        }
        for bad in ["", "1", "2", "10000000000000000", "1000000000000000zz", "page two"] {
            assert_eq!(Place::from_cursor(bad).unwrap_err().code(), "query_invalid", "{bad}");
        }
    }
}
