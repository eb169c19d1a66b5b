//! The classic rules, for comparison: silences, words and lengths against fixed bounds, as dialers have had them for decades.
//!
//! A frame is loud when its mean amplitude is at least [`SILENCE`]; the bounds are the usual defaults. What stays unsure
//! is put through to a person, as is the custom.

use media::detect::{Decision, Verdict};

/// Of 20 ms.
pub fn decide(samples: &[i16]) -> Decision {
    let mut rules = Rules::default();
    let frames = samples.chunks_exact(160).map(|frame| {
        let sum: u64 = frame.iter().map(|sample| u64::from(sample.unsigned_abs())).sum();
        sum / 160 >= SILENCE
    });
    let decided =
        frames.take(TOTAL_MS as usize / 20).find_map(|loud| rules.see(loud).map(|verdict| (verdict, rules.ms)));
    let (verdict, at_ms) = decided.unwrap_or((Verdict::Human, TOTAL_MS));
    Decision { verdict, at_ms }
}

#[derive(Default)]
struct Rules {
    ms: u32,
    /// Without a break.
    loud_ms: u32,
    silent_ms: u32,
    in_word: bool,
    /// Loud time since the first word began, pauses left out; none before it.
    greeting_ms: Option<u32>,
    words: u32,
}

impl Rules {
    fn see(&mut self, loud: bool) -> Option<Verdict> {
        self.ms += 20;
        if loud { self.hear() } else { self.hear_nothing() }
    }

    fn hear(&mut self) -> Option<Verdict> {
        self.loud_ms += 20;
        self.greeting_ms = self.greeting_ms.map(|ms| ms + 20);
        if self.loud_ms >= WORD_MS && !self.in_word {
            self.in_word = true;
            self.words += 1;
            self.greeting_ms = self.greeting_ms.or(Some(self.loud_ms));
        }
        if self.loud_ms >= WORD_MS {
            self.silent_ms = 0;
        }
        let too_long = self.greeting_ms.is_some_and(|ms| ms > GREETING_MS);
        (self.words > MOST_WORDS || too_long).then_some(Verdict::Machine)
    }

    fn hear_nothing(&mut self) -> Option<Verdict> {
        self.silent_ms += 20;
        if self.silent_ms >= BETWEEN_WORDS_MS {
            (self.loud_ms, self.in_word) = (0, false);
        }
        match self.greeting_ms {
            None if self.silent_ms >= INITIAL_SILENCE_MS => Some(Verdict::Machine),
            Some(_) if self.silent_ms >= AFTER_GREETING_MS => Some(Verdict::Human),
            None | Some(_) => None,
        }
    }
}

/// Mean amplitude of a frame.
const SILENCE: u64 = 256;
const INITIAL_SILENCE_MS: u32 = 2_500;
const GREETING_MS: u32 = 1_500;
const AFTER_GREETING_MS: u32 = 800;
const TOTAL_MS: u32 = 5_000;
const WORD_MS: u32 = 100;
const BETWEEN_WORDS_MS: u32 = 50;
const MOST_WORDS: u32 = 3;
