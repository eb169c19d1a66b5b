//! What comes in as samples, and who listens to it here: for digits, and for who answered.

use super::{RtpLeg, tell};
use crate::codec::{Codec, CodecError, Decoder};
use crate::detect::{self, Seen, Settings};
use crate::dtmf::detect::Detector;
use crate::dtmf::receive;
use crate::order::{Event, Stream};
use crate::playout::Playout;
use crate::resample::Converter;
use crate::time::Moment;
use crate::{Frame, Rate, SILENCE};

/// Samples: only while somebody wants them.
#[derive(Debug)]
pub(super) struct Hearing {
    decoder: Decoder,
    pub playout: Playout,
    rate: Rate,
}

/// Listens for digits in the sound.
#[derive(Debug)]
pub(super) struct Tones {
    converter: Converter,
    detector: Detector,
}

/// Listens for who answered, as the orders want it.
#[derive(Debug, Default)]
pub(super) struct Answer {
    wanted: Option<Settings>,
    /// Until all of it is told.
    under_way: Option<Box<(Converter, detect::Detector)>>,
}

impl RtpLeg {
    /// Whether [`RtpLeg::listen`] must be called every tick even if nobody else wants the samples.
    pub fn detects(&self) -> bool {
        self.flow.as_ref().is_some_and(|flow| flow.tones.is_some() || self.answer.is_awaited())
    }

    /// Whether somebody will listen: only then samples are kept.
    pub fn keep_samples(&mut self, wanted: bool) {
        self.listened = wanted;
        if let Some(flow) = &mut self.flow {
            let needed = wanted || flow.tones.is_some() || self.answer.is_awaited();
            match (&flow.hearing, needed) {
                (None, true) => match Hearing::new(flow.stream.codec) {
                    Ok(hearing) => flow.hearing = Some(Box::new(hearing)),
                    Err(error) => tell(&mut self.news, Event::Failed { why: error.to_string() }),
                },
                (Some(_), false) => flow.hearing = None,
                (Some(_), true) | (None, false) => {}
            }
        }
    }

    /// What the far end said in the next 20 ms; once per tick, where [`RtpLeg::keep_samples`] or
    /// [`RtpLeg::detects`] asks for it.
    pub fn listen(&mut self, now: Moment) -> Frame {
        let Some(flow) = &mut self.flow else { return SILENCE };
        let frame = flow.hearing.as_mut().map_or(SILENCE, |hearing| hearing.pull(now));
        let pressed = flow.tones.as_mut().and_then(|tones| tones.listen(&frame));
        self.tell_digit(pressed);
        if let Some(seen) = self.answer.listen(&frame) {
            self.tell(Event::Answered(seen));
            self.keep_samples(self.listened);
        }
        if self.passes_on() { frame } else { Frame::silence(frame.rate()) }
    }
}

impl Hearing {
    fn new(codec: Codec) -> Result<Hearing, CodecError> {
        Ok(Hearing { decoder: Decoder::new(codec)?, playout: Playout::new(codec), rate: codec.rate() })
    }

    fn pull(&mut self, now: Moment) -> Frame {
        let mut frame = Frame::silence(self.rate);
        self.playout.pull(now, &mut self.decoder, frame.samples_mut());
        frame
    }
}

impl Tones {
    /// Where telephone-event was not agreed on.
    pub fn needed(stream: &Stream) -> Option<Box<Tones>> {
        let tones = || Box::new(Tones { converter: Converter::new(Rate::Narrow), detector: Detector::new() });
        stream.telephone_event_in.is_none().then(tones)
    }

    fn listen(&mut self, frame: &Frame) -> Option<receive::Pressed> {
        self.detector.listen(self.converter.convert(frame).samples())
    }
}

impl Answer {
    /// The same wish again goes on, or stays answered; another one begins anew.
    pub fn handle_order(&mut self, wanted: Option<Settings>) {
        if wanted != self.wanted {
            let detector = |settings| Box::new((Converter::new(Rate::Narrow), detect::Detector::new(settings)));
            (self.wanted, self.under_way) = (wanted, wanted.map(detector));
        }
    }

    pub fn is_awaited(&self) -> bool {
        self.under_way.is_some()
    }

    fn listen(&mut self, frame: &Frame) -> Option<Seen> {
        let (converter, detector) = self.under_way.as_deref_mut()?;
        let seen = detector.listen(&converter.convert(frame));
        if detector.is_done() {
            self.under_way = None;
        }
        seen
    }
}
