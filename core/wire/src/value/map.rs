//! A map that keeps the order in which its entries came, with unique keys.

use super::Value;
use super::keys::{compare_keys, escape_key};
use crate::order::{Order as _, gathered};
use crate::work;
use std::collections::{BTreeSet, HashMap};

/// Maps of fewer entries are looked through one by one.
const FEW_KEYS: usize = 16;

/// Values by key. The order in which entries came is kept, and means nothing: neither equality nor canonical bytes regard it.
#[derive(Clone, Debug, Default)]
pub struct Map(Vec<(String, Value)>);

impl Map {
    /// A map without entries.
    pub fn new() -> Self {
        Map(Vec::new())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.0.iter_mut().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Sets the value of a key in wire form; gives what it replaces.
    ///
    /// It looks at all entries; many are added at once by [`Extend`] or [`FromIterator`], which do not.
    pub fn insert(&mut self, key: String, value: Value) -> Option<Value> {
        work::count(self.0.len());
        match self.get_mut(&key) {
            Some(place) => Some(std::mem::replace(place, value)),
            None => {
                self.0.push((key, value));
                None
            }
        }
    }

    /// Sets the value of a key that a user chose (TW-VAL-008).
    pub fn insert_user(&mut self, key: &str, value: Value) -> Option<Value> {
        self.insert(escape_key(key).into_owned(), value)
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| known == key)?;
        Some(self.0.remove(at).1)
    }

    /// The entries in order.
    pub fn iter(&self) -> std::slice::Iter<'_, (String, Value)> {
        self.0.iter()
    }

    /// The entries in order, their values to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> {
        self.0.iter_mut().map(|(key, value)| (key.as_str(), value))
    }

    /// Whether the entries are in the order of canonical JSON.
    pub fn is_sorted(&self) -> bool {
        self.0.is_sorted_by(|(a, _), (b, _)| compare_keys(a, b).is_lt())
    }

    /// Sorts the entries into the order of canonical JSON.
    pub fn sort(&mut self) {
        if !self.is_sorted() {
            self.0.order_by(|(a, _), (b, _)| compare_keys(a, b));
        }
    }

    /// The map of these entries; keys that collide get `#2`, `#3`, … in order (TW-VAL-013).
    pub fn from_entries(entries: Vec<(String, Value)>) -> Self {
        let mut map = Map(entries);
        if map.0.len() > 1 {
            map.settle_collisions();
        }
        map
    }

    /// The same, but the entries stay in the order in which they came where no keys collide.
    pub fn from_entries_in_order(entries: Vec<(String, Value)>) -> Self {
        if has_repeated_key(&entries) { Map::from_entries(entries) } else { Map(entries) }
    }

    fn settle_collisions(&mut self) {
        self.sort();
        let has_collision = self.0.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b));
        if !has_collision {
            return;
        }
        let mut taken: BTreeSet<String> = gathered(self.0.iter().map(|(key, _)| key.clone()));
        let mut current: Option<(String, u64)> = None;
        for (key, _) in &mut self.0 {
            match &mut current {
                // The sort is stable: entries of one key stand together in the host's order.
                Some((repeated, number)) if repeated == key => {
                    let renamed = loop {
                        *number += 1;
                        let candidate = format!("{repeated}#{number}");
                        if taken.insert(candidate.clone()) {
                            break candidate;
                        }
                    };
                    *key = renamed;
                }
                _ => current = Some((key.clone(), 1)),
            }
        }
        self.sort();
    }

    /// Adds an entry whose key is known not to be there.
    pub(crate) fn push_unique(&mut self, key: String, value: Value) {
        work::count(1);
        self.0.push((key, value));
    }

    /// The map of entries whose keys are known to be unique.
    pub(crate) fn from_unique(entries: Vec<(String, Value)>) -> Self {
        Map(entries)
    }
}

