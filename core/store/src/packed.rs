//! Lists of row numbers, packed: an envelope names its events and content by them.
//!
//! Numbers mostly follow each other, so a list is written as runs: the distance from the end of the run before
//! (zigzag), and the length, both as LEB128.

/// A run of numbers that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The first number.
    pub first: i64,
    /// How many.
    pub count: i64,
}

/// Numbers in order, as runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Runs(pub Vec<Run>);

impl Runs {
    pub(crate) fn push(&mut self, number: i64) {
        match self.0.last_mut() {
            Some(run) if run.first + run.count == number => run.count += 1,
            _ => self.0.push(Run { first: number, count: 1 }),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        self.0.iter().flat_map(|run| run.first..run.first + run.count)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * 4);
        let mut behind = 0i64;
        for run in &self.0 {
            let distance = run.first.wrapping_sub(behind);
            write_number(((distance << 1) ^ (distance >> 63)) as u64, &mut out);
            write_number(run.count.unsigned_abs(), &mut out);
            behind = run.first.wrapping_add(run.count);
        }
        out
    }

    /// `None` when the bytes are not such a list.
    pub(crate) fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let mut runs = Vec::new();
        let mut behind = 0i64;
        while !bytes.is_empty() {
            let zigzag = read_number(&mut bytes)?;
            let distance = ((zigzag >> 1) as i64) ^ -((zigzag & 1) as i64);
            let count = i64::try_from(read_number(&mut bytes)?).ok()?;
            let first = behind.checked_add(distance)?;
            behind = first.checked_add(count)?;
            runs.push(Run { first, count });
        }
        Some(Runs(runs))
    }
}

impl FromIterator<i64> for Runs {
    fn from_iter<I: IntoIterator<Item = i64>>(numbers: I) -> Self {
        let mut runs = Runs::default();
        numbers.into_iter().for_each(|number| runs.push(number));
        runs
    }
}

/// Appends a number as LEB128.
pub(crate) fn write_number(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes a LEB128 number from the front; `None` when there is none.
pub(crate) fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_back_in_order() {
        for numbers in [&[][..], &[1], &[1, 2, 3], &[9, 10, 3, 4, 900_000, 1, i64::MAX - 1], &[-5, -4, 0]] {
            let runs: Runs = numbers.iter().copied().collect();
            let read = Runs::from_bytes(&runs.to_bytes()).unwrap();
            assert_eq!(read.iter().collect::<Vec<_>>(), numbers);
        }
    }

    #[test]
    fn a_list_of_neighbours_is_short() {
        assert_eq!((1000..1256).collect::<Runs>().to_bytes().len(), 4);
    }

    #[test]
    fn broken_bytes_are_refused() {
        for bad in [&[0x80][..], &[2], &[0xff; 11], &[2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]] {
            assert_eq!(Runs::from_bytes(bad), None, "{bad:?}");
        }
    }
}
