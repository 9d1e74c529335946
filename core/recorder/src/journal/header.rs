//! The header of a file: everything that decides its envelopes, and where it was written (section 3 of
//! `spec/journal.md`).

use super::members::{HeaderError, Members, members_of, natural};
use crate::cbor::{Decoder, Scratch, Walker, wire_form};
use crate::limits::Limits;
use crate::redaction::Redact;
use crate::seal::version::MEDIA_SEAL_VERSION;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// The format that this crate writes and reads.
pub const FORMAT: u64 = 1;

/// Attributes deeper than this are left out of a header: they come from configuration, not from a run.
const ATTRIBUTE_DEPTH: usize = 32;

/// The first frame of a journal file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// Version of the spec.
    pub spec: String,
    /// Version of the seal.
    pub seal: u64,
    /// Name of the producer: process part and file number.
    pub producer: String,
    /// When the file was made.
    pub created: Timestamp,
    /// Attributes of the emitter.
    pub resource: Map,
    /// Bounds of records and envelopes.
    pub limits: Limits,
    /// Keys whose values are removed when the file is sealed.
    pub redact: Redact,
    /// Whether media are taken out of values when the file is sealed.
    pub media: bool,
    /// Rules of sampling, where there are any.
    pub sampling: Option<Map>,
    /// Where the writer runs.
    pub origin: Origin,
    /// The producer of the process that forked this one.
    pub parent: Option<String>,
    /// The file before this one of the same process.
    pub predecessor: Option<String>,
    /// Who must acknowledge the file before it may go.
    pub sinks: Vec<String>,
    /// Names a test's clock and ids; absent in real use.
    pub sources: Option<String>,
    /// Members that this version does not know.
    pub other: Map,
}

/// Where a writer runs: what decides whether somebody can tell that it is dead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The host's name.
    pub host: String,
    /// Names the boot of the system, empty where it has no name.
    pub boot: String,
    /// The pid namespace, empty where the system has none.
    pub pid_namespace: String,
    /// Process id.
    pub pid: u64,
    /// When the process started, in the system's own unit (Linux: clock ticks since boot).
    pub started: u64,
}

impl Header {
    /// The payload of the header's frame.
    pub fn to_cbor(&self) -> Vec<u8> {
        // The budget is for what hosts record; a header is configuration and stands whole.
        let mut scratch = Scratch::default();
        let mut walker = Walker::new(&mut scratch, &Limits::unbounded());
        let it = &mut walker;
        it.begin_part();
        uint(it, "format", FORMAT);
        it.part_text("spec", &self.spec);
        uint(it, "seal", self.seal);
        it.part_text("producer", &self.producer);
        it.part_int("created", self.created.0);
        attributes(it, "resource", &self.resource);
        it.raw_text("limits");
        it.begin_part();
        for (name, value) in limits(&self.limits) {
            uint(it, name, value);
        }
        it.end_part();
        it.raw_text("redact");
        it.begin_part();
        texts(it, "keys", &self.redact.keys);
        if cfg!(feature = "redact") && !self.redact.rules.is_empty() {
            texts(it, "rules", &self.redact.rules);
        }
        if let Some(key) = self.redact.hash_key.as_ref().filter(|_| cfg!(feature = "redact")) {
            it.part_bytes("hash_key", key);
        }
        it.end_part();
        if cfg!(feature = "media") && self.media {
            it.raw_text("media");
            it.bool(true);
        }
        if let Some(sampling) = &self.sampling {
            attributes(it, "sampling", sampling);
        }
        it.raw_text("origin");
        it.begin_part();
        it.part_text("host", &self.origin.host);
        it.part_text("boot", &self.origin.boot);
        it.part_text("pid_namespace", &self.origin.pid_namespace);
        uint(it, "pid", self.origin.pid);
        uint(it, "started", self.origin.started);
        it.end_part();
        for (name, producer) in [("parent", &self.parent), ("predecessor", &self.predecessor)] {
            if let Some(producer) = producer {
                it.part_text(name, producer);
            }
        }
        texts(it, "sinks", &self.sinks);
        if let Some(sources) = &self.sources {
            it.part_text("sources", sources);
        }
        for (name, value) in &self.other {
            it.raw_text(name);
            wire_form::value(it, value, ATTRIBUTE_DEPTH);
        }
        it.end_part();
        walker.written().to_vec()
    }

    /// Reads the payload of the header's frame.
    ///
    /// # Errors
    /// A sentence that says which member is missing or wrong, or that the format is newer.
    pub fn from_cbor(payload: &[u8]) -> Result<Self, String> {
        Self::read(payload).map_err(|error| match error {
            HeaderError::Newer(format) => format!("format {format} is newer than this program reads"),
            HeaderError::Invalid(reason) => reason,
        })
    }

