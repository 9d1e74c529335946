//! The one call of each record. uniffi's own calls cost microseconds in either language; this one takes five numbers.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use tracewire_boundary::guard::guard;
use tracewire_recorder::{Recorder, host};

/// Recorders by the number that hosts name them by. A number is never given twice, so one that is kept too long names nothing.
static DESKS: RwLock<BTreeMap<u64, Recorder>> = RwLock::new(BTreeMap::new());
static LAST: AtomicU64 = AtomicU64::new(0);

/// One recorder's number; it is given back with the recorder.
pub(crate) struct Desk(pub(crate) u64);

impl Desk {
    pub(crate) fn of(recorder: &Recorder) -> Self {
        let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        DESKS.write().unwrap_or_else(PoisonError::into_inner).insert(number, recorder.clone());
        Desk(number)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let before = DESKS.write().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
        drop(before); // Outside of the lock: the last one closes its journal.
    }
}

/// How many recorders are open to hosts.
pub(crate) fn open_desks() -> u64 {
    DESKS.read().unwrap_or_else(PoisonError::into_inner).len() as u64
}

/// Records what stands in the first `length` bytes of a buffer of `capacity` bytes, and leaves a start's or point's own state there:
/// see `core/recorder/src/host.rs` for its layout, the operations and what is given back. A desk that is not there records nothing.
///
/// # Safety
/// `buffer` is null, or `capacity` bytes there are the caller's alone until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tracewire_record(
    desk: u64,
    operation: u32,
    buffer: *mut u8,
    capacity: usize,
    length: usize,
) -> u32 {
    guard(0, || {
        let recorder = DESKS.read().unwrap_or_else(PoisonError::into_inner).get(&desk).cloned();
        let Some(recorder) = recorder.filter(|_| !buffer.is_null()) else { return 0 };
        // SAFETY: the caller says so.
        let bytes = unsafe { std::slice::from_raw_parts_mut(buffer, capacity) };
        host::record(&recorder, operation, bytes, length)
    })
}

/// [`tracewire_record`] for the JVM: `static native int record(long, int, long, int, int)` of `dev.tracewire.internal.Hot`. Nothing
/// of the environment is used, so no function of the JVM is called.
///
/// # Safety
/// As for [`tracewire_record`]: `address` is 0 or that of a buffer outside of the collected heap.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Java_dev_tracewire_internal_Hot_record(
    _environment: *mut c_void,
    _class: *mut c_void,
    desk: i64,
    operation: i32,
    address: i64,
    capacity: i32,
    length: i32,
) -> i32 {
    let buffer = std::ptr::with_exposed_provenance_mut::<u8>(usize::try_from(address).unwrap_or(0));
    let (capacity, length) = (usize::try_from(capacity).unwrap_or(0), usize::try_from(length).unwrap_or(usize::MAX));
    // SAFETY: the caller says so.
    unsafe { tracewire_record(desk.cast_unsigned(), operation.cast_unsigned(), buffer, capacity, length).cast_signed() }
}
