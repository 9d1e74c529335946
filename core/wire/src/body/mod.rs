//! What bodies hold, by type of event (TW-EVT-003). These structs are the source of the JSON Schema and of the reference page:
//! a field is added here, and nowhere else by hand.
//!
//! Every member is optional, and every struct keeps members of a later version in `other`. Where a text, a number, a list or a
//! map is declared, a tag may stand instead: what was cut or redacted says so in its place. [`Member`] tells the two apart.
//!
//! ```
//! use tracewire_wire::{body::SpanStart, event::Event};
//! let text = br#"{"body":{"name":"search"},"seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"span.start"}"#;
//! let body: SpanStart = Event::read(text)?.body_as()?;
//! assert_eq!(body.name.as_ref().and_then(|name| name.plain()).map(String::as_str), Some("search"));
//! # Ok::<(), tracewire_wire::WireError>(())
//! ```

/// A part of a body: every member optional, unknown ones kept.
macro_rules! part {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[serde(default, deserialize_with = "super::member::given", skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
            /// Members of a later version, kept as they came.
            #[serde(flatten)]
            pub other: crate::value::Map,
        }

        impl $name {
            /// Its members and their forms.
            pub const PART: crate::body::Part = crate::body::Part {
                name: stringify!($name),
                members: &[$((
                    crate::body::form::name(stringify!($field)),
                    <$type as crate::body::form::Formed>::FORM,
                ),)*],
            };
        }

        impl crate::body::form::Formed for $name {
            const FORM: crate::body::Form = crate::body::Form::Part(&Self::PART);
        }
    };
}

mod form;
mod member;
mod parts;
mod point;
mod span;

pub use form::{Form, Part};
pub use member::{Count, Member, Text};
pub use parts::{Cost, Exception, FeedbackTarget, Histogram, Link, PromptRef, Scope, Usage};
pub use point::{Feedback, Log, Loss, Metric, PointEvent};
pub use span::{SpanEnd, SpanEvent, SpanStart, SpanUpdate};
