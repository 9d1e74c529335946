//! Chance that repeats itself: one generator for each script, made of the run's seed and the script's number.

/// A generator whose numbers depend on its seed alone.
pub struct Random(fastrand::Rng);

impl Random {
    /// The generator of a script: which process asks for it, and when, changes nothing.
    pub fn of(seed: u64, script: u64) -> Self {
        let mut mixed = seed.wrapping_add(script.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        Random(fastrand::Rng::with_seed(mixed ^ (mixed >> 27)))
    }

    /// A number from 0 to below `end`; 0 where `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.0.usize(..end) }
    }

    /// A number from `first` to `last`.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        if first >= last { first } else { self.0.i64(first..=last) }
    }

    /// True as often as `share` says, from 0 to 1.
    pub fn chance(&mut self, share: f64) -> bool {
        self.0.f64() < share
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// One of some; the default where there are none.
    pub fn pick<T: Clone + Default>(&mut self, from: &[T]) -> T {
        let at = self.below(from.len());
        from.get(at).cloned().unwrap_or_default()
    }

    /// So many bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.0.u8(..)).collect()
    }

    /// Another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        self.0.shuffle(items);
    }
}
