//! The beep after which a machine records: one steady pitch of 400 to 2,100 Hz, 100 ms to 2 s long, that no other tone follows.
//!
//! ```text
//!   Listening ──a tone ended that may be one──> Waiting ──nothing for so long──> Listening, told
//!       ^                                         │
//!       └────────────── another tone ─────────────┘
//! ```

use super::progress;
use super::tones::{Pitch, Run, Step};
use crate::TICK_MS;

/// Looks for it in the steps of [`super::tones::Tones`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Beeps {
    state: State,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Listening,
    Waiting {
        left_ms: u32,
    },
}

impl Beeps {
    /// True once it is sure that there was one. Pitches that networks use for their signals are beeps only after
    /// somebody has `spoken`, and only when nothing follows where a signal's next tone would be.
    pub fn see(&mut self, step: Step, spoken: bool) -> bool {
        let (state, told) = match (self.state, step) {
            (State::Listening | State::Waiting { .. }, Step::Ended(run)) => (after(&run, spoken), false),
            (State::Waiting { left_ms: ..=TICK_MS }, Step::Quiet) => (State::Listening, true),
            (State::Waiting { left_ms }, Step::Quiet) => (State::Waiting { left_ms: left_ms - TICK_MS }, false),
            (State::Listening, Step::Quiet) => (State::Listening, false),
            (waiting @ (State::Listening | State::Waiting { .. }), Step::Perhaps) => (waiting, false),
            (State::Listening | State::Waiting { .. }, Step::Began(_) | Step::On) => (State::Listening, false),
        };
        self.state = state;
        told
    }
}

fn after(run: &Run, spoken: bool) -> State {
    let Pitch::One(hertz) = run.pitch else { return State::Listening };
    let is_one = (LOWEST..=HIGHEST).contains(&hertz) && (SHORTEST_MS..=LONGEST_MS).contains(&run.ms);
    match (is_one, progress::is_signal(run.pitch)) {
        (false, _) => State::Listening,
        (true, false) => State::Waiting { left_ms: SURE_MS },
        (true, true) if spoken => State::Waiting { left_ms: SURE_OF_NO_SIGNAL_MS },
        (true, true) => State::Listening,
    }
}

const LOWEST: f32 = 390.0;
const HIGHEST: f32 = 2_110.0;
const SHORTEST_MS: u32 = 100;
const LONGEST_MS: u32 = 2_000;
/// The tones of a sequence follow each other within 30 ms (ITU-T E.180); and 60 ms until the next one is known.
const SURE_MS: u32 = 100;
/// Busy tones come again after 250 or 500 ms.
const SURE_OF_NO_SIGNAL_MS: u32 = 600;
