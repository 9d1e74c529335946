//! Makes lists of maps uniform, for whoever wants them as tables: TOON and CSV are small where all rows have the same
//! columns, and TOON costs more than compact JSON where they have not.
//!
//! **Both change the value**, and nothing restores it: [`group_by_shape`] gives up the order between maps of different shapes and
//! makes a map of a list, [`fill_nulls`] no longer tells a member that is null from one that is not there. So they are for
//! reading, not for keeping, and nobody does them unasked. Only the outermost lists of maps are changed; what is in a list's
//! maps keeps its form.

use std::collections::BTreeMap;

use tracewire_wire::WireError;
use tracewire_wire::encoding::{self, Encoding, ReadOptions, WriteOptions};
use tracewire_wire::order::Order as _;
use tracewire_wire::value::{Map, Value};

/// How lists of maps are made alike before they are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Uniform {
    /// Not at all.
    #[default]
    No,
    /// Maps of one shape together: [`group_by_shape`].
    Group,
    /// All members in all maps, null where there was none: [`fill_nulls`].
    Fill,
}

impl Uniform {
    /// The value, its lists made alike.
    #[must_use]
    pub fn apply(self, value: Value) -> Value {
        match self {
            Uniform::No => value,
            Uniform::Group => group_by_shape(value),
            Uniform::Fill => fill_nulls(value),
        }
    }

    /// Writes a value in this encoding, its lists made alike.
    ///
    /// # Errors
    /// As of [`Encoding::write_value`].
    pub fn write(self, value: Value, (to, writing): (Encoding, &WriteOptions)) -> Result<Vec<u8>, WireError> {
        to.write_value(&self.apply(value), writing)
    }

    /// Writes in one encoding what is read from another, its lists made alike: [`encoding::convert`], where they are not.
    ///
    /// # Errors
    /// As of [`encoding::convert`].
    pub fn convert(
        self,
        bytes: &[u8],
        (from, reading): (Encoding, &ReadOptions),
        to: (Encoding, &WriteOptions),
    ) -> Result<Vec<u8>, WireError> {
        match self {
            Uniform::No => encoding::convert(bytes, (from, reading), to),
            _ => self.write(from.read_value(bytes, reading)?, to),
        }
    }
}

/// Puts maps of one shape together: a list whose maps differ becomes a map of lists, in the order in which shapes first appear.
///
/// A shape is the names of the members and which of them are lists or maps. Its list is called by the `type` that its maps share,
/// else `shape`; a number tells equal names apart. A list of one shape, or of anything but maps, stays.
///
/// ```
/// use tracewire_insight::uniform::group_by_shape;
/// use tracewire_wire::json::{self, ReadOptions};
/// let list = json::read(br#"[{"type":"log","text":"a"},{"type":"end","ok":true},{"type":"log","text":"b"}]"#, &ReadOptions::default())?;
/// let grouped = br#"{"end":[{"ok":true,"type":"end"}],"log":[{"text":"a","type":"log"},{"text":"b","type":"log"}]}"#;
/// assert_eq!(json::write(&group_by_shape(list)), grouped);
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
#[must_use]
pub fn group_by_shape(value: Value) -> Value {
    outermost(value, &|items| {
        let mut groups: Vec<(Shape, Vec<Map>)> = Vec::new();
        let mut places = BTreeMap::new();
        for item in items {
            let shape = Shape::of(&item);
            let at = *places.entry(shape.clone()).or_insert(groups.len());
            match groups.get_mut(at) {
                Some((_, group)) => group.push(item),
                None => groups.push((shape, vec![item])),
            }
        }
        if groups.len() < 2 {
            return list(groups.into_iter().flat_map(|(_, group)| group));
        }
        let mut named = Map::new();
        for (_, group) in groups {
            let name = shared_type(&group).unwrap_or("shape").to_owned();
            let mut key = name.clone();
            let mut number = 1_u64;
            while named.contains_key(&key) {
                number += 1;
                key = format!("{name}_{number}");
            }
            named.insert(key, list(group));
        }
        Value::Map(named)
    })
}

/// Gives every map of a list all members that any of them has, null where it had none; the same for maps in one place.
///
/// ```
/// use tracewire_insight::uniform::fill_nulls;
/// use tracewire_wire::json::{self, ReadOptions};
/// let list = json::read(br#"[{"a":1,"u":{"in":5}},{"a":2,"b":3}]"#, &ReadOptions::default())?;
/// assert_eq!(json::write(&fill_nulls(list)), br#"[{"a":1,"b":null,"u":{"in":5}},{"a":2,"b":3,"u":{"in":null}}]"#);
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
#[must_use]
pub fn fill_nulls(value: Value) -> Value {
    outermost(value, &|items| {
        let mut columns = Columns::default();
        items.iter().for_each(|item| columns.add(item));
        list(items.into_iter().map(|item| columns.fill(item)))
    })
}

fn list(items: impl IntoIterator<Item = Map>) -> Value {
    Value::List(items.into_iter().map(Value::Map).collect())
}

/// Changes the outermost lists of at least two maps.
fn outermost(value: Value, change: &dyn Fn(Vec<Map>) -> Value) -> Value {
    match value {
        Value::List(items) if items.len() > 1 && items.iter().all(|item| matches!(item, Value::Map(_))) => change(
            items.into_iter().filter_map(|item| if let Value::Map(map) = item { Some(map) } else { None }).collect(),
        ),
        Value::List(items) => Value::List(items.into_iter().map(|item| outermost(item, change)).collect()),
        Value::Map(map) => Value::Map(map.into_iter().map(|(key, value)| (key, outermost(value, change))).collect()),
        other => other,
    }
}

