//! Processes: a process writes one journal file after the other, and people think of the process.

use std::collections::{BTreeMap, BTreeSet};

use tracewire_wire::value::{Map, Value};

use crate::input::ProducerState as Life;

/// What is known of a producer.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its name.
    pub producer: &'a str,
    /// Attributes of the emitter.
    pub resource: &'a Map,
    /// Where it runs: `host`, `pid`.
    pub origin: &'a Map,
    /// Whether more can come from its process.
    pub state: Life,
}

/// One process, as its journals tell of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    /// What all its producers' names begin with.
    pub key: String,
    /// The first digits of the key, as many as tell it from the others.
    pub tag: String,
    /// `service.name` of its resource.
    pub service: Option<String>,
    /// Its id on its host.
    pub pid: Option<u64>,
    /// Its host.
    pub host: Option<String>,
    /// Whether more can come from it.
    pub life: Life,
    /// Its producers.
    pub producers: Vec<String>,
}

impl Process {
    /// The name to show: its service, else its tag.
    pub fn label(&self) -> &str {
        self.service.as_deref().unwrap_or(&self.tag)
    }
}

/// All processes that some producers belong to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Processes {
    list: Vec<Process>,
    by_producer: BTreeMap<String, usize>,
}

/// `6f1c09b2d4e8a375` of `6f1c09b2d4e8a375-2` (TW-ID-004); other producers stand for themselves.
fn key_of(producer: &str) -> &str {
    match producer.rsplit_once('-') {
        Some((key, number))
            if !key.is_empty() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            key
        }
        _ => producer,
    }
}

impl Processes {
    /// Groups producers.
    pub fn new<'a>(producers: impl IntoIterator<Item = Seen<'a>>) -> Self {
        let mut list: Vec<Process> = Vec::new();
        let mut by_key: BTreeMap<&str, usize> = BTreeMap::new();
        let mut by_producer = BTreeMap::new();
        for seen in producers {
            let index = *by_key.entry(key_of(seen.producer)).or_insert_with(|| {
                list.push(Process {
                    key: key_of(seen.producer).to_owned(),
                    tag: String::new(),
                    service: text(seen.resource, "service.name"),
                    pid: seen.origin.get("pid").and_then(Value::as_int).and_then(|pid| u64::try_from(pid).ok()),
                    host: text(seen.origin, "host"),
                    life: seen.state,
                    producers: Vec::new(),
                });
                list.len() - 1
            });
            if let Some(process) = list.get_mut(index) {
                process.producers.push(seen.producer.to_owned());
            }
            by_producer.insert(seen.producer.to_owned(), index);
        }
        let keys: BTreeSet<String> = list.iter().map(|process| process.key.clone()).collect();
        for process in &mut list {
            process.tag = tag(&process.key, &keys);
        }
        Self { list, by_producer }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Process> {
        self.list.iter()
    }

    /// The process behind a producer.
    pub fn of(&self, producer: &str) -> Option<&Process> {
        self.by_producer.get(producer).and_then(|index| self.list.get(*index))
    }

    /// Whether more can come from the process behind a producer.
    pub fn life(&self, producer: &str) -> Life {
        self.of(producer).map_or(Life::Unknown, |process| process.life)
    }

    /// A name for the process behind a producer that tells it from the others of `among`.
    pub fn label(&self, producer: &str, among: &[&Process]) -> String {
        let Some(process) = self.of(producer) else { return key_of(producer).chars().take(8).collect() };
        let same = among.iter().filter(|other| other.label() == process.label()).count();
        match &process.service {
            Some(service) if same > 1 => format!("{service}/{}", process.tag),
            _ => process.label().to_owned(),
        }
    }

    /// The processes behind some producers, each once, in their order.
    pub fn behind<'p>(&'p self, producers: &[&str]) -> Vec<&'p Process> {
        let mut seen = BTreeSet::new();
        producers.iter().filter_map(|producer| self.of(producer)).filter(|process| seen.insert(&process.key)).collect()
    }
}

fn text(map: &Map, name: &str) -> Option<String> {
    map.get(name).and_then(Value::as_text).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The shortest beginning of at least four characters that no other key has.
fn tag(key: &str, keys: &BTreeSet<String>) -> String {
    let characters = key.chars().count();
    for length in 4..characters {
        let start: String = key.chars().take(length).collect();
        if keys.range(start.clone()..).take_while(|other| other.starts_with(&start)).count() == 1 {
            return start;
        }
    }
    key.to_owned()
}

/// The state as a word.
pub fn life_word(life: Life) -> &'static str {
    match life {
        Life::Alive => "alive",
        Life::Closed => "closed",
        Life::Dead => "dead",
        Life::Unknown => "unknown",
    }
}
