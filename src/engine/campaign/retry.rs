//! What follows from an attempt (GN-14): another one, when and at which number, or none and why. A function of the lead, what came
//! of its last attempt, the campaign's table and the attempts there were.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::attempt::ResultKind;
use super::lead::{Finished, Lead, PhoneState};
use crate::id::ItemId;
use crate::rules::{Period, wall};

/// A campaign's rules of trying again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RetryTable {
    /// What is not named is tried again as [`RetryTable::OTHERWISE`] says.
    pub results: BTreeMap<ResultKind, Retry>,
    /// What the agent said counts for more than what the network said.
    pub dispositions: BTreeMap<ItemId, Retry>,
    /// All bind together.
    pub limits: Vec<Limit>,
}

/// What follows from a result.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Retry {
    Again(Again),
    /// The lead is over.
    Finish,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Again {
    pub after_minutes: u32,
    pub turn: Turn,
}

/// Which number has the next turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    Same,
    /// The one after it, and after the last the first.
    Next,
}

/// Most attempts of one thing within a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limit {
    pub of: Of,
    pub within: Within,
    pub most: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    /// Over all its numbers.
    Lead,
    /// Over all campaigns and every path.
    Number,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Within {
    Ever,
    /// Of the called party's calendar.
    The(Period),
}

/// Attempts that count, the last one included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    pub ever: u32,
    pub day: u32,
    pub week: u32,
    pub month: u32,
}

/// Of a lead, and of each of its numbers in their order.
#[derive(Clone, Copy, Debug)]
pub struct Tallies<'a> {
    pub lead: Tally,
    pub phones: &'a [Tally],
}

/// What follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Next {
    /// This number, by its place, not before.
    Try {
        phone: usize,
        at: DateTime<Utc>,
    },
    Over(Finished),
}

impl Tally {
    /// Without the attempt that is being judged again.
    pub fn but_one(self) -> Tally {
        let Tally { ever, day, week, month } = self;
        let [ever, day, week, month] = [ever, day, week, month].map(|count| count.saturating_sub(1));
        Tally { ever, day, week, month }
    }

    /// One more, now.
    pub fn count(&mut self) {
        for counted in [&mut self.ever, &mut self.day, &mut self.week, &mut self.month] {
            *counted = counted.saturating_add(1);
        }
    }

    fn within(self, within: Within) -> u32 {
        match within {
            Within::Ever => self.ever,
            Within::The(Period::Day) => self.day,
            Within::The(Period::Week) => self.week,
            Within::The(Period::Month) => self.month,
        }
    }
}

impl Default for RetryTable {
    /// Common practice: a busy line soon, an unanswered one later and by another number, three a day and nine in all.
    fn default() -> RetryTable {
        let again = |after_minutes, turn| Retry::Again(Again { after_minutes, turn });
        RetryTable {
            results: BTreeMap::from([
                (ResultKind::Connected, Retry::Finish),
                (ResultKind::Busy, again(15, Turn::Same)),
                (ResultKind::NoAnswer, again(120, Turn::Next)),
                (ResultKind::Machine, again(240, Turn::Next)),
                (ResultKind::Rejected, again(24 * 60, Turn::Next)),
                (ResultKind::Congestion, again(10, Turn::Same)),
                (ResultKind::NumberUnknown, again(0, Turn::Next)),
                (ResultKind::Abandoned, again(72 * 60, Turn::Same)),
                (ResultKind::Withdrawn, again(30, Turn::Same)),
                (ResultKind::NotDialled, again(1, Turn::Same)),
            ]),
            dispositions: BTreeMap::new(),
            limits: vec![
                Limit { of: Of::Lead, within: Within::Ever, most: 9 },
                Limit { of: Of::Lead, within: Within::The(Period::Day), most: 3 },
            ],
        }
    }
}

impl RetryTable {
    /// Whatever no line speaks of.
    pub const OTHERWISE: Retry = Retry::Again(Again { after_minutes: 60, turn: Turn::Next });

