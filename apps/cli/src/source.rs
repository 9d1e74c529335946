//! Where everything comes from: the directory, its journals swept into the store.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use tracewire_insight::prices::Prices;
use tracewire_insight::process::Processes;
use tracewire_postgres::PostgresStore;
use tracewire_recorder::config;
use tracewire_recorder::journal::{Directory, find_directory};
use tracewire_server::ServerError;
use tracewire_server::name::{DEFAULT_PROJECT, is_name};
use tracewire_store::{
    ProducerRow, Progress, Removed, Retention, SqliteStore, Store, SweepReport, Sweeper, retain, sign_heads,
};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Value;

use crate::args::{Age, Global, Stored};
use crate::error::CliError;
use crate::term::{Bar, Unit, escape, units};

/// Why a directory was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// `--dir`.
    Option,
    /// `TRACEWIRE_DIR`.
    Variable,
    /// `dir` of the project's file.
    File,
    /// `.tracewire` here or further up.
    Project,
    /// The user's state folder, for want of a better one.
    Fallback,
}

impl Chosen {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Option => "named by --dir",
            Self::Variable => "named by TRACEWIRE_DIR",
            Self::File => "named by the project's tracewire.toml or .yaml",
            Self::Project => "the nearest .tracewire from the working directory upward",
            Self::Fallback => "the user's state folder",
        }
    }
}

/// The directory that the arguments and the surroundings name. Touches nothing.
pub fn directory(global: &Global) -> (Directory, Chosen) {
    if let Some(path) = &global.dir {
        // A project's folder is as good as the directory inside it.
        let inside = path.join(".tracewire");
        let path = if !path.join("journal").is_dir() && inside.is_dir() { &inside } else { path };
        return (Directory::at(path), Chosen::Option);
    }
    // The recorder's own order: the environment before the file, the file before what is found.
    if let Some(setting) = config::load(None).values.get("dir")
        && let (config::Source::File { .. }, Some(path)) = (&setting.source, setting.value.as_text())
    {
        return (Directory::at(path), Chosen::File);
    }
    let found = find_directory();
    let chosen = if found.notice().is_some() {
        Chosen::Fallback
    } else if std::env::var_os("TRACEWIRE_DIR").is_some_and(|value| !value.is_empty()) {
        Chosen::Variable
    } else {
        Chosen::Project
    };
    (found, chosen)
}

/// The database of a directory.
pub fn store_path(directory: &Directory) -> PathBuf {
    directory.path().join(tracewire_store::FILE_NAME)
}

/// Whether there is anything to read. A command that only reads must not make a directory.
///
/// # Errors
/// [`CliError::NoDirectory`], [`CliError::Empty`], or what reading the folder said.
pub fn must_have_something(directory: &Directory) -> Result<(), CliError> {
    if !directory.path().is_dir() {
        return Err(CliError::NoDirectory(directory.path().to_owned()));
    }
    if !store_path(directory).exists() && directory.journals()?.is_empty() {
        return Err(CliError::Empty(directory.path().to_owned()));
    }
    Ok(())
}

/// A directory with its store.
pub struct Source {
    /// The directory.
    pub directory: Directory,
    /// The store.
    pub store: Box<dyn Store>,
    /// The database, where it is no directory's.
    database: Option<String>,
    /// What the last sweep said.
    pub swept: SweepReport,
    /// The prices that hold here.
    pub prices: Arc<Prices>,
    sweeper: Sweeper,
}

impl Source {
    /// Opens the directory's store and sweeps all journals into it; or the database that is named, in which a server does that.
    ///
    /// # Errors
    /// Where there is nothing to read, or the store refuses.
    pub fn open(global: &Global, stored: &Stored) -> Result<Self, CliError> {
        let mut source = Self::open_unsigned(global, stored)?;
        if stored.database.is_none() {
            source.sign()?;
        }
        Ok(source)
    }

