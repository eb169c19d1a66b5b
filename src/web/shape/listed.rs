//! Entries of lists as the API has them, and the way to the engine's and back.

use engine::access::{Action, Kind};
use engine::config::AccountName;
use engine::id::{ItemId, PerfilId, QueueId};
use engine::staff::{self, Directions, Entry, EntryId, Item, List, Opening, Permission, Staff};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::web::error::Error;

use super::{Id, ids};

/// One kind of entry.
pub trait Listed: Serialize + DeserializeOwned + ToSchema + Send + 'static {
    /// What a new one is described by.
    type New: ToSchema;
    const PATH: &'static str;
    const PATH_OF_ONE: &'static str;
    /// The field with its id.
    const ID: &'static str;

    fn entry_id(id: Id) -> EntryId;
    /// None: it is of another kind.
    fn of(entry: &Entry, staff: &Staff) -> Option<Self>;
    fn into_entry(self) -> Result<Entry, Error>;
    /// What a new one is where nothing is said.
    fn defaults() -> Value;
    fn example() -> Value;

    fn see() -> Action {
        Action::See(Kind::Perfil)
    }

    /// Whether people without a right to them may not know of them at all.
    fn hidden() -> bool {
        false
    }

    /// An entry of these fields over those of `base`.
    fn read(mut base: Value, fields: Map<String, Value>) -> Result<Entry, Error> {
        if let Some(all) = base.as_object_mut() {
            all.extend(fields);
            all.entry(Self::ID).or_insert_with(|| json!("0"));
        }
        let one: Self = serde_json::from_value(base).map_err(|why| Error::bad(why.to_string()))?;
        one.into_entry()
    }
}

/// A new password of somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Password {
    pub password: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    user: Id,
    login: String,
    name: String,
    /// `pt-BR` or `en`.
    language: String,
    perfil: Id,
    /// The extension whose calls are this person's.
    ramal: Option<String>,
    location: Option<Id>,
    queues: Vec<Id>,
    active: bool,
    /// `both`, `inbound`, `outbound`.
    #[schema(value_type = String)]
    directions: Directions,
}

/// A user to be; only `login`, `name` and `perfil` are needed.
#[derive(ToSchema)]
#[allow(dead_code, reason = "for the document alone")]
pub struct NewUser {
    login: String,
    name: String,
    perfil: Id,
    /// Only of a new one; without it nobody can sign in.
    password: Option<String>,
    language: Option<String>,
    ramal: Option<String>,
    location: Option<Id>,
    queues: Option<Vec<Id>>,
    active: Option<bool>,
    directions: Option<String>,
}

impl Listed for User {
    type New = NewUser;
    const PATH: &'static str = "/api/v1/users";
    const PATH_OF_ONE: &'static str = "/api/v1/users/{user}";
    const ID: &'static str = "user";

    fn entry_id(id: Id) -> EntryId {
        EntryId::User(id.into())
    }

    fn of(entry: &Entry, _: &Staff) -> Option<User> {
        let Entry::User(user) = entry else { return None };
        Some(User {
            user: user.user.into(),
            login: user.login.clone(),
            name: user.name.clone(),
            language: user.language.clone(),
            perfil: user.perfil.into(),
            ramal: user.ramal.as_ref().map(ToString::to_string),
            location: user.location.map(Id::from),
            queues: ids(user.queues.iter().copied()),
            active: user.active,
            directions: user.directions,
        })
    }

    fn into_entry(self) -> Result<Entry, Error> {
        Ok(Entry::User(staff::User {
            user: self.user.into(),
            login: self.login,
            name: self.name,
            language: self.language,
            perfil: self.perfil.into(),
            ramal: self.ramal.filter(|ramal| !ramal.is_empty()).map(|ramal| AccountName::from(&*ramal)),
            location: self.location.map(ItemId::from),
            queues: self.queues.into_iter().map(QueueId::from).collect(),
            active: self.active,
            directions: self.directions,
        }))
    }

    fn defaults() -> Value {
        json!({ "language": "pt-BR", "ramal": null, "location": null, "queues": [], "active": true, "directions": "both" })
    }

    fn example() -> Value {
        json!({ "user": "7", "login": "luana", "name": "Luana Andrade", "language": "pt-BR", "perfil": "1",
                "ramal": "2107", "location": null, "queues": ["12"], "active": true, "directions": "both" })
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Perfil {
    perfil: Id,
    name: String,
    /// It always exists and cannot be changed.
    builtin: bool,
    permissions: Vec<String>,
}

impl Listed for Perfil {
    type New = Perfil;
    const PATH: &'static str = "/api/v1/perfis";
    const PATH_OF_ONE: &'static str = "/api/v1/perfis/{perfil}";
    const ID: &'static str = "perfil";

    fn entry_id(id: Id) -> EntryId {
        EntryId::Perfil(id.into())
    }

    fn of(entry: &Entry, _: &Staff) -> Option<Perfil> {
        let Entry::Perfil(perfil) = entry else { return None };
        let permissions = perfil.permissions.iter().map(|permission| permission.name().to_owned()).collect();
        Some(Perfil {
            perfil: perfil.perfil.into(),
            name: perfil.name.clone(),
            builtin: perfil.builtin.is_some(),
            permissions,
        })
    }

    fn into_entry(self) -> Result<Entry, Error> {
        let permission = |name: &String| {
            let known = Permission::ALL.iter().copied().find(|permission| permission.name() == name);
            known.ok_or_else(|| Error::field("permissions", "unknown", "permissions: one of them does not exist"))
        };
        let permissions = self.permissions.iter().map(permission).collect::<Result<_, _>>()?;
        let perfil = PerfilId::from(self.perfil);
        let builtin = staff::Builtin::ALL.into_iter().find(|builtin| self.builtin && builtin.id() == perfil);
        Ok(Entry::Perfil(staff::Perfil { perfil, name: self.name, builtin, permissions }))
    }

    fn defaults() -> Value {
        json!({ "builtin": false, "permissions": [] })
    }

    fn example() -> Value {
        json!({ "perfil": "20", "name": "Retenção", "builtin": false, "permissions": ["calls", "calls.see-all"] })
    }

    fn hidden() -> bool {
        true
    }
}

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
            music: queue.music.clone(),
            script: queue.script.clone(),
            members: ids(members),
            hours: queue.hours.clone(),
        })
    }

    fn into_entry(self) -> Result<Entry, Error> {
        Ok(Entry::Queue(staff::Queue {
            queue: self.queue.into(),
            name: self.name,
            number: self.number,
            wrap_up_s: self.wrap_up_s,
            music: self.music,
            script: self.script,
            hours: self.hours,
        }))
    }

    fn defaults() -> Value {
        json!({ "wrap_up_s": 0, "music": null, "script": "", "hours": [] })
    }

    fn example() -> Value {
        json!({ "queue": "12", "name": "SAC", "number": "600", "wrap_up_s": 30, "music": null, "script": "Bom dia!",
                "members": ["7"], "hours": [{ "weekday": 1, "from": 480, "until": 1080 }] })
    }
}

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
    }
}

fn item(id: Id, list: List, name: String) -> Item {
    Item { item: id.into(), list, name, limit_s: None, nr17: false }
}
