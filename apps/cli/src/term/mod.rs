//! The terminal: what may reach it, how wide things are, how they are coloured.

mod glyphs;
mod line;
pub mod palette;
mod progress;
mod screen;
mod spark;
mod text;
pub mod units;

pub use glyphs::Glyphs;
pub use line::Line;
pub use progress::{Bar, Unit};
pub use screen::{ColorWhen, Screen};
pub use spark::{in_columns, spark};
pub use text::{escape, fit, fit_middle, width};
