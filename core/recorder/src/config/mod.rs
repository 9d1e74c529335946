//! Settings of a project: what its file and the environment say, each with where it comes from.
//!
//! ```text
//! code (the SDK's own arguments)  ▷  TRACEWIRE_… in the environment  ▷  tracewire.toml or .yaml  ▷  default
//! ```
//!
//! A setting that cannot be used is a [`Problem`] and as if it were not there: recording goes on with what comes after it.

mod file;
mod key;
mod nearest;
#[cfg(feature = "sign")]
mod signing;
mod yaml;

pub use key::{KEYS, Key, Kind};
#[cfg(feature = "sign")]
pub use signing::{KeyError, read_key, signing_key};

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use tracewire_wire::value::{Map, Value};

/// Names of the project's file, in the order in which they are looked for.
pub const FILE_NAMES: [&str; 3] = ["tracewire.toml", "tracewire.yaml", "tracewire.yml"];

/// The setting that names a private key.
const SIGNING_KEY: &str = "signing_key";

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// The line, from 1; 0 where it is not known.
        line: usize,
    },
    /// A variable of the environment.
    Environment(String),
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::File { path, line: 0 } => write!(out, "{}", path.display()),
            Source::File { path, line } => write!(out, "{}:{line}", path.display()),
            Source::Environment(name) => write!(out, "{name}"),
        }
    }
}

/// A setting and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its value, in the form of its [`Kind`].
    pub value: Value,
    /// Where it comes from.
    pub source: Source,
}

/// What cannot be used, and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The setting, or the name that is none; empty for a whole file.
    pub key: String,
    /// What it was set to, shortened.
    pub value: String,
    /// Where.
    pub source: Source,
    /// What is expected instead.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.key.as_str(), self.value.as_str()) {
            ("", _) => write!(out, "{}: {}", self.source, self.remedy),
            (key, "") => write!(out, "{key} ({}): {}", self.source, self.remedy),
            (key, value) => write!(out, "{key} = {value} ({}): {}", self.source, self.remedy),
        }
    }
}

/// What is set, by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The settings that can be used.
    pub values: BTreeMap<&'static str, Setting>,
    /// The project's file, if there is one.
    pub file: Option<PathBuf>,
    /// What cannot be used.
    pub problems: Vec<Problem>,
}

/// Reads the project's file and the environment of this process.
///
/// The file is the nearest one from `start` (the working directory by default) upward that belongs to this user.
pub fn load(start: Option<&Path>) -> Settings {
    let working = start.map(Path::to_owned).or_else(|| std::env::current_dir().ok());
    load_from(working.as_deref(), &|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
}

/// The same with an environment of one's own.
pub fn load_from(start: Option<&Path>, environment: &dyn Fn(&str) -> Option<String>) -> Settings {
    let mut settings = Settings::default();
    if let Some(path) = start.and_then(file::find) {
        settings.take_file(&path);
        settings.file = Some(path);
    }
    for key in KEYS {
        let name = key.variable();
        if let Some(text) = environment(&name).filter(|text| !text.is_empty()) {
            settings.take(key, key.kind.of_text(&text), &text, Source::Environment(name));
        }
    }
    settings.record_nothing_that_rules_may_remove();
    settings
}

impl Settings {
    /// A setting's value.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key).map(|setting| &setting.value)
    }

    /// Rules that cannot be used would have removed nobody knows what.
    fn record_nothing_that_rules_may_remove(&mut self) {
        let Some(problem) = self.problems.iter_mut().find(|problem| problem.key == "redact") else { return };
        problem.remedy.push_str("; until then inputs and outputs are not recorded");
        // What was switched off besides stays off.
        let none = match self.values.get("capture").map(|setting| &setting.value) {
            Some(Value::Map(fields)) => {
                let mut fields = fields.clone();
                for field in ["input", "output", "chunks", "data"] {
                    fields.insert(field.to_owned(), Value::Bool(false));
                }
                Value::Map(fields)
            }
            _ => Value::Bool(false),
        };
        let setting = Setting { value: none, source: problem.source.clone() };
        self.values.insert("capture", setting);
    }

    fn take_file(&mut self, path: &Path) {
        let source = |line| Source::File { path: path.to_owned(), line };
        let (map, text) = match file::read(path) {
            Ok(read) => read,
            Err((line, reason)) => {
                let (key, value) = Default::default();
                return self.problems.push(Problem { key, value, source: source(line), remedy: reason });
            }
        };
        for (name, value) in map {
            let source = source(file::line_of(&text, &name));
            match KEYS.iter().find(|key| key.name == name) {
                Some(key) => {
                    let shown = shown(&value);
                    let value = key.kind.of_value(value).and_then(|value| in_folder(key, value, path));
                    self.take(key, value, &shown, source);
                }
                None => self.problems.push(Problem {
                    value: shown(&value),
                    source,
                    remedy: match nearest::nearest(&name) {
                        Some(near) => format!("there is no such setting; did you mean {near}?"),
                        None => "there is no such setting; `tracewire config` lists them all".to_owned(),
                    },
                    key: name,
                }),
            }
        }
    }

    fn take(&mut self, key: &'static Key, value: Result<Value, String>, shown: &str, source: Source) {
        match value {
            Ok(value) => _ = self.values.insert(key.name, Setting { value, source }),
            Err(expected) => self.problems.push(Problem {
                key: key.name.to_owned(),
                value: if key.kind == Kind::Secret { String::new() } else { shorten(shown) },
                source,
                remedy: format!("{expected}, such as {}", key.example),
            }),
        }
    }
}

/// A path in a file is seen from the file's folder, wherever the program was started.
fn in_folder(key: &Key, value: Value, path: &Path) -> Result<Value, String> {
    let is_path = key.kind == Kind::Path || key.name == SIGNING_KEY;
    Ok(match (value, path.parent()) {
        // A project's file goes where the project goes.
        (Value::Text(text), _) if key.name == SIGNING_KEY && key::is_key_itself(&text) => {
            return Err("a key does not stand in a project's file, but the name of its own file does".to_owned());
        }
        (Value::Text(text), Some(folder)) if is_path => Value::Text(folder.join(text).to_string_lossy().into_owned()),
        (value, _) => value,
    })
}

/// A value as it may stand in a message.
fn shown(value: &Value) -> String {
    shorten(&String::from_utf8_lossy(&tracewire_wire::json::write(value)))
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The settings as one value: `settings`, `sources`, `file` and `problems`, for bindings and for `--json`.
impl From<&Settings> for Value {
    fn from(settings: &Settings) -> Self {
        let text = |text: &dyn fmt::Display| Value::Text(text.to_string());
        let each = |of: &dyn Fn(&Setting) -> Value| -> Value {
            Value::Map(settings.values.iter().map(|(key, setting)| ((*key).to_owned(), of(setting))).collect())
        };
        let problem = |problem: &Problem| {
            Value::Map(Map::from_iter([
                ("key".to_owned(), Value::Text(problem.key.clone())),
                ("message".to_owned(), text(problem)),
                ("source".to_owned(), text(&problem.source)),
                ("value".to_owned(), Value::Text(problem.value.clone())),
            ]))
        };
        Value::Map(Map::from_iter([
            ("file".to_owned(), settings.file.as_ref().map_or(Value::Null, |path| text(&path.display()))),
            ("problems".to_owned(), Value::List(settings.problems.iter().map(problem).collect())),
            ("settings".to_owned(), each(&|setting| setting.value.clone())),
            ("sources".to_owned(), each(&|setting| text(&setting.source))),
        ]))
    }
}
