//! What the room wants done, and what it tells.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::attempt::ResultKind;
use super::command::Refused;
use super::hopper::Written;
use super::lead::Phone;
use super::list::{Lack, ListStanding};
use super::report::Report;
use super::terms::{Detection, Standing};
use crate::assign::{Lease, Work, WorkItem};
use crate::config::SoundName;
use crate::id::{AttemptId, CallId, CampaignId, CommandId, LeadId, ListId, PromiseId, UserId};
use crate::judgement::Denial;
use crate::pacing::Reason;

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
        detection: Detection,
    },
    /// So many calls more, as far as the routes have room: [`super::Campaigns::on_begin`] answers.
    Begin {
        campaign: CampaignId,
        calls: u32,
    },
    /// It has rung long enough for a call that could not be served.
    TakeBack {
        call: CallId,
    },
    /// What the pace remembers is wanted: [`super::Campaigns::on_remembered`] answers.
    Remember {
        campaign: CampaignId,
    },
    /// Nothing is dialled or handled any more: it is over.
    Drained(CampaignId),
    /// The lead that answered is this person's.
    Give {
        lead: LeadId,
        call: CallId,
        lease: Lease,
    },
    /// No machine answered: it is this person's, who has had it since it was dialled. Answered like [`Order::Give`].
    Seat {
        lead: LeadId,
        call: CallId,
        user: UserId,
    },
    /// No person answered (GN-17): it is let go, after this where it can be left.
    LetGo {
        call: CallId,
        message: Option<SoundName>,
    },
    /// Nobody was free for it (GN-18): it hears who called, and is let go.
    Dismiss {
        call: CallId,
        notice: Option<SoundName>,
    },
    /// These numbers are not to be called any more: an agent was told so (GN-06), or a key was pressed (GN-18).
    Suppress {
        numbers: Vec<String>,
        user: Option<UserId>,
    },
    /// The customer's own systems are told.
    Report(Box<Report>),
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
    /// An answering machine was heard in it (GN-17).
    #[serde(default)]
    pub machine: bool,
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
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
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
    /// Of a predictive one that runs.
    #[serde(default)]
    pub pacing: Option<PacingView>,
    /// Lists of leads that give none, and why.
    pub held: Vec<(ListId, ListStanding)>,
    /// Do-not-call lists that it needs and that are not as they have to be: nothing is dialled.
    pub lacks: Vec<Lack>,
}

/// How a predictive campaign paces itself (GN-18, GN-19).
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct PacingView {
    /// People who answered today and talked with an agent.
    pub connected: u64,
    pub abandoned: u64,
    /// Of a thousand of them; of a small team over thirty days.
    pub abandoned_permille: u32,
    pub limit_permille: u16,
    /// Talking and writing of a thousand parts of presence, today.
    pub occupancy_permille: u32,
    /// Answers to a thousand calls, as expected now.
    pub answered_permille: u32,
    /// Calls that ring, wait or talk.
    pub lines: u32,
    /// Why not more calls are begun; none before the first decision.
    pub reason: Option<Reason>,
    /// What lets fewer calls begin than the pace would.
    pub capped: Option<Cap>,
    pub short: ShortView,
}

/// What bounds calls beside the pace.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cap {
    /// The campaign's calls in one second.
    Starts,
    /// What its routes allow.
    Routes,
    /// The day's volume, where too many calls are short (GN-19).
    ShortCalls,
}

/// Short calls of the installation's day, and what the day will come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ShortView {
    pub calls: u64,
    pub short: u64,
    pub forecast: u64,
    /// Of a thousand calls.
    pub share_permille: u32,
}
