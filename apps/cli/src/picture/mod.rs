//! The picture of a trace: the face of the project.
//!
//! ```text
//! header    what it is, how it went, how long, how much
//! rows      state │ tree, kind, name, facts, preview │ duration │ where time went
//! footer    what to type next
//! ```

mod bar;
mod facts;
mod full;
mod header;
mod layout;
mod loops;
mod preview;
mod row;
#[cfg(test)]
mod tests;

pub use full::{block, node_details};
pub use header::{footer, header};
pub use layout::{Columns, NodeLines, draw, node_lines};
pub use preview::{medium, preview};
pub use row::{state_glyph, state_style};

use tracewire_insight::Tree;
use tracewire_insight::process::{Process, Processes};

/// What is drawn, and how much of it.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'p, 'a> {
    /// The tree.
    pub tree: &'p Tree<'a>,
    /// Who recorded it.
    pub processes: &'p Processes,
    /// Show inputs, outputs, attributes and log lines.
    pub full: bool,
    /// Draw only this node and what is below.
    pub focus: Option<usize>,
    /// At most this many rows; 0 for all.
    pub limit: usize,
}

impl Picture<'_, '_> {
    /// The processes that took part.
    pub fn processes_here(&self) -> Vec<&Process> {
        self.processes.behind(&self.tree.producers)
    }
}
