//! What only the system's own interface tells or does: space, file systems, limits, names of host and boot.

use std::fs::File;
use std::io;
use std::path::Path;

/// What kind of file system a file lives on, as far as the journal cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileSystem {
    /// Local, and known to keep preallocated blocks: a mapped write there does not run out of space.
    Preallocating,
    /// On another machine: locks and mapped writes promise nothing.
    Network,
    /// Anything else: plain writes.
    Other,
}

#[cfg(unix)]
pub(crate) use unix::*;

#[cfg(unix)]
mod unix {
    use super::{File, FileSystem, Path, io};
    use std::ffi::CString;
    use std::mem::MaybeUninit;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::ffi::OsStrExt as _;

    fn path_text(path: &Path) -> io::Result<CString> {
        CString::new(path.as_os_str().as_bytes()).map_err(io::Error::other)
    }

    /// The file system of an open file.
    pub(crate) fn file_system_of(file: &File) -> FileSystem {
        let mut stat = MaybeUninit::uninit();
        // SAFETY: the descriptor is open, and `stat` has room for the struct that the call fills.
        let status = unsafe { libc::fstatfs(file.as_raw_fd(), stat.as_mut_ptr()) };
        // SAFETY: filled when the call gave 0.
        if status == 0 { classify(&unsafe { stat.assume_init() }) } else { FileSystem::Other }
    }

