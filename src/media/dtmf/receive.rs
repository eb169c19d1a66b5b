//! Reads digits from telephone-event packets: one report per press, whatever was lost, doubled or disordered.
//!
//! ```text
//!   Idle ──new timestamp──> Pressed ──end packet, next event, or 200 ms without one──> Idle + report
//! ```
//! Everything at or before the timestamp last reported is an echo of the past.

use std::time::Duration;

use super::{Digit, EventPayload};
use crate::time::{Clock, Moment};

/// The events of one received stream.
#[derive(Clone, Debug)]
pub struct Receiver {
    clock: Clock,
    ssrc: u32,
    pressed: Option<Press>,
    /// Timestamp of the event last reported.
    reported: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Press {
    event: u8,
    timestamp: u32,
    /// Of earlier segments of a press longer than one event can count (RFC 4733 §2.5.1.3), in ticks.
    before: u32,
    duration: u16,
    seen: Moment,
}

/// A press that is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pressed {
    pub digit: Digit,
    pub duration_ms: u16,
}

impl Receiver {
    /// Of a stream whose timestamps and durations count `clock` (RFC 4733 §2.1: as the audio beside it).
    pub fn new(clock: Clock) -> Receiver {
        Receiver { clock, ssrc: 0, pressed: None, reported: None }
    }

    /// A telephone-event packet came.
    pub fn handle(&mut self, now: Moment, ssrc: u32, timestamp: u32, payload: EventPayload) -> Option<Pressed> {
        let before = if ssrc == self.ssrc { None } else { self.change_source(ssrc) };
        if self.is_past(timestamp) {
            return None;
        }
        let finished = before.or(self.place(now, timestamp, payload));
        match (payload.end, finished) {
            (true, None) => self.release(),
            (true, Some(_)) => {
                self.close_soon();
                finished
            }
            (false, finished) => finished,
        }
    }

    /// Puts a packet to its press; gives the press before it, when the ends of that were lost.
    fn place(&mut self, now: Moment, timestamp: u32, payload: EventPayload) -> Option<Pressed> {
        match &mut self.pressed {
            Some(press) if press.timestamp == timestamp => {
                press.duration = press.duration.max(payload.duration);
                press.seen = now;
                None
            }
            Some(press) if press.goes_on_in(timestamp, payload.event) => {
                press.before = press.before.saturating_add(timestamp.wrapping_sub(press.timestamp));
                (press.timestamp, press.duration, press.seen) = (timestamp, payload.duration, now);
                None
            }
            Some(_) | None => {
                let before = self.pressed.replace(Press::new(now, timestamp, payload));
                before.and_then(|press| press.report(self.clock))
            }
        }
    }

    /// Another sender's timestamps say nothing of this one's.
    fn change_source(&mut self, ssrc: u32) -> Option<Pressed> {
        let pressed = self.pressed.take();
        *self = Receiver { ssrc, ..Receiver::new(self.clock) };
        pressed.and_then(|press| press.report(self.clock))
    }

    /// Time goes by: a press whose ends were lost is over.
    pub fn tick(&mut self, now: Moment) -> Option<Pressed> {
        let press = self.pressed.as_ref()?;
        (now.since(press.seen) >= LOST_END).then(|| self.release()).flatten()
    }

    fn release(&mut self) -> Option<Pressed> {
        let press = self.pressed.take()?;
        self.reported = Some(press.timestamp);
        press.report(self.clock)
    }

    /// Two presses ended with one packet; the second is reported by the next tick.
    fn close_soon(&mut self) {
        if let Some(press) = &mut self.pressed {
            press.seen = Moment::default();
        }
    }

    /// Whether it belongs to a press already reported, or to one before the present.
    fn is_past(&self, timestamp: u32) -> bool {
        let past = self.clock.ticks(PAST_MS);
        let reported = self.reported.is_some_and(|reported| reported.wrapping_sub(timestamp) < past);
        let behind = |press: &Press| (1..past).contains(&press.timestamp.wrapping_sub(timestamp));
        reported || self.pressed.as_ref().is_some_and(behind)
    }
}

impl Press {
    fn new(now: Moment, timestamp: u32, payload: EventPayload) -> Press {
        Press { event: payload.event, timestamp, before: 0, duration: payload.duration, seen: now }
    }

    /// RFC 4733 §2.5.1.3: the next segment begins where this one cannot count further.
    fn goes_on_in(&self, timestamp: u32, event: u8) -> bool {
        event == self.event && timestamp.wrapping_sub(self.timestamp) == u32::from(u16::MAX)
    }

    fn report(&self, clock: Clock) -> Option<Pressed> {
        let ms = clock.ms(self.before.saturating_add(u32::from(self.duration)));
        let duration_ms = u16::try_from(ms).unwrap_or(u16::MAX);
        Some(Pressed { digit: Digit::from_event(self.event)?, duration_ms })
    }
}

/// Four packets at 50 ms, the slowest usual rate.
const LOST_END: Duration = Duration::from_millis(200);
/// How far back a late packet can be. Further back is a sender that began anew.
const PAST_MS: u32 = 10_000;
