//! Appointments and the messages of them, as the API has them.

use chrono::{DateTime, NaiveDateTime, Utc};
use engine::appointment::{Action, End, Failure, Phase, Row};
use engine::outbox::{self, Dead, Destination};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Attached, Id};

/// The system acts once, at a date and time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Appointment {
    pub appointment: Id,
    /// To be named by the next edit.
    pub version: u32,
    action: AppointmentAction,
    /// Person or group, for who reads it.
    person: Option<String>,
    contact: Id,
    department: Id,
    agent: Option<Id>,
    /// Internal.
    comment: String,
    message: Option<AppointmentMessage>,
    /// They go with the message.
    files: Vec<Attached>,
    pub due: DateTime<Utc>,
    due_local: NaiveDateTime,
    zone: String,
    #[schema(value_type = AppointmentState)]
    pub state: &'static str,
    /// Of the state `error`: `case-open`, `refused`, `interrupted`.
    error: Option<&'static str>,
    /// The same in English.
    why: Option<String>,
    creator: Id,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AppointmentAction {
    OpenCase,
    OpenCaseAndNotify,
    Notify,
}

/// What the contact reads.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppointmentMessage {
    pub channel: AppointmentChannel,
    /// Of the channel `webhook`: the gateway's name in the configuration.
    pub hook: Option<String>,
    /// A number, in any spelling.
    pub to: String,
    pub text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AppointmentChannel {
    /// SIP MESSAGE (RFC 3428).
    Sip,
    /// Signed HTTP to a gateway.
    Webhook,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "words, for the document alone")]
enum AppointmentState {
    Scheduled,
    Running,
    Done,
    Error,
    Cancelled,
    Missed,
}

/// A message on its way out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = OutboxItem)]
pub struct Letter {
    pub item: Id,
    /// To be named by who has it tried again, or drops it.
    pub version: u32,
    message: AppointmentMessage,
    files: Vec<Attached>,
    appointment: Option<Id>,
    /// The text is no message: it tells the gateway what became of this lead.
    lead: Option<String>,
    #[schema(value_type = OutboxState)]
    pub state: &'static str,
    /// Of the state `dead`: `exhausted`, `refused`, `unknown`, `full`.
    dead: Option<&'static str>,
    tries: u32,
    /// When it is tried next, at the earliest.
    next: DateTime<Utc>,
    /// Why the last try failed, in English.
    why: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "words, for the document alone")]
enum OutboxState {
    Queued,
    Trying,
    Done,
    Dead,
    Dropped,
}

impl From<&Row> for Appointment {
    fn from(row: &Row) -> Appointment {
        let (appointment, terms) = (&row.appointment, &row.appointment.terms);
        let (state, failure) = state(&row.phase);
        Appointment {
            appointment: appointment.id.into(),
            version: appointment.version,
            action: terms.action.into(),
            person: terms.person.clone(),
            contact: terms.contact.into(),
            department: terms.department.into(),
            agent: terms.agent.map(Id::from),
            comment: terms.comment.clone(),
            message: terms.message.as_ref().map(|message| said(&message.to, &message.body)),
            files: terms.files.iter().map(Attached::from).collect(),
            due: terms.due.at,
            due_local: terms.due.local,
            zone: terms.due.zone.to_string(),
            state,
            error: failure.map(|failure| match failure {
                Failure::CaseOpen { .. } => "case-open",
                Failure::Refused { .. } => "refused",
                Failure::Interrupted => "interrupted",
            }),
            why: failure.map(ToString::to_string),
            creator: appointment.creator.into(),
        }
    }
}

impl From<&outbox::Row> for Letter {
    fn from(row: &outbox::Row) -> Letter {
        let (item, letter) = (&row.item, &row.item.letter);
        let (state, dead) = match row.phase {
            outbox::Phase::Queued => ("queued", None),
            outbox::Phase::Trying => ("trying", None),
            outbox::Phase::Done => ("done", None),
            outbox::Phase::Dead(Dead::Exhausted) => ("dead", Some("exhausted")),
            outbox::Phase::Dead(Dead::Refused) => ("dead", Some("refused")),
            outbox::Phase::Dead(Dead::Unknown) => ("dead", Some("unknown")),
            outbox::Phase::Dead(Dead::Full) => ("dead", Some("full")),
            outbox::Phase::Dropped => ("dropped", None),
        };
        Letter {
            item: letter.id.into(),
            version: item.version,
            message: said(&letter.to, &letter.body),
            files: letter.files.iter().map(Attached::from).collect(),
            appointment: letter.appointment.map(Id::from),
            lead: match &letter.to {
                Destination::Text { .. } | Destination::Webhook { .. } => None,
                Destination::Event { about, .. } => Some(about.clone()),
            },
            state,
            dead,
            tries: item.tries,
            next: item.next,
            why: item.why.clone(),
        }
    }
}

impl From<Action> for AppointmentAction {
    fn from(action: Action) -> AppointmentAction {
        match action {
            Action::OpenCase => AppointmentAction::OpenCase,
            Action::OpenCaseAndNotify => AppointmentAction::OpenCaseAndNotify,
            Action::Notify => AppointmentAction::Notify,
        }
    }
}

impl From<AppointmentAction> for Action {
    fn from(action: AppointmentAction) -> Action {
        match action {
            AppointmentAction::OpenCase => Action::OpenCase,
            AppointmentAction::OpenCaseAndNotify => Action::OpenCaseAndNotify,
            AppointmentAction::Notify => Action::Notify,
        }
    }
}

fn said(to: &Destination, body: &str) -> AppointmentMessage {
    let (channel, hook, number) = match to {
        Destination::Text { number } => (AppointmentChannel::Sip, None, Some(number)),
        Destination::Webhook { hook, number } => (AppointmentChannel::Webhook, Some(hook.clone()), number.as_ref()),
        Destination::Event { hook, about: _ } => (AppointmentChannel::Webhook, Some(hook.clone()), None),
    };
    let to = number.map(|number| number.normalised.clone()).unwrap_or_default();
    AppointmentMessage { channel, hook, to, text: body.to_owned() }
}

/// How it ends is decided before everybody is told.
fn state(phase: &Phase) -> (&'static str, Option<&Failure>) {
    match phase {
        Phase::Open => ("scheduled", None),
        Phase::Running(_) => ("running", None),
        Phase::Telling { end } | Phase::Over { end } => match end {
            End::Done => ("done", None),
            End::Failed { failure } => ("error", Some(failure)),
            End::Missed => ("missed", None),
            End::Cancelled => ("cancelled", None),
        },
    }
}
