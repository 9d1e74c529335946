//! `tracewire sign`: heads of what is stored, or of files, signed with a key.

use std::collections::BTreeMap;
use std::io::Write as _;

use tracewire_store::sign_heads;
use tracewire_wire::id::Hash;
use tracewire_wire::sign::SigningKey;
use tracewire_wire::statement::Head;
use tracewire_wire::verify::{Item, Verifier};

use super::verify::files;
use crate::args::{Global, Sign};
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::json::{self, count, object};
use crate::keys;
use crate::moving::target::Target;
use crate::source::{Source, now};
use crate::term::{Line, Screen, palette, units};

/// Signs.
///
/// # Errors
/// Where there is no key or nothing to sign, or the store refuses.
pub fn run(global: &Global, what: &Sign, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let key = keys::signing(what.key.as_deref())?
        .ok_or_else(|| CliError::Key("no key is named: give --key, or set `signing_key`".to_owned()))?;
    if what.files.is_empty() { stored(global, what, &key, screen) } else { of_files(what, &key, screen) }
}

fn stored(global: &Global, what: &Sign, key: &SigningKey, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let mut source = Source::open_unsigned(global, &what.stored)?;
    let mut names: Vec<String> = source.store.producers()?.into_iter().map(|row| row.name).collect();
    let mut done = tracewire_store::SignedHeads::default();
    match &what.producer {
        None if names.is_empty() => return Err(source.empty()),
        None => done = sign_heads(&mut *source.store, None, key, now())?,
        Some(begin) => {
            names.retain(|name| name.starts_with(begin.as_str()));
            if names.is_empty() {
                return Err(CliError::NotFound { what: "producer", id: screen.fit(begin, 60) });
            }
            for name in names {
                let one = sign_heads(&mut *source.store, Some(&name), key, now())?;
                done.signed += one.signed;
                done.known += one.known;
                done.refused.extend(one.refused);
            }
        }
    }
    let id = key.public().id();
    if global.json {
        let refused = done.refused.iter().map(|name| name.as_str().into());
        let document = object([
            ("key", id.as_str().into()),
            ("known", count(done.known)),
            ("refused", tracewire_wire::value::Value::List(refused.collect())),
            ("signed", count(done.signed)),
        ]);
        screen.bytes(&json::line(&document))?;
    } else {
        for name in &done.refused {
            refuse(&screen.fit(name, 60), screen)?;
        }
        let mut line = Line::new();
        line.push(palette::GOOD, screen.glyphs.ok).plain(format!(" {} signed", units::counted(done.signed, "head")));
        if done.known > 0 {
            let known = format!("{} signed before", units::grouped(done.known));
            line.push(palette::QUIET, screen.glyphs.dot).push(palette::QUIET, known);
        }
        line.push(palette::QUIET, screen.glyphs.dot).push(palette::QUIET, id);
        screen.long_line(&line)?;
    }
    Ok(if done.refused.is_empty() { EXIT_OK } else { EXIT_PROBLEM })
}

fn refuse(name: &str, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let mut line = Line::new();
    line.push(palette::BAD, screen.glyphs.failed).plain(format!(" {name} "));
    line.push(palette::BAD, "contradicts or has a gap, and is not signed; `tracewire verify` names the place");
    Ok(screen.long_line(&line)?)
}

/// Heads of files come when all is read, so that they can go behind what they are of.
fn of_files(what: &Sign, key: &SigningKey, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let mut verifier = Verifier::new();
    let mut heads: BTreeMap<(String, Hash), Head> = BTreeMap::new();
    let unreadable = files::each(&what.files, &mut |item| {
        if let Item::Envelope(envelope) = item {
            verifier.push(&envelope);
            heads.insert((envelope.producer.clone(), envelope.digest), Head::of(&envelope));
        }
    })?;
    let report = verifier.finish();
    let mut target = Target::open(what.output.as_deref())?;
    let mut is_all = unreadable.is_empty();
    let is_asked = |name: &str| what.producer.as_ref().is_none_or(|begin| name.starts_with(begin.as_str()));
    for (name, producer) in report.producers.iter().filter(|(name, _)| is_asked(name)) {
        let is_sound = producer.is_continuous && report.findings.iter().all(|finding| finding.producer != *name);
        let head = producer.head.and_then(|digest| heads.remove(&(name.clone(), digest)));
        let Some(mut head) = head.filter(|_| is_sound) else {
            is_all = false;
            let mut stderr = std::io::stderr().lock();
            let name = screen.fit(name, 60);
            // Standard output holds statements and nothing else.
            let _ = writeln!(
                stderr,
                "{name} contradicts or has a gap, and is not signed: `tracewire verify` names the place"
            );
            continue;
        };
        head.time = now();
        key.sign(&mut head);
        let mut line = head.write();
        line.push(b'\n');
        target.write_all(&line).map_err(|error| target.refused(error))?;
    }
    for finding in &unreadable {
        let _ = writeln!(std::io::stderr(), "{}", screen.fit(&finding.message, 300));
    }
    target.keep()?;
    Ok(if is_all { EXIT_OK } else { EXIT_PROBLEM })
}
