//! A leg's own view of a headset: frames in and out of its seat at the mixer, never waiting.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use media::Frame;
use media::oneway::Microphone;
use rtrb::Producer;

use super::rate::{Down, FULL, Up};
use super::ring::Hop;
use super::standing::{Presence, Standing};
use crate::sound::Device;

/// One leg on a headset.
#[derive(Debug)]
pub struct Headset {
    says: Hop,
    /// What the person hears, and what rings.
    hears: [Producer<i16>; 2],
    down: Down,
    up: [Up; 2],
    standing: Arc<Standing>,
    _owner: Arc<()>,
}

impl Headset {
    pub(super) fn new(says: Hop, hears: [Producer<i16>; 2], standing: Arc<Standing>, owner: Arc<()>) -> Headset {
        Headset { says, hears, down: Down::default(), up: Default::default(), standing, _owner: owner }
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
        let ([up, _], [hears, _]) = (&mut self.up, &mut self.hears);
        // A mixer that does not take it: it is lost, as sound is.
        let _ = hears.push_partial_slice(&up.samples(frame));
    }

    fn ring(&mut self, ring: Option<&Frame>) -> bool {
        let ([_, up], [_, rings]) = (&mut self.up, &mut self.hears);
        if let Some(frame) = ring {
            let _ = rings.push_partial_slice(&up.samples(frame));
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
