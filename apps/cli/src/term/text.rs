//! Text from a trace on its way to the terminal: harmless, and of a known width.
//!
//! Names, messages and values are written by agents, models and strangers. No control sequence of theirs may reach the
//! terminal, and no character that turns the direction of what follows or that cannot be seen.

use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Whether a character must not reach a terminal as it is.
fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // Directions: marks, embeddings, overrides, isolates.
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            // Invisible ones, separators of lines and paragraphs, the byte order mark, annotations, tags.
            | '\u{00AD}' | '\u{180E}' | '\u{200B}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{206A}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

fn push_escaped(out: &mut String, grapheme: &str, ascii: bool) {
    // A heap of combining marks would climb over the lines around it.
    for (place, character) in grapheme.chars().enumerate() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_hostile(character) => drop(write!(out, "\\u{{{:x}}}", u32::from(character))),
            _ if place > 12 => {}
            _ if ascii && !character.is_ascii() => out.push('?'),
            _ => out.push(character),
        }
    }
}

/// The text with everything hostile written as an escape: one line, nothing hidden.
///
/// ```
/// assert_eq!(tracewire_cli::term::escape("a\u{1b}[31m\u{202e}b", false), r"a\u{1b}[31m\u{202e}b");
/// ```
pub fn escape(text: &str, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        push_escaped(&mut out, grapheme, ascii);
    }
    out
}

/// As [`escape`], cut to so many columns; a cut is shown by `…`. Reads no more of the text than is shown.
pub fn fit(text: &str, columns: usize, ascii: bool) -> String {
    let ellipsis = if ascii { "..." } else { "…" };
    let mut out = String::new();
    let mut used = 0;
    // Where to cut if more comes than fits.
    let mut cut = 0;
    let mut piece = String::new();
    for grapheme in text.graphemes(true) {
        piece.clear();
        push_escaped(&mut piece, grapheme, ascii);
        let wide = width(&piece);
        if used + wide > columns {
            out.truncate(cut);
            if width(&out) + width(ellipsis) <= columns {
                out.push_str(ellipsis);
            }
            return out;
        }
        out.push_str(&piece);
        used += wide;
        if used + width(ellipsis) <= columns {
            cut = out.len();
        }
    }
    out
}

/// As [`fit`], but what is cut is cut from the middle: for paths and ids.
pub fn fit_middle(text: &str, columns: usize, ascii: bool) -> String {
    let whole = escape(text, ascii);
    if width(&whole) <= columns {
        return whole;
    }
    let ellipsis = if ascii { "..." } else { "…" };
    let room = columns.saturating_sub(width(ellipsis));
    let graphemes: Vec<&str> = whole.graphemes(true).collect();
    let take = |graphemes: &mut dyn Iterator<Item = &&str>, room: usize| {
        let mut used = 0;
        let mut count = 0;
        for grapheme in graphemes {
            used += width(grapheme);
            if used > room {
                break;
            }
            count += 1;
        }
        count
    };
    let tail = take(&mut graphemes.iter().rev(), room.div_ceil(2));
    let head = take(&mut graphemes.iter(), room / 2);
    let end = graphemes.get(graphemes.len() - tail..).unwrap_or_default().concat();
    format!("{}{ellipsis}{end}", graphemes.get(..head).unwrap_or_default().concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hostile_passes() {
        let hostile = "a\u{1b}[2J\u{7}\u{9b}31m\u{202e}txt.exe\u{2066}\u{200b}\r\n\u{7f}\u{feff}\u{e0041}z";
        let shown = escape(hostile, false);
        assert_eq!(shown, r"a\u{1b}[2J\u{7}\u{9b}31m\u{202e}txt.exe\u{2066}\u{200b}\r\n\u{7f}\u{feff}\u{e0041}z");
        assert!(!shown.chars().any(is_hostile));
    }

    #[test]
    fn wide_characters_are_cut_between_columns() {
        assert_eq!(fit("日本語のテキスト", 7, false), "日本語…");
        assert_eq!(width(&fit("日本語のテキスト", 8, false)), 7);
        assert_eq!(fit("👩‍👩‍👧 family", 6, false), "👩‍👩‍👧 fa…");
        assert_eq!(fit("short", 5, false), "short");
        assert_eq!(fit("longer", 5, false), "long…");
        assert_eq!(fit("x", 0, false), "");
        assert_eq!(fit("x\u{1b}y", 4, false), "x…");
    }

    #[test]
    fn ascii_terminals_get_ascii() {
        assert_eq!(fit("naïve café", 40, true), "na?ve caf?");
        assert_eq!(fit("a long text", 8, true), "a lon...");
    }

    #[test]
    fn paths_keep_both_ends() {
        assert_eq!(fit_middle("/one/long/path/to/project/.tracewire", 20, false), "/one/long….tracewire");
    }

    #[test]
    fn a_tower_of_marks_is_bounded() {
        let tower: String = std::iter::once('a').chain(std::iter::repeat_n('\u{301}', 1000)).collect();
        assert!(escape(&tower, false).chars().count() < 20);
    }
}
