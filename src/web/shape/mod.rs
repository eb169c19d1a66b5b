//! What the page reads and writes: the words of the API, where they are others than the engine's.

pub mod account;
mod alert;
mod appointment;
mod attached;
mod call;
mod callback;
mod campaign;
mod leg;
mod line;
mod listed;
mod live;
mod pacing;
mod person;

use engine::id::{
    AppointmentId, AttemptId, CallId, CampaignId, CaseId, ConferenceId, ContactId, FileId, ItemId, LeadId, LegId,
    ListId, OutboxId, PerfilId, PromiseId, QueueId, RecordingId, ScheduleId, UserId,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

pub use alert::alert;
pub use appointment::{Appointment, AppointmentAction, AppointmentChannel, AppointmentMessage, Letter};
pub use attached::Attached;
pub use call::{Call, Cause, Direction};
pub use callback::{Callback, CallbackDenial, CallbackOwner};
pub use campaign::{AttemptWord, CampaignLive, CampaignStanding, LeadPhone, Record};
pub use line::Line;
pub use listed::{
    Campaign, CampaignAim, Department, Disposition, Listed, Location, Password, Perfil, Queue, Reason, Schedule, Shift,
    User,
};
pub use live::{Snapshot, news};
pub use person::{Agent, Me};

/// An id: text of digits, since its 64 bits do not fit into a number of JavaScript.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Id(pub u64);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Id).map_err(|_| de::Error::custom("an id is a string of digits"))
    }
}

impl PartialSchema for Id {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9]+$")).build().into()
    }
}

impl ToSchema for Id {}

macro_rules! ids {
    ($($name:ident)*) => {$(
        impl From<$name> for Id {
            fn from(id: $name) -> Id {
                Id(id.0)
            }
        }
        impl From<Id> for $name {
            fn from(id: Id) -> $name {
                $name(id.0)
            }
        }
    )*};
}

ids! {
    AppointmentId AttemptId CallId CampaignId CaseId ConferenceId ContactId FileId ItemId LeadId LegId ListId OutboxId PerfilId PromiseId QueueId
    RecordingId ScheduleId UserId
}

pub fn ids(all: impl IntoIterator<Item: Into<Id>>) -> Vec<Id> {
    all.into_iter().map(Into::into).collect()
}

/// One line of the live state.
pub fn line(seq: u64, kind: &str, value: &Value) -> String {
    json!({ "seq": seq, kind: value }).to_string()
}
