//! One event's content put back, from wherever it is looked up.

use crate::error::StoreError;
use crate::model::StoredContent;
use std::cell::RefCell;
use tracewire_wire::content::{self, Mark};
use tracewire_wire::event::{Body, Event};
use tracewire_wire::id::Hash;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::{Map, Value};

/// What puts contents back into a body, as far as they are found.
pub(crate) type Resolve = fn(&mut Map, &dyn Fn(&Hash) -> Option<Value>);

/// Puts back what `look_up` knows; gives the first failure, with everything else in place.
pub(crate) fn put_back(
    event: &mut Event,
    look_up: &dyn Fn(&Hash) -> Result<Option<Value>, StoreError>,
) -> Result<(), StoreError> {
    put_back_with(content::resolve, event, look_up)
}

/// The same with another way to put it back.
pub(crate) fn put_back_with(
    resolve: Resolve,
    event: &mut Event,
    look_up: &dyn Fn(&Hash) -> Result<Option<Value>, StoreError>,
) -> Result<(), StoreError> {
    let Body::Present(body) = &mut event.body else { return Ok(()) };
    let failure = RefCell::new(None);
    resolve(body, &|hash| {
        look_up(hash).unwrap_or_else(|error| {
            failure.borrow_mut().get_or_insert(error);
            None
        })
    });
    failure.into_inner().map_or(Ok(()), Err)
}

/// What stands in the place of a reference.
pub(crate) fn value_of(content: Option<StoredContent>, hash: &Hash) -> Result<Option<Value>, StoreError> {
    Ok(match content {
        Some(StoredContent::Value { json, .. }) => Some(json::read(&json, &ReadOptions::default())?),
        Some(StoredContent::Erased) => Some(Mark::Erased(*hash).to_value()),
        Some(StoredContent::Withheld) => Some(Mark::Withheld(*hash).to_value()),
        None => None,
    })
}
