//! A line of styled pieces whose width is known before it is written.

use std::fmt::Write as _;

use anstyle::Style;

use super::text;

/// A line; its text must be harmless already (see [`text::escape`]).
#[derive(Clone, Debug, Default)]
pub struct Line {
    pieces: Vec<(Style, String)>,
    width: usize,
}

impl Line {
    /// An empty line.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many columns it takes.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Its pieces in order.
    pub fn pieces(&self) -> impl Iterator<Item = (Style, &str)> {
        self.pieces.iter().map(|(style, text)| (*style, text.as_str()))
    }

    /// Appends a piece.
    pub fn push(&mut self, style: Style, text: impl Into<String>) -> &mut Self {
        let text = text.into();
        if !text.is_empty() {
            self.width += text::width(&text);
            self.pieces.push((style, text));
        }
        self
    }

    /// Appends a piece without style.
    pub fn plain(&mut self, text: impl Into<String>) -> &mut Self {
        self.push(Style::new(), text)
    }

    /// Appends another line.
    pub fn extend(&mut self, other: Line) -> &mut Self {
        self.width += other.width;
        self.pieces.extend(other.pieces);
        self
    }

    /// Fills with spaces up to so many columns.
    pub fn pad(&mut self, columns: usize) -> &mut Self {
        let missing = columns.saturating_sub(self.width);
        self.plain(" ".repeat(missing))
    }

    /// Cuts it to so many columns.
    pub fn cut(&mut self, columns: usize, ascii: bool) -> &mut Self {
        if self.width <= columns {
            return self;
        }
        let mut kept = Line::new();
        for (style, text) in std::mem::take(&mut self.pieces) {
            let room = columns - kept.width;
            if text::width(&text) <= room && kept.width + text::width(&text) < columns {
                kept.push(style, text);
            } else {
                // At least one more column is to come: the cut shows here.
                let cut = text::fit(&format!("{text} "), room, ascii);
                kept.push(style, cut);
                break;
            }
        }
        *self = kept;
        self
    }

    /// The line as text, with escape sequences for colours if asked; no spaces at the end.
    pub fn render(&self, color: bool) -> String {
        let mut out = String::new();
        let last = self.pieces.iter().rposition(|(_, text)| !text.trim_end().is_empty());
        for (index, (style, text)) in self.pieces.iter().enumerate().take(last.map_or(0, |last| last + 1)) {
            let text = if Some(index) == last { text.trim_end() } else { text };
            if color && *style != Style::new() {
                // Writing to a String cannot fail.
                let _ = write!(out, "{style}{text}{style:#}");
            } else {
                out.push_str(text);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anstyle::AnsiColor;

    #[test]
    fn widths_add_up_and_cuts_show() {
        let mut line = Line::new();
        line.plain("日本").push(AnsiColor::Red.on_default(), "語 text").pad(14);
        assert_eq!(line.width(), 14);
        assert_eq!(line.render(false), "日本語 text");
        assert_eq!(line.render(true), "日本\u{1b}[31m語 text\u{1b}[0m");
        assert_eq!(line.cut(8, false).render(false), "日本語 …");
        assert_eq!(line.width(), 8);
    }
}
