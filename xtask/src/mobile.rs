//! `cargo xtask mobile`: whether the library is one for telephones, and how large it is there.
//!
//! Every target is checked by the compiler. Android's library is linked too, without Android's own ones, whose functions stay open
//! as they do in the real one; so its size and the size of its pages are known. Apple's linker runs on a Mac alone.

use crate::process;
use crate::uniffi::{PACKAGE, shared_library};
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Those that are checked.
const TARGETS: [&str; 4] =
    ["aarch64-apple-ios", "aarch64-apple-ios-sim", "aarch64-linux-android", "x86_64-linux-android"];
/// How large each may be.
const SIZES: &str = "bindings/uniffi/sizes.toml";
const PROFILE: &str = "mobile";
/// Android's libraries that every program finds on the telephone.
const OPEN: [&str; 6] = ["c", "dl", "gcc", "log", "m", "unwind"];
/// What Android asks of pages since its version 15.
const PAGE_BYTES: u64 = 16 << 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sizes {
    most_bytes: BTreeMap<String, u64>,
}

/// Checks every target, and the sizes of those that can be linked here.
pub fn run(workspace: &Workspace) -> Result<()> {
    for target in TARGETS {
        check(workspace, target)?;
    }
    sizes(workspace)
}

fn check(workspace: &Workspace, target: &str) -> Result<()> {
    let mut command = workspace.cargo(["check", "--quiet", "--profile", "ci", "--package", PACKAGE, "--lib"]);
    command.args(["--no-default-features", "--target", target]);
    let library = sysroot(workspace)?.join("lib/rustlib");
    if !library.join(target).exists() {
        // Not every mirror has the standard library of every target; its source is the compiler's own.
        if !library.join("src/rust/library/std").exists() {
            bail!("Rust's target {target} is missing: rustup target add {target}");
        }
        command.args(["-Z", "build-std=std,panic_unwind"]).env("RUSTC_BOOTSTRAP", "1");
        // Build scripts look at that variable: in the common folder all that has one would be built again, now and for whoever is next.
        command.arg("--target-dir").arg(workspace.scratch("telephones/built")?);
    }
    process::run(&mut command)
}

fn sizes(workspace: &Workspace) -> Result<()> {
    let most = most_bytes(workspace)?;
    let measured = measured(workspace)?;
    println!("\n| target | bytes | at most |\n|---|---:|---:|");
    let mut too_large = Vec::new();
    for ((target, bytes), most) in measured.iter().zip(most.values()) {
        println!("| {target} | {bytes} | {most} |");
        if bytes > most {
            too_large.push(target.as_str());
        }
    }
    if !too_large.is_empty() {
        bail!("larger than {SIZES} allows: {}", too_large.join(", "));
    }
    Ok(())
}

fn most_bytes(workspace: &Workspace) -> Result<BTreeMap<String, u64>> {
    let text = std::fs::read_to_string(workspace.path(SIZES)).with_context(|| format!("cannot read {SIZES}"))?;
    let sizes: Sizes = toml::from_str(&text).with_context(|| format!("cannot read {SIZES}"))?;
    Ok(sizes.most_bytes)
}

/// The bytes of the stripped library for each target that has a bound, by name.
pub fn measured(workspace: &Workspace) -> Result<Vec<(String, u64)>> {
    let mut sizes = Vec::new();
    for target in most_bytes(workspace)?.into_keys() {
        let library = if target == "host" { host(workspace)? } else { android(workspace, &target)? };
        let bytes = std::fs::metadata(&library).with_context(|| format!("no {}", library.display()))?.len();
        sizes.push((target, bytes));
    }
    Ok(sizes)
}

fn host(workspace: &Workspace) -> Result<PathBuf> {
    let mut command = workspace.cargo(["rustc", "--quiet", "--profile", PROFILE, "--package", PACKAGE, "--lib"]);
    process::run_quietly(command.args(["--crate-type", "cdylib"]))?;
    Ok(workspace.target.join(PROFILE).join(shared_library()))
}

fn android(workspace: &Workspace, target: &str) -> Result<PathBuf> {
    let open = workspace.scratch("android")?;
    for name in OPEN {
        std::fs::write(open.join(format!("lib{name}.a")), "!<arch>\n")?;
    }
    let host = process::capture(Command::new("rustc").arg("-vV").current_dir(&workspace.root))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not say its host")?;
    let linker = sysroot(workspace)?.join("lib/rustlib").join(host).join("bin/rust-lld");
    let mut command = workspace.cargo(["rustc", "--quiet", "--profile", PROFILE, "--package", PACKAGE, "--lib"]);
    command.args(["--crate-type", "cdylib", "--no-default-features", "--target", target]);
    command.env(format!("CARGO_TARGET_{}_LINKER", target.replace('-', "_").to_uppercase()), linker);
    command.args(["--", "-C", "linker-flavor=ld.lld", "-L"]).arg(open);
    command.args(["-C", "link-arg=-z", "-C", &format!("link-arg=max-page-size={PAGE_BYTES}")]);
    process::run_quietly(&mut command)?;
    let library = workspace.target.join(target).join(PROFILE).join(format!("lib{}.so", PACKAGE.replace('-', "_")));
    let pages = page_bytes(&library)?;
    if pages < PAGE_BYTES {
        bail!("{}: pages of {pages} bytes, where Android asks for {PAGE_BYTES}", library.display());
    }
    Ok(library)
}

fn sysroot(workspace: &Workspace) -> Result<PathBuf> {
    let said = process::capture(Command::new("rustc").args(["--print", "sysroot"]).current_dir(&workspace.root))?;
    Ok(PathBuf::from(said.trim()))
}

/// The least alignment of what a 64-bit little-endian ELF file has loaded.
fn page_bytes(library: &Path) -> Result<u64> {
    let bytes = std::fs::read(library)?;
    let number = |at: usize, width: usize| -> Option<u64> {
        let bytes = bytes.get(at..at + width)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    let least = || -> Option<u64> {
        let (start, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
        let headers = (0..count).map(|index| usize::try_from(start + index * size).unwrap_or(usize::MAX / 2));
        headers.filter(|at| number(*at, 4) == Some(1)).map(|at| number(at + 48, 8)).min()?
    };
    least().with_context(|| format!("{} is no ELF file", library.display()))
}
