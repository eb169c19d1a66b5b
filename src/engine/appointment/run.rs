//! From the open-case question to the outbox: asked, written, opened, handed over. All after the write may come twice, with the
//! same ids (AG-04).

use super::machine::{Context, Entry};
use super::order::{Looked, Opened, Order};
use super::record::{End, Failure, Run};
use super::state::State;
use crate::id::{CaseId, Ids, OutboxId};
use crate::outbox::Letter;

impl Entry {
    /// An answer to an earlier question says nothing.
    pub fn on_case(&mut self, answer: u32, looked: Looked, ids: &mut Ids, cx: &mut Context<'_>) {
        match self.state {
            State::Asking { ask } if ask == answer => match looked {
                Looked::Open(case) => self.decide(End::Failed { failure: Failure::CaseOpen { case } }, None, cx),
                Looked::NoneOpen => {
                    let case = CaseId(ids.next(cx.now.civil));
                    let message = self.appointment.terms.message.as_ref();
                    let run = Run { case, item: message.map(|_| OutboxId(ids.next(cx.now.civil))) };
                    self.state = State::Storing { run };
                    self.write(cx);
                }
                Looked::Failed => self.state = State::Open { look: cx.soon() },
            },
            State::Asking { .. } | State::Open { .. } | State::Storing { .. } | State::Opening { .. } => {}
            State::Sending { .. } | State::Again { .. } | State::Deciding { .. } | State::Telling { .. } => {}
            State::TellingAgain { .. } | State::Changing { .. } | State::Over { .. } => {}
        }
    }

    pub(super) fn open_case(&mut self, run: Run, cx: &mut Context<'_>) {
        let terms = &self.appointment.terms;
        cx.orders.push_back(Order::OpenCase {
            appointment: self.appointment.id,
            case: run.case,
            contact: terms.contact,
            department: terms.department,
            agent: terms.agent,
            comment: terms.comment.clone(),
        });
        self.state = State::Opening { run };
    }

    pub fn on_opened(&mut self, case: CaseId, opened: Opened, cx: &mut Context<'_>) {
        match self.state {
            State::Opening { run } if run.case == case => match opened {
                Opened::Yes => self.send(run, cx),
                Opened::Other(case) => {
                    self.decide(End::Failed { failure: Failure::CaseOpen { case } }, Some(run), cx);
                }
                Opened::Refused { why } => {
                    self.decide(End::Failed { failure: Failure::Refused { why } }, Some(run), cx)
                }
                Opened::Failed => self.state = State::Again { run, look: cx.soon() },
            },
            State::Opening { .. } | State::Open { .. } | State::Asking { .. } | State::Storing { .. } => {}
            State::Sending { .. } | State::Again { .. } | State::Deciding { .. } | State::Telling { .. } => {}
            State::TellingAgain { .. } | State::Changing { .. } | State::Over { .. } => {}
        }
    }

    fn send(&mut self, run: Run, cx: &mut Context<'_>) {
        match (run.item, &self.appointment.terms.message) {
            (Some(item), Some(message)) => {
                cx.orders.push_back(Order::Send(Letter {
                    id: item,
                    key: format!("appointment-{}", self.appointment.id),
                    to: message.to.clone(),
                    body: message.body.clone(),
                    files: self.appointment.terms.files.clone(),
                    appointment: Some(self.appointment.id),
                }));
                self.state = State::Sending { run };
            }
            (None, _) | (_, None) => self.decide(End::Done, Some(run), cx),
        }
    }

    /// The outbox has it for sure, or could not take it now.
    pub fn on_sent(&mut self, item: OutboxId, taken: bool, cx: &mut Context<'_>) {
        match self.state {
            State::Sending { run } if run.item == Some(item) => match taken {
                true => self.decide(End::Done, Some(run), cx),
                false => self.state = State::Again { run, look: cx.soon() },
            },
            State::Sending { .. } | State::Open { .. } | State::Asking { .. } | State::Storing { .. } => {}
            State::Opening { .. } | State::Again { .. } | State::Deciding { .. } | State::Telling { .. } => {}
            State::TellingAgain { .. } | State::Changing { .. } | State::Over { .. } => {}
        }
    }
}
