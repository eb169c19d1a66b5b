//! Answered calls as a trunk would bring them: speech, silences, noise, remnants of ring back, beeps, A-law.

use std::f64::consts::TAU;

use media::Rate;
use media::codec::g711::Law;

use crate::speech::Speaker;
use crate::support::Dice;
use crate::texts::{self, Texts};

/// Which texts, voices and seeds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Set {
    Training,
    Judging,
}

/// One answered call from its 200 OK on.
pub struct Clip {
    pub machine: bool,
    /// At 8 kHz, as decoded; [`SECONDS`] long, or to the end of a machine's greeting and beep where that is later.
    pub samples: Vec<i16>,
    /// The beep's end.
    pub beep_ended_ms: Option<u32>,
    /// Of its speech over its noise.
    pub noise_db: u64,
    /// For whoever looks at what went wrong.
    pub said: String,
}

/// Of every clip at least.
pub const SECONDS: usize = 6;

impl Clip {
    /// Number `n` of a set; every second one is a machine.
    pub fn make(set: Set, n: u64) -> Clip {
        let salt = match set {
            Set::Training => 0x5eed_0001,
            Set::Judging => 0x5eed_8000,
        };
        let mut dice = Dice((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt);
        (0..4).for_each(|_| _ = dice.roll());
        let (texts, voices) = match set {
            Set::Training => (&texts::TRAINING, texts::TRAINING_VOICES),
            Set::Judging => (&texts::JUDGING, texts::JUDGING_VOICES),
        };
        let texts = &texts[n as usize / 2 % texts.len()];
        let speaker = Speaker {
            voice: format!("{}+{}", texts.language, pick(&mut dice, voices)),
            speed: 125 + dice.below(85),
            pitch: 25 + dice.below(50),
        };
        let mut scene = Scene::new(&mut dice);
        if n % 2 == 1 {
            scene.machine(texts, &speaker)
        } else {
            scene.human(texts, &speaker)
        }
        scene.clip(n % 2 == 1, format!("{speaker:?}"))
    }
}

/// A call being put together.
struct Scene<'a> {
    dice: &'a mut Dice,
    samples: Vec<i16>,
    said: String,
    beep_ended_ms: Option<u32>,
}

impl<'a> Scene<'a> {
    fn new(dice: &'a mut Dice) -> Scene<'a> {
        let mut scene = Scene { dice, samples: Vec::new(), said: String::new(), beep_ended_ms: None };
        if scene.dice.chance(20) {
            // What is left of the ring back when the answer arrives.
            let ms = 60 + scene.dice.below(600);
            scene.tone(425.0, ms, 3_000.0);
        }
        scene
    }

    fn human(&mut self, texts: &Texts, speaker: &Speaker) {
        self.pause(150, 700);
        let kind = match self.dice.below(20) {
            0..9 => texts.short,
            9..15 => texts.longer,
            _ => texts.company,
        };
        let greeting = pick(self.dice, kind);
        self.say(speaker, greeting);
        // Then they wait, and ask again.
        while self.samples.len() < SECONDS * 8_000 {
            self.pause(700, 1_400);
            let again = pick(self.dice, texts.short);
            self.say(speaker, again);
        }
    }

    fn machine(&mut self, texts: &Texts, speaker: &Speaker) {
        self.pause(250, 900);
        for sentence in pick(self.dice, texts.machines) {
            self.say(speaker, sentence);
            self.pause(120, 500);
        }
        if self.dice.chance(80) {
            let (hertz, ms) = (430.0 + self.dice.below(1_650) as f64, 150 + self.dice.below(650));
            self.tone(hertz, ms, 5_000.0);
            self.beep_ended_ms = Some(self.samples.len() as u32 / 8);
            // To be heard to its end.
            self.silence(1_000);
        }
    }

    fn clip(mut self, machine: bool, how: String) -> Clip {
        self.samples.resize(self.samples.len().max(SECONDS * 8_000).next_multiple_of(160), 0);
        let noise_db = self.noise();
        let mut octets = vec![0; self.samples.len()];
        Law::A.encode(&self.samples, &mut octets);
        Law::A.decode(&octets, &mut self.samples);
        let said = format!("{how}:{}", self.said);
        Clip { machine, samples: self.samples, beep_ended_ms: self.beep_ended_ms, noise_db, said }
    }

    fn say(&mut self, speaker: &Speaker, text: &str) {
        self.said += &format!(" {} ms \"{text}\"", self.samples.len() / 8);
        let said = speaker.say(text);
        let squares: f64 = said.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        let loudness = LOUDNESS / (squares / said.len().max(1) as f64).sqrt().max(1.0);
        self.samples
            .extend(said.iter().map(|sample| (f64::from(*sample) * loudness).clamp(-30_000.0, 30_000.0) as i16));
    }

    /// Twice up to `spread` is added, so that no bound tells people from machines.
    fn pause(&mut self, least: u64, spread: u64) {
        let ms = least + self.dice.below(spread) + self.dice.below(spread);
        self.silence(ms);
    }

    fn silence(&mut self, ms: u64) {
        self.samples.resize(self.samples.len() + ms as usize * 8, 0);
    }

    fn tone(&mut self, hertz: f64, ms: u64, amplitude: f64) {
        let step = TAU * hertz / f64::from(Rate::Narrow.hertz());
        self.samples.extend((0..ms * 8).map(|n| ((n as f64 * step).sin() * amplitude) as i16));
    }

    /// The line's level and its noise: hiss, a rumble that comes and goes, hum, or a room full of people.
    /// Gives back how many dB it is below speech.
    fn noise(&mut self) -> u64 {
        let level = 10f64.powf(-(self.dice.below(16) as f64) / 20.0);
        let noise_db = 8 + self.dice.below(30);
        let amplitude = LOUDNESS * 10f64.powf(-(noise_db as f64) / 20.0) * 1.7;
        let (kind, phase) = (self.dice.below(4), self.dice.below(628) as f64 / 100.0);
        let (mut slow, dice) = (0.0, &mut *self.dice);
        for (n, sample) in self.samples.iter_mut().enumerate() {
            let (at, white) = (n as f64 / 8_000.0, dice.below(2_001) as f64 / 1_000.0 - 1.0);
            slow += (white - slow) * 0.08;
            let noise = match kind {
                0 => white,
                1 => slow * 5.0 * (1.0 + 0.6 * (at * 2.1 + phase).sin()),
                2 => (at * TAU * 60.0).sin() + 0.5 * (at * TAU * 180.0).sin() + 0.2 * white,
                _ => slow * 5.0 * ((at * TAU * 2.6 + phase).sin() * (at * TAU * 1.1).sin()).abs().mul_add(1.6, 0.4),
            };
            *sample = ((f64::from(*sample) + noise * amplitude) * level).clamp(-32_000.0, 32_000.0) as i16;
        }
        noise_db
    }
}

fn pick<T: Copy>(dice: &mut Dice, from: &[T]) -> T {
    from[dice.below(from.len() as u64) as usize]
}

/// RMS of speech, −17 dBm0 before the line.
const LOUDNESS: f64 = 3_200.0;
