//! Leads by what people look for, page by page; and what a person decides about one.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::campaign::{Lead, LeadState};
use engine::id::{LeadId, ListId};
use rusqlite::types::Value;

use super::column::id;
use super::error::words;
use super::history::Reader;
use super::{Store, leads};

/// Which leads are wanted: of what is given, all must fit. Those of discarded lists are not shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LeadFilter {
    /// One of these; none: whichever.
    pub lists: Option<BTreeSet<ListId>>,
    /// Normalised.
    pub number: Option<String>,
    /// Part of the recipient; letters of ASCII in either case.
    pub name: Option<String>,
    /// As the column has it: `waiting`, `leased`, `callback`, `unknown`, `done`, `declined`, `exhausted`.
    pub state: Option<String>,
    /// By id behind this one.
    pub after: Option<LeadId>,
}

impl Reader {
    /// By id; at most 1,000.
    pub fn leads(&self, filter: &LeadFilter, take: u32) -> Result<Vec<Lead>, StoreError> {
        let (sql, mut values) = statement(filter);
        values.push(Value::from(take.min(1_000)));
        self.leads_by(&sql, rusqlite::params_from_iter(values)).map_err(|error| words(&error))
    }
}

impl Store {
    /// A person says whether an attempt that a crash cut off reached anybody: then the lead is done, else its turn comes again.
    /// None: nothing of the kind is to be said of it. Blocks until it is on the disk.
    pub fn settle_lead(&self, lead: LeadId, reached: bool, now: DateTime<Utc>) -> Result<Option<()>, StoreError> {
        self.writer.run(move |base| {
            let unknown = |lead: &Lead| matches!(lead.state, LeadState::Unknown { .. });
            let Some(lead) = leads::one(base, lead)?.filter(unknown) else { return Ok(None) };
            let state = match reached {
                true => LeadState::Done,
                false => LeadState::Waiting { next: now, top: false, cool_off: None },
            };
            leads::write(base, &Lead { state, ..lead }, None).map(|written| written.then_some(()))
        })
    }
}

/// Words of this file only; what is asked for is bound.
fn statement(filter: &LeadFilter) -> (String, Vec<Value>) {
    let (mut conditions, mut values) = (vec!["lists.state <> 'discarded'".to_owned()], Vec::new());
    if let Some(lists) = &filter.lists {
        let places = vec!["?"; lists.len()].join(", ");
        // Of one list its index says which come next; of several the order of ids does, and no sorting of a million.
        let column = if lists.len() == 1 { "leads.list" } else { "+leads.list" };
        conditions.push(format!("{column} IN ({places})"));
        values.extend(lists.iter().map(|list| Value::from(id(list.0))));
    }
    if let Some(number) = &filter.number {
        conditions.push("leads.lead IN (SELECT lead FROM lead_numbers WHERE number = ?)".to_owned());
        values.push(Value::from(number.clone()));
    }
    if let Some(name) = &filter.name {
        conditions.push("leads.recipient LIKE ? ESCAPE '\\'".to_owned());
        let plain = name.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        values.push(Value::from(format!("%{plain}%")));
    }
    if let Some(state) = &filter.state {
        conditions.push("leads.state = ?".to_owned());
        values.push(Value::from(state.clone()));
    }
    if let Some(after) = filter.after {
        conditions.push("leads.lead > ?".to_owned());
        values.push(Value::from(id(after.0)));
    }
    let conditions = conditions.join(" AND ");
    (format!("SELECT lead FROM leads CROSS JOIN lists USING (list) WHERE {conditions} ORDER BY lead LIMIT ?"), values)
}
