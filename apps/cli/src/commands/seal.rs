//! `tracewire seal FILE…`: a journal's envelopes as JSON Lines, without the store.

use tracewire_recorder::journal::JournalReader;
use tracewire_recorder::seal::Sealer;

use crate::args::Seal;
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::term::Screen;

/// Writes the envelopes of each file, one a line.
///
/// # Errors
/// What the files or the output say.
pub fn run(what: &Seal, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let mut exit_code = EXIT_OK;
    for path in &what.files {
        let mut reader = JournalReader::open(path)?;
        let mut sealer = Sealer::new(reader.header());
        if !sealer.can_seal() {
            // Its events can be read, but nobody here knows the bytes that its envelopes have.
            exit_code = EXIT_PROBLEM;
        }
        while let Some(item) = reader.next()? {
            if let Some(sealed) = sealer.push(&item) {
                let mut line = sealed.bytes();
                line.push(b'\n');
                screen.bytes(&line)?;
            }
        }
    }
    Ok(exit_code)
}
