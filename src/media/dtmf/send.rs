//! Sends digits one after the other, as telephone-event packets or as tones.
//!
//! ```text
//!   Idle ──digit──> Event ──duration over──> Ending (3 end packets) ──> Pause ──> Idle
//!     └───digit──> Tone ──duration over───────────────────────────────> Pause
//! ```

use std::collections::VecDeque;

use super::EventPayload;
use super::inband;
use crate::order::OutDigit;
use crate::outgoing::Outgoing;
use crate::time::{Clock, Moment};
use crate::{Frame, TICK_MS};

/// The digits of one leg.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    waiting: VecDeque<OutDigit>,
    /// The highest number taken; orders repeat what was already sent.
    last_number: u32,
    state: State,
}

#[derive(Clone, Debug, Default)]
enum State {
    #[default]
    Idle,
    Event(Press),
    /// How many end packets are still to come (RFC 4733 §2.5.1.4).
    Ending(Press, u8),
    Tone(OutDigit, inband::Generator),
    /// Ticks of silence left.
    Pause(u8),
}

#[derive(Clone, Copy, Debug)]
struct Press {
    digit: OutDigit,
    timestamp: u32,
    /// So far, in ticks of the stream's clock.
    elapsed: u32,
}

/// What one tick of digits needs.
#[derive(Debug)]
pub enum Step {
    /// No digit: the leg's feed plays.
    Free,
    /// This event packet, instead of the feed.
    Event { payload: [u8; 4], timestamp: u32, marker: bool, done: Option<u32> },
    /// The frame handed in, instead of the feed.
    Samples { done: Option<u32> },
}

impl Sender {
    /// Takes digits never seen before, up to a bound; called with every order.
    pub fn handle_order(&mut self, digits: &[OutDigit]) {
        for digit in digits {
            if digit.number > self.last_number && self.waiting.len() < MOST_WAITING {
                self.last_number = digit.number;
                self.waiting.push_back(*digit);
            }
        }
    }

    /// Whether digits take the place of the feed.
    pub fn is_busy(&self) -> bool {
        !self.waiting.is_empty() || !matches!(self.state, State::Idle)
    }

    /// 20 ms go by. `events`: telephone-event was agreed on; without it digits are tones, put into `frame`.
    pub fn tick(&mut self, now: Moment, events: bool, outgoing: &mut Outgoing, frame: &mut Frame) -> Step {
        *frame = crate::SILENCE;
        match std::mem::take(&mut self.state) {
            State::Idle => self.begin(now, events, outgoing, frame),
            State::Event(press) => self.press_on(now, press, outgoing),
            State::Ending(press, left) => {
                outgoing.advance(now, TICK_MS);
                self.end(press, left)
            }
            State::Tone(digit, generator) => self.sound(digit, generator, frame),
            State::Pause(left) => {
                self.state = if left > 1 { State::Pause(left - 1) } else { State::Idle };
                Step::Samples { done: None }
            }
        }
    }

    fn begin(&mut self, now: Moment, events: bool, outgoing: &mut Outgoing, frame: &mut Frame) -> Step {
        let Some(digit) = self.waiting.pop_front() else { return Step::Free };
        if digit.inband || !events {
            return self.sound(digit, inband::Generator::new(digit.digit, u32::from(length_ms(digit))), frame);
        }
        let (timestamp, _) = outgoing.advance(now, TICK_MS);
        let press = Press { digit, timestamp, elapsed: outgoing.clock().ticks(TICK_MS) };
        self.state = State::Event(press);
        press.packet(true, false, None)
    }

    fn press_on(&mut self, now: Moment, mut press: Press, outgoing: &mut Outgoing) -> Step {
        outgoing.advance(now, TICK_MS);
        let clock = outgoing.clock();
        press.elapsed += clock.ticks(TICK_MS);
        let whole = length(press.digit, clock);
        if press.elapsed >= whole {
            press.elapsed = whole;
            return self.end(press, END_PACKETS);
        }
        self.state = State::Event(press);
        press.packet(false, false, None)
    }

    fn end(&mut self, press: Press, left: u8) -> Step {
        let last = left <= 1;
        self.state = if last { State::Pause(PAUSE_AFTER_EVENT) } else { State::Ending(press, left - 1) };
        press.packet(false, true, last.then_some(press.digit.number))
    }

    fn sound(&mut self, digit: OutDigit, mut generator: inband::Generator, frame: &mut Frame) -> Step {
        let over = generator.fill(frame);
        self.state = if over { State::Pause(PAUSE_AFTER_TONE) } else { State::Tone(digit, generator) };
        Step::Samples { done: over.then_some(digit.number) }
    }
}

impl Press {
    fn packet(self, marker: bool, end: bool, done: Option<u32>) -> Step {
        let duration = self.elapsed as u16;
        let payload = EventPayload { event: self.digit.digit.event(), end, volume: VOLUME, duration }.write();
        Step::Event { payload, timestamp: self.timestamp, marker, done }
    }
}

/// At least 40 ms (Q.24).
fn length_ms(digit: OutDigit) -> u16 {
    digit.duration_ms.clamp(40, 8_000)
}

/// In ticks: at most what one event can say (RFC 4733 §2.5.1.3), 8 s at 8 kHz and 1.3 s at 48 kHz.
fn length(digit: OutDigit, clock: Clock) -> u32 {
    clock.ticks(u32::from(length_ms(digit))).min(u32::from(u16::MAX))
}

/// −10 dBm0, as telephones do.
const VOLUME: u8 = 10;
/// RFC 4733 §2.5.1.4.
const END_PACKETS: u8 = 3;
/// Two end packets already were a pause of 40 ms.
const PAUSE_AFTER_EVENT: u8 = 1;
/// 60 ms; Q.24 wants 40 or more.
const PAUSE_AFTER_TONE: u8 = 3;
/// More digits than any menu asks for.
const MOST_WAITING: usize = 64;
