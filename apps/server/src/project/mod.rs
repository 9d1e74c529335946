//! A project: a store of its own, one thread that writes it, some that read it; of the default project also this machine's
//! journals.
//!
//! | file | what it is |
//! |---|---|
//! | `database` | where the store is, and how it is opened |
//! | `lock` | one server for each folder |
//! | `writer` | the one thread that writes: many requests in one transaction, nothing acknowledged that is not durable |
//! | [`emitter`] | the server as an emitter: what other protocols bring is numbered and sealed |
//! | `fresh` | what was stored a moment ago, still in memory |
//! | `readers` | threads that read |
//! | `watch` | journals that grow |
//! | `counting` | what comes is counted, for Prometheus |
//! | `erasing` | what is erased after the fact |
//! | `keeping` | what is too old or too much goes |
//! | `verifying` | chains are verified, while nobody waits for it |

mod counting;
mod database;
pub mod emitter;
pub(crate) mod erasing;
mod fresh;
mod keeping;
mod lock;
mod readers;
mod verifying;
mod watch;
mod writer;

pub use database::Database;
pub(crate) use fresh::Fresh;
pub(crate) use keeping::Kept;
pub(crate) use verifying::{Chain, Contradiction, Verified};
pub use writer::{Refused, Writer};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OnceCell, watch as news};
use tracewire_insight::process::Processes;
use tracewire_recorder::journal::Directory;
use tracewire_store::{ProducerRow, Store};

use crate::error::ServerError;
use crate::keys::{self, Key, Keys};
use crate::metrics::Counted;
use crate::name::{DEFAULT_PROJECT, PROJECTS, folder_of, is_name};
use crate::options::Options;
use crate::problem::Problem;
use lock::Lock;
use readers::Readers;
use verifying::Verifying;
use watch::Watch;

/// How long it is believed which processes live.
const LIVES_HOLD: Duration = Duration::from_millis(500);

/// A project that is open.
pub struct Project {
    /// Its name.
    pub name: String,
    /// Where its store is.
    pub database: Database,
    /// What writes.
    pub writer: Writer,
    readers: Readers,
    /// The last event.
    news: news::Receiver<u64>,
    processes: Mutex<Option<(Instant, Arc<Processes>)>>,
    /// What was stored a moment ago, for who counts it.
    pub(crate) fresh: Arc<Fresh>,
    /// What its events say, counted.
    pub(crate) counted: Counted,
    /// What was removed since it is open.
    pub(crate) kept: Kept,
    /// Held by whoever erases: one at a time.
    pub(crate) erasing: Arc<tokio::sync::Mutex<()>>,
    /// What is known of the producers' chains.
    pub(crate) verified: Arc<Verified>,
    verifying: Mutex<Option<Verifying>>,
    watch: Mutex<Option<Watch>>,
    lock: Mutex<Option<Lock>>,
}

impl Project {
    /// Ends what writes, when everything that waits is stored.
    pub(crate) async fn stop(&self) {
        drop(self.watch.lock().unwrap_or_else(PoisonError::into_inner).take());
        drop(self.verifying.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.writer.stop().await;
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Opens a project. Blocks.
    fn open(name: &str, options: &Options, address: &str) -> Result<Self, ServerError> {
        let folder = folder_of(options.directory.path(), name);
        let is_default = name == DEFAULT_PROJECT;
        let file = |source| ServerError::File { path: folder.clone(), source };
        if is_default {
            options.directory.prepare().map_err(file)?;
        } else {
            keys::make_folder(&folder).map_err(file)?;
        }
        let lock = Lock::take(&folder, address)?;
        let database = Database::new(options, name, &folder);
        let journals = is_default.then(|| options.directory.clone());
        let fresh = Arc::new(Fresh::default());
        let (writer, news) = Writer::start(
            &database,
            journals,
            Arc::clone(&options.prices),
            Arc::clone(&fresh),
            options.signing.clone(),
            &folder,
        )?;
        let readers = Readers::start(&database, options.limits.readers, options.limits.query_time)?;
        let verified = Arc::new(Verified::default());
        let verifying = Verifying::start(&database, &verified, options.limits.verify_every, writer.counting())?;
        let watch = is_default.then(|| Watch::start(&options.directory, &writer)).transpose()?;
        Ok(Project {
            name: name.to_owned(),
            database,
            writer,
            readers,
            news,
            processes: Mutex::default(),
            fresh,
            counted: Counted::new(Arc::clone(&options.prices)),
            kept: Kept::new(options.retention),
            erasing: Arc::default(),
            verified,
            verifying: Mutex::new(Some(verifying)),
            watch: Mutex::new(watch),
            lock: Mutex::new(Some(lock)),
        })
    }

    /// Asks the store.
    ///
    /// # Errors
    /// Those of `work`; `stopping` where nobody answers any more.
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Store) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.readers.ask(work).await
    }

