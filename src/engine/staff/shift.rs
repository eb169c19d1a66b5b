//! Shifts and the breaks planned in them (VZ-15): what NR-17 asks of telemarketing, and when each break of a day is.
//!
//! NR-17, Annex II (Portaria SIT/DSST 9/2007, item 5.4; kept by Portaria MTP 423/2021): in a day of up to six hours two rests of ten
//! minutes without interruption, after the first and before the last sixty minutes of work, beside twenty minutes to eat.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::id::{ItemId, UserId};

use super::{Item, Staff};

/// When some people work and rest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shift {
    /// Days of the week on which it begins, 1 (Monday) to 7.
    pub days: BTreeSet<u8>,
    /// Minutes after midnight, in the installation's zone.
    pub from: u16,
    /// The same; one that is not later than `from` is of the next day.
    pub until: u16,
    pub breaks: Vec<Break>,
    pub users: BTreeSet<UserId>,
}

/// A break as it is planned for each day of a shift.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Break {
    /// Minutes after midnight.
    pub at: u16,
    pub minutes: u16,
    /// Of the list of pause reasons.
    pub reason: ItemId,
}

/// One person's day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Workday {
    /// On which it begins.
    pub day: NaiveDate,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// In their order.
    pub breaks: Vec<Planned>,
}

/// A break of one day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Planned {
    /// What it is called within its day.
    pub minute: u16,
    pub at: DateTime<Utc>,
    pub minutes: u16,
    pub reason: ItemId,
}

impl Shift {
    /// Minutes.
    pub fn length(&self) -> u16 {
        match after(self.from, self.until) {
            0 => DAY,
            length => length,
        }
    }

    /// Minutes of work before a break.
    fn before(&self, one: &Break) -> u16 {
        after(self.from, one.at)
    }

    /// What is wrong with it, where something is: the field and what to do.
    pub(super) fn fault(&self, is_rest: impl Fn(ItemId) -> Option<bool>) -> Option<(&'static str, String)> {
        if self.days.is_empty() || !self.days.iter().all(|day| (1..=7).contains(day)) {
            return Some(("days", "a shift begins on one or more days, 1 (Monday) to 7".to_owned()));
        }
        if self.from >= DAY || self.until > DAY {
            return Some(("from", "a shift begins and ends within a day: minutes after midnight".to_owned()));
        }
        if self.breaks.len() > MAX_BREAKS {
            return Some(("breaks", format!("at most {MAX_BREAKS} breaks in a shift")));
        }
        let mut free = 0;
        let mut breaks: Vec<&Break> = self.breaks.iter().collect();
        breaks.sort_by_key(|one| self.before(one));
        for one in breaks {
            let rest = is_rest(one.reason);
            if let Some(problem) = self.fault_of(one, rest, free) {
                let (hour, minute) = (one.at / 60, one.at % 60);
                return Some(("breaks", format!("the break at {hour:02}:{minute:02} {problem}")));
            }
            free = self.before(one) + one.minutes;
        }
        None
    }

    /// `rest`: whether it is a rest of NR-17; none: there is no such reason. `free`: when the break before is over.
    fn fault_of(&self, one: &Break, rest: Option<bool>, free: u16) -> Option<&'static str> {
        let (begin, end) = (self.before(one), self.before(one).saturating_add(one.minutes));
        match rest {
            None => Some("has a reason that is none of the list"),
            Some(_) if !(1..=LONGEST).contains(&one.minutes) => Some("lasts 1 to 240 minutes"),
            Some(_) if one.at >= DAY || end > self.length() => Some("is not within the shift"),
            Some(_) if begin < free => Some("begins before the one before it is over"),
            Some(true) if one.minutes < REST => Some("is shorter than the 10 minutes of NR-17"),
            Some(true) if begin < EDGE || end + EDGE > self.length() => {
                Some("is in the first or the last 60 minutes of work, where NR-17 does not count it")
            }
            Some(true | false) => None,
        }
    }

    fn on(&self, day: NaiveDate, zone: Tz) -> Workday {
        // An hour that the clock leaves out begins when it is over.
        let local = day.and_hms_opt(0, 0, 0).unwrap_or_default() + TimeDelta::minutes(self.from.into());
        let begin = zone.from_local_datetime(&local).earliest();
        let begin = begin.unwrap_or_else(|| zone.from_utc_datetime(&local)).with_timezone(&Utc);
        let since = |minutes: u16| begin + TimeDelta::minutes(minutes.into());
        let planned = |one: &Break| Planned {
            minute: one.at,
            at: since(self.before(one)),
            minutes: one.minutes,
            reason: one.reason,
        };
        let mut breaks: Vec<Planned> = self.breaks.iter().map(planned).collect();
        breaks.sort_by_key(|one| one.at);
        Workday { day, from: begin, until: since(self.length()), breaks }
    }
}

