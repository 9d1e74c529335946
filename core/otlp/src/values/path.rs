//! Where in an attribute map a value stands.

use std::fmt;

/// A place, as a list from the value up; written as a JSON pointer.
#[derive(Clone, Copy)]
pub(crate) struct Path<'a> {
    above: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

impl<'a> Path<'a> {
    /// An attribute.
    pub(crate) fn attribute(name: &'a str) -> Self {
        Path { above: None, step: Step::Key(name) }
    }

    /// A member of the map that stands here.
    pub(crate) fn key(&'a self, name: &'a str) -> Path<'a> {
        Path { above: Some(self), step: Step::Key(name) }
    }

    /// An item of the list that stands here.
    pub(crate) fn item(&'a self, at: usize) -> Path<'a> {
        Path { above: Some(self), step: Step::Item(at) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            above.fmt(formatter)?;
        }
        match self.step {
            Step::Key(name) if name.contains(['~', '/']) => {
                write!(formatter, "/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Step::Key(name) => write!(formatter, "/{name}"),
            Step::Item(at) => write!(formatter, "/{at}"),
        }
    }
}
