//! Another lane: steps that another process of this program runs beside our own.
//!
//! Many steps keep one core busy, or wait, so a whole run takes less time when some go beside each other.
//! What a lane prints goes to a file and is shown a step at a time, so that no two steps write into each other.

use super::Choice;
use crate::steps::{Row, Steps};
use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use clap::ValueEnum as _;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

/// What begins each step's heading.
const HEADING: &[u8] = "\n── ".as_bytes();
/// How often the end of the lane is looked for, and its new lines.
const POLL: Duration = Duration::from_millis(100);

/// A lane: its process, and how much of its output was shown.
pub struct Lane {
    process: Child,
    printed: File,
    report: PathBuf,
    pending: Vec<u8>,
}

impl Lane {
    /// Starts these steps; the lane's name is that of its folder.
    pub fn start(workspace: &Workspace, name: &str, choices: &[Choice]) -> Result<Lane> {
        let folder = workspace.scratch("lanes")?.join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let report = folder.join("report.json");
        let path = folder.join("printed.log");
        // What an earlier run left must not pass for this one's.
        if report.exists() {
            std::fs::remove_file(&report).with_context(|| format!("cannot remove {}", report.display()))?;
        }
        let writing = File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
        let names: Vec<String> =
            choices.iter().filter_map(|choice| Some(choice.to_possible_value()?.get_name().to_owned())).collect();
        let process = Command::new(std::env::current_exe().context("cannot find this program")?)
            .args(["test", "--only", &names.join(","), "--report"])
            .arg(&report)
            .stdout(writing.try_clone().context("cannot share a file")?)
            .stderr(writing)
            .spawn()
            .context("cannot start a lane")?;
        let printed = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Lane { process, printed, report, pending: Vec::new() })
    }

    /// Shows the steps that ended since the last time.
    pub fn show_ended(&mut self) -> Result<()> {
        self.read()?;
        if let Some(end) = last_heading(&self.pending) {
            show(&self.pending[..end])?;
            self.pending.drain(..end);
        }
        Ok(())
    }

    /// Shows everything as it comes, waits for the end, and returns the steps.
    pub fn finish(mut self) -> Result<Vec<Row>> {
        loop {
            let is_over = self.process.try_wait().context("cannot wait for a lane")?.is_some();
            self.read()?;
            show(&self.pending)?;
            self.pending.clear();
            if is_over {
                break;
            }
            std::thread::sleep(POLL);
        }
        let text = std::fs::read(&self.report).context("a lane ended without a report")?;
        serde_json::from_slice(&text).context("cannot read the report of a lane")
    }

    fn read(&mut self) -> Result<()> {
        self.printed.read_to_end(&mut self.pending)?;
        Ok(())
    }
}

/// Writes the rows of a lane where its parent reads them.
pub fn report(steps: &Steps, path: &std::path::Path) -> Result<()> {
    let text = serde_json::to_vec(steps.rows())?;
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn last_heading(text: &[u8]) -> Option<usize> {
    (1..text.len()).rev().find(|&at| text[at..].starts_with(HEADING))
}

fn show(text: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text)?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_goes_up_to_the_last_heading() {
        let text = "\n── ruff ──\nfine\nruff: passed\n\n── mypy ──\n$ mypy".as_bytes();
        assert_eq!(last_heading(text).map(|at| &text[at..]), Some("\n── mypy ──\n$ mypy".as_bytes()));
        assert_eq!(last_heading("\n── ruff ──\n$ ruff".as_bytes()), None);
        assert_eq!(last_heading(b""), None);
    }
}
