//! `cargo xtask demo --serve`: the dashboard over an agent that works again and again.

use super::Demo;
use crate::process;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What the agent is asked, in turn.
const QUESTIONS: [&str; 4] = [
    "How much does a sea otter eat in a day?",
    "What does a sea otter weigh, and how much of that does it eat?",
    "How much does a sea otter eat in a day?",
    "How many kilograms of food does a sea otter need each day?",
];
/// The run of each round that finds the library closed.
const FAILING: usize = 2;
/// Makes the library refuse every page; see `server.py`.
const CLOSED: &str = "RESEARCH_LIBRARY_CLOSED";
/// From the end of a run to the next one.
const PAUSE: Duration = Duration::from_secs(3);
/// How often it is looked whether somebody wants an end.
const POLL: Duration = Duration::from_millis(50);

/// What the server says when it is there.
#[derive(Deserialize)]
struct Said {
    url: String,
    pid: u32,
}

/// Serves and runs the agent, until Ctrl-C or for so many runs.
pub fn run(demo: &Demo, runs: Option<usize>, open: bool) -> Result<()> {
    let is_over = Arc::new(AtomicBool::new(false));
    // Ctrl-C reaches the server and the agent by itself; we are left to wait for them.
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&is_over)).context("cannot listen to signals")?;
    }
    let (mut server, said) = start(demo, open)?;
    println!("\nThe dashboard: {}", said.url);
    match runs {
        Some(runs) => println!("The agent works {runs} times, and then it is over.\n"),
        None => println!("The agent works until Ctrl-C.\n"),
    }
    let worked = work(demo, runs, &is_over);
    stop(&mut server, said.pid)?;
    worked
}

fn start(demo: &Demo, open: bool) -> Result<(Child, Said)> {
    let mut command = Command::new(&demo.tracewire);
    command.args(["serve", "--json", "--port", "0"]).args(open.then_some("--open"));
    command.env("TRACEWIRE_DIR", &demo.directory).stdout(Stdio::piped());
    println!("$ {}", process::typed(&command));
    let mut server = command.spawn().context("cannot start the server")?;
    let mut line = String::new();
    BufReader::new(server.stdout.take().context("the server has no output")?).read_line(&mut line)?;
    let said = serde_json::from_str(&line).with_context(|| format!("the server did not start: {}", line.trim()))?;
    Ok((server, said))
}

fn work(demo: &Demo, runs: Option<usize>, is_over: &AtomicBool) -> Result<()> {
    for (run, question) in QUESTIONS.iter().cycle().take(runs.unwrap_or(usize::MAX)).enumerate() {
        let mut agent = demo.agent();
        let is_failing = run % QUESTIONS.len() == FAILING;
        if is_failing {
            agent.env(CLOSED, "1");
        }
        let output = agent.arg(question).output().context("cannot start the agent")?;
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let answer = String::from_utf8_lossy(&output.stdout);
        match (output.status.success(), is_failing) {
            (true, _) => println!("✓ {question}  {}", answer.trim()),
            (false, true) => println!("✗ {question}  The library is closed."),
            (false, false) => {
                anyhow::bail!("the agent failed ({})\n{}", output.status, String::from_utf8_lossy(&output.stderr))
            }
        }
        let is_last = runs == Some(run + 1);
        let next = Instant::now() + PAUSE;
        while !is_last && Instant::now() < next && !is_over.load(Ordering::Relaxed) {
            std::thread::sleep(POLL);
        }
        if is_over.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(())
}

/// Ends the server as Ctrl-C does, and waits for it.
fn stop(server: &mut Child, pid: u32) -> Result<()> {
    let is_told =
        cfg!(unix) && Command::new("kill").args(["-INT", &pid.to_string()]).stderr(Stdio::null()).status().is_ok();
    if !is_told {
        server.kill().context("cannot end the server")?;
    }
    server.wait()?;
    println!("\nthe server ended");
    Ok(())
}
