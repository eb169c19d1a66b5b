//! What others do, for comparison: an adaptive dial level by the public rules of the best-known open dialer, and a rate set once by
//! the Erlang formula.

use std::time::Duration;

use engine::pacing::simulator::Pacing;
use engine::pacing::{Decision, Event, Reason, Tally, View};
use engine::time::Moment;

const SECOND: Duration = Duration::from_secs(1);

/// Once a second as many calls as ready agents times a level. Every 15 s the level is multiplied by one and the mean share of ready
/// less waiting; while the day's abandonment is over the limit it is one.
#[derive(Debug)]
pub struct Adaptive {
    level: f64,
    today: Tally,
    samples: Vec<f64>,
    sampled: Moment,
}

const LIMIT: f64 = 0.03;
const HIGHEST: f64 = 10.0;
const SAMPLES: usize = 15;

impl Adaptive {
    pub fn new() -> Adaptive {
        Adaptive { level: 1.0, today: Tally::default(), samples: Vec::new(), sampled: Moment::ZERO }
    }

    fn adapt(&mut self, agents: f64, view: &View<'_>) {
        self.samples.push((f64::from(view.ready) - f64::from(view.waiting)) / agents.max(1.0));
        if self.samples.len() == SAMPLES {
            let mean = self.samples.drain(..).sum::<f64>() / SAMPLES as f64;
            self.level = (self.level * (1.0 + mean)).clamp(1.0, HIGHEST);
        }
        if self.today.fraction() > LIMIT {
            self.level = 1.0;
        }
    }
}

impl Pacing for Adaptive {
    fn handle(&mut self, event: Event, _: Moment) {
        match event {
            Event::DayBegan(_) => *self = Adaptive::new(),
            Event::Connected => self.today.connected += 1,
            Event::Abandoned => self.today.abandoned += 1,
            Event::Machine => self.today.connected -= 1,
            Event::Answered(_) | Event::Unanswered(_) | Event::Withdrawn(_) | Event::Talked(_) | Event::Wrote(_) => {}
        }
    }

    fn decide(&mut self, view: &View<'_>, now: Moment) -> Decision {
        if now < self.sampled {
            return nothing(self.sampled);
        }
        self.sampled = now + SECOND;
        let agents = f64::from(view.ready) + (view.talking.len() + view.writing.len()) as f64;
        self.adapt(agents, view);
        let most = (f64::from(view.ready) * self.level) as u32;
        let begin = most.saturating_sub(view.ringing.len() as u32 + view.waiting);
        Decision { begin, ..nothing(self.sampled) }
    }
}

/// Calls at a constant rate: as many as lose the limit's share by Erlang's formula, everything else known beforehand.
#[derive(Debug)]
pub struct OpenLoop {
    each: Duration,
    next: Moment,
}

impl OpenLoop {
    /// With the chance of an answer and the mean seconds an agent is busy with one.
    pub fn new(agents: u32, answers: f64, busy: f64) -> OpenLoop {
        let (mut low, mut high) = (0.0, f64::from(agents));
        for _ in 0..50 {
            let middle = (low + high) / 2.0;
            if blocked(agents, middle) > LIMIT { high = middle } else { low = middle }
        }
        OpenLoop { each: Duration::from_secs_f64(busy * answers / low), next: Moment::ZERO }
    }
}

/// Erlang's loss formula.
fn blocked(agents: u32, load: f64) -> f64 {
    (1..=agents).fold(1.0, |loss, agent| load * loss / (f64::from(agent) + load * loss))
}

impl Pacing for OpenLoop {
    fn handle(&mut self, event: Event, now: Moment) {
        if let Event::DayBegan(_) = event {
            self.next = now;
        }
    }

    fn decide(&mut self, _: &View<'_>, now: Moment) -> Decision {
        let mut begin = 0;
        while self.next <= now {
            self.next = self.next + self.each;
            begin += 1;
        }
        Decision { begin, ..nothing(self.next) }
    }
}

fn nothing(again: Moment) -> Decision {
    Decision { begin: 0, withdraw: 0, reason: Reason::OnePerReady { ready: 0 }, again }
}

/// A controller that is told wrongly who answers, for ever: a third of the answers, or two thirds of the rest as answers too. What is
/// connected and abandoned it is told truly.
#[derive(Debug)]
pub struct Misled<P> {
    pub pace: P,
    pub too_many: bool,
    pub told: u64,
}

impl<P: Pacing> Pacing for Misled<P> {
    fn handle(&mut self, event: Event, now: Moment) {
        self.told += 1;
        let two_thirds = !self.told.is_multiple_of(3);
        let event = match event {
            Event::Answered(since) if !self.too_many && two_thirds => Event::Unanswered(since),
            Event::Unanswered(since) if self.too_many && two_thirds => Event::Answered(since),
            event => event,
        };
        self.pace.handle(event, now);
    }

    fn decide(&mut self, view: &View<'_>, now: Moment) -> Decision {
        self.pace.decide(view, now)
    }
}
