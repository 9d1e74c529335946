//! Disks that are full, that fail, that go away while a process records, which lives on and tells what it counted.

use super::deaths::{limited, named};
use crate::fleet::{Pipe, Told, death_name};
use crate::oracle::{Allowed, Rule};
use crate::round::{Round, manner};
use crate::said::{Line, Said};
use crate::shim::Shim;
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A process that records until it is told to end, and those around it.
pub struct Held {
    told: Told,
    pipe: Pipe,
    /// What it said so far.
    pub said: Said,
}

impl Held {
    /// One in the language that chance gives: Rust, Python or Node.
    pub fn by_chance(round: &mut Round<'_>, options: &Value, change: impl FnOnce(&mut Command)) -> Result<Held> {
        let language = round.chance.usize(..3);
        Held::start(round, language, options, change)
    }

    /// One in a language: 0 Rust, 1 Python, 2 Node.
    pub fn start(
        round: &mut Round<'_>,
        language: usize,
        options: &Value,
        change: impl FnOnce(&mut Command),
    ) -> Result<Held> {
        let mut options = options.clone();
        let command = match language {
            0 => {
                options["kind"] = "hold".into();
                round.rust(&options)?
            }
            1 => {
                options["kind"] = "forever".into();
                round.python("hold", &options)
            }
            _ => {
                options["kind"] = "forever".into();
                let init = options["init"].clone();
                options["init"] = json!({
                    "fileBytes": init["file_bytes"], "quotaBytes": init["quota_bytes"], "fsync": init["fsync"]
                });
                round.node("hold", &options)
            }
        };
        let name = ["rust", "python", "node"].get(language).copied().unwrap_or("node");
        let mut command = named(&command, name, round.chance.u64(..) >> 12);
        change(&mut command);
        let pipe = Pipe::new()?;
        let told = pipe.start_told(&mut command)?;
        Ok(Held { told, pipe, said: Said::default() })
    }

    /// Waits until it has recorded so many units more.
    pub fn units(&mut self, units: u64) -> Result<()> {
        let mut left = units.div_ceil(50);
        while left > 0 {
            let fits = |line: &Line| matches!(line, Line::Info { key, .. } if key == "units").then_some(());
            self.pipe.until(&mut self.told, &mut self.said, fits)?;
            left -= 1;
        }
        Ok(())
    }

    /// Listens for so long.
    pub fn listen(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            if let Some(line) = self.pipe.next(left) {
                self.said.take(line);
            }
        }
    }

    /// Has it end, and gives what it said. How it ended is judged here.
    pub fn end(mut self, round: &mut Round<'_>) -> Result<Said> {
        self.told.tell("end").context("the process is gone")?;
        let pipe = self.pipe;
        let mut said = self.said;
        // Its lines must be read while it ends: the pipe holds few.
        let waiting = std::thread::spawn(move || self.told.finish());
        pipe.rest(&mut said);
        let status = waiting.join().map_err(|_| anyhow::anyhow!("a thread panicked"))??;
        if status != 0 || said.workers.values().any(|worker| worker.totals.is_none()) {
            round.find(Rule::Behaviour, format!("a process that only lost its disk ended with {}", death_name(status)));
        }
        Ok(said)
    }
}

/// A small file system of its own, which goes with it.
struct Mount(PathBuf);

impl Mount {
    /// Makes one; none where that is refused.
    fn small(folder: &Path, bytes: u64) -> Option<Mount> {
        std::fs::create_dir_all(folder).ok()?;
        let done = mount(&["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"], &[folder]);
        done.then(|| Mount(folder.to_owned()))
    }

    fn resize(&self, bytes: u64) -> bool {
        mount(&["-o", &format!("remount,size={bytes}")], &[&self.0])
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        unmount(&self.0);
    }
}

fn mount(arguments: &[&str], folders: &[&Path]) -> bool {
    let output = Command::new("mount").args(arguments).args(folders).output();
    output.is_ok_and(|output| output.status.success())
}

fn unmount(folder: &Path) -> bool {
    let output = Command::new("umount").arg("--lazy").arg(folder).output();
    output.is_ok_and(|output| output.status.success())
}

