//! Where human output goes: how wide it is, whether it shows colours and Unicode, and in which time zone people live.

use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::{Glyphs, Line, palette};

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Columns where nobody says how many there are.
const DEFAULT_COLUMNS: usize = 100;
/// Fewer than these are not drawn for.
const LEAST_COLUMNS: usize = 40;

/// The output.
pub struct Screen<'w> {
    out: Box<dyn Write + 'w>,
    /// Lines that are kept as they are, in place of being written.
    kept: Option<Vec<Line>>,
    /// Whether escape sequences for colours are written.
    pub color: bool,
    /// Signs.
    pub glyphs: Glyphs,
    /// Columns.
    pub columns: usize,
    /// Where people live.
    pub zone: TimeZone,
    /// What every suggested command must end with, such as ` --dir elsewhere`.
    pub hint_suffix: String,
}

impl<'w> Screen<'w> {
    /// Standard output.
    pub fn stdout(when: ColorWhen) -> Screen<'static> {
        let stdout = io::stdout();
        let is_colored = anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
        let columns = terminal_size::terminal_size_of(&stdout);
        Self::of(Box::new(io::BufWriter::new(stdout.lock())), when, is_colored, columns)
    }

    /// Standard error, for what stands beside a program's own output.
    pub fn stderr(when: ColorWhen) -> Screen<'static> {
        let stderr = io::stderr();
        let is_colored = anstream::AutoStream::choice(&stderr) != anstream::ColorChoice::Never;
        let columns = terminal_size::terminal_size_of(&stderr);
        Self::of(Box::new(io::BufWriter::new(stderr)), when, is_colored, columns)
    }

    fn of(
        out: Box<dyn Write>,
        when: ColorWhen,
        is_colored: bool,
        size: Option<(terminal_size::Width, terminal_size::Height)>,
    ) -> Screen<'static> {
        let color = match when {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => is_colored,
        };
        let columns = size.map(|(width, _)| usize::from(width.0));
        let said = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        Screen {
            out,
            kept: None,
            color,
            glyphs: Glyphs::of_locale(|name| std::env::var(name).ok()),
            columns: columns.or(said).unwrap_or(DEFAULT_COLUMNS).max(LEAST_COLUMNS),
            zone: TimeZone::system(),
            hint_suffix: String::new(),
        }
    }

    /// Into memory, for tests and for whoever embeds this.
    pub fn memory(out: &'w mut Vec<u8>, columns: usize, color: bool, glyphs: Glyphs) -> Self {
        Screen {
            out: Box::new(out),
            kept: None,
            color,
            glyphs,
            columns,
            zone: TimeZone::UTC,
            hint_suffix: String::new(),
        }
    }

    /// No output at all: lines are kept for [`Screen::into_lines`].
    pub fn lines(columns: usize, glyphs: Glyphs, zone: TimeZone) -> Screen<'static> {
        let (out, kept) = (Box::new(io::sink()), Some(Vec::new()));
        Screen { out, kept, color: false, glyphs, columns, zone, hint_suffix: String::new() }
    }

    /// The lines that were kept.
    pub fn into_lines(self) -> Vec<Line> {
        self.kept.unwrap_or_default()
    }

    /// Writes a line, cut to the width.
    ///
    /// # Errors
    /// What the output says.
    pub fn line(&mut self, mut line: Line) -> io::Result<()> {
        line.cut(self.columns, self.glyphs.ascii);
        if let Some(kept) = &mut self.kept {
            kept.push(line);
            return Ok(());
        }
        writeln!(self.out, "{}", line.render(self.color))
    }

    /// Writes facts side by side, as many to a line as there is room for.
    ///
    /// # Errors
    /// What the output says.
    pub fn flow(&mut self, facts: impl IntoIterator<Item = (anstyle::Style, String)>) -> io::Result<()> {
        let mut line = Line::new();
        for (style, fact) in facts {
            if line.width() > 0 && line.width() + super::width(self.glyphs.dot) + super::width(&fact) > self.columns {
                self.line(std::mem::take(&mut line))?;
            }
            if line.width() > 0 {
                line.push(palette::QUIET, self.glyphs.dot);
            }
            line.push(style, fact);
        }
        if line.width() > 0 { self.line(line) } else { Ok(()) }
    }

    /// Writes a line that may be longer than the terminal is wide: what is to be copied, or a value in full.
    ///
    /// # Errors
    /// What the output says.
    pub fn long_line(&mut self, line: &Line) -> io::Result<()> {
        if let Some(kept) = &mut self.kept {
            kept.push(line.clone());
            return Ok(());
        }
        writeln!(self.out, "{}", line.render(self.color))
    }

    /// Writes an empty line.
    ///
    /// # Errors
    /// What the output says.
    pub fn gap(&mut self) -> io::Result<()> {
        if let Some(kept) = &mut self.kept {
            kept.push(Line::new());
            return Ok(());
        }
        writeln!(self.out)
    }

    /// Writes bytes as they are: JSON.
    ///
    /// # Errors
    /// What the output says.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// The output itself, for what is written piece by piece.
    pub fn writer(&mut self) -> &mut (dyn Write + 'w) {
        &mut *self.out
    }

    /// Hands everything on.
    ///
    /// # Errors
    /// What the output says.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// A line that says what to type next.
    ///
    /// # Errors
    /// What the output says.
    pub fn hint(&mut self, command: &str, why: &str) -> io::Result<()> {
        let mut line = Line::new();
        line.plain("  ").push(palette::COMMAND, format!("{command}{}", self.hint_suffix));
        line.push(palette::QUIET, format!("   {why}"));
        self.long_line(&line)
    }

    /// Text from a trace, harmless and cut.
    pub fn fit(&self, text: &str, columns: usize) -> String {
        super::fit(text, columns, self.glyphs.ascii)
    }

    /// A duration.
    pub fn duration(&self, nanos: u64) -> String {
        super::units::duration(nanos, self.glyphs.micro)
    }
}