    /// The same, and nothing is signed: for who looks what was signed before, or signs otherwise.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn open_unsigned(global: &Global, stored: &Stored) -> Result<Self, CliError> {
        let (directory, _) = directory(global);
        let Some(url) = &stored.database else {
            must_have_something(&directory)?;
            let store = Box::new(SqliteStore::open(&store_path(&directory))?);
            return Self::swept(directory, store);
        };
        let project = project(stored.project.as_deref())?;
        let store = Box::new(PostgresStore::open(url, project)?);
        let database = format!("{} (project {project})", without_password(url));
        Self::with(directory, store, Some(database))
    }

    /// The store of a directory that is known to hold something, and all journals swept into it.
    ///
    /// # Errors
    /// Where the store refuses.
    pub fn open_at(directory: Directory) -> Result<Self, CliError> {
        let store = Box::new(SqliteStore::open(&store_path(&directory))?);
        let mut source = Self::swept(directory, store)?;
        source.sign()?;
        Ok(source)
    }

    /// The same, holding no more of the database in memory: for who reads all of it once.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn open_once(global: &Global, stored: &Stored, cache_kib: u32) -> Result<Self, CliError> {
        if stored.database.is_some() {
            return Self::open(global, stored);
        }
        let (directory, _) = directory(global);
        must_have_something(&directory)?;
        let mut store = SqliteStore::open(&store_path(&directory))?;
        store.cache_at_most(cache_kib)?;
        let mut source = Self::swept(directory, Box::new(store))?;
        source.sign()?;
        Ok(source)
    }

    fn swept(directory: Directory, store: Box<dyn Store>) -> Result<Self, CliError> {
        let mut source = Self::with(directory, store, None)?;
        let mut sweeping = Sweeping { bar: Bar::new("reading journals", Unit::Bytes, None), events: 0 };
        source.swept = source.sweeper.sweep(&mut *source.store, &mut sweeping)?;
        source.keep_no_longer()?;
        Ok(source)
    }

    /// Removes what the settings do not keep, and says so. One that cannot be used is told, and removes nothing.
    fn keep_no_longer(&mut self) -> Result<(), CliError> {
        let retention = match retention(&config::load(None)) {
            Ok(retention) if retention.is_some() => retention,
            Ok(_) => return Ok(()),
            Err(error) => {
                // Where standard error is gone too, nobody can be told.
                let _ = writeln!(io::stderr(), "nothing is removed: {error}");
                return Ok(());
            }
        };
        let removed = retain(&mut *self.store, &retention, now())?;
        if removed != Removed::default() {
            let (traces, bytes) = (units::counted(removed.traces, "trace"), units::bytes(removed.bytes));
            // Where standard error is gone too, nobody can be told.
            let _ =
                writeln!(io::stderr(), "kept no longer, by retain_age or retain_size: {traces}, {bytes} of content");
        }
        Ok(())
    }

    /// Signs the heads of what is here, where the settings name a key. One that cannot be used is told, and stops nobody.
    fn sign(&mut self) -> Result<(), CliError> {
        match crate::keys::signing(None) {
            Ok(None) => {}
            Ok(Some(key)) => _ = sign_heads(&mut *self.store, None, &key, now())?,
            // Where standard error is gone too, nobody can be told.
            Err(error) => _ = writeln!(io::stderr(), "nothing is signed: {error}"),
        }
        Ok(())
    }

    fn with(directory: Directory, store: Box<dyn Store>, database: Option<String>) -> Result<Self, CliError> {
        let prices = Arc::new(crate::prices::load(&directory)?);
        let sweeper = Sweeper::new(directory.clone()).with_prices(prices.clone());
        Ok(Self { directory, store, database, swept: SweepReport::default(), prices, sweeper })
    }

    /// Sweeps again, without a word.
    ///
    /// # Errors
    /// Where the store refuses.
    pub fn sweep(&mut self) -> Result<(), CliError> {
        self.swept = self.sweeper.sweep(&mut *self.store, &mut ())?;
        Ok(())
    }

    /// That nothing is here.
    pub fn empty(&self) -> CliError {
        CliError::Empty(self.database.as_ref().map_or_else(|| self.directory.path().to_owned(), PathBuf::from))
    }

    /// All processes.
    ///
    /// # Errors
    /// Where the store refuses.
    pub fn processes(&self) -> Result<Processes, CliError> {
        Ok(Processes::new(self.store.producers()?.iter().map(ProducerRow::seen)))
    }
}

