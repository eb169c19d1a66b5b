//! What brings leads into work: who is free, and of a predictive campaign its pace.

use crate::id::CampaignId;
use crate::pacing::{Decision, ShortCalls, ShortRule, View};
use crate::time::{Moment, Now};

use super::Campaigns;
use super::give_back;
use super::hopper::{Remembered, Written};
use super::order::{By, Cap, Order, ShortView};
use super::pacer::{permille, settings};
use super::record::{Context, Record};
use super::running::{MOST_AT_ONCE, Running};
use super::state::State;

/// A campaign's calls and talks at one moment.
#[derive(Default)]
struct Seen {
    talking: Vec<Moment>,
    writing: Vec<Moment>,
    ringing: Vec<Moment>,
    waiting: u32,
    /// Calls that take a line and want nobody more: somebody is held for them, or nobody comes.
    dismissed: usize,
}

impl Campaigns {
    /// Gives work to who is free, calls for more where little is left.
    pub(super) fn feed(&mut self, campaign: CampaignId, now: Now) {
        let Some(running) = self.running.get_mut(&campaign).filter(|running| running.terms.runs() && !self.held) else {
            return;
        };
        if running.is_paced() {
            running.pacer.stir(now.moment);
            return self.pace(campaign, now);
        }
        let busy = self.records.values().filter(|(own, _)| *own == campaign).map(|(_, record)| record);
        let (places, stale) = running.places(busy, now);
        let terms = &running.terms;
        stale.into_iter().for_each(|lead| give_back(&mut self.orders, lead, now));
        for (facts, asked_by) in places {
            let (lead, fence) = (facts.lead.lead, facts.fence().unwrap_or_default());
            let mut record = Record::new(facts, fence, asked_by, now);
            let seen = &mut Vec::new();
            record.queue(&mut Context { terms, orders: &mut self.orders, seen, held: self.held, now });
            self.records.insert(lead, (campaign, record));
        }
        if let Some(most) = running.pool.wants(running.terms.pace.lines, now.moment) {
            self.orders.push_back(Order::Load { campaign, most });
        }
    }

    /// Asks the pace, where it is due.
    fn pace(&mut self, campaign: CampaignId, now: Now) {
        let (seen, ready) = (self.seen(campaign), self.at_hand(campaign));
        let Some(running) = self.running.get_mut(&campaign) else { return };
        if let Some(most) = running.pool.wants(running.terms.pace.lines, now.moment) {
            self.orders.push_back(Order::Load { campaign, most });
        }
        let Some(day) = self.day else { return };
        if running.pacer.wants_memory(now.moment) {
            return self.orders.push_back(Order::Remember { campaign });
        }
        let view = View {
            ready,
            talking: &seen.talking,
            writing: &seen.writing,
            ringing: &seen.ringing,
            waiting: seen.waiting,
        };
        let settings = settings(&running.terms.pace, running.crew.team(), seen.dismissed);
        let Some(decision) = running.pacer.decide(&view, settings, now.moment) else { return };
        let calls = bounded(running, decision, self.short_room, now.moment);
        if calls > 0 {
            self.orders.push_back(Order::Begin { campaign, calls });
        }
        self.take_back(campaign, decision.withdraw, settings.ring_at_least, now.moment);
        self.write_pace(campaign, day, false, now.moment);
        self.look_told(campaign, now.moment);
    }

    /// So many calls may begin now: the answer to [`Order::Begin`].
    pub fn on_begin(&mut self, campaign: CampaignId, asked: u32, room: u32, now: Now) {
        let Some(running) = self.running.get_mut(&campaign).filter(|running| running.terms.runs() && !self.held) else {
            return;
        };
        for _ in 0..running.pacer.cap(asked, room, Cap::Routes) {
            let (next, stale) = running.pool.next(now.moment);
            stale.into_iter().for_each(|lead| give_back(&mut self.orders, lead, now));
            let Some(facts) = next else { break };
            running.pacer.began(now.moment);
            let (lead, fence) = (facts.lead.lead, facts.fence().unwrap_or_default());
            let mut record = Record::new(facts, fence, None, now);
            let (terms, phone, seen) = (&running.terms, record.turn(), &mut Vec::new());
            let cx = &mut Context { terms, orders: &mut self.orders, seen, held: self.held, now };
            record.ask_gate(By::Anybody, phone, cx);
            self.records.insert(lead, (campaign, record));
        }
        if let Some(most) = running.pool.wants(running.terms.pace.lines, now.moment) {
            self.orders.push_back(Order::Load { campaign, most });
        }
    }

    /// The answer to [`Order::Remember`].
    pub fn on_remembered(&mut self, campaign: CampaignId, remembered: Option<Remembered>, now: Now) {
        let (Some(running), Some(day)) = (self.running.get_mut(&campaign), self.day) else { return };
        let settings = settings(&running.terms.pace, running.crew.team(), 0);
        running.pacer.on_remembered(remembered, settings, day, now.moment);
        self.feed(campaign, now);
    }

