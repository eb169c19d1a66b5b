//! What a campaign's pace needs of the other rooms: what the store remembers, and how many calls its routes have room for.

use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};

use crate::callback::Doubt;
use crate::campaign::Question as Of;
use crate::config::Account;
use crate::id::{CallId, CampaignId};
use crate::records::Question;
use crate::rules::wall;
use crate::time::Now;

use super::super::Engine;
use super::asking::Ask;

impl Engine {
    /// Another day begins where the daemon stands, by a clock that is believed.
    pub(in super::super) fn look_at_day(&mut self, now: Now) {
        if !self.is_in_doubt(Doubt::Clock, now) {
            let today = self.today(now);
            self.campaigning.campaigns.on_day(number(today), now);
            self.look_at_short_calls(today, now);
        }
    }

    fn today(&self, now: Now) -> NaiveDate {
        now.civil.with_timezone(&self.config.zone).date_naive()
    }

    /// What the pace has learned, and what the attempts of the days came to that it is judged by.
    pub(super) fn ask_for_pace(&mut self, campaign: CampaignId, now: Now) {
        let (today, zone) = (self.today(now), self.config.zone);
        let days = (0..JUDGED_DAYS).rev().filter_map(|ago| today.checked_sub_days(Days::new(ago)));
        let days = days.filter_map(|day| Some((number(day), wall::start(zone, day)?))).collect();
        let question = self.load(Question::Leads(Of::Pace { campaign, days }));
        self.campaigning.asked.insert(question, Ask::Pace(campaign));
    }

    /// As many calls as the campaign's routes have room for: what is being judged for them is not on the way yet.
    pub(super) fn begin_calls(&mut self, campaign: CampaignId, calls: u32, now: Now) {
        let routes = self.campaigning.campaigns.terms(campaign).map(|terms| terms.routes.clone()).unwrap_or_default();
        let accounts = routes.iter().filter_map(|route| self.config.accounts.get(&route.account).cloned());
        let up: Vec<Arc<Account>> = accounts.filter(|account| self.is_up(account)).collect();
        let room = up.iter().map(|account| self.room_on(account, now)).fold(0, u32::saturating_add);
        let room = room.saturating_sub(self.campaigning.campaigns.on_their_way());
        self.campaigning.campaigns.on_begin(campaign, calls, room, now);
    }

    fn room_on(&mut self, account: &Account, now: Now) -> u32 {
        let load = self.calls.load(account, now);
        let (calls, starts) = (load.limits.calls_at_once, load.limits.calls_per_minute);
        calls.saturating_sub(load.calls).min(starts.saturating_sub(load.starts))
    }

    pub(super) fn take_call_back(&mut self, call: CallId, now: Now) {
        // It may have been answered in the same moment.
        let _over = self.with_calls(now, |calls, cx| calls.take_lead_back(call, cx));
    }
}

/// As the pace numbers days.
fn number(day: NaiveDate) -> u32 {
    u32::try_from(day.num_days_from_ce()).unwrap_or_default()
}

/// Small teams are judged by so many (GN-18).
const JUDGED_DAYS: u64 = 30;
