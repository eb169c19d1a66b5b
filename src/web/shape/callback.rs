//! Promises to call somebody back, as the API has them.

use chrono::{DateTime, NaiveDateTime, Utc};
use engine::callback::{End, Kind, Owner, Phase, Promise, PromiseView, Row, Standing};
use engine::id::UserId;
use engine::judgement::Denial;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Id;

/// A promise to call somebody back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Callback {
    pub callback: Id,
    /// To be named by the next edit.
    pub version: u32,
    /// `callback`, or `return`: our side dropped an answered call.
    #[schema(value_type = CallbackKind)]
    kind: &'static str,
    /// Its escala.
    schedule: Id,
    recipient: String,
    number: String,
    note: String,
    owner: CallbackOwner,
    protocolo: Option<String>,
    pub due: DateTime<Utc>,
    /// On the escala's wall.
    due_local: NaiveDateTime,
    zone: String,
    /// When it is tried next.
    pub next: DateTime<Utc>,
    /// Attempts that count.
    attempts: u8,
    /// Why it was not dialled, since the last attempt.
    denied: Option<CallbackDenial>,
    #[schema(value_type = CallbackState)]
    pub state: &'static str,
    /// Who is held for it, reads its record or talks.
    user: Option<Id>,
}

/// Who is to keep a promise: one person, or anybody of a queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CallbackOwner {
    Person(Id),
    Queue(Id),
}

/// The gate's no.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct CallbackDenial {
    rule: String,
    /// In English.
    fact: String,
    next: Option<DateTime<Utc>>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "words, for the document alone")]
enum CallbackKind {
    Callback,
    Return,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "words, for the document alone")]
enum CallbackState {
    Open,
    Waiting,
    Reserved,
    Preview,
    Dialling,
    Unknown,
    Done,
    Exhausted,
    Cancelled,
    Missed,
}

impl From<&PromiseView> for Callback {
    fn from(view: &PromiseView) -> Callback {
        shown(&view.promise, state(view.standing), view.user)
    }
}

/// As the store has it: nobody is known to be busy with it.
impl From<&Row> for Callback {
    fn from(row: &Row) -> Callback {
        let standing = match &row.phase {
            Phase::Open => Standing::Open,
            Phase::Trying(_) => Standing::Dialling,
            Phase::Unknown(_) => Standing::Unknown,
            Phase::Over(end) => Standing::Over(*end),
        };
        shown(&row.promise, state(standing), None)
    }
}

impl From<&Denial> for CallbackDenial {
    fn from(denial: &Denial) -> CallbackDenial {
        CallbackDenial { rule: denial.rule.clone(), fact: denial.fact.clone(), next: denial.next }
    }
}

impl From<CallbackOwner> for Owner {
    fn from(owner: CallbackOwner) -> Owner {
        match owner {
            CallbackOwner::Person(user) => Owner::Person(user.into()),
            CallbackOwner::Queue(queue) => Owner::Queue(queue.into()),
        }
    }
}

impl From<Owner> for CallbackOwner {
    fn from(owner: Owner) -> CallbackOwner {
        match owner {
            Owner::Person(user) => CallbackOwner::Person(user.into()),
            Owner::Queue(queue) => CallbackOwner::Queue(queue.into()),
        }
    }
}

fn shown(promise: &Promise, state: &'static str, user: Option<UserId>) -> Callback {
    let (terms, due) = (&promise.terms, promise.terms.due);
    Callback {
        callback: promise.id.into(),
        version: promise.version,
        kind: match promise.kind {
            Kind::Callback => "callback",
            Kind::Return => "return",
        },
        schedule: promise.schedule.into(),
        recipient: terms.recipient.clone(),
        number: terms.number.normalised.clone(),
        note: terms.note.clone(),
        owner: terms.owner.into(),
        protocolo: promise.protocolo.as_ref().map(ToString::to_string),
        due: due.at,
        due_local: due.local,
        zone: due.zone.to_string(),
        next: promise.next,
        attempts: promise.attempts,
        denied: promise.denied.as_ref().map(CallbackDenial::from),
        state,
        user: user.map(Id::from),
    }
}

fn state(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "open",
        Standing::Waiting => "waiting",
        Standing::Reserved => "reserved",
        Standing::Reading => "preview",
        Standing::Dialling => "dialling",
        Standing::Unknown => "unknown",
        Standing::Over(End::Done) => "done",
        Standing::Over(End::Exhausted) => "exhausted",
        Standing::Over(End::Cancelled) => "cancelled",
        Standing::Over(End::Missed) => "missed",
    }
}
