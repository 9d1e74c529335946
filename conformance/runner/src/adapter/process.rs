//! The adapter's process: lines in, lines out, each within its time, and an end for all that it has started.

use super::{Fault, Launch};
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Of what an adapter writes to standard error, so many bytes are kept: the last ones, where programs say why they end.
const KEPT_BYTES: usize = 16 << 10;

/// No answer is longer than this.
const MOST_LINE_BYTES: u64 = 64 << 20;

/// How long a process that has closed its output may take to end, and its last words to arrive.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A line of output, or why there is none.
enum Line {
    Whole(Vec<u8>),
    TooLong,
}

/// A running process.
pub(super) struct Process {
    child: Child,
    input: Option<Sender<String>>,
    lines: Receiver<Line>,
    complaints: Arc<Mutex<VecDeque<u8>>>,
    // Closed when standard error is.
    has_complained: Receiver<()>,
    is_over: bool,
    // Its working folder, which goes with it.
    _folder: tempfile::TempDir,
}

impl Process {
    pub(super) fn start(launch: &Launch) -> Result<Self, Fault> {
        let fault = |summary: String| Fault { summary, complaints: String::new(), is_timeout: false };
        let folder = tempfile::Builder::new().prefix("conformance-").tempdir();
        let folder = folder.map_err(|error| fault(format!("no folder can be made for it: {error}")))?;
        let mut command = launch.command(folder.path()).ok_or_else(|| fault("no command is given".to_owned()))?;
        let program = launch.command.first().cloned().unwrap_or_default();
        let mut child = command.spawn().map_err(|error| fault(format!("`{program}` cannot be started: {error}")))?;
        let (input, requests) = channel();
        let stdin = child.stdin.take();
        std::thread::spawn(move || write(stdin, &requests));
        // Few lines wait at a time: what an adapter pours out must not fill the memory.
        let (sender, lines) = sync_channel(2);
        let stdout = child.stdout.take();
        std::thread::spawn(move || read(stdout, &sender));
        let complaints = Arc::new(Mutex::new(VecDeque::new()));
        let (done, has_complained) = channel();
        let (kept, stderr) = (complaints.clone(), child.stderr.take());
        std::thread::spawn(move || listen(stderr, &kept, done));
        Ok(Process { child, input: Some(input), lines, complaints, has_complained, is_over: false, _folder: folder })
    }

    /// Sends a line and waits for one.
    pub(super) fn ask(&mut self, line: String, within: Duration) -> Result<Vec<u8>, Fault> {
        lock(&self.complaints).clear();
        // Where nobody takes it any more, no answer comes either, and that is what is said.
        let _ = self.input.as_ref().map(|input| input.send(line));
        match self.lines.recv_timeout(within) {
            Ok(Line::Whole(line)) => Ok(line),
            Ok(Line::TooLong) => Err(self.fault(format!("an answer is longer than {} MiB", MOST_LINE_BYTES >> 20))),
            Err(RecvTimeoutError::Disconnected) => {
                let how = match self.ended() {
                    Some(status) => format!(" ({status})"),
                    None => ": it closed its output and goes on".to_owned(),
                };
                Err(self.fault(format!("the adapter ended without an answer{how}")))
            }
            Err(RecvTimeoutError::Timeout) => {
                let fault = self.fault(format!("no answer came within {} s", within.as_secs_f64()));
                Err(Fault { is_timeout: true, ..fault })
            }
        }
    }

    /// Ends the process, and says what it had to say.
    pub(super) fn fault(&mut self, summary: String) -> Fault {
        self.end();
        // All writers are gone, unless one left the group; nobody waits for that one.
        let _ = self.has_complained.recv_timeout(LAST_WORDS);
        let said: Vec<u8> = lock(&self.complaints).iter().copied().collect();
        Fault { summary, complaints: String::from_utf8_lossy(&said).trim().to_owned(), is_timeout: false }
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        let since = Instant::now();
        while since.elapsed() < LAST_WORDS {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        None
    }

    fn end(&mut self) {
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        drop(self.input.take());
        #[cfg(unix)]
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// An adapter that reads nothing blocks this thread, not the runner.
fn write(stdin: Option<ChildStdin>, requests: &Receiver<String>) {
    let Some(mut stdin) = stdin else { return };
    for mut request in requests {
        request.push('\n');
        if stdin.write_all(request.as_bytes()).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read(stdout: Option<impl Read>, lines: &SyncSender<Line>) {
    let Some(stdout) = stdout else { return };
    let mut reader = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let length = (&mut reader).take(MOST_LINE_BYTES).read_until(b'\n', &mut line);
        let line = match length {
            Ok(0) | Err(_) => return,
            Ok(_) if line.last() == Some(&b'\n') => Line::Whole(line),
            Ok(length) if length as u64 == MOST_LINE_BYTES => Line::TooLong,
            // The last line, without its end.
            Ok(_) => Line::Whole(line),
        };
        let is_last = matches!(line, Line::TooLong);
        if lines.send(line).is_err() || is_last {
            return;
        }
    }
}

/// `_done` is dropped when there is nothing more to hear.
fn listen(stderr: Option<impl Read>, kept: &Mutex<VecDeque<u8>>, _done: Sender<()>) {
    let Some(mut stderr) = stderr else { return };
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = stderr.read(&mut buffer) {
        let mut kept = lock(kept);
        kept.extend(buffer.get(..length).unwrap_or_default());
        let surplus = kept.len().saturating_sub(KEPT_BYTES);
        kept.drain(..surplus);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
