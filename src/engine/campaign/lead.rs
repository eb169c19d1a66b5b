//! A lead: one person to reach, by several numbers, and what is to become of it.
//!
//! ```text
//!                 ┌── lease ends, declined for later, retry ──┐
//!                 v                                           │
//!   ──new──> Waiting ───────────── leased ──────────────> Leased ──> Callback   kept by the promise
//!                 ^                                           ├────> Done       talked with
//!                 └── a person settles it ── Unknown <──crash─┼────> Declined   not to be called
//!                                                             └────> Exhausted  by a limit, or no number left
//! ```

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::list::{List, ListStanding};
use crate::id::{AttemptId, LeadId, ListId, PromiseId, UserId};
use crate::number::{Number, NumberKind};

/// One person to reach (GN-13).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lead {
    pub lead: LeadId,
    pub list: ListId,
    pub recipient: String,
    /// In the order to be tried; never empty.
    pub phones: Vec<Phone>,
    pub priority: Priority,
    /// As the list said; none: by prefix.
    pub zone: Option<Tz>,
    /// What else the list says, shown to the agent in this order.
    pub fields: Vec<(String, String)>,
    /// Attempts that count.
    pub attempts: u32,
    /// The filter of its list leaves it out: it is not dialled. The store says so, and keeps it whatever becomes of the lead.
    #[serde(default)]
    pub aside: bool,
    pub state: LeadState,
}

/// One number of a lead.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Phone {
    pub number: Number,
    /// As the list calls it: *celular*, *trabalho*.
    pub label: String,
    pub state: PhoneState,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PhoneState {
    /// Its turn is still to come in this round.
    Fresh,
    /// It had its turn.
    Tried,
    /// There is no such number: not tried again.
    Dead,
}

/// 1 is dialled first, 9 last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Priority(pub u8);

impl Priority {
    pub const FIRST: Priority = Priority(1);
    pub const LAST: Priority = Priority(9);
}

impl Default for Priority {
    fn default() -> Priority {
        Priority(5)
    }
}

/// What is to become of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum LeadState {
    Waiting {
        /// Not dialled before.
        next: DateTime<Utc>,
        /// An agent rejected or ignored it: before all others, without an attempt counted (GN-08).
        top: bool,
        cool_off: Option<CoolOff>,
    },
    Leased {
        /// Of the lease: what was decided under an earlier one is not written.
        fence: u64,
        until: DateTime<Utc>,
    },
    Callback {
        promise: PromiseId,
    },
    /// The daemon ended between this attempt and its result: a person decides.
    Unknown {
        attempt: AttemptId,
    },
    Done,
    /// *Não ligar para este contato* (GN-06).
    Declined,
    Exhausted(Finished),
}

/// Who is not offered it again before when (GN-08).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CoolOff {
    pub user: UserId,
    pub until: DateTime<Utc>,
}

/// Why no attempt is left.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "why")]
pub enum Finished {
    /// Its results or its disposition say that it is over.
    ByRule,
    /// None of its numbers exists.
    NumbersDead,
    /// All of them are on do-not-call lists, for good.
    Suppressed,
    /// As many attempts as a lead may have.
    LeadLimit { most: u32 },
    /// Each of its numbers had as many as a number may have.
    NumberLimit { most: u32 },
}

impl Finished {
    /// As the API and gateways have it.
    pub fn word(self) -> &'static str {
        match self {
            Finished::ByRule => "by-rule",
            Finished::NumbersDead => "numbers-dead",
            Finished::Suppressed => "suppressed",
            Finished::LeadLimit { .. } => "lead-limit",
            Finished::NumberLimit { .. } => "number-limit",
        }
    }

    /// Of a limit: as many as there may be.
    pub fn most(self) -> Option<u32> {
        match self {
            Finished::ByRule | Finished::NumbersDead | Finished::Suppressed => None,
            Finished::LeadLimit { most } | Finished::NumberLimit { most } => Some(most),
        }
    }
}

