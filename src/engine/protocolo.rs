//! The customer's number of a matter: `AAAAMMDD`, seven digits, a Luhn digit over the fifteen; unique for ever.
//!
//! The seven digits count on over midnight and never go back, so that no day needs a reservation of its own and a clock
//! set back gives no number twice. Blocks are reserved durably ahead; nobody waits for the disk: the reservation enters
//! the store's queue before any call whose number stands on it, and a start leaves [`MARGIN`] numbers out beside the
//! reserved ones.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Numbers reserved at once.
pub const BLOCK: u32 = 100;
/// Numbers left out at a start: as many may have been told to peers while the store was stalled.
pub const MARGIN: u32 = 10_000;
/// What seven digits can hold; more calls than this on one day would repeat.
const SERIALS: u32 = 10_000_000;

/// One number, valid by construction.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Protocolo(String);

impl Protocolo {
    fn new(day: NaiveDate, serial: u32) -> Protocolo {
        let fifteen = format!("{}{:07}", day.format("%Y%m%d"), serial % SERIALS);
        let check = luhn_digit(&fifteen);
        Protocolo(format!("{fifteen}{check}"))
    }

    /// Reads one as written or as grouped; `None` when a digit is wrong.
    pub fn parse(text: &str) -> Option<Protocolo> {
        let digits: String =
            text.chars().filter(|letter| !matches!(letter, ' ' | '-' | '.')).take(LENGTH + 1).collect();
        if digits.len() != LENGTH || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (fifteen, check) = digits.split_at_checked(LENGTH - 1)?;
        NaiveDate::parse_from_str(fifteen.get(..8)?, "%Y%m%d").ok()?;
        (check == luhn_digit(fifteen).to_string()).then_some(Protocolo(digits))
    }

    /// The sixteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Groups of four, as people read a long number aloud.
    pub fn grouped(&self) -> String {
        let group = |at: usize| self.0.get(at..at + 4).unwrap_or_default();
        [group(0), group(4), group(8), group(12)].join(" ")
    }
}

impl fmt::Display for Protocolo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Protocolo> for String {
    fn from(protocolo: Protocolo) -> String {
        protocolo.0
    }
}

impl TryFrom<String> for Protocolo {
    type Error = String;
    fn try_from(text: String) -> Result<Protocolo, String> {
        Protocolo::parse(&text)
            .ok_or_else(|| format!("{text:?} is no Protocolo: 16 digits, the last one checks the others"))
    }
}

/// Whether `text` is a Protocolo somebody may have been given.
pub fn is_valid(text: &str) -> bool {
    Protocolo::parse(text).is_some()
}

/// Gives Protocolos and says what to reserve.
#[derive(Clone, Debug)]
pub struct Protocolos {
    /// The latest day seen; reservations are written under it.
    day: NaiveDate,
    /// Next serial to give.
    next: u32,
    /// First serial that no reservation asked for covers.
    asked: u32,
    /// Whether something was given, or refused, since the last question.
    due: bool,
}

impl Protocolos {
    /// `stored` is the last reservation the store holds, `day` today in the installation's zone. Reserve at once: the first
    /// [`Protocolos::poll_reservation`] gives a block.
    pub fn new(stored: Option<(NaiveDate, u32)>, day: NaiveDate) -> Protocolos {
        let (day, next) = match stored {
            Some((last, reserved)) => (day.max(last), reserved.wrapping_add(MARGIN)),
            None => (day, 0),
        };
        Protocolos { day, next, asked: next, due: true }
    }

    /// The next number, for a call that begins on `day`; never waits.
    pub fn next(&mut self, day: NaiveDate) -> Protocolo {
        let protocolo = Protocolo::new(day, self.next);
        self.next = self.next.wrapping_add(1);
        self.day = self.day.max(day);
        self.due = true;
        protocolo
    }

    /// What to reserve now, if anything: serials up to and excluding the second. To be stored before the call that
    /// [`Protocolos::next`] was for.
    pub fn poll_reservation(&mut self) -> Option<(NaiveDate, u32)> {
        let left = self.asked.wrapping_sub(self.next) as i32;
        if !std::mem::take(&mut self.due) || left >= (BLOCK / 2) as i32 {
            return None;
        }
        let from = if left < 0 { self.next } else { self.asked };
        self.asked = from.wrapping_add(BLOCK);
        Some((self.day, self.asked))
    }

