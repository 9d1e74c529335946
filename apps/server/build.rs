//! Embeds the built dashboard, where it is there. Without it the server builds all the same.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let dist = Path::new("../dashboard/dist");
    println!("cargo::rerun-if-changed=build.rs");
    // A folder that is not there yet is watched through the one that it will be in.
    let watched = [dist, Path::new("../dashboard")].into_iter().find(|folder| folder.is_dir());
    if let Some(watched) = watched {
        println!("cargo::rerun-if-changed={}", watched.display());
    }
    let mut files = Vec::new();
    if dist.is_dir() {
        collect(dist, &mut files)?;
    }
    files.sort();
    let mut table = String::from("/// The dashboard's files.\nconst FILES: &[File] = &[\n");
    for file in files.iter().filter(|file| !file.extension().is_some_and(|end| end == "gz" || end == "map")) {
        let name = file.strip_prefix(dist).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let packed = PathBuf::from(format!("{}.gz", file.display()));
        let include = |path: &Path| -> io::Result<String> { Ok(format!("include_bytes!({:?})", path.canonicalize()?)) };
        let gzip = if packed.is_file() { format!("Some({})", include(&packed)?) } else { "None".to_owned() };
        // A bundler puts what it names by its content into this folder.
        let is_hashed = name.starts_with("assets/");
        let _ = writeln!(
            table,
            "    File {{ path: {name:?}, media: {:?}, bytes: {}, gzip: {gzip}, is_hashed: {is_hashed} }},",
            media(&name),
            include(file)?
        );
    }
    table.push_str("];\n");
    let out = std::env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&out).join("dashboard.rs"), table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn media(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}
