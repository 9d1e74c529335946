//! The head of a CBOR item: major type and argument in the shortest form (RFC 8949 §3, §4.2.1).

pub(super) const UINT: u8 = 0 << 5;
pub(super) const NEGATIVE: u8 = 1 << 5;
pub(super) const BYTES: u8 = 2 << 5;
pub(super) const TEXT: u8 = 3 << 5;
pub(super) const LIST: u8 = 4 << 5;
pub(super) const MAP: u8 = 5 << 5;
pub(super) const TAG: u8 = 6 << 5;

pub(super) const FALSE: u8 = 0xf4;
pub(super) const TRUE: u8 = 0xf5;
pub(super) const NULL: u8 = 0xf6;
pub(super) const UNDEFINED: u8 = 0xf7;
pub(super) const DOUBLE: u8 = 0xfb;
pub(super) const OPEN_LIST: u8 = 0x9f;
pub(super) const OPEN_MAP: u8 = 0xbf;
pub(super) const BREAK: u8 = 0xff;

/// Appends a head of the given major type.
#[inline]
pub(super) fn write(out: &mut Vec<u8>, major: u8, argument: u64) {
    if argument < 24 {
        out.push(major | argument as u8);
    } else if let Ok(small) = u8::try_from(argument) {
        out.extend_from_slice(&[major | 24, small]);
    } else if let Ok(medium) = u16::try_from(argument) {
        let [a, b] = medium.to_be_bytes();
        out.extend_from_slice(&[major | 25, a, b]);
    } else if let Ok(large) = u32::try_from(argument) {
        let [a, b, c, d] = large.to_be_bytes();
        out.extend_from_slice(&[major | 26, a, b, c, d]);
    } else {
        out.push(major | 27);
        out.extend_from_slice(&argument.to_be_bytes());
    }
}
