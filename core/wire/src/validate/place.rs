//! Where a record stands.

/// Where a record stands, small enough to be kept for each span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) line: Option<u32>,
    pub(super) root: Root,
    /// Which event of an envelope.
    pub(super) event: Option<u32>,
}

/// Where in its document a record stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Root {
    /// It is the document.
    #[default]
    Whole,
    /// An element of a list.
    Element(u32),
    /// An envelope of `{"envelopes":[…]}`.
    Export(u32),
    /// An event of `{"events":[…]}` that is no envelope.
    Events(u32),
}

impl Root {
    pub(super) fn pointer(self) -> String {
        match self {
            Root::Whole => String::new(),
            Root::Element(at) => format!("/{at}"),
            Root::Export(at) => format!("/envelopes/{at}"),
            Root::Events(at) => format!("/events/{at}"),
        }
    }
}

impl Place {
    pub(super) fn pointer(self) -> String {
        let mut pointer = self.root.pointer();
        if let Some(event) = self.event {
            pointer.push_str(&format!("/events/{event}"));
        }
        pointer
    }
}
