//! References replaced by their values, for readers, in bounded space.

use super::Mark;
use super::slots::{inner_slots_mut, visit_outer_slots};
use crate::id::Hash;
use crate::value::{Map, Value};

/// How many references may lead through one another.
const MAX_LEVELS: usize = 16;

/// About how much memory the values that are put back may take, in bytes: few references can name much content many times.
const MAX_BYTES: usize = 64 << 20;

/// Puts the values of references back, as far as `lookup` knows them; the other references stay. `lookup` may say by the
/// value of a [`Mark`] that a content was erased or is withheld.
///
/// Media stand again as they were recorded, where the feature `media` is on and `lookup` knows their bytes; otherwise their tags stay.
///
/// References inside the values are followed, 16 levels deep at most, and up to about 64 MiB in all; what lies beyond stays
/// a reference, so that no envelope can make a reader grow without bounds.
pub fn resolve(body: &mut Map, lookup: &dyn Fn(&Hash) -> Option<Value>) {
    let mut resolver = Resolver { lookup, bytes_left: MAX_BYTES };
    visit_outer_slots(body, &mut |value| {
        resolver.slot(value, MAX_LEVELS);
        #[cfg(feature = "media")]
        crate::media::restore(value, &mut |hash| resolver.medium(hash));
    });
}

/// The same, but media stay tags: for who shows what was said, and a picture when somebody asks for it.
#[cfg(feature = "media")]
pub fn resolve_but_media(body: &mut Map, lookup: &dyn Fn(&Hash) -> Option<Value>) {
    let mut resolver = Resolver { lookup, bytes_left: MAX_BYTES };
    visit_outer_slots(body, &mut |value| resolver.slot(value, MAX_LEVELS));
}

struct Resolver<'a> {
    lookup: &'a dyn Fn(&Hash) -> Option<Value>,
    bytes_left: usize,
}

impl Resolver<'_> {
    fn slot(&mut self, value: &mut Value, levels_left: usize) {
        let mut levels_left = levels_left;
        if let Some(mark) = Mark::of(value) {
            let Mark::Ref(hash) = mark else { return };
            if levels_left == 0 {
                return;
            }
            levels_left -= 1;
            let Some(found) = (self.lookup)(&hash) else { return };
            let Some(left) = self.bytes_left.checked_sub(weight(&found)) else { return };
            // A content is never itself a reference; that it was erased or withheld may be said in its place.
            if let Some(Mark::Ref(_)) = Mark::of(&found) {
                return;
            }
            self.bytes_left = left;
            *value = found;
        }
        inner_slots_mut(value, &mut |inner| self.slot(inner, levels_left));
    }

    /// The content of a medium, while there is room for it.
    #[cfg(feature = "media")]
    fn medium(&mut self, hash: &Hash) -> Option<Value> {
        let found = (self.lookup)(hash)?;
        self.bytes_left = self.bytes_left.checked_sub(weight(&found))?;
        Some(found)
    }
}

/// About how many bytes of memory a value takes.
fn weight(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::Text(text) => text.len(),
            Value::List(items) => items.iter().map(weight).sum(),
            Value::Map(map) => map.iter().map(|(key, value)| size_of::<String>() + key.len() + weight(value)).sum(),
            _ => 0,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, Value)]) -> Map {
        entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    #[test]
    fn a_content_that_names_itself_ends() {
        let hash = Hash::of(b"loop");
        let itself = Value::Map(map(&[("system", Mark::Ref(hash).to_value())]));
        let mut body = map(&[("input", Mark::Ref(hash).to_value())]);
        resolve(&mut body, &|_| Some(itself.clone()));
        let mut levels = 0;
        let mut at = body.get("input");
        while let Some(inner) = at.and_then(Value::as_map).and_then(|map| map.get("system")) {
            levels += 1;
            at = Some(inner);
        }
        assert_eq!(levels, MAX_LEVELS);
    }

    #[test]
    fn few_references_cannot_grow_without_bounds() {
        let hash = Hash::of(b"many");
        let many = Value::List(vec![Mark::Ref(hash).to_value(); 1000]);
        let mut body = map(&[("output", Mark::Ref(hash).to_value())]);
        let mut resolver = Resolver { lookup: &|_| Some(many.clone()), bytes_left: 4 << 20 };
        visit_outer_slots(&mut body, &mut |value| resolver.slot(value, MAX_LEVELS));
        let size = weight(&Value::Map(body));
        assert!(size > 1 << 20 && size < 5 << 20, "{size}");
    }
}
