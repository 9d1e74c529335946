//! Models that were asked for lately. Most programs ask for few, again and again, and finding one looks at all names of the list.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use super::list::{Model, Provider};

/// Names that are remembered; then it begins anew.
const MOST: usize = 1_000;
/// Bytes of names that are remembered.
const LONGEST: usize = 200;

/// Provider, address and model, as they were asked for.
type Asked = (Option<String>, Option<String>, String);
type Found = Option<(&'static Provider, &'static Model)>;

static LATELY: LazyLock<RwLock<HashMap<Asked, Found>>> = LazyLock::new(RwLock::default);

/// What `find` says, which is asked where nobody asked lately.
pub(super) fn found(asked: Asked, find: impl FnOnce(&Asked) -> Found) -> Found {
    if let Some(found) = LATELY.read().unwrap_or_else(PoisonError::into_inner).get(&asked) {
        return *found;
    }
    let found = find(&asked);
    let (provider, address, model) = &asked;
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    if length(provider) + length(address) + model.len() <= LONGEST {
        let mut lately = LATELY.write().unwrap_or_else(PoisonError::into_inner);
        if lately.len() >= MOST {
            lately.clear();
        }
        lately.insert(asked, found);
    }
    found
}
