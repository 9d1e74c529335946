//! What is done to processes, each as a scenario with a name. A file a family.

mod clocks;
mod deaths;
mod disk;
mod exporters;
mod flips;
mod forks;
mod load;
mod sweeps;

use crate::round::Round;
use anyhow::Result;

/// One kind of torture.
pub struct Scenario {
    /// Its name, for `--only`.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// Its share of the time.
    pub share: f64,
    /// One round.
    pub run: fn(&mut Round<'_>) -> Result<()>,
}

/// All of them, in the order of the report.
pub const ALL: &[Scenario] = &[
    Scenario {
        name: "kill-rust",
        about: "SIGKILL at random moments, Rust processes with one thread or four",
        share: 28.0,
        run: deaths::kill_rust,
    },
    Scenario {
        name: "kill-python",
        about: "the same, children that a Python process forked",
        share: 20.0,
        run: deaths::kill_python,
    },
    Scenario {
        name: "kill-family",
        about: "the same, with children and grandchildren that fork while they record",
        share: 5.0,
        run: deaths::kill_family,
    },
    Scenario { name: "kill-node", about: "the same, Node processes", share: 4.0, run: deaths::kill_node },
    Scenario {
        name: "crash",
        about: "segmentation faults, aborts, a full stack, exits without an end; Rust, Python, Node",
        share: 3.0,
        run: deaths::crash,
    },
    Scenario {
        name: "out-of-memory",
        about: "the kernel's killer in a memory cgroup, or no more memory by a limit; Rust, Python, Node",
        share: 2.0,
        run: deaths::out_of_memory,
    },
    Scenario {
        name: "disk-full",
        about: "a small file system that is full, has room again, is full again",
        share: 2.0,
        run: disk::disk_full,
    },
    Scenario {
        name: "io-errors",
        about: "calls on the journal's files fail by chance: EIO, ENOSPC, EINTR, EDQUOT, short writes",
        share: 3.0,
        run: disk::io_errors,
    },
    Scenario {
        name: "folder-removed",
        about: "somebody removes the folder again and again, or puts a file in its place",
        share: 2.0,
        run: disk::folder_removed,
    },
    Scenario {
        name: "read-only",
        about: "the folder may not be written for a while",
        share: 2.0,
        run: disk::read_only,
    },
    Scenario {
        name: "file-limit",
        about: "the process may not make files as large as it wants",
        share: 0.5,
        run: disk::file_limit,
    },
    Scenario {
        name: "quota",
        about: "the folder's quota is reached, and sweeps make room",
        share: 2.0,
        run: disk::quota,
    },
    Scenario {
        name: "clock-jumps",
        about: "wall and monotonic clocks that jump up to a day, there and back",
        share: 2.0,
        run: clocks::clock_jumps,
    },
    Scenario {
        name: "threads",
        about: "64 threads of one process, in Rust and in Python",
        share: 1.5,
        run: load::threads,
    },
    Scenario {
        name: "tasks",
        about: "10,000 tasks of asyncio with two steps each below the first",
        share: 1.5,
        run: load::tasks,
    },
    Scenario {
        name: "promises",
        about: "10,000 chains of promises in Node, likewise",
        share: 1.5,
        run: load::promises,
    },
    Scenario {
        name: "gunicorn",
        about: "a preloaded application with 8 workers that serves while workers are killed",
        share: 3.0,
        run: forks::gunicorn,
    },
    Scenario {
        name: "multiprocessing",
        about: "fork, spawn and forkserver; some children are killed",
        share: 3.0,
        run: forks::multiprocessing,
    },
    Scenario {
        name: "cluster",
        about: "Node's cluster with 8 workers that are killed and replaced",
        share: 3.0,
        run: forks::cluster,
    },
    Scenario {
        name: "http-endpoint",
        about: "an endpoint that hangs, breaks, answers nonsense, then heals; one sender is killed before",
        share: 3.0,
        run: exporters::http_endpoint,
    },
    Scenario {
        name: "own-exporter",
        about: "the program's own exporter raises, blocks, answers nonsense, then heals; likewise",
        share: 3.0,
        run: exporters::own_exporter,
    },
    Scenario {
        name: "two-sweepers",
        about: "two sweeps at once, again and again, while two processes write",
        share: 2.0,
        run: sweeps::two_sweepers,
    },
    Scenario {
        name: "sweep-killed",
        about: "sweeps killed at random moments, while a process writes",
        share: 4.0,
        run: sweeps::sweep_killed,
    },
    Scenario {
        name: "flips",
        about: "every bit of a small journal flipped, and many of a larger one",
        share: 1.2,
        run: flips::flips,
    },
];
