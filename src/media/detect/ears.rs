//! All that is heard in a frame: tones and what they mean, voice and when.

use super::Verdict;
use super::beep::Beeps;
use super::progress::{Progress, Signal};
use super::sit::Sequence;
use super::timing::Timing;
use super::tones::{Step, Tones};
use super::voice::Voice;
use crate::Frame;

/// Of one stream.
#[derive(Debug)]
pub struct Ears {
    tones: Tones,
    beeps: Beeps,
    sequence: Sequence,
    progress: Progress,
    ringing: bool,
    voice: Voice,
    timing: Timing,
}

/// What a frame's tones mean.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Meant {
    /// A machine's beep is over.
    pub beep: bool,
    pub verdict: Option<Verdict>,
}

impl Ears {
    pub fn new() -> Ears {
        Ears {
            tones: Tones::new(),
            beeps: Beeps::default(),
            sequence: Sequence::default(),
            progress: Progress::default(),
            ringing: false,
            voice: Voice::new(),
            timing: Timing::default(),
        }
    }

    /// The next 20 ms at 8 kHz.
    pub fn hear(&mut self, frame: &Frame) -> Meant {
        let step = self.tones.see(frame);
        self.timing.see(self.voice.see(frame, is_tone(step)));
        let signal = self.progress.see(step);
        self.ringing |= signal == Some(Signal::Ringback);
        let said = signal.filter(|signal| *signal != Signal::Ringback).map(Verdict::Progress);
        Meant {
            beep: self.beeps.see(step, self.timing.spoken()),
            verdict: self.sequence.see(step).map(Verdict::Sit).or(said),
        }
    }

    /// The speech so far.
    pub fn timing(&self) -> &Timing {
        &self.timing
    }

    /// Whether the network said that somebody is being rung.
    pub fn is_ringing(&self) -> bool {
        self.ringing
    }
}

impl Default for Ears {
    fn default() -> Self {
        Ears::new()
    }
}

fn is_tone(step: Step) -> bool {
    match step {
        Step::Perhaps | Step::Began(_) | Step::On => true,
        Step::Quiet | Step::Ended(_) => false,
    }
}
