//! `tracewire db`: the store itself: its version, room, copies, and what is deleted.

use super::trace::by_id;
use tracewire_postgres::PostgresStore;
use tracewire_recorder::journal::Directory;
use tracewire_server::ServerError;
use tracewire_store::{Removed, Retention, SqliteStore, Store, StoreError, retain};
use tracewire_wire::value::Value;

use crate::args::{Db, DbCommand, Delete, Global, Retain, Stored};
use crate::error::{CliError, EXIT_OK};
use crate::json::{self, count, object};
use crate::paths::short_path;
use crate::source::{Source, directory, now, project, store_path};
use crate::term::{Line, Screen, palette, units};

/// Does it.
///
/// # Errors
/// Where there is no store, or it refuses.
pub fn run(global: &Global, what: &Db, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    if let Some(url) = &what.database {
        return in_postgres(global, url, what, screen);
    }
    if what.project.is_some() {
        return Err(CliError::Setting("--project is one of a database, and no --database is given".to_owned()));
    }
    let (directory, _) = directory(global);
    let path = store_path(&directory);
    match &what.what {
        DbCommand::Migrate => {
            let before = SqliteStore::version_of(&path)?;
            let after = SqliteStore::open(&path)?.stats()?.version;
            migrated(global, screen, before, after)
        }
        DbCommand::Vacuum => vacuumed(global, existing(&directory)?, SqliteStore::vacuum, screen),
        DbCommand::Backup(what) => {
            // What is in journals only belongs to a copy, too.
            drop(swept(global)?);
            SqliteStore::open(&path)?.backup(&what.file)?;
            let bytes = std::fs::metadata(&what.file).map(|found| found.len()).unwrap_or(0);
            let file = what.file.to_string_lossy();
            let document = [("bytes", count(bytes)), ("file", (&*file).into())];
            say(global, screen, document, &format!("{}, {}", short_path(&what.file), units::bytes(bytes)))
        }
        DbCommand::Restore(what) => {
            let has_something =
                SqliteStore::version_of(&path)? > 0 && SqliteStore::open(&path)?.count_traces(None, None)?.traces > 0;
            if has_something && !what.force {
                return Err(CliError::WouldReplace(path));
            }
            let mut store = SqliteStore::open(&path)?;
            store.restore(&what.file)?;
            let traces = store.count_traces(None, None)?.traces;
            say(global, screen, [("traces", count(traces))], &units::counted(traces, "trace"))
        }
        DbCommand::Retain(what) => retained(global, &mut *swept(global)?.store, what, screen),
        DbCommand::Delete(what) => deleted(global, &mut *swept(global)?.store, what, screen),
    }
}

/// The directory's store, with what is in its journals.
fn swept(global: &Global) -> Result<Source, CliError> {
    Source::open(global, &Stored::default())
}

fn in_postgres(global: &Global, url: &str, what: &Db, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let project = project(what.project.as_deref())?;
    let open = || PostgresStore::open(url, project);
    match &what.what {
        DbCommand::Migrate => {
            let before = PostgresStore::version_of(url, project)?;
            let after = open()?.stats()?.version;
            migrated(global, screen, before, after)
        }
        DbCommand::Vacuum => vacuumed(global, open()?, PostgresStore::vacuum, screen),
        DbCommand::Backup(_) | DbCommand::Restore(_) => {
            Err(CliError::PgDump { schema: format!("tracewire_{project}") })
        }
        DbCommand::Retain(what) if what.size.is_some() => Err(ServerError::RetainSize.into()),
        DbCommand::Retain(what) => retained(global, &mut open()?, what, screen),
        DbCommand::Delete(what) => deleted(global, &mut open()?, what, screen),
    }
}

fn migrated(global: &Global, screen: &mut Screen<'_>, before: i64, after: i64) -> Result<u8, CliError> {
    let from = if before > 0 { Value::Int(before) } else { Value::Null };
    let document = [("from", from), ("to", Value::Int(after))];
    let text = match before {
        0 => format!("a new store of version {after}"),
        before if before == after => format!("version {after} already"),
        before => format!("from version {before} to {after}"),
    };
    say(global, screen, document, &text)
}

fn vacuumed<S: Store>(
    global: &Global,
    mut store: S,
    vacuum: impl FnOnce(&mut S) -> Result<(), StoreError>,
    screen: &mut Screen<'_>,
) -> Result<u8, CliError> {
    let before = store.stats()?.bytes;
    let removed = store.remove_unused_content()?;
    vacuum(&mut store)?;
    let after = store.stats()?.bytes;
    let text = format!("{}{}{}", units::bytes(before), screen.glyphs.arrow, units::bytes(after));
    let document =
        [("bytes_after", count(after)), ("bytes_before", count(before)), ("contents", count(removed.contents))];
    say(global, screen, document, &text)
}

fn retained(global: &Global, store: &mut dyn Store, what: &Retain, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let retention = Retention { age_nanos: what.age.map(|age| age.0), bytes: what.size };
    let removed = retain(store, &retention, now())?;
    removed_as(global, screen, &removed)
}

fn deleted(global: &Global, store: &mut dyn Store, what: &Delete, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let mut traces = Vec::new();
    for id in &what.traces {
        traces.extend(by_id(store, id)?.traces);
    }
    let mut removed = store.delete(&traces, now())?;
    removed.add(&store.remove_unused_content()?);
    removed_as(global, screen, &removed)
}

fn existing(directory: &Directory) -> Result<SqliteStore, CliError> {
    let path = store_path(directory);
    if !path.exists() {
        return Err(CliError::Empty(directory.path().to_owned()));
    }
    Ok(SqliteStore::open(&path)?)
}

fn removed_as(global: &Global, screen: &mut Screen<'_>, removed: &Removed) -> Result<u8, CliError> {
    let document = [
        ("bytes", count(removed.bytes)),
        ("contents", count(removed.contents)),
        ("events", count(removed.events)),
        ("traces", count(removed.traces)),
    ];
    let text = format!(
        "{}, {}, {} of content removed",
        units::counted(removed.traces, "trace"),
        units::counted(removed.events, "event"),
        units::bytes(removed.bytes)
    );
    say(global, screen, document, &text)
}

fn say<const N: usize>(
    global: &Global,
    screen: &mut Screen<'_>,
    document: [(&str, Value); N],
    text: &str,
) -> Result<u8, CliError> {
    if global.json {
        screen.bytes(&json::line(&object(document)))?;
    } else {
        let mut line = Line::new();
        line.push(palette::GOOD, screen.glyphs.ok).plain(format!(" {text}"));
        screen.line(line)?;
    }
    Ok(EXIT_OK)
}
