//! What happens within one pull: whose turn it is, what bridges a gap, when the delay changes.

use super::arrival::Arrivals;
use super::conceal;
use super::pace::Wish;
use super::stretch::{self, Wanted};
use super::{PAUSE, Playout, State};
use crate::codec::Decoder;
use crate::time::Moment;

impl Playout {
    /// Another source, or the same one with other numbers. What is still to be heard of the old one fades out.
    pub(super) fn begin_anew(&mut self) {
        self.queue.clear();
        self.arrivals = Arrivals::new();
        self.tally.begin_anew();
        self.break_off();
    }

    /// Timestamp of the next sample to give, where it is the sender's.
    pub(super) fn position(&self) -> Option<i64> {
        match self.state {
            State::Playing { next } => Some(next - self.units(self.track.pending())),
            State::Waiting | State::Concealing { .. } => None,
        }
    }

    /// Passes over what no listener can wait for.
    pub(super) fn catch_up(&mut self, now: Moment) {
        let limit = self.target.delay() + MOST_EXCESS;
        if self.front_age(now).is_none_or(|age| age <= limit) {
            return;
        }
        while self.queue.len() > 1 && self.front_age(now).is_some_and(|age| age > self.target.delay() + TICK) {
            self.queue.pop();
            self.tally.counts.skipped += 1;
        }
        self.break_off();
    }

    /// Whether the front packet's turn has come.
    pub(super) fn front_is_next(&self, now: Moment) -> bool {
        let Some(front) = self.queue.front() else { return false };
        match self.state {
            State::Playing { next } => front.place.timestamp <= next,
            State::Concealing { next: Some(next) } => {
                front.place.timestamp - next <= self.units(self.tally.gap() as usize)
            }
            State::Waiting | State::Concealing { next: None } => {
                self.arrivals.age(now, self.micros(front.place.timestamp)) >= self.target.delay()
            }
        }
    }

    /// Decodes the front packet.
    pub(super) fn decode(&mut self, now: Moment, decoder: &mut Decoder) {
        let Some(front) = self.queue.front() else { return };
        let place = front.place;
        let left = self.track.pending();
        let voice = self.track.append(|out| decoder.decode(front.payload, out));
        let samples = voice.len();
        if samples > 0 {
            self.concealer.merge(voice);
        }
        self.queue.pop();
        if samples == 0 {
            return;
        }
        let next = place.timestamp + self.units(samples);
        let age = self.arrivals.age(now, self.micros(place.timestamp));
        if self.tally.gap() > 0 {
            self.pace.forget();
        }
        let pause = u64::from(self.rate) * PAUSE.as_secs();
        if self.tally.decoded(place, next, self.samples_of(place.timestamp - self.tally.end()), pause) {
            self.pace.miss(now);
        }
        self.pace.take(age, left);
        self.state = State::Playing { next };
    }

    /// Makes up to `missing` samples, at least one, where no packet is next.
    pub(super) fn bridge(&mut self, missing: usize, decoder: &mut Decoder) {
        match self.state {
            State::Waiting => {
                let made = self.track.append(|_| missing).len();
                self.tally.make(made);
            }
            State::Playing { next } => {
                if !self.recover(next, decoder) {
                    self.state = State::Concealing { next: Some(next) };
                    self.guess(missing, decoder);
                }
            }
            State::Concealing { .. } => self.guess(missing, decoder),
        }
    }

    /// The packet after a lost one may tell it.
    fn recover(&mut self, next: i64, decoder: &mut Decoder) -> bool {
        let Some(front) = self.queue.front().filter(|front| self.tally.misses_one_before(front.place)) else {
            return false;
        };
        let count = self.samples_of(front.place.timestamp - next);
        let told = |out: &mut [i16]| {
            let knows = out.get_mut(..count).is_some_and(|out| decoder.decode_fec(front.payload, out));
            if knows { count } else { 0 }
        };
        if self.track.append(told).is_empty() {
            return false;
        }
        self.tally.recovered(front.place);
        self.state = State::Playing { next: front.place.timestamp };
        true
    }

