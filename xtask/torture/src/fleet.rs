//! Victims: processes that record, whose lines are read, and that are killed at random moments.
//!
//! All processes of a round write into one pipe. Who starts them is a [`Starter`]: one process after the other, or a zygote, a
//! process that has loaded everything already and forks a child on request.

use crate::said::{self, Line, Said};
use anyhow::{Context as _, Result, bail};
use fastrand::Rng;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, PipeWriter, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// How long a process may take for anything before it counts as one that hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The pipe of a round: what its processes write is read on a thread of its own.
pub struct Pipe {
    writer: Option<PipeWriter>,
    sender: Sender<Line>,
    lines: Receiver<Line>,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Pipe {
    /// A pipe that nobody writes to yet.
    pub fn new() -> Result<Pipe> {
        let (reader, writer) = std::io::pipe()?;
        let (sender, lines) = channel();
        let to = sender.clone();
        let reader = std::thread::spawn(move || {
            let mut reader = BufReader::with_capacity(1 << 16, reader);
            let mut text = Vec::new();
            while reader.read_until(b'\n', &mut text).is_ok_and(|count| count > 0) {
                let line = said::read(String::from_utf8_lossy(&text).trim_end());
                if to.send(line).is_err() {
                    return;
                }
                text.clear();
            }
        });
        Ok(Pipe { writer: Some(writer), sender, lines, reader: Some(reader) })
    }

    /// Starts a process that writes here, in a process group of its own. Its end comes as a line as well.
    pub fn start(&self, command: &mut Command) -> Result<u32> {
        let mut child = self.spawn(command.stdin(Stdio::null()))?;
        let pid = child.id();
        let sender = self.sender.clone();
        std::thread::spawn(move || {
            let status = child.wait().map_or(i32::MIN, status_of);
            let _ = sender.send(Line::Died { pid, status });
        });
        Ok(pid)
    }

    /// Starts a process that takes commands on its standard input.
    pub fn start_told(&self, command: &mut Command) -> Result<Told> {
        let mut child = self.spawn(command.stdin(Stdio::piped()))?;
        let input = child.stdin.take().context("no standard input")?;
        Ok(Told { child, input: Some(input) })
    }

    fn spawn(&self, command: &mut Command) -> Result<Child> {
        let writer = self.writer.as_ref().context("the pipe is closed")?.try_clone()?;
        command.stdout(writer).process_group(0);
        let child = command.spawn();
        // The command would keep the pipe open for as long as somebody keeps the command.
        command.stdout(Stdio::null());
        child.with_context(|| format!("cannot start {}", command.get_program().display()))
    }

    /// The next line, if one comes in time.
    pub fn next(&self, within: Duration) -> Option<Line> {
        self.lines.recv_timeout(within).ok()
    }

    /// Everything that is still in the pipe; every process has to be gone.
    pub fn rest(mut self, said: &mut Said) {
        drop(self.writer.take());
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        drop(self.sender);
        self.lines.iter().for_each(|line| said.take(line));
    }

    /// Takes lines until one is what is waited for; what they say is taken down.
    pub fn until<T>(&self, told: &mut Told, said: &mut Said, mut fits: impl FnMut(&Line) -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let Some(line) = self.next(Duration::from_millis(100)) else {
                if told.is_over() {
                    bail!("the process is gone");
                }
                continue;
            };
            let found = fits(&line);
            said.take(line);
            if let Some(found) = found {
                return Ok(found);
            }
        }
        bail!("nothing came in {} s", PATIENCE.as_secs())
    }
}

/// A process that takes commands.
pub struct Told {
    child: Child,
    input: Option<ChildStdin>,
}

impl Told {
    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended.
    pub fn is_over(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Says something to it.
    pub fn tell(&mut self, text: &str) -> Result<()> {
        let input = self.input.as_mut().context("its input is closed")?;
        writeln!(input, "{text}").context("it takes no commands any more")
    }

    /// Waits for its end without a word to it; as [`Told::finish`].
    pub fn finish_by_itself(mut self) -> Result<i32> {
        let input = self.input.take();
        let status = self.finish();
        drop(input);
        status
    }

    /// Closes its input, waits for its end, and gives its exit code or the negative number of a signal. One that hangs is killed.
    pub fn finish(mut self) -> Result<i32> {
        drop(self.input.take());
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status_of(status));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        kill_group(self.child.id());
        self.child.wait()?;
        bail!("a process did not end in {} s", PATIENCE.as_secs())
    }

    /// Kills it and all of its group.
    pub fn kill(mut self) -> Result<i32> {
        kill_group(self.child.id());
        Ok(status_of(self.child.wait()?))
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        // Only where a round ends by an error; a process that was waited for is not there any more.
        if matches!(self.child.try_wait(), Ok(None)) {
            kill_group(self.child.id());
            let _ = self.child.wait();
        }
    }
}

/// The exit code, or the negative number of the signal.
pub fn status_of(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| -status.signal().unwrap_or(0))
}

