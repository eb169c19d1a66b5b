//! The live state: a snapshot, then news.

use chrono::{DateTime, Utc};
use engine::news::{self, News, StaffNews};
use engine::staff::{Entry, EntryId, List};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::control::shaped;

use super::account::{Account, Phone, Watched};
use super::call::SuperviseMode;
use super::line::Alert;
use super::{Agent, Appointment, Call, Callback, CampaignLive, Id, Letter, Me, Record};

/// Everything live that somebody may see.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Snapshot {
    /// The daemon's own clock.
    now: DateTime<Utc>,
    me: Me,
    calls: Vec<Call>,
    agents: Vec<Agent>,
    /// Extensions and trunks.
    #[schema(value_type = Vec<Account>)]
    accounts: Value,
    /// Lamps.
    #[schema(value_type = Vec<Watched>)]
    watched: Value,
    /// Desk phones that are people's devices.
    #[schema(value_type = Vec<Phone>)]
    phones: Value,
    /// Who supervises which call; for supervisors.
    #[schema(value_type = Vec<Supervision>)]
    supervisions: Value,
    /// Those that somebody is busy with, or that wait for somebody.
    callbacks: Vec<Callback>,
    campaigns: Vec<CampaignLive>,
    /// One's own; of everybody for who steers campaigns.
    records: Vec<Record>,
    /// Those that stand.
    #[schema(value_type = Vec<Alert>)]
    alerts: Vec<Value>,
}

/// Somebody who supervises a call.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::news::SupervisionView serialises to, for the document alone")]
pub struct Supervision {
    /// At whose device the supervisor sits.
    account: String,
    supervisor: Option<Id>,
    name: String,
    leg: Option<Id>,
    call: Id,
    /// Whose call it is.
    agent: Option<Id>,
    /// Null: it is over.
    mode: Option<SuperviseMode>,
    since: DateTime<Utc>,
    /// Why it is over.
    why: Option<String>,
}

impl Snapshot {
    pub fn of(snapshot: &news::Snapshot, me: Me) -> Snapshot {
        Snapshot {
            now: Utc::now(),
            me,
            calls: snapshot.calls.iter().map(Call::from).collect(),
            agents: snapshot.agents.iter().cloned().map(Agent::from).collect(),
            accounts: shaped(&snapshot.accounts),
            watched: shaped(&snapshot.watched),
            phones: shaped(&snapshot.phones),
            supervisions: shaped(&snapshot.supervisions),
            callbacks: snapshot.promises.iter().map(Callback::from).collect(),
            campaigns: snapshot.campaigns.iter().map(CampaignLive::from).collect(),
            records: snapshot.records.iter().map(Record::from).collect(),
            alerts: snapshot.alerts.iter().map(super::alert).collect(),
        }
    }
}

/// News as the page reads it; None: it is not for pages.
pub fn news(news: &News) -> Option<Value> {
    Some(match news {
        News::Call(view) => json!({ "call": Call::from(view) }),
        News::CallEnded(view) => json!({ "call-ended": Call::from(view) }),
        News::Account(view) => json!({ "account": shaped(view) }),
        News::AccountGone(_) => json!({ "lists": ["extensions"] }),
        News::Watched(view) => json!({ "watched": shaped(view) }),
        News::Message(view) => json!({ "message": shaped(view) }),
        News::Digit { call, leg, digit } => {
            json!({ "digit": { "call": Id::from(*call), "leg": Id::from(*leg), "digit": digit } })
        }
        News::Quality { call, leg, quality } => {
            json!({ "quality": { "call": Id::from(*call), "leg": Id::from(*leg), "quality": shaped(quality) } })
        }
        News::Alert(alert) => json!({ "alert": super::alert(alert) }),
        News::Staff(StaffNews::Agent(view)) => json!({ "agent": Agent::from(view.clone()) }),
        News::Staff(StaffNews::Phone(view)) => json!({ "phone": shaped(view) }),
        News::Staff(StaffNews::Supervision(view)) => json!({ "supervision": shaped(view) }),
        // Told to whose it was alone, for whom it is over.
        News::Staff(StaffNews::TakenOver { call, by }) => {
            json!({ "call-ended": Call::from(&**call), "taken-over": { "call": Id::from(call.call), "by": by } })
        }
        News::Staff(StaffNews::Promise(view)) => json!({ "callback": Callback::from(view) }),
        News::Staff(StaffNews::Appointment(row)) => json!({ "appointment": Appointment::from(&**row) }),
        News::Staff(StaffNews::Reminder { row, .. }) => {
            json!({ "reminder": { "appointment": Appointment::from(&**row) } })
        }
        News::Staff(StaffNews::Letter(row)) => json!({ "outbox": Letter::from(&**row) }),
        News::Staff(StaffNews::Kept(entry)) => json!({ "lists": lists(entry) }),
        News::Staff(StaffNews::Gone(EntryId::User(user))) => {
            json!({ "agent-gone": Id::from(*user), "lists": ["users"] })
        }
        News::Staff(StaffNews::Gone(EntryId::Perfil(_))) => json!({ "lists": ["perfis"] }),
        News::Staff(StaffNews::Gone(EntryId::Queue(_))) => json!({ "lists": ["queues"] }),
        News::Staff(StaffNews::Gone(EntryId::Schedule(_))) => json!({ "lists": ["schedules"] }),
        // Which list it was of is forgotten with it.
        News::Staff(StaffNews::Gone(EntryId::Item(_))) => {
            json!({ "lists": ["reasons", "dispositions", "departments", "locations"] })
        }
        News::Staff(StaffNews::Gone(EntryId::Campaign(_))) => json!({ "lists": ["campaigns"] }),
        News::Staff(StaffNews::Record(view)) => json!({ "record": Record::from(&**view) }),
        News::Staff(StaffNews::Campaign(view)) => json!({ "campaign": CampaignLive::from(view) }),
        News::Group(_) | News::Totals(_) => return None,
    })
}

/// The lists to be read again.
fn lists(entry: &Entry) -> Vec<&'static str> {
    match entry {
        // Its queues are in the queues' members.
        Entry::User(_) => vec!["users", "queues"],
        Entry::Perfil(_) => vec!["perfis"],
        Entry::Queue(_) => vec!["queues"],
        Entry::Item(item) => vec![list(item.list)],
        Entry::Schedule(_) => vec!["schedules"],
        Entry::Campaign(_) => vec!["campaigns"],
    }
}

/// As the API names it.
pub fn list(list: List) -> &'static str {
    match list {
        List::PauseReason => "reasons",
        List::Disposition => "dispositions",
        List::Department => "departments",
        List::Location => "locations",
        List::Shift => "shifts",
    }
}
