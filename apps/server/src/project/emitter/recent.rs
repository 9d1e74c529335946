//! A map that forgets what was not asked for long: two generations, of which the older one goes when the younger one is full.

use std::collections::HashMap;
use std::hash::Hash;

/// Such a map. It holds between one and two times as much as it is told to.
pub(super) struct Recent<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    /// How much the younger generation holds, in units of the caller.
    weight: usize,
    most: usize,
}

impl<K: Hash + Eq + Copy, V> Recent<K, V> {
    /// A generation holds so much.
    pub(super) fn new(most: usize) -> Self {
        Recent { young: HashMap::new(), old: HashMap::new(), weight: 0, most }
    }

    /// What is known under a key; it is young again by that, and weighs so much.
    pub(super) fn get(&mut self, key: K, weigh: impl Fn(&V) -> usize) -> Option<&mut V> {
        if let Some(value) = self.old.remove(&key) {
            let weight = weigh(&value);
            self.put(key, value, weight);
        }
        self.young.get_mut(&key)
    }

    /// Puts something in.
    pub(super) fn put(&mut self, key: K, value: V, weight: usize) {
        if self.weight >= self.most {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
        self.young.insert(key, value);
        self.weight += weight;
    }

    /// What is young has grown.
    pub(super) fn grow(&mut self, weight: usize) {
        self.weight += weight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let mut recent = Recent::new(3);
        let one = |_: &u32| 1;
        for key in 0..20_u32 {
            recent.put(key, key * 10, 1);
            assert_eq!(recent.get(0, one), Some(&mut 0), "asked for each time");
            assert!(recent.young.len() + recent.old.len() <= 8);
        }
        assert_eq!(recent.get(19, one), Some(&mut 190));
        assert_eq!(recent.get(1, one), None);
    }

    #[test]
    fn what_grows_fills_its_generation() {
        let mut recent = Recent::new(3);
        recent.put(1, (), 1);
        recent.grow(2);
        recent.put(2, (), 1);
        assert!(recent.old.contains_key(&1) && recent.young.contains_key(&2));
    }
}
