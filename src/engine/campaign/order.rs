//! What the room wants done, and what it tells.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::attempt::ResultKind;
use super::command::Refused;
use super::hopper::Written;
use super::lead::Phone;
use super::list::{Lack, ListStanding};
use super::terms::Standing;
use crate::assign::{Lease, Work, WorkItem};
use crate::id::{AttemptId, CallId, CampaignId, CommandId, LeadId, ListId, PromiseId, UserId};
use crate::judgement::Denial;

#[derive(Clone, PartialEq, Debug)]
pub enum Order {
    /// Leads are wanted: [`super::Campaigns::on_leads`] answers.
    Load {
        campaign: CampaignId,
        most: u16,
    },
    /// Whether this number of the lead may be dialled: [`super::Campaigns::on_judged`] answers, with the same `ask`.
    AskGate {
        lead: LeadId,
        phone: usize,
        ask: u32,
    },
    Offer(WorkItem),
    Withdraw(Work),
    /// The person does it.
    Accept(Lease),
    /// An attempt: [`super::Campaigns::on_stored`] answers.
    Attempt(Written),
    /// Written without waiting.
    Store(Written),
    /// INVITE: [`super::Campaigns::on_dialled`] answers. A lease is accepted with it.
    Dial {
        lead: LeadId,
        attempt: AttemptId,
        phone: usize,
        by: By,
        caller_id: Option<String>,
    },
    /// The lead that answered is this person's.
    Give {
        lead: LeadId,
        call: CallId,
        lease: Lease,
    },
    /// Nobody was free for it (GN-18): it hears who called, and is let go.
    Abandon {
        call: CallId,
    },
    /// All numbers of a lead are not to be called any more (GN-06).
    Suppress {
        numbers: Vec<String>,
        user: UserId,
    },
    Tell(RecordView),
    TellCampaign(CampaignId),
    Answer(CommandId, Result<(), Refused>),
}

/// For whom a lead is dialled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// Reserved till it is dialled.
    Lease(Lease),
    /// Who has the record on the screen.
    Holder(UserId),
    /// Whoever is free when it answers.
    Anybody,
}

impl By {
    /// Who has the record on the screen.
    pub fn holder(self) -> Option<UserId> {
        match self {
            By::Holder(user) => Some(user),
            By::Lease(_) | By::Anybody => None,
        }
    }

    pub fn user(self) -> Option<UserId> {
        match self {
            By::Lease(lease) => Some(lease.user),
            By::Holder(user) => Some(user),
            By::Anybody => None,
        }
    }
}

/// A record as its agent and supervisors see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RecordView {
    pub lead: LeadId,
    pub campaign: CampaignId,
    pub standing: Place,
    pub user: Option<UserId>,
    pub recipient: String,
    pub phones: Vec<Phone>,
    pub fields: Vec<(String, String)>,
    /// What was tried while it was in work, the last one last.
    pub tried: Vec<(String, ResultKind)>,
    pub call: Option<CallId>,
    pub callback: Option<PromiseId>,
    /// When an offer ends by itself.
    pub until: Option<DateTime<Utc>>,
    /// Why the number that was to be dialled was not.
    pub denied: Option<Denial>,
}

/// Where a record is (GN-09).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// *Registro oferecido*.
    Offered,
    /// On the agent's screen.
    Open,
    /// *Chamada de campanha de saída – Conectando…*
    Connecting,
    /// *Chamada de campanha de saída para …*
    Talking,
    /// The call is over, the record is not.
    Closing,
    /// With nobody any more.
    Gone,
}

/// A campaign as screens show it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CampaignView {
    pub campaign: CampaignId,
    pub standing: Standing,
    pub members: Vec<UserId>,
    /// Leads that are here and wait.
    pub ready: u32,
    /// Being dialled, and talking.
    pub dialling: u32,
    pub talking: u32,
    /// Nothing is left to be dialled now.
    pub dry: bool,
    /// Lists of leads that give none, and why.
    pub held: Vec<(ListId, ListStanding)>,
    /// Do-not-call lists that it needs and that are not as they have to be: nothing is dialled.
    pub lacks: Vec<Lack>,
}
