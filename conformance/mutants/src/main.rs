//! Prints the table of mutants, or is one of them: an adapter to try by hand.

#![allow(clippy::print_stdout, reason = "answers and the table go to standard output")]

use anyhow::Context as _;
use clap::Parser;
use std::path::PathBuf;
use tracewire_conformance_mutants::{matrix, table};

#[derive(Parser)]
enum Cli {
    /// All mutants against all cases: `mutant | what is wrong | cases that caught it`.
    Table {
        /// The folder of cases.
        #[arg(long, default_value = "conformance/cases")]
        cases: PathBuf,
        /// Shows what is amiss: mutants that their cases do not catch, and how many there are.
        #[arg(long)]
        amiss: bool,
    },
    /// An adapter with one defect, which speaks the protocol.
    Adapter {
        /// The mutant's name; `honest` is one without a defect.
        name: String,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse() {
        Cli::Table { cases, amiss } => {
            let cases = tracewire_conformance::case::load(&cases)?;
            let rows = matrix::run(&cases, false);
            if !amiss {
                print!("{}", matrix::table(&rows));
            }
            for case in cases.iter().filter(|_| amiss) {
                matrix::fails(&matrix::HONEST, case)
                    .into_iter()
                    .for_each(|why| println!("honest | {} | {why}", case.name));
            }
            for row in rows.iter().filter(|row| amiss && (!row.missed_by.is_empty() || row.mutant.cases.is_empty())) {
                println!("{} | missed by {} | {}", row.mutant.name, row.missed_by.join(", "), row.caught_by.join(", "));
            }
        }
        Cli::Adapter { name } => {
            let mutants = table::all();
            let mutant = mutants
                .iter()
                .chain([&matrix::HONEST])
                .find(|it| it.name == name)
                .context("no mutant of that name: see `table`")?;
            for line in std::io::stdin().lines() {
                let request: serde_json::Value = serde_json::from_str(&line?)?;
                let mut answer = match request["do"] == "run" {
                    true => mutant.answer(&request["case"]),
                    false => tracewire_conformance_rust::answer(&request),
                };
                answer["id"] = request["id"].clone();
                println!("{answer}");
            }
        }
    }
    Ok(())
}
