//! Producers by row: their names and services, read once in each transaction or query.

use super::driver::{Driver, params};
use crate::error::StoreError;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Clone)]
pub(super) struct Named {
    pub name: Arc<str>,
    pub service: Option<Arc<str>>,
}

pub(super) struct Names<'c> {
    connection: &'c dyn Driver,
    known: RefCell<HashMap<i64, Named>>,
}

impl<'c> Names<'c> {
    pub(super) fn new(connection: &'c dyn Driver) -> Self {
        Names { connection, known: RefCell::default() }
    }

    pub(super) fn get(&self, producer: i64) -> Result<Named, StoreError> {
        if let Some(named) = self.known.borrow().get(&producer) {
            return Ok(named.clone());
        }
        let named =
            self.connection.first("SELECT name, service FROM producer WHERE id = ?1", params![producer], |row| {
                Ok(Named { name: row.text(0)?.into(), service: row.maybe_text(1)?.map(Arc::from) })
            })?;
        let named = named.ok_or_else(|| StoreError::corrupt(format!("producer row {producer} is missing")))?;
        self.known.borrow_mut().insert(producer, named.clone());
        Ok(named)
    }

    /// What was read of a producer is no longer so.
    pub(super) fn forget(&self, producer: i64) {
        self.known.borrow_mut().remove(&producer);
    }

    /// Order of two producers' names. Only asked when two events have one time.
    pub(super) fn compare(&self, one: i64, other: i64) -> Ordering {
        match (self.get(one), self.get(other)) {
            (Ok(one), Ok(other)) => one.name.cmp(&other.name),
            _ => one.cmp(&other),
        }
    }
}
