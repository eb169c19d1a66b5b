//! Shifts: who works and rests when (VZ-15).

use std::collections::BTreeSet;

use engine::access::Kind;
use engine::id::UserId;
use engine::staff::{self, Entry, EntryId, Item, List, Staff};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::web::error::Error;

use super::Listed;
use crate::web::shape::{Id, ids};

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    shift: Id,
    name: String,
    /// Of the week, 1 (Monday) to 7.
    #[schema(value_type = Vec<u8>)]
    days: BTreeSet<u8>,
    /// Minutes after midnight.
    from: u16,
    /// Not later than `from`: on the next day.
    until: u16,
    breaks: Vec<Break>,
    users: Vec<Id>,
}

/// Planned for each day of the shift.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// Minutes after midnight.
    at: u16,
    minutes: u16,
    /// A pause reason.
    reason: Id,
}

impl Listed for Shift {
    type New = Shift;
    const PATH: &'static str = "/api/v1/shifts";
    const PATH_OF_ONE: &'static str = "/api/v1/shifts/{shift}";
    const ID: &'static str = "shift";
    const KIND: Kind = Kind::Item(List::Shift);

    fn entry_id(id: Id) -> EntryId {
        EntryId::Item(id.into())
    }

    /// Without reasons and people that were deleted meanwhile.
    fn of(entry: &Entry, staff: &Staff) -> Option<Shift> {
        let Entry::Item(item) = entry else { return None };
        let shift = item.shift.as_ref()?;
        let there = |one: &&staff::Break| staff.pause_reason(one.reason).is_some();
        let known: BTreeSet<UserId> = staff.users().map(|user| user.user).collect();
        let shown = |one: &staff::Break| Break { at: one.at, minutes: one.minutes, reason: one.reason.into() };
        Some(Shift {
            shift: item.item.into(),
            name: item.name.clone(),
            days: shift.days.clone(),
            from: shift.from,
            until: shift.until,
            breaks: shift.breaks.iter().filter(there).map(shown).collect(),
            users: ids(shift.users.intersection(&known).copied()),
        })
    }

    fn into_entry(self) -> Result<Entry, Error> {
        let planned = |one: Break| staff::Break { at: one.at, minutes: one.minutes, reason: one.reason.into() };
        let shift = staff::Shift {
            days: self.days,
            from: self.from,
            until: self.until,
            breaks: self.breaks.into_iter().map(planned).collect(),
            users: self.users.into_iter().map(UserId::from).collect(),
        };
        let (item, list) = (self.shift.into(), List::Shift);
        Ok(Entry::Item(Item { item, list, name: self.name, limit_s: None, nr17: false, shift: Some(shift) }))
    }

    fn defaults() -> Value {
        json!({ "days": [1, 2, 3, 4, 5], "breaks": [], "users": [] })
    }

    fn example() -> Value {
        json!({ "shift": "30", "name": "Manhã A", "days": [1, 2, 3, 4, 5], "from": 480, "until": 840, "breaks": [], "users": [] })
    }
}
