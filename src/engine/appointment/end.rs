//! How an appointment ends: written before anybody is told, so that nobody is told two things; told for sure, so that none ends
//! silently.

use std::collections::BTreeSet;

use super::machine::{Context, Entry};
use super::order::{Notice, Order, To};
use super::record::{End, Run};
use super::state::State;

impl Entry {
    pub(super) fn decide(&mut self, end: End, run: Option<Run>, cx: &mut Context<'_>) {
        self.state = match self.told(&end).is_empty() {
            true => State::Over { end },
            false => State::Deciding { end, run },
        };
        self.write(cx);
    }

    pub(super) fn notify(&mut self, end: End, cx: &mut Context<'_>) {
        let terms = &self.appointment.terms;
        cx.orders.push_back(Order::Notify(Notice {
            appointment: self.appointment.id,
            to: self.told(&end),
            contact: terms.contact,
            action: terms.action,
            end: end.clone(),
            comment: terms.comment.clone(),
            due: terms.due,
        }));
        self.state = State::Telling { end };
    }

    /// The notice will be seen for sure, or could not be kept now.
    pub fn on_notified(&mut self, kept: bool, cx: &mut Context<'_>) {
        match &self.state {
            State::Telling { end } if kept => {
                self.state = State::Over { end: end.clone() };
                self.write(cx);
            }
            State::Telling { end } => self.state = State::TellingAgain { end: end.clone(), look: cx.soon() },
            State::Open { .. } | State::Asking { .. } | State::Storing { .. } | State::Opening { .. } => {}
            State::Sending { .. } | State::Again { .. } | State::Deciding { .. } | State::TellingAgain { .. } => {}
            State::Changing { .. } | State::Over { .. } => {}
        }
    }

    /// Who is told of an end: whom the action notifies; of what went wrong, who made it too.
    fn told(&self, end: &End) -> BTreeSet<To> {
        let terms = &self.appointment.terms;
        let agent = terms.agent.map_or(To::Department(terms.department), To::Person);
        match end {
            End::Done => terms.action.notifies().then_some(agent).into_iter().collect(),
            End::Failed { .. } | End::Missed => BTreeSet::from([agent, To::Person(self.appointment.creator)]),
            End::Cancelled => BTreeSet::new(),
        }
    }
}
