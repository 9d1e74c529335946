//! Running other programs: one line that says what runs, its output, and an error that says what failed.

use crate::told;
use anyhow::{Context as _, Result, bail};
use std::io::{BufRead as _, BufReader, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

/// What the programs that we ran and that have ended computed so far, on all cores; zero where the system does not say.
pub fn computed() -> Duration {
    // Ticks of a hundredth of a second in Linux, whatever the kernel counts by: proc(5), `cutime` and `cstime`.
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks =
        after_name.split_whitespace().skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>();
    Duration::from_millis(ticks * 10)
}

/// The command of these words.
pub fn command(words: &[PathBuf]) -> Command {
    let mut words = words.iter();
    let mut command = Command::new(words.next().map_or(Path::new(""), PathBuf::as_path));
    command.args(words);
    command
}

/// A command as one would type it.
pub fn typed(command: &Command) -> String {
    let mut text = Path::new(command.get_program())
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    for argument in command.get_args() {
        let argument = argument.to_string_lossy();
        text.push(' ');
        if argument.is_empty() || argument.contains([' ', '"', '\'', '*', '$']) {
            text.push_str(&format!("'{}'", argument.replace('\'', r"'\''")));
        } else {
            text.push_str(&argument);
        }
    }
    text
}

/// Says what runs, runs it with our own output, and fails when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let status = if std::io::stdout().is_terminal() {
        println!("$ {}", typed(command));
        command.status().with_context(|| format!("cannot start {}", typed(command)))?
    } else {
        run_heard(command, |_| {})?
    };
    if !status.success() {
        bail!("{} failed ({status})", typed(command));
    }
    Ok(())
}

/// Runs it quietly; what it printed comes with the error.
pub fn run_quietly(command: &mut Command) -> Result<()> {
    capture(command).map(drop)
}

/// Runs it and returns its standard output; both outputs come with the error.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {}", typed(command)))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed ({})\n{}{}", typed(command), output.status, text, errors);
    }
    Ok(text)
}

/// Says what runs, runs it, passes its standard output on line by line and shows each line to `see` as well. Returns whether it succeeded.
pub fn run_watched(command: &mut Command, see: impl FnMut(&str)) -> Result<bool> {
    println!("$ {}", typed(command));
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", typed(command)))?;
    if let Some(output) = child.stdout.take() {
        pass_on(output, see)?;
    }
    Ok(child.wait()?.success())
}

/// The same with both of its outputs, unless a person watches; what it says of failures is kept for the end of the run. Returns how it ended.
pub fn run_heard(command: &mut Command, mut see: impl FnMut(&str)) -> Result<ExitStatus> {
    println!("$ {}", typed(command));
    let (output, input) = std::io::pipe().context("cannot make a pipe")?;
    if !std::io::stderr().is_terminal() {
        command.stderr(input.try_clone().context("cannot share a pipe")?);
    }
    let mut child = command.stdout(input).spawn().with_context(|| format!("cannot start {}", typed(command)))?;
    // The command holds the pipe, too: it would never end.
    command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    pass_on(output, |line| {
        told::hear(line);
        see(line);
    })?;
    Ok(child.wait()?)
}

fn pass_on(output: impl Read, mut see: impl FnMut(&str)) -> Result<()> {
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let mut out = std::io::stdout().lock();
        out.write_all(&line)?;
        out.flush()?;
        see(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    Ok(())
}