    /// The civil day of the installation, by its number, as long as the clock is believed.
    pub fn on_day(&mut self, day: u32, now: Now) {
        let before = self.day.replace(day);
        if before == Some(day) {
            return;
        }
        let all: Vec<CampaignId> = self.running.keys().copied().collect();
        for campaign in all {
            if let Some(before) = before {
                self.write_pace(campaign, before, true, now.moment);
            }
            if let Some(running) = self.running.get_mut(&campaign) {
                running.pacer.handle(crate::pacing::Event::DayBegan(day), now.moment);
            }
            self.feed(campaign, now);
        }
    }

    /// The outgoing calls of the day, how much of its time for dialling has passed (of 1), and the rule in force, if there is one.
    pub fn on_short_calls(&mut self, calls: ShortCalls, passed: f64, rule: Option<ShortRule>) {
        let forecast = calls.forecast(passed);
        let (forecast, share_permille) = (forecast.calls, permille(forecast.share));
        self.short_room = rule.and_then(|rule| calls.room(&rule));
        self.short = ShortView { calls: calls.calls(), short: calls.short(), forecast, share_permille };
    }

    /// Those who can take a call of it at once: who takes part in several that dial like this is a part of each.
    fn at_hand(&self, campaign: CampaignId) -> u32 {
        let paced = |running: &&Running| running.is_paced() && running.terms.runs();
        let campaigns =
            |user| self.running.values().filter(paced).filter(|other| other.crew.wants(user)).count().max(1);
        let Some(running) = self.running.get(&campaign) else { return 0 };
        let parts: usize = running.crew.at_hand().map(|user| PARTS / campaigns(user)).sum();
        u32::try_from(parts.div_ceil(PARTS)).unwrap_or(u32::MAX)
    }

    fn seen(&self, campaign: CampaignId) -> Seen {
        let mut seen = Seen::default();
        let Some(running) = self.running.get(&campaign) else { return seen };
        let comes_back = |user| running.crew.comes_back(user);
        for (_, record) in self.records.values().filter(|(own, _)| *own == campaign) {
            match &record.state {
                State::Talking { user, since, .. } if comes_back(*user) => seen.talking.push(*since),
                State::Open { user, since } if comes_back(*user) => seen.writing.push(*since),
                State::Judging { by: By::Anybody, .. } => seen.ringing.push(record.since),
                State::Storing { by: Some(By::Anybody), .. } | State::JudgingAgain { by: Some(By::Anybody), .. } => {
                    seen.ringing.push(record.since);
                }
                State::Dialling { user: None, since, .. } => seen.ringing.push(*since),
                State::Answered { .. } | State::Listening { by: None, .. } => seen.waiting += 1,
                State::Dismissed { .. } | State::Machine { .. } | State::Listening { .. } => seen.dismissed += 1,
                State::Queued | State::Offered { .. } | State::Open { .. } | State::Talking { .. } => {}
                State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } => {}
                State::Dialling { .. } => {}
            }
        }
        [&mut seen.ringing, &mut seen.talking, &mut seen.writing].into_iter().for_each(|column| column.sort_unstable());
        seen
    }

    /// Those that have rung longest, and long enough.
    fn take_back(&mut self, campaign: CampaignId, calls: u32, at_least: std::time::Duration, now: Moment) {
        let own = self.records.values().filter(|(own, _)| *own == campaign);
        let mut ringing: Vec<_> = own
            .filter_map(|(_, record)| match record.state {
                State::Dialling { user: None, since, call: Some(call), .. } => Some((since, call)),
                _ => None,
            })
            .filter(|(since, _)| now.since(*since) >= at_least)
            .collect();
        ringing.sort_unstable();
        let longest = ringing.into_iter().take(calls as usize);
        self.orders.extend(longest.map(|(_, call)| Order::TakeBack { call }));
    }

    pub(super) fn write_pace(&mut self, campaign: CampaignId, day: u32, at_once: bool, now: Moment) {
        let Some(running) = self.running.get_mut(&campaign) else { return };
        if let Some(memory) = running.pacer.take_memory(at_once, now) {
            self.orders.push_back(Order::Store(Written::Pace { campaign, day, memory }));
        }
    }

    /// Screens are told, now or within a second.
    pub(super) fn look_told(&mut self, campaign: CampaignId, now: Moment) {
        let is_due = self.running.get_mut(&campaign).is_some_and(|running| running.told.is_due(now));
        let Some(view) = is_due.then(|| self.view(campaign)).flatten() else { return };
        let Some(running) = self.running.get_mut(&campaign) else { return };
        if running.told.is_news(view, now) {
            self.orders.push_back(Order::TellCampaign(campaign));
        }
    }
}

/// As many calls as the pace has it, within what bounds it.
fn bounded(running: &mut Running, decision: Decision, short: Option<u64>, now: Moment) -> u32 {
    let calls = decision.begin.min(MOST_AT_ONCE as u32);
    let calls = running.pacer.within_second(calls, &running.terms.pace, now);
    match short {
        Some(room) => running.pacer.cap(calls, u32::try_from(room).unwrap_or(u32::MAX), Cap::ShortCalls),
        None => calls,
    }
}

/// Divides by the number of campaigns that anybody takes part in at once.
const PARTS: usize = 60;
