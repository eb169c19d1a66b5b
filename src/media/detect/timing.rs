//! When somebody spoke and when not: what tells "Hello?" and waiting from a greeting that goes on.
//!
//! A *word* is voice of 60 ms and more between pauses of as much; an *utterance* is words without a pause of 300 ms.

use super::voice::Heard;
use crate::TICK_MS;

/// How many numbers describe the speech so far.
pub const FEATURES: usize = 16;

/// What each of them is, in their order; times in ms.
pub const NAMES: [&str; FEATURES] = [
    "since the answer",
    "first word at",
    "since the first word",
    "first utterance",
    "latest utterance",
    "longest utterance",
    "pause now",
    "longest pause between utterances",
    "utterances",
    "words",
    "longest word",
    "voice in all",
    "share of voice since the first word",
    "syllables",
    "spread of loudness, dB",
    "loudness over the noise, dB",
];

/// Speech so far, counted in frames.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timing {
    frames: u32,
    /// Frame of the first word's beginning.
    first: Option<u32>,
    /// Frames of voice without a break, and of none.
    voice: u32,
    pause: u32,
    voiced: u32,
    words: u32,
    longest_word: u32,
    utterances: u32,
    first_utterance: u32,
    /// Pauses of less than 300 ms included, but not the last.
    utterance: u32,
    longest_utterance: u32,
    longest_pause: u32,
    loudness: Loudness,
}

/// Of frames with voice, in dB.
#[derive(Clone, Copy, Debug, Default)]
struct Loudness {
    sum: f32,
    squares: f32,
    over_noise: f32,
    syllables: u32,
    /// Extreme since the last turn: a top while it falls, a dip while it rises.
    turn: f32,
    rising: bool,
}

impl Timing {
    /// The next 20 ms.
    pub fn see(&mut self, heard: Heard) {
        if heard.voiced {
            self.hear_voice(heard);
        } else {
            self.voice = 0;
            self.pause = self.pause.saturating_add(1);
        }
        self.frames = self.frames.saturating_add(1);
    }

    /// Whether a word was said.
    pub fn spoken(&self) -> bool {
        self.first.is_some()
    }

    /// Since when nobody has spoken, in ms.
    pub fn pause_ms(&self) -> u32 {
        self.pause.saturating_mul(TICK_MS)
    }

    /// Numbers for [`super::trees`]; [`NAMES`] says which.
    pub fn features(&self) -> [f32; FEATURES] {
        let ms = |frames: u32| frames.saturating_mul(TICK_MS) as f32;
        let first = self.first.unwrap_or(self.frames);
        let since = self.frames.saturating_sub(first);
        let voiced = self.voiced.max(1) as f32;
        let mean = self.loudness.sum / voiced;
        let spread = (self.loudness.squares / voiced - mean * mean).max(0.0).sqrt();
        [
            ms(self.frames),
            ms(first),
            ms(since),
            ms(self.first_utterance),
            ms(self.utterance),
            ms(self.longest_utterance),
            ms(self.pause),
            ms(self.longest_pause),
            self.utterances as f32,
            self.words as f32,
            ms(self.longest_word),
            ms(self.voiced),
            self.voiced as f32 / since.max(1) as f32,
            self.loudness.syllables as f32,
            spread,
            self.loudness.over_noise / voiced,
        ]
    }

    fn hear_voice(&mut self, heard: Heard) {
        self.voice = self.voice.saturating_add(1);
        self.voiced = self.voiced.saturating_add(1);
        self.loudness.see(heard);
        if self.voice < WORD {
            self.pause = self.pause.saturating_add(1);
            return;
        }
        let since_last = self.pause.saturating_sub(WORD - 1);
        let begins = self.voice == WORD;
        if begins {
            self.begin(since_last);
        }
        let more = if begins { WORD } else { 1 };
        self.pause = 0;
        self.utterance = self.utterance.saturating_add(more);
        self.longest_word = self.longest_word.max(self.voice);
        self.longest_utterance = self.longest_utterance.max(self.utterance);
        if self.utterances == 1 {
            self.first_utterance = self.utterance;
        }
    }

    /// A word, after a pause of so many frames.
    fn begin(&mut self, pause: u32) {
        if self.first.is_none() {
            self.first = Some((self.frames + 1).saturating_sub(WORD));
            (self.utterances, self.words) = (1, 1);
            return;
        }
        if pause >= WORD {
            self.words = self.words.saturating_add(1);
        }
        if pause >= BREAK {
            self.utterances = self.utterances.saturating_add(1);
            self.longest_pause = self.longest_pause.max(pause);
            self.utterance = 0;
        } else {
            self.utterance = self.utterance.saturating_add(pause);
        }
    }
}

impl Loudness {
    fn see(&mut self, heard: Heard) {
        self.sum += heard.level;
        self.squares += heard.level * heard.level;
        self.over_noise += heard.level - heard.floor;
        let moved = heard.level - self.turn;
        match self.rising {
            true if moved <= -SYLLABLE => (self.rising, self.turn) = (false, heard.level),
            true => self.turn = self.turn.max(heard.level),
            false if moved >= SYLLABLE => {
                (self.rising, self.turn) = (true, heard.level);
                self.syllables = self.syllables.saturating_add(1);
            }
            false => self.turn = self.turn.min(heard.level),
        }
    }
}

/// Frames.
const WORD: u32 = 3;
const BREAK: u32 = 15;
/// dB between a syllable's top and the dip before it.
const SYLLABLE: f32 = 4.0;
