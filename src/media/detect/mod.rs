//! Who answered: a person, a machine, or a network that says something by tones (GN-17).
//!
//! How to drive it: make a [`Detector`] at the answer, give it every 20 ms of what the far end says, and be told.
//!
//! ```text
//!              frame
//!          ┌─────┴─────┐
//!        tones       voice ── timing ── trees: how likely is a machine?
//!    ┌─────┼──────┐                        │
//!  beep   sit  progress                    │
//!    └─────┴──────┴────────> verdict <─────┘
//!
//!   Deciding ──machine──> Waiting ──beep, silence or ceiling──> Done
//!      └───────── any other verdict, or the deadline ────────────^
//! ```
//!
//! Speech alone says little in its first second, so a verdict falls when the trees are sure either way, and at the
//! deadline by what they hold more likely. `tests/detection` makes the trees and holds them to the classic rules.

mod beep;
mod ears;
mod ending;
pub mod progress;
pub mod sit;
mod spectrum;
mod speech;
pub mod timing;
mod tones;
pub mod trees;
mod voice;

pub use ears::Ears;
pub use ending::Ending;
pub use progress::Signal;
pub use sit::Sit;

use crate::{Frame, TICK_MS};
use ears::Meant;

/// How it is decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// After so many ms a verdict falls, whatever is known.
    pub deadline_ms: u32,
    /// How likely a machine must be to be called one before the deadline, in percent. More passes machines and decides later,
    /// less drops people.
    pub sure: u8,
    /// After the verdict *machine*, the end of its greeting is told too.
    pub await_end: bool,
    /// So long a pause is the end of a greeting without a beep, in ms.
    pub silence_ms: u32,
    /// After so many ms more a greeting is held to be over.
    pub ceiling_ms: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { deadline_ms: 4_000, sure: 70, await_end: false, silence_ms: 2_500, ceiling_ms: 30_000 }
    }
}

/// Who or what answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Human,
    Machine,
    /// The beep of a machine: it records from now.
    Beep,
    /// Special information tones: the call did not go where it should.
    Sit(Sit),
    /// The network's other tones.
    Progress(Signal),
    /// Nobody spoke until the deadline.
    Undecided,
}

/// A verdict, and when it fell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decision {
    pub verdict: Verdict,
    /// Since the first frame.
    pub at_ms: u32,
}

/// What a detector tells; each at most once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seen {
    Decided(Decision),
    /// Of a machine's greeting, where [`Settings::await_end`] asks for it.
    GreetingOver {
        ending: Ending,
        at_ms: u32,
    },
}

/// Listens to what answered. Some 15 kB, taken when it is made; nothing grows.
#[derive(Debug)]
pub struct Detector {
    settings: Settings,
    now_ms: u32,
    ears: Ears,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Deciding,
    Waiting(ending::Waiting),
    Done,
}

impl Detector {
    pub fn new(settings: Settings) -> Detector {
        Detector { settings, now_ms: 0, ears: Ears::new(), state: State::Deciding }
    }

    /// Whether there is anything left to be told.
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// The next 20 ms at 8 kHz; of other rates only the first samples would be heard.
    pub fn listen(&mut self, frame: &Frame) -> Option<Seen> {
        if self.is_done() {
            return None;
        }
        self.now_ms = self.now_ms.saturating_add(TICK_MS);
        let meant = self.ears.hear(frame);
        let at_ms = self.now_ms;
        match &mut self.state {
            State::Deciding => {
                let verdict = self.verdict(meant)?;
                let waits = verdict == Verdict::Machine && self.settings.await_end;
                self.state = if waits { State::Waiting(ending::Waiting::new(self.settings)) } else { State::Done };
                Some(Seen::Decided(Decision { verdict, at_ms }))
            }
            State::Waiting(waiting) => {
                let ending = waiting.see(meant.beep, self.ears.timing().pause_ms())?;
                self.state = State::Done;
                Some(Seen::GreetingOver { ending, at_ms })
            }
            State::Done => None,
        }
    }

    fn verdict(&self, meant: Meant) -> Option<Verdict> {
        let sure = f32::from(self.settings.sure) / 100.0;
        let likely = trees::machine(&self.ears.timing().features());
        let over = self.now_ms >= self.settings.deadline_ms;
        match (meant, self.ears.timing().spoken()) {
            (Meant { verdict: Some(verdict), .. }, _) => Some(verdict),
            (Meant { beep: true, .. }, _) => Some(Verdict::Beep),
            (_, false) if over && self.ears.is_ringing() => Some(Verdict::Progress(Signal::Ringback)),
            (_, false) if over => Some(Verdict::Undecided),
            (_, false) => None,
            (_, true) if likely >= sure || (over && likely >= LIKELY) => Some(Verdict::Machine),
            (_, true) if likely <= HUMAN || over => Some(Verdict::Human),
            (_, true) => None,
        }
    }
}

/// A machine no likelier than this is a person, without waiting for the deadline.
const HUMAN: f32 = 0.05;
/// At the deadline so much is enough, since nothing will make it surer.
const LIKELY: f32 = 0.6;
