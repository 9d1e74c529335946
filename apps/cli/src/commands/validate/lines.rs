//! JSON and JSON Lines: whole lines in parts, looked at by as many threads as there are cores, put together in order.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use tracewire_wire::validate::{Inspected, Options, Validator, inspect, is_document};

use super::sink::Sink;
use crate::error::CliError;
use crate::term::Screen;

/// How much is looked at in one go.
const PART: usize = 512 << 10;
/// A line, or a document over several lines, that is longer than this is refused by the reader of JSON.
const LONGEST: usize = 64 << 20;
/// More threads gain nothing: one has to put it all together.
const MOST_THREADS: usize = 8;

/// Whole lines, or one document over several.
pub(super) struct Part {
    pub(super) bytes: Vec<u8>,
    /// The number of its first line.
    line: u64,
    pub(super) is_document: bool,
}

/// Reads to the end.
pub(super) fn read(
    reader: &mut (dyn Read + Send),
    options: &Options,
    validator: &mut Validator,
    found: &mut Sink<'_>,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    let mut parts = Parts::new(reader);
    let Some(first) = parts.next()? else { return Ok(()) };
    if parts.is_done {
        return take(look(&first, options), validator, found, screen);
    }
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    thread::scope(|scope| {
        let mut senders: Vec<SyncSender<Part>> = Vec::new();
        let mut answers: Vec<Receiver<Vec<Inspected>>> = Vec::new();
        for _ in 0..threads {
            let (sender, parts) = sync_channel::<Part>(1);
            let (answer, receiver) = sync_channel(1);
            scope.spawn(move || {
                for part in parts {
                    if answer.send(look(&part, options)).is_err() {
                        return;
                    }
                }
            });
            senders.push(sender);
            answers.push(receiver);
        }
        // The parts go round, and their answers come back in the same order.
        let reading = scope.spawn(move || -> io::Result<()> {
            let mut next = Some(first);
            for at in 0.. {
                let Some(part) = next else { break };
                let Some(sender) = senders.get(at % threads) else { break };
                if sender.send(part).is_err() {
                    break;
                }
                next = parts.next()?;
            }
            Ok(())
        });
        for at in 0.. {
            let Some(Ok(inspected)) = answers.get(at % threads).map(Receiver::recv) else { break };
            take(inspected, validator, found, screen)?;
        }
        // Nobody waits for an answer any more, should the output have ended early.
        drop(answers);
        match reading.join() {
            Ok(read) => Ok(read?),
            Err(_) => Err(io::Error::other("the reader ended early").into()),
        }
    })
}

fn look(part: &Part, options: &Options) -> Vec<Inspected> {
    if part.is_document {
        return vec![inspect(&part.bytes, part.line, options)];
    }
    let lines = part.bytes.split_inclusive(|byte| *byte == b'\n').zip(part.line..);
    lines
        .filter(|(line, _)| !line.trim_ascii().is_empty())
        .map(|(line, number)| inspect(line, number, options))
        .collect()
}

fn take(
    inspected: Vec<Inspected>,
    validator: &mut Validator,
    found: &mut Sink<'_>,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    for one in inspected {
        validator.take(one);
    }
    found(validator.drain(), screen)
}

/// Whole lines of a reader, part by part.
pub(super) struct Parts<'a> {
    reader: &'a mut (dyn Read + Send),
    /// The beginning of a line whose end was not read yet.
    rest: Vec<u8>,
    line: u64,
    is_first: bool,
    is_done: bool,
}

impl<'a> Parts<'a> {
    pub(super) fn new(reader: &'a mut (dyn Read + Send)) -> Self {
        Parts { reader, rest: Vec::new(), line: 1, is_first: true, is_done: false }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Part>> {
        if self.is_done {
            return Ok(None);
        }
        let mut bytes = std::mem::take(&mut self.rest);
        let mut room = PART;
        loop {
            let wanted = room.saturating_sub(bytes.len()).max(1);
            let read = (&mut *self.reader).take(wanted as u64).read_to_end(&mut bytes)?;
            self.is_done = read < wanted;
            if self.is_first && is_document(&bytes) {
                self.read_document(&mut bytes)?;
                return Ok(Some(Part { bytes, line: 1, is_document: true }));
            }
            let end = bytes.iter().rposition(|byte| *byte == b'\n').map(|end| end + 1);
            let end = if self.is_done { Some(bytes.len()) } else { end };
            match end {
                Some(end) => {
                    self.is_first = false;
                    self.rest = bytes.split_off(end);
                    let line = self.line;
                    self.line += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
                    return Ok((!bytes.is_empty()).then_some(Part { bytes, line, is_document: false }));
                }
                // A line that nobody reads to its end: its beginning is refused, and the rest of it passed over.
                None if bytes.len() > LONGEST => {
                    self.pass_line()?;
                    let line = self.line;
                    self.line += 1;
                    return Ok(Some(Part { bytes, line, is_document: true }));
                }
                None => room = room.saturating_mul(2).min(LONGEST + 1),
            }
        }
    }

    fn read_document(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let room = (LONGEST + 1).saturating_sub(bytes.len());
        (&mut *self.reader).take(room as u64).read_to_end(bytes)?;
        self.is_done = true;
        Ok(())
    }

    fn pass_line(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; PART];
        loop {
            let read = self.reader.read(&mut buffer)?;
            let passed = buffer.get(..read).unwrap_or_default();
            if read == 0 {
                self.is_done = true;
                return Ok(());
            }
            if let Some(end) = passed.iter().position(|byte| *byte == b'\n') {
                self.rest = passed.get(end + 1..).unwrap_or_default().to_vec();
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &[u8]) -> Vec<(u64, usize, bool)> {
        let mut reader = text;
        let mut parts = Parts::new(&mut reader);
        let mut all = Vec::new();
        while let Some(part) = parts.next().unwrap() {
            assert!(part.bytes.ends_with(b"\n") || parts.is_done);
            all.push((part.line, part.bytes.len(), part.is_document));
        }
        all
    }

    #[test]
    fn lines_stay_whole_and_keep_their_numbers() {
        let line = format!("{{\"a\":\"{}\"}}\n", "x".repeat(1000));
        let text = line.repeat(2000);
        let parts = parts(text.as_bytes());
        assert!(parts.len() > 2);
        assert_eq!(parts.iter().map(|(_, length, _)| length).sum::<usize>(), text.len());
        for pair in parts.windows(2) {
            assert_eq!(pair[1].0 - pair[0].0, (pair[0].1 / line.len()) as u64);
        }
    }

    #[test]
    fn a_long_line_grows_its_part_and_a_document_is_one() {
        let line = format!("{{\"a\":\"{}\"}}\n", "x".repeat(3 * PART));
        assert_eq!(parts(line.as_bytes()), [(1, line.len(), false)]);
        let document = format!("{{\n\"a\":[{}1]\n}}\n", "1,\n".repeat(PART));
        assert_eq!(parts(document.as_bytes()), [(1, document.len(), true)]);
        assert_eq!(parts(b""), []);
        assert_eq!(parts(b"{}"), [(1, 2, false)]);
    }
}
