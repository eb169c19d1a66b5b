//! A campaign's day in virtual time, paced by the same code as a real one: for the forecast of a day, and for the proof of the pace.

mod day;
mod draw;
mod model;
mod outcome;
mod people;

use super::controller::Controller;
use super::view::{Decision, Event, View};
use crate::time::Moment;

pub use day::play;
pub use model::{Answers, Call, Scenario, Team, Times};
pub use outcome::{Minute, Outcome};

/// Whatever begins calls.
pub trait Pacing {
    fn handle(&mut self, event: Event, now: Moment);
    fn decide(&mut self, view: &View<'_>, now: Moment) -> Decision;
}

impl Pacing for Controller {
    fn handle(&mut self, event: Event, now: Moment) {
        Controller::handle(self, event, now);
    }

    fn decide(&mut self, view: &View<'_>, now: Moment) -> Decision {
        Controller::decide(self, view, now)
    }
}
