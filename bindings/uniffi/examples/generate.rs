//! Generates the binding for one language from a built library: `generate kotlin|swift LIBRARY FOLDER`.

use camino::Utf8PathBuf;
use std::process::ExitCode;
use uniffi::{GenerateOptions, TargetLanguage};

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [language, library, folder] = given.as_slice() else {
        return wrong("kotlin or swift, a library and a folder are expected");
    };
    let language = match language.as_str() {
        "kotlin" => TargetLanguage::Kotlin,
        "swift" => TargetLanguage::Swift,
        _ => return wrong("the language is kotlin or swift"),
    };
    let made = uniffi::generate(GenerateOptions {
        languages: vec![language],
        source: Utf8PathBuf::from(library),
        out_dir: Utf8PathBuf::from(folder),
        ..GenerateOptions::default()
    });
    made.map_or_else(|error| wrong(&format!("{error:#}")), |()| ExitCode::SUCCESS)
}

#[allow(clippy::print_stderr, reason = "a program of the build")]
fn wrong(said: &str) -> ExitCode {
    eprintln!("{said}");
    ExitCode::FAILURE
}
