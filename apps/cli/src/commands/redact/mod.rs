//! `tracewire redact`: what rules find in what is recorded already is erased, or all content of some traces; the chain still
//! verifies.
//!
//! | file | what it is |
//! |---|---|
//! | `files` | the same in copies: files of envelopes |
//! | `show` | what goes, and what is left to do |

mod files;
mod show;

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use tracewire_store::erase::{HeldJournal, Plan, Selection, Sought, carry_out, journals_that_hold, plan};
use tracewire_store::{Erased, Store};
use tracewire_wire::redact::Finder;

use super::trace::by_id;
use crate::args::{Global, Redact};
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::source::{Source, now};
use crate::term::{Bar, Screen, Unit};

/// What became of it.
#[derive(Default)]
struct Done {
    erased: Erased,
    /// Whether nothing of it is left in the database's files.
    is_wiped: bool,
    /// Journal files that hold it on.
    journals: Vec<HeldJournal>,
}

impl Done {
    /// Whether nothing that was found is anywhere that is known.
    fn is_all(&self, plan: &Plan) -> bool {
        self.is_wiped && self.journals.is_empty() && plan.unsealed == 0 && plan.headers.is_empty()
    }
}

/// Erases it.
///
/// # Errors
/// Where a rule is none, nothing fits, nobody can be asked, or the store or a file refuses.
pub fn run(global: &Global, what: &Redact, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let finder = Finder::new(&what.rules).map_err(CliError::Rule)?;
    let sought = if what.all_content { Sought::Content } else { Sought::Rules(&finder) };
    if !what.file.is_empty() {
        return files::run(global, what, sought, screen);
    }
    let has_condition = !what.traces.is_empty() || what.session.is_some() || what.user.is_some() || what.when.is_some();
    if what.all_content && !has_condition {
        return Err(CliError::NoSelection);
    }
    let mut source = Source::open(global, &what.stored)?;
    let selection = selection(&*source.store, what)?;
    let planned = planned(&*source.store, &selection, sought)?;
    if planned.looked_at == 0 && planned.erasure.is_empty() && planned.unsealed == 0 {
        let id = screen.fit(&named(what), 200);
        return Err(if id.is_empty() { source.empty() } else { CliError::NotFound { what: "redact", id } });
    }
    let is_dry = what.dry_run || goes_nothing(&planned);
    if !global.json {
        show::plan(&planned, what, screen)?;
    }
    if is_dry {
        if global.json {
            show::document(&planned, None, screen)?;
        }
        let is_left = planned.unsealed > 0 || !planned.headers.is_empty();
        return Ok(if is_left && !what.dry_run { EXIT_PROBLEM } else { EXIT_OK });
    }
    if !is_confirmed(what, screen)? {
        return Ok(EXIT_PROBLEM);
    }
    let (erased, is_wiped) = carry_out(&mut *source.store, &planned.erasure, Some(&*source.prices))?;
    let journals = match what.stored.database {
        Some(_) => Vec::new(),
        None => journals_that_hold(&source.directory, &*source.store, &planned)?,
    };
    let done = Done { erased, is_wiped, journals };
    if global.json {
        show::document(&planned, Some(&done), screen)?;
    } else {
        show::done(&planned, &done, screen)?;
    }
    Ok(if done.is_all(&planned) { EXIT_OK } else { EXIT_PROBLEM })
}

/// Whether nothing is to be erased now.
fn goes_nothing(plan: &Plan) -> bool {
    plan.contents == 0 && plan.erasure.events.is_empty()
}

fn planned(store: &dyn Store, selection: &Selection, sought: Sought<'_>) -> Result<Plan, CliError> {
    let mut bar = Bar::new("looking", Unit::Traces, None);
    let mut before = 0;
    let planned = plan(store, selection, sought, &mut |done, total| {
        bar.set_total(Some(total));
        bar.advance(done.saturating_sub(before));
        before = done;
    })?;
    bar.done();
    Ok(planned)
}

fn selection(store: &dyn Store, what: &Redact) -> Result<Selection, CliError> {
    let mut traces = Vec::new();
    for id in &what.traces {
        traces.extend(by_id(store, id)?.traces);
    }
    Ok(Selection {
        traces: (!what.traces.is_empty()).then_some(traces),
        session: what.session.clone(),
        user: what.user.clone(),
        since: what.when.from(now()),
        until: what.when.until,
    })
}

/// What was selected, in words.
fn named(what: &Redact) -> String {
    let mut words: Vec<String> = what.traces.iter().map(|id| format!("--trace {id}")).collect();
    words.extend(what.session.iter().map(|id| format!("--session {id}")));
    words.extend(what.user.iter().map(|id| format!("--user {id}")));
    if what.when.is_some() {
        words.push("of that time".to_owned());
    }
    words.join(" ")
}

/// Asks, on the terminal. Where there is none, somebody said so before.
fn is_confirmed(what: &Redact, screen: &mut Screen<'_>) -> Result<bool, CliError> {
    if what.yes {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        return Err(CliError::NotConfirmed);
    }
    screen.flush()?;
    let mut stderr = io::stderr();
    write!(stderr, "erase this for good? [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    let is_yes = matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes");
    if !is_yes {
        writeln!(stderr, "nothing was erased")?;
    }
    Ok(is_yes)
}
