//! The program itself: its surroundings, its signals, its end.

use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};

use crate::args::Run;
use crate::error::CliError;

/// Runs it to its end, with this process's own input and outputs.
pub(super) fn run(what: &Run, directory: &Path) -> Result<u8, CliError> {
    let Some((program, arguments)) = what.command.split_first() else {
        return Err(io::Error::from(io::ErrorKind::InvalidInput).into());
    };
    let mut command = Command::new(program);
    command.args(arguments).env("TRACEWIRE_DIR", directory);
    for (name, value) in [("TRACEWIRE_SERVICE", &what.service), ("TRACEWIRE_SESSION_ID", &what.session)] {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let refused = |source: io::Error| CliError::Start { program: program.to_string_lossy().into_owned(), source };
    // Before it begins, so that no signal finds this process without its child's name.
    let signals = signals::Relay::new()?;
    let mut child = command.spawn().map_err(refused)?;
    let relay = signals.start(&child);
    let status = wait(&mut child);
    relay.stop();
    Ok(code(status?))
}

fn wait(child: &mut Child) -> io::Result<ExitStatus> {
    loop {
        match child.wait() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            ended => return ended,
        }
    }
}

fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        // As shells say it.
        return u8::try_from(128 + signal).unwrap_or(u8::MAX);
    }
    // Windows has 32 bits, of which this process can hand on eight.
    u8::try_from(status.code().unwrap_or(1) & 0xff).unwrap_or(1)
}

#[cfg(unix)]
mod signals {
    use std::io::{self, IsTerminal as _};
    use std::process::Child;
    use std::thread::JoinHandle;

    use rustix::process::{Pid, Signal, kill_process};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
    use signal_hook::iterator::{Handle, Signals};

    /// Hands on what is sent to this process, which itself lives until its child has ended.
    pub(super) struct Relay {
        signals: Signals,
    }

    impl Relay {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Relay { signals: Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2])? })
        }

        pub(super) fn start(mut self, child: &Child) -> Running {
            let handle = self.signals.handle();
            let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            // Ctrl-C and Ctrl-\ of a terminal reach the child by themselves.
            let by_terminal = if io::stdin().is_terminal() { &[SIGINT, SIGQUIT][..] } else { &[] };
            let thread = std::thread::spawn(move || {
                for number in self.signals.forever().filter(|number| !by_terminal.contains(number)) {
                    if let (Some(pid), Some(signal)) = (pid, Signal::from_named_raw(number)) {
                        // A child that has just ended needs no signal any more.
                        let _ = kill_process(pid, signal);
                    }
                }
            });
            Running { handle, thread }
        }
    }

    pub(super) struct Running {
        handle: Handle,
        thread: JoinHandle<()>,
    }

    impl Running {
        pub(super) fn stop(self) {
            self.handle.close();
            let _ = self.thread.join();
        }
    }
}

#[cfg(not(unix))]
mod signals {
    use std::io;
    use std::process::Child;

    /// Ctrl-C reaches the child by itself, and must not end this process before it.
    pub(super) struct Relay;

    impl Relay {
        pub(super) fn new() -> io::Result<Self> {
            ctrlc::set_handler(|| {}).map_err(io::Error::other)?;
            Ok(Relay)
        }

        pub(super) fn start(self, _: &Child) -> Self {
            self
        }

        pub(super) fn stop(self) {}
    }
}
