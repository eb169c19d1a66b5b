//! The pace of one predictive campaign: its controller, when that is asked, what bounds its answer, and when what it has learned is
//! written down.
//!
//! ```text
//!             runs                   the store remembers
//!   (stopped) ────> asked the store ────────────────────> Known ⇄ asleep while nobody is there and nothing rings
//!                       ^    │ not read
//!                       └10 s┘
//! ```
//!
//! The account of a day is never lost: each attempt is written before it is dialled and again with what came of it, and after a start
//! those of the day are counted anew (GN-18). What is learned of answers and talks is written now and then.

use std::collections::VecDeque;
use std::time::Duration;

use super::hopper::Remembered;
use super::order::{Cap, PacingView, ShortView};
use super::terms::Pace as Terms;
use crate::pacing::{Controller, Decision, Event, Memory, Pace, Reason, Settings, View};
use crate::time::Moment;

#[derive(Debug, Default)]
pub(super) struct Pacer {
    mind: Mind,
    /// Asked again then, or when something happens.
    due: Option<Moment>,
    decided: Moment,
    /// Calls begun within the last second.
    starts: VecDeque<Moment>,
    capped: Option<Cap>,
    /// It has learned something since it was written down.
    is_news: bool,
    written: Moment,
}

/// What it knows.
#[derive(Debug, Default)]
enum Mind {
    #[default]
    Blank,
    /// The store is asked.
    Asked,
    Known(Box<Controller>),
}

impl Pacer {
    /// Whether the store is to be asked now.
    pub fn wants_memory(&mut self, now: Moment) -> bool {
        let wants = matches!(self.mind, Mind::Blank) && self.due.is_none_or(|due| due <= now);
        if wants {
            (self.mind, self.due) = (Mind::Asked, None);
        }
        wants
    }

    /// What the store remembers, or nothing where it could not be read.
    pub fn on_remembered(&mut self, remembered: Option<Remembered>, settings: Settings, day: u32, now: Moment) {
        match (&self.mind, remembered) {
            (Mind::Known(_), _) => {}
            (Mind::Blank | Mind::Asked, None) => (self.mind, self.due) = (Mind::Blank, Some(now + ASK_AGAIN)),
            (Mind::Blank | Mind::Asked, Some(remembered)) => {
                let memory = remembered.memory.map_or_else(Memory::default, |memory| *memory);
                let mut controller = Controller::new(settings, memory.corrected(remembered.days), now);
                controller.handle(Event::DayBegan(day), now);
                (self.mind, self.due, self.written) = (Mind::Known(Box::new(controller)), Some(now), now);
            }
        }
    }

    pub fn handle(&mut self, event: Event, now: Moment) {
        match &mut self.mind {
            Mind::Known(controller) => {
                controller.handle(event, now);
                self.is_news = true;
            }
            Mind::Blank | Mind::Asked => {}
        }
    }

    /// Something may be another thing now: it is asked soon, though not at every step of a rush.
    pub fn stir(&mut self, now: Moment) {
        if let Mind::Known(_) = self.mind {
            let soon = now.max(self.decided + REACTION);
            self.due = Some(self.due.map_or(soon, |due| due.min(soon)));
        }
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.due
    }

    /// The pace, where it is asked now; none while it is not, or knows nothing yet.
    pub fn decide(&mut self, view: &View<'_>, settings: Settings, now: Moment) -> Option<Decision> {
        let Mind::Known(controller) = &mut self.mind else { return None };
        let due = self.due.take_if(|due| *due <= now)?;
        controller.set(settings);
        if now.since(self.decided) > SLEPT {
            // Whoever is seen now was not here all the time.
            controller.decide(&View::default(), due);
        }
        let decision = controller.decide(view, now);
        self.decided = now;
        self.capped = None;
        let nobody = decision.reason == Reason::NobodyThere && view.ringing.is_empty() && view.waiting == 0;
        self.due = (!nobody).then_some(decision.again.max(now + REACTION));
        Some(decision)
    }

    /// As many of the calls as may begin within this second.
    pub fn within_second(&mut self, calls: u32, terms: &Terms, now: Moment) -> u32 {
        while self.starts.front().is_some_and(|start| *start + SECOND <= now) {
            self.starts.pop_front();
        }
        let room = usize::from(terms.starts_per_second).saturating_sub(self.starts.len());
        self.cap(calls, u32::try_from(room).unwrap_or(u32::MAX), Cap::Starts)
    }

    /// As many of them as `room`, and why not all.
    pub fn cap(&mut self, calls: u32, room: u32, cap: Cap) -> u32 {
        if room < calls {
            self.capped = Some(cap);
        }
        calls.min(room)
    }

    pub fn began(&mut self, now: Moment) {
        self.starts.push_back(now);
    }

    /// What is to be written down now; `at_once`: the campaign stops, or the day ends.
    pub fn take_memory(&mut self, at_once: bool, now: Moment) -> Option<Box<Memory>> {
        let Mind::Known(controller) = &self.mind else { return None };
        let is_due = self.is_news && (at_once || now.since(self.written) >= WRITTEN_EVERY);
        is_due.then(|| {
            (self.is_news, self.written) = (false, now);
            Box::new(controller.memory().clone())
        })
    }

    pub fn view(&self, limit_permille: u16, short: ShortView) -> Option<PacingView> {
        let Mind::Known(controller) = &self.mind else { return None };
        let seen = controller.snapshot();
        Some(PacingView {
            connected: seen.today.connected,
            abandoned: seen.today.abandoned,
            abandoned_permille: permille(seen.judged.fraction()),
            limit_permille,
            occupancy_permille: permille(seen.occupancy),
            answered_permille: permille(seen.answer_rate),
            lines: seen.lines,
            reason: seen.reason,
            capped: self.capped,
            short,
        })
    }
}

/// What a campaign lays down, for a team of so many people; `taken`: lines that are busy with nobody whom it would serve.
/// How a campaign is paced with a team of so many, while so many of its lines are taken by calls that are over for the pace.
pub fn settings(terms: &Terms, team: usize, taken: usize) -> Settings {
    let lines = u32::from(terms.lines).saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX));
    let ring_at_least = Duration::from_secs(terms.ring_at_least_s.into());
    let settings = Settings::predictive(u32::try_from(team).unwrap_or(u32::MAX), lines);
    let settings = Settings { ring_at_least, ..settings };
    match terms.abandoned_permille {
        0 => Settings { pace: Pace::Progressive, limit: 0.0, ..settings },
        permille => Settings { limit: f64::from(permille) / 1_000.0, ..settings },
    }
}

pub(super) fn permille(share: f64) -> u32 {
    (share * 1_000.0).round() as u32
}

const SECOND: Duration = Duration::from_secs(1);
/// Decisions are not made more often, whatever happens: as in the simulator, where the pace was proven.
const REACTION: Duration = Duration::from_millis(200);
/// Longer than any two decisions are apart while somebody is there.
const SLEPT: Duration = Duration::from_secs(5);
const ASK_AGAIN: Duration = Duration::from_secs(10);
/// What is learned within it may be lost by a crash; the account of the day is not in it.
const WRITTEN_EVERY: Duration = Duration::from_secs(10);