/// What the settings keep. One that cannot be used is refused: everything kept would not be what was meant.
///
/// # Errors
/// `setting`.
pub fn retention(settings: &config::Settings) -> Result<Retention, CliError> {
    if let Some(problem) = settings.problems.iter().find(|problem| problem.key.starts_with("retain_")) {
        return Err(CliError::Setting(problem.to_string()));
    }
    let set = settings.values.get("retain_age");
    let age = set.and_then(|setting| Some((setting, setting.value.as_text()?))).map(|(setting, text)| {
        let wrong = |reason| CliError::Setting(format!("retain_age ({}): {reason}", setting.source));
        text.parse::<Age>().map_err(wrong)
    });
    let bytes = settings.get("retain_size").and_then(Value::as_u64);
    Ok(Retention { age_nanos: age.transpose()?.map(|age| age.0), bytes })
}

/// The project of a database that is meant.
///
/// # Errors
/// `project_name` for what no project is called.
pub fn project(named: Option<&str>) -> Result<&str, CliError> {
    let project = named.unwrap_or(DEFAULT_PROJECT);
    if is_name(project) { Ok(project) } else { Err(ServerError::ProjectName(escape(project, false)).into()) }
}

/// The PostgreSQL database that is set.
pub fn database(settings: &config::Settings) -> Option<String> {
    settings.get("database").and_then(Value::as_text).map(str::to_owned)
}

/// A database's address without its password.
pub fn without_password(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            // The last one, for a password may have been written with such letters as it is.
            let (user, place) = rest.rsplit_once('@').map_or((None, rest), |(user, place)| (Some(user), place));
            let user = user.map(|user| match user.split_once(':') {
                Some((name, _)) => format!("{name}:***@"),
                None => format!("{user}@"),
            });
            let (path, query) = place.split_once('?').unwrap_or((place, ""));
            let query = query.split('&').map(|pair| if pair.starts_with("password=") { "password=***" } else { pair });
            let query: Vec<&str> = query.filter(|pair| !pair.is_empty()).collect();
            let mark = if query.is_empty() { "" } else { "?" };
            format!("{scheme}://{}{path}{mark}{}", user.unwrap_or_default(), query.join("&"))
        }
        // Words of libpq: a password in quotes may have spaces in it, so that nothing behind it is shown.
        None => match url.find("password") {
            Some(at) => format!("{}password=***", &url[..at]),
            None => url.to_owned(),
        },
    }
}

/// The present.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// A word that a shell takes as it is.
pub fn shell_word(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+=:,@%".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", escape(word, false).replace('\'', r"'\''"))
}

/// Progress of a sweep.
struct Sweeping {
    bar: Bar,
    events: u64,
}

impl Progress for Sweeping {
    fn begin(&mut self, bytes: u64) {
        self.bar.set_total(Some(bytes));
    }

    fn advance(&mut self, bytes: u64, events: u64) {
        self.events = self.events.saturating_add(events);
        self.bar.advance(bytes);
        self.bar.say(|| format!("{} events", units::count(self.events)));
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            ("postgres://me:secret@db:5432/traces", "postgres://me:***@db:5432/traces"),
            ("postgres://me@db/traces?sslmode=require", "postgres://me@db/traces?sslmode=require"),
            ("postgres://me:a@b:c@db", "postgres://me:***@db"),
            ("postgres://me:a/b?c@db/x", "postgres://me:***@db/x"),
            (
                "postgres://db/x?user=me&password=secret&sslmode=require",
                "postgres://db/x?user=me&password=***&sslmode=require",
            ),
            ("host=db user=me password='a b' dbname=x", "host=db user=me password=***"),
            ("host=db user=me", "host=db user=me"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
