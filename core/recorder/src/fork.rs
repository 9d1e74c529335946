//! Fork: a child inherits nothing. It learns that it is a child, closes the journal files that it got from its parent
//! (or their locks would outlive the parent), and starts with state of its own.
//!
//! ```text
//! fork() ─▶ child: generation rises ─▶ inherited files closed ─▶ each PerProcess makes a new value at its next use
//! ```
//!
//! Nothing here takes a lock: a lock may have been held in the parent by a thread that the child does not have. What the
//! fork handler calls is safe in a signal handler: atomics, `getpid` and `close`.
//!
//! The generation stands in a page that the kernel clears in every child (Linux), so that a child is noticed even where
//! no handler ran, and before it can touch a mapping that it does not have.

#![allow(unsafe_code, reason = "fork handlers, a page that the kernel clears, values that outlive their process")]

use std::fs::File;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

/// The highest generation given out in this process or an ancestor of it.
static LAST: AtomicU64 = AtomicU64::new(1);
/// Where this process's generation stands; 0 there means that a fork has just happened.
static MARKER: AtomicPtr<AtomicU64> = AtomicPtr::new(ptr::null_mut());
/// The marker where the kernel has no page that it clears.
static PLAIN_MARKER: AtomicU64 = AtomicU64::new(0);
/// The process that the marker was last set in.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// How many files of this process a fork child closes; further ones stay open there until the child ends.
const TABLE_SIZE: usize = 256;
/// Open files: generation in the upper half, descriptor + 1 in the lower half, 0 where free.
static TABLE: [AtomicU64; TABLE_SIZE] = [const { AtomicU64::new(0) }; TABLE_SIZE];

/// A number that differs between a process and every process that it forks. Costs two loads.
#[inline]
pub(crate) fn generation() -> u64 {
    // A module in a browser is no process and never forks: to ask for its id would end it.
    if cfg!(target_family = "wasm") {
        return 1;
    }
    match marker().load(Ordering::Acquire) {
        0 => raise(),
        generation => generation,
    }
}

/// Compares process ids, for children that no handler saw on systems without a page that forks clear. Costs a system
/// call.
pub(crate) fn check_process() {
    if cfg!(target_family = "wasm") {
        return;
    }
    let marker = marker();
    let (known, current) = (PROCESS.load(Ordering::Relaxed), std::process::id());
    if known != current && PROCESS.compare_exchange(known, current, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
        marker.store(0, Ordering::Release);
        raise();
    }
}

#[inline]
fn marker() -> &'static AtomicU64 {
    let marker = MARKER.load(Ordering::Acquire);
    if marker.is_null() {
        return install();
    }
    // SAFETY: a pointer that stands in MARKER points to a static or to a page that is never unmapped.
    unsafe { &*marker }
}

#[cold]
fn install() -> &'static AtomicU64 {
    let fresh = platform::cleared_at_fork().unwrap_or(ptr::from_ref(&PLAIN_MARKER).cast_mut());
    // SAFETY: no other thread knows a fresh page yet, and the static is always valid.
    let value = unsafe { &*fresh };
    PROCESS.store(std::process::id(), Ordering::Relaxed);
    value.store(LAST.load(Ordering::Relaxed), Ordering::Release);
    match MARKER.compare_exchange(ptr::null_mut(), fresh, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => {
            platform::at_fork(in_child);
            value
        }
        Err(installed) => {
            platform::release(fresh);
            // SAFETY: as in `marker`.
            unsafe { &*installed }
        }
    }
}

extern "C" fn in_child() {
    let marker = MARKER.load(Ordering::Acquire);
    if !marker.is_null() {
        // SAFETY: as in `marker`.
        unsafe { &*marker }.store(0, Ordering::Release);
        raise();
    }
}

/// Gives the child its generation; whichever of its threads comes first also closes what was inherited.
#[cold]
fn raise() -> u64 {
    let generation = LAST.fetch_add(1, Ordering::AcqRel) + 1;
    match marker().compare_exchange(0, generation, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => {
            PROCESS.store(std::process::id(), Ordering::Relaxed);
            close_inherited(generation);
            generation
        }
        Err(current) => current,
    }
}

fn close_inherited(generation: u64) {
    for slot in &TABLE {
        let entry = slot.load(Ordering::Acquire);
        let is_inherited = entry != 0 && (entry >> 32) != (generation & 0xffff_ffff);
        if is_inherited && slot.compare_exchange(entry, 0, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            platform::close((entry as u32).wrapping_sub(1));
        }
    }
}

/// A file that fork children close. In a child that inherited one, dropping it does nothing: its number may by then
/// belong to another file.
#[derive(Debug)]
pub(crate) struct OwnFile {
    file: ManuallyDrop<File>,
    generation: u64,
    slot: Option<usize>,
}

impl OwnFile {
    /// Takes a file over.
    pub(crate) fn new(file: File) -> Self {
        let generation = generation();
        let entry = (generation << 32) | u64::from(platform::number(&file).wrapping_add(1));
        let slot =
            TABLE.iter().position(|slot| slot.compare_exchange(0, entry, Ordering::AcqRel, Ordering::Relaxed).is_ok());
        OwnFile { file: ManuallyDrop::new(file), generation, slot }
    }
}

impl Deref for OwnFile {
    type Target = File;

    fn deref(&self) -> &File {
        &self.file
    }
}

