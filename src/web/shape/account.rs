//! Extensions and trunks, the lamps they watch, the desk phones they call.

use chrono::{DateTime, Utc};
use utoipa::ToSchema;

use super::Id;
use super::call::Cause;

/// An extension or a trunk.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::AccountView serialises to, for the document alone")]
pub struct Account {
    account: String,
    kind: AccountKind,
    group: String,
    registration: Registration,
    do_not_disturb: bool,
    calls: u16,
    /// What its calls are talked through, unless an agent chose otherwise.
    device: String,
    /// None: the PBX has not told.
    messages: Option<Mailbox>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the shape of what engine::config::AccountKind serialises to, for the document alone")]
pub enum AccountKind {
    Extension,
    RegisteredTrunk,
    AddressedTrunk,
}

/// SP-01: until when, round trip, last error in words.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::RegistrationView serialises to, for the document alone")]
pub struct Registration {
    state: RegistrationState,
    until: Option<DateTime<Utc>>,
    round_trip_ms: Option<f32>,
    last_error: Option<String>,
    last_error_at: Option<DateTime<Utc>>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the shape of what engine::news::RegistrationState serialises to, for the document alone")]
pub enum RegistrationState {
    Waiting,
    Registering,
    Registered,
    Refused,
    Unregistered,
    NotNeeded,
}

/// Voice messages (RFC 3842).
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::MessageSummary serialises to, for the document alone")]
pub struct Mailbox {
    waiting: bool,
    new: u32,
    old: u32,
    urgent_new: u32,
    urgent_old: u32,
}

/// A lamp (BLF).
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::WatchedView serialises to, for the document alone")]
pub struct Watched {
    account: String,
    number: String,
    state: WatchedState,
    since: Option<DateTime<Utc>>,
    why: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the shape of what engine::news::WatchedState serialises to, for the document alone")]
pub enum WatchedState {
    Unknown,
    Idle,
    Ringing,
    Talking,
    Unwatched,
}

/// A desk phone that is somebody's device.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::PhoneView serialises to, for the document alone")]
pub struct Phone {
    device: String,
    number: String,
    account: String,
    leg: Id,
    state: PhoneState,
    since: DateTime<Utc>,
    why: Option<Cause>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the shape of what engine::news::PhoneState serialises to, for the document alone")]
pub enum PhoneState {
    Disconnected,
    Calling,
    Connected,
    Gone,
}
