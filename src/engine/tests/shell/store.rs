//! A store in memory: keeps what a next start needs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::case::{ContactView, Known};
use engine::gate::Attempts;
use engine::id::{CallId, CaseId, LegId, RecordingId};
use engine::news::{HangupCause, HangupKind, MessageState};
use engine::records::{Batch, DialogRow, Facts, Question, Record};

use super::appointments::Appointed;
use super::leads::Leads;
use super::promises::Promised;

/// What was stored.
#[derive(Clone, Default)]
pub struct Store {
    /// Everything, in order.
    pub records: Batch,
    pub dialogs: BTreeMap<LegId, DialogRow>,
    pub opened: BTreeSet<CallId>,
    pub ended: BTreeMap<CallId, HangupCause>,
    /// How many were answered.
    pub answered: u64,
    /// Contacts, by number.
    pub contacts: BTreeMap<String, ContactView>,
    pub closed: BTreeSet<CaseId>,
    /// Recordings under way, and of which call.
    pub recording: BTreeMap<RecordingId, CallId>,
    /// Recordings that began.
    pub recorded: BTreeSet<RecordingId>,
    /// When it was put in place from a copy.
    pub restored: Option<DateTime<Utc>>,
    pub promised: Promised,
    /// It refused a batch once: what it has need not fit together.
    pub has_failed: bool,
    pub appointed: Appointed,
    pub leads: Leads,
    /// Batches with an attempt of a lease that had ended.
    pub refused: u32,
}

impl Store {
    /// All of a batch or nothing; nothing where an attempt is of a lease that has ended.
    pub fn keep(&mut self, batch: Batch) -> Result<(), StoreError> {
        assert!(!batch.is_empty(), "an empty batch is none");
        if batch.iter().any(|record| self.leads.is_lapsed(record)) {
            self.refused += 1;
            return Err(StoreError("the lease of a lead has ended".to_owned()));
        }
        let ended = self.ended.len();
        for record in batch {
            self.promised.keep(&record);
            self.appointed.keep(&record);
            self.leads.keep(&record, &mut self.promised.suppressed);
            match &record {
                Record::CallOpened(row) => assert!(self.opened.insert(row.call), "call {} is opened twice", row.call),
                Record::CallEnded { call, .. } if self.has_failed && !self.opened.contains(call) => {}
                Record::CallEnded { call, cause, .. } => {
                    assert!(self.opened.contains(call), "call {call} ends before it begins");
                    assert!(self.ended.insert(*call, cause.clone()).is_none(), "call {call} is stored as ended twice");
                }
                Record::CallAnswered { .. } => self.answered += 1,
                Record::Dialog(row) => {
                    self.dialogs.insert(row.leg, row.clone());
                }
                Record::DialogEnded { leg } => {
                    assert!(
                        self.dialogs.remove(leg).is_some() || self.has_failed,
                        "the dialog of leg {leg} was not stored"
                    );
                }
                Record::RecordingStarted(row) => {
                    let live = self.opened.contains(&row.call) && !self.ended.contains_key(&row.call);
                    assert!(live, "recording {} of no live call", row.recording);
                    assert!(self.recorded.insert(row.recording), "recording {} begins twice", row.recording);
                    let already = self.recording.values().any(|call| *call == row.call);
                    assert!(!already, "call {} is recorded twice at once", row.call);
                    self.recording.insert(row.recording, row.call);
                }
                Record::RecordingEnded { recording, .. } => {
                    assert!(
                        self.recording.remove(recording).is_some(),
                        "recording {recording} ends, and was not running"
                    );
                }
                _ => {}
            }
            self.records.push(record);
        }
        if self.ended.len() > ended {
            self.check_that_recordings_end_with_their_calls();
        }
        Ok(())
    }

    /// What a crash leaves is ended by who mends the files; every other call ends its recording in its own batch.
    fn check_that_recordings_end_with_their_calls(&mut self) {
        let crashed = |call: &CallId| self.ended.get(call).is_some_and(|cause| cause.kind == HangupKind::Crashed);
        self.recording.retain(|_, call| !crashed(call));
        let endless = self.recording.iter().find(|(_, call)| self.ended.contains_key(call));
        assert_eq!(endless, None, "a recording goes on without its call");
    }

