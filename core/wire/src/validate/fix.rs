//! What can be mended without guessing: form, spelling and names, never what was meant.
//!
//! A change of an event changes its digest. Where an envelope's digest was right before, the new one is put in its
//! place, and the next envelope of the producer names it: the file is a recording of its own, which neither signatures nor the
//! accepted heads of the old one cover. A digest that was wrong before stays as it is, for nobody can say whether the
//! emitter or somebody else made it so; only [`Fixer::redigesting`] computes it anew.

use super::digest;
use super::finding::{Finding, Path};
use super::members::of_body;
use super::names;
use super::rules::{
    CHAIN, DIGEST, EMPTY_MEMBER, ID_CASE, KIND, LEVEL, NULL_MEMBER, OLD_ATTRIBUTE, OLD_VALUE, Rule, STATUS, TIME_DIGITS,
};
use super::time;
use crate::body::{Form, Part};
use crate::content::Mark;
use crate::event::EventType;
use crate::registry::attributes;
use crate::value::{Map, Value};
use std::collections::BTreeMap;

/// Mends documents in order: envelopes that follow one another stay a chain.
#[derive(Debug, Default)]
pub struct Fixer {
    redigests: bool,
    /// The last envelope of each producer: its digest as it was, and as it is now.
    heads: BTreeMap<String, (Option<String>, String)>,
}

/// Mends one document by itself, and says what was changed.
///
/// ```
/// use tracewire_wire::{json, validate};
/// let value = json::read(br#"{"seq":1,"time":"2026-11-21T04:30:00Z","type":"log"}"#, &json::ReadOptions::default())?;
/// let (value, mended) = validate::fix(value);
/// assert_eq!(json::write(&value), br#"{"seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"log"}"#);
/// assert_eq!(mended[0].rule.code, "TW0107");
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
pub fn fix(mut value: Value) -> (Value, Vec<Finding>) {
    let mended = Fixer::new().fix(&mut value);
    (value, mended)
}

impl Fixer {
    /// A fixer that leaves wrong digests as they are.
    pub fn new() -> Self {
        Self::default()
    }

    /// A fixer that computes every digest and the chain anew, for emitters that have none yet.
    pub fn redigesting() -> Self {
        Fixer { redigests: true, ..Self::default() }
    }

    /// Mends a document, and says what was changed.
    pub fn fix(&mut self, value: &mut Value) -> Vec<Finding> {
        let mut mended = Mended(Vec::new());
        let root = Path::Root("");
        match value {
            Value::List(items) => {
                for (at, item) in items.iter_mut().enumerate() {
                    self.record(item, &root.index(at), &mut mended);
                }
            }
            Value::Map(map) if map.contains_key("envelopes") => {
                if let Some(Value::List(items)) = map.get_mut("envelopes") {
                    let list = root.key("envelopes");
                    for (at, item) in items.iter_mut().enumerate() {
                        self.record(item, &list.index(at), &mut mended);
                    }
                }
            }
            one => self.record(one, &root, &mut mended),
        }
        mended.0
    }

    fn record(&mut self, value: &mut Value, path: &Path<'_>, mended: &mut Mended) {
        let is_envelope = super::inspect::is_envelope(value);
        let Value::Map(map) = value else { return };
        if is_envelope {
            self.envelope(map, path, mended);
        } else if let Some(Value::List(events)) = map.get_mut("events") {
            let list = path.key("events");
            for (at, item) in events.iter_mut().enumerate() {
                if let Value::Map(event) = item {
                    fix_event(event, &list.index(at), mended);
                }
            }
        } else {
            fix_event(map, path, mended);
        }
    }

    fn envelope(&mut self, map: &mut Map, path: &Path<'_>, mended: &mut Mended) {
        let stated = map.get("digest").and_then(Value::as_text).map(str::to_ascii_lowercase);
        let before = digest::of_envelope(map).map(|digest| digest.to_string());
        let was_right = before.is_some() && before == stated;
        for name in ["digest", "prev"] {
            lower_case(map, name, path, mended);
        }
        if let Some(Value::List(entries)) = map.get_mut("events") {
            let list = path.key("events");
            for (at, entry) in entries.iter_mut().enumerate() {
                let is_withheld = matches!(Mark::of(entry), Some(Mark::Withheld(_)));
                if let Value::Map(event) = entry
                    && !is_withheld
                {
                    fix_event(event, &list.index(at), mended);
                }
            }
        }
        if let Some(Value::Map(resource)) = map.get_mut("resource") {
            fix_attributes(resource, &path.key("resource"), mended);
        }
        if map.get("content").is_some_and(|content| content.as_map().is_some_and(Map::is_empty)) {
            map.remove("content");
            mended.add(&EMPTY_MEMBER, &path.key("content"), "left out".to_owned());
        }
        let producer = map.get("producer").and_then(Value::as_text).unwrap_or_default().to_owned();
        self.chain(map, &producer, path, mended);
        let Some(now) = digest::of_envelope(map).map(|digest| digest.to_string()) else { return };
        let is = map.get("digest").and_then(Value::as_text).unwrap_or_default();
        let kept = if (was_right || self.redigests) && now != is {
            map.insert("digest".to_owned(), now.as_str().into());
            mended.add(&DIGEST, &path.key("digest"), format!("now {now}"));
            now
        } else {
            is.to_owned()
        };
        self.heads.insert(producer, (stated, kept));
    }

