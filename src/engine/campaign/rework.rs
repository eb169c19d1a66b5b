//! A pass over a whole list: a filter that is put on it, or leads that are over and come back (recycling). The list is not dialled
//! meanwhile; what the pass has done is kept by chunks, and it goes on after a crash.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::attempt::ResultKind;
use super::filter::Filter;
use super::lead::{Lead, LeadState, PhoneState};
use super::record::waiting;
use crate::id::ItemId;

/// What is done to each lead of a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Rework {
    /// Put aside, or no longer.
    Filter {
        filter: Filter,
    },
    Recycle {
        chosen: Recycling,
    },
}

/// Which leads come back of those that are over; one of these is enough. Never who asked not to be called, and nobody without a
/// number that exists. Limits per lead *ever* count anew; those per number and per day, week and month stay.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Recycling {
    /// The last attempt ended so.
    #[serde(default)]
    pub results: BTreeSet<ResultKind>,
    /// The agent said so of it (*tabulação*).
    #[serde(default)]
    pub dispositions: BTreeSet<ItemId>,
    /// There was no attempt.
    #[serde(default)]
    pub uncalled: bool,
    /// Not called before; none: at once.
    #[serde(default)]
    pub next: Option<DateTime<Utc>>,
}

/// What the last attempt that counts came to, and what was said of it.
pub type Last = (ResultKind, Option<ItemId>);

impl Recycling {
    pub fn is_empty(&self) -> bool {
        self.results.is_empty() && self.dispositions.is_empty() && !self.uncalled
    }

    /// The lead as it waits again; none: it stays as it is.
    pub fn recycled(&self, lead: &Lead, last: Option<Last>, now: DateTime<Utc>) -> Option<Lead> {
        let is_over = match lead.state {
            LeadState::Done | LeadState::Exhausted(_) => true,
            LeadState::Waiting { .. }
            | LeadState::Leased { .. }
            | LeadState::Callback { .. }
            | LeadState::Unknown { .. }
            | LeadState::Declined => false,
        };
        let is_chosen = match last {
            Some((result, said)) => {
                self.results.contains(&result) || said.is_some_and(|said| self.dispositions.contains(&said))
            }
            None => self.uncalled,
        };
        let is_alive = lead.phones.iter().any(|phone| phone.state != PhoneState::Dead);
        (is_over && is_chosen && is_alive).then(|| self.back(lead, now))
    }

    /// All its numbers have their turn again.
    fn back(&self, lead: &Lead, now: DateTime<Utc>) -> Lead {
        let mut lead = Lead { state: waiting(self.next.unwrap_or(now)), ..lead.clone() };
        for phone in &mut lead.phones {
            phone.state = match phone.state {
                PhoneState::Fresh | PhoneState::Tried => PhoneState::Fresh,
                PhoneState::Dead => PhoneState::Dead,
            };
        }
        lead
    }
}
