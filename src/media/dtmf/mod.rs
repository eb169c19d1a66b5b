//! The sixteen digits: as telephone-event packets (RFC 4733) and as tones (ITU-T Q.23, Q.24).

pub mod detect;
pub mod inband;
pub mod receive;
pub mod send;

/// One of `0`–`9`, `*`, `#`, `A`–`D`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digit(u8);

impl Digit {
    /// Small letters count as big ones; `None` for every other character.
    pub fn from_char(character: char) -> Option<Digit> {
        let upper = character.to_ascii_uppercase();
        CHARACTERS.iter().position(|c| char::from(*c) == upper).map(|code| Digit(code as u8))
    }

    /// From an event code of RFC 4733 §3.2; other events (flash, tones) are not digits.
    pub fn from_event(code: u8) -> Option<Digit> {
        (code < 16).then_some(Digit(code))
    }

    /// RFC 4733 §3.2.
    pub fn event(self) -> u8 {
        self.0
    }

    pub fn as_char(self) -> char {
        CHARACTERS.get(usize::from(self.0)).map_or('0', |c| char::from(*c))
    }

    /// Low and high tone in Hz (Q.23).
    pub fn tones(self) -> (f64, f64) {
        let at = KEYPAD.iter().position(|c| char::from(*c) == self.as_char()).unwrap_or(0);
        (LOW[at / 4], HIGH[at % 4])
    }

    /// The key in this row and column of the keypad.
    fn at(row: usize, column: usize) -> Option<Digit> {
        KEYPAD.get(row * 4 + column).and_then(|c| Digit::from_char(char::from(*c)))
    }
}

impl std::fmt::Debug for Digit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.as_char())
    }
}

/// In the order of RFC 4733 §3.2.
const CHARACTERS: &[u8; 16] = b"0123456789*#ABCD";
/// In the order of the keypad, row by row.
const KEYPAD: &[u8; 16] = b"123A456B789C*0#D";
const LOW: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const HIGH: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];

/// The payload of a telephone-event packet (RFC 4733 §2.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventPayload {
    pub event: u8,
    pub end: bool,
    /// Power below 0 dBm0, in dB, 0–63.
    pub volume: u8,
    /// Since the event's timestamp, in ticks of the stream's clock.
    pub duration: u16,
}

impl EventPayload {
    /// The first event of a payload; redundancy (RFC 2198) is never negotiated.
    pub fn read(bytes: &[u8]) -> Option<EventPayload> {
        let [event, flags, high, low] = *bytes.first_chunk()?;
        let duration = u16::from_be_bytes([high, low]);
        Some(EventPayload { event, end: flags & 0x80 != 0, volume: flags & 0x3f, duration })
    }

    pub fn write(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [self.event, (u8::from(self.end) << 7) | (self.volume & 0x3f), high, low]
    }
}
