//! `cargo xtask demo --serve`: the dashboard over an agent that works again and again.

use super::Demo;
use crate::process;
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
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
/// How long the agent may take to end after it was told to.
const END: Duration = Duration::from_secs(3);

/// What the server says when it is there.
#[derive(Deserialize)]
struct Said {
    url: String,
}

/// The server. It does not outlive this program, however this ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves and runs the agent, until Ctrl-C or for so many runs.
pub fn run(demo: &Demo, runs: Option<usize>, open: bool) -> Result<()> {
    let is_over = Arc::new(AtomicBool::new(false));
    // Ctrl-C reaches the server and the agent by itself, a signal to this program alone does not; both are ended and waited for.
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&is_over)).context("cannot listen to signals")?;
    }
    let Some((mut server, said)) = start(demo, open, &is_over)? else { return Ok(()) };
    println!("\nThe dashboard: {}", said.url);
    match runs {
        Some(runs) => println!("The agent works {runs} times, and then it is over.\n"),
        None => println!("The agent works until Ctrl-C.\n"),
    }
    let worked = work(demo, runs, &is_over, &mut server);
    interrupt(&mut server.0);
    let status = server.0.wait()?;
    println!("\nthe server ended");
    worked?;
    if !status.success() {
        bail!("the server did not end in order ({status})");
    }
    Ok(())
}

/// `None` where somebody wanted an end before it was there.
fn start(demo: &Demo, open: bool, is_over: &AtomicBool) -> Result<Option<(Server, Said)>> {
    let mut command = Command::new(&demo.tracewire);
    command.args(["serve", "--json", "--port", "0"]).args(open.then_some("--open"));
    command.env("TRACEWIRE_DIR", &demo.directory).stdout(Stdio::piped());
    println!("$ {}", process::typed(&command));
    let mut server = Server(command.spawn().context("cannot start the server")?);
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().context("the server has no output")?).read_line(&mut line)?;
    match serde_json::from_str(&line) {
        Ok(said) => Ok(Some((server, said))),
        Err(_) if is_over.load(Ordering::Relaxed) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("the server did not start: {}", line.trim())),
    }
}

fn work(demo: &Demo, runs: Option<usize>, is_over: &AtomicBool, server: &mut Server) -> Result<()> {
    for (run, question) in QUESTIONS.iter().cycle().take(runs.unwrap_or(usize::MAX)).enumerate() {
        let mut agent = demo.agent();
        let is_failing = run % QUESTIONS.len() == FAILING;
        if is_failing {
            agent.env(CLOSED, "1");
        }
        let Some(output) = finish(agent.arg(question), is_over)? else { break };
        let answer = String::from_utf8_lossy(&output.stdout);
        match (output.status.success(), is_failing) {
            (true, _) => println!("✓ {question}  {}", answer.trim()),
            (false, true) => println!("✗ {question}  The library is closed."),
            (false, false) => {
                bail!("the agent failed ({})\n{}", output.status, String::from_utf8_lossy(&output.stderr))
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
        if let Some(status) = server.0.try_wait()? {
            bail!("the server ended ({status})");
        }
    }
    Ok(())
}

/// Runs the agent to its end, or ends it where somebody wants an end: `None`.
fn finish(agent: &mut Command, is_over: &AtomicBool) -> Result<Option<Output>> {
    agent.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut agent = agent.spawn().context("cannot start the agent")?;
    // What it says is read beside, so that it never waits for that.
    let said = [read(agent.stdout.take()), read(agent.stderr.take())];
    let mut told: Option<Instant> = None;
    let status = loop {
        if let Some(status) = agent.try_wait()? {
            break status;
        }
        match told {
            None if is_over.load(Ordering::Relaxed) => {
                interrupt(&mut agent);
                told = Some(Instant::now());
            }
            Some(at) if at.elapsed() > END => agent.kill().context("cannot end the agent")?,
            _ => {}
        }
        std::thread::sleep(POLL);
    };
    // Its server has the same error output: these are over when both are gone.
    let [stdout, stderr] = said.map(|reading| reading.join().unwrap_or_default());
    Ok((!is_over.load(Ordering::Relaxed)).then_some(Output { status, stdout, stderr }))
}

fn read(stream: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut said = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut said);
        }
        said
    })
}

/// Ends a program as Ctrl-C does, where it still runs: the number of one that ended may be another one's by now.
fn interrupt(child: &mut Child) {
    if !matches!(child.try_wait(), Ok(None)) {
        return;
    }
    let is_told = cfg!(unix)
        && Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status().is_ok();
    if !is_told {
        let _ = child.kill();
    }
}
