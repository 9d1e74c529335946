//! Counts are those of the models' own tokenizers: literals, and every generated text beside an independent implementation.
#![cfg(feature = "tokens")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::LazyLock;

use proptest::prelude::*;
use tiktoken_rs::CoreBPE;
use tracewire_insight::tokens::{Encoding, count};

static O200K: LazyLock<CoreBPE> = LazyLock::new(|| tiktoken_rs::o200k_base().unwrap());
static CL100K: LazyLock<CoreBPE> = LazyLock::new(|| tiktoken_rs::cl100k_base().unwrap());

fn agree(text: &str) {
    assert_eq!(count(text, Encoding::O200k), O200K.encode_ordinary(text).len(), "o200k {text:?}");
    assert_eq!(count(text, Encoding::Cl100k), CL100K.encode_ordinary(text).len(), "cl100k {text:?}");
}

#[test]
fn counts_are_known() {
    // From OpenAI's own notebook on counting tokens, and its tests.
    for (text, o200k, cl100k) in [
        ("", 0, 0),
        ("antidisestablishmentarianism", 6, 6),
        ("2 + 2 = 4", 7, 7),
        ("お誕生日おめでとう", 8, 9),
        ("hello world", 2, 2),
        ("tiktoken is great!", 6, 6),
        ("rer", 1, 1),
        ("'rer", 2, 2),
        ("today\n ", 3, 3),
        ("today\n \n", 2, 2),
        ("<|endoftext|>", 7, 7),
    ] {
        assert_eq!((count(text, Encoding::O200k), count(text, Encoding::Cl100k)), (o200k, cl100k), "{text:?}");
    }
}

#[test]
fn what_is_long_or_odd_is_counted_as_others_count_it() {
    for unit in
        ["a", "ab", " ", "\n", "\t ", "0", "日", "\u{301}", "'s", "/\n", "=-", "\u{17f}", "🦦", "A", "aA", "\u{a0}"]
    {
        for times in [1, 2, 3, 7, 63, 64, 65, 129, 1000] {
            let text = unit.repeat(times);
            agree(&text);
            agree(&format!("x{text}y"));
        }
    }
}

/// What traces have: identifiers, numbers, markup, code, several scripts, marks without a letter, every kind of space.
fn texts() -> impl Strategy<Value = String> {
    let unit = prop_oneof![
        4 => "[a-zA-Z]{1,12}",
        2 => "[0-9a-f]{1,32}",
        3 => prop::sample::select(vec![
            " ", "  ", "\n", "\r\n", "\t", "/", "//", "'s", "'RE", "'\u{17f}", "'ll", "{\"", "\":", "},\n", "_", "-", "…", "\u{301}",
            "\u{200d}", "\u{a0}", "\u{85}", "\u{2028}", "\u{3000}", "é", "ß", "ǅ", "ʰ", "日本", "カワウソ", "Привет", "مرحبا", "नमस्ते",
            "🦦", "👩‍👩‍👧", "½", "Ⅷ", "①", "\u{feff}", "\0",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => any::<String>(),
    ];
    prop::collection::vec(unit, 0..40).prop_map(|units| units.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_agree_with_tiktoken(text in texts()) {
        agree(&text);
    }

    /// What a budget relies on: a text may be counted line by line.
    #[test]
    fn lines_add_up(lines in prop::collection::vec("( {0,4}[a-zA-Z\"0-9-][ -~é日]{0,30}[!-~])", 1..8)) {
        for encoding in Encoding::ALL {
            let whole = count(&lines.iter().map(|line| format!("{line}\n")).collect::<String>(), encoding);
            prop_assert_eq!(whole, lines.iter().map(|line| count(&format!("{line}\n"), encoding)).sum::<usize>());
        }
    }
}