    /// The file system of a path that exists.
    pub(crate) fn file_system_at(path: &Path) -> FileSystem {
        let Ok(text) = path_text(path) else { return FileSystem::Other };
        let mut stat = MaybeUninit::uninit();
        // SAFETY: `text` ends with zero, and `stat` has room for the struct that the call fills.
        let status = unsafe { libc::statfs(text.as_ptr(), stat.as_mut_ptr()) };
        // SAFETY: filled when the call gave 0.
        if status == 0 { classify(&unsafe { stat.assume_init() }) } else { FileSystem::Other }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn classify(stat: &libc::statfs) -> FileSystem {
        // Magic numbers of linux/magic.h and of the file systems' own sources.
        match (stat.f_type as u64) & 0xffff_ffff {
            // ext2 to ext4, XFS, tmpfs
            0xef53 | 0x5846_5342 | 0x0102_1994 => FileSystem::Preallocating,
            // NFS, SMB, CIFS, SMB2, AFS twice, Coda, Ceph, NCP
            0x6969 | 0x517b | 0xff53_4d42 | 0xfe53_4d42 | 0x5346_414f | 0x6b41_4653 | 0x7375_7245 | 0x00c3_6400
            | 0x564c
            // Lustre, GPFS, OCFS2, GFS2, BeeGFS
            | 0x0bd0_0bd0 | 0x4750_4653 | 0x7461_636f | 0x0116_1970 | 0x1983_0326 => FileSystem::Network,
            _ => FileSystem::Other,
        }
    }

    #[cfg(any(target_os = "macos", target_os = "ios"))]
    fn classify(stat: &libc::statfs) -> FileSystem {
        let name: Vec<u8> = stat.f_fstypename.iter().take_while(|byte| **byte != 0).map(|byte| *byte as u8).collect();
        if name == b"apfs" {
            FileSystem::Preallocating
        } else if stat.f_flags & libc::MNT_LOCAL as u32 == 0 {
            FileSystem::Network
        } else {
            FileSystem::Other
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "ios")))]
    fn classify(_: &libc::statfs) -> FileSystem {
        FileSystem::Other
    }

    /// Reserves the bytes from `from` to `to` and makes the file that long.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn allocate(file: &File, from: u64, to: u64) -> io::Result<()> {
        let offset = libc::off_t::try_from(from).map_err(io::Error::other)?;
        let length = libc::off_t::try_from(to.saturating_sub(from)).map_err(io::Error::other)?;
        loop {
            // SAFETY: the descriptor is open; the call touches no memory of ours.
            if unsafe { libc::fallocate(file.as_raw_fd(), 0, offset, length) } == 0 {
                return Ok(());
            }
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
    }

    /// Reserves the bytes from `from` to `to` and makes the file that long.
    #[cfg(any(target_os = "macos", target_os = "ios"))]
    pub(crate) fn allocate(file: &File, from: u64, to: u64) -> io::Result<()> {
        let mut wish = libc::fstore_t {
            fst_flags: libc::F_ALLOCATEALL,
            fst_posmode: libc::F_PEOFPOSMODE,
            fst_offset: 0,
            fst_length: libc::off_t::try_from(to.saturating_sub(from)).map_err(io::Error::other)?,
            fst_bytesalloc: 0,
        };
        // SAFETY: the descriptor is open, and `wish` is the struct that this command takes.
        if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_PREALLOCATE, &raw mut wish) } == -1 {
            return Err(io::Error::last_os_error());
        }
        file.set_len(to)
    }

    /// Reserving space is not known here.
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "ios")))]
    pub(crate) fn allocate(_: &File, _: u64, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// How long an open file is, and how many names it has; `None` when the system does not say. One quick call.
    #[inline]
    #[allow(clippy::useless_conversion, reason = "the width of a link count differs between systems")]
    pub(crate) fn length_and_links(file: &File) -> Option<(u64, u64)> {
        let mut stat = MaybeUninit::<libc::stat>::uninit();
        // SAFETY: the descriptor is open, and `stat` has room for the struct that the call fills.
        if unsafe { libc::fstat(file.as_raw_fd(), stat.as_mut_ptr()) } != 0 {
            return None;
        }
        // SAFETY: filled, as the call gave 0.
        let stat = unsafe { stat.assume_init() };
        Some((u64::try_from(stat.st_size).ok()?, u64::from(stat.st_nlink)))
    }

    /// Largest size of a file for this process. Growing beyond it would bring a signal that ends the host.
    pub(crate) fn size_limit() -> u64 {
        let mut limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
        // SAFETY: `limit` is the struct that the call fills.
        unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) };
        limit.rlim_cur
    }

    /// Size of a page of memory in bytes, a power of two.
    pub(crate) fn page_bytes() -> u64 {
        // SAFETY: the call only reads a constant of the system.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        u64::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(65_536)
    }

    /// Whether this process may make files in a folder.
    pub(crate) fn is_writable(folder: &Path) -> bool {
        let Ok(text) = path_text(folder) else { return false };
        // SAFETY: `text` ends with zero.
        unsafe { libc::access(text.as_ptr(), libc::W_OK | libc::X_OK) == 0 }
    }

    /// The effective user id.
    pub(crate) fn user_id() -> u32 {
        // SAFETY: the call has no arguments and always succeeds.
        unsafe { libc::geteuid() }
    }

    /// The host's name, empty where it has none.
    pub(crate) fn host_name() -> String {
        let mut bytes = [0u8; 256];
        // SAFETY: the buffer is as long as the call is told, less one byte that stays zero.
        let status = unsafe { libc::gethostname(bytes.as_mut_ptr().cast(), bytes.len() - 1) };
        let name = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        if status == 0 { String::from_utf8_lossy(name).into_owned() } else { String::new() }
    }

    /// What names this boot of the system, empty where nothing does.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn boot_name() -> String {
        std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
    }

    /// What names this boot of the system, empty where nothing does.
    #[cfg(any(target_os = "macos", target_os = "ios"))]
    pub(crate) fn boot_name() -> String {
        let mut bytes = [0u8; 64];
        let mut length = bytes.len();
        let name = c"kern.bootsessionuuid";
        // SAFETY: the name ends with zero; buffer and length belong together.
        let status = unsafe {
            libc::sysctlbyname(name.as_ptr(), bytes.as_mut_ptr().cast(), &raw mut length, std::ptr::null_mut(), 0)
        };
        let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        if status == 0 { String::from_utf8_lossy(text).into_owned() } else { String::new() }
    }

    /// What names this boot of the system, empty where nothing does.
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "ios")))]
    pub(crate) fn boot_name() -> String {
        String::new()
    }
}

#[cfg(not(unix))]
pub(crate) use other::*;

#[cfg(not(unix))]
mod other {
    use super::{File, FileSystem, Path, io};

    pub(crate) fn file_system_of(_: &File) -> FileSystem {
        FileSystem::Other
    }

    pub(crate) fn file_system_at(_: &Path) -> FileSystem {
        FileSystem::Other
    }

    pub(crate) fn allocate(_: &File, _: u64, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn length_and_links(file: &File) -> Option<(u64, u64)> {
        file.metadata().ok().map(|found| (found.len(), 1))
    }

    pub(crate) fn size_limit() -> u64 {
        u64::MAX
    }

    pub(crate) fn is_writable(folder: &Path) -> bool {
        std::fs::metadata(folder).is_ok_and(|found| !found.permissions().readonly())
    }

    pub(crate) fn host_name() -> String {
        std::env::var("COMPUTERNAME").unwrap_or_default()
    }

    pub(crate) fn boot_name() -> String {
        String::new()
    }
}