/// Why a lead is not being dialled, and when it may be (GN-16); the gate says the rest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Waits {
    /// For nothing but its turn.
    Turn,
    Until {
        next: DateTime<Utc>,
    },
    /// It is with an agent or being dialled.
    Leased {
        until: DateTime<Utc>,
    },
    ListLoading,
    /// A filter is being put on it, or leads come back.
    ListReworked,
    ListStale {
        since: DateTime<Utc>,
    },
    ListDiscarded,
    /// The filter of its list leaves it out.
    Filtered,
    /// A promise keeps its time.
    Promised {
        promise: PromiseId,
    },
    /// A person says whether this attempt reached anybody.
    Person {
        attempt: AttemptId,
    },
    /// No more.
    Done,
    Declined,
    Exhausted {
        finished: Finished,
    },
}

impl Lead {
    /// What it waits for. Its own state says more than its list's, as long as that is not what holds it.
    pub fn waits(&self, list: &List, now: DateTime<Utc>) -> Waits {
        match self.state {
            LeadState::Waiting { next, .. } => match list.standing(now) {
                ListStanding::Loading => Waits::ListLoading,
                ListStanding::Reworked => Waits::ListReworked,
                ListStanding::Stale { since } => Waits::ListStale { since },
                ListStanding::Discarded => Waits::ListDiscarded,
                ListStanding::Ready if self.aside => Waits::Filtered,
                ListStanding::Ready if next > now => Waits::Until { next },
                ListStanding::Ready => Waits::Turn,
            },
            LeadState::Leased { until, .. } => Waits::Leased { until },
            LeadState::Callback { promise } => Waits::Promised { promise },
            LeadState::Unknown { attempt } => Waits::Person { attempt },
            LeadState::Done => Waits::Done,
            LeadState::Declined => Waits::Declined,
            LeadState::Exhausted(finished) => Waits::Exhausted { finished },
        }
    }

    /// Where it is looked for, by the number that is next.
    pub fn area(&self) -> Area {
        self.phones.get(self.turn()).map_or(Area::ELSEWHERE, |phone| Area::of(&phone.number))
    }

    /// The place of the number that is next.
    pub fn turn(&self) -> usize {
        let alive = self.phones.iter().enumerate().filter(|(_, phone)| phone.state != PhoneState::Dead);
        alive.min_by_key(|(_, phone)| phone.state).map_or(0, |(place, _)| place)
    }

    /// The number of this place is next; those before it have had their turn.
    pub fn give_turn(&mut self, place: usize) {
        for (other, phone) in self.phones.iter_mut().enumerate().take(place + 1) {
            phone.state = match (phone.state, other == place) {
                (PhoneState::Dead, _) => PhoneState::Dead,
                (PhoneState::Fresh | PhoneState::Tried, true) => PhoneState::Fresh,
                (PhoneState::Fresh | PhoneState::Tried, false) => PhoneState::Tried,
            };
        }
    }
}

/// Leads that may be called at the same hours, nearly: the DDD of the next number. The store finds those of open areas without
/// reading past the others; the gate decides about each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Area(pub u8);

impl Area {
    /// Whatever has no DDD.
    pub const ELSEWHERE: Area = Area(0);

    pub fn of(number: &Number) -> Area {
        let ddd = number.normalised.strip_prefix("+55").filter(|rest| matches!(rest.len(), 10 | 11));
        // +55 800 … is toll-free and of no area.
        let ddd = ddd.and_then(|rest| rest.get(..2)).and_then(|ddd| ddd.parse().ok());
        ddd.filter(|_| number.kind == NumberKind::National).map_or(Area::ELSEWHERE, Area)
    }

    /// A number of it.
    pub fn sample(self) -> Number {
        let (normalised, kind) = match self {
            Area::ELSEWHERE => ("+558007770000".to_owned(), NumberKind::TollFree),
            Area(ddd) => (format!("+55{ddd}30000000"), NumberKind::National),
        };
        Number { dialled: normalised.clone(), normalised, kind }
    }

    /// Every one there can be.
    pub fn all() -> impl Iterator<Item = Area> {
        std::iter::once(Area::ELSEWHERE).chain((11..=99).map(Area))
    }
}
