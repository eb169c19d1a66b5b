//! Whom a call is with, and whose matter it is (SM-06 to SM-08, SM-11): the contact is looked up while it rings, the open case goes on
//! or a new one begins at the answer, a task is written at the end.
//!
//! ```text
//!   first heard of ── ask the store ──> known ── answered ──> its case opened or continued ── ended ──> task
//!                        └── no answer, or none in time: the call goes on, its case begins without a contact
//! ```

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::border::StoreError;
use crate::id::{CallId, CaseId, ContactId, Ids, QuestionId, UserId};
use crate::news::{CallState, CallView, Direction};
use crate::records::Record;
use crate::time::Now;

/// A person or company that calls or is called, as far as a call shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ContactView {
    pub contact: ContactId,
    pub name: String,
    /// CPF or CNPJ, digits only.
    pub document: Option<String>,
    pub account_name: Option<String>,
}

/// What the store knows of a number.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Known {
    /// None: nobody with this number, which is no error (SM-08).
    pub contact: Option<ContactView>,
    /// Of this contact or number, the last that was opened and not closed.
    pub open_case: Option<CaseId>,
}

/// A case as it begins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CaseRow {
    pub case: CaseId,
    pub protocolo: String,
    pub contact: Option<ContactView>,
    /// The far end's number, normalised.
    pub number: String,
    /// What the network said the caller is called; for who is unknown.
    pub name: Option<String>,
    /// Who answered.
    pub owner: UserId,
    pub direction: Direction,
    pub at: DateTime<Utc>,
}

/// What the room wants done.
#[derive(Clone, PartialEq, Debug)]
pub enum Order {
    Ask {
        question: QuestionId,
        number: String,
    },
    Store(Box<Record>),
    /// More is known of the call than was told.
    Told(CallId),
}

/// The matters of live calls.
#[derive(Debug, Default)]
pub struct Cases {
    matters: BTreeMap<CallId, Matter>,
    asked: BTreeMap<QuestionId, CallId>,
    orders: VecDeque<Order>,
}

#[derive(Debug, Default)]
struct Matter {
    /// `None` while the store is being asked.
    known: Option<Known>,
    case: Option<CaseId>,
    /// A call that was answered before the store was.
    waiting: Option<CallView>,
}

impl Cases {
    /// A call has changed. Calls of nobody in particular have no case. `question` makes a number for what is asked.
    pub fn on_call(&mut self, view: &CallView, question: impl FnOnce() -> QuestionId, ids: &mut Ids, now: Now) {
        if view.user.is_none() {
            return;
        }
        if !self.matters.contains_key(&view.call) {
            let question = question();
            self.asked.insert(question, view.call);
            self.matters.insert(view.call, Matter::default());
            self.orders.push_back(Order::Ask { question, number: view.number.clone() });
        }
        if view.state == CallState::Answered {
            self.begin(view, ids, now);
        }
    }

    /// The task of the call's case, when it has one; then the call is forgotten.
    pub fn on_ended(&mut self, view: &CallView, ids: &mut Ids, now: Now) {
        let Some(mut matter) = self.matters.remove(&view.call) else { return };
        self.asked.retain(|_, call| *call != view.call);
        // The store never answered: better a case without a contact than none.
        if let Some(answered) = matter.waiting.take() {
            matter.known = Some(Known::default());
            self.matters.insert(view.call, matter);
            self.begin(&answered, ids, now);
            matter = self.matters.remove(&view.call).unwrap_or_default();
        }
        if let Some(case) = matter.case {
            let task = Record::CaseTask { case, call: view.call, at: now.civil, protocolo: view.protocolo.clone() };
            self.orders.push_back(Order::Store(Box::new(task)));
        }
    }

    /// What the store knows; `false` when the question was not of this room. What it cannot tell is as what it does not know.
    pub fn on_known(
        &mut self,
        question: QuestionId,
        known: Result<Known, StoreError>,
        ids: &mut Ids,
        now: Now,
    ) -> bool {
        let Some(call) = self.asked.remove(&question) else { return false };
        let Some(matter) = self.matters.get_mut(&call) else { return true };
        matter.known = Some(known.unwrap_or_default());
        if let Some(view) = matter.waiting.take() {
            self.begin(&view, ids, now);
        }
        self.orders.push_back(Order::Told(call));
        true
    }

    /// Adds what is known here to what is shown of a call.
    pub fn dress(&self, view: &mut CallView) {
        let Some(matter) = self.matters.get(&view.call) else { return };
        view.contact = matter.known.as_ref().and_then(|known| known.contact.clone());
        view.case = matter.case;
    }

    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// The open case goes on, or one begins; once for each call. A consultation is about its customer's.
    fn begin(&mut self, view: &CallView, ids: &mut Ids, now: Now) {
        let asked_about = view.consults.and_then(|customer| self.matters.get(&customer)?.case);
        let Some(matter) = self.matters.get_mut(&view.call).filter(|matter| matter.case.is_none()) else { return };
        let (Some(known), Some(owner)) = (&matter.known, view.user) else {
            matter.waiting = Some(view.clone());
            return;
        };
        let goes_on = asked_about.or(known.open_case);
        let record = match goes_on {
            Some(case) => Record::CaseContinued { case, call: view.call, at: now.civil },
            None => Record::CaseOpened(CaseRow {
                case: CaseId(ids.next(now.civil)),
                protocolo: view.protocolo.clone(),
                contact: known.contact.clone(),
                number: view.number.clone(),
                name: view.name.clone(),
                owner,
                direction: view.direction,
                at: now.civil,
            }),
        };
        matter.case = match &record {
            Record::CaseOpened(row) => Some(row.case),
            _ => goes_on,
        };
        self.orders.push_back(Order::Store(Box::new(record)));
        self.orders.push_back(Order::Told(view.call));
    }
}
