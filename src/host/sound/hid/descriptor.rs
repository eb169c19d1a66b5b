//! Report descriptors (Device Class Definition for HID 1.11, §6.2.2): which bit of which report means what.
//!
//! The device wrote it: every length is checked, every count bounded.

/// A bit field of a report with one meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    pub direction: Direction,
    /// 0: the device numbers no reports.
    pub report: u8,
    /// From the beginning of the report, behind its number.
    pub bit: u32,
    pub bits: u32,
    /// Page in the upper half, usage in the lower.
    pub usage: u32,
    /// The value is the place of a usage in a list that begins here; else it is the usage's own.
    pub array: Option<i32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    Input,
    Output,
}

/// Every field with a usage, in order. What cannot be read ends the list.
pub fn fields(descriptor: &[u8]) -> Vec<Field> {
    let mut reader = Reader::default();
    let mut rest = descriptor;
    while let Some((item, after)) = item(rest) {
        rest = after;
        if !reader.take(item) || reader.fields.len() > MOST_FIELDS {
            break;
        }
    }
    reader.fields
}

#[derive(Clone, Copy)]
struct Item {
    /// Tag and type (§6.2.2.2), without the length.
    prefix: u8,
    value: u32,
    length: usize,
}

/// A short item; long ones (§6.2.2.3) carry nothing for us and end the reading.
fn item(bytes: &[u8]) -> Option<(Item, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let length = match first & 3 {
        3 => 4,
        length => usize::from(length),
    };
    let (data, rest) = rest.split_at_checked(length)?;
    let value = data.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
    (*first != LONG).then_some((Item { prefix: first & 0xfc, value, length }, rest))
}

/// §6.2.2.7: kept until changed, saved by push.
#[derive(Clone, Copy, Default)]
struct Globals {
    page: u32,
    minimum: i32,
    size: u32,
    report: u8,
    count: u32,
}

#[derive(Default)]
struct Reader {
    globals: Globals,
    pushed: Vec<Globals>,
    /// §6.2.2.8: until the next main item.
    usages: Vec<u32>,
    range_from: u32,
    /// Bits of each report so far, by direction and number.
    lengths: Vec<(Direction, u8, u32)>,
    fields: Vec<Field>,
}

impl Reader {
    /// False where it makes no sense.
    fn take(&mut self, item: Item) -> bool {
        let Item { prefix, value, length } = item;
        // A usage of four bytes brings its page along.
        let usage = if length == 4 { value } else { self.globals.page << 16 | value };
        match prefix {
            0x04 => self.globals.page = value & 0xffff,
            0x14 => self.globals.minimum = signed(value, length),
            0x74 => self.globals.size = value,
            0x84 => self.globals.report = value as u8,
            0x94 => self.globals.count = value,
            0xa4 if self.pushed.len() < MOST_PUSHED => self.pushed.push(self.globals),
            0xb4 => match self.pushed.pop() {
                Some(globals) => self.globals = globals,
                None => return false,
            },
            0x08 => self.usages.push(usage),
            0x18 => self.range_from = usage,
            0x28 => self.usages.extend((self.range_from..=usage).take(MOST_FIELDS)),
            0x80 => return self.main(Some(Direction::Input), value),
            0x90 => return self.main(Some(Direction::Output), value),
            // A feature or the beginning or end of a collection: their usages are not ours.
            0xb0 | 0xa0 | 0xc0 => return self.main(None, value),
            _ => {}
        }
        self.usages.len() <= MOST_FIELDS
    }

    fn main(&mut self, direction: Option<Direction>, flags: u32) -> bool {
        let usages = std::mem::take(&mut self.usages);
        self.range_from = 0;
        let Some(direction) = direction else { return true };
        let Globals { size, count, report, minimum, .. } = self.globals;
        let Some(begin) = self.lay(direction, report, size, count) else { return false };
        let (constant, variable) = (flags & 1 != 0, flags & 2 != 0);
        if constant || size == 0 || size > 32 {
            return true;
        }
        for at in 0..count {
            let bit = begin + at * size;
            let field = |usage, array| Field { direction, report, bit, bits: size, usage, array };
            match variable {
                // The last usage holds for all that follow.
                true => self.fields.extend(usages.get(at as usize).or(usages.last()).map(|usage| field(*usage, None))),
                false => {
                    self.fields.extend(usages.iter().zip(minimum..).map(|(usage, value)| field(*usage, Some(value))))
                }
            }
            if self.fields.len() > MOST_FIELDS {
                return false;
            }
        }
        true
    }

    /// Makes a report longer; where the new part begins.
    fn lay(&mut self, direction: Direction, report: u8, size: u32, count: u32) -> Option<u32> {
        let bits = size.checked_mul(count)?;
        let known = self.lengths.iter().position(|(way, number, _)| (*way, *number) == (direction, report));
        let place = known.unwrap_or_else(|| {
            self.lengths.push((direction, report, 0));
            self.lengths.len() - 1
        });
        let (_, _, length) = self.lengths.get_mut(place)?;
        let begin = *length;
        *length = begin.checked_add(bits).filter(|length| *length <= LONGEST_REPORT)?;
        Some(begin)
    }
}

fn signed(value: u32, length: usize) -> i32 {
    match length {
        1 => i32::from(value as u8 as i8),
        2 => i32::from(value as u16 as i16),
        _ => value as i32,
    }
}

const LONG: u8 = 0xfe;
/// A keyboard has some hundreds.
const MOST_FIELDS: usize = 4_096;
const MOST_PUSHED: usize = 16;
/// In bits; Linux takes no longer ones (HID_MAX_BUFFER_SIZE, 16 KiB).
const LONGEST_REPORT: u32 = 16 * 1_024 * 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_descriptors_are_read_to_their_end_or_not_at_all() {
        let mut dice = 1_u64;
        for _ in 0..20_000 {
            let length = (dice % 64) as usize;
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (dice >> 33) as u8
                })
                .collect();
            dice = dice.wrapping_add(1);
            assert!(fields(&bytes).len() <= 2 * MOST_FIELDS);
        }
        // Four billion fields of four billion bits.
        assert_eq!(fields(&[0x05, 0x0b, 0x09, 0x20, 0x77, 255, 255, 255, 255, 0x97, 255, 255, 255, 255, 0x81, 2]), []);
    }

    #[test]
    fn fields_lie_behind_each_other_in_the_report_of_their_number() {
        let bytes = [
            0x05, 0x0b, 0x85, 2, 0x75, 1, 0x95, 1, 0x09, 0x20, 0x81, 2, // report 2: hook switch
            0x95, 3, 0x81, 1, // three bits of nothing
            0x09, 0x2f, 0x95, 1, 0x81, 6, // mute, relative
            0x85, 3, 0x05, 0x08, 0x09, 0x18, 0x91, 2, // report 3: ring lamp
        ];
        let field = |direction, report, bit, usage| Field { direction, report, bit, bits: 1, usage, array: None };
        let expected = [
            field(Direction::Input, 2, 0, 0x0b_0020),
            field(Direction::Input, 2, 4, 0x0b_002f),
            field(Direction::Output, 3, 0, 0x08_0018),
        ];
        assert_eq!(fields(&bytes), expected);
    }
}
