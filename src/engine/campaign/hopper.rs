//! How leads come from the store into the hopper, and what goes back.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, AttemptResult};
use super::lead::{Area, Lead};
use super::list::{Aim, Lack, ListStanding, Need};
use super::retry::Tally;
use crate::gate::{Attempts, Periods, Suppression};
use crate::id::{AttemptId, CampaignId, ItemId, LeadId, ListId, UserId};
use crate::pacing::{self, Memory, ShortCalls};

/// What the engine asks about leads.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Question {
    /// The next ones, leased: written before it is answered.
    Lease(Want),
    /// One, as it is now; leased to nobody by this.
    Lead { lead: LeadId, campaign: CampaignId, aim: Aim, periods: Periods, needs: Vec<Need> },
    /// What the pace of a campaign has learned, and what its attempts came to on these days: each by its number, from its begin
    /// until that of the next, the last one until now.
    Pace { campaign: CampaignId, days: Vec<(u32, DateTime<Utc>)> },
    /// The outgoing calls of a day so far, of all campaigns and by hand (GN-19).
    ShortCalls { day: NaiveDate },
}

/// Which leads.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Want {
    pub campaign: CampaignId,
    pub aim: Aim,
    pub lists: Vec<ListId>,
    /// Without one of these there are none.
    pub needs: Vec<Need>,
    /// Where it may be called now, and since when attempts there count. Leads of other areas stay where they are.
    pub open: BTreeMap<Area, Periods>,
    pub now: DateTime<Utc>,
    /// Leads with a number that does not exist come after all others: too many calls of the day are short (GN-19).
    #[serde(default)]
    pub dead_last: bool,
    /// How many, at most.
    pub most: u16,
    /// When the lease ends by itself.
    pub until: DateTime<Utc>,
}

/// What the store answers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Facts {
    Leased(Leased),
    Lead(Option<LeadFacts>),
    Pace(Remembered),
    ShortCalls(ShortCalls),
}

/// What is known of a campaign's pace.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Remembered {
    /// As it was written last; none: it never was.
    pub memory: Option<Box<Memory>>,
    /// What the attempts came to, on the day of the memory and later ones. Nobody knows of one that a crash cut short: it counts as
    /// abandoned, unless an agent had it.
    pub days: Vec<(u32, pacing::Tally)>,
}

/// The next leads: those on top first, then by priority, time and id.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Leased {
    pub leads: Vec<LeadFacts>,
    /// Lists that were asked for and hold the campaign.
    pub held: Vec<(ListId, ListStanding)>,
    /// Do-not-call lists that hold it.
    pub lacks: Vec<Lack>,
}

/// A lead with what the gate has to know of its numbers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeadFacts {
    pub lead: Lead,
    /// Attempts at the lead itself.
    pub tally: Tally,
    /// In the order of its numbers.
    pub phones: Vec<PhoneFacts>,
    /// Of the list that it is in.
    #[serde(default)]
    pub list: ListStanding,
    /// Do-not-call lists that are needed and not as they have to be.
    pub lacks: Vec<Lack>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PhoneFacts {
    pub suppressed: Suppression,
    /// Over every path and campaign.
    pub attempts: Attempts,
    /// All that there ever were, over all campaigns.
    pub ever: u32,
    /// When somebody there answered and found no agent, the last time, in whatever campaign; or may have, before a crash (GN-18).
    #[serde(default)]
    pub abandoned: Option<DateTime<Utc>>,
}

impl PhoneFacts {
    pub fn tally(&self) -> Tally {
        let Attempts { day, week, month, .. } = self.attempts;
        Tally { ever: self.ever, day, week, month }
    }
}

/// What is to be kept of leads.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Written {
    /// An attempt that is about to be dialled, while the lead is leased under this fence.
    Attempt { attempt: Attempt, fence: u64 },
    /// What came of it: the first result stays.
    Result { attempt: AttemptId, result: AttemptResult, at: DateTime<Utc> },
    /// Who answered was given to this person; or this person is held for it, since who was held when it was written left.
    Given { attempt: AttemptId, user: UserId },
    /// What the agent said of it.
    Disposition { attempt: AttemptId, disposition: ItemId },
    /// A lead as it is from now on: its state, its attempts, its numbers' states. It was leased under this fence, or by nobody.
    Lead { lead: Lead, fence: Option<u64> },
    /// What becomes of a lead if its lease ends with nothing more said: it was tried, or has a callback, and is still with its agent.
    Lapse { lead: Lead, fence: u64 },
    /// What the pace has learned by this day, by its number.
    Pace { campaign: CampaignId, day: u32, memory: Box<Memory> },
}