    pub(crate) fn read(payload: &[u8]) -> Result<Self, HeaderError> {
        let invalid = |reason: String| HeaderError::Invalid(reason);
        let mut decoder = Decoder::new(payload);
        let (mut map, is_plain) = members_of(&mut decoder).map_err(|error| invalid(error.to_string()))?;
        let is_whole = decoder.is_finished();
        // First, because a later format may change the meaning of everything else.
        match map.remove("format").as_ref().and_then(natural) {
            Some(FORMAT) => {}
            Some(format) => return Err(HeaderError::Newer(format)),
            None => return Err(invalid("format is missing".to_owned())),
        }
        if !is_whole {
            return Err(invalid("bytes follow the map".to_owned()));
        }
        if !is_plain {
            return Err(invalid("a key stands twice or is no text".to_owned()));
        }
        let mut members = Members(map);
        let (spec, seal) = (members.text("spec")?, members.number("seal")?);
        let header = Header {
            spec,
            seal,
            producer: members.text("producer")?,
            created: Timestamp(members.time("created")?),
            resource: members.map("resource")?.unwrap_or_default(),
            limits: read_limits(members.map("limits")?.unwrap_or_default())?,
            redact: read_redact(members.map("redact")?.unwrap_or_default(), seal)?,
            media: read_media(&mut members, seal)?,
            sampling: members.map("sampling")?,
            origin: read_origin(members.map("origin")?.unwrap_or_default())?,
            parent: members.optional_text("parent")?,
            predecessor: members.optional_text("predecessor")?,
            sinks: members.texts("sinks")?,
            sources: members.optional_text("sources")?,
            other: members.0,
        };
        let is_rate = |sampling: &Map| matches!(sampling.get("rate"), Some(Value::Int(_) | Value::Double(_)));
        if header.sampling.as_ref().is_some_and(|sampling| !is_rate(sampling)) {
            return Err(invalid("sampling has no rate".to_owned()));
        }
        if super::directory::is_producer_name(&header.producer) {
            Ok(header)
        } else {
            Err(invalid(format!("producer {:?} is not a name", header.producer)))
        }
    }
}