fn has_repeated_key(entries: &[(String, Value)]) -> bool {
    if entries.len() <= FEW_KEYS {
        let mut known = entries.iter().enumerate();
        return known.any(|(at, (key, _))| entries.iter().take(at).any(|(other, _)| other == key));
    }
    let mut keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
    keys.order_unstable_by(Ord::cmp);
    keys.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

impl FromIterator<(String, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(entries: I) -> Self {
        let mut map = Map::new();
        map.extend(entries);
        map
    }
}

impl Extend<(String, Value)> for Map {
    fn extend<I: IntoIterator<Item = (String, Value)>>(&mut self, entries: I) {
        // While keys come in order none is repeated. Any total order will do; that of bytes is the cheapest.
        let mut is_ordered = self.0.is_sorted_by(|(a, _), (b, _)| a < b);
        let mut places: HashMap<String, usize> = HashMap::new();
        for (key, value) in entries {
            work::count(1);
            is_ordered = is_ordered && self.0.last().is_none_or(|(last, _)| *last < key);
            if is_ordered {
                self.0.push((key, value));
            } else if self.0.len() < FEW_KEYS {
                self.insert(key, value);
            } else {
                if places.is_empty() {
                    places = self.0.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
                }
                match places.get(&key).and_then(|at| self.0.get_mut(*at)) {
                    Some((_, place)) => *place = value,
                    None => {
                        places.insert(key.clone(), self.0.len());
                        self.0.push((key, value));
                    }
                }
            }
        }
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        if self.len() != other.len() {
            return false;
        }
        let is_same_order = self.0.iter().zip(&other.0).all(|((a, _), (b, _))| a == b);
        if is_same_order {
            return self.0.iter().zip(&other.0).all(|((_, a), (_, b))| a == b);
        }
        let in_order = |map: &Map| {
            let mut places: Vec<usize> = (0..map.len()).collect();
            let key = |place: &usize| map.0.get(*place).map(|(key, _)| key.as_str());
            places.order_unstable_by(|a, b| key(a).cmp(&key(b)));
            places
        };
        in_order(self).iter().zip(in_order(other)).all(|(a, b)| self.0.get(*a) == other.0.get(b))
    }
}

impl IntoIterator for Map {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = &'a (String, Value);
    type IntoIter = std::slice::Iter<'a, (String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colliding_keys_are_numbered_in_order() {
        let entries = ["1", "a", "1", "1#2", "1"].iter().enumerate();
        let map = Map::from_entries(entries.map(|(at, key)| ((*key).to_owned(), Value::Int(at as i64))).collect());
        let shown: Vec<String> = map.iter().map(|(key, value)| format!("{key}={}", value.as_int().unwrap())).collect();
        assert_eq!(shown, ["1=0", "1#2=3", "1#3=2", "1#4=4", "a=1"]);
    }

    #[test]
    fn entries_keep_their_order_unless_keys_collide() {
        let keys = |wanted: &[&str]| {
            let entries = wanted.iter().map(|key| ((*key).to_owned(), Value::Null)).collect();
            Map::from_entries_in_order(entries).iter().map(|(key, _)| key.clone()).collect::<Vec<_>>()
        };
        assert_eq!(keys(&["b", "c", "a"]), ["b", "c", "a"]);
        assert_eq!(keys(&["b", "a", "b"]), ["a", "b", "b#2"]);
        let mut many: Vec<String> = (0..20).rev().map(|number| format!("k{number:02}")).collect();
        assert_eq!(keys(&many.iter().map(String::as_str).collect::<Vec<_>>()), many);
        many.push("k07".to_owned());
        let settled = keys(&many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((settled.len(), settled.get(8).map(String::as_str)), (21, Some("k07#2")));
    }

    #[test]
    fn insertion_keeps_order_and_replaces() {
        let mut map = Map::from_iter([("b".to_owned(), Value::Int(1)), ("a".to_owned(), Value::Int(2))]);
        assert_eq!(map.insert("b".to_owned(), Value::Int(3)), Some(Value::Int(1)));
        map.insert_user("$x", Value::Null);
        assert_eq!(map.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["b", "a", "$$x"]);
        assert_eq!(map.remove("a"), Some(Value::Int(2)));
    }

    #[test]
    fn many_entries_are_added_as_if_one_by_one() {
        for keys in ["abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba", "abcdefghijklmnopqrstuvaxbzc", "aabba"]
        {
            let entries: Vec<(String, Value)> =
                keys.chars().zip(0..).map(|(key, at)| (key.to_string(), Value::Int(at))).collect();
            let mut one_by_one = Map::new();
            for (key, value) in entries.clone() {
                one_by_one.insert(key, value);
            }
            let mut halves = Map::from_iter(entries[..20.min(entries.len())].to_vec());
            halves.extend(entries[20.min(entries.len())..].to_vec());
            assert_eq!(halves.0, one_by_one.0, "{keys}");
            assert_eq!(Map::from_iter(entries).0, one_by_one.0, "{keys}");
        }
    }
}
