//! What the builder is given: events, and what is known of those who recorded them.

use tracewire_wire::event::Event;

/// One event together with the name of the producer (the journal file) that recorded it.
#[derive(Clone, Copy, Debug)]
pub struct Located<'a> {
    /// The producer's name, such as `6f1c09b2d4e8a375-1`.
    pub producer: &'a str,
    /// The event itself.
    pub event: &'a Event,
}

/// Whether more can still come from the process that started a span.
///
/// A journal file that was closed by rotation belongs to a process that goes on in its next file: whoever answers
/// should answer for the process, not for the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProducerState {
    /// The process runs: an open span is in flight.
    Alive,
    /// The process ended and said so: an open span is abandoned.
    Closed,
    /// The process is gone: an open span is abandoned.
    Dead,
    /// Nobody here can tell (another host, another namespace, an imported file).
    Unknown,
}
