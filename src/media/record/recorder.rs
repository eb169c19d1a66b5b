//! What is said becomes chunks, by time: what came late lies where it was said, what never came is silence.

use super::clock::{Place, SECOND};
use super::lane::{Lane, sum};
use super::{Chunk, Coding, MOST_SECONDS, Track};
use crate::order::LegKey;
use crate::rtp::Packet;
use crate::time::Moment;

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

    /// A leg said this by RTP.
    pub fn packet(&mut self, now: Moment, (track, leg): (Track, LegKey), coding: Coding, packet: &Packet<'_>) {
        let unit = SECOND / Place::from(coding.rate());
        self.write(now, (track, leg), coding, (packet.ssrc, packet.timestamp, unit), packet.payload);
    }

    /// A leg said these samples in the tick that is now; `tick` counts on from one to the next.
    pub fn samples(&mut self, now: Moment, (track, leg): (Track, LegKey), tick: u32, rate: u32, samples: &[i16]) {
        let Some(coding) = Coding::linear(rate) else { return };
        let mut bytes = [0; MOST_BYTES];
        coding.encode(samples, &mut bytes);
        let bytes = bytes.get(..samples.len() * coding.width()).unwrap_or(&[]);
        let unit = samples.len() as Place * SECOND / Place::from(rate);
        self.write(now, (track, leg), coding, (0, tick, unit), bytes);
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

    fn write(
        &mut self,
        now: Moment,
        (track, leg): (Track, LegKey),
        coding: Coding,
        (ssrc, timestamp, unit): (u32, u32, Place),
        bytes: &[u8],
    ) {
        let now = self.place(now);
        let Some(lanes) = self.lanes.get_mut(track.place()) else { return };
        let lane = match lanes.iter().position(|lane| lane.leg == leg.0) {
            Some(at) => lanes.get_mut(at),
            None => {
                lanes.push(Lane::new(leg.0));
                lanes.last_mut()
            }
        };
        let Some(lane) = lane else { return };
        // The clock runs on in a pause, so that what follows it lies right.
        let place = lane.place(now, ssrc, timestamp, unit);
        if !self.paused && self.ended.is_none() {
            lane.write(place, self.from, self.next, coding, bytes);
        }
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
            let left = (ended - Place::from(number) * SECOND) * Place::from(coding.rate()) / SECOND;
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
/// The largest frame: 20 ms at 48 kHz.
const MOST_BYTES: usize = 1_920;
