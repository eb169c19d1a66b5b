//! Sequence numbers and timestamps made straight: what continues, what came twice, what begins anew (RFC 3550 A.1).

use crate::rtp::Packet;
use crate::time::Moment;

/// A packet's place in its source, counted without wrapping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub sequence: i64,
    /// In units of the RTP clock.
    pub timestamp: i64,
}

/// What a packet is to the stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seen {
    Continues(Place),
    /// Another source, or numbers that leapt: nothing before it counts any more.
    Anew(Place),
    /// Came before, or leapt alone.
    Refused,
}

/// One stream's numbers.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    clock: u32,
    source: Option<Source>,
    /// The packet that would follow a lone leaper.
    probe: Option<(u32, u16)>,
}

#[derive(Clone, Copy, Debug)]
struct Source {
    ssrc: u32,
    /// Timestamp: of the highest with sound.
    highest: Place,
    /// When that came.
    arrived: Moment,
    /// Bit n: highest - n was seen.
    seen: u64,
}

impl Numbers {
    /// `clock`: RTP units per second.
    pub fn new(clock: u32) -> Numbers {
        Numbers { clock: clock.max(1), source: None, probe: None }
    }

    pub fn see(&mut self, now: Moment, packet: &Packet<'_>) -> Seen {
        let Some(source) = &mut self.source else { return self.begin(now, packet) };
        if let Some(place) = source.continued_by(now, packet, self.clock) {
            self.probe = None;
            let ahead = place.sequence - source.highest.sequence;
            if ahead > 0 {
                (source.highest.timestamp, source.arrived) = (place.timestamp, now);
            }
            return if source.mark(ahead) { Seen::Continues(place) } else { Seen::Refused };
        }
        let expected = self.probe.replace((packet.ssrc, packet.sequence.wrapping_add(1)));
        let paused = now.since(source.arrived) >= super::PAUSE;
        if paused || expected == Some((packet.ssrc, packet.sequence)) {
            return self.begin(now, packet);
        }
        Seen::Refused
    }

    /// A packet of the stream that has no sound, and perhaps a timestamp of its own way (RFC 4733 §2.5.1.2). True when it is
    /// the source's newest.
    pub fn pass(&mut self, packet: &Packet<'_>) -> bool {
        let Some(source) = self.source.as_mut().filter(|source| source.ssrc == packet.ssrc) else { return false };
        let ahead = source.ahead(packet);
        (1..MOST_AHEAD).contains(&ahead) && source.mark(ahead)
    }

    fn begin(&mut self, now: Moment, packet: &Packet<'_>) -> Seen {
        let place = Place { sequence: packet.sequence.into(), timestamp: packet.timestamp.into() };
        self.source = Some(Source { ssrc: packet.ssrc, highest: place, arrived: now, seen: 1 });
        self.probe = None;
        Seen::Anew(place)
    }
}

impl Source {
    /// None where the numbers leap, or time and timestamp part.
    fn continued_by(&self, now: Moment, packet: &Packet<'_>, clock: u32) -> Option<Place> {
        let ahead = self.ahead(packet);
        let units = i64::from(packet.timestamp.wrapping_sub(self.highest.timestamp as u32) as i32);
        let elapsed = i64::try_from(now.since(self.arrived).as_millis()).unwrap_or(i64::MAX).min(MOST_ELAPSED_MS);
        let astray_ms = units * 1_000 / i64::from(clock) - elapsed;
        let continues = packet.ssrc == self.ssrc && (-MOST_BEHIND..MOST_AHEAD).contains(&ahead);
        (continues && astray_ms.abs() < LEAP_MS)
            .then_some(Place { sequence: self.highest.sequence + ahead, timestamp: self.highest.timestamp + units })
    }

    fn ahead(&self, packet: &Packet<'_>) -> i64 {
        i64::from(packet.sequence.wrapping_sub(self.highest.sequence as u16) as i16)
    }

    /// Notes the packet that is so far ahead of the highest. False when it was seen before, or is too old to tell.
    fn mark(&mut self, ahead: i64) -> bool {
        if ahead > 0 {
            self.seen = u32::try_from(ahead).ok().and_then(|ahead| self.seen.checked_shl(ahead)).unwrap_or(0) | 1;
            self.highest.sequence += ahead;
            return true;
        }
        let bit = u32::try_from(-ahead).ok().and_then(|back| 1u64.checked_shl(back)).unwrap_or(0);
        let new = bit != 0 && self.seen & bit == 0;
        self.seen |= bit;
        new
    }
}

/// RFC 3550 A.1, MAX_DROPOUT.
const MOST_AHEAD: i64 = 3_000;
/// RFC 3550 A.1, MAX_MISORDER.
const MOST_BEHIND: i64 = 100;
/// Timestamp and time may part by this much before the source counts as begun anew.
const LEAP_MS: i64 = 2_000;
/// A day; keeps the sums small.
const MOST_ELAPSED_MS: i64 = 86_400_000;
