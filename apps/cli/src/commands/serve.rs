//! `tracewire serve`: a server on the recordings, and the keys by which others may ask it.

use std::io::{IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use tracewire_recorder::config::{self, Settings};
use tracewire_recorder::{Redact, Redaction};
use tracewire_server::keys::{self, Key};
use tracewire_server::name::{DEFAULT_PROJECT, folder_of, is_name};
use tracewire_server::outward::Target;
use tracewire_server::{Answers, DEFAULT_GRPC_PORT, GrpcPort, Limits, Log, Options, Ready, ServerError, serve};
use tracewire_store::Retention;
use tracewire_wire::WireError;
use tracewire_wire::value::Value;

use crate::args::{Global, Keys, Prometheus, Serve, ServeCommand};
use crate::error::{CliError, EXIT_OK};
use crate::json::{self, object};
use crate::paths::short_path;
use crate::source;
use crate::term::{Line, Screen, palette};

/// Serves until it is interrupted; or does what is asked with keys.
///
/// # Errors
/// Why the server does not start.
pub fn run(global: &Global, what: &Serve, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    if let Some(ServeCommand::Keys(what)) = &what.command {
        return with_keys(global, what, screen);
    }
    let colour = std::io::stderr().is_terminal();
    let log = Log { filter: what.log.clone(), json: what.log_json, colour };
    log.install().map_err(CliError::LogFilter)?;
    let (directory, _) = source::directory(global);
    let settings = config::load(None);
    let prices = std::sync::Arc::new(crate::prices::load(&directory)?);
    let options = Options {
        prices,
        directory,
        answers: Answers::Everything,
        host: what.host,
        port: what.port,
        grpc_port: grpc_port(what),
        forward: forward(what)?,
        database: what.database.clone().or_else(|| crate::source::database(&settings)),
        allowed_hosts: what.allow_hosts.clone(),
        allowed_origins: what.allow_origins.clone(),
        require_keys: what.require_keys,
        redact: redact(&settings)?,
        signing: crate::keys::signing(None)?.map(std::sync::Arc::new),
        retention: retention(what, &settings)?,
        limits: Limits::default(),
    };
    until_ended(options, global, screen, |ready| {
        if what.open {
            open(&ready.url);
        }
    })
}

/// Serves counts until it is interrupted.
///
/// # Errors
/// Why the server does not start.
pub fn prometheus(global: &Global, what: &Prometheus, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let (directory, _) = source::directory(global);
    let prices = std::sync::Arc::new(crate::prices::load(&directory)?);
    let options = Options {
        answers: Answers::Metrics,
        host: what.host,
        port: what.port,
        allowed_hosts: what.allow_hosts.clone(),
        prices,
        ..Options::new(directory)
    };
    until_ended(options, global, screen, |_| {})
}

fn until_ended(
    options: Options,
    global: &Global,
    screen: &mut Screen<'_>,
    also: impl FnOnce(&Ready),
) -> Result<u8, CliError> {
    let path = short_path(options.directory.path());
    let below = if options.answers == Answers::Metrics { "/metrics" } else { "" };
    let mut said = Ok(());
    serve(options, |ready| {
        let ready = Ready { url: format!("{}{below}", ready.url), ..ready.clone() };
        said = announce(&ready, &path, global, screen);
        also(&ready);
    })?;
    said?;
    Ok(EXIT_OK)
}

/// What the command line says, else the settings.
fn retention(what: &Serve, settings: &Settings) -> Result<Retention, CliError> {
    let set = source::retention(settings)?;
    Ok(Retention {
        age_nanos: what.retain_age.map(|age| age.0).or(set.age_nanos),
        bytes: what.retain_size.or(set.bytes),
    })
}

/// What the project's own programs never let out, the server does not either.
fn redact(settings: &Settings) -> Result<Redact, CliError> {
    let rules = settings.get("redact").and_then(Value::as_list).unwrap_or_default();
    let key = settings.get("redact_key").and_then(Value::as_text).map(str::to_owned);
    let rules = rules.iter().filter_map(|rule| rule.as_text().map(str::to_owned)).collect();
    let wrong = |error: WireError| CliError::Setting(format!("redact: {error}"));
    Redaction { rules, key, ..Redaction::default() }.rules().map_err(wrong)
}

fn forward(what: &Serve) -> Result<Vec<Target>, CliError> {
    let headers = &what.forward_headers;
    let spans = what.forward_otlp.iter().map(|url| Target::otlp(url, headers, false));
    let envelopes = what.forward.iter().map(|url| Target::envelopes(url, headers));
    Ok(spans.chain(envelopes).collect::<Result<_, _>>()?)
}

fn grpc_port(what: &Serve) -> GrpcPort {
    match (what.grpc_port, what.port) {
        (Some(0), _) => GrpcPort::Off,
        (Some(port), _) => GrpcPort::Exactly(port),
        (None, 0) => GrpcPort::Exactly(0),
        (None, _) => GrpcPort::IfFree(DEFAULT_GRPC_PORT),
    }
}

/// One line, for people and for programs that wait for it.
fn announce(ready: &Ready, path: &str, global: &Global, screen: &mut Screen<'_>) -> Result<(), CliError> {
    if global.json {
        let document = object([
            ("directory", path.into()),
            ("grpc", ready.grpc.map_or(Value::Null, |address| address.to_string().into())),
            ("pid", json::count(u64::from(std::process::id()))),
            ("url", ready.url.as_str().into()),
        ]);
        screen.bytes(&json::line(&document))?;
    } else {
        let mut line = Line::new();
        line.push(palette::GOOD, screen.glyphs.ok).plain(" ").push(palette::TITLE, ready.url.as_str());
        line.push(palette::QUIET, format!(" serves {}; Ctrl-C ends it", screen.fit(path, 200)));
        screen.long_line(&line)?;
    }
    screen.flush()?;
    Ok(())
}

/// Has the system open an address. Where it cannot, the address stands in the line above.
fn open(url: &str) {
    let (program, before): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("explorer", &[])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(before).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // In a group of its own, for the Ctrl-C that ends the server is not for a browser that begins with this.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let report = move |why: &dyn std::fmt::Display| {
        _ = writeln!(std::io::stderr(), "no browser was opened: {program}: {why}");
    };
    match command.spawn() {
        Ok(mut opener) => {
            _ = std::thread::spawn(move || match opener.wait() {
                // The Explorer ends with 1 though it has opened one.
                Ok(status) if cfg!(windows) || status.success() => {}
                Ok(status) => report(&status),
                Err(error) => report(&error),
            });
        }
        Err(error) => report(&error),
    }
}

