//! One leg's share of a track: the second under way and the one before it, which late packets may still reach.

use super::Coding;
use super::clock::{Clock, Place, SECOND};
use super::coding::at_rate;
use crate::codec::{Codec, Decoder};
use crate::resample::Converter;
use crate::{Frame, Rate};

/// What one leg says.
#[derive(Debug)]
pub(super) struct Lane {
    pub leg: u64,
    clock: Option<Clock>,
    /// Of packets that are not kept as they are.
    decoder: Option<(Codec, Decoder)>,
    /// Of samples that are finer than what is kept.
    converter: Converter,
    open: [Option<Open>; 2],
    /// Seconds in a row in which nothing was said.
    pub idle: u32,
}

/// A second that can still be written to; silence where nothing was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Open {
    pub number: u32,
    pub coding: Coding,
    pub bytes: Vec<u8>,
}

impl Lane {
    pub fn new(leg: u64) -> Lane {
        Lane { leg, clock: None, decoder: None, converter: Converter::new(KEPT), open: [None, None], idle: 0 }
    }

    /// The samples of a packet at 16 kHz, for a codec that is not kept as it comes; how many of `out` they are.
    pub fn decode(&mut self, codec: Codec, payload: &[u8], out: &mut [i16]) -> usize {
        let stays = self.decoder.as_ref().is_some_and(|(of, _)| *of == codec);
        if !stays {
            self.decoder = Decoder::wide(codec).ok().map(|decoder| (codec, decoder));
        }
        // A decoder that cannot be made leaves silence.
        self.decoder.as_mut().map_or(0, |(_, decoder)| decoder.decode(payload, out))
    }

    /// A frame as it is kept: at 16 kHz at most.
    pub fn convert(&mut self, frame: &Frame) -> Frame {
        if frame.rate() > KEPT { self.converter.convert(frame) } else { *frame }
    }

    /// Where sound heard at `now` lies; see [`Clock::place`].
    pub fn place(&mut self, now: Place, ssrc: u32, timestamp: u32, unit: Place) -> Place {
        match &mut self.clock {
            Some(clock) => clock.place(now, ssrc, timestamp, unit),
            None => {
                self.clock = Some(Clock::begin(now, ssrc, timestamp));
                now
            }
        }
    }

    /// Writes sound that begins at `place`, as far as it lies after `from` and in the seconds `first` and `first + 1`.
    pub fn write(&mut self, place: Place, from: Place, first: u32, coding: Coding, bytes: &[u8]) {
        let unit = SECOND / Place::from(coding.rate().hertz());
        let before = usize::try_from((from.max(Place::from(first) * SECOND) - place + unit - 1) / unit).unwrap_or(0);
        let mut at = place / unit + before as Place;
        let mut rest = bytes.get(before * coding.width()..).unwrap_or(&[]);
        let rate = Place::from(coding.rate().hertz());
        while !rest.is_empty() {
            let (number, offset) = (at / rate, at % rate);
            let count = rest.len().min((rate - offset) as usize * coding.width());
            let (now, later) = rest.split_at(count);
            if number > Place::from(first) + 1 {
                return;
            }
            if let Some(open) = self.open(number as u32) {
                open.get_or_insert_with(|| Open::new(number as u32, coding)).put(offset as usize, coding, now);
            }
            at += (count / coding.width()) as Place;
            rest = later;
        }
    }

    /// Silences what lies after `place`.
    pub fn cut(&mut self, place: Place) {
        for open in self.open.iter_mut().flatten() {
            open.cut(place);
        }
    }

    /// Takes a second out.
    pub fn close(&mut self, number: u32) -> Option<Open> {
        let closed = self.open.iter_mut().find_map(|open| open.take_if(|open| open.number == number));
        self.idle = if closed.is_some() { 0 } else { self.idle + 1 };
        closed
    }

    /// The place of a second: each has one of two.
    fn open(&mut self, number: u32) -> Option<&mut Option<Open>> {
        self.open.get_mut(number as usize % 2).filter(|open| open.as_ref().is_none_or(|open| open.number == number))
    }
}

impl Open {
    fn new(number: u32, coding: Coding) -> Open {
        Open { number, coding, bytes: vec![coding.silence(); coding.second()] }
    }

    /// `offset` in samples of `coding`. A second has one coding: what changes within it is turned into that.
    fn put(&mut self, offset: usize, coding: Coding, bytes: &[u8]) {
        if coding == self.coding {
            let at = offset * coding.width();
            if let Some(place) = self.bytes.get_mut(at..at + bytes.len()) {
                place.copy_from_slice(bytes);
            }
            return;
        }
        let samples = at_rate(coding.decode(bytes), coding.rate(), self.coding.rate());
        let offset = offset * self.coding.rate().frame() / coding.rate().frame();
        if let Some(place) = self.bytes.get_mut(offset * self.coding.width()..) {
            self.coding.encode(&samples, place);
        }
    }

    fn cut(&mut self, place: Place) {
        let kept =
            (place - Place::from(self.number) * SECOND).max(0) * Place::from(self.coding.rate().hertz()) / SECOND;
        let kept = usize::try_from(kept).unwrap_or(usize::MAX).saturating_mul(self.coding.width());
        if let Some(rest) = self.bytes.get_mut(kept..) {
            rest.fill(self.coding.silence());
        }
    }
}

/// What telephones and headsets have; finer sound costs room and is not heard.
const KEPT: Rate = Rate::Wide;

/// A track's second out of its lanes': of one lane as it is, of several their sum, linear, at the highest rate of them.
pub(super) fn sum(lanes: Vec<Open>) -> Option<(Coding, Vec<u8>)> {
    let rate = lanes.iter().map(|lane| lane.coding.rate()).max()?;
    if let [_] = lanes[..] {
        return lanes.into_iter().next().map(|lane| (lane.coding, lane.bytes));
    }
    let coding = Coding::linear(rate);
    let mut total = vec![0_i32; rate.hertz() as usize];
    for lane in &lanes {
        let samples = at_rate(lane.coding.decode(&lane.bytes), lane.coding.rate(), rate);
        for (total, sample) in total.iter_mut().zip(samples) {
            *total += i32::from(sample);
        }
    }
    let total: Vec<i16> = total.into_iter().map(|sum| sum.clamp(i16::MIN.into(), i16::MAX.into()) as i16).collect();
    let mut bytes = vec![0; coding.second()];
    coding.encode(&total, &mut bytes);
    Some((coding, bytes))
}