    /// Says whenever something has come: the id of the last event.
    pub fn news(&self) -> news::Receiver<u64> {
        self.news.clone()
    }

    /// The processes behind all producers, as they were a moment ago.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn processes(&self) -> Result<Arc<Processes>, Problem> {
        let known = |project: &Self| project.processes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, processes)) = known(self)
            && at.elapsed() < LIVES_HOLD
        {
            return Ok(processes);
        }
        let at = Instant::now();
        let read = |store: &dyn Store| Ok(Processes::new(store.producers()?.iter().map(ProducerRow::seen)));
        let processes = Arc::new(self.ask(read).await?);
        *self.processes.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, Arc::clone(&processes)));
        Ok(processes)
    }
}

/// All projects, each opened when it is first asked for.
pub struct Projects {
    options: Options,
    address: String,
    open: Mutex<BTreeMap<String, Entry>>,
}

#[derive(Clone)]
struct Entry {
    keys: Arc<Keys>,
    project: Arc<OnceCell<Arc<Project>>>,
}

impl Projects {
    /// None is open yet.
    pub fn new(options: &Options, address: String) -> Self {
        Projects { options: options.clone(), address, open: Mutex::default() }
    }

    /// The project and the key that a text is.
    pub fn key(&self, text: &str) -> Option<(String, Key)> {
        let name = keys::project_of(text)?;
        // Nobody can make the server remember projects that there are not.
        if !folder_of(self.options.directory.path(), name).is_dir() {
            return None;
        }
        Some((name.to_owned(), self.entry(name).keys.find(text)?))
    }

    /// A project, open.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub async fn get(&self, name: &str) -> Result<Arc<Project>, Problem> {
        let entry = self.entry(name);
        entry.project.get_or_try_init(|| self.open(name)).await.cloned().map_err(|error| match error {
            ServerError::Store(error) => Problem::from(error),
            other => {
                tracing::error!(code = other.code(), error = %other, project = name, "a project cannot be opened");
                Problem::internal()
            }
        })
    }

    /// Opens a project.
    ///
    /// # Errors
    /// Where another server has it, or the store refuses.
    pub async fn open(&self, name: &str) -> Result<Arc<Project>, ServerError> {
        let (options, address, name) = (self.options.clone(), self.address.clone(), name.to_owned());
        let opened = tokio::task::spawn_blocking(move || Project::open(&name, &options, &address)).await;
        let project = Arc::new(opened.map_err(|error| ServerError::System(error.into()))??);
        tokio::spawn(counting::follow(Arc::clone(&project)));
        if self.options.retention.is_some() {
            tokio::spawn(keeping::keep(Arc::clone(&project), self.options.limits.retain_every));
        }
        Ok(project)
    }

    /// Opens the default project.
    ///
    /// # Errors
    /// As [`Projects::open`].
    pub async fn open_default(&self) -> Result<Arc<Project>, ServerError> {
        let entry = self.entry(DEFAULT_PROJECT);
        entry.project.get_or_try_init(|| self.open(DEFAULT_PROJECT)).await.cloned()
    }

    /// Opens every project that there is, one after another, until the server stops: what is kept no longer goes from those, too,
    /// which nobody asks for.
    pub(crate) async fn open_all(&self, stop: &news::Receiver<bool>) {
        let folders = std::fs::read_dir(self.options.directory.path().join(PROJECTS)).into_iter().flatten().flatten();
        let names = folders.filter_map(|folder| folder.file_name().into_string().ok()).filter(|name| is_name(name));
        for name in names.collect::<BTreeSet<String>>() {
            if *stop.borrow() {
                return;
            }
            if let Err(problem) = self.get(&name).await {
                tracing::warn!(project = name, code = problem.code(), "what is kept no longer stays");
            }
        }
    }

    /// Those that are open.
    pub fn all(&self) -> Vec<Arc<Project>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().filter_map(|entry| entry.project.get().cloned()).collect()
    }

    fn entry(&self, name: &str) -> Entry {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = || folder_of(self.options.directory.path(), name);
        let fresh = || Entry { keys: Arc::new(Keys::new(&folder())), project: Arc::default() };
        open.entry(name.to_owned()).or_insert_with(fresh).clone()
    }
}

/// Whether somebody made a key for any project of this directory.
///
/// # Errors
/// `key_file`, `file`.
pub fn has_keys(directory: &Directory) -> Result<bool, ServerError> {
    if !keys::list(directory.path())?.is_empty() {
        return Ok(true);
    }
    let Ok(folders) = std::fs::read_dir(directory.path().join(PROJECTS)) else { return Ok(false) };
    for folder in folders.flatten() {
        if !keys::list(&folder.path())?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
