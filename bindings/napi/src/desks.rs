//! Recorders of this thread with the buffers that the package writes into, by number.
#![allow(unsafe_code, reason = "a buffer of the host's is written to while the host does not")]

use napi::bindgen_prelude::Uint8Array;
use std::cell::RefCell;
use tracewire_recorder::{self as core, host};

/// The number of no desk.
pub(crate) const NONE: u32 = u32::MAX;

thread_local! {
    /// JavaScript runs in one thread, and its buffers belong to it. A number that is free is taken again.
    static DESKS: RefCell<Vec<Option<(core::Recorder, Uint8Array)>>> = const { RefCell::new(Vec::new()) };
}

/// One recorder's place; it is given back with the recorder.
#[derive(Default)]
pub(crate) struct Desk {
    number: Option<u32>,
}

impl Desk {
    /// Puts another buffer here; the one before is let go.
    pub(crate) fn attach(&mut self, recorder: &core::Recorder, buffer: Uint8Array) -> u32 {
        let taken = DESKS.with_borrow_mut(|desks| {
            let free = || desks.iter().position(Option::is_none).unwrap_or(desks.len());
            let index = self.number.map_or_else(free, |number| number as usize);
            if index == desks.len() {
                desks.push(None);
            }
            let before = desks.get_mut(index).and_then(|desk| desk.replace((recorder.clone(), buffer)));
            (u32::try_from(index).unwrap_or(NONE), before)
        });
        self.number = Some(taken.0);
        taken.0
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        // The thread itself may be at its end.
        let before = DESKS.try_with(|desks| desks.borrow_mut().get_mut(number as usize).and_then(Option::take));
        drop(before);
    }
}

/// See [`host::record`]. A desk that is not there records nothing.
pub(crate) fn record(desk: u32, operation: u32, length: u32) -> u32 {
    DESKS.with_borrow_mut(|desks| {
        let Some(Some((recorder, buffer))) = desks.get_mut(desk as usize) else { return 0 };
        // SAFETY: the array is kept alive by the reference in `buffer`, the package never transfers or resizes it, and no
        // JavaScript of this thread runs before this function returns.
        let bytes = unsafe { buffer.as_mut() };
        host::record(recorder, operation, bytes, length as usize)
    })
}
