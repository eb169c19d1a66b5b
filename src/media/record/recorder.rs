//! What is said becomes chunks, by time: what came late lies where it was said, what never came is silence.

use super::clock::{Place, SECOND};
use super::lane::{Lane, sum};
use super::{Chunk, Coding, MOST_SECONDS, Track};
use crate::codec::Codec;
use crate::order::LegKey;
use crate::rtp::Packet;
use crate::time::Moment;
use crate::{Frame, Rate, TICK_MS};

/// One recording under way. Copies bytes; decodes only where several legs share a track, once a second.
#[derive(Debug)]
pub struct Recorder {
    began: Moment,
    /// Nothing before this is written any more.
    from: Place,
    paused: bool,
    /// The second that is closed next.
    next: u32,
    /// Where the recording ended.
    ended: Option<Place>,
    lanes: [Vec<Lane>; 2],
    /// Of the second being closed, what was not given yet.
    ready: Option<Chunk>,
}

impl Recorder {
    pub fn new(now: Moment) -> Recorder {
        Recorder {
            began: now,
            from: 0,
            paused: false,
            next: 0,
            ended: None,
            lanes: [Vec::new(), Vec::new()],
            ready: None,
        }
    }

    /// From now on there is silence, to the sample; or no longer. What was said in a pause never comes in, however late.
    pub fn pause(&mut self, now: Moment, paused: bool) {
        if std::mem::replace(&mut self.paused, paused) == paused {
            return;
        }
        self.from = self.place(now);
        if paused {
            self.lanes.iter_mut().flatten().for_each(|lane| lane.cut(self.from));
        }
    }

    /// A leg said this by RTP. G.711 is kept byte for byte, whatever else as samples.
    pub fn packet(&mut self, now: Moment, who: (Track, LegKey), codec: Codec, packet: &Packet<'_>) {
        let Some(lane) = self.lane(who) else { return };
        let unit = SECOND / 1_000 / Place::from(codec.clock().per_ms());
        let said = (packet.ssrc, packet.timestamp, unit);
        match codec {
            Codec::Pcma => self.write(now, who, Coding::ALaw, said, packet.payload),
            Codec::Pcmu => self.write(now, who, Coding::MuLaw, said, packet.payload),
            Codec::G722 | Codec::Opus => {
                let mut samples = [0; MOST_SAMPLES];
                let count = lane.decode(codec, packet.payload, &mut samples);
                self.linear(now, who, said, Rate::Wide, samples.get(..count).unwrap_or(&[]));
            }
        }
    }

    /// A leg said this in the tick that is now; `tick` counts on from one to the next.
    pub fn frame(&mut self, now: Moment, who: (Track, LegKey), tick: u32, frame: &Frame) {
        let Some(lane) = self.lane(who) else { return };
        let frame = lane.convert(frame);
        let unit = SECOND / 1_000 * Place::from(TICK_MS);
        self.linear(now, who, (0, tick, unit), frame.rate(), frame.samples());
    }

    /// The next chunk that is complete; to be asked every tick until there is none.
    pub fn poll_chunk(&mut self, now: Moment) -> Option<Chunk> {
        if let Some(chunk) = self.ready.take() {
            return Some(chunk);
        }
        let over = Place::from(self.next + 1) * SECOND + PATIENCE;
        let due = match self.ended {
            Some(ended) => Place::from(self.next) * SECOND < ended,
            None => self.place(now) >= over,
        };
        if !due || self.next >= MOST_SECONDS {
            return None;
        }
        let number = self.next;
        self.next += 1;
        let [customer, agent] = Track::ALL.map(|track| self.close(track, number));
        self.ready = Some(agent);
        Some(customer)
    }

    /// Nothing is said any more: [`Recorder::poll_chunk`] gives what is left, the last second as far as it goes.
    pub fn finish(&mut self, now: Moment) {
        let end = self.place(now);
        self.ended.get_or_insert(end);
    }

    /// How long it is by now.
    pub fn milliseconds(&self, now: Moment) -> u64 {
        let place = self.ended.unwrap_or_else(|| self.place(now)).min(Place::from(MOST_SECONDS) * SECOND);
        (place / (SECOND / 1_000)).unsigned_abs()
    }

    fn linear(&mut self, now: Moment, who: (Track, LegKey), said: (u32, u32, Place), rate: Rate, samples: &[i16]) {
        let (coding, mut bytes) = (Coding::linear(rate), [0; 2 * MOST_SAMPLES]);
        coding.encode(samples, &mut bytes);
        self.write(now, who, coding, said, bytes.get(..2 * samples.len()).unwrap_or(&[]));
    }

    /// `said`: SSRC, timestamp, and the unit of the timestamp's clock.
    fn write(&mut self, now: Moment, who: (Track, LegKey), coding: Coding, said: (u32, u32, Place), bytes: &[u8]) {
        let (now, from, first) = (self.place(now), self.from, self.next);
        let writes = !self.paused && self.ended.is_none();
        let Some(lane) = self.lane(who) else { return };
        // The clock runs on in a pause, so that what follows it lies right.
        let place = lane.place(now, said.0, said.1, said.2);
        if writes {
            lane.write(place, from, first, coding, bytes);
        }
    }

    fn lane(&mut self, (track, leg): (Track, LegKey)) -> Option<&mut Lane> {
        let lanes = self.lanes.get_mut(track.place())?;
        let at = lanes.iter().position(|lane| lane.leg == leg.0).unwrap_or_else(|| {
            lanes.push(Lane::new(leg.0));
            lanes.len() - 1
        });
        lanes.get_mut(at)
    }

    fn close(&mut self, track: Track, number: u32) -> Chunk {
        let lanes = self.lanes.get_mut(track.place());
        let open = lanes.map_or_else(Vec::new, |lanes| {
            let open = lanes.iter_mut().filter_map(|lane| lane.close(number)).collect();
            lanes.retain(|lane| lane.idle < FORGOTTEN);
            open
        });
        let (coding, mut payload) = sum(open).unwrap_or((Coding::ALaw, Vec::new()));
        if let Some(ended) = self.ended {
            let left = (ended - Place::from(number) * SECOND) * Place::from(coding.rate().hertz()) / SECOND;
            payload.truncate(usize::try_from(left).unwrap_or(0) * coding.width());
        }
        Chunk { track, number, coding, key: 0, payload }
    }

    fn place(&self, now: Moment) -> Place {
        // Of a day's nanoseconds nothing overflows.
        let micros = Place::try_from(now.since(self.began).as_micros()).unwrap_or(Place::MAX / SECOND);
        micros.saturating_mul(SECOND) / 1_000_000
    }
}

/// A fifth of a second: how long after its end a second still takes in what comes late.
const PATIENCE: Place = SECOND / 5;
/// Seconds after which a leg that says nothing is forgotten; it begins anew when it speaks again.
const FORGOTTEN: u32 = 10;
/// The longest packet: 120 ms at 16 kHz.
const MOST_SAMPLES: usize = 1_920;
