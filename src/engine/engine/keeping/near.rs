//! Promises of the next days are here, the others in the store: looked for again each hour.

use std::time::Duration;

use chrono::TimeDelta;

use crate::border::StoreError;
use crate::callback::Taken;
use crate::id::QuestionId;
use crate::records::{Facts, Promises, Question};
use crate::time::{Moment, Now};

use super::super::Engine;
use super::Keeping;

/// When the store is asked again for what comes near.
#[derive(Debug, Default)]
pub(super) struct Near {
    look: Option<Moment>,
    asked: Option<QuestionId>,
}

impl Near {
    pub fn poll_timeout(&self) -> Option<Moment> {
        self.look
    }
}

impl Engine {
    /// As the store remembers it, at a start; after the escalas, before the people.
    pub(in super::super) fn restore_promises(&mut self, promises: Promises, now: Now) {
        let Promises { taken, dropped, returned, newest, doubted } = promises;
        newest.filter(|newest| *newest > now.civil).iter().for_each(|newest| self.ids.skip(*newest + SLACK));
        let fence = self.ids.next(now.civil);
        self.keeping = Keeping { assign: crate::assign::Assign::new(fence), ..Keeping::default() };
        self.keeping.returned = returned.into_iter().collect();
        let behind = newest.filter(|newest| *newest > now.civil + SLACK);
        self.keeping.right = (behind.is_none() && !doubted).then_some(now);
        let unjumped = newest.filter(|_| doubted).unwrap_or(now.civil);
        self.keeping.steady = Some(Now { civil: behind.map_or(unjumped, |newest| newest + SLACK), ..now });
        self.know_schedules(now);
        self.keeping.callbacks.on_taken_places(taken.into_iter().collect::<Taken>());
        for row in dropped {
            self.return_stored(&row, now);
        }
        self.show_life(now);
        self.ask_for_near(now);
    }

    /// The hour is over: days have come nearer, holidays too.
    pub(super) fn look_near(&mut self, now: Now) {
        if self.keeping.near.look.is_some_and(|look| look <= now.moment) {
            self.look_around(now);
        }
    }

    pub(super) fn look_around(&mut self, now: Now) {
        self.know_schedules(now);
        self.know_campaigns(now);
        self.ask_for_near(now);
    }

    fn ask_for_near(&mut self, now: Now) {
        let question = self.load(Question::Promises { until: now.civil + NEAR });
        self.keeping.near = Near { look: Some(now.moment + HOUR), asked: Some(question) };
    }

    /// An answer of the store about promises; whether it was one.
    pub(in super::super) fn on_promises_known(
        &mut self,
        question: QuestionId,
        facts: &Result<Facts, StoreError>,
        now: Now,
    ) -> bool {
        if self.keeping.near.asked.take_if(|asked| *asked == question).is_some() {
            match facts {
                Ok(Facts::Promises(rows)) => {
                    rows.iter().for_each(|row| self.keeping.callbacks.restore(row.clone(), now));
                }
                Ok(
                    Facts::Start { .. }
                    | Facts::Known(_)
                    | Facts::Promise(_)
                    | Facts::Number { .. }
                    | Facts::Appointment(_)
                    | Facts::Leads(_),
                )
                | Err(_) => {
                    self.keeping.near.look = Some(now.moment + SOON);
                }
            }
        } else if let Some(command) = self.keeping.fetching.remove(&question) {
            if let Ok(Facts::Promise(Some(row))) = facts {
                self.keeping.callbacks.restore(row.clone(), now);
            }
            self.carry_out_wish(&command, now);
            self.answer_twins(command.key.as_ref(), now);
        } else {
            return false;
        }
        if self.keeping.near.asked.is_none() && self.keeping.fetching.is_empty() {
            self.keeping.callbacks.forget_ended();
        }
        true
    }
}

/// Held here.
const NEAR: TimeDelta = TimeDelta::hours(48);
const HOUR: Duration = Duration::from_secs(3_600);
/// After the store could not be read.
const SOON: Duration = Duration::from_secs(10);
/// What was written last may be a little ahead of a clock that is kept.
const SLACK: TimeDelta = TimeDelta::minutes(5);
