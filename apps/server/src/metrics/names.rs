//! Labels whose values come from strangers: so many different ones are told apart, all others are one.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// What all further ones are called.
const OTHER: &str = "other";
/// Characters of a name.
const LONGEST: usize = 80;

/// Names that were met.
pub(super) struct Names {
    most: usize,
    known: Mutex<BTreeSet<String>>,
}

impl Names {
    /// So many are told apart.
    pub(super) fn up_to(most: usize) -> Self {
        Names { most, known: Mutex::default() }
    }

    /// The name, cut where it is long; `other` where too many were met before.
    pub(super) fn label(&self, name: &str) -> String {
        let name: String = name.chars().filter(|character| !character.is_control()).take(LONGEST).collect();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(&name) {
            return name;
        }
        if known.len() >= self.most {
            return OTHER.to_owned();
        }
        known.insert(name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_names_are_one() {
        let names = Names::up_to(2);
        assert_eq!([names.label("a"), names.label("b"), names.label("c"), names.label("a")], ["a", "b", "other", "a"]);
        assert_eq!(Names::up_to(9).label(&"x\n".repeat(100)), "x".repeat(80));
    }
}
