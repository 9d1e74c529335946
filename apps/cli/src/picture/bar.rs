//! Where time went: a bar as long as the step took, at its place in the trace. Heavy where the step itself was at work, light where it
//! waited for its children. Two slots to a column.

use tracewire_insight::{Form, Tree, own_intervals};
use tracewire_wire::time::Timestamp;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    #[default]
    Empty,
    Light,
    Heavy,
}

/// A bar of so many columns for a node, within `from` to `to`.
pub(super) fn bar(
    tree: &Tree<'_>,
    index: usize,
    from: Timestamp,
    to: Timestamp,
    columns: usize,
    ascii: bool,
) -> String {
    let Some(node) = tree.nodes.get(index) else { return String::new() };
    let mut slots = vec![Slot::Empty; columns * 2];
    let scale = Scale { from, to, slots: slots.len() };
    match node.form {
        Form::Span => {
            fill(&mut slots, scale.range(node.start, node.end), Slot::Light);
            let own = own_intervals(&tree.nodes, index);
            for (start, end) in own {
                // Moments too short for a slot count only where nothing else does: else every parent would be heavy all over.
                let range =
                    if node.children.is_empty() { scale.range(start, end) } else { scale.inner_range(start, end) };
                fill(&mut slots, range, Slot::Heavy);
            }
        }
        Form::MissingParent => {}
        Form::Event | Form::Other | Form::Log => {
            let (at, _) = scale.range(node.start, node.start);
            let column = (at / 2).min(columns.saturating_sub(1));
            let sign = if ascii { "." } else { "·" };
            return if columns == 0 { String::new() } else { format!("{}{sign}", " ".repeat(column)) };
        }
    }
    let sign = |pair: &[Slot]| match pair {
        [left, right] => glyph(*left, *right, ascii),
        _ => ' ',
    };
    let drawn: String = slots.chunks(2).map(sign).collect();
    drawn.trim_end().to_owned()
}

struct Scale {
    from: Timestamp,
    to: Timestamp,
    slots: usize,
}

impl Scale {
    fn place(&self, time: Timestamp) -> f64 {
        let span = (i128::from(self.to.0) - i128::from(self.from.0)).max(1);
        let at = i128::from(time.0) - i128::from(self.from.0);
        (at as f64 / span as f64 * self.slots as f64).clamp(0.0, self.slots as f64)
    }

    /// Slots touched, at least one.
    fn range(&self, start: Timestamp, end: Timestamp) -> (usize, usize) {
        let first = (self.place(start) as usize).min(self.slots.saturating_sub(1));
        let last = self.place(end).round() as usize;
        (first, last.max(first + 1).min(self.slots))
    }

    /// Slots covered by more than half, maybe none.
    fn inner_range(&self, start: Timestamp, end: Timestamp) -> (usize, usize) {
        (self.place(start).round() as usize, self.place(end).round() as usize)
    }
}

fn fill(slots: &mut [Slot], (first, end): (usize, usize), with: Slot) {
    for slot in slots.get_mut(first..end).unwrap_or_default() {
        *slot = (*slot).max(with);
    }
}

fn glyph(left: Slot, right: Slot, ascii: bool) -> char {
    use Slot::{Empty, Heavy, Light};
    if ascii {
        return match left.max(right) {
            Empty => ' ',
            Light => '-',
            Heavy => '=',
        };
    }
    match (left, right) {
        (Empty, Empty) => ' ',
        (Light, Empty) => '╴',
        (Empty, Light) => '╶',
        (Light, Light) => '─',
        (Heavy, Empty) => '╸',
        (Empty, Heavy) => '╺',
        (Heavy, Heavy) => '━',
        (Heavy, Light) => '╾',
        (Light, Heavy) => '╼',
    }
}
