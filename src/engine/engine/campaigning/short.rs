//! Short calls of the installation's day (GN-19): every outgoing call to a telephone number, whoever dialled it.

use chrono::{NaiveDate, TimeDelta, Timelike};

use crate::campaign::Question as Of;
use crate::gate::Law;
use crate::news::{CallView, Direction};
use crate::pacing::{ShortCalls, ShortRule};
use crate::records::Question;
use crate::rules::Bounded;
use crate::time::Now;

use super::super::Engine;
use super::asking::Ask;

#[derive(Debug, Default)]
pub(super) struct Short {
    day: Option<NaiveDate>,
    calls: ShortCalls,
    /// The store is asked what was before; what ended since then is counted here.
    asked: bool,
    /// It has said so.
    is_known: bool,
}

impl Engine {
    /// Of the first day the store knows what was before; each other begins with none.
    pub(super) fn look_at_short_calls(&mut self, today: NaiveDate, now: Now) {
        let short = &mut self.campaigning.short;
        if short.day.replace(today).is_some_and(|day| day != today) {
            (short.calls, short.asked, short.is_known) = (ShortCalls::default(), false, true);
            self.tell_short_calls(now);
        }
        let short = &mut self.campaigning.short;
        if !short.is_known && !std::mem::replace(&mut short.asked, true) {
            let question = self.load(Question::Leads(Of::ShortCalls { day: today }));
            self.campaigning.asked.insert(question, Ask::ShortCalls);
        }
    }

    pub(super) fn know_short_calls(&mut self, before: Option<ShortCalls>, now: Now) {
        let short = &mut self.campaigning.short;
        if let (Some(before), false) = (before, short.is_known) {
            let (calls, own) = (before.calls() + short.calls.calls(), before.short() + short.calls.short());
            (short.calls, short.is_known) = (ShortCalls::new(calls, own), true);
        }
        self.tell_short_calls(now);
    }

    /// Ended within six seconds after its answer, never answered, or not by a person: asked before its lead's room hears of the end.
    pub(in super::super) fn count_short_call(&mut self, view: &CallView, now: Now) {
        let to_a_telephone = view.direction == Direction::Outbound && view.number.starts_with('+');
        let Some(ended) = view.ended.filter(|_| to_a_telephone) else { return };
        let is_short = view.answered.is_none_or(|answered| ended - answered <= SHORT)
            || self.campaigning.campaigns.is_with_no_person(view.call);
        self.campaigning.short.calls.ended(is_short);
        self.tell_short_calls(now);
    }

    fn tell_short_calls(&mut self, now: Now) {
        let (calls, passed, rule) = (self.campaigning.short.calls, self.passed(now), self.short_rule(now));
        self.campaigning.campaigns.on_short_calls(calls, passed, rule);
    }

    /// The strictest of the campaigns' packs: it is the installation that is counted.
    fn short_rule(&self, now: Now) -> Option<ShortRule> {
        let today = now.civil.with_timezone(&self.config.zone).date_naive();
        let packs = self.staff.campaigns().filter_map(|campaign| campaign.pack(&self.config.rules));
        let rules = packs.flat_map(|pack| pack.bounds_on(today)).filter_map(|bound| match bound.of {
            Bounded::ShortCalls { calls_a_day, permille } => {
                let share = f64::from(permille) / 1_000.0;
                Some(ShortRule { volume: calls_a_day.into(), share, margin: MARGIN })
            }
            _ => None,
        });
        rules.min_by_key(|rule| rule.volume)
    }

    /// The part of today's time for dialling that has passed: of the hours within which anybody may be called, where rules lay any
    /// down, else of the whole day.
    fn passed(&self, now: Now) -> f64 {
        let local = now.civil.with_timezone(&self.config.zone);
        let (from, until) = Law::of(&self.config).window(local.date_naive());
        let minute = f64::from(local.hour() * 60 + local.minute());
        (minute - f64::from(from)) / f64::from(until.saturating_sub(from).max(1))
    }
}

/// How far below a rule's volume the day is to end, of 1: calls under way are not counted yet.
const MARGIN: f64 = 0.02;
/// As the rule has it.
const SHORT: TimeDelta = TimeDelta::seconds(6);
