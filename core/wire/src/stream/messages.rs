//! Protobuf, item by item.

use super::window::Window;
use super::{Out, StreamOptions};
use crate::error::WireError;
use crate::proto;

#[derive(Debug, Default)]
pub(super) struct Messages {
    reader: Option<proto::ItemReader>,
}

impl Messages {
    /// Reads the next item; false where its end is not there.
    pub(super) fn read(
        &mut self,
        window: &mut Window,
        options: &StreamOptions,
        out: &mut Out<'_>,
    ) -> Result<bool, WireError> {
        let reader = self.reader.get_or_insert_with(|| proto::ItemReader::with_limit(options.max_item_bytes));
        let (item, taken) = reader.next_item(window.rest(), window.is_end)?;
        window.take(taken);
        *out.form = Some(reader.form());
        out.ready.extend(item);
        Ok(taken > 0)
    }
}