    /// `prev` names the envelope before by its digest of now.
    fn chain(&self, map: &mut Map, producer: &str, path: &Path<'_>, mended: &mut Mended) {
        let prev = map.get("prev").and_then(Value::as_text);
        let wanted = match self.heads.get(producer) {
            Some((was, now)) if self.redigests || prev.is_some() && prev == was.as_deref() => Some(now.clone()),
            None if self.redigests && map.get("first_seq").and_then(Value::as_u64) == Some(1) => None,
            _ => return,
        };
        if wanted.as_deref() != prev {
            let said = wanted.as_deref().map_or_else(|| "left out".to_owned(), |hash| format!("now {hash}"));
            match wanted {
                Some(hash) => _ = map.insert("prev".to_owned(), hash.into()),
                None => _ = map.remove("prev"),
            }
            mended.add(&CHAIN, &path.key("prev"), said);
        }
    }
}

/// What was changed.
struct Mended(Vec<Finding>);

impl Mended {
    fn add(&mut self, rule: &'static Rule, path: &Path<'_>, message: String) {
        self.0.push(Finding { rule, pointer: path.pointer(), line: None, column: None, message, fix: None });
    }
}

fn fix_event(map: &mut Map, path: &Path<'_>, mended: &mut Mended) {
    for name in ["trace_id", "span_id", "parent_id"] {
        lower_case(map, name, path, mended);
    }
    for name in ["trace_id", "span_id", "parent_id", "kind", "status", "duration_nanos", "nonce"] {
        leave_out_null(map, name, path, mended);
    }
    replace(
        map,
        "time",
        &TIME_DIGITS,
        path,
        mended,
        |text| if time::has_wire_form(text) { None } else { time::settle(text) },
    );
    let other = |is: &str, known: Option<&str>| known.filter(|known| *known != is).map(str::to_owned);
    replace(map, "kind", &KIND, path, mended, |word| other(word, names::kind_of(word)));
    replace(map, "status", &STATUS, path, mended, |word| other(word, names::status_of(word)));
    let event_type = EventType::parse(map.get("type").and_then(Value::as_text).unwrap_or_default());
    let is_mark = map.get("body").is_some_and(|body| Mark::of(body).is_some());
    let Some(Value::Map(body)) = map.get_mut("body").filter(|_| !is_mark) else { return };
    let path = &path.key("body");
    if let Some((part, _)) = of_body(&event_type) {
        fix_part(body, part, event_type == EventType::SpanUpdate, path, mended);
        let of_log = event_type == EventType::Log;
        replace(body, "level", &LEVEL, path, mended, |word| other(word, names::level_of(word, of_log)));
    }
    if let Some(Value::Map(attributes)) = body.get_mut("attributes") {
        fix_attributes(attributes, &path.key("attributes"), mended);
    }
    if body.is_empty() {
        map.remove("body");
        mended.add(&EMPTY_MEMBER, path, "left out".to_owned());
    }
}

/// Members that are null and may not be, at any depth of the parts that the schema knows.
fn fix_part(members: &mut Map, part: &Part, can_be_null: bool, path: &Path<'_>, mended: &mut Mended) {
    for (name, form) in part.members {
        if !can_be_null && !matches!(form, Form::Any) {
            leave_out_null(members, name, path, mended);
        }
        match (form, members.get_mut(name)) {
            (Form::Part(inner), Some(Value::Map(members))) => {
                fix_part(members, inner, false, &path.key(name), mended);
            }
            (Form::List(Form::Part(inner)), Some(Value::List(items))) => {
                let list = path.key(name);
                for (at, item) in items.iter_mut().enumerate() {
                    if let Value::Map(members) = item {
                        fix_part(members, inner, false, &list.index(at), mended);
                    }
                }
            }
            _ => {}
        }
    }
}

fn fix_attributes(map: &mut Map, path: &Path<'_>, mended: &mut Mended) {
    let old: Vec<(String, &'static str)> =
        map.iter().filter_map(|(name, _)| Some((name.clone(), attributes::current_name(name)?))).collect();
    for (name, current) in old {
        // Where both are there and differ, only their emitter knows which is meant.
        if map.get(current).is_some_and(|value| Some(value) != map.get(&name)) {
            continue;
        }
        if let Some(value) = map.remove(&name) {
            map.insert(current.to_owned(), value);
            mended.add(&OLD_ATTRIBUTE, &path.key(&name), format!("now `{current}`"));
        }
    }
    for (name, value) in map.iter_mut() {
        let aliases = attributes::find(name).map_or(&[][..], |attribute| attribute.value_aliases);
        if let Value::Text(text) = value
            && let Some((_, current)) = aliases.iter().find(|(old, _)| *old == text.as_str())
        {
            *text = (*current).to_owned();
            mended.add(&OLD_VALUE, &path.key(name), format!("now `{current}`"));
        }
    }
}

fn leave_out_null(map: &mut Map, name: &str, path: &Path<'_>, mended: &mut Mended) {
    if map.get(name) == Some(&Value::Null) {
        map.remove(name);
        mended.add(&NULL_MEMBER, &path.key(name), "left out".to_owned());
    }
}

fn lower_case(map: &mut Map, name: &str, path: &Path<'_>, mended: &mut Mended) {
    replace(map, name, &ID_CASE, path, mended, |text| {
        let digits = text.strip_prefix("sha256:").unwrap_or(text);
        let is_upper = digits.bytes().any(|byte| byte.is_ascii_uppercase());
        let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_upper && is_hex).then(|| text.to_ascii_lowercase())
    });
}

fn replace(
    map: &mut Map,
    name: &str,
    rule: &'static Rule,
    path: &Path<'_>,
    mended: &mut Mended,
    mend: impl FnOnce(&str) -> Option<String>,
) {
    if let Some(Value::Text(text)) = map.get_mut(name)
        && let Some(now) = mend(text)
    {
        mended.add(rule, &path.key(name), format!("now {now:?}"));
        *text = now;
    }
}
