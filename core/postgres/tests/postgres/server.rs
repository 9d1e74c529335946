//! A PostgreSQL server for the tests: its own folder, its own socket, gone with the value.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long it may take to be there. Debian's takes less than a second.
const DEADLINE: Duration = Duration::from_secs(60);

pub struct Server {
    process: Child,
    folder: TempDir,
    owner: Option<u32>,
    programs: PathBuf,
}

impl Server {
    /// Makes a cluster and starts its server.
    pub fn start() -> Result<Self, String> {
        let programs = programs().ok_or("PostgreSQL's server is not installed: apt-get install postgresql")?;
        let folder = tempfile::Builder::new().prefix("twpg").tempdir_in("/tmp").map_err(|error| error.to_string())?;
        // It refuses to run as root.
        let owner = std::fs::metadata(folder.path()).ok().filter(is_roots).map(|_| NOBODY);
        if let Some(owner) = owner {
            chown(folder.path(), Some(owner), Some(owner)).map_err(|error| error.to_string())?;
        }
        let data = folder.path().join("data");
        let made = run_as(owner, &programs.join("initdb"))
            .args(["--auth=trust", "--username=tracewire", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
            .arg(&data)
            .current_dir(folder.path())
            .output()
            .map_err(|error| error.to_string())?;
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into_owned());
        }
        let process = launch(&programs, folder.path(), owner)?;
        let server = Server { process, folder, owner, programs };
        server.wait()?;
        Ok(server)
    }

    /// How it is reached.
    pub fn url(&self) -> String {
        format!("host={} user=tracewire dbname=postgres", self.folder.path().display())
    }

    /// Ends the process at once, as a crash does.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts it again.
    pub fn restart(&mut self) -> Result<(), String> {
        self.kill();
        self.process = launch(&self.programs, self.folder.path(), self.owner)?;
        self.wait()
    }

    fn wait(&self) -> Result<(), String> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let asked =
                Command::new(self.programs.join("pg_isready")).arg("-q").arg("-h").arg(self.folder.path()).status();
            if asked.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            if Instant::now() > deadline {
                let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                return Err(format!("the server does not answer:\n{log}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn launch(programs: &Path, folder: &Path, owner: Option<u32>) -> Result<Child, String> {
    let log = std::fs::File::create(folder.join("log")).map_err(|error| error.to_string())?;
    run_as(owner, &programs.join("postgres"))
        .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200", "-D"])
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .map_err(|error| error.to_string())
}

/// The user that owns nothing.
const NOBODY: u32 = 65534;

fn is_roots(folder: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(folder) == 0
}

fn run_as(owner: Option<u32>, program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some(owner) = owner {
        command.uid(owner).gid(owner);
    }
    command
}

/// Where the server's programs are: Debian keeps them out of the path.
fn programs() -> Option<PathBuf> {
    let asked = Command::new("pg_config").arg("--bindir").output().ok();
    let told = asked.map(|found| PathBuf::from(String::from_utf8_lossy(&found.stdout).trim()));
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debians: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    debians.sort();
    told.into_iter().chain(debians.into_iter().rev()).find(|folder| folder.join("initdb").is_file())
}
