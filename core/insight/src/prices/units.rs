//! How units stand to each other: what is part of what.

use crate::call::Unit;

/// Which way tokens went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    In,
    Out,
}

/// What a unit counts. A unit is part of another where it says all that the other says, and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    family: Family,
    pub direction: Option<Direction>,
    /// `audio`, `image`, `video`.
    medium: Option<&'static str>,
    /// `cache_read`, `cache_write`, `reasoning`, `citation`, `annotated`.
    sort: Option<&'static str>,
    /// How long a cache keeps it.
    kept: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Tokens,
    Characters,
    Messages,
    Seconds,
    Pages,
    WebSearches,
    StorageSearches,
    Requests,
}

impl Shape {
    pub(super) fn of(unit: Unit) -> Self {
        use Direction::{In, Out};
        let tokens = |direction, medium, sort, kept| Shape {
            family: Family::Tokens,
            direction: Some(direction),
            medium,
            sort,
            kept,
        };
        let other = |family, direction, sort| Shape { family, direction, medium: None, sort, kept: None };
        match unit {
            Unit::Input => tokens(In, None, None, None),
            Unit::Output => tokens(Out, None, None, None),
            Unit::CacheRead => tokens(In, None, Some("cache_read"), None),
            Unit::CacheWrite => tokens(In, None, Some("cache_write"), None),
            Unit::CacheWrite5m => tokens(In, None, Some("cache_write"), Some("5m")),
            Unit::CacheWrite1h => tokens(In, None, Some("cache_write"), Some("1h")),
            Unit::Reasoning => tokens(Out, None, Some("reasoning"), None),
            Unit::Citation => tokens(Out, None, Some("citation"), None),
            Unit::InputAudio => tokens(In, Some("audio"), None, None),
            Unit::OutputAudio => tokens(Out, Some("audio"), None, None),
            Unit::CacheReadAudio => tokens(In, Some("audio"), Some("cache_read"), None),
            Unit::InputImage => tokens(In, Some("image"), None, None),
            Unit::OutputImage => tokens(Out, Some("image"), None, None),
            Unit::CacheReadImage => tokens(In, Some("image"), Some("cache_read"), None),
            Unit::InputVideo => tokens(In, Some("video"), None, None),
            Unit::OutputVideo => tokens(Out, Some("video"), None, None),
            Unit::InputCharacters => other(Family::Characters, Some(In), None),
            Unit::InputMessages => other(Family::Messages, Some(In), None),
            Unit::AudioSeconds => other(Family::Seconds, None, None),
            Unit::InputAudioSeconds => other(Family::Seconds, Some(In), None),
            Unit::DocumentPages => other(Family::Pages, Some(In), None),
            Unit::AnnotatedDocumentPages => other(Family::Pages, Some(In), Some("annotated")),
            Unit::WebSearches => other(Family::WebSearches, None, None),
            Unit::StorageSearches => other(Family::StorageSearches, None, None),
            Unit::Requests => other(Family::Requests, None, None),
        }
    }

    pub(super) fn is_tokens(&self) -> bool {
        self.family == Family::Tokens
    }

    /// How much it says.
    pub(super) fn depth(&self) -> usize {
        let said = [self.direction.is_some(), self.medium.is_some(), self.sort.is_some(), self.kept.is_some()];
        said.iter().filter(|said| **said).count()
    }

    /// Whether `other` is part of this, or the same.
    pub(super) fn includes(&self, other: &Shape) -> bool {
        let fits = |mine: Option<&str>, theirs: Option<&str>| mine.is_none() || mine == theirs;
        self.family == other.family
            && (self.direction.is_none() || self.direction == other.direction)
            && fits(self.medium, other.medium)
            && fits(self.sort, other.sort)
            && fits(self.kept, other.kept)
    }

    /// What is part of both, where neither is part of the other and they do not exclude each other: sound that was read from a
    /// cache is part of sound and of what was read from a cache.
    pub(super) fn meet(&self, other: &Shape) -> Option<Shape> {
        if self.family != other.family || self.includes(other) || other.includes(self) {
            return None;
        }
        let both = |mine: Option<&'static str>, theirs: Option<&'static str>| match (mine, theirs) {
            (Some(mine), Some(theirs)) if mine != theirs => None,
            (mine, theirs) => Some(mine.or(theirs)),
        };
        let direction = match (self.direction, other.direction) {
            (Some(mine), Some(theirs)) if mine != theirs => return None,
            (mine, theirs) => mine.or(theirs),
        };
        Some(Shape {
            family: self.family,
            direction,
            medium: both(self.medium, other.medium)?,
            sort: both(self.sort, other.sort)?,
            kept: both(self.kept, other.kept)?,
        })
    }
}

/// Of how many of a unit a price is.
pub(super) fn per(unit: Unit) -> u64 {
    match unit {
        Unit::AudioSeconds | Unit::InputAudioSeconds => 3_600,
        Unit::InputMessages
        | Unit::DocumentPages
        | Unit::AnnotatedDocumentPages
        | Unit::WebSearches
        | Unit::StorageSearches
        | Unit::Requests => 1_000,
        _ => 1_000_000,
    }
}

/// The unit of a name.
pub(super) fn named(name: &str) -> Option<Unit> {
    Unit::ALL.iter().copied().find(|unit| unit.name() == name)
}
