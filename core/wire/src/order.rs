//! Putting things in order. In a browser every kind of thing that is sorted would bring its own copy of the standard library's
//! sort, five kilobytes each; there all of them sort their places by one copy, which costs time that nobody there misses.

use std::cmp::Ordering;

/// Slices that are put in order.
pub trait Order<T> {
    /// Sorts; what is equal stays in its order.
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// Sorts, where nothing is equal or nobody sees it.
    fn order_unstable_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);
}

#[cfg(not(target_family = "wasm"))]
impl<T> Order<T> for [T] {
    #[inline]
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering) {
        self.sort_by(compare);
    }

    #[inline]
    fn order_unstable_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering) {
        self.sort_unstable_by(compare);
    }
}

#[cfg(target_family = "wasm")]
impl<T> Order<T> for [T] {
    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let order = by_place::order(self.len(), &mut |a, b| match (self.get(a), self.get(b)) {
            (Some(a), Some(b)) => compare(a, b),
            _ => Ordering::Equal,
        });
        by_place::apply(order, &mut |a, b| self.swap(a, b));
    }

    fn order_unstable_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering) {
        self.order_by(compare);
    }
}

#[cfg(any(target_family = "wasm", test))]
#[cfg_attr(test, allow(dead_code, reason = "a module in a browser has it"))]
mod by_place {
    use std::cmp::Ordering;

    /// The places of things in the order in which the things belong; stable.
    pub(super) fn order(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
        let mut places: Vec<usize> = (0..count).collect();
        // The place decides between equals: as stable as the sort that is, and two kilobytes smaller.
        places.sort_unstable_by(|a, b| compare(*a, *b).then(a.cmp(b)));
        places
    }

    /// Brings each thing to its place by exchanging two at a time: what belongs to place `at` stands at `order[at]`.
    pub(super) fn apply(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
        for start in 0..order.len() {
            let mut at = start;
            while let Some(from) = order.get_mut(at).map(|place| std::mem::replace(place, at)) {
                if from == start || from == at {
                    break;
                }
                swap(at, from);
                at = from;
            }
        }
    }
}

/// Collects by putting in one after the other: the standard library's own way sorts before.
pub fn gathered<T, C: Default + Extend<T>>(items: impl IntoIterator<Item = T>) -> C {
    let mut all = C::default();
    items.into_iter().for_each(|item| all.extend(std::iter::once(item)));
    all
}

#[cfg(test)]
mod tests {
    use super::by_place::{apply, order};
    use std::collections::BTreeSet;

    #[test]
    fn places_are_sorted_as_the_things_themselves() {
        for given in [vec![], vec![5], vec![2, 1], vec![3, 1, 2], vec![2, 3, 1], vec![4, 4, 1, 0, 9, 4, 2, 7, 1, 8]] {
            let mut things: Vec<(i32, usize)> = given.into_iter().zip(0..).collect();
            let mut expected = things.clone();
            expected.sort_by_key(|(key, _)| *key);
            let places = order(things.len(), &mut |a, b| things[a].0.cmp(&things[b].0));
            apply(places, &mut |a, b| things.swap(a, b));
            assert_eq!(things, expected);
        }
    }

    #[test]
    fn what_is_gathered_is_all_there() {
        assert_eq!(super::gathered::<_, BTreeSet<u8>>([3, 1, 3]), BTreeSet::from([1, 3]));
    }
}
