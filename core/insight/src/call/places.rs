//! Where in a body something may stand.

use tracewire_wire::value::Value;

/// The maps of a span's merged body from which calls are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `attributes`.
    Attributes,
    /// `usage`.
    Usage,
    /// `cost`.
    Cost,
}

impl Part {
    /// The member of the body that holds it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Part::Attributes => "attributes",
            Part::Usage => "usage",
            Part::Cost => "cost",
        }
    }
}

/// One place where something may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Attribute(&'static str),
    Usage(&'static str),
    /// In `usage.details`.
    Detail(&'static str),
    /// In `usage.raw`, the provider's own object, down this path.
    Raw(&'static [&'static str]),
    /// In a list of `usage.raw`: the count of one modality.
    Modality(&'static str, &'static str),
    Cost(&'static str),
}

impl Place {
    /// The member to ask for.
    pub(super) fn member(self) -> (Part, &'static str) {
        match self {
            Place::Attribute(name) => (Part::Attributes, name),
            Place::Usage(name) => (Part::Usage, name),
            Place::Detail(_) => (Part::Usage, "details"),
            Place::Raw(_) | Place::Modality(..) => (Part::Usage, "raw"),
            Place::Cost(name) => (Part::Cost, name),
        }
    }

    /// What stands there, given the member.
    fn inside(self, member: &Value) -> Option<&Value> {
        match self {
            Place::Attribute(_) | Place::Usage(_) | Place::Cost(_) => Some(member),
            Place::Detail(name) => member.as_map()?.get(name),
            Place::Raw(path) => path.iter().try_fold(member, |value, name| value.as_map()?.get(name)),
            Place::Modality(list, modality) => {
                let Value::List(items) = member.as_map()?.get(list)? else { return None };
                let of_modality = |item: &&Value| {
                    let said = item.as_map().and_then(|item| item.get("modality")).and_then(Value::as_text);
                    said.is_some_and(|said| said.eq_ignore_ascii_case(modality))
                };
                items.iter().find(of_modality)?.as_map()?.get("tokenCount")
            }
        }
    }
}

/// The first of the places where something stands that `read` takes.
pub(super) fn first<'a, T>(
    places: &[Place],
    find: &impl Fn(Part, &str) -> Option<&'a Value>,
    read: impl Fn(&'a Value) -> Option<T>,
) -> Option<T> {
    places.iter().find_map(|place| {
        let (part, name) = place.member();
        read(place.inside(find(part, name)?)?)
    })
}
