//! Adapters as they are named on a command line: `--adapter rust=target/ci/tracewire-conformance-rust`.

use crate::adapter::Launch;

/// An adapter with its name.
#[derive(Clone, Debug)]
pub struct Named {
    /// Such as `rust`.
    pub name: String,
    /// How it is started.
    pub launch: Launch,
}

/// Reads `NAME=COMMAND`; the command's words are parted by blanks, and quotes hold a word with blanks together.
///
/// # Errors
/// A sentence that says what is expected.
pub fn parse(text: &str) -> Result<Named, String> {
    let (name, command) = text.split_once('=').ok_or("NAME=COMMAND is expected, such as rust=./adapter")?;
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(is_name) {
        return Err(format!("`{name}` is no name: lower-case letters, digits and hyphens"));
    }
    let command = words(command)?;
    if command.is_empty() {
        return Err(format!("{name} has no command: {name}=COMMAND is expected"));
    }
    Ok(Named { name: name.to_owned(), launch: Launch::new(command) })
}

fn words(command: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for character in command.chars() {
        match (quote, character) {
            (Some(open), character) if character == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, character) => word.get_or_insert_default().push(character),
        }
    }
    if quote.is_some() {
        return Err(format!("a quote is open at the end: {command}"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_command_are_read() {
        let said = |text: &str| parse(text).map(|named| (named.name, named.launch.command));
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(said("go=./adapter"), Ok(("go".to_owned(), words(&["./adapter"]))));
        assert_eq!(
            said("py3=python3  'my adapter.py' \"\""),
            Ok(("py3".to_owned(), words(&["python3", "my adapter.py", ""])))
        );
        for wrong in ["./adapter", "=x", "Go=x", "go=", "go='x"] {
            assert!(said(wrong).is_err(), "{wrong}");
        }
    }
}
