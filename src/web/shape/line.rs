//! The live socket's lines as the document tells them; `live.rs` writes them.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::account::{Account, Phone, Watched};
use super::call::{Call, Direction};
use super::leg::Quality;
use super::live::Supervision;
use super::{Agent, Appointment, Callback, CampaignLive, Id, Letter, Me, Record, Snapshot};

/// One line of the live socket.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "the shape of what is written to live sockets, for the document alone")]
pub enum Line {
    Begin {
        seq: u64,
        snapshot: Snapshot,
    },
    Change {
        seq: u64,
        news: News,
    },
    /// Every 5 s, with the last number.
    Tick {
        tick: u64,
    },
    /// The last line, and why.
    End {
        bye: Bye,
    },
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the shape of what is written to live sockets, for the document alone")]
pub enum Bye {
    SignedOut,
    Idle,
    TooSlow,
    Draining,
}

/// What changed: put each object in the place of the older one with its id.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the shape of what is written to live sockets, for the document alone")]
pub struct News {
    #[schema(value_type = Me, required = false)]
    me: (),
    #[schema(value_type = Call, required = false)]
    call: (),
    /// It leaves the live state.
    #[schema(value_type = Call, required = false)]
    call_ended: (),
    #[schema(value_type = Agent, required = false)]
    agent: (),
    #[schema(value_type = Id, required = false)]
    agent_gone: (),
    #[schema(value_type = Account, required = false)]
    account: (),
    /// One that is unwatched leaves the live state.
    #[schema(value_type = Watched, required = false)]
    watched: (),
    /// One that is gone leaves the live state.
    #[schema(value_type = Phone, required = false)]
    phone: (),
    #[schema(value_type = Supervision, required = false)]
    supervision: (),
    /// Beside `call-ended`: a supervisor has it now.
    #[schema(value_type = TakenOver, required = false)]
    taken_over: (),
    /// One that is over leaves the live state.
    #[schema(value_type = Callback, required = false)]
    callback: (),
    #[schema(value_type = CampaignLive, required = false)]
    campaign: (),
    /// One that is gone leaves the live state.
    #[schema(value_type = Record, required = false)]
    record: (),
    #[schema(value_type = Appointment, required = false)]
    appointment: (),
    /// One is to know how it ended.
    #[schema(value_type = Reminded, required = false)]
    reminder: (),
    /// A message on its way out.
    #[schema(value_type = Letter, required = false)]
    outbox: (),
    #[schema(value_type = Message, required = false)]
    message: (),
    #[schema(value_type = Digit, required = false)]
    digit: (),
    #[schema(value_type = Measure, required = false)]
    quality: (),
    #[schema(value_type = Alert, required = false)]
    alert: (),
    /// To be read again, by their paths.
    #[schema(value_type = Vec<String>, required = false)]
    lists: (),
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what is written to live sockets, for the document alone")]
pub struct TakenOver {
    call: Id,
    /// The supervisor's name.
    by: String,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what is written to live sockets, for the document alone")]
pub struct Reminded {
    appointment: Appointment,
}

/// The far end pressed it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what is written to live sockets, for the document alone")]
pub struct Digit {
    call: Id,
    leg: Id,
    digit: String,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what is written to live sockets, for the document alone")]
pub struct Measure {
    call: Id,
    leg: Id,
    quality: Quality,
}

/// A text message (RFC 3428).
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::MessageView serialises to, for the document alone")]
pub struct Message {
    message: Id,
    direction: Direction,
    account: String,
    number: String,
    name: Option<String>,
    text: String,
    at: chrono::DateTime<chrono::Utc>,
    /// `sending`, `delivered`, `accepted`, `failed`, `received`.
    state: String,
    why: Option<String>,
}

/// Something a person has to know: its kind alone, or its kind with what it says.
#[derive(Debug)]
pub struct Alert;

impl PartialSchema for Alert {
    fn schema() -> RefOr<Schema> {
        let said = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(true)));
        let named = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::RefOr(said.into())));
        OneOfBuilder::new()
            .description(Some("Something a person has to know: its kind alone, or its kind with what it says"))
            .item(ObjectBuilder::new().schema_type(Type::String))
            .item(named)
            .into()
    }
}

impl ToSchema for Alert {}
