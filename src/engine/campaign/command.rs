//! What agents and supervisors wish of campaigns.

use serde::{Deserialize, Serialize};

use super::terms::Pace;
use crate::id::{CampaignId, ItemId, LeadId, PromiseId, UserId};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Takes part (GN-01); records come as the mode has it.
    Join {
        campaign: CampaignId,
        user: UserId,
    },
    Leave {
        campaign: CampaignId,
        user: UserId,
    },
    /// *Obter registro*: takes part and gets the next one; after *Concluído e interrompido* they come again (GN-07).
    GetRecord {
        campaign: CampaignId,
        user: UserId,
    },
    /// What an agent does with a record.
    Record {
        lead: LeadId,
        user: UserId,
        wish: Wish,
    },
    /// What a supervisor does with a campaign.
    Steer {
        campaign: CampaignId,
        to: Steer,
    },
    /// How fast it goes from now on.
    Repace {
        campaign: CampaignId,
        pace: Pace,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    Accept,
    Reject,
    /// *Ligar para este contato mais tarde* (GN-06).
    Later,
    /// *Não ligar para este contato* (GN-06).
    Never,
    /// By the place of one of its numbers.
    Dial {
        phone: u8,
        caller_id: Option<String>,
    },
    /// A promise that was made to this person is the record's (GN-10); none: it was cancelled.
    Callback {
        promise: Option<PromiseId>,
    },
    /// The record is done, with what the agent says of it (*tabulação*); `stop`: and no more (GN-07).
    Close {
        disposition: Option<ItemId>,
        stop: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Steer {
    Start,
    Pause,
    Drain,
    Stop,
}

/// Why a wish is not carried out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Refused {
    #[error("there is no such campaign")]
    NoCampaign,
    #[error("the campaign is not started")]
    NotRunning,
    #[error("you do not take part in it")]
    NotAMember,
    #[error("its agents are of other queues")]
    NotYours,
    #[error("the record is not with you any more")]
    NotFound,
    #[error("the record is being dialled or talked with; hang up first")]
    Busy,
    #[error("nothing was dialled: decline the record instead")]
    NothingTried,
    #[error("the record has no number in that place, or it does not exist")]
    NoSuchNumber,
    #[error("its callback lies in the past: change it or cancel it first")]
    CallbackPast,
    #[error("the record was talked with: close it instead")]
    Talked,
}
