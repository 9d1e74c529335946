//! `golden`: what a release emits, written down once.

use super::adapters::{self, Named};
use super::bless::voters;
use crate::ConformanceError;
use crate::{case, golden};
use clap::Args;
use std::path::PathBuf;

/// Which version, and who is asked.
#[derive(Args)]
pub struct Options {
    /// The version that is released
    #[arg(long, value_name = "VERSION", value_parser = version)]
    version: String,
    /// Folder of the cases
    #[arg(long, default_value = "conformance/cases", value_name = "DIR")]
    cases: PathBuf,
    /// Folder of what releases emitted
    #[arg(long, default_value = "conformance/golden", value_name = "DIR")]
    golden: PathBuf,
    /// An implementation that is asked; two at least
    #[arg(long = "adapter", value_name = "NAME=COMMAND", required = true, value_parser = adapters::parse)]
    adapters: Vec<Named>,
    /// Names of those that share no code with the others; one of them must be among those that agree
    #[arg(long, default_value = "go", value_delimiter = ',', value_name = "NAMES")]
    independent: Vec<String>,
}

fn version(text: &str) -> Result<String, String> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split('.').count() == 3 && text.split('.').all(is_number) {
        true => Ok(text.to_owned()),
        false => Err("a version is three numbers, such as 0.1.0".to_owned()),
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<bool, ConformanceError> {
    let mut voters = voters(&options.adapters, &options.independent)?;
    let folder = options.golden.join(&options.version);
    let files = golden::write(&folder, &case::load(&options.cases)?, &mut voters)?;
    println!("{}: {files} files", folder.display());
    Ok(true)
}
