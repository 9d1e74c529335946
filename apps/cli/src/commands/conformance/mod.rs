//! `tracewire conformance`: the kit for anyone's emitter or reader. The cases are inside the program.

mod cases;
mod prove;

use tracewire_conformance::report::{Line as Words, Tone};

use crate::args::{Conformance, Global};
use crate::error::CliError;
use crate::term::{Line, Screen, escape, palette};

/// Runs the command.
///
/// # Errors
/// Where no case fits, or a file or the adapter cannot be used.
pub fn run(global: &Global, what: &Conformance, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    match what {
        Conformance::Run(what) => prove::run(global, what, screen),
        Conformance::List(what) => cases::list(global, what, screen),
        Conformance::Show(what) => cases::show(global, what, screen),
    }
}

/// Writes a line of the kit's report with our colours and signs.
fn write(words: &Words, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let mut line = Line::new();
    for (tone, text) in words {
        let style = match tone {
            Tone::Plain => anstyle::Style::new(),
            Tone::Title => palette::TITLE,
            Tone::Good => palette::GOOD,
            Tone::Bad => palette::BAD,
            Tone::Warn => palette::WARN,
            Tone::Quiet => palette::QUIET,
        };
        let signed = text.replace('✓', screen.glyphs.ok).replace('✗', screen.glyphs.failed);
        line.push(style, escape(&signed, screen.glyphs.ascii));
    }
    Ok(screen.long_line(&line)?)
}
