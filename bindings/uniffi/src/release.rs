//! Which library this is: two C symbols that never change, so that a package can ask before it uses anything else. What uniffi
//! generates compares checksums as it is loaded, and ends a Swift program that meets a library of another release.

use std::ffi::c_char;

/// The version of the contract between this library and the packages around it.
#[unsafe(no_mangle)]
pub extern "C" fn tracewire_contract_version() -> u32 {
    tracewire_boundary::CONTRACT_VERSION
}

/// The release of this library, as a text that ends with a zero byte and stays.
#[unsafe(no_mangle)]
pub extern "C" fn tracewire_library_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

#[cfg(test)]
mod tests {
    use super::{tracewire_contract_version, tracewire_library_version};
    use std::ffi::CStr;

    #[test]
    fn the_release_is_a_text_of_c() {
        // SAFETY: it ends with a zero byte, and is the program's own.
        let version = unsafe { CStr::from_ptr(tracewire_library_version()) };
        assert_eq!(version.to_str(), Ok(env!("CARGO_PKG_VERSION")));
        assert_eq!(tracewire_contract_version(), tracewire_boundary::CONTRACT_VERSION);
    }
}