impl Drop for OwnFile {
    fn drop(&mut self) {
        if generation() != self.generation {
            return;
        }
        // First out of the table, or a fork in between would close a number that is in use again.
        if let Some(slot) = self.slot.and_then(|slot| TABLE.get(slot)) {
            slot.store(0, Ordering::Release);
        }
        // SAFETY: the file is not used after this, the only place that drops it.
        unsafe { ManuallyDrop::drop(&mut self.file) };
    }
}

/// A value of which each process has its own. A child makes a new one and leaves the inherited one as it is: its locks
/// may be held by threads that do not exist, its files and mappings belong to the parent, and it is never dropped.
pub(crate) struct PerProcess<T> {
    current: AtomicPtr<Node<T>>,
}

struct Node<T> {
    generation: u64,
    value: T,
}

impl<T> PerProcess<T> {
    /// Holds `value` for this process.
    pub(crate) fn new(value: T) -> Self {
        let node = Box::new(Node { generation: generation(), value });
        PerProcess { current: AtomicPtr::new(Box::into_raw(node)) }
    }

    /// This process's value, made by `make` from the parent's value at the first use after a fork. `make` must not take
    /// a lock of the value that it is given.
    #[inline]
    pub(crate) fn get(&self, make: impl FnOnce(&T) -> T) -> &T {
        let pointer = self.current.load(Ordering::Acquire);
        // SAFETY: `current` always points to a node that lives as long as `self`: replaced nodes are never freed.
        let node = unsafe { &*pointer };
        if node.generation == generation() { &node.value } else { self.renew(pointer, make) }
    }

    #[cold]
    fn renew(&self, inherited: *mut Node<T>, make: impl FnOnce(&T) -> T) -> &T {
        // SAFETY: as in `get`.
        let value = make(unsafe { &(*inherited).value });
        let fresh = Box::into_raw(Box::new(Node { generation: generation(), value }));
        match self.current.compare_exchange(inherited, fresh, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: as in `get`.
            Ok(_) => unsafe { &(*fresh).value },
            Err(current) => {
                // SAFETY: another thread of this child was first; nobody else knows `fresh`, made by `Box` above.
                drop(unsafe { Box::from_raw(fresh) });
                // SAFETY: as in `get`.
                unsafe { &(*current).value }
            }
        }
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        let pointer = *self.current.get_mut();
        // SAFETY: as in `get`; `&mut self` shows that no reference to the value is left.
        if unsafe { (*pointer).generation } == generation() {
            // SAFETY: made by `Box` in `new` or `renew`, freed only here.
            drop(unsafe { Box::from_raw(pointer) });
        }
    }
}

// SAFETY: the pointer is an owned box; the value is handed out by shared reference only, and may be made and dropped on
// another thread than the one that uses it.
unsafe impl<T: Send> Send for PerProcess<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for PerProcess<T> {}

#[cfg(unix)]
mod platform {
    use std::fs::File;
    use std::os::fd::AsRawFd as _;
    use std::sync::atomic::AtomicU64;

    #[cfg(target_os = "linux")]
    const LENGTH: usize = 4096;

    /// A page that reads as zero in every child, however it was forked (Linux 4.14).
    #[cfg(target_os = "linux")]
    pub(super) fn cleared_at_fork() -> Option<*mut AtomicU64> {
        let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new anonymous mapping; no memory that exists is touched.
        let page = unsafe { libc::mmap(std::ptr::null_mut(), LENGTH, protection, flags, -1, 0) };
        if page == libc::MAP_FAILED {
            return None;
        }
        // SAFETY: advises on the mapping made above.
        if unsafe { libc::madvise(page, LENGTH, libc::MADV_WIPEONFORK) } == 0 {
            return Some(page.cast());
        }
        release(page.cast());
        None
    }

    #[cfg(target_os = "linux")]
    pub(super) fn release(marker: *mut AtomicU64) {
        if !std::ptr::eq(marker, &raw const super::PLAIN_MARKER) {
            // SAFETY: a mapping of `cleared_at_fork` that nobody else knows, in its whole length.
            unsafe { libc::munmap(marker.cast(), LENGTH) };
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn cleared_at_fork() -> Option<*mut AtomicU64> {
        None
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn release(_: *mut AtomicU64) {}

    pub(super) fn at_fork(in_child: unsafe extern "C" fn()) {
        // SAFETY: the handler is a static function that only uses atomics, `getpid` and `close`. Where there is no memory to
        // register it, `generation` still notices a child where the kernel clears the marker.
        unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    }

    pub(super) fn close(number: u32) {
        // SAFETY: the table holds numbers of files that `OwnFile`s of the parent own, and those never close in this process.
        unsafe { libc::close(number as libc::c_int) };
    }

    pub(super) fn number(file: &File) -> u32 {
        file.as_raw_fd() as u32
    }
}

#[cfg(not(unix))]
mod platform {
    use std::fs::File;
    use std::sync::atomic::AtomicU64;

    pub(super) fn cleared_at_fork() -> Option<*mut AtomicU64> {
        None
    }
    pub(super) fn release(_: *mut AtomicU64) {}
    pub(super) fn at_fork(_: unsafe extern "C" fn()) {}
    pub(super) fn close(_: u32) {}
    pub(super) fn number(_: &File) -> u32 {
        0
    }
}
