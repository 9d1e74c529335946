//! The steps of Kotlin and Swift, and of the library that both have.

use super::{Choice, Options, PROFILE};
use crate::steps::Steps;
use crate::tools::{self, CC, JDK, MAVEN, Tool};
use crate::workspace::Workspace;
use crate::{maven, mobile, swift, uniffi};

const NAMES: [(Choice, &str, &[Tool]); 4] = [
    (Choice::Bindings, "bindings", &[CC]),
    (Choice::Telephones, "telephones", &[CC]),
    (Choice::Kotlin, "kotlin", &[CC, JDK, MAVEN]),
    // It finds or makes its toolchain itself.
    (Choice::Swift, "swift", &[CC]),
];

/// Runs the wanted steps.
pub fn run(workspace: &Workspace, options: &Options, steps: &mut Steps) {
    for (step, name, needs) in NAMES.into_iter().filter(|(step, ..)| options.wants(*step)) {
        if let Some(advice) = tools::missing(needs) {
            steps.missing(name, &advice);
            continue;
        }
        steps.run(name, || match step {
            Choice::Bindings => uniffi::generate(workspace, PROFILE, true).map(|()| Default::default()),
            Choice::Telephones => mobile::run(workspace).map(|()| Default::default()),
            Choice::Kotlin => maven::verify(workspace, PROFILE),
            _ => swift::test(workspace, PROFILE),
        });
    }
}
