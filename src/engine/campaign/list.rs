//! Where leads come from, and the lists of numbers that are not dialled: their source, their age, and whether they may be used.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::filter::Filter;
use crate::id::{CampaignId, ListId, UserId};

/// Leads that came together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct List {
    pub list: ListId,
    pub name: String,
    /// Who gave it, in words.
    pub source: String,
    /// As old as what is in it.
    pub dated: DateTime<Utc>,
    /// Not dialled from then on; none: never too old.
    pub expires: Option<DateTime<Utc>>,
    /// Who brought it in.
    pub user: Option<UserId>,
    pub made: DateTime<Utc>,
    pub state: ListState,
    pub leads: u32,
    pub numbers: u32,
    /// Which of them are called.
    #[serde(default)]
    pub filter: Filter,
    /// Those that it leaves out.
    #[serde(default)]
    pub aside: u32,
    /// A pass goes over it.
    #[serde(default)]
    pub reworked: bool,
}

/// What is stored of a list: age is no state, so that it needs nobody to notice it.
///
/// ```text
///   Loading ──complete──> Ready
///      └──────────┬─────────┘
///             discarded
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListState {
    /// Being brought in: nothing of it is dialled.
    Loading,
    Ready,
    /// Taken away; its leads go.
    Discarded,
}

/// A list at an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum ListStanding {
    Loading,
    /// A pass goes over it: nothing of it is dialled until it is over.
    Reworked,
    #[default]
    Ready,
    /// Too old since then: what needs it waits.
    Stale {
        since: DateTime<Utc>,
    },
    Discarded,
}

impl List {
    pub fn standing(&self, now: DateTime<Utc>) -> ListStanding {
        match self.state {
            ListState::Loading => ListStanding::Loading,
            ListState::Discarded => ListStanding::Discarded,
            ListState::Ready if self.reworked => ListStanding::Reworked,
            ListState::Ready => aged(self.expires, now),
        }
    }
}

fn aged(expires: Option<DateTime<Utc>>, now: DateTime<Utc>) -> ListStanding {
    match expires.filter(|since| *since <= now) {
        Some(since) => ListStanding::Stale { since },
        None => ListStanding::Ready,
    }
}

/// A do-not-call list, by the name that its entries give as their source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NumberList {
    pub source: String,
    pub scope: Scope,
    /// When it was got from whoever keeps it.
    pub dated: DateTime<Utc>,
    /// To be got anew by then; none: it is our own.
    pub expires: Option<DateTime<Utc>>,
}

impl NumberList {
    /// A campaign that needs it is held while it is stale (GN-15).
    pub fn standing(&self, now: DateTime<Utc>) -> ListStanding {
        aged(self.expires, now)
    }
}

/// A do-not-call list that a campaign does not dial without.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Need {
    pub source: String,
    /// It was got then, or later; none: as long as it does not expire.
    pub since: Option<DateTime<Utc>>,
}

/// Such a list that is not as it has to be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lack {
    pub source: String,
    /// When it was got; none: there is none of that name.
    pub dated: Option<DateTime<Utc>>,
}

impl Need {
    /// What is wrong with the list of this name.
    pub fn lack(&self, list: Option<&NumberList>, now: DateTime<Utc>) -> Option<Lack> {
        let is_good = |list: &NumberList| {
            list.standing(now) == ListStanding::Ready && self.since.is_none_or(|since| since <= list.dated)
        };
        let source = self.source.clone();
        (!list.is_some_and(is_good)).then(|| Lack { source, dated: list.map(|list| list.dated) })
    }
}

/// What calls an entry of a do-not-call list speaks of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub struct Scope {
    /// None: whoever calls.
    pub campaign: Option<CampaignId>,
    /// None: whatever for.
    pub aim: Option<Aim>,
}

impl Scope {
    /// Whether calls of a campaign are spoken of.
    pub fn covers(&self, campaign: CampaignId, aim: Aim) -> bool {
        self.campaign.is_none_or(|own| own == campaign) && self.aim.is_none_or(|own| own == aim)
    }
}

/// What people are called for (*finalidade*): Procon's and Não Me Perturbe's lists speak of sales, not of debts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aim {
    Sales,
    Collection,
    Service,
    Research,
}
