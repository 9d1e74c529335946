//! All mutants against all cases: which case catches which mutant.

use crate::table::{Mutant, Spoil, all};
use serde_json::Value;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracewire_conformance::adapter::Answer;
use tracewire_conformance::case::Case;
use tracewire_conformance::judge::{Outcome, judge};

/// The one that does nothing wrong, but goes the mutants' way.
pub const HONEST: Mutant = Mutant { name: "honest", wrong: "nothing", cases: &[], spoil: Spoil::Nothing };

/// What became of a mutant.
pub struct Row {
    /// Which one.
    pub mutant: Mutant,
    /// The cases that failed.
    pub caught_by: Vec<String>,
    /// Cases of its row that did not fail, or that there are not.
    pub missed_by: Vec<String>,
}

/// Runs all mutants; with `only_named`, each against the cases of its row alone.
pub fn run(cases: &[Case], only_named: bool) -> Vec<Row> {
    let mutants = all();
    // A case that the honest one fails catches nobody.
    let is_asked =
        |case: &&Case| !only_named || mutants.iter().any(|mutant| mutant.cases.contains(&case.name.as_str()));
    let cases: Vec<&Case> = cases.iter().filter(is_asked).filter(|case| fails(&HONEST, case).is_none()).collect();
    let next = AtomicUsize::new(0);
    let rows: Mutex<Vec<Option<Row>>> = Mutex::new(mutants.iter().map(|_| None).collect());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, Into::into) {
            scope.spawn(|| {
                while let Some((at, mutant)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, mutants.get(at)?)))
                {
                    let is_asked = |case: &&&Case| !only_named || mutant.cases.contains(&case.name.as_str());
                    let failed = cases.iter().filter(is_asked).filter(|case| fails(mutant, case).is_some());
                    let caught_by: Vec<String> = failed.map(|case| case.name.clone()).collect();
                    let missed = mutant.cases.iter().filter(|name| !caught_by.iter().any(|case| case == *name));
                    let row =
                        Row { mutant: *mutant, missed_by: missed.map(|name| (*name).to_owned()).collect(), caught_by };
                    if let Ok(mut rows) = rows.lock()
                        && let Some(place) = rows.get_mut(at)
                    {
                        *place = Some(row);
                    }
                }
            });
        }
    });
    rows.into_inner().unwrap_or_default().into_iter().flatten().collect()
}

/// How a mutant fails a case; nothing where it passes.
pub fn fails(mutant: &Mutant, case: &Case) -> Option<String> {
    case.asks.iter().find_map(|ask| {
        // What a defect cannot touch is as honest as the rest.
        let is_reader = matches!(mutant.spoil, Spoil::Answer(_));
        if is_reader == (ask.request["operation"] == "record") && !matches!(mutant.spoil, Spoil::Nothing) {
            return None;
        }
        let mut answer = mutant.answer(&ask.request);
        match judge(ask, &answer_of(&mut answer)) {
            Outcome::Failed(failure) => Some(failure.summary),
            _ => None,
        }
    })
}

fn answer_of(answer: &mut Value) -> Answer {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match (answer.get("error"), answer.get("skipped")) {
        (Some(error), _) => Answer::Error(text(&error["code"]), text(&error["message"])),
        (_, Some(reason)) => Answer::Skipped(text(reason)),
        _ => Answer::Result(answer["result"].take()),
    }
}

/// The table for people: mutant, what is wrong, cases that caught it.
pub fn table(rows: &[Row]) -> String {
    let mut out = String::from("| mutant | what is wrong | cases that caught it |\n|---|---|---|\n");
    for row in rows.iter().filter(|row| !row.mutant.cases.is_empty()) {
        let named = row.mutant.cases.iter().filter(|name| row.caught_by.iter().any(|case| case == *name));
        let mut shown: Vec<String> = named.map(|name| format!("`{name}`")).collect();
        let others = row.caught_by.len() - shown.len();
        if others > 0 {
            shown.push(format!("{others} more"));
        }
        let caught = if shown.is_empty() { "**none**".to_owned() } else { shown.join(", ") };
        let _ = writeln!(out, "| {} | {} | {caught} |", row.mutant.name, row.mutant.wrong);
    }
    out
}
