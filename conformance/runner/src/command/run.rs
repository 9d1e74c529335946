//! `run`: the cases against several implementations, and the reports of what came out.

use super::adapters::{self, Named};
use crate::ConformanceError;
use crate::adapter::Transcript;
use crate::case;
use crate::kit::{Kit, SPEC};
use crate::known::Known;
use crate::level::Level;
use crate::report::{self, Report, Sdk};
use crate::suite;
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// So many problems of an implementation are shown at once.
pub const SHOWN_PROBLEMS: usize = 12;

/// Which implementations, which cases, and where the reports go.
#[derive(Args)]
pub struct Options {
    /// Root of the project, below which `conformance/` and `spec/` are
    #[arg(long, default_value = ".", value_name = "DIR")]
    root: PathBuf,
    /// An implementation; may be given several times
    #[arg(long = "sdk", value_name = "NAME=COMMAND", required = true, value_parser = adapters::parse)]
    sdks: Vec<Named>,
    /// Only cases whose names fit
    #[arg(long, value_name = "GLOB")]
    filter: Option<String>,
    /// Write conformance.json, junit.xml, report.md, requirements.md and badges here
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Check that the matrix of this page is the one that came out
    #[arg(long, value_name = "FILE")]
    readme: Option<PathBuf>,
    /// Write the matrix into the page instead of checking it
    #[arg(long, requires = "readme")]
    write: bool,
    /// Write down every request and answer, one document a line
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// Adapter processes at once [default: as many as there are processors]
    #[arg(long, value_name = "COUNT")]
    jobs: Option<usize>,
}

/// Runs the command. Returns whether nothing is wrong.
pub fn run(options: &Options) -> Result<bool, ConformanceError> {
    let folder = options.root.join("conformance");
    let kit = Kit::of_checkout(&options.root)?;
    let names: Vec<String> = kit.cases.iter().map(|case| case.name.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let cases = case::select(kit.cases, options.filter.as_deref(), |case| &case.name)?;
    let transcript = match &options.transcript {
        Some(path) => {
            let file =
                fs::File::create(path).map_err(|source| ConformanceError::File { path: path.clone(), source })?;
            Some(Transcript::new(std::io::LineWriter::new(file)))
        }
        None => None,
    };
    let jobs = options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
    let mut sdks = Vec::new();
    for Named { name, launch } in &options.sdks {
        let known = Known::read(&folder.join("known").join(format!("{name}.txt")), &names)?;
        let mut launch = launch.clone();
        launch.transcript = transcript.clone();
        let since = Instant::now();
        let results =
            suite::run(&launch, &cases, &known, jobs).map_err(|fault| ConformanceError::adapter(&launch, &fault))?;
        println!("{name}: {} cases in {:.1} s", results.totals().cases, since.elapsed().as_secs_f64());
        sdks.push(Sdk { name: name.clone(), results });
    }
    println!();
    let is_partial = options.filter.is_some();
    let report = Report {
        spec: SPEC.to_owned(),
        sdks,
        requirements: kit.requirements,
        is_partial,
        is_own: true,
        asked: Level::Both,
    };
    print!("{}", report::shown(&report::lines(&report, SHOWN_PROBLEMS)));
    if let Some(folder) = &options.report {
        write(folder, &report)?;
        println!("reports: {}", folder.display());
    }
    let is_page_right = match &options.readme {
        Some(page) if !is_partial => matrix(page, &report, options.write)?,
        _ => true,
    };
    let problems: usize = report.sdks.iter().map(|sdk| sdk.totals().problems).sum();
    let passed: usize = report.sdks.iter().map(|sdk| sdk.results.rows.len() - sdk.totals().problems).sum();
    println!("conformance: {passed} passed; {} failed", problems + report.gaps().len() + usize::from(!is_page_right));
    Ok(report.is_clean() && is_page_right)
}

/// Writes every report into a folder.
///
/// # Errors
/// Where one cannot be written.
pub fn write(folder: &Path, report: &Report) -> Result<(), ConformanceError> {
    let mut files = vec![
        ("conformance.json".to_owned(), format!("{:#}\n", report::document(report))),
        ("junit.xml".to_owned(), report::junit(report)),
        ("report.md".to_owned(), report::page(report)),
        ("report.txt".to_owned(), report::plain(&report::lines(report, usize::MAX))),
        ("requirements.md".to_owned(), report::requirements_page(report)),
    ];
    for sdk in &report.sdks {
        files.push((format!("badge-{}.svg", sdk.name), report::badge(report, sdk)));
        files.push((format!("badge-{}.json", sdk.name), format!("{:#}\n", report::endpoint(report, sdk))));
    }
    let refused = |path: &Path| {
        let path = path.to_owned();
        move |source| ConformanceError::File { path, source }
    };
    fs::create_dir_all(folder).map_err(refused(folder))?;
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(refused(&path))?;
    }
    Ok(())
}

fn matrix(page: &Path, report: &Report, may_write: bool) -> Result<bool, ConformanceError> {
    let refused = |source| ConformanceError::File { path: page.to_owned(), source };
    let standing = fs::read_to_string(page).map_err(refused)?;
    let Some(right) = report::replace_matrix(&standing, &report::matrix(report)) else {
        let reason = "has no <!-- conformance: begin --> with its end: put both where the matrix belongs".to_owned();
        return Err(ConformanceError::Content { path: page.to_owned(), reason });
    };
    if right == standing {
        return Ok(true);
    }
    if may_write {
        fs::write(page, right).map_err(refused)?;
        println!("{}: the matrix is written", page.display());
    } else {
        println!("{}: the matrix is another one now: run `cargo xtask conformance --write`", page.display());
    }
    Ok(may_write)
}
