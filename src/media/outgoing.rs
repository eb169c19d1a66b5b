//! The stream we send: one SSRC, one sequence, one clock, whatever feeds it.
//!
//! ```text
//!            local              relayed
//!   Idle ───────────> Local <─────────────> Relayed(mapping)
//!                       each arrow: clock moves on by the time that passed, marker set
//! ```
//!
//! Relayed packets keep their order, gaps and spacing by constant offsets; a new SSRC or a leap of the
//! source makes new offsets, so that the far end sees one unbroken stream (RFC 3550 §7.1: a translator
//! that also renumbers).

use std::time::Duration;

use crate::TICK_MS;
use crate::rtp::{Packet, sequence_distance};
use crate::time::{Clock, Moment};

/// Numbers the packets of one outgoing stream.
#[derive(Clone, Debug)]
pub struct Outgoing {
    ssrc: u32,
    clock: Clock,
    /// Next to be used.
    sequence: u16,
    /// Of the next local packet.
    timestamp: u32,
    /// When `timestamp` is due.
    due: Moment,
    feeder: Feeder,
    packets: u64,
    octets: u64,
}

#[derive(Clone, Debug)]
enum Feeder {
    Idle,
    Local,
    Relayed(Mapping),
}

/// From a source's numbers to ours.
#[derive(Clone, Debug)]
struct Mapping {
    ssrc: u32,
    sequence_offset: u16,
    timestamp_offset: u32,
    /// The newest packet of the source, and when it came.
    newest: u16,
    newest_timestamp: u32,
    at: Moment,
    /// How far `newest` is from the first packet mapped: nothing older fits in our numbers.
    span: i32,
}

impl Outgoing {
    /// The first numbers are taken from the SSRC, which is random (RFC 3550 §5.1 wants random ones).
    pub fn new(ssrc: u32, clock: Clock, now: Moment) -> Outgoing {
        let mixed = ssrc.wrapping_mul(0x9e37_79b1);
        Outgoing {
            ssrc,
            clock,
            sequence: (mixed >> 17) as u16,
            timestamp: mixed.rotate_left(13),
            due: now,
            feeder: Feeder::Idle,
            packets: 0,
            octets: 0,
        }
    }

    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Another codec was agreed on: timestamps go on from here by its clock (RFC 7160 §4.1).
    pub fn set_clock(&mut self, now: Moment, clock: Clock) {
        if clock != self.clock {
            self.resume(now);
            (self.clock, self.feeder) = (clock, Feeder::Idle);
        }
    }

    /// Packets and payload octets numbered so far.
    pub fn sent(&self) -> (u64, u64) {
        (self.packets, self.octets)
    }

    /// What the RTP clock shows now (for a sender report, RFC 3550 §6.4.1).
    pub fn timestamp_at(&self, now: Moment) -> u32 {
        self.timestamp.wrapping_add(self.clock.at(now).wrapping_sub(self.clock.at(self.due)))
    }

    /// Takes the clock over `ms` of sound that we make ourselves; gives its timestamp and whether it begins a spurt.
    pub fn advance(&mut self, now: Moment, ms: u32) -> (u32, bool) {
        let going = matches!(self.feeder, Feeder::Local) && now.since(self.due) < LEAP;
        if !going {
            self.resume(now);
            self.feeder = Feeder::Local;
        }
        let timestamp = self.timestamp;
        self.timestamp = timestamp.wrapping_add(self.clock.ticks(ms));
        self.due = self.due + Duration::from_millis(u64::from(ms));
        (timestamp, !going)
    }

    /// The next packet made by ourselves.
    pub fn packet<'a>(&mut self, timestamp: u32, marker: bool, payload_type: u8, payload: &'a [u8]) -> Packet<'a> {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        self.count(payload);
        Packet { marker, payload_type, sequence, timestamp, ssrc: self.ssrc, payload }
    }

    /// A packet of another stream as one of ours; `None` when it is too old to have a place in it.
    pub fn relay<'a>(&mut self, now: Moment, packet: &Packet<'a>, payload_type: u8) -> Option<Packet<'a>> {
        let mut marker = packet.marker;
        let mut mapping = match std::mem::replace(&mut self.feeder, Feeder::Idle) {
            Feeder::Relayed(mapping) if mapping.continues(now, packet, self.clock) => mapping,
            Feeder::Relayed(_) | Feeder::Local | Feeder::Idle => {
                marker = true;
                self.map(now, packet)
            }
        };
        let ahead = sequence_distance(mapping.newest, packet.sequence);
        let has_place = mapping.span + ahead >= 0;
        let sequence = packet.sequence.wrapping_add(mapping.sequence_offset);
        let timestamp = packet.timestamp.wrapping_add(mapping.timestamp_offset);
        if ahead >= 0 {
            mapping.see(now, packet, ahead);
            self.sequence = sequence.wrapping_add(1);
            self.timestamp = timestamp.wrapping_add(self.clock.ticks(TICK_MS));
            self.due = now + Duration::from_millis(u64::from(TICK_MS));
        }
        self.feeder = Feeder::Relayed(mapping);
        if !has_place {
            return None;
        }
        self.count(packet.payload);
        Some(Packet { marker, payload_type, sequence, timestamp, ssrc: self.ssrc, payload: packet.payload })
    }

    fn map(&mut self, now: Moment, packet: &Packet<'_>) -> Mapping {
        self.resume(now);
        Mapping {
            ssrc: packet.ssrc,
            sequence_offset: self.sequence.wrapping_sub(packet.sequence),
            timestamp_offset: self.timestamp.wrapping_sub(packet.timestamp),
            newest: packet.sequence,
            newest_timestamp: packet.timestamp,
            at: now,
            span: 0,
        }
    }

    /// The clock went on while nothing was sent.
    fn resume(&mut self, now: Moment) {
        if now > self.due {
            self.timestamp = self.timestamp_at(now);
            self.due = now;
        }
    }

    fn count(&mut self, payload: &[u8]) {
        self.packets += 1;
        self.octets += payload.len() as u64;
    }
}

impl Mapping {
    /// Whether the offsets still hold: same source, no leap of its sequence, its clock went on like ours.
    fn continues(&self, now: Moment, packet: &Packet<'_>, rtp: Clock) -> bool {
        let ahead = sequence_distance(self.newest, packet.sequence);
        let clock = i64::from(packet.timestamp.wrapping_sub(self.newest_timestamp) as i32);
        let passed =
            i64::try_from(now.since(self.at).as_millis()).unwrap_or(i64::MAX).saturating_mul(i64::from(rtp.per_ms()));
        packet.ssrc == self.ssrc
            && (-MAX_MISORDER..MAX_DROPOUT).contains(&ahead)
            && clock.saturating_sub(passed).abs() < i64::from(rtp.ticks(CLOCK_LEAP_MS))
    }

    fn see(&mut self, now: Moment, packet: &Packet<'_>, ahead: i32) {
        self.newest = packet.sequence;
        self.newest_timestamp = packet.timestamp;
        self.at = now;
        self.span = (self.span + ahead).min(MAX_MISORDER);
    }
}

/// RFC 3550 A.1.
const MAX_MISORDER: i32 = 100;
/// RFC 3550 A.1.
const MAX_DROPOUT: i32 = 3_000;
/// How far a source's clock may part from ours between two packets, in ms: more than any network's delay varies.
const CLOCK_LEAP_MS: u32 = 1_000;
/// Local sound later than this is a new spurt: ticks may be some late, not this late.
const LEAP: Duration = Duration::from_millis(200);
