//! Queues: groups of people, their hours, what they say and write.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use engine::access::Kind;
use engine::staff::{self, Entry, EntryId, Opening, Staff};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::web::error::Error;

use super::Listed;
use crate::web::shape::{Id, ids};

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    queue: Id,
    name: String,
    number: String,
    /// How long after a call its agent may write, in s.
    wrap_up_s: u32,
    music: Option<String>,
    script: String,
    #[serde(default)]
    members: Vec<Id>,
    #[schema(value_type = Vec<Hours>)]
    hours: Vec<Opening>,
    /// Days on which it is closed: `2026-12-25`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    holidays: BTreeSet<NaiveDate>,
}

/// Hours of one weekday.
#[derive(ToSchema)]
#[allow(dead_code, reason = "for the document alone")]
pub struct Hours {
    /// 1 (Monday) to 7.
    weekday: u8,
    /// Minutes after midnight.
    from: u16,
    until: u16,
}

impl Listed for Queue {
    type New = Queue;
    const PATH: &'static str = "/api/v1/queues";
    const PATH_OF_ONE: &'static str = "/api/v1/queues/{queue}";
    const ID: &'static str = "queue";
    const KIND: Kind = Kind::Queue;

    fn entry_id(id: Id) -> EntryId {
        EntryId::Queue(id.into())
    }

    fn of(entry: &Entry, staff: &Staff) -> Option<Queue> {
        let Entry::Queue(queue) = entry else { return None };
        let members = staff.users().filter(|user| user.queues.contains(&queue.queue)).map(|user| user.user);
        Some(Queue {
            queue: queue.queue.into(),
            name: queue.name.clone(),
            number: queue.number.clone(),
            wrap_up_s: queue.wrap_up_s,
            music: queue.music.as_ref().map(ToString::to_string),
            script: queue.script.clone(),
            members: ids(members),
            hours: queue.hours.clone(),
            holidays: queue.holidays.clone(),
        })
    }

    fn into_entry(self) -> Result<Entry, Error> {
        Ok(Entry::Queue(staff::Queue {
            queue: self.queue.into(),
            name: self.name,
            number: self.number,
            wrap_up_s: self.wrap_up_s,
            music: self.music.filter(|music| !music.trim().is_empty()).map(|music| music.as_str().into()),
            script: self.script,
            hours: self.hours,
            holidays: self.holidays,
        }))
    }

    fn defaults() -> Value {
        json!({ "wrap_up_s": 0, "music": null, "script": "", "hours": [], "holidays": [] })
    }

    fn example() -> Value {
        json!({ "queue": "12", "name": "SAC", "number": "600", "wrap_up_s": 30, "music": null, "script": "Bom dia!",
                "members": ["7"], "hours": [{ "weekday": 1, "from": 480, "until": 1080 }],
                "holidays": ["2026-12-25"] })
    }
}
