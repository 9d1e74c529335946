//! What has to be on the machine, and how to get it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Something outside of the checkout that a step needs.
#[derive(Clone, Copy)]
pub struct Tool {
    name: &'static str,
    probe: &'static [&'static str],
    debian: &'static str,
    elsewhere: &'static str,
}

/// Python itself.
pub const PYTHON: Tool = Tool {
    name: "python3, 3.10 or newer,",
    probe: &["python3", "-c", "import sys; sys.exit(sys.version_info < (3, 10))"],
    debian: "sudo apt-get install python3",
    elsewhere: "install Python from https://www.python.org/downloads/",
};

/// Virtual environments: Debian splits them off Python.
pub const PYTHON_VENV: Tool = Tool {
    name: "Python's venv module",
    probe: &["python3", "-c", "import ensurepip, venv"],
    debian: "sudo apt-get install python3-venv",
    elsewhere: "install Python from https://www.python.org/downloads/",
};

/// Node and npm.
pub const NODE: Tool = Tool {
    name: "Node, 20 or newer, with npm",
    probe: &["sh", "-c", "npm --version && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'"],
    debian: "sudo apt-get install nodejs npm (or, where that is older, install it from https://nodejs.org)",
    elsewhere: "install Node from https://nodejs.org",
};

/// A browser for the tests that need a real one; `TRACEWIRE_CHROMIUM` names one that is elsewhere.
pub const CHROMIUM: Tool = Tool {
    name: "Chromium",
    probe: &[
        "sh",
        "-c",
        "for p in \"$TRACEWIRE_CHROMIUM\" /usr/bin/chromium /usr/bin/google-chrome; do test -x \"$p\" && exit; done; exit 1",
    ],
    debian: "sudo apt-get install chromium",
    elsewhere: "install Chromium or Chrome and let TRACEWIRE_CHROMIUM name its program",
};

/// A C compiler, for SQLite and for linking.
pub const CC: Tool = Tool {
    name: "a C compiler",
    probe: &["cc", "--version"],
    debian: "sudo apt-get install build-essential",
    elsewhere: "install a C compiler (macOS: xcode-select --install)",
};

/// A Java to build and run Kotlin with.
pub const JDK: Tool = Tool {
    name: "a JDK, 17 or newer,",
    probe: &["javac", "-version"],
    debian: "sudo apt-get install openjdk-17-jdk-headless",
    elsewhere: "install a JDK from https://adoptium.net",
};

/// What builds the Kotlin SDK.
pub const MAVEN: Tool = Tool {
    name: "Maven",
    probe: &["mvn", "--version"],
    debian: "sudo apt-get install maven",
    elsewhere: "install Maven from https://maven.apache.org",
};

/// A C++ compiler, for the fuzzer's engine.
pub const CXX: Tool = Tool {
    name: "a C++ compiler",
    probe: &["c++", "--version"],
    debian: "sudo apt-get install build-essential",
    elsewhere: "install a C++ compiler (macOS: xcode-select --install)",
};

/// Git, which knows which files belong to the project.
pub const GIT: Tool = Tool {
    name: "git",
    probe: &["git", "--version"],
    debian: "sudo apt-get install git",
    elsewhere: "install git from https://git-scm.com/downloads",
};

/// The compiler's library for the browser.
pub const WASM_TARGET: Tool = Tool {
    name: "Rust's wasm32-unknown-unknown target",
    probe: &["sh", "-c", "test -d \"$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown\""],
    debian: "rustup target add wasm32-unknown-unknown",
    elsewhere: "rustup target add wasm32-unknown-unknown",
};

/// The program that [`CHROMIUM`] found.
pub fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("TRACEWIRE_CHROMIUM").map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/google-chrome"].map(PathBuf::from);
    named.into_iter().chain(usual).find(|program| program.is_file())
}

impl Tool {
    /// Whether it is there.
    pub fn is_present(&self) -> bool {
        let Some((program, arguments)) = self.probe.split_first() else {
            return false;
        };
        Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// A sentence for somebody who lacks it.
    pub fn advice(&self) -> String {
        let command = if cfg!(target_os = "linux") { self.debian } else { self.elsewhere };
        format!("{} is missing: {command}", self.name)
    }
}

/// The advice for the first of these that is missing.
pub fn missing(tools: &[Tool]) -> Option<String> {
    tools.iter().find(|tool| !tool.is_present()).map(Tool::advice)
}