/// Kills a process of ours.
pub fn kill(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Kills a process group of ours.
pub fn kill_group(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

/// Who starts victims.
pub trait Starter {
    /// Starts one of this name. Gives its process where that is known at once; else a line says it.
    fn start(&mut self, pipe: &Pipe, worker: &str, seed: u64) -> Result<Option<u32>>;
    /// Ends what it has; every victim is gone.
    fn finish(self) -> Result<()>;
}

/// Starts processes by a command.
pub struct Direct<F: FnMut(&str, u64) -> Command>(pub F);

impl<F: FnMut(&str, u64) -> Command> Starter for Direct<F> {
    fn start(&mut self, pipe: &Pipe, worker: &str, seed: u64) -> Result<Option<u32>> {
        pipe.start(&mut (self.0)(worker, seed)).map(Some)
    }

    fn finish(self) -> Result<()> {
        Ok(())
    }
}

/// Has a zygote fork.
pub struct Zygote(pub Told);

impl Starter for Zygote {
    fn start(&mut self, _: &Pipe, worker: &str, seed: u64) -> Result<Option<u32>> {
        self.0.tell(&format!("{worker} {seed}"))?;
        Ok(None)
    }

    fn finish(self) -> Result<()> {
        match self.0.finish()? {
            0 => Ok(()),
            status => bail!("the zygote ended with {status}"),
        }
    }
}

/// How a round of victims goes.
#[derive(Clone, Copy)]
pub struct Hunt {
    /// How many victims.
    pub victims: usize,
    /// How many of them at the same time.
    pub at_once: usize,
    /// The longest time between a victim's first acknowledgement and its death; none where victims die by themselves.
    pub longest: Option<Duration>,
    /// Of so many victims one is killed at a moment after its start, acknowledged or not.
    pub early: Option<u32>,
}

/// What came of it.
#[derive(Default)]
pub struct Hunted {
    /// What victims said.
    pub said: Said,
    /// How they died, by [`death_name`].
    pub deaths: BTreeMap<String, u64>,
}

struct Victim {
    pid: Option<u32>,
    started: Instant,
    kill_at: Option<Instant>,
    is_heard: bool,
}

/// Starts victims, and kills them unless they do that themselves.
pub fn hunt<S: Starter>(mut starter: S, pipe: Pipe, hunt: Hunt, chance: &mut Rng) -> Result<Hunted> {
    let mut hunted = Hunted::default();
    let mut living: HashMap<String, Victim> = HashMap::new();
    let mut name_of: HashMap<u32, String> = HashMap::new();
    let mut started = 0;
    while started < hunt.victims || !living.is_empty() {
        while living.len() < hunt.at_once && started < hunt.victims {
            let worker = format!("v{started}");
            started += 1;
            let pid = starter.start(&pipe, &worker, chance.u64(..) >> 12)?;
            if let Some(pid) = pid {
                name_of.insert(pid, worker.clone());
            }
            let now = Instant::now();
            let is_early = hunt.longest.is_some() && hunt.early.is_some_and(|one_of| chance.u32(..one_of) == 0);
            let kill_at = is_early.then(|| now + Duration::from_micros(chance.u64(..12_000)));
            living.insert(worker, Victim { pid, started: now, kill_at, is_heard: false });
        }
        let now = Instant::now();
        let next = living.values().filter(|victim| victim.pid.is_some()).filter_map(|victim| victim.kill_at).min();
        let wait = next.map_or(Duration::from_millis(20), |next| next.saturating_duration_since(now));
        let mut line = pipe.next(wait.min(Duration::from_millis(20)));
        while let Some(said) = line {
            heed(&said, hunt, chance, &mut living, &mut name_of, &mut hunted.deaths);
            hunted.said.take(said);
            line = pipe.lines.try_recv().ok();
        }
        let now = Instant::now();
        for (worker, victim) in &mut living {
            if victim.kill_at.is_some_and(|at| at <= now)
                && let Some(pid) = victim.pid
            {
                kill_group(pid);
                victim.kill_at = None;
            }
            if now.duration_since(victim.started) > PATIENCE {
                hunted.said.wrong.push(format!("{worker} did not die in {} s", PATIENCE.as_secs()));
                victim.pid.inspect(|pid| kill_group(*pid));
                victim.started = now;
            }
        }
    }
    starter.finish()?;
    pipe.rest(&mut hunted.said);
    Ok(hunted)
}

fn heed(
    line: &Line,
    hunt: Hunt,
    chance: &mut Rng,
    living: &mut HashMap<String, Victim>,
    name_of: &mut HashMap<u32, String>,
    deaths: &mut BTreeMap<String, u64>,
) {
    match line {
        Line::Call { worker, .. } => {
            // Most moments are early ones. Children of a victim bear its name, and a point.
            let name = worker.split('.').next().unwrap_or(worker);
            if let (Some(victim), Some(longest)) = (living.get_mut(name), hunt.longest)
                && !victim.is_heard
            {
                victim.is_heard = true;
                let moment = longest.mul_f64(chance.f64().powi(3));
                victim.kill_at.get_or_insert(Instant::now() + moment);
            }
        }
        Line::Born { worker, pid } => {
            name_of.insert(*pid, worker.clone());
            if let Some(victim) = living.get_mut(worker) {
                victim.pid = Some(*pid);
            }
        }
        Line::Died { pid, status } => {
            if let Some(worker) = name_of.remove(pid)
                && living.remove(&worker).is_some()
            {
                *deaths.entry(death_name(*status)).or_default() += 1;
            }
        }
        Line::Totals { .. } | Line::Info { .. } | Line::Wrong(_) => {}
    }
}

/// What a death is called in the report.
pub fn death_name(status: i32) -> String {
    match status {
        -9 => "SIGKILL".to_owned(),
        -11 => "SIGSEGV".to_owned(),
        -6 => "SIGABRT".to_owned(),
        -5 => "SIGTRAP".to_owned(),
        -7 => "SIGBUS".to_owned(),
        -15 => "SIGTERM".to_owned(),
        status if status < 0 => format!("signal {}", -status),
        status => format!("exit {status}"),
    }
}
