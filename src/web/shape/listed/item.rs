//! Lists that people choose from: pause reasons, dispositions, departments, locations.

use engine::access::Kind;
use engine::staff::{Entry, EntryId, Item, List, Staff};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::web::error::Error;

use super::Listed;
use crate::web::shape::Id;

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    reason: Id,
    /// `pause`.
    kind: Pause,
    name: String,
    /// How long a pause may last, in s.
    limit_s: Option<u32>,
    /// A rest break of NR-17.
    nr17: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pause {
    Pause,
}

impl Listed for Reason {
    type New = Reason;
    const PATH: &'static str = "/api/v1/reasons";
    const PATH_OF_ONE: &'static str = "/api/v1/reasons/{reason}";
    const ID: &'static str = "reason";
    const KIND: Kind = Kind::Item(List::PauseReason);

    fn entry_id(id: Id) -> EntryId {
        EntryId::Item(id.into())
    }

    fn of(entry: &Entry, _: &Staff) -> Option<Reason> {
        let item = item_of(entry, List::PauseReason)?;
        let (reason, name) = (item.item.into(), item.name.clone());
        Some(Reason { reason, kind: Pause::Pause, name, limit_s: item.limit_s, nr17: item.nr17 })
    }

    fn into_entry(self) -> Result<Entry, Error> {
        let item = item(self.reason, List::PauseReason, self.name);
        Ok(Entry::Item(Item { limit_s: self.limit_s, nr17: self.nr17, ..item }))
    }

    fn defaults() -> Value {
        json!({ "kind": "pause", "limit_s": null, "nr17": false })
    }

    fn example() -> Value {
        json!({ "reason": "3", "kind": "pause", "name": "Banheiro", "limit_s": 600, "nr17": false })
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Disposition {
    disposition: Id,
    name: String,
    /// None: of every queue.
    queue: Option<Id>,
}

impl Listed for Disposition {
    type New = Disposition;
    const PATH: &'static str = "/api/v1/dispositions";
    const PATH_OF_ONE: &'static str = "/api/v1/dispositions/{disposition}";
    const ID: &'static str = "disposition";
    const KIND: Kind = Kind::Item(List::Disposition);

    fn entry_id(id: Id) -> EntryId {
        EntryId::Item(id.into())
    }

    fn of(entry: &Entry, _: &Staff) -> Option<Disposition> {
        let item = item_of(entry, List::Disposition)?;
        Some(Disposition { disposition: item.item.into(), name: item.name.clone(), queue: None })
    }

    fn into_entry(self) -> Result<Entry, Error> {
        match self.queue {
            None => Ok(Entry::Item(item(self.disposition, List::Disposition, self.name))),
            Some(_) => Err(Error::field("queue", "invalid", "a disposition is of every queue")),
        }
    }

    fn defaults() -> Value {
        json!({ "queue": null })
    }

    fn example() -> Value {
        json!({ "disposition": "5", "name": "Resolvido", "queue": null })
    }
}

macro_rules! named_lists {
    ($($name:ident $list:ident $path:literal)*) => {$(
        #[derive(Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            id: Id,
            name: String,
        }

        impl Listed for $name {
            type New = $name;
            const PATH: &'static str = $path;
            const PATH_OF_ONE: &'static str = concat!($path, "/{id}");
            const ID: &'static str = "id";
            const KIND: Kind = Kind::Item(List::$list);

            fn entry_id(id: Id) -> EntryId {
                EntryId::Item(id.into())
            }

            fn of(entry: &Entry, _: &Staff) -> Option<$name> {
                let item = item_of(entry, List::$list)?;
                Some($name { id: item.item.into(), name: item.name.clone() })
            }

            fn into_entry(self) -> Result<Entry, Error> {
                Ok(Entry::Item(item(self.id, List::$list, self.name)))
            }

            fn defaults() -> Value {
                json!({})
            }

            fn example() -> Value {
                json!({ "id": "9", "name": "São Paulo" })
            }
        }
    )*};
}

named_lists! {
    Department Department "/api/v1/departments"
    Location Location "/api/v1/locations"
}

fn item_of(entry: &Entry, list: List) -> Option<&Item> {
    match entry {
        Entry::Item(item) if item.list == list => Some(item),
        Entry::User(_) | Entry::Perfil(_) | Entry::Queue(_) | Entry::Item(_) => None,
        Entry::Schedule(_) | Entry::Campaign(_) => None,
    }
}

fn item(id: Id, list: List, name: String) -> Item {
    Item { item: id.into(), list, name, limit_s: None, nr17: false, shift: None }
}
