//! Members of one map, without a value for the map: the way of events in canonical form, which are read by the million.

use super::{Fault, ReadOptions, Reader};
use crate::value::Value;

/// What stands under a name.
pub(crate) enum Member<'a> {
    /// A text without escapes, where it stands.
    Text(&'a str),
    /// Any other value.
    Value(Value),
}

/// Calls `each` for every member of the map that the text holds, and says whether that was all of it.
///
/// False where the text is not a map whose names are plain and in order, or `each` says so: the general reader knows
/// what is wrong, if anything is.
pub(crate) fn read_members(bytes: &[u8], options: &ReadOptions, each: impl FnMut(&str, Member<'_>) -> bool) -> bool {
    Reader::new(bytes, options).and_then(|mut reader| reader.members(each)).unwrap_or(false)
}

impl<'a> Reader<'a> {
    fn members(&mut self, mut each: impl FnMut(&str, Member<'_>) -> bool) -> Result<bool, Fault> {
        if self.peek() != Some(b'{') {
            return Ok(false);
        }
        self.enter()?;
        let mut last = "";
        loop {
            let Some(name) = self.plain_string()? else { return Ok(false) };
            if name <= last || !self.take(b':') {
                return Ok(false);
            }
            last = name;
            let start = self.at;
            let member = match self.plain_string()? {
                Some(text) => Member::Text(text),
                None => {
                    self.at = start;
                    Member::Value(self.value()?)
                }
            };
            if !each(name, member) {
                return Ok(false);
            }
            if self.take(b'}') {
                return Ok(self.at == self.bytes.len());
            }
            if !self.take(b',') {
                return Ok(false);
            }
        }
    }

    /// A string without escapes; `None` where something else stands.
    fn plain_string(&mut self) -> Result<Option<&'a str>, Fault> {
        if !self.take(b'"') {
            return Ok(None);
        }
        let plain = self.plain()?;
        Ok(self.take(b'"').then_some(plain))
    }
}