impl Staff {
    /// The shifts with their entries.
    pub fn shifts(&self) -> impl Iterator<Item = (&Item, &Shift)> {
        self.items.values().filter_map(|item| Some((item, item.shift.as_ref()?)))
    }

    /// What is planned for a person on the day that begins here; breaks whose reason was deleted are none.
    pub fn workday(&self, user: UserId, day: NaiveDate, zone: Tz) -> Option<Workday> {
        let weekday = u8::try_from(day.weekday().number_from_monday()).ok()?;
        let mut shifts = self.shifts().map(|(_, shift)| shift);
        let shift = shifts.find(|shift| shift.users.contains(&user) && shift.days.contains(&weekday))?;
        let mut workday = shift.on(day, zone);
        workday.breaks.retain(|one| self.pause_reason(one.reason).is_some());
        Some(workday)
    }

    /// The day that a person works on now: that of yesterday while it lasts, else today's.
    pub fn workday_at(&self, user: UserId, now: DateTime<Utc>, zone: Tz) -> Option<Workday> {
        let today = now.with_timezone(&zone).date_naive();
        let yesterday = today.checked_sub_days(Days::new(1)).and_then(|day| self.workday(user, day, zone));
        yesterday.filter(|workday| now < workday.until).or_else(|| self.workday(user, today, zone))
    }
}

impl Workday {
    /// The first that was not taken.
    pub fn next(&self, taken: &BTreeSet<u16>) -> Option<Planned> {
        self.breaks.iter().find(|one| !taken.contains(&one.minute)).copied()
    }

    /// Which break a pause is that begins now: of its reason, not taken yet, the nearest; not one that is far ahead.
    pub fn meant(&self, reason: ItemId, now: DateTime<Utc>, taken: &BTreeSet<u16>) -> Option<Planned> {
        let open = self.breaks.iter().filter(|one| one.reason == reason && !taken.contains(&one.minute));
        let near = open.filter(|one| one.at - now <= EARLY);
        near.min_by_key(|one| (one.at - now).abs()).copied()
    }
}

/// Minutes from one time of the day to the next that is called `to`.
fn after(from: u16, to: u16) -> u16 {
    (to % DAY + DAY - from % DAY) % DAY
}

