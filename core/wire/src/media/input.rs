//! The bytes that are looked at. Every read may fail, and none fails loudly.

/// The beginning of a medium, or all of it.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    /// What is here.
    pub(super) bytes: &'a [u8],
    /// How many bytes the medium has, with those that are not here.
    pub(super) total: u64,
}

/// Integers of one width and order of bytes.
macro_rules! integers {
    ($($name:ident, $type:ty, $read:ident, $bytes:literal;)*) => {
        $(pub(super) fn $name(&self, at: usize) -> Option<u64> {
            let bytes = self.slice(at, $bytes)?.try_into().ok()?;
            Some(u64::from(<$type>::$read(bytes)))
        })*
    };
}

impl<'a> Input<'a> {
    pub(super) fn is_whole(&self) -> bool {
        self.bytes.len() as u64 == self.total
    }

    pub(super) fn slice(&self, at: usize, length: usize) -> Option<&'a [u8]> {
        self.bytes.get(at..at.checked_add(length)?)
    }

    /// Whether these bytes stand here.
    pub(super) fn has(&self, at: usize, expected: &[u8]) -> bool {
        self.slice(at, expected.len()) == Some(expected)
    }

    pub(super) fn byte(&self, at: usize) -> Option<u64> {
        self.bytes.get(at).map(|byte| u64::from(*byte))
    }

    integers! {
        be16, u16, from_be_bytes, 2;
        be32, u32, from_be_bytes, 4;
        be64, u64, from_be_bytes, 8;
        le16, u16, from_le_bytes, 2;
        le32, u32, from_le_bytes, 4;
        le64, u64, from_le_bytes, 8;
    }

    pub(super) fn le24(&self, at: usize) -> Option<u64> {
        Some(self.le16(at)? | self.byte(at.checked_add(2)?)? << 16)
    }
}

/// A place in what is here; one beyond is nowhere.
pub(super) fn place(offset: u64) -> Option<usize> {
    usize::try_from(offset).ok()
}
