//! Planned breaks as the day goes by (VZ-15): which is next, which has been begun, which is overdue.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone, Utc};

use super::{Agent, AgentState, Context, Rested};
use crate::id::{ItemId, UserId};
use crate::news::Alert;
use crate::staff::{OVERDUE_AFTER, Planned};
use crate::time::{Moment, Now};

/// What lies ahead of somebody.
pub(super) struct Ahead {
    pub next: Option<Planned>,
    /// When it will be something else.
    pub look: Option<Moment>,
}

impl Agent {
    /// Of who is at work; nobody else has a break.
    pub(super) fn ahead(&self, user: UserId, cx: &Context<'_>) -> Ahead {
        if self.state == AgentState::Offline {
            return Ahead { next: None, look: None };
        }
        let now = cx.now.civil;
        let midnight = midnight_after(now, cx);
        let Some(workday) = cx.staff.workday_at(user, now, cx.zone) else {
            return Ahead { next: None, look: cx.staff.shifts().next().and_then(|_| moment(midnight, cx.now)) };
        };
        let none = Default::default();
        let taken = if self.chosen.rested.day == workday.day { &self.chosen.rested.breaks } else { &none };
        let next = workday.next(taken).filter(|_| now < workday.until);
        let overdue = next.map(|next| next.at + OVERDUE_AFTER);
        let changes = [overdue, Some(workday.until), Some(midnight)].into_iter().flatten().filter(|at| *at > now);
        Ahead { next, look: changes.min().and_then(|at| moment(at, cx.now)) }
    }

    /// Told once for each break.
    pub(super) fn overdue(&mut self, user: UserId, next: Option<Planned>, now: Now) -> Option<Alert> {
        let late = next.filter(|next| next.at + OVERDUE_AFTER <= now.civil)?;
        if self.overdue == Some(late.at) {
            return None;
        }
        self.overdue = Some(late.at);
        Some(Alert::BreakOverdue { user, reason: late.reason, at: late.at })
    }
}

/// With the break that a pause of this reason is, where it is one.
pub(super) fn begun(user: UserId, rested: Rested, reason: ItemId, cx: &Context<'_>) -> Rested {
    let Some(workday) = cx.staff.workday_at(user, cx.now.civil, cx.zone) else { return rested };
    let mut today = match rested.day == workday.day {
        true => rested,
        false => Rested { day: workday.day, ..Rested::default() },
    };
    today.breaks.extend(workday.meant(reason, cx.now.civil, &today.breaks).map(|meant| meant.minute));
    today
}

/// Another day has other breaks.
fn midnight_after(now: DateTime<Utc>, cx: &Context<'_>) -> DateTime<Utc> {
    let today = now.with_timezone(&cx.zone).date_naive();
    let tomorrow = today.checked_add_days(Days::new(1)).unwrap_or(today).and_time(NaiveTime::MIN);
    let midnight = cx.zone.from_local_datetime(&tomorrow).earliest().map(|at| at.with_timezone(&Utc));
    // A day whose midnight the clock leaves out.
    midnight.unwrap_or(now + TimeDelta::hours(1))
}

fn moment(at: DateTime<Utc>, now: Now) -> Option<Moment> {
    Some(now.moment + (at - now.civil).to_std().ok()?)
}
