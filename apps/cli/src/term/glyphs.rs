//! The signs of the picture, for terminals that show Unicode and for those that do not.

/// A set of signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Whether only ASCII may be written.
    pub ascii: bool,
    /// Went well.
    pub ok: &'static str,
    /// Failed.
    pub failed: &'static str,
    /// Cancelled.
    pub cancelled: &'static str,
    /// Ended, and does not say how.
    pub unset: &'static str,
    /// Open, process gone.
    pub abandoned: &'static str,
    /// Open, process alive.
    pub in_flight: &'static str,
    /// Open, nobody can tell.
    pub unknown: &'static str,
    /// A parent that is not there.
    pub missing: &'static str,
    /// A point event.
    pub point: &'static str,
    /// A log line.
    pub log: &'static str,
    /// A child with siblings after it.
    pub branch: &'static str,
    /// The last child.
    pub last: &'static str,
    /// A level that goes on.
    pub through: &'static str,
    /// A level that is over.
    pub blank: &'static str,
    /// What belongs to the line above.
    pub below: &'static str,
    /// Between facts.
    pub dot: &'static str,
    /// From one to the other.
    pub arrow: &'static str,
    /// Something left out.
    pub ellipsis: &'static str,
    /// At least.
    pub at_least: &'static str,
    /// Where something began, in `tail`.
    pub begin: &'static str,
    /// Again and again.
    pub again: &'static str,
    /// So many times.
    pub times: &'static str,
    /// Attention.
    pub warning: &'static str,
    /// Computed, not reported.
    pub computed: &'static str,
    /// Micro, as in µs.
    pub micro: &'static str,
}

impl Glyphs {
    /// For terminals that show Unicode.
    pub const UNICODE: Self = Self {
        ascii: false,
        ok: "✓",
        failed: "✗",
        cancelled: "⊘",
        unset: "•",
        abandoned: "⚠",
        in_flight: "…",
        unknown: "?",
        missing: "◌",
        point: "◇",
        log: "≡",
        branch: "├─ ",
        last: "└─ ",
        through: "│  ",
        blank: "   ",
        below: "╰ ",
        dot: " · ",
        arrow: " → ",
        ellipsis: "…",
        at_least: "≥ ",
        begin: "▸",
        again: "↻",
        times: "×",
        warning: "!",
        computed: "≈",
        micro: "µ",
    };

    /// For all others.
    pub const ASCII: Self = Self {
        ascii: true,
        ok: "+",
        failed: "x",
        cancelled: "o",
        unset: "-",
        abandoned: "!",
        in_flight: "~",
        unknown: "?",
        missing: "?",
        point: "*",
        log: "=",
        branch: "|- ",
        last: "`- ",
        through: "|  ",
        blank: "   ",
        below: "` ",
        dot: ", ",
        arrow: " -> ",
        ellipsis: "...",
        at_least: ">= ",
        begin: ">",
        again: "@",
        times: "x",
        warning: "!",
        computed: "~",
        micro: "u",
    };

    /// By the locale. A locale that names another character set gets ASCII; where none is set at all, the terminal is taken for one of
    /// today's, which show Unicode.
    pub fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| variable(name).filter(|value| !value.is_empty()));
        let unicode = locale.is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        if unicode { Self::UNICODE } else { Self::ASCII }
    }
}

#[cfg(test)]
mod tests {
    use super::Glyphs;

    fn of(pairs: &[(&str, &str)]) -> Glyphs {
        Glyphs::of_locale(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_locale_decides() {
        assert_eq!(of(&[("LANG", "en_US.UTF-8")]), Glyphs::UNICODE);
        assert_eq!(of(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")]), Glyphs::ASCII);
        assert_eq!(of(&[("LC_CTYPE", "C.utf8"), ("LC_ALL", "")]), Glyphs::UNICODE);
        assert_eq!(of(&[("LANG", "de_DE.ISO-8859-1")]), Glyphs::ASCII);
        assert_eq!(of(&[]), Glyphs::UNICODE);
    }
}
