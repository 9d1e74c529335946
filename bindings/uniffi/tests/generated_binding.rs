//! Generates a binding from the library that this build made, and drives it as a foreign language would. Python is the one
//! that every machine that builds tracewire has.

use camino::Utf8PathBuf;
use std::process::Command;
use uniffi::{GenerateOptions, TargetLanguage};

#[test]
fn a_generated_binding_works_from_outside() {
    // Cargo lays the library that it builds for this test beside the test. One in the folder above is of an earlier
    // `cargo build`, perhaps of another state of the code.
    let here = std::env::current_exe().unwrap();
    let name = format!("{}tracewire_uniffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let library = here.with_file_name(&name);
    let out = tempfile::tempdir().unwrap();
    uniffi::generate(GenerateOptions {
        languages: vec![TargetLanguage::Python],
        source: Utf8PathBuf::from_path_buf(library.clone()).unwrap(),
        out_dir: Utf8PathBuf::from_path_buf(out.path().to_owned()).unwrap(),
        ..GenerateOptions::default()
    })
    .unwrap();
    std::fs::copy(&library, out.path().join(&name)).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/generated_binding.py");
    let python = Command::new("python3").arg(script).env("PYTHONPATH", out.path()).output().unwrap();
    assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
}