    /// After an attempt at the number of place `tried`. `zones`: where the lead may be. Its numbers' states and the tallies know of
    /// the attempt.
    pub fn next(
        &self,
        lead: &Lead,
        tried: usize,
        said: (ResultKind, Option<ItemId>),
        tallies: Tallies<'_>,
        zones: &[Tz],
        now: DateTime<Utc>,
    ) -> Next {
        let rule = said.1.and_then(|disposition| self.dispositions.get(&disposition));
        match rule.or_else(|| self.results.get(&said.0)).copied().unwrap_or(RetryTable::OTHERWISE) {
            Retry::Finish => Next::Over(Finished::ByRule),
            Retry::Again(again) => {
                let interval = TimeDelta::minutes(i64::from(again.after_minutes));
                let at = now.checked_add_signed(interval).unwrap_or(DateTime::<Utc>::MAX_UTC);
                self.choose(lead, first_place(lead, tried, again.turn), tallies, zones, at, now)
            }
        }
    }

    /// The number that may be tried first, from the one whose turn it is on, not before `from`.
    fn choose(
        &self,
        lead: &Lead,
        turn: usize,
        tallies: Tallies<'_>,
        zones: &[Tz],
        from: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Next {
        let from = match self.allowed(Of::Lead, tallies.lead, zones, from, now) {
            Ok(at) => at,
            Err(most) => return Next::Over(Finished::LeadLimit { most }),
        };
        let places = (0..lead.phones.len()).map(|place| (turn + place) % lead.phones.len());
        let alive = places.filter(|place| lead.phones.get(*place).is_some_and(|phone| phone.state != PhoneState::Dead));
        let mut limit = None;
        let times = alive.filter_map(|phone| {
            let tally = tallies.phones.get(phone).copied().unwrap_or_default();
            self.allowed(Of::Number, tally, zones, from, now)
                .map_err(|most| limit = Some(most))
                .ok()
                .map(|at| (at, phone))
        });
        // Of two at one time the first, which has the turn.
        match (times.min_by_key(|(at, _)| *at), limit) {
            (Some((at, phone)), _) => Next::Try { phone, at },
            (None, Some(most)) => Next::Over(Finished::NumberLimit { most }),
            (None, None) => Next::Over(Finished::NumbersDead),
        }
    }

    /// The first limit that an attempt at one of a lead's numbers would break now, and when that is over; none: never by itself.
    pub fn reached(
        &self,
        (lead, number): (Tally, Tally),
        zones: &[Tz],
        now: DateTime<Utc>,
    ) -> Option<(Of, u32, Option<DateTime<Utc>>)> {
        [(Of::Lead, lead), (Of::Number, number)].into_iter().find_map(|(of, tally)| {
            match self.allowed(of, tally, zones, now, now) {
                Err(most) => Some((of, most, None)),
                Ok(at) if at > now => {
                    let binds = |limit: &&Limit| limit.of == of && tally.within(limit.within) >= limit.most;
                    let most = self.limits.iter().filter(binds).map(|limit| limit.most).min()?;
                    Some((of, most, Some(at)))
                }
                Ok(_) => None,
            }
        })
    }

    /// When limits allow another attempt; the limit that never will.
    fn allowed(
        &self,
        of: Of,
        tally: Tally,
        zones: &[Tz],
        from: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, u32> {
        let mut at = from;
        for limit in self.limits.iter().filter(|limit| limit.of == of && tally.within(limit.within) >= limit.most) {
            match limit.within {
                Within::The(period) if limit.most > 0 => at = at.max(over(period, zones, now)),
                Within::The(_) | Within::Ever => return Err(limit.most),
            }
        }
        Ok(at)
    }
}

fn first_place(lead: &Lead, tried: usize, turn: Turn) -> usize {
    match turn {
        Turn::Same => tried,
        Turn::Next => (tried + 1) % lead.phones.len().max(1),
    }
}

/// When the present day, week or month is over wherever the lead may be.
fn over(period: Period, zones: &[Tz], now: DateTime<Utc>) -> DateTime<Utc> {
    let end = wall::begun_in_all(zones, now, |zone| Some(period.next(wall::local(zone, now).date())));
    // Nobody knows where it is: a day longer than any zone is ahead.
    end.unwrap_or_else(|| period.next(now.date_naive()).and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(1))
}
