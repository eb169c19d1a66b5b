//! What is measured of a received stream: loss, bursts of it, jitter (RFC 3550 A.1, A.3, A.8).

use crate::rtp::{Packet, sequence_distance};
use crate::time::{Clock, Moment};

/// Of all sources that one stream had, one after the other; loss is counted within each.
#[derive(Clone, Debug)]
pub struct Reception {
    clock: Clock,
    source: Option<Source>,
    /// Of earlier sources.
    expected_before: u64,
    received: u64,
    gaps: u64,
    lost_in_gaps: u64,
    /// At the last report.
    expected_prior: u64,
    received_prior: u64,
}

#[derive(Clone, Debug)]
struct Source {
    ssrc: u32,
    first: u64,
    /// Highest sequence number with its cycles.
    highest: u64,
    transit: u32,
    /// In ticks of the clock, times 16 (RFC 3550 A.8).
    jitter: u32,
    clock: u32,
}

/// One report block's worth (RFC 3550 §6.4.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Measured {
    pub ssrc: u32,
    /// Since the last report, in 1/256.
    pub fraction_lost: u8,
    pub cumulative_lost: i32,
    pub highest: u32,
    /// In ticks of the stream's clock.
    pub jitter: u32,
}

impl Reception {
    /// Of a stream whose timestamps count `clock`.
    pub fn new(clock: Clock) -> Reception {
        Reception {
            clock,
            source: None,
            expected_before: 0,
            received: 0,
            gaps: 0,
            lost_in_gaps: 0,
            expected_prior: 0,
            received_prior: 0,
        }
    }

    /// Another codec was agreed on; what was counted so far stays.
    pub fn set_clock(&mut self, clock: Clock) {
        if let Some(source) = self.source.as_mut().filter(|_| clock != self.clock) {
            source.jitter = source.jitter / self.clock.per_ms() * clock.per_ms();
        }
        self.clock = clock;
    }

    /// Counts a packet that arrived.
    pub fn see(&mut self, now: Moment, packet: &Packet<'_>) {
        self.received += 1;
        let transit = self.clock.at(now).wrapping_sub(packet.timestamp);
        let Some(source) = self.source.as_mut().filter(|source| source.continues(packet)) else {
            return self.begin(packet, transit);
        };
        let ahead = sequence_distance(source.highest as u16, packet.sequence);
        if let Ok(ahead @ 1..) = u64::try_from(ahead) {
            source.highest += ahead;
            if ahead > 1 {
                self.gaps += 1;
                self.lost_in_gaps += ahead - 1;
            }
        }
        source.measure_jitter(packet.timestamp, transit, self.clock);
    }

    /// Packets that came, all told.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Packets that did not come, all told; late ones count as come.
    pub fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.received)
    }

    /// Share lost, 0–1.
    pub fn loss(&self) -> f64 {
        self.lost() as f64 / self.expected().max(1) as f64
    }

    /// How much longer gaps are than by chance (ITU-T G.107 §7.2, BurstR); 1: by chance.
    pub fn burst_ratio(&self) -> f64 {
        let mean = self.lost_in_gaps as f64 / self.gaps.max(1) as f64;
        (mean * (1.0 - self.loss())).max(1.0)
    }

    /// In ms.
    pub fn jitter_ms(&self) -> f32 {
        self.source.as_ref().map_or(0.0, |source| source.jitter as f32 / 16.0 / self.clock.per_ms() as f32)
    }

    /// For a report block; none before the first packet. The next one's fraction begins here.
    pub fn report(&mut self) -> Option<Measured> {
        let (expected, received) = (self.expected(), self.received);
        let source = self.source.as_ref()?;
        let expected_now = expected - self.expected_prior.min(expected);
        let lost_now = expected_now.saturating_sub(received - self.received_prior);
        (self.expected_prior, self.received_prior) = (expected, received);
        Some(Measured {
            ssrc: source.ssrc,
            fraction_lost: (lost_now * 256).checked_div(expected_now).unwrap_or(0).min(255) as u8,
            cumulative_lost: i32::try_from(expected as i64 - received as i64)
                .unwrap_or(MOST_LOST)
                .clamp(-MOST_LOST, MOST_LOST),
            highest: source.highest as u32,
            jitter: source.jitter >> 4,
        })
    }

    fn begin(&mut self, packet: &Packet<'_>, transit: u32) {
        self.expected_before = self.expected();
        let first = u64::from(packet.sequence);
        self.source =
            Some(Source { ssrc: packet.ssrc, first, highest: first, transit, jitter: 0, clock: packet.timestamp });
    }

    fn expected(&self) -> u64 {
        self.expected_before + self.source.as_ref().map_or(0, |source| source.highest - source.first + 1)
    }
}

impl Source {
    fn continues(&self, packet: &Packet<'_>) -> bool {
        let ahead = sequence_distance(self.highest as u16, packet.sequence);
        self.ssrc == packet.ssrc && (-100..3_000).contains(&ahead)
    }

    /// Packets with one timestamp (telephone-event) say nothing of the network (RFC 4733 §2.5.1.2 sends them over time).
    /// A leap of the source's clock, as after a hold, is not jitter either.
    fn measure_jitter(&mut self, timestamp: u32, transit: u32, clock: Clock) {
        let moved = timestamp != self.clock;
        let difference = transit.wrapping_sub(self.transit) as i32;
        (self.clock, self.transit) = (timestamp, transit);
        if moved && difference.unsigned_abs() < clock.ticks(LEAP_MS) {
            self.jitter = (self.jitter + difference.unsigned_abs()).saturating_sub((self.jitter + 8) >> 4);
        }
    }
}

/// The field has 24 bits with sign.
const MOST_LOST: i32 = 0x7f_ffff;
const LEAP_MS: u32 = 1_000;