    /// The decoder's own guess where it has one and the gap is short, else ours, which fades.
    fn guess(&mut self, missing: usize, decoder: &mut Decoder) {
        let (whole, end) = (missing.next_multiple_of(self.samples(10)), self.samples(conceal::END_MS));
        let asked = self.conceals && !self.concealer.is_going() && (self.tally.gap() as usize) < end;
        let own = |out: &mut [i16]| {
            let knows = asked && out.get_mut(..whole).is_some_and(|out| decoder.conceal(out));
            if knows { whole } else { 0 }
        };
        let mut made = self.track.append(own).len();
        if made == 0 {
            if self.conceals && !self.concealer.is_going() {
                self.concealer.begin(self.track.all().0);
            }
            made = missing;
            self.concealer.fill(self.track.append(|_| missing));
        }
        self.tally.make(made);
        if self.tally.gap() as usize >= end && self.concealer.is_silent() {
            self.state = State::Waiting;
        }
    }

    /// Lets the delay grow or shrink; true when it did.
    pub(super) fn adapt(&mut self, now: Moment, decoder: &mut Decoder, wanted: usize) -> bool {
        let State::Playing { .. } = self.state else { return false };
        let tick = wanted as i64 * 1_000_000 / i64::from(self.rate);
        let half = wanted / 2;
        let likeness = self.pace.likeness();
        let wish = self.pace.wish(now, self.target.delay(), tick);
        let changed = match wish {
            Wish::Hold => return false,
            Wish::Grow => {
                let change = Wanted { lags: half..=wanted, ideal: wanted, likeness };
                let grown = stretch::grow(&mut self.track, self.rate as usize, &change);
                self.tally.counts.inserted += grown.unwrap_or(0) as u64;
                grown
            }
            Wish::Shrink => {
                if self.track.pending() < 2 * wanted && self.front_is_next(now) {
                    self.decode(now, decoder);
                }
                self.shrink(Wanted { lags: half..=wanted, ideal: wanted, likeness }, wanted)
            }
            Wish::Trim(left) => {
                self.shrink(Wanted { lags: self.samples(2)..=left, ideal: left, likeness: TRIM_LIKENESS }, wanted)
            }
        };
        match (changed, wish) {
            // What is left over can wait for the next packets.
            (Some(_), _) | (None, Wish::Trim(_)) => self.pace.forget(),
            (None, Wish::Grow | Wish::Shrink | Wish::Hold) => self.pace.fail(),
        }
        changed.is_some()
    }

    fn shrink(&mut self, change: Wanted, least: usize) -> Option<usize> {
        let removed = stretch::shrink(&mut self.track, self.rate as usize, &change, least)?;
        self.tally.counts.removed += removed as u64;
        Some(removed)
    }

    /// What is heard ends here; whatever is due comes next.
    fn break_off(&mut self) {
        match self.state {
            State::Waiting => {}
            State::Playing { .. } => {
                if self.conceals {
                    self.concealer.begin(self.track.all().0);
                }
                self.state = State::Concealing { next: None };
            }
            State::Concealing { .. } => self.state = State::Concealing { next: None },
        }
    }

    fn front_age(&self, now: Moment) -> Option<i64> {
        self.queue.front().map(|front| self.arrivals.age(now, self.micros(front.place.timestamp)))
    }

    pub(super) fn samples(&self, ms: usize) -> usize {
        self.rate as usize * ms / 1_000
    }

    fn samples_of(&self, units: i64) -> usize {
        usize::try_from(units * i64::from(self.rate) / i64::from(self.clock)).unwrap_or(0)
    }

    fn units(&self, samples: usize) -> i64 {
        samples as i64 * i64::from(self.clock) / i64::from(self.rate)
    }

    /// Of a timestamp.
    pub(super) fn micros(&self, timestamp: i64) -> i64 {
        timestamp * 1_000_000 / i64::from(self.clock)
    }
}

/// In µs: more delay than this above the target is not worked off by stretching.
const MOST_EXCESS: i64 = 400_000;
const TICK: i64 = 20_000;
/// What is left over disturbs nobody: only a good joint is worth taking it away.
const TRIM_LIKENESS: f32 = 0.8;
