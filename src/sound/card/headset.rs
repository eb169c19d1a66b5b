//! A leg's own view of a headset: frames in and out of its seat at the mixer, never waiting.

use std::sync::Arc;

use media::Frame;
use rtrb::Producer;

use super::rate::{Down, FULL, Up};
use super::ring::Hop;
use super::standing::Standing;
use crate::sound::Device;

/// One leg on a headset.
#[derive(Debug)]
pub struct Headset {
    says: Hop,
    hears: Producer<i16>,
    rings: Producer<i16>,
    down: Down,
    up: [Up; 2],
    standing: Arc<Standing>,
}

impl Headset {
    pub(super) fn new(says: Hop, hears: Producer<i16>, rings: Producer<i16>, standing: Arc<Standing>) -> Headset {
        Headset { says, hears, rings, down: Down::default(), up: Default::default(), standing }
    }
}

impl Device for Headset {
    fn capture(&mut self) -> Frame {
        let mut samples = [0; FULL];
        // What has not come is silence.
        self.says.take(&mut samples);
        self.down.frame(&samples)
    }

    fn play(&mut self, frame: &Frame) {
        let [up, _] = &mut self.up;
        // A mixer that does not take it: it is lost, as sound is.
        let _ = self.hears.push_partial_slice(&up.samples(frame));
    }

    fn ring(&mut self, ring: Option<&Frame>) -> bool {
        let [_, up] = &mut self.up;
        if let Some(frame) = ring {
            let _ = self.rings.push_partial_slice(&up.samples(frame));
        }
        // Where there is no card of its own for it the mixer mixes.
        true
    }

    fn poll_failure(&mut self) -> Option<String> {
        None
    }
}