fn limits(limits: &Limits) -> [(&'static str, u64); 7] {
    [
        ("depth", u64::from(limits.depth)),
        ("nodes", u64::from(limits.nodes)),
        ("text_bytes", limits.text_bytes),
        ("record_bytes", limits.record_bytes),
        ("inline_bytes", limits.inline_bytes),
        ("envelope_events", limits.envelope_events),
        ("envelope_bytes", limits.envelope_bytes),
    ]
}

fn read_limits(map: Map) -> Result<Limits, HeaderError> {
    let mut members = Members(map);
    let mut narrow = |name| members.number(name).map(|value| u32::try_from(value).unwrap_or(u32::MAX));
    let (depth, nodes) = (narrow("depth")?, narrow("nodes")?);
    Ok(Limits {
        depth,
        nodes,
        text_bytes: members.number("text_bytes")?,
        record_bytes: members.number("record_bytes")?,
        inline_bytes: members.number("inline_bytes")?,
        envelope_events: members.number("envelope_events")?,
        envelope_bytes: members.number("envelope_bytes")?,
    })
}

/// Rules and what they hash with are members of later versions of the seal than the first.
fn read_redact(map: Map, seal: u64) -> Result<Redact, HeaderError> {
    let mut members = Members(map);
    let keys = members.texts("keys")?;
    // A library without rules seals no such file, and has no use for them.
    if !(2..=MEDIA_SEAL_VERSION).contains(&seal) || !cfg!(feature = "redact") {
        return Ok(Redact { keys, ..Redact::default() });
    }
    let rules = members.optional_texts("rules")?.unwrap_or_default();
    let hash_key = members.0.get("hash_key").and_then(Value::as_bytes).and_then(|bytes| bytes.try_into().ok());
    Ok(Redact { keys, rules, hash_key })
}

/// A member of the third version of the seal.
fn read_media(members: &mut Members, seal: u64) -> Result<bool, HeaderError> {
    let is_known = seal == MEDIA_SEAL_VERSION && cfg!(feature = "media");
    Ok(is_known && members.optional_bool("media")?.unwrap_or_default())
}

fn read_origin(map: Map) -> Result<Origin, HeaderError> {
    let mut members = Members(map);
    Ok(Origin {
        host: members.optional_text("host")?.unwrap_or_default(),
        boot: members.optional_text("boot")?.unwrap_or_default(),
        pid_namespace: members.optional_text("pid_namespace")?.unwrap_or_default(),
        pid: members.number("pid")?,
        started: members.number("started")?,
    })
}

fn uint(walker: &mut Walker<'_>, name: &str, value: u64) {
    walker.raw_text(name);
    walker.uint(value);
}

fn texts(walker: &mut Walker<'_>, name: &str, values: &[String]) {
    walker.raw_text(name);
    if walker.begin_list(0) {
        values.iter().for_each(|value| walker.raw_text(value));
        walker.end_list(0);
    }
}

fn attributes(walker: &mut Walker<'_>, name: &str, map: &Map) {
    walker.raw_text(name);
    walker.wire_form();
    wire_form::members(walker, map, ATTRIBUTE_DEPTH);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Header {
        Header {
            spec: "1.0".into(),
            seal: 1,
            producer: "00000000000000ab-2".into(),
            created: Timestamp(1_767_225_600_123_456_789),
            resource: Map::from_iter([
                ("service.name".into(), Value::from("shop")),
                ("build".into(), Value::Map(Map::from_iter([("$int".into(), Value::from("9007199254740993"))]))),
                ("tags".into(), Value::List(vec![Value::Int(-1), Value::Bool(true), Value::Null, Value::Double(0.5)])),
            ]),
            limits: Limits { depth: 3, text_bytes: 10, ..Limits::default() },
            redact: Redact { keys: vec!["password".into()], ..Redact::default() },
            media: false,
            sampling: Some(Map::from_iter([("rate".into(), Value::Double(0.25))])),
            origin: Origin { host: "h".into(), boot: "b".into(), pid_namespace: "n".into(), pid: 7, started: 9 },
            parent: Some("00000000000000aa-1".into()),
            predecessor: Some("00000000000000ab-1".into()),
            sinks: vec!["store".into()],
            sources: Some("scripted".into()),
            other: Map::from_iter([("later".into(), Value::List(vec![Value::Int(1)]))]),
        }
    }

    #[test]
    fn a_header_comes_back_as_it_was() {
        assert_eq!(Header::read(&whole().to_cbor()), Ok(whole()));
    }

    #[test]
    fn rules_are_of_the_second_seal() {
        let redact = Redact { keys: vec!["a".into()], rules: vec!["@email -> hash".into()], hash_key: Some([7; 32]) };
        let second = Header { seal: 2, redact: redact.clone(), ..whole() };
        assert_eq!(Header::read(&second.to_cbor()), Ok(second));
        let first = Header { redact, ..whole() };
        let keys = Redact { keys: vec!["a".into()], ..Redact::default() };
        assert_eq!(Header::read(&first.to_cbor()).map(|header| header.redact), Ok(keys));
    }

    #[test]
    fn media_are_of_the_third_seal() {
        let third = Header { seal: 3, media: true, ..whole() };
        assert_eq!(Header::read(&third.to_cbor()), Ok(third.clone()));
        let first = Header::read(&Header { seal: 1, ..third }.to_cbor()).unwrap();
        assert!(!first.media && first.other.contains_key("media"), "it means nothing, and stays");
    }

    #[test]
    fn a_newer_format_is_named_before_anything_else_is_read() {
        // {"format": 2, "spec": 5}
        let payload = b"\xa2\x66format\x02\x64spec\x05";
        assert_eq!(Header::read(payload), Err(HeaderError::Newer(2)));
    }

    #[test]
    fn keys_are_texts_and_stand_once_and_sampling_has_a_rate() {
        let cbor = whole().to_cbor();
        let inside = cbor.get(1..cbor.len() - 1).unwrap();
        for more in [&b"\x01\x01"[..], b"\x64spec\x631.0", b"\x65later\xf6"] {
            let payload = [b"\xbf", inside, more, b"\xff"].concat();
            let reason = "a key stands twice or is no text";
            assert_eq!(Header::read(&payload), Err(HeaderError::Invalid(reason.into())), "{more:?}");
        }
        for sampling in [Map::new(), Map::from_iter([("rate".into(), Value::from("1"))])] {
            let header = Header { sampling: Some(sampling), ..whole() };
            assert_eq!(Header::read(&header.to_cbor()), Err(HeaderError::Invalid("sampling has no rate".into())));
        }
    }

    #[test]
    fn bytes_behind_the_map_are_refused() {
        let payload = [whole().to_cbor().as_slice(), b"\xf6"].concat();
        assert_eq!(Header::read(&payload), Err(HeaderError::Invalid("bytes follow the map".into())));
    }

    #[test]
    fn a_missing_member_is_named() {
        let payload = b"\xa1\x66format\x01";
        assert_eq!(Header::read(payload), Err(HeaderError::Invalid("spec is not there".into())));
    }

    #[test]
    fn a_producer_that_is_a_path_is_refused() {
        let header = Header { producer: "../../etc/x-1".into(), ..whole() };
        assert!(matches!(Header::read(&header.to_cbor()), Err(HeaderError::Invalid(_))));
    }
}
