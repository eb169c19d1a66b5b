//! From packets that come when they like to one frame a tick: an adaptive delay, concealment where nothing came.
//!
//! How to drive it: [`Playout::insert`] every packet of the stream when it arrives; once a tick [`Playout::pull`] a
//! frame, with the decoder at hand. Nothing is allocated after [`Playout::new`].
//!
//! ```text
//!             its front packet is due                    nothing came
//!   Waiting ───────────────────────────> Playing ─────────────────────────> Concealing ──┐
//!      ^                                    ^   the next packet, or the gap is bridged │ │
//!      │                                    └─────────────────────────────────────────┘ │
//!      └───────────────────────────────── faded to silence ─────────────────────────────┘
//! ```
//!
//! `queue` keeps packets in order, `arrival` and `target` say how late they come and what delay that asks for, `pace`
//! whether to change it, `stretch` does so, `conceal` bridges what is missing.

mod arrival;
mod conceal;
mod counts;
mod fuzz;
mod numbers;
mod pace;
mod pitch;
mod queue;
mod stretch;
mod target;
mod track;
mod turn;

use std::time::Duration;

pub use counts::Counts;
pub use fuzz::fuzz;

use crate::codec::{Codec, Decoder};
use crate::rtp::Packet;
use crate::time::Moment;
use arrival::Arrivals;
use conceal::Concealer;
use counts::Tally;
use numbers::{Numbers, Seen};
use pace::Pace;
use queue::Queue;
use target::Target;
use track::Track;

/// What a frame is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// What was sent.
    Voice,
    /// What was sent, made shorter or longer.
    Stretched,
    /// All or part of it is a guess.
    Concealed,
    /// Nothing has come for a while.
    Silence,
}

/// What [`Playout::pull`] gave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pulled {
    pub kind: Kind,
    /// RTP timestamp of the frame's first sample, where it is the sender's.
    pub timestamp: Option<u32>,
}

/// One stream between the network and a listener.
#[derive(Clone, Debug)]
pub struct Playout {
    /// Samples per second.
    rate: u32,
    /// RTP units per second.
    clock: u32,
    conceals: bool,
    numbers: Numbers,
    arrivals: Arrivals,
    target: Target,
    queue: Queue,
    track: Track,
    concealer: Concealer,
    pace: Pace,
    state: State,
    tally: Tally,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Silence until the front packet is as old as the target.
    Waiting,
    /// The packet of this timestamp is next.
    Playing { next: i64 },
    /// The same, but it is not there; none: whichever is due is next.
    Concealing { next: Option<i64> },
}

impl Playout {
    /// For packets of this codec.
    pub fn new(codec: Codec) -> Playout {
        let (rate, clock) = (codec.rate().hertz(), codec.clock().ticks(1_000));
        Playout {
            rate,
            clock,
            conceals: true,
            numbers: Numbers::new(clock),
            arrivals: Arrivals::new(),
            target: Target::new(),
            queue: Queue::new(),
            track: Track::new(rate as usize),
            concealer: Concealer::new(rate as usize),
            pace: Pace::new(),
            state: State::Waiting,
            tally: Tally::default(),
        }
    }

    /// The same with silence for what is lost: what concealment is measured against.
    pub fn without_concealment(self) -> Playout {
        Playout { conceals: false, ..self }
    }

    pub fn counts(&self) -> Counts {
        self.tally.counts
    }

    /// How long after its fastest possible arrival sound leaves, lately.
    pub fn delay(&self) -> Duration {
        self.tally.delay()
    }

    /// Share of all samples that were made up for what did not come in time, 0–1.
    pub fn concealed_share(&self) -> f64 {
        self.tally.concealed_share()
    }

    /// A packet of the stream came that carries no sound: telephone-event, comfort noise.
    pub fn pass(&mut self, packet: &Packet<'_>) {
        if self.numbers.pass(packet) {
            self.tally.pass();
        }
    }

    /// A packet of sound came.
    pub fn insert(&mut self, now: Moment, packet: &Packet<'_>) {
        let place = match self.numbers.see(now, packet) {
            Seen::Continues(place) => place,
            Seen::Anew(place) => {
                self.begin_anew();
                place
            }
            Seen::Refused => {
                self.tally.counts.refused += 1;
                return;
            }
        };
        let arrival = self.arrivals.see(now, self.micros(place.timestamp));
        self.target.shift(arrival.slower);
        self.target.add(arrival.late);
        if self.tally.is_past(place) {
            self.tally.counts.late += 1;
            return;
        }
        self.queue.insert(place, packet.payload);
    }

    /// The next frame. `out` is a tick's worth, at most 120 ms.
    pub fn pull(&mut self, now: Moment, decoder: &mut Decoder, out: &mut [i16]) -> Pulled {
        let (before, made) = (self.state, self.tally.made());
        let wanted = out.len().min(self.samples(LONGEST_MS));
        self.catch_up(now);
        while self.track.pending() < wanted {
            match self.front_is_next(now) {
                true => self.decode(now, decoder),
                false => self.bridge(wanted - self.track.pending(), decoder),
            }
        }
        let first = self.position();
        let age = first.map(|first| self.arrivals.age(now, self.micros(first)));
        let stretched = self.adapt(now, decoder, wanted);
        self.track.give(out);
        self.tally.give(out.len(), age);
        let (kind, timestamp) = match first {
            _ if self.tally.made() > made && before == State::Waiting => (Kind::Silence, None),
            Some(first) if self.tally.made() == made && stretched => (Kind::Stretched, Some(first as u32)),
            Some(first) if self.tally.made() == made => (Kind::Voice, Some(first as u32)),
            Some(_) | None => (Kind::Concealed, None),
        };
        Pulled { kind, timestamp }
    }
}

/// In ms: the longest packet, and the longest frame.
const LONGEST_MS: usize = 120;
/// After this long without a packet what is missing is a pause, not a loss.
const PAUSE: Duration = Duration::from_secs(1);
