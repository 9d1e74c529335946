//! A PostgreSQL server for the tests: its own folder, its own socket, gone with the value.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Where nothing else is said.
const USUAL_PORT: u16 = 5432;
/// How long it may take to be there. Debian's takes less than a second.
const DEADLINE: Duration = Duration::from_secs(60);

pub struct Server {
    process: Child,
    folder: TempDir,
    owner: Option<u32>,
    programs: PathBuf,
    port: u16,
    /// Words for the server beside those that all have.
    more: Vec<String>,
}

impl Server {
    /// Makes a cluster and starts its server.
    pub fn start() -> Result<Self, String> {
        Self::start_with(USUAL_PORT, |_, _| Ok(Vec::new()))
    }

    /// The same, listening on this port of `localhost`, with TLS by a certificate of its own; nobody comes in without TLS.
    pub fn start_with_tls(port: u16) -> Result<Self, String> {
        Self::start_with(port, |folder, owner| {
            let write = |name: &str, text: &str| {
                let path = folder.join(name);
                std::fs::write(&path, text)?;
                std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
                chown(&path, owner, owner)?;
                Ok::<String, std::io::Error>(path.display().to_string())
            };
            let key = write("server.key", include_str!("certificates/server.key"));
            let certificate = write("server.pem", include_str!("certificates/server.pem"));
            let access = write("access.conf", "local all all trust\nhostssl all all all trust\n");
            let said = |error: std::io::Error| error.to_string();
            Ok(vec![
                "listen_addresses=localhost".to_owned(),
                format!("port={port}"),
                "ssl=on".to_owned(),
                format!("ssl_key_file={}", key.map_err(said)?),
                format!("ssl_cert_file={}", certificate.map_err(said)?),
                format!("hba_file={}", access.map_err(said)?),
            ])
        })
    }

    fn start_with(
        port: u16,
        more: impl FnOnce(&Path, Option<u32>) -> Result<Vec<String>, String>,
    ) -> Result<Self, String> {
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
        let more = more(folder.path(), owner)?;
        let process = launch(&programs, folder.path(), owner, &more)?;
        let server = Server { process, folder, owner, programs, port, more };
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
        self.process = launch(&self.programs, self.folder.path(), self.owner, &self.more)?;
        self.wait()
    }

    fn wait(&self) -> Result<(), String> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let asked = Command::new(self.programs.join("pg_isready"))
                .args(["-q", "-p", &self.port.to_string(), "-h"])
                .arg(self.folder.path())
                .status();
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

fn launch(programs: &Path, folder: &Path, owner: Option<u32>, more: &[String]) -> Result<Child, String> {
    let log = std::fs::File::create(folder.join("log")).map_err(|error| error.to_string())?;
    run_as(owner, &programs.join("postgres"))
        .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200", "-D"])
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(more.iter().flat_map(|word| ["-c", word]))
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
