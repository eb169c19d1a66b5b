//! A leg's own view of a headset: frames in and out of its seat at the mixer, never waiting.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use media::oneway::Microphone;
use media::resample::Converter;
use media::{Frame, Rate};
use rtrb::Producer;

use super::ring::Hop;
use super::standing::{Presence, Standing};
use crate::sound::Device;

/// One leg on a headset. It speaks at 48 kHz and hears at any rate.
#[derive(Debug)]
pub struct Headset {
    says: Hop,
    hears: Ear,
    rings: Ear,
    standing: Arc<Standing>,
    _owner: Arc<()>,
}

/// Frames on their way to the mixer.
#[derive(Debug)]
struct Ear {
    convert: Converter,
    ring: Producer<i16>,
}

impl Headset {
    pub(super) fn new(
        says: Hop,
        [hears, rings]: [Producer<i16>; 2],
        standing: Arc<Standing>,
        owner: Arc<()>,
    ) -> Headset {
        Headset { says, hears: Ear::new(hears), rings: Ear::new(rings), standing, _owner: owner }
    }
}

impl Device for Headset {
    fn capture(&mut self) -> Frame {
        let mut frame = Frame::silence(Rate::Full);
        // What has not come is silence.
        self.says.take(frame.samples_mut());
        frame
    }

    fn play(&mut self, frame: &Frame) {
        self.hears.give(frame);
    }

    fn ring(&mut self, ring: Option<&Frame>) -> bool {
        if let Some(frame) = ring {
            self.rings.give(frame);
        }
        // Where there is no card of its own for it the mixer mixes.
        true
    }

    fn microphone(&self) -> Microphone {
        match self.standing.microphone.presence() {
            Presence::Here if self.standing.still.load(Ordering::Relaxed) => Microphone::Still,
            Presence::Here => Microphone::Open,
            Presence::Gone => Microphone::Gone,
            Presence::Forbidden => Microphone::Forbidden,
        }
    }

    /// A card that is gone is waited for: the call lives on.
    fn poll_failure(&mut self) -> Option<String> {
        None
    }
}

impl Ear {
    fn new(ring: Producer<i16>) -> Ear {
        Ear { convert: Converter::new(Rate::Full), ring }
    }

    /// A mixer that does not take it: it is lost, as sound is.
    fn give(&mut self, frame: &Frame) {
        let _ = self.ring.push_partial_slice(self.convert.convert(frame).samples());
    }
}