    /// The store could not keep a reservation: it is asked for again with the next number.
    pub fn on_refused(&mut self) {
        self.asked = self.next;
    }
}

/// The digit that makes the sum of Luhn (ISO/IEC 7812-1 annex B) a multiple of ten.
fn luhn_digit(digits: &str) -> u32 {
    let weigh = |(place, byte): (usize, u8)| {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        match (place % 2 == 0, digit) {
            (true, 5..) => 2 * digit - 9,
            (true, _) => 2 * digit,
            (false, _) => digit,
        }
    };
    let sum: u32 = digits.bytes().rev().enumerate().map(weigh).sum();
    (10 - sum % 10) % 10
}

/// Digits of a Protocolo.
const LENGTH: usize = 16;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_check_digit_is_luhns() {
        for (digits, check) in
            [("7992739871", 3), ("411111111111111", 1), ("37828224631000", 5), ("000000000000000", 0)]
        {
            assert_eq!(luhn_digit(digits), check, "{digits}");
        }
    }

    #[test]
    fn a_number_tells_its_day_and_finds_any_wrong_digit_and_any_swap() {
        let protocolo = Protocolos::new(Some((day("2026-11-21"), 23_456)), day("2026-11-21")).next(day("2026-11-21"));
        assert_eq!(protocolo.as_str().get(..15), Some("202611210033456"));
        assert!(is_valid(protocolo.as_str()));
        for at in 0..16 {
            for digit in '0'..='9' {
                let mut letters: Vec<char> = protocolo.as_str().chars().collect();
                let same = std::mem::replace(&mut letters[at], digit) == digit;
                assert_eq!(is_valid(&letters.iter().collect::<String>()), same);
            }
        }
    }

    #[test]
    fn a_number_read_aloud_is_the_same_number() {
        let protocolo = Protocolos::new(None, day("2026-11-21")).next(day("2026-11-21"));
        assert_eq!(protocolo.grouped().split(' ').map(str::len).collect::<Vec<_>>(), [4, 4, 4, 4]);
        assert_eq!(Protocolo::parse(&protocolo.grouped()), Some(protocolo));
        let check = luhn_digit("202602300000000");
        assert!(!is_valid(&format!("202602300000000{check}")), "the 30th of February");
        assert!(!is_valid("") && !is_valid("２０２６") && !is_valid(&"1".repeat(1_000)));
    }

    #[test]
    fn blocks_are_reserved_when_half_is_gone_and_ahead_of_use() {
        let today = day("2026-11-21");
        let mut numbers = Protocolos::new(None, today);
        let mut reserved = numbers.poll_reservation().unwrap().1;
        assert_eq!((reserved, numbers.poll_reservation()), (BLOCK, None));
        for given in 1..=1_000 {
            numbers.next(today);
            if let Some((_, next)) = numbers.poll_reservation() {
                assert!(reserved - given < BLOCK / 2, "not before half is gone");
                reserved = next;
            }
            assert!(reserved - given >= BLOCK / 2);
        }
    }

    #[test]
    fn midnight_a_clock_set_back_and_restarts_never_give_a_number_twice() {
        let days = ["2026-11-21", "2026-11-22", "2026-11-21", "2026-11-23"].map(day);
        let mut given = BTreeSet::new();
        let mut stored = None;
        for start in 0..20 {
            let mut numbers = Protocolos::new(stored, days[start % 4]);
            stored = numbers.poll_reservation().or(stored);
            for call in 0..70 * start {
                assert!(given.insert(numbers.next(days[(start + call / 60) % 4])), "start {start}, call {call}");
                let reservation = numbers.poll_reservation();
                assert!(
                    reservation.is_none_or(|(day, _)| stored.is_none_or(|(last, _)| last <= day)),
                    "days never go back"
                );
                stored = reservation.or(stored);
            }
        }
    }

    #[test]
    fn a_stalled_store_stops_no_call_and_repeats_no_number_afterwards() {
        let today = day("2026-11-21");
        let mut numbers = Protocolos::new(None, today);
        let durable = numbers.poll_reservation();
        let mut given = BTreeSet::new();
        for _ in 0..5_000 {
            assert!(given.insert(numbers.next(today)));
            if numbers.poll_reservation().is_some() {
                numbers.on_refused();
                assert_eq!(numbers.poll_reservation(), None, "asked again only when there is a call");
            }
        }
        let mut restarted = Protocolos::new(durable, today);
        assert!((0..5_000).all(|_| given.insert(restarted.next(today))));
    }
}
