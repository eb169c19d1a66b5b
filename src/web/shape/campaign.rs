//! Campaigns as they go, and their records, as the API has them (GN-01, GN-09).

use chrono::{DateTime, Utc};
use engine::campaign::{CampaignView, Lack, ListStanding, Phone, Place, RecordView, ResultKind};
use engine::id::ListId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::callback::CallbackDenial;
use super::pacing::CampaignPacing;
use super::{Id, ids};

/// Whether a campaign dials.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CampaignStanding {
    Stopped,
    Running,
    Paused,
    /// What is being handled is brought to its end, and nothing new is begun.
    Draining,
}

/// How a campaign goes.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct CampaignLive {
    campaign: Id,
    standing: CampaignStanding,
    /// Who takes part.
    members: Vec<Id>,
    /// Leads at hand that wait.
    ready: u32,
    dialling: u32,
    talking: u32,
    /// Nothing is left to be dialled now.
    dry: bool,
    /// Lists of leads that give none, and why.
    held: Vec<CampaignHeld>,
    /// Do-not-call lists that it needs and that are not as they have to be: nothing is dialled.
    lacks: Vec<CampaignLack>,
    /// Of a predictive one that runs.
    pacing: Option<CampaignPacing>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct CampaignHeld {
    list: Id,
    /// `loading`, `stale`, `discarded`.
    #[schema(value_type = String)]
    kind: &'static str,
    /// Of `stale`.
    since: Option<DateTime<Utc>>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct CampaignLack {
    source: String,
    /// When it was got; null: it is not there.
    dated: Option<DateTime<Utc>>,
}

/// A campaign's record, with whoever has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = CampaignRecord)]
pub struct Record {
    lead: Id,
    campaign: Id,
    #[schema(value_type = RecordPlace)]
    place: Place,
    user: Option<Id>,
    recipient: String,
    phones: Vec<LeadPhone>,
    /// Pairs of name and value, in the order of the list.
    #[schema(value_type = Vec<Vec<String>>)]
    fields: Vec<(String, String)>,
    /// What was tried while it was in work, the last one last.
    tried: Vec<RecordTried>,
    call: Option<Id>,
    /// An answering machine was heard in its call.
    machine: bool,
    /// The callback that was promised while it is handled.
    callback: Option<Id>,
    /// When an offer ends by itself.
    until: Option<DateTime<Utc>>,
    /// Why the number that was to be dialled was not.
    denied: Option<CallbackDenial>,
}

/// Where a record is (GN-09).
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the words of engine::campaign::Place, for the document alone")]
pub enum RecordPlace {
    Offered,
    Open,
    Connecting,
    Talking,
    Closing,
    Gone,
}

/// One of a lead's numbers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct LeadPhone {
    number: String,
    /// As its list calls it.
    label: String,
    #[schema(value_type = LeadPhoneState)]
    state: engine::campaign::PhoneState,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the words of engine::campaign::PhoneState, for the document alone")]
pub enum LeadPhoneState {
    /// Its turn is still to come in this round.
    Fresh,
    Tried,
    /// There is no such number.
    Dead,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct RecordTried {
    number: String,
    #[schema(value_type = AttemptWord)]
    result: ResultKind,
}

/// What came of an attempt.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the words of engine::campaign::ResultKind, for the document alone")]
pub enum AttemptWord {
    Connected,
    Machine,
    Abandoned,
    Busy,
    NoAnswer,
    Rejected,
    Congestion,
    NumberUnknown,
    Withdrawn,
    Failed,
    NotDialled,
    Unknown,
}

impl From<&CampaignView> for CampaignLive {
    fn from(view: &CampaignView) -> CampaignLive {
        CampaignLive {
            campaign: view.campaign.into(),
            standing: view.standing.into(),
            members: ids(view.members.iter().copied()),
            ready: view.ready,
            dialling: view.dialling,
            talking: view.talking,
            dry: view.dry,
            held: view.held.iter().map(|(list, standing)| CampaignHeld::new(*list, *standing)).collect(),
            lacks: view.lacks.iter().map(CampaignLack::from).collect(),
            pacing: view.pacing.as_ref().map(CampaignPacing::from),
        }
    }
}

impl CampaignHeld {
    fn new(list: ListId, standing: ListStanding) -> CampaignHeld {
        let (kind, since) = match standing {
            ListStanding::Loading => ("loading", None),
            ListStanding::Ready => ("ready", None),
            ListStanding::Reworked => ("reworked", None),
            ListStanding::Stale { since } => ("stale", Some(since)),
            ListStanding::Discarded => ("discarded", None),
        };
        CampaignHeld { list: list.into(), kind, since }
    }
}

impl From<&Lack> for CampaignLack {
    fn from(lack: &Lack) -> CampaignLack {
        CampaignLack { source: lack.source.clone(), dated: lack.dated }
    }
}

impl From<&RecordView> for Record {
    fn from(view: &RecordView) -> Record {
        let tried = |(number, result): &(String, ResultKind)| RecordTried { number: number.clone(), result: *result };
        Record {
            lead: view.lead.into(),
            campaign: view.campaign.into(),
            place: view.standing,
            user: view.user.map(Id::from),
            recipient: view.recipient.clone(),
            phones: view.phones.iter().map(LeadPhone::from).collect(),
            fields: view.fields.clone(),
            tried: view.tried.iter().map(tried).collect(),
            call: view.call.map(Id::from),
            machine: view.machine,
            callback: view.callback.map(Id::from),
            until: view.until,
            denied: view.denied.as_ref().map(CallbackDenial::from),
        }
    }
}

impl From<&Phone> for LeadPhone {
    fn from(phone: &Phone) -> LeadPhone {
        LeadPhone { number: phone.number.normalised.clone(), label: phone.label.clone(), state: phone.state }
    }
}
