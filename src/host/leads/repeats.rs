//! Numbers that a file has more than once: an import keeps each in the first row that has it.

use serde::Serialize;

use super::fault::Failure;
use crate::store::NewLead;

/// What a file repeats of itself.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Repeats {
    /// Rows with a number that an earlier row has.
    pub rows: u32,
    /// The first of them, by line.
    pub first: Vec<Repeat>,
    /// Numbers further down that were not compared.
    pub uncompared: u32,
}

/// A row, and the first one with a number of it. Lines of the file, from 1 on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Repeat {
    pub line: u32,
    pub first: u32,
}

/// Every number that was read, with its row: 12 bytes each, at most 48 MiB.
///
/// They are sorted at the end of the file. A table that answers at once would need twice as much.
#[derive(Debug, Default)]
pub(super) struct Seen {
    all: Vec<Place>,
    uncompared: u32,
}

/// A number in a row; ordered by number, then by line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Place {
    /// Both halves of [`digits`].
    number: [u32; 2],
    row: Of,
}

/// Line, numbers of the row that other lists do not have, and whether they have this one: 27, 4 and 1 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Of(u32);

impl Seen {
    /// `listed`: whether other lists have a number. True: they have all.
    pub fn take(
        &mut self,
        lead: &NewLead,
        line: u64,
        mut listed: impl FnMut(&str) -> Result<bool, Failure>,
    ) -> Result<bool, Failure> {
        let mut own: Vec<(u64, bool)> = Vec::new();
        for (number, _) in &lead.phones {
            let number = number.normalised.as_str();
            if own.iter().all(|(known, _)| *known != digits(number)) {
                own.push((digits(number), listed(number)?));
            }
        }
        let fresh = own.iter().filter(|(_, is_listed)| !is_listed).count();
        for (number, is_listed) in own {
            match self.all.len() < MOST {
                true => self.all.push(Place { number: halves(number), row: Of::new(line, fresh, is_listed) }),
                false => self.uncompared += 1,
            }
        }
        Ok(fresh == 0)
    }

    /// With them the rows of which earlier ones, or other lists, have all numbers; those of which other lists have all are not
    /// counted again.
    pub fn finish(mut self) -> (Repeats, u32) {
        self.all.sort_unstable();
        let mut first = None;
        self.all.retain_mut(|own| match first.filter(|first: &Place| first.number == own.number) {
            // From here on it is the line that has it first.
            Some(first) => {
                own.number = [own.row.line(), first.row.line()];
                true
            }
            None => {
                first = Some(*own);
                false
            }
        });
        self.all.sort_unstable();
        let (mut found, mut twice) = (Repeats { uncompared: self.uncompared, ..Repeats::default() }, 0);
        for row in self.all.chunk_by(|one, other| one.number[0] == other.number[0]) {
            let [line, first] = row[0].number;
            found.rows += 1;
            if found.first.len() < SHOWN {
                found.first.push(Repeat { line, first });
            }
            let repeated = row.iter().filter(|place| !place.row.is_listed()).count();
            twice += u32::from(repeated > 0 && repeated == row[0].row.fresh());
        }
        (found, twice)
    }
}

impl Of {
    fn new(line: u64, fresh: usize, is_listed: bool) -> Of {
        let line = u32::try_from(line).unwrap_or(u32::MAX).min(MOST_LINES);
        Of(line << 5 | (fresh as u32 & 0xf) << 1 | u32::from(is_listed))
    }

    fn line(self) -> u32 {
        self.0 >> 5
    }

    fn fresh(self) -> usize {
        (self.0 >> 1 & 0xf) as usize
    }

    fn is_listed(self) -> bool {
        self.0 & 1 == 1
    }
}

/// A normalised number has at most fifteen digits (E.164), so no two are one; the 1 keeps zeros that one begins with.
fn digits(number: &str) -> u64 {
    let digits = number.bytes().filter(u8::is_ascii_digit);
    digits.fold(1, |sum: u64, digit| sum.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')))
}

fn halves(number: u64) -> [u32; 2] {
    [(number >> 32) as u32, number as u32]
}

/// Numbers that are compared.
const MOST: usize = 1 << 22;
const MOST_LINES: u32 = (1 << 27) - 1;
/// Enough to see what repeats.
const SHOWN: usize = 20;
/// They have to fit into four bits.
const _: () = assert!(super::MOST_PHONES < 16);
