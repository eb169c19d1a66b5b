//! Users: people with a login.

use engine::access::Kind;
use engine::config::AccountName;
use engine::id::{ItemId, QueueId};
use engine::staff::{self, Directions, Entry, EntryId, Staff};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::web::error::Error;

use super::Listed;
use crate::web::shape::{Id, ids};

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
    /// Whose reminders are this person's.
    departments: Vec<Id>,
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
    departments: Option<Vec<Id>>,
    active: Option<bool>,
    directions: Option<String>,
}

impl Listed for User {
    type New = NewUser;
    const PATH: &'static str = "/api/v1/users";
    const PATH_OF_ONE: &'static str = "/api/v1/users/{user}";
    const ID: &'static str = "user";
    const KIND: Kind = Kind::User;

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
            departments: ids(user.departments.iter().copied()),
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
            departments: self.departments.into_iter().map(ItemId::from).collect(),
            active: self.active,
            directions: self.directions,
        }))
    }

    fn defaults() -> Value {
        json!({ "language": "pt-BR", "ramal": null, "location": null, "queues": [], "departments": [],
                "active": true, "directions": "both" })
    }

    fn example() -> Value {
        json!({ "user": "7", "login": "luana", "name": "Luana Andrade", "language": "pt-BR", "perfil": "1",
                "ramal": "2107", "location": null, "queues": ["12"], "departments": ["3"], "active": true, "directions": "both" })
    }
}