pub fn disk_full(round: &mut Round<'_>) -> Result<()> {
    let size = round.chance.u64(300 << 10..1500 << 10);
    let Some(disk) = Mount::small(&round.directory(), size) else {
        round.skip("disk-full: making a small file system needs root");
        return Ok(());
    };
    let (append, init) = manner(&mut round.chance);
    let options = json!({ "init": init, "checks": true, "after": 3, "wait": 0.1, "sizes": [4, 400, 3000] });
    let mut held = Held::by_chance(round, &options, |command| _ = command.env("TRACEWIRE_APPEND", append))?;
    held.units(1000)?;
    if round.chance.bool() {
        // Room for some more, and full again.
        disk.resize(size + (600 << 10));
        held.units(500)?;
    }
    disk.resize(512 << 20);
    held.listen(Duration::from_millis(150));
    let said = held.end(round)?;
    let dropped = dropped(&said, "disk_full");
    round.count("records dropped by a full disk", dropped);
    if dropped == 0 {
        round.find(Rule::Behaviour, "a disk of less than 2 MB was not full");
    }
    round.judge(&said, Allowed::default())?;
    drop(disk);
    Ok(())
}

pub fn io_errors(round: &mut Round<'_>) -> Result<()> {
    let (append, mut init) = manner(&mut round.chance);
    init["fsync"] = (round.chance.u8(..4) == 0).into();
    let options = json!({ "init": init, "checks": true, "after": 3, "wait": 0.1, "sizes": [4, 400] });
    let shim = Shim::new(round.kit, "faults", &round.folder)?;
    let directory = round.directory();
    let control = |rate: u32, seed: u32| [rate.to_ne_bytes(), seed.to_ne_bytes()].concat();
    let seed = round.chance.u32(..);
    let rates = [5_000, 100_000, 500_000, 1_000_000];
    shim.set(&control(if round.chance.bool() { 200_000 } else { 0 }, seed))?;
    let mut held = Held::by_chance(round, &options, |command| {
        shim.before(command);
        command.env("TORTURE_BELOW", &directory).env("TRACEWIRE_APPEND", append);
    })?;
    held.units(50)?;
    for _ in 0..round.size(2, 6) {
        shim.set(&control(round.chance.choice(rates).unwrap_or(100_000), seed))?;
        held.listen(Duration::from_millis(round.chance.u64(5..150)));
        shim.set(&control(0, seed))?;
        held.listen(Duration::from_millis(round.chance.u64(5..150)));
    }
    let said = held.end(round)?;
    round.count("records dropped by a disk that fails", dropped(&said, ""));
    round.judge(&said, Allowed::default()).map(drop)
}

pub fn folder_removed(round: &mut Round<'_>) -> Result<()> {
    let append = if round.chance.bool() { "map" } else { "write" };
    // No rotation: a file that is closed is nobody's any more, and whoever removes it removes what is in it.
    let options =
        json!({ "init": { "file_bytes": 1 << 30 }, "checks": true, "after": 3, "wait": 0.1, "sizes": [4, 400] });
    let mut held = Held::by_chance(round, &options, |command| _ = command.env("TRACEWIRE_APPEND", append))?;
    let directory = round.directory();
    held.units(50)?;
    for _ in 0..round.size(3, 8) {
        let removed = if round.chance.bool() { directory.clone() } else { directory.join("journal") };
        remove(&removed)?;
        if round.chance.bool() {
            // Something else stands in its place for a while.
            let _ = std::fs::write(&removed, "not a folder");
            held.listen(Duration::from_millis(round.chance.u64(5..150)));
            remove(&removed)?;
        }
        held.listen(Duration::from_millis(round.chance.u64(1..200)));
    }
    held.listen(Duration::from_millis(150));
    let said = held.end(round)?;
    round.count("records that vanished and were counted", dropped(&said, "vanished"));
    round.judge(&said, Allowed { vanished: true, ..Allowed::default() }).map(drop)
}

/// Somebody may make it anew while it goes.
fn remove(path: &Path) -> Result<()> {
    for _ in 0..1000 {
        let done = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        match done {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !path.exists() => return Ok(()),
            Err(_) => {}
        }
    }
    bail!("{} cannot be removed", path.display())
}

