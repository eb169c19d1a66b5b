//! A store in memory: keeps what a next start needs.

use std::collections::{BTreeMap, BTreeSet};

use engine::id::{CallId, LegId};
use engine::news::HangupCause;
use engine::records::{Batch, DialogRow, Facts, Record};

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
}

impl Store {
    pub fn keep(&mut self, batch: Batch) {
        assert!(!batch.is_empty(), "an empty batch is none");
        for record in batch {
            match &record {
                Record::CallOpened(row) => assert!(self.opened.insert(row.call), "call {} is opened twice", row.call),
                Record::CallEnded { call, cause, .. } => {
                    assert!(self.opened.contains(call), "call {call} ends before it begins");
                    assert!(self.ended.insert(*call, cause.clone()).is_none(), "call {call} is stored as ended twice");
                }
                Record::CallAnswered { .. } => self.answered += 1,
                Record::Dialog(row) => {
                    self.dialogs.insert(row.leg, row.clone());
                }
                Record::DialogEnded { leg } => {
                    assert!(self.dialogs.remove(leg).is_some(), "the dialog of leg {leg} was not stored");
                }
                _ => {}
            }
            self.records.push(record);
        }
    }

    /// What a start reads.
    pub fn facts(&self) -> Facts {
        let mut protocolo = None;
        let mut answers = Vec::new();
        let mut do_not_disturb = BTreeSet::new();
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
                _ => {}
            }
        }
        Facts::Start {
            open_dialogs: self.dialogs.values().cloned().collect(),
            open_calls: self.opened.iter().filter(|call| !self.ended.contains_key(call)).copied().collect(),
            protocolo,
            answers,
            do_not_disturb: do_not_disturb.into_iter().collect(),
            entries: entries.into_values().collect(),
            chosen: chosen.into_iter().collect(),
        }
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