/// Minutes.
const DAY: u16 = 24 * 60;
/// NR-17, Annex II, item 5.4.1 b and c, in minutes.
const REST: u16 = 10;
const EDGE: u16 = 60;
const LONGEST: u16 = 240;
const MAX_BREAKS: usize = 16;
/// Whoever pauses earlier than that pauses for something else.
const EARLY: TimeDelta = TimeDelta::minutes(30);
/// After which a planned break that was not begun is overdue.
pub const OVERDUE_AFTER: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::America::Sao_Paulo;

    const REST_REASON: ItemId = ItemId(1);
    const MEAL: ItemId = ItemId(2);

    fn shift(from: u16, until: u16, breaks: &[(u16, u16, ItemId)]) -> Shift {
        let breaks = breaks.iter().map(|(at, minutes, reason)| Break { at: *at, minutes: *minutes, reason: *reason });
        let (days, users) = ((1..=7).collect(), BTreeSet::from([UserId(7)]));
        Shift { days, from, until, breaks: breaks.collect(), users }
    }

    fn fault(shift: &Shift) -> Option<String> {
        let is_rest = |reason| [REST_REASON, MEAL].contains(&reason).then_some(reason == REST_REASON);
        shift.fault(is_rest).map(|(_, text)| text)
    }

    /// `"10:30"`
    fn at(text: &str) -> u16 {
        let (hour, minute) = text.split_once(':').unwrap();
        hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap()
    }

    #[test]
    fn vz_15_rests_lie_where_nr_17_wants_them() {
        let six_hours = |breaks: &[(u16, u16, ItemId)]| shift(at("08:00"), at("14:00"), breaks);
        let right = [(at("09:00"), 10, REST_REASON), (at("11:00"), 20, MEAL), (at("12:50"), 10, REST_REASON)];
        assert_eq!(fault(&six_hours(&right)), None);
        for (breaks, wrong) in [
            ([(at("08:59"), 10, REST_REASON)], "first or the last 60"),
            ([(at("12:51"), 10, REST_REASON)], "first or the last 60"),
            ([(at("10:00"), 9, REST_REASON)], "shorter"),
            ([(at("07:50"), 20, MEAL)], "within the shift"),
            ([(at("13:50"), 20, MEAL)], "within the shift"),
            ([(at("10:00"), 0, MEAL)], "1 to 240"),
            ([(at("10:00"), 20, ItemId(9))], "none of the list"),
        ] {
            let said = fault(&six_hours(&breaks)).unwrap_or_default();
            assert!(said.contains(wrong), "{breaks:?}: {said}");
        }
        let over = [(at("10:00"), 20, MEAL), (at("10:19"), 10, REST_REASON)];
        assert!(fault(&six_hours(&over)).unwrap().contains("before the one before it"));
    }

    #[test]
    fn vz_15_a_night_shift_goes_on_after_midnight_and_over_a_change_of_the_clock() {
        let night = shift(at("22:00"), at("04:00"), &[(at("23:30"), 10, REST_REASON), (at("01:00"), 20, MEAL)]);
        assert_eq!((fault(&night), night.length()), (None, 360));
        let day: NaiveDate = "2026-03-12".parse().unwrap();
        let workday = night.on(day, Sao_Paulo);
        let instants: Vec<String> = workday.breaks.iter().map(|one| one.at.to_rfc3339()).collect();
        assert_eq!(instants, ["2026-03-13T02:30:00+00:00", "2026-03-13T04:00:00+00:00"]);
        // 2018-11-04 has no midnight: the hour after 23:59 is 01:00.
        let early = shift(0, at("06:00"), &[(at("03:00"), 20, MEAL)]);
        assert_eq!(early.on("2018-11-04".parse().unwrap(), Sao_Paulo).breaks.len(), 1);
    }

    #[test]
    fn a_pause_is_the_nearest_break_of_its_reason_that_was_not_taken() {
        let breaks = [(at("10:00"), 10, REST_REASON), (at("11:00"), 20, MEAL), (at("12:00"), 10, REST_REASON)];
        let workday = shift(at("08:00"), at("14:00"), &breaks).on("2026-03-12".parse().unwrap(), Sao_Paulo);
        let now = |text: &str| format!("2026-03-12T{text}:00-03:00").parse::<DateTime<Utc>>().unwrap();
        let meant = |text: &str, taken: &[u16]| {
            workday.meant(REST_REASON, now(text), &taken.iter().copied().collect()).map(|one| one.minute)
        };
        assert_eq!(meant("09:29", &[]), None, "too early to be it");
        assert_eq!(meant("09:40", &[]), Some(at("10:00")));
        assert_eq!(meant("10:50", &[]), Some(at("10:00")), "late");
        assert_eq!(meant("11:50", &[]), Some(at("12:00")));
        assert_eq!(meant("11:50", &[at("12:00")]), Some(at("10:00")));
        assert_eq!(meant("12:00", &[at("10:00"), at("12:00")]), None);
    }
}
