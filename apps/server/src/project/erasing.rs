//! What is erased after the fact, on a thread and a connection of its own: it reads everything that is selected, and rewrites the
//! database in the end. Whoever writes meanwhile waits for its short transactions, and for the last of it.

use std::sync::Arc;
use std::thread;

use tokio::sync::oneshot;
use tracewire_insight::prices::Prices;
use tracewire_recorder::journal::Directory;
use tracewire_store::erase::{HeldJournal, Plan, Selection, Sought, carry_out, journals_that_hold, plan};
use tracewire_store::{Erased, StoreError};
use tracewire_wire::redact::Finder;

use super::Project;
use crate::problem::Problem;

/// What the thread holds of the database in memory, in KiB.
const CACHE_KIB: u32 = 16 << 10;

/// What is to be erased.
pub(crate) struct Erasing {
    /// Rules; all content without them.
    pub(crate) finder: Option<Finder>,
    /// Of what.
    pub(crate) selection: Selection,
    /// Whether somebody only asks.
    pub(crate) is_dry: bool,
}

/// What became of it.
pub(crate) struct Done {
    /// What goes.
    pub(crate) plan: Plan,
    /// What was erased, and whether nothing of it is left in the database's files; nothing where somebody only asked.
    pub(crate) erased: Option<(Erased, bool)>,
    /// Journals of this machine that hold it on.
    pub(crate) journals: Vec<HeldJournal>,
}

/// Erases it, one after the other. It goes on where nobody waits for the answer any more.
///
/// # Errors
/// `busy` where the system gives no thread; those of the store.
pub(crate) async fn erase(
    project: &Arc<Project>,
    erasing: Erasing,
    prices: Arc<Prices>,
    journals: Option<Directory>,
) -> Result<Done, Problem> {
    let one = Arc::clone(&project.erasing).lock_owned().await;
    let (answer, answered) = oneshot::channel();
    let database = project.database.clone();
    let work = move || {
        let done = database.open(CACHE_KIB).and_then(|mut store| {
            let sought = erasing.finder.as_ref().map_or(Sought::Content, Sought::Rules);
            let plan = plan(&*store, &erasing.selection, sought, &mut |_, _| {})?;
            if erasing.is_dry {
                return Ok(Done { plan, erased: None, journals: Vec::new() });
            }
            let erased = carry_out(&mut *store, &plan.erasure, Some(&*prices))?;
            let held = |directory: &Directory| journals_that_hold(directory, &*store, &plan);
            let journals = journals.as_ref().map(held).transpose()?.unwrap_or_default();
            Ok::<_, StoreError>(Done { plan, erased: Some(erased), journals })
        });
        drop(one); // Before the answer: whoever has it may ask again at once.
        let _ = answer.send(done);
    };
    let started = thread::Builder::new().name("tracewire-erasing".to_owned()).spawn(work);
    started.map_err(|_| Problem::busy("the system gives no further thread"))?;
    Ok(answered.await.map_err(|_| Problem::internal())??)
}
