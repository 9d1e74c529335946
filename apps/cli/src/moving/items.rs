//! The items of an input, one after the other.

use std::io::{self, Read};

use tracewire_wire::recording::{Form, Item};
use tracewire_wire::stream::{Encoding, ItemReader, Step, StreamOptions};

use super::format::{Guess, guess};
use super::input::Input;
use crate::error::CliError;
use crate::term::Bar;

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;

/// Reads an input.
pub struct Items<'a> {
    input: &'a Input,
    from: Box<dyn Read>,
    reader: ItemReader,
    buffer: Vec<u8>,
    /// What is read, as it was said or guessed.
    pub encoding: Encoding,
    /// How many items were read.
    pub count: u64,
}

impl<'a> Items<'a> {
    /// Begins at the beginning. An encoding that nobody named is guessed from the first bytes.
    ///
    /// # Errors
    /// Where the input cannot be read, or nobody can tell what it is.
    pub fn open(
        input: &'a Input,
        encoding: Option<Encoding>,
        options: StreamOptions,
        bar: &mut Bar,
    ) -> Result<Self, CliError> {
        let mut from = input.open()?;
        let mut buffer = vec![0; CHUNK];
        let mut length = 0;
        // Enough to tell what it is: a pipe may give a few bytes at a time.
        while length < buffer.len() {
            match read(&mut *from, buffer.get_mut(length..).unwrap_or_default()) {
                Ok(0) => break,
                Ok(more) => length += more,
                Err(error) => return Err(input.refused(error)),
            }
            if encoding.is_some() {
                break;
            }
        }
        let begin = buffer.get(..length).unwrap_or_default();
        let encoding = match encoding {
            Some(encoding) => encoding,
            None => match guess(begin) {
                Guess::Is(encoding) => encoding,
                Guess::Empty => return Err(unknown(input, "there is nothing in it")),
                Guess::Other(what) => return Err(unknown(input, &format!("this is {what}, which is not read here"))),
                Guess::Unknown => return Err(unknown(input, "neither its name nor its first bytes say what it is")),
            },
        };
        let mut reader = ItemReader::new(encoding, options);
        reader.push(begin);
        bar.advance(length as u64);
        Ok(Items { input, from, reader, buffer, encoding, count: 0 })
    }

    /// How the items stand; known with the first one, or the end.
    pub fn form(&self) -> Form {
        self.reader.form().unwrap_or_default()
    }

    /// The next item.
    ///
    /// # Errors
    /// Where the input cannot be read, or is not what it should be: with the place.
    pub fn next(&mut self, bar: &mut Bar) -> Result<Option<Item>, CliError> {
        loop {
            match self.reader.next() {
                Ok(Step::Item(item)) => {
                    self.count += 1;
                    return Ok(Some(item));
                }
                Ok(Step::End) => return Ok(None),
                Ok(Step::More) => {
                    let length = read(&mut *self.from, &mut self.buffer).map_err(|error| self.input.refused(error))?;
                    if length == 0 {
                        self.reader.end();
                    }
                    self.reader.push(self.buffer.get(..length).unwrap_or_default());
                    bar.advance(length as u64);
                }
                Err(error) => return Err(CliError::Input { name: self.input.name.clone(), error }),
            }
        }
    }
}

fn read(from: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn unknown(input: &Input, why: &str) -> CliError {
    CliError::Format { name: input.name.clone(), why: why.to_owned() }
}
