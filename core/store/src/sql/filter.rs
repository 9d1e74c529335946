//! Conditions of a list, gathered with their parameters.

use super::driver::Param;
use super::signed;

/// Length of a list where the caller names none.
pub(super) const DEFAULT_LIMIT: usize = 50;

/// Conditions that must all hold.
#[derive(Default)]
pub(super) struct Filter<'a> {
    conditions: String,
    params: Vec<Param<'a>>,
}

impl<'a> Filter<'a> {
    /// A condition with one parameter, which is written `?`.
    pub(super) fn and(&mut self, condition: &str, param: impl Into<Param<'a>>) {
        self.and_all(condition, [param.into()]);
    }

    /// The same, where there is something to compare with.
    pub(super) fn and_some(&mut self, condition: &str, param: Option<impl Into<Param<'a>>>) {
        if let Some(param) = param {
            self.and(condition, param);
        }
    }

    /// A condition with several parameters, or none.
    pub(super) fn and_all<const N: usize>(&mut self, condition: &str, params: [Param<'a>; N]) {
        self.conditions.push_str(if self.conditions.is_empty() { " WHERE " } else { " AND " });
        let mut params = params.into_iter();
        for (at, part) in condition.split('?').enumerate() {
            if at > 0 {
                self.params.extend(params.next());
                self.conditions.push_str(&format!("?{}", self.params.len()));
            }
            self.conditions.push_str(part);
        }
    }

    /// The statement: what is selected, what must hold, in which order, and at most how many; 0 stands for 50.
    pub(super) fn statement(&mut self, select: &str, order: &str, limit: usize) -> String {
        let limit = if limit == 0 { DEFAULT_LIMIT } else { limit };
        self.params.push(Param::Int(signed(limit as u64)));
        format!("{select}{} {order} LIMIT ?{}", self.conditions, self.params.len())
    }

    pub(super) fn params(&self) -> &[Param<'a>] {
        &self.params
    }
}
