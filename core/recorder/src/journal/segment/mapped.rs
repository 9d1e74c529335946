//! A window of the file in memory, which slides forward with the writer.

use super::os;
#[cfg(target_os = "linux")]
use memmap2::Advice;
use memmap2::{MmapOptions, MmapRaw};
use std::fs::File;
use std::io;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

/// How much of the file is mapped at once. It bounds the resident memory of a writer.
const WINDOW_BYTES: u64 = 1 << 20;
/// How far ahead of the writer pages are made ready, at each step. Measured on ext4: less makes steps too many for the
/// median, more makes each of them too long for the 99th percentile.
const POPULATE_BYTES: u64 = 8 << 10;

/// The part of a file that is mapped now.
pub(super) struct Window {
    map: MmapRaw,
    /// Where in the file it begins.
    start: u64,
    /// Up to which offset its pages are ready to be written.
    populated: u64,
}

/// Whether the kernel can make pages ready and say that it cannot, instead of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Populate {
    Yes,
    No,
}

impl Window {
    /// Maps the file from the page that holds `offset`, far enough for `length` bytes behind it.
    pub(super) fn map(file: &File, offset: u64, length: u64) -> io::Result<Self> {
        let page = os::page_bytes();
        let start = offset & !(page - 1);
        let bytes = (offset - start + length).next_multiple_of(page).max(WINDOW_BYTES);
        let bytes = usize::try_from(bytes).map_err(io::Error::other)?;
        let map = MmapOptions::new().offset(start).len(bytes).map_raw(file)?;
        // A fork child must not hold the file, nor reach it by mistake.
        #[cfg(target_os = "linux")]
        map.advise(Advice::DontFork)?;
        Ok(Window { map, start, populated: start })
    }

    /// Whether the bytes lie in the window.
    pub(super) fn holds(&self, offset: u64, length: u64) -> bool {
        offset >= self.start && offset + length <= self.start + self.map.len() as u64
    }

    /// Makes the pages up to `end` ready, and some more while at it, but none beyond `allocated`.
    pub(super) fn populate(&mut self, end: u64, allocated: u64) -> io::Result<Populate> {
        if end <= self.populated {
            return Ok(Populate::Yes);
        }
        let page = os::page_bytes();
        let window_end = self.start + self.map.len() as u64;
        let target = (end + POPULATE_BYTES).next_multiple_of(page).min(window_end).min(allocated & !(page - 1));
        let target = target.max(end.next_multiple_of(page));
        let (from, to) = ((self.populated - self.start) as usize, (target - self.start) as usize);
        match populate(&self.map, from, to - from) {
            Ok(populate) => {
                self.populated = target;
                Ok(populate)
            }
            Err(error) => Err(error),
        }
    }

    /// Puts one frame: everything behind its head, then the head at once, so that readers see all of it or nothing.
    ///
    /// The caller has asked [`Window::holds`].
    pub(super) fn put(&self, offset: u64, frame: &[u8]) {
        let (Some((head, rest)), true) = (frame.split_first_chunk::<8>(), self.holds(offset, frame.len() as u64))
        else {
            return;
        };
        let at = (offset - self.start) as usize;
        let target = self.map.as_mut_ptr();
        // SAFETY: `holds` was asked above, so the frame's bytes lie inside the mapping, which lives as long as `self`. No Rust
        // reference to the mapped bytes exists anywhere; `frame` is memory of ours that does not overlap.
        unsafe { ptr::copy_nonoverlapping(rest.as_ptr(), target.add(at + head.len()), rest.len()) };
        // SAFETY: inside the mapping as above; frames start at multiples of 8 and the mapping at a page, so it is aligned; this
        // process reaches the bytes only here, under the writer's lock.
        let published = unsafe { AtomicU64::from_ptr(target.add(at).cast()) };
        published.store(u64::from_ne_bytes(*head), Ordering::Release);
    }
}

#[cfg(target_os = "linux")]
fn populate(map: &MmapRaw, from: usize, length: usize) -> io::Result<Populate> {
    match map.advise_range(Advice::PopulateWrite, from, length) {
        Ok(()) => Ok(Populate::Yes),
        // Linux before 5.14. The space is reserved, so touching the pages works as well.
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => Ok(Populate::No),
        Err(error) => Err(error),
    }
}

#[cfg(not(target_os = "linux"))]
fn populate(_: &MmapRaw, _: usize, _: usize) -> io::Result<Populate> {
    Ok(Populate::No)
}
