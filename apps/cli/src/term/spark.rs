//! A row of numbers as a row of bars.

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 8] = ['.', '.', ':', '-', '=', '+', '*', '#'];

/// One character for each value, the greatest the tallest; a blank where there is nothing.
pub fn spark(values: &[u64], ascii: bool) -> String {
    let bars = if ascii { ASCII } else { BARS };
    let most = values.iter().copied().max().unwrap_or(0);
    let bar = |value: &u64| {
        if *value == 0 {
            return ' ';
        }
        // The tallest bar is the last one, whatever the numbers are.
        let place = u128::from(*value) * 8 / (u128::from(most) + 1);
        usize::try_from(place).ok().and_then(|place| bars.get(place)).copied().unwrap_or(' ')
    };
    values.iter().map(bar).collect()
}

/// So many sums of neighbours, or as many as there are values.
pub fn in_columns(values: &[u64], columns: usize) -> Vec<u64> {
    let size = values.len().div_ceil(columns.max(1)).max(1);
    values.chunks(size).map(|chunk| chunk.iter().fold(0_u64, |sum, value| sum.saturating_add(*value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_tall_as_their_values() {
        assert_eq!(spark(&[0, 1, 4, 8], false), " ▁▄█");
        assert_eq!(spark(&[0, 1, 8], true), " .#");
        assert_eq!(spark(&[u64::MAX, 1], false), "█▁");
        assert_eq!(spark(&[], false), "");
    }

    #[test]
    fn columns_add_up() {
        assert_eq!(in_columns(&[1, 2, 3, 4, 5], 2), [6, 9]);
        assert_eq!(in_columns(&[1, 2], 40), [1, 2]);
        assert!(in_columns(&[], 40).is_empty());
    }
}