fn with_keys(global: &Global, what: &Keys, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let (directory, _) = source::directory(global);
    let of = match what {
        Keys::Create(what) => &what.of,
        Keys::List(of) => of,
        Keys::Revoke(what) => &what.of,
    };
    if !is_name(&of.project) {
        return Err(ServerError::ProjectName(screen.fit(&of.project, 60)).into());
    }
    let folder = folder_of(directory.path(), &of.project);
    match what {
        Keys::Create(what) => {
            if of.project == DEFAULT_PROJECT {
                let refused = |source| CliError::File { path: directory.path().to_owned(), source };
                directory.prepare().map_err(refused)?;
            }
            let (text, key) = keys::create(&folder, &of.project, what.scope.into(), &what.name)?;
            created(&text, &key, global, screen)?;
        }
        Keys::List(_) => list(&keys::list(&folder)?, global, screen)?,
        Keys::Revoke(what) => {
            let key = keys::revoke(&folder, &what.id)?;
            if global.json {
                screen.bytes(&json::line(&document(&key)))?;
            } else {
                let mut line = Line::new();
                line.push(palette::GOOD, screen.glyphs.ok).plain(format!(" key {} is not valid any more", key.id));
                screen.line(line)?;
            }
        }
    }
    Ok(EXIT_OK)
}

/// The key, alone on its line, so that it can be copied and piped.
fn created(text: &str, key: &Key, global: &Global, screen: &mut Screen<'_>) -> Result<(), CliError> {
    if global.json {
        let Value::Map(mut document) = document(key) else { return Ok(()) };
        document.insert("key".to_owned(), text.into());
        return Ok(screen.bytes(&json::line(&Value::Map(document)))?);
    }
    screen.bytes(text.as_bytes())?;
    screen.bytes(b"\n")?;
    screen.flush()?;
    let scope = key.scope.as_str();
    let _ = writeln!(std::io::stderr(), "key {} for {scope}; it is shown this once, and only its hash is kept", key.id);
    Ok(())
}

fn list(keys: &[Key], global: &Global, screen: &mut Screen<'_>) -> Result<(), CliError> {
    if global.json {
        let keys = Value::List(keys.iter().map(document).collect());
        return Ok(screen.bytes(&json::line(&object([("keys", keys)])))?);
    }
    if keys.is_empty() {
        screen.hint("tracewire serve keys create", "there is none yet; this makes one")?;
    }
    for key in keys {
        let mut line = Line::new();
        line.plain(key.id.as_str()).plain(format!("  {:<5}  ", key.scope.as_str()));
        line.push(palette::QUIET, key.created.get(..10).unwrap_or_default().to_owned());
        line.plain("  ").plain(screen.fit(&key.name, 60));
        screen.line(line)?;
    }
    Ok(())
}

fn document(key: &Key) -> Value {
    object([
        ("created", key.created.as_str().into()),
        ("id", key.id.as_str().into()),
        ("name", key.name.as_str().into()),
        ("scope", key.scope.as_str().into()),
    ])
}
