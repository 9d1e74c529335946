//! Fork storms: gunicorn with preload, multiprocessing in each of its ways, Node's cluster.

use crate::fleet::{Pipe, Told, death_name, kill};
use crate::found::Found;
use crate::oracle::{Allowed, Rule};
use crate::round::Round;
use crate::said::{Line, Said};
use anyhow::{Context as _, Result};
use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How many workers serve.
const WORKERS: usize = 8;

pub fn gunicorn(round: &mut Round<'_>) -> Result<()> {
    let socket = round.folder.join("socket");
    // The program stands beside the interpreter.
    let mut command = round.beside_python("gunicorn");
    command.args(["--preload", "--workers", &WORKERS.to_string(), "--log-level", "error", "--graceful-timeout", "5"]);
    command
        .arg("--bind")
        .arg(format!("unix:{}", socket.display()))
        .arg("--chdir")
        .arg(round.kit.sources.join("workers"));
    command.arg("wsgi:application").env("TRACEWIRE_DIR", round.directory());
    let pipe = Pipe::new()?;
    let mut told = pipe.start_told(&mut command)?;
    let (mut said, mut victims) = (Said::default(), BTreeSet::new());
    let is_over = AtomicBool::new(false);
    let time = Duration::from_millis(round.size(1500, 5000) as u64);
    let mut killed = 0;
    let answered = std::thread::scope(|scope| -> Result<u64> {
        let clients: Vec<_> = (0..3).map(|_| scope.spawn(|| ask(&socket, &is_over))).collect();
        let end = Instant::now() + time;
        let mut next = Instant::now() + Duration::from_millis(300);
        while Instant::now() < end && !told.is_over() {
            if let Some(line) = pipe.next(Duration::from_millis(10)) {
                if let Line::Born { pid, .. } = &line {
                    victims.insert(*pid);
                }
                said.take(line);
            }
            if Instant::now() > next
                && let Some(pid) = round.chance.choice(&victims).copied()
            {
                kill(pid);
                victims.remove(&pid);
                killed += 1;
                next = Instant::now() + Duration::from_millis(round.chance.u64(5..60));
            }
        }
        is_over.store(true, Ordering::Relaxed);
        Ok(clients.into_iter().filter_map(|client| client.join().ok()).sum())
    })?;
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(i32::try_from(told.pid())?).context("no process")?,
        rustix::process::Signal::TERM,
    )?;
    let status = finish(told, pipe, &mut said)?;
    if status != 0 || answered == 0 {
        round.find(Rule::Behaviour, format!("gunicorn ended with {}, {answered} answers", death_name(status)));
    }
    round.deaths("SIGKILL", killed);
    round.count("requests to gunicorn", answered);
    let found = round.judge(&said, Allowed::default())?;
    family(round, &found, "master");
    Ok(())
}

/// Asks again and again; a worker that dies meanwhile answers nothing.
fn ask(socket: &PathBuf, is_over: &AtomicBool) -> u64 {
    let mut answered = 0;
    while !is_over.load(Ordering::Relaxed) {
        let answer = UnixStream::connect(socket).and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(2)))?;
            stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
            let mut text = String::new();
            stream.read_to_string(&mut text).map(|_| text)
        });
        match answer {
            Ok(text) if text.contains("200 OK") => answered += 1,
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    answered
}

pub fn multiprocessing(round: &mut Round<'_>) -> Result<()> {
    let method = round.chance.choice(["fork", "fork", "fork", "spawn", "forkserver"]).unwrap_or("fork");
    let (children, units) = if method == "fork" { (round.size(6, 24), 40) } else { (round.size(2, 6), 40) };
    let mut command = round.script("forks.py");
    command.args([method, &children.to_string(), &units.to_string(), &round.chance.u32(..).to_string()]);
    command.env("TRACEWIRE_DIR", round.directory());
    let pipe = Pipe::new()?;
    let told = pipe.start_told(&mut command)?;
    let mut said = Said::default();
    let status = finish(told, pipe, &mut said)?;
    if status != 0 {
        round.find(Rule::Behaviour, format!("the parent ended with {}", death_name(status)));
    }
    let mut died = 0;
    for value in said.info.iter().filter(|(key, _)| key == "died").map(|(_, value)| value.clone()) {
        died += 1;
        match value.parse::<i32>() {
            Ok(status @ (0 | -9)) => round.deaths(&death_name(status), 1),
            _ => {
                round.findings.push(crate::oracle::Finding::new(Rule::Behaviour, format!("a child ended with {value}")))
            }
        }
    }
    if died != children {
        round.find(Rule::Behaviour, format!("{died} of {children} children ended"));
    }
    let found = round.judge(&said, Allowed::default())?;
    if method == "fork" {
        family(round, &found, "parent");
    }
    Ok(())
}

pub fn cluster(round: &mut Round<'_>) -> Result<()> {
    let mut command = round.module("cluster.mjs");
    command.arg(round.directory()).arg(WORKERS.to_string());
    let pipe = Pipe::new()?;
    let mut told = pipe.start_told(&mut command)?;
    let (mut said, mut victims) = (Said::default(), BTreeSet::new());
    let deaths = round.size(4, 20);
    let (mut killed, mut next) = (0, Instant::now() + Duration::from_millis(400));
    while killed < deaths {
        if let Some(line) = pipe.next(Duration::from_millis(20)) {
            if let Line::Call { worker, .. } = &line
                && let Some(pid) = worker.strip_prefix('c').and_then(|pid| pid.parse::<u32>().ok())
                && said.workers.get(worker).is_none_or(|worker| worker.lanes.is_empty())
            {
                victims.insert(pid);
            }
            said.take(line);
        } else if told.is_over() {
            break;
        }
        if Instant::now() > next
            && let Some(pid) = round.chance.choice(&victims).copied()
        {
            kill(pid);
            victims.remove(&pid);
            killed += 1;
            next = Instant::now() + Duration::from_millis(round.chance.u64(5..60));
        }
    }
    told.tell("end")?;
    let status = finish(told, pipe, &mut said)?;
    if status != 0 {
        round.find(Rule::Behaviour, format!("the primary ended with {}", death_name(status)));
    }
    round.deaths("SIGKILL", killed as u64);
    round.judge(&said, Allowed::default()).map(drop)
}

/// Reads what comes until the end.
fn finish(told: Told, pipe: Pipe, said: &mut Said) -> Result<i32> {
    let waiting = std::thread::spawn(move || told.finish_by_itself());
    pipe.rest(said);
    waiting.join().map_err(|_| anyhow::anyhow!("a thread panicked"))?
}

/// Every process that recorded names the one that forked it.
fn family(round: &mut Round<'_>, found: &Found, parent: &str) {
    let own = found.records.iter().find(|record| &*record.worker == parent).map(|record| record.process.clone());
    let Some(own) = own else {
        return round.find(Rule::Parent, format!("nothing of {parent} is there"));
    };
    for (producer, above) in &found.producers {
        let process = |name: &str| name.split('-').next().unwrap_or_default().to_owned();
        let is_right = process(producer) == *own || above.as_deref().is_some_and(|above| process(above) == *own);
        if !is_right {
            round.find(Rule::Parent, format!("{producer} names {above:?} as its parent, not {own}"));
        }
    }
}