/// The text that all maps have as `type`.
fn shared_type(maps: &[Map]) -> Option<&str> {
    let first = maps.first()?.get("type")?.as_text()?;
    maps.iter().all(|map| map.get("type").and_then(Value::as_text) == Some(first)).then_some(first)
}

/// What makes two maps rows of one table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Plain,
    List,
    Map(Vec<(String, Shape)>),
}

impl Shape {
    fn of(map: &Map) -> Self {
        let mut members: Vec<(String, Shape)> = map
            .iter()
            .map(|(key, value)| {
                let shape = match value {
                    Value::List(_) => Shape::List,
                    Value::Map(inner) => Shape::of(inner),
                    _ => Shape::Plain,
                };
                (key.clone(), shape)
            })
            .collect();
        members.order_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Shape::Map(members)
    }
}

/// Members in the order of first appearance; those below the ones that are maps wherever they are.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    places: BTreeMap<String, usize>,
    below: Vec<Option<Columns>>,
}

impl Columns {
    fn add(&mut self, map: &Map) {
        for (key, value) in map.iter() {
            let is_new = !self.places.contains_key(key);
            let place = *self.places.entry(key.clone()).or_insert(self.names.len());
            if is_new {
                self.names.push(key.clone());
                self.below.push(matches!(value, Value::Map(_)).then(Columns::default));
            }
            let Some(below) = self.below.get_mut(place) else { continue };
            match (below.as_mut(), value) {
                (Some(columns), Value::Map(inner)) => columns.add(inner),
                // Something else stands here too: no part of a table, whatever is filled in.
                _ => *below = None,
            }
        }
    }

    fn fill(&self, mut map: Map) -> Map {
        let filled = self.names.iter().zip(&self.below).map(|(key, below)| {
            let value = match (map.get_mut(key).map(std::mem::take), below) {
                (Some(Value::Map(inner)), Some(columns)) => Value::Map(columns.fill(inner)),
                (Some(value), _) => value,
                (None, Some(columns)) if !columns.names.is_empty() => Value::Map(columns.fill(Map::new())),
                (None, _) => Value::Null,
            };
            (key.clone(), value)
        });
        filled.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracewire_wire::json;

    fn check(change: fn(Value) -> Value, before: &str, after: &str) {
        let value = json::read(before.as_bytes(), &json::ReadOptions::default()).unwrap();
        assert_eq!(String::from_utf8(json::write(&change(value))).unwrap(), after, "{before}");
    }

    #[test]
    fn shapes_are_put_together() {
        check(group_by_shape, r#"[{"a":1},{"b":1},{"a":2}]"#, r#"{"shape":[{"a":1},{"a":2}],"shape_2":[{"b":1}]}"#);
        check(
            group_by_shape,
            r#"[{"a":{"x":1}},{"a":{"y":1}}]"#,
            r#"{"shape":[{"a":{"x":1}}],"shape_2":[{"a":{"y":1}}]}"#,
        );
        check(
            group_by_shape,
            r#"{"events":[{"a":1},{"a":[]}]}"#,
            r#"{"events":{"shape":[{"a":1}],"shape_2":[{"a":[]}]}}"#,
        );
        check(
            group_by_shape,
            r#"[{"type":"a"},{"n":1,"type":"a"},{"type":"b"}]"#,
            r#"{"a":[{"n":1,"type":"a"}],"shape":[{"type":"a"},{"type":"b"}]}"#,
        );
        check(group_by_shape, r#"[{"a":[{"b":1},{"c":1}]}]"#, r#"[{"a":{"shape":[{"b":1}],"shape_2":[{"c":1}]}}]"#);
        for same in [r#"[{"a":1},{"a":"x"}]"#, r#"[{"a":1},2]"#, "[]", "5"] {
            check(group_by_shape, same, same);
        }
    }

    #[test]
    fn what_is_missing_becomes_null() {
        check(fill_nulls, r#"[{"a":1},{"b":2}]"#, r#"[{"a":1,"b":null},{"a":null,"b":2}]"#);
        check(fill_nulls, r#"[{"u":{}},{"u":{"x":1}},{}]"#, r#"[{"u":{"x":null}},{"u":{"x":1}},{"u":{"x":null}}]"#);
        check(fill_nulls, r#"[{"u":{"x":1}},{"u":5},{}]"#, r#"[{"u":{"x":1}},{"u":5},{"u":null}]"#);
        check(fill_nulls, r#"[{"u":5},{"u":{"x":1}},{"u":{}}]"#, r#"[{"u":5},{"u":{"x":1}},{"u":{}}]"#);
        check(fill_nulls, r#"{"a":[1,{"b":2}]}"#, r#"{"a":[1,{"b":2}]}"#);
    }
    fn converted(uniform: Uniform, json: &str, to: Encoding) -> String {
        let from = (Encoding::Json, &ReadOptions::default());
        let bytes = uniform.convert(json.as_bytes(), from, (to, &WriteOptions::default())).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_is_converted_is_made_alike_if_asked() {
        let list = r#"[{"b":1},{"a":2}]"#;
        assert_eq!(converted(Uniform::No, list, Encoding::Json), list);
        assert_eq!(converted(Uniform::Group, list, Encoding::Json), r#"{"shape":[{"b":1}],"shape_2":[{"a":2}]}"#);
        assert_eq!(converted(Uniform::Fill, list, Encoding::Csv), "b,a\r\n1,null\r\nnull,2\r\n");
        let wrong = Uniform::Fill.convert(
            b"[",
            (Encoding::Json, &ReadOptions::default()),
            (Encoding::Json, &WriteOptions::default()),
        );
        assert_eq!(wrong.map_err(|error| error.code()), Err("json_end"));
    }
}
