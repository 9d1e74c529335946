//! What a journal file holds, as readers see it.

/// One item of a journal file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A record.
    Record {
        /// Where its frame begins.
        offset: u64,
        /// Where the next frame begins.
        end_offset: u64,
        /// One CBOR map.
        payload: &'a [u8],
    },
    /// A flush.
    Mark {
        /// Where its frame begins.
        offset: u64,
        /// Where the next frame begins.
        end_offset: u64,
    },
    /// The end of the file.
    Close {
        /// Where its frame begins.
        offset: u64,
        /// Where the file ends.
        end_offset: u64,
        /// Why it was closed: `exited`, `rotated`, `recovered`, or what another writer gave.
        reason: String,
    },
    /// A whole frame of a kind that this version does not know.
    Unknown {
        /// Its kind.
        kind: u8,
        /// Where it begins.
        offset: u64,
        /// Where the next frame begins.
        end_offset: u64,
    },
    /// Bytes between whole frames that are none.
    Damage {
        /// Where they begin.
        offset: u64,
        /// How many they are.
        bytes: u64,
    },
}

impl Item<'_> {
    /// Where the item begins.
    pub fn offset(&self) -> u64 {
        match self {
            Item::Record { offset, .. }
            | Item::Mark { offset, .. }
            | Item::Close { offset, .. }
            | Item::Unknown { offset, .. }
            | Item::Damage { offset, .. } => *offset,
        }
    }

    /// Where the item behind it begins.
    pub fn end_offset(&self) -> u64 {
        match self {
            Item::Record { end_offset, .. }
            | Item::Mark { end_offset, .. }
            | Item::Close { end_offset, .. }
            | Item::Unknown { end_offset, .. } => *end_offset,
            Item::Damage { offset, bytes } => offset + bytes,
        }
    }
}

/// What stands behind the last item when [`JournalReader::next`] has given `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tail {
    /// Nothing but zeros, or the end of the file.
    #[default]
    Clean,
    /// Bytes that are no frame: not written yet where the writer lives, torn where it is dead.
    Torn {
        /// Where they begin.
        offset: u64,
        /// How many they are, up to the last that is not zero and a multiple of 8.
        bytes: u64,
    },
    /// The file is closed.
    Closed,
}
