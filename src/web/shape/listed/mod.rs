//! Entries of lists as the API has them, and the way to the engine's and back.

mod campaign;
mod item;
mod perfil;
mod queue;
mod schedule;
mod shift;
mod user;

use engine::access::Kind;
use engine::staff::{Entry, EntryId, Staff};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::web::error::Error;

use super::Id;

pub use campaign::{Campaign, CampaignAim};
pub use item::{Department, Disposition, Location, Reason};
pub use perfil::Perfil;
pub use queue::Queue;
pub use schedule::Schedule;
pub use shift::Shift;
pub use user::User;

/// One kind of entry.
pub trait Listed: Serialize + DeserializeOwned + ToSchema + Send + 'static {
    /// What a new one is described by.
    type New: ToSchema;
    const PATH: &'static str;
    const PATH_OF_ONE: &'static str;
    /// The field with its id.
    const ID: &'static str;
    const KIND: Kind;

    fn entry_id(id: Id) -> EntryId;
    /// None: it is of another kind.
    fn of(entry: &Entry, staff: &Staff) -> Option<Self>;
    fn into_entry(self) -> Result<Entry, Error>;
    /// What a new one is where nothing is said.
    fn defaults() -> Value;
    fn example() -> Value;

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
