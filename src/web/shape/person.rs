//! People: the one who is signed in, and what everybody is doing.

use chrono::{DateTime, Utc};
use engine::agent::{AgentState, AgentView};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, ids};

/// Who is signed in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Me {
    pub user: Id,
    pub login: String,
    pub name: String,
    #[schema(value_type = Language)]
    pub language: String,
    pub perfil: String,
    pub permissions: Vec<String>,
    pub ramal: Option<String>,
    pub queues: Vec<Id>,
    pub location: Option<Id>,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "the languages there are, for the document alone")]
pub enum Language {
    #[serde(rename = "pt-BR")]
    Portuguese,
    #[serde(rename = "en")]
    English,
}

/// What somebody is doing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Agent {
    user: Id,
    name: String,
    ramal: Option<String>,
    state: State,
    /// The pause that begins when the call is over.
    after_call: Option<AfterCall>,
    /// Logged in to.
    queues: Vec<Id>,
    device: Option<String>,
    /// The first of today's planned ones that was not begun; of who is at work.
    next_break: Option<NextBreak>,
    /// Signed in with no page open: no callback is dialled for this person until there is one.
    page_gone: bool,
}

/// A planned break.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
struct NextBreak {
    reason: Id,
    at: DateTime<Utc>,
    minutes: u16,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
struct State {
    #[schema(value_type = AgentKind)]
    kind: &'static str,
    since: DateTime<Utc>,
    reason: Option<Id>,
    /// The limit of a pause, the end of the wrap-up.
    until: Option<DateTime<Utc>>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the words of a state's kind, for the document alone")]
enum AgentKind {
    Offline,
    Ready,
    Paused,
    Offered,
    Reserved,
    Preview,
    Talking,
    WrapUp,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
struct AfterCall {
    reason: Id,
}

impl From<AgentView> for Agent {
    fn from(view: AgentView) -> Agent {
        let (kind, reason) = match view.state {
            AgentState::Offline => ("offline", None),
            AgentState::Ready => ("ready", None),
            AgentState::Paused { reason } => ("paused", Some(reason.into())),
            AgentState::Offered => ("offered", None),
            AgentState::Talking => ("talking", None),
            AgentState::WrapUp => ("wrap-up", None),
            AgentState::Reserved => ("reserved", None),
            AgentState::Preview => ("preview", None),
        };
        Agent {
            user: view.user.into(),
            name: view.name,
            ramal: view.ramal.map(|ramal| ramal.to_string()),
            state: State { kind, since: view.since, reason, until: view.until },
            after_call: view.after_call.map(|reason| AfterCall { reason: reason.into() }),
            queues: ids(view.queues),
            device: view.device.map(|device| device.0.to_string()),
            next_break: view.next_break.map(|next| NextBreak {
                reason: next.reason.into(),
                at: next.at,
                minutes: next.minutes,
            }),
            page_gone: view.page_gone,
        }
    }
}