    /// What it says to a question.
    pub fn answer(&self, question: &Question, now: DateTime<Utc>) -> Facts {
        self.promised.answer(question, now).map(|facts| self.with_campaigns(question, facts)).unwrap_or_else(|| {
            match question {
                Question::Known { number } => {
                    let contact = self.contacts.get(number).cloned();
                    Facts::Known(Known { contact, open_case: self.open_case(number) })
                }
                Question::Appointment(question) => Facts::Appointment(self.appointed.answer(question)),
                Question::Leads(question) => Facts::Leads(self.leads.answer(question, now, &self.promised)),
                _ => self.facts(),
            }
        })
    }

    /// Attempts of campaigns count beside the others.
    fn with_campaigns(&self, question: &Question, facts: Facts) -> Facts {
        match (question, facts) {
            (Question::Number { number, periods, .. }, Facts::Number { suppressed, attempts }) => {
                let own = self.leads.attempts_at(number, *periods);
                let (day, week, month) = (attempts.day + own.day, attempts.week + own.week, attempts.month + own.month);
                Facts::Number { suppressed, attempts: Attempts { day, week, month, ..attempts } }
            }
            (_, facts) => facts,
        }
    }

    /// The last case of a number that was opened and not closed.
    fn open_case(&self, number: &str) -> Option<CaseId> {
        self.records.iter().rev().find_map(|record| match record {
            Record::CaseOpened(row) if row.number == number && !self.closed.contains(&row.case) => Some(row.case),
            _ => None,
        })
    }

    /// What a start reads.
    fn facts(&self) -> Facts {
        let mut protocolo = None;
        let mut answers = Vec::new();
        let mut do_not_disturb = BTreeSet::new();
        let mut messages = BTreeMap::new();
        let mut entries = BTreeMap::new();
        let mut chosen = BTreeMap::new();
        for record in &self.records {
            match record {
                Record::ProtocoloBlock { day, next } => protocolo = Some((*day, *next)),
                Record::Answer { key, at, answer } => answers.push((key.clone(), *at, answer.clone())),
                Record::DoNotDisturb { account, on: true } => drop(do_not_disturb.insert(account.clone())),
                Record::Kept(entry) => drop(entries.insert(entry.id(), entry.clone())),
                Record::Removed(id) => drop(entries.remove(id)),
                Record::AgentChosen { user, chosen: own } => drop(chosen.insert(*user, own.clone())),
                Record::DoNotDisturb { account, on: false } => drop(do_not_disturb.remove(account)),
                Record::Message(view) => drop(messages.insert(view.message, view.clone())),
                _ => {}
            }
        }
        Facts::Start {
            open_dialogs: self.dialogs.values().cloned().collect(),
            open_calls: self.opened.iter().filter(|call| !self.ended.contains_key(call)).copied().collect(),
            protocolo,
            answers,
            do_not_disturb: do_not_disturb.into_iter().collect(),
            unanswered: messages.into_values().filter(|view| view.state == MessageState::Sending).collect(),
            entries: entries.into_values().collect(),
            chosen: chosen.into_iter().collect(),
            restored: self.restored.filter(|_| !self.records.contains(&Record::RestoredConfirmed)),
            promises: self.promised.at_start(),
            last_id: self.last_id(),
        }
    }

    /// The greatest of calls, promises, attempts, recordings and messages.
    fn last_id(&self) -> u64 {
        let messages = self.records.iter().filter_map(|record| match record {
            Record::Message(view) => Some(view.message.0),
            _ => None,
        });
        let calls = self.opened.last().map(|call| call.0);
        let recordings = self.recorded.last().map(|recording| recording.0);
        let promises = self.promised.rows.keys().next_back().map(|promise| promise.0);
        let attempts = self.leads.attempts.keys().next_back().map(|attempt| attempt.0);
        [calls, recordings, promises, attempts].into_iter().flatten().chain(messages).max().unwrap_or_default()
    }

    /// The stories' lines.
    pub fn events<'a>(&'a self) -> Vec<&'a str> {
        let told = |record: &'a Record| match record {
            Record::CallEvent { event, .. } => Some(event.as_str()),
            _ => None,
        };
        self.records.iter().filter_map(told).collect()
    }
}
