//! `tracewire config`: what is set, and where.

use tracewire_recorder::config::{self, KEYS, Key, Kind, Settings, Source};
use tracewire_wire::json as wire_json;
use tracewire_wire::value::{Map, Value};

use crate::args::Global;
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::json;
use crate::paths::short_path;
use crate::source;
use crate::term::{Line, Screen, escape, palette, units, width};

/// The setting that may hold a password.
const DATABASE: &str = "database";
/// What stands for a secret.
const HIDDEN: &str = "(a secret)";
/// Most columns of a value before its source.
const VALUE_COLUMNS: usize = 40;

/// Shows every setting; exit code 1 where one cannot be used.
///
/// # Errors
/// What the output says.
pub fn run(global: &Global, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let mut settings = config::load(None);
    if global.json {
        let (directory, _) = source::directory(global);
        let mut document = match Value::from(&settings) {
            Value::Map(map) => map,
            _ => Map::new(),
        };
        hide(&mut document);
        document.insert("directory".to_owned(), directory.path().to_string_lossy().into_owned().into());
        screen.bytes(&json::line(&Value::Map(document)))?;
    } else {
        for (name, setting) in &mut settings.values {
            setting.value = hidden(name, &setting.value);
        }
        show(&settings, global, screen)?;
    }
    Ok(if settings.problems.is_empty() { EXIT_OK } else { EXIT_PROBLEM })
}

fn hide(document: &mut Map) {
    if let Some(Value::Map(settings)) = document.get_mut("settings") {
        for (name, value) in settings.iter_mut() {
            *value = hidden(name, value);
        }
    }
}

/// A password is nobody's but the database's, and a key is its owner's.
fn hidden(name: &str, value: &Value) -> Value {
    let is_secret = KEYS.iter().any(|key| key.name == name && key.kind == Kind::Secret);
    match value.as_text() {
        Some(_) if is_secret => HIDDEN.into(),
        Some(url) if name == DATABASE => source::without_password(url).into(),
        _ => value.clone(),
    }
}

fn show(settings: &Settings, global: &Global, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let name_columns = KEYS.iter().map(|key| width(key.name)).max().unwrap_or(0);
    let columns_of = |key: &Key| match settings.values.get(key.name) {
        Some(setting) => width(&value(&setting.value, screen)),
        None => width(key.default),
    };
    let value_columns = KEYS.iter().map(columns_of).max().unwrap_or(0).min(VALUE_COLUMNS);
    let mut title = Line::new();
    title.push(palette::QUIET, "setting").pad(name_columns + 2).push(palette::QUIET, "value");
    title.pad(name_columns + value_columns + 4).push(palette::QUIET, "from");
    screen.line(title)?;
    for key in KEYS {
        let mut line = Line::new();
        match settings.values.get(key.name) {
            Some(setting) => {
                line.push(palette::TITLE, key.name).pad(name_columns + 2).plain(value(&setting.value, screen));
                // A value that is longer than its column still ends before the next one.
                line.plain("  ").pad(name_columns + value_columns + 4);
                line.push(palette::QUIET, escape(&place(&setting.source), screen.glyphs.ascii));
                screen.long_line(&line)?;
            }
            None => {
                line.plain(key.name).pad(name_columns + 2).push(palette::QUIET, key.default);
                line.pad(name_columns + value_columns + 4).push(palette::QUIET, "default");
                screen.line(line)?;
            }
        }
    }
    screen.gap()?;
    let (directory, chosen) = source::directory(global);
    let mut line = Line::new();
    line.plain(format!("recordings go to {}", escape(&short_path(directory.path()), screen.glyphs.ascii)));
    line.push(palette::QUIET, format!(", {}", chosen.words()));
    screen.long_line(&line)?;
    let mut line = Line::new();
    match &settings.file {
        Some(path) => {
            line.plain(format!("settings of the project: {}", escape(&short_path(path), screen.glyphs.ascii)));
        }
        None => {
            line.plain("no tracewire.toml from here upward; one such as this sets them for everybody in the project:");
        }
    }
    screen.long_line(&line)?;
    if settings.file.is_none() {
        screen.bytes(b"\n    service = \"research-agent\"\n    redact = [\"password\", \"token\"]\n")?;
    }
    if settings.problems.is_empty() {
        return Ok(());
    }
    screen.gap()?;
    for problem in &settings.problems {
        let mut line = Line::new();
        line.push(palette::BAD, screen.glyphs.failed).plain(" ");
        line.plain(escape(&problem.to_string(), screen.glyphs.ascii));
        screen.long_line(&line)?;
    }
    let mut line = Line::new();
    let count = units::counted(settings.problems.len() as u64, "setting");
    line.push(palette::BAD, count).plain(" cannot be used: as if not set");
    Ok(screen.long_line(&line)?)
}

/// A text as it is, all else as JSON.
fn value(value: &Value, screen: &Screen<'_>) -> String {
    match value {
        Value::Text(text) => escape(text, screen.glyphs.ascii),
        other => escape(&String::from_utf8_lossy(&wire_json::write(other)), screen.glyphs.ascii),
    }
}

fn place(source: &Source) -> String {
    match source {
        Source::File { path, line: 0 } => short_path(path),
        Source::File { path, line } => format!("{}:{line}", short_path(path)),
        Source::Environment(name) => name.clone(),
    }
}
