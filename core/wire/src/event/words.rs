//! Words that an event may say, each list open for words of later versions.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A word of a later version, kept as it came.
            Other(String),
        }

        impl $name {
            /// Every word of this version.
            pub const ALL: &[&str] = &[$($text),*];

            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $($name::$variant => $text,)*
                    $name::Other(word) => word,
                }
            }

            /// What a word on the wire means.
            pub fn parse(word: &str) -> Self {
                match word {
                    $($text => $name::$variant,)*
                    other => $name::Other(other.to_owned()),
                }
            }
        }
    };
}

words! {
    /// What an event says (TW-EVT-001).
    EventType {
        /// A span begins.
        SpanStart = "span.start",
        /// Something about a span that must be visible before its end.
        SpanUpdate = "span.update",
        /// Something that happened inside a span.
        SpanEvent = "span.event",
        /// A span ends.
        SpanEnd = "span.end",
        /// A point with a place of its own in the tree.
        Event = "event",
        /// A log line.
        Log = "log",
        /// A sample of a counter, gauge or histogram.
        Metric = "metric",
        /// What somebody thinks of a trace, span or session.
        Feedback = "feedback",
        /// What was dropped.
        Loss = "loss",
    }
}

words! {
    /// How a span ended (TW-EVT-007).
    Status {
        /// The emitter does not say.
        Unset = "unset",
        /// As intended.
        Ok = "ok",
        /// It failed.
        Error = "error",
        /// It took too long and was given up.
        Timeout = "timeout",
        /// Its caller no longer wanted it.
        Cancelled = "cancelled",
    }
}
