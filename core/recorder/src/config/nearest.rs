//! Which setting a name was meant for that is none.

use super::KEYS;

/// The setting whose name is most like this one, if one is.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let wanted = plain(name);
    KEYS.iter()
        .map(|key| (distance(&wanted, &plain(key.name)), key.name))
        .min()
        .filter(|(far, _)| *far <= 2)
        .map(|(_, near)| near)
}

/// How many letters have to be put in, taken out or changed (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (cell, letter_of_other) in row.iter_mut().skip(1).zip(&other) {
            let changed = diagonal + usize::from(letter != *letter_of_other);
            diagonal = *cell;
            *cell = changed.min(left + 1).min(diagonal + 1);
            left = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
