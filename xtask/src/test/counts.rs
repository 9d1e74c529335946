//! How many tests ran, read from what the runners print.

use crate::process;
use crate::steps::Counts;
use anyhow::{Result, bail};
use std::process::Command;

/// Runs a test runner and sums what its lines say. A runner that fails without a failed test is an error.
pub fn run(command: &mut Command, of_line: fn(&str) -> Option<Counts>) -> Result<Counts> {
    let mut sum = Counts::default();
    let status = process::run_heard(command, |line| {
        if let Some(counts) = of_line(line) {
            sum.passed += counts.passed;
            sum.failed += counts.failed;
        }
    })?;
    let is_success = status.success();
    if !is_success && sum.failed == 0 {
        bail!("{} failed before its tests ({status})", process::typed(command));
    }
    if is_success && sum.passed == 0 {
        bail!("{} ran no test", process::typed(command));
    }
    Ok(sum)
}

/// Runs a command that has no tests to count.
pub fn none(mut command: Command) -> Result<Counts> {
    process::run(&mut command)?;
    Ok(Counts::default())
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; …`
pub fn of_libtest(line: &str) -> Option<Counts> {
    let rest = line.trim().strip_prefix("test result: ")?;
    Some(Counts { passed: number_before(rest, "passed")?, failed: number_before(rest, "failed")? })
}

/// `== 2 failed, 40 passed, 1 skipped in 3.21s ==`
pub fn of_pytest(line: &str) -> Option<Counts> {
    let rest = line.strip_prefix('=')?.trim_matches(['=', ' ']);
    if !rest.contains(" in ") {
        return None;
    }
    let passed = number_before(rest, "passed").unwrap_or(0);
    let failed = number_before(rest, "failed").unwrap_or(0) + number_before(rest, "error").unwrap_or(0);
    (passed + failed > 0).then_some(Counts { passed, failed })
}

/// `     Tests  2 failed | 40 passed | 1 skipped (43)`
pub fn of_vitest(line: &str) -> Option<Counts> {
    let rest = line.trim().strip_prefix("Tests ")?;
    let passed = number_before(rest, "passed").unwrap_or(0);
    let failed = number_before(rest, "failed").unwrap_or(0);
    (passed + failed > 0).then_some(Counts { passed, failed })
}

/// `[INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 1` of a module; the lines of its classes go on with a time.
pub fn of_surefire(line: &str) -> Option<Counts> {
    let rest = line.trim_start_matches(|sign: char| sign != 'T').strip_prefix("Tests run: ")?;
    if rest.contains("Time elapsed") {
        return None;
    }
    let counted: Vec<u64> = rest.split(',').map(|part| part.rsplit(' ').next()?.parse().ok()).collect::<Option<_>>()?;
    let [run, failures, errors, skipped] = counted.try_into().ok()?;
    let failed = failures + errors;
    Some(Counts { passed: run.saturating_sub(failed + skipped), failed })
}

/// `✔ Test run with 12 tests in 3 suites passed after 0.1 seconds.` of Swift Testing, or, of XCTest, each
/// `Test Case 'Values.testText' passed (0.1 seconds)`.
pub fn of_swift(line: &str) -> Option<Counts> {
    if let Some((_, rest)) = line.split_once("Test run with ") {
        let run = rest.split(' ').next()?.parse().ok()?;
        let failed = u64::from(!rest.contains(" passed"));
        return (run > 0).then_some(Counts { passed: u64::saturating_sub(run, failed), failed });
    }
    let (_, rest) = line.strip_prefix("Test Case '")?.split_once("' ")?;
    let (passed, failed) = (rest.starts_with("passed"), rest.starts_with("failed"));
    (passed || failed).then_some(Counts { passed: passed.into(), failed: failed.into() })
}

/// `conformance: 936 passed; 1 failed`
pub fn of_conformance(line: &str) -> Option<Counts> {
    let rest = line.strip_prefix("conformance: ")?;
    Some(Counts { passed: number_before(rest, "passed")?, failed: number_before(rest, "failed")? })
}

/// `torture: 24 rounds passed; 1 failed`
pub fn of_torture(line: &str) -> Option<Counts> {
    let rest = line.strip_prefix("torture: ")?;
    Some(Counts { passed: number_before(rest, "rounds passed")?, failed: number_before(rest, "failed")? })
}

fn number_before(text: &str, word: &str) -> Option<u64> {
    let before = text[..text.find(word)?].trim_end();
    before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_the_runners_are_read() {
        assert_eq!(
            of_libtest("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured"),
            Some(Counts { passed: 12, failed: 0 })
        );
        assert_eq!(
            of_libtest("test result: FAILED. 3 passed; 2 failed; 0 ignored"),
            Some(Counts { passed: 3, failed: 2 })
        );
        assert_eq!(of_libtest("test a ... ok"), None);
        assert_eq!(of_conformance("conformance: 936 passed; 1 failed"), Some(Counts { passed: 936, failed: 1 }));
        assert_eq!(of_torture("torture: 24 rounds passed; 1 failed"), Some(Counts { passed: 24, failed: 1 }));
        assert_eq!(
            of_pytest("=== 2 failed, 40 passed, 1 skipped, 1 error in 3.21s ==="),
            Some(Counts { passed: 40, failed: 3 })
        );
        assert_eq!(of_pytest("======= 7 passed in 0.10s ======="), Some(Counts { passed: 7, failed: 0 }));
        assert_eq!(
            of_vitest("      Tests  2 failed | 40 passed | 1 skipped (43)"),
            Some(Counts { passed: 40, failed: 2 })
        );
        assert_eq!(of_vitest("      Tests  7 passed (7)"), Some(Counts { passed: 7, failed: 0 }));
        assert_eq!(of_vitest(" Test Files  1 failed | 3 passed (4)"), None);
        assert_eq!(of_pytest("===== test session starts ====="), None);
        let surefire = "[ERROR] Tests run: 12, Failures: 1, Errors: 2, Skipped: 3";
        assert_eq!(of_surefire(surefire), Some(Counts { passed: 6, failed: 3 }));
        assert_eq!(of_surefire(&format!("{surefire}, Time elapsed: 0.1 s -- in ValuesTest")), None);
        assert_eq!(
            of_swift("✔ Test run with 12 tests in 3 suites passed after 0.1 seconds."),
            Some(Counts { passed: 12, failed: 0 })
        );
        assert_eq!(
            of_swift("✘ Test run with 12 tests in 3 suites failed after 0.1 seconds with 2 issues."),
            Some(Counts { passed: 11, failed: 1 })
        );
        assert_eq!(of_swift("Test Case 'Values.testText' passed (0.1 seconds)"), Some(Counts { passed: 1, failed: 0 }));
        assert_eq!(of_swift("Test Case 'Values.testText' started at 2026-11-21"), None);
    }
}
