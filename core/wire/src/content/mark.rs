//! What stands in a slot in place of its value.

use crate::id::Hash;
use crate::value::Value;

/// What stands in a slot in place of its value (TW-CON-003): a map with this one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The value is carried elsewhere: `{"$ref":"sha256:…"}`.
    Ref(Hash),
    /// The value was erased: `{"$erased":"sha256:…"}`.
    Erased(Hash),
    /// The value is not in this copy: `{"$withheld":"sha256:…"}`.
    Withheld(Hash),
}

impl Mark {
    /// The mark that a value is, if it is one. A map with a further member, or without a hash, is none.
    pub fn of(value: &Value) -> Option<Self> {
        let map = value.as_map().filter(|map| map.len() == 1)?;
        let (tag, hash) = map.iter().next()?;
        let mark = match tag.as_str() {
            "$ref" => Mark::Ref,
            "$erased" => Mark::Erased,
            "$withheld" => Mark::Withheld,
            _ => return None,
        };
        hash.as_text()?.parse().ok().map(mark)
    }

    /// The hash that it names.
    pub fn hash(&self) -> Hash {
        match self {
            Mark::Ref(hash) | Mark::Erased(hash) | Mark::Withheld(hash) => *hash,
        }
    }

    /// The value that it is.
    pub fn to_value(self) -> Value {
        Value::tagged(self.tag(), self.hash().to_string())
    }

    /// Appends its canonical JSON.
    pub(crate) fn write_to(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"");
        out.extend_from_slice(self.tag().as_bytes());
        out.extend_from_slice(b"\":\"");
        self.hash().write_to(out);
        out.extend_from_slice(b"\"}");
    }

    fn tag(self) -> &'static str {
        match self {
            Mark::Ref(_) => "$ref",
            Mark::Erased(_) => "$erased",
            Mark::Withheld(_) => "$withheld",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Map;

    #[test]
    fn a_mark_is_one_member_with_a_hash() {
        let hash = Hash::of(b"x");
        for mark in [Mark::Ref(hash), Mark::Erased(hash), Mark::Withheld(hash)] {
            assert_eq!(Mark::of(&mark.to_value()), Some(mark));
            let mut written = Vec::new();
            mark.write_to(&mut written);
            assert_eq!(written, crate::json::write(&mark.to_value()));
            let Value::Map(mut more) = mark.to_value() else { panic!("a mark is a map") };
            more.insert("name".to_owned(), Value::Null);
            assert_eq!(Mark::of(&Value::Map(more)), None, "what has a further member would lose it");
        }
        assert_eq!(Mark::of(&Value::tagged("$ref", "elsewhere")), None);
        assert_eq!(Mark::of(&Value::tagged("$$ref", hash.to_string())), None);
        assert_eq!(Mark::of(&Value::Map(Map::new())), None);
    }
}
