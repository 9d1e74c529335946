//! `cargo xtask wasm`: the modules for browsers, as small as they get, and the JavaScript around them.
//!
//! ```text
//! bindings/wasm ─▶ cargo ─▶ wasm-bindgen ─▶ wasm-opt ─▶ sdks/typescript/wasm/*.wasm
//!                                 └───────────────────▶ sdks/typescript/src/native/*.generated.js
//! ```

use crate::node::Node;
use crate::process;
use crate::tools;
use crate::typescript::PACKAGE;
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use std::collections::HashSet;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a page loads may have so many bytes, compressed as a server sends it.
const MOST_BYTES: usize = 150_000;
/// Where the package takes the modules from.
const MODULES: &str = "sdks/typescript/wasm";
/// Where it takes the JavaScript from.
const SCRIPTS: &str = "sdks/typescript/src/native";

/// What the compiler uses and every browser of the last years knows.
const FEATURES: [&str; 6] =
    ["bulk-memory", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext"];

/// Options of the command.
#[derive(clap::Args)]
pub struct Options {
    /// Only look whether the module is small enough.
    #[arg(long)]
    check: bool,
}

/// One module.
struct Module {
    /// Of the file, without its ending.
    file: &'static str,
    /// Of the JavaScript.
    script: &'static str,
    feature: &'static str,
}

const RECORDER: Module = Module { file: "tracewire", script: "recorder", feature: "recorder" };
/// The same with rules of redaction and with guards, for pages that have some. Its JavaScript is that of both.
const RULES: Module = Module { file: "tracewire-rules", script: "recorder", feature: "rules,guards" };
const TOOLS: Module = Module { file: "tools", script: "tools", feature: "tools" };
const TOKENS: Module = Module { file: "tokens", script: "tokens", feature: "tokens" };

/// Builds the modules, and fails where the one that every page loads has become too large.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if !options.check {
        build(workspace)?;
    }
    check(workspace)
}

/// Builds the modules, once for all who need them in this run.
pub fn build(workspace: &Workspace) -> Result<()> {
    static IS_BUILT: AtomicBool = AtomicBool::new(false);
    if !IS_BUILT.load(Ordering::Relaxed) {
        build_anew(workspace)?;
        IS_BUILT.store(true, Ordering::Relaxed);
    }
    Ok(())
}

/// The module with the codecs and the JavaScript around it, for who needs no more: the dashboard.
pub fn build_codecs(workspace: &Workspace) -> Result<[PathBuf; 2]> {
    make_all(workspace, &[RECORDER])?;
    let module = workspace.path(MODULES).join(format!("{}.wasm", RECORDER.file));
    let script = workspace.path(SCRIPTS).join(format!("{}.generated.js", RECORDER.script));
    Ok([module, script])
}

fn build_anew(workspace: &Workspace) -> Result<()> {
    let node = make_all(workspace, &[RECORDER, RULES, TOOLS, TOKENS])?;
    embed(workspace, &node)
}

fn make_all(workspace: &Workspace, modules: &[Module]) -> Result<Node> {
    if let Some(advice) = tools::missing(&[tools::WASM_TARGET]) {
        bail!(advice);
    }
    // Steps and lanes that run beside each other write the same files, cargo too: each feature's module has one name.
    let turn = fs::File::create(workspace.scratch("wasm")?.join("turn"))?;
    turn.lock().context("cannot wait for the others who build modules")?;
    let node = Node::find(workspace)?;
    node.install(&workspace.path(PACKAGE))?;
    let bindgen = bindgen(workspace)?;
    for module in modules {
        make(workspace, &node, &bindgen, module)?;
    }
    Ok(node)
}

/// Fails where the module that every page loads is too large.
pub fn check(workspace: &Workspace) -> Result<()> {
    let path = workspace.path(MODULES).join("tracewire.wasm");
    // Compiled as well: what the tools make could be of a future that no browser knows yet.
    let script = "const bytes = require('node:fs').readFileSync(process.argv[1]); new WebAssembly.Module(bytes); \
        process.stdout.write(String(require('node:zlib').gzipSync(bytes, {level: 9}).length))";
    let node = Node::find(workspace)?;
    let said = process::capture(node.program("node").arg("-e").arg(script).arg(&path))?;
    let bytes: usize = said.trim().parse().context("the length of a compressed file")?;
    println!("{}: {bytes} bytes compressed, at most {MOST_BYTES}", workspace.shown(&path));
    if bytes > MOST_BYTES {
        bail!("{} is too large: see bindings/wasm/README.md for how to find out why", workspace.shown(&path));
    }
    Ok(())
}

