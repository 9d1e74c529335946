//! Packs the cases, what releases emitted and the specification's pages into one file, for programs that run the cases elsewhere.
//!
//! Nothing is done unless the feature `embedded` is on.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "embedded")]
    pack::run()?;
    Ok(())
}

#[cfg(feature = "embedded")]
mod pack {
    use std::error::Error;
    use std::fs;
    use std::io::Write as _;
    use std::path::{Path, PathBuf};

    /// Folders and files of the project, and where they stand in the pack. Cargo looks at all that is below them.
    const PARTS: [(&str, &str); 9] = [
        ("../cases", "cases"),
        ("../golden", "golden"),
        ("../../spec/README.md", "spec/README.md"),
        ("../../spec/journal.md", "spec/journal.md"),
        ("../../spec/privacy.md", "spec/privacy.md"),
        ("../../spec/media.md", "spec/media.md"),
        ("../../spec/encodings.md", "spec/encodings.md"),
        ("../../spec/guards.md", "spec/guards.md"),
        ("../../spec/signing.md", "spec/signing.md"),
    ];

    /// The build is rare and the program is handed on.
    const LEVEL: i32 = 19;

    pub fn run() -> Result<(), Box<dyn Error>> {
        let mut out = std::io::stdout().lock();
        let mut plain = Vec::new();
        for (path, name) in PARTS {
            writeln!(out, "cargo::rerun-if-changed={path}")?;
            add(&mut plain, Path::new(path), name)?;
        }
        writeln!(out, "cargo::rerun-if-changed=build.rs")?;
        let packed = zstd::encode_all(plain.as_slice(), LEVEL)?;
        fs::write(Path::new(&std::env::var("OUT_DIR")?).join("kit.bin"), packed)?;
        Ok(())
    }

    fn add(plain: &mut Vec<u8>, path: &Path, name: &str) -> Result<(), Box<dyn Error>> {
        if path.is_dir() {
            let mut entries: Vec<PathBuf> =
                fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
            entries.sort();
            for entry in entries {
                let own = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if !own.starts_with('.') {
                    add(plain, &entry, &format!("{name}/{own}"))?;
                }
            }
        } else if path.exists() {
            for part in [name.as_bytes(), &fs::read(path)?] {
                plain.extend(u32::try_from(part.len())?.to_le_bytes());
                plain.extend(part);
            }
        }
        Ok(())
    }
}
