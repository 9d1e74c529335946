//! What a decoder may take: memory and steps, at most a multiple of what it is given.

use crate::{allocator, steps};

/// What a decoder may take for each byte that it is given.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Bytes of memory at once.
    pub memory: usize,
    /// Steps of control flow.
    pub steps: u64,
}

/// Whatever is read, so much memory and so many steps are free.
const FREE_MEMORY: usize = 64 << 10;
const FREE_STEPS: u64 = 50_000;

/// What `work` took.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// Bytes of memory at once.
    pub memory: usize,
    /// Steps of control flow.
    pub steps: u64,
}

/// Measures.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Taken) {
    let ((result, memory), steps) = steps::of(|| allocator::peak_of(work));
    (result, Taken { memory, steps })
}

impl Budget {
    /// Runs a decoder on so many bytes.
    ///
    /// # Panics
    /// Where it takes more than the budget.
    pub fn keep<T>(self, bytes: usize, decode: impl FnOnce() -> T) -> T {
        let (result, taken) = measure(decode);
        let memory = FREE_MEMORY + self.memory * bytes;
        assert!(taken.memory <= memory, "{} bytes of memory for {bytes} bytes, at most {memory}", taken.memory);
        let steps = FREE_STEPS + self.steps * bytes as u64;
        assert!(taken.steps <= steps, "{} steps for {bytes} bytes, at most {steps}", taken.steps);
        result
    }
}