/// The tool of wasm-bindgen, of exactly the version that the workspace uses.
fn bindgen(workspace: &Workspace) -> Result<PathBuf> {
    let target = workspace.scratch("wasm-bindgen")?;
    let mut command = workspace.cargo(["build", "--quiet", "--release", "--locked", "--manifest-path"]);
    command.arg(workspace.path("xtask/wasm-bindgen/Cargo.toml")).arg("--target-dir").arg(&target);
    process::run(&mut command)?;
    Ok(target.join("release").join(format!("tracewire-wasm-bindgen{}", std::env::consts::EXE_SUFFIX)))
}

fn make(workspace: &Workspace, node: &Node, bindgen: &Path, module: &Module) -> Result<()> {
    let mut command = workspace.cargo(["build", "--package", "tracewire-wasm", "--profile", "wasm"]);
    command.args(["--target", "wasm32-unknown-unknown", "--no-default-features", "--features", module.feature]);
    process::run(&mut command)?;
    let built = workspace.target.join("wasm32-unknown-unknown/wasm/tracewire_wasm.wasm");
    let folder = workspace.scratch("wasm")?.join(module.file);
    fs::create_dir_all(&folder)?;
    let (modules, scripts) = (workspace.path(MODULES), workspace.path(SCRIPTS));
    let small = modules.join(format!("{}.wasm", module.file));
    let script = scripts.join(format!("{}.generated.js", module.script));
    // What comes now takes longer than cargo needs to see that nothing has changed.
    let stamp = modules.join(format!("{}.made-of", module.file));
    let made_of = made_of(&[&built, bindgen])?;
    let made = folder.join(format!("{}.js", module.script));
    let is_made = small.exists() && fs::read_to_string(&stamp).is_ok_and(|text| text == made_of);
    if is_made && covers(&script, &made)? {
        return Ok(());
    }
    process::run(Command::new(bindgen).arg(built).arg(&folder).arg(module.script))?;
    fs::create_dir_all(&modules)?;
    optimise(workspace, node, &folder.join(format!("{}_bg.wasm", module.script)), &small)?;
    if module.file == RULES.file && !covers(&made, &script)? {
        bail!("the script of {}.wasm cannot drive {}.wasm: one package has one of them", RULES.file, RECORDER.file);
    }
    // The one that has more stays.
    if !covers(&script, &made)? {
        fs::copy(made, script)?;
    }
    fs::write(stamp, made_of)?;
    Ok(())
}

/// Whether a script has all that another one has: its lines, in whatever order, but for the last one that names all exports.
fn covers(script: &Path, other: &Path) -> Result<bool> {
    if !script.exists() || !other.exists() {
        return Ok(false);
    }
    let (all, some) = (fs::read_to_string(script)?, fs::read_to_string(other)?);
    let lines: HashSet<&str> = all.lines().collect();
    Ok(some.lines().all(|line| lines.contains(line) || line.starts_with("return {")))
}

/// The hash of these files, and of how they are worked on.
fn made_of(files: &[&Path]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    include_str!("wasm.rs").hash(&mut hasher);
    for file in files {
        fs::read(file).with_context(|| format!("cannot read {}", file.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// What a compiler of one language leaves, another looks at once more: about a tenth goes.
fn optimise(workspace: &Workspace, node: &Node, from: &Path, to: &Path) -> Result<()> {
    let tool = workspace.path("sdks/typescript/node_modules/binaryen/bin/wasm-opt");
    if !tool.exists() {
        bail!("wasm-opt is missing: npm ci --prefix sdks/typescript");
    }
    let mut command = node.program("node");
    command.arg(tool).args(["-Oz", "--flatten", "--rereloop", "-Oz", "-Oz", "--mvp-features"]);
    command.args(FEATURES.map(|feature| format!("--enable-{feature}")));
    command.args(["--strip-debug", "--strip-producers", "--strip-target-features"]);
    process::run(command.arg(from).arg("-o").arg(to))
}

/// The module as text, for whoever wants one file.
fn embed(workspace: &Workspace, node: &Node) -> Result<()> {
    let script = "const [,from,to]=process.argv;const fs=require('node:fs');\
        fs.writeFileSync(to,'/* Generated by `cargo xtask wasm`. */\\nexport const wasm = \"'\
        +fs.readFileSync(from).toString('base64')+'\";\\n')";
    let from = workspace.path(MODULES).join("tracewire.wasm");
    let to = workspace.path(SCRIPTS).join("embedded.generated.js");
    process::run_quietly(node.program("node").arg("-e").arg(script).arg(from).arg(to))
}