pub fn read_only(round: &mut Round<'_>) -> Result<()> {
    let append = if round.chance.bool() { "map" } else { "write" };
    let options =
        json!({ "init": { "file_bytes": 64 << 10 }, "checks": true, "after": 3, "wait": 0.1, "sizes": [4, 400] });
    let journal = round.directory().join("journal");
    std::fs::create_dir_all(&journal)?;
    // For root permissions mean nothing: a mount that is read-only does, and what is open stays open for it, too.
    let Some(mut closed) = ReadOnly::of(journal, &round.folder)? else {
        round.skip("read-only: root may not mount here, and permissions mean nothing to it");
        return Ok(());
    };
    if round.chance.bool() {
        closed.set(true)?;
    }
    let mut held = Held::by_chance(round, &options, |command| _ = command.env("TRACEWIRE_APPEND", append))?;
    held.units(100)?;
    for _ in 0..round.size(2, 5) {
        closed.set(true)?;
        held.listen(Duration::from_millis(round.chance.u64(20..150)));
        closed.set(false)?;
        held.listen(Duration::from_millis(round.chance.u64(20..150)));
    }
    let said = held.end(round)?;
    drop(closed);
    round.count("records dropped by a folder that cannot be written", dropped(&said, "unwritable"));
    round.judge(&said, Allowed::default()).map(drop)
}

/// A folder that may not be written for a while.
struct ReadOnly {
    folder: PathBuf,
    /// The same folder, mounted read-only at another place, where we are root.
    view: Option<PathBuf>,
    is_on: bool,
}

impl ReadOnly {
    fn of(folder: PathBuf, round: &Path) -> Result<Option<ReadOnly>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Some(ReadOnly { folder, view: None, is_on: false }));
        }
        let view = round.join("read-only");
        std::fs::create_dir_all(&view)?;
        if !mount(&["--bind"], &[&folder, &view]) {
            return Ok(None);
        }
        let closed = ReadOnly { folder, view: Some(view.clone()), is_on: false };
        Ok(mount(&["-o", "remount,bind,ro"], &[&view]).then_some(closed))
    }

    fn set(&mut self, is_on: bool) -> Result<()> {
        if is_on == self.is_on {
            return Ok(());
        }
        self.is_on = is_on;
        let done = match &self.view {
            None => {
                let mode = if is_on { 0o555 } else { 0o777 };
                std::fs::set_permissions(&self.folder, std::fs::Permissions::from_mode(mode)).is_ok()
            }
            Some(view) if is_on => mount(&["--bind"], &[view, &self.folder]),
            Some(_) => unmount(&self.folder),
        };
        if done { Ok(()) } else { bail!("a folder could not be made read-only, or writable again") }
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        let _ = self.set(false);
        if let Some(view) = &self.view {
            unmount(view);
        }
    }
}

pub fn file_limit(round: &mut Round<'_>) -> Result<()> {
    let append = if round.chance.bool() { "map" } else { "write" };
    let options = json!({ "init": { "file_bytes": 1 << 20 }, "checks": true, "sizes": [4, 400] });
    let limit = round.chance.u64(100 << 10..600 << 10);
    // Node and Python write no other file of that size.
    let mut held = Held::by_chance(round, &options, |given| {
        given.env("TRACEWIRE_APPEND", append);
        *given = limited(given, "--fsize", limit);
    })?;
    held.units(2000)?;
    let said = held.end(round)?;
    round.count("records dropped by a limit of the size of files", dropped(&said, "file_size_limit"));
    round.judge(&said, Allowed { untold: true, ..Allowed::default() }).map(drop)
}

pub fn quota(round: &mut Round<'_>) -> Result<()> {
    let (append, _) = manner(&mut round.chance);
    let init = json!({ "file_bytes": 64 << 10, "quota_bytes": 600 << 10 });
    let options = json!({ "init": init, "checks": true, "after": 12, "wait": 0.1, "sizes": [4, 400] });
    let mut held = Held::by_chance(round, &options, |command| _ = command.env("TRACEWIRE_APPEND", append))?;
    for _ in 0..round.size(2, 5) {
        held.units(500)?;
        // Takes what is complete into the store, which makes room.
        round.tracewire(&["list"]).stdout(std::process::Stdio::null()).status()?;
    }
    let said = held.end(round)?;
    round.count("records dropped by the quota", dropped(&said, "quota"));
    round.judge_store(&said, Allowed::default()).map(drop)
}

/// Records dropped for a reason, or for any.
fn dropped(said: &Said, reason: &str) -> u64 {
    let totals = said.workers.values().filter_map(|worker| worker.totals.as_ref());
    totals
        .flat_map(|totals| &totals.dropped)
        .filter(|(name, _)| reason.is_empty() || *name == reason)
        .map(|(_, n)| n)
        .sum()
}
