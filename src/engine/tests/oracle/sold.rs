//! What was told of selling, and what was acknowledged.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use engine::agent::AgentState;
use engine::border::*;
use engine::campaign::{Campaign, Command, LeadState, Place, RecordView, ResultKind, Standing, Steer, Wish};
use engine::id::{AttemptId, CampaignId, CommandId, ItemId, LeadId, LegId, ListId, PromiseId, UserId};
use engine::news::{News, StaffNews};
use engine::staff::Entry;
use engine::time::{Moment, Now};

use crate::judge::Seen;
use crate::world::World;

#[derive(Default)]
pub struct Sold {
    /// Records that somebody has, as they were told last.
    pub records: BTreeMap<LeadId, RecordView>,
    pub agents: BTreeMap<UserId, AgentState>,
    /// Campaigns as they are in force.
    pub terms: BTreeMap<CampaignId, Campaign>,
    /// Since when, but for their standing.
    pub changed: BTreeMap<CampaignId, Moment>,
    /// As a supervisor was told yes last, and wished nothing since.
    steered: BTreeMap<CampaignId, Standing>,
    /// Who wants records of which.
    pub wants: BTreeSet<(CampaignId, UserId)>,
    asked: BTreeMap<CommandId, Asked>,
    /// Of a network leg, by its Call-ID.
    pub legs: BTreeMap<String, LegId>,
    /// What reached the exchange for each lead.
    pub history: BTreeMap<LeadId, Vec<Dialled>>,
    pub dialled: BTreeSet<AttemptId>,
    /// Never to be called by a campaign again, and why.
    pub over: BTreeMap<LeadId, &'static str>,
    pub callbacks: BTreeMap<LeadId, PromiseId>,
    /// *Later*: said when, and until when it waits.
    pub later: BTreeMap<LeadId, (Moment, DateTime<Utc>)>,
    /// An attempt of theirs had no end when the power failed, and nobody has said what came of it.
    pub unknown: BTreeSet<LeadId>,
    pub discarded: BTreeMap<ListId, Moment>,
    /// A filter was put on them, the last time.
    pub filtered: BTreeMap<ListId, Moment>,
    /// They were over, and came back, the last time.
    pub recycled: BTreeMap<LeadId, Moment>,
    /// Their agents wished to dial them.
    pub wished: BTreeSet<LeadId>,
    /// Do-not-call wishes that no disk took yet.
    pub unwritten: BTreeSet<usize>,
    pub started: Moment,
    /// Steered when the power failed, and nobody was told yes.
    open: BTreeSet<CampaignId>,
}

/// An attempt in the exchange's log.
#[derive(Clone, Debug)]
pub struct Dialled {
    pub attempt: AttemptId,
    pub campaign: CampaignId,
    pub id: String,
    pub at: Now,
    pub ended: Option<Now>,
    /// As its agent was told yes to.
    pub said: Option<ItemId>,
    /// Something was said, and nobody was told yes: it may be written, or not. Or somebody settled what came of a later one.
    pub unsure: bool,
}

/// What is wished, and not answered yet.
#[derive(Clone, Debug)]
enum Asked {
    Steer { campaign: CampaignId, to: Steer },
    Edit,
    Part { campaign: CampaignId, user: UserId, takes: bool },
    Record { view: Box<RecordView>, wish: Wish, at: Now },
}

impl Sold {
    pub fn hear(&mut self, news: &News, now: Moment) {
        match news {
            News::Staff(StaffNews::Record(view)) if view.standing == Place::Gone => {
                self.records.remove(&view.lead);
                self.wished.remove(&view.lead);
            }
            News::Staff(StaffNews::Record(view)) => drop(self.records.insert(view.lead, (**view).clone())),
            News::Staff(StaffNews::Agent(view)) => drop(self.agents.insert(view.user, view.state)),
            News::Staff(StaffNews::Kept(Entry::Campaign(terms))) => {
                let before = self.terms.insert(terms.id, terms.clone());
                let same = |before: Campaign| Campaign { standing: terms.standing, ..before } == *terms;
                if !before.is_some_and(same) {
                    self.changed.insert(terms.id, now);
                }
            }
            News::Call(view) => {
                let leg = view.legs.first().and_then(|leg| Some((leg.sip_call_id.clone()?, leg.leg)));
                self.legs.extend(leg);
            }
            _ => {}
        }
    }

    /// A call of the exchange's is over.
    pub fn ended(&mut self, id: &str, now: Now) {
        let of_it = |dialled: &&mut Dialled| dialled.id == id && dialled.ended.is_none();
        self.history.values_mut().flatten().filter(of_it).for_each(|dialled| dialled.ended = Some(now));
    }

    /// It was over, and waits again: attempts *ever* count anew.
    pub fn came_back(&mut self, lead: LeadId, now: Moment) {
        assert_ne!(self.over.remove(&lead), Some("declined"), "{lead} declined, and comes back");
        self.later.remove(&lead);
        self.callbacks.remove(&lead);
        self.recycled.insert(lead, now);
    }

    /// What was asked then may be done, or not.
    pub fn power_failed(&mut self, now: Moment) {
        self.open.clear();
        for asked in std::mem::take(&mut self.asked).into_values() {
            match asked {
                Asked::Steer { campaign, .. } => drop(self.open.insert(campaign)),
                Asked::Record { view, wish, .. } => self.in_doubt(&view, &wish),
                Asked::Edit | Asked::Part { .. } => {}
            }
        }
        self.records.clear();
        self.agents.clear();
        self.wants.clear();
        self.wished.clear();
        self.legs.clear();
        self.started = now;
    }

    /// Nobody was told that it is so, and it may be.
    fn in_doubt(&mut self, view: &RecordView, wish: &Wish) {
        match wish {
            Wish::Close { .. } => {
                let last = self.history.get_mut(&view.lead).and_then(|all| all.last_mut());
                last.into_iter().for_each(|last| last.unsure = true);
            }
            Wish::Callback { .. } => drop(self.callbacks.remove(&view.lead)),
            Wish::Accept | Wish::Reject | Wish::Later | Wish::Never | Wish::Dial { .. } => {}
        }
    }

    /// The power is back: `entries` are what was kept.
    pub fn knows(&mut self, entries: Vec<Entry>, now: Moment) {
        for terms in entries.into_iter().filter_map(campaign) {
            let told = self.steered.get(&terms.id).filter(|_| !self.open.contains(&terms.id)).copied();
            let is_so =
                |told| told == terms.standing || (told, terms.standing) == (Standing::Draining, Standing::Stopped);
            assert!(told.is_none_or(is_so), "{} was {told:?} and is {:?}", terms.id, terms.standing);
            if self.terms.insert(terms.id, terms.clone()).is_none_or(|before| before.retry != terms.retry) {
                self.changed.insert(terms.id, now);
            }
        }
    }
}

fn campaign(entry: Entry) -> Option<Campaign> {
    match entry {
        Entry::Campaign(terms) => Some(terms),
        _ => None,
    }
}

impl World {
    /// A wish of campaigns, by a person or by the administrator.
    pub fn ask(&mut self, actor: Actor, what: What) {
        let asked = match &what {
            What::Campaign(Command::Steer { campaign, to }) => {
                self.judge.sold.steered.remove(campaign);
                Asked::Steer { campaign: *campaign, to: *to }
            }
            What::Campaign(Command::Join { campaign, user } | Command::GetRecord { campaign, user }) => {
                Asked::Part { campaign: *campaign, user: *user, takes: true }
            }
            What::Campaign(Command::Leave { campaign, user }) => {
                Asked::Part { campaign: *campaign, user: *user, takes: false }
            }
            What::Campaign(Command::Record { lead, wish, .. }) => {
                let Some(view) = self.judge.sold.records.get(lead).cloned() else { return };
                if matches!(wish, Wish::Dial { .. }) {
                    self.judge.sold.wished.insert(*lead);
                }
                Asked::Record { view: Box::new(view), wish: wish.clone(), at: self.now }
            }
            _ => Asked::Edit,
        };
        self.say(|| format!("{actor:?} wishes {what:?}"));
        let id = self.shell.send_as(actor, what, None, self.now);
        self.judge.sold.asked.insert(id, asked);
        self.collect();
    }

    pub fn hear_sales(&mut self) {
        let answered = |id: &CommandId| self.shell.replies.contains_key(id);
        let ids: Vec<CommandId> = self.judge.sold.asked.keys().copied().filter(answered).collect();
        for id in ids {
            let asked = self.judge.sold.asked.remove(&id).unwrap();
            match &self.shell.replies[&id] {
                Ok(_) => self.done(asked),
                Err(refusal) => {
                    self.judge.seen.count("a wish of campaigns refused");
                    let is_known = matches!(
                        refusal.code,
                        RefusalCode::Campaign(_) | RefusalCode::NotFound | RefusalCode::NotStored
                    );
                    assert!(is_known, "{refusal:?} to {asked:?}");
                    if let (RefusalCode::NotStored, Asked::Record { view, wish, .. }) = (refusal.code, asked) {
                        self.judge.sold.in_doubt(&view, &wish);
                        if wish == Wish::Never {
                            self.never(&view, true);
                        }
                    }
                }
            }
        }
    }

    /// Somebody was told that it is so.
    fn done(&mut self, asked: Asked) {
        let sold = &mut self.judge.sold;
        match asked {
            Asked::Edit => self.judge.seen.count("a campaign edited"),
            Asked::Steer { campaign, to } => {
                let (standing, what) = match to {
                    Steer::Start => (Standing::Running, "started"),
                    Steer::Pause => (Standing::Paused, "paused"),
                    Steer::Drain => (Standing::Draining, "drained"),
                    Steer::Stop => (Standing::Stopped, "stopped"),
                };
                sold.steered.insert(campaign, standing);
                self.judge.seen.count(what);
            }
            Asked::Part { campaign, user, takes: true } => drop(sold.wants.insert((campaign, user))),
            Asked::Part { campaign, user, takes: false } => drop(sold.wants.remove(&(campaign, user))),
            Asked::Record { view, wish, at } => {
                let lead = view.lead;
                let what = match wish {
                    Wish::Accept => "accepted",
                    Wish::Reject => "rejected",
                    Wish::Dial { .. } => "dialled from a record",
                    Wish::Callback { promise: Some(promise) } => {
                        sold.callbacks.insert(lead, promise);
                        "a callback set in a record"
                    }
                    Wish::Callback { promise: None } => {
                        sold.callbacks.remove(&lead);
                        "a callback taken out of a record"
                    }
                    Wish::Later => {
                        let minutes = sold.terms[&view.campaign].handling.later_minutes;
                        sold.later.insert(lead, (at.moment, at.civil + TimeDelta::minutes(minutes.into())));
                        "declined for later"
                    }
                    Wish::Never => {
                        sold.over.insert(lead, "declined");
                        self.never(&view, false);
                        "declined for ever"
                    }
                    Wish::Close { disposition, stop } => {
                        let last = sold.history.get_mut(&lead).and_then(|all| all.last_mut());
                        // One that was written and not dialled after it would have it.
                        let is_last = |last: &&mut Dialled| {
                            let row = &self.shell.store.leads.attempts[&last.attempt];
                            view.tried
                                .last()
                                .is_some_and(|(number, kind)| *number == row.number && *kind != ResultKind::NotDialled)
                        };
                        let last = last.filter(is_last);
                        last.into_iter().for_each(|last| last.said = disposition);
                        if let (true, Some(user)) = (stop, view.user) {
                            sold.wants.remove(&(view.campaign, user));
                        }
                        if stop { "done, and no more" } else { "closed" }
                    }
                };
                self.judge.seen.count(what);
            }
        }
    }

    /// Its numbers are not to be called any more, where the campaign says so.
    fn never(&mut self, view: &RecordView, unwritten: bool) {
        if !self.judge.sold.terms[&view.campaign].handling.decline_suppresses {
            return;
        }
        for person in self.sales.leads[&view.lead].people.clone() {
            self.not_to_be_called(person, unwritten);
        }
    }

    /// A wish of theirs; `unwritten`: the disk did not take it yet.
    pub fn not_to_be_called(&mut self, person: usize, unwritten: bool) {
        self.judge.suppressed.entry(person).or_insert(self.now.moment);
        if unwritten {
            self.judge.sold.unwritten.insert(person);
        }
    }

    /// What no disk had taken is lost with the power, and nobody was told that it was kept.
    pub fn forget_unwritten(&mut self) {
        let kept = &self.shell.store.promised.suppressed;
        for person in std::mem::take(&mut self.judge.sold.unwritten) {
            let digits = &self.office.people[person].digits;
            if !kept.keys().any(|number| number.ends_with(digits)) {
                self.judge.suppressed.remove(&person);
            }
        }
    }

    /// Whoever was being called when the power failed is a person's to decide about.
    pub fn leads_in_doubt(&mut self) {
        let open = self.shell.store.leads.attempts.values().filter(|attempt| attempt.result.is_none());
        let open: Vec<LeadId> = open.map(|attempt| attempt.lead).collect();
        self.judge.seen.count_all("a lead in doubt", open.len());
        self.judge.sold.unknown.extend(open);
    }

    /// A person says what came of it.
    pub fn settle(&mut self) {
        let unknown = |lead: &&LeadId| matches!(self.lead_state(**lead), Some(LeadState::Unknown { .. }));
        let all: Vec<LeadId> = self.sales.leads.keys().filter(unknown).copied().collect();
        let Some(lead) = all.get(self.random.below(all.len().max(1) as u32) as usize).copied() else { return };
        let reached = self.random.below(2) == 0;
        self.say(|| format!("{lead} is settled, reached: {reached}"));
        self.shell.store.leads.settle(lead, reached, self.now.civil - self.skew);
        let sold = &mut self.judge.sold;
        sold.unknown.remove(&lead);
        sold.callbacks.remove(&lead);
        let of_it = sold.history.entry(lead).or_default();
        of_it.iter_mut().for_each(|dialled| (dialled.ended, dialled.unsure) = (Some(self.now), true));
        if reached {
            sold.over.insert(lead, "settled as reached");
        }
        self.judge.seen.count("settled");
    }

    pub fn lead_state(&self, lead: LeadId) -> Option<LeadState> {
        self.shell.store.leads.get(lead).map(|lead| lead.state)
    }
}

/// What has to happen where things are sold.
pub const SOLD: &[&str] = &[
    "promised",
    "crash",
    "clock jumped",
    "held",
    "started",
    "paused",
    "drained",
    "stopped",
    "a campaign edited",
    "a list discarded",
    "a list filtered",
    "a lead comes back",
    "in a call already",
    "a list grows old",
    "a do-not-call list grows old",
    "accepted",
    "rejected",
    "dialled from a record",
    "dialled in preview",
    "dialled in push-preview",
    "dialled in progressive",
    "dialled in predictive",
    "declined for later",
    "declined for ever",
    "a callback set in a record",
    "a callback taken out of a record",
    "closed",
    "done, and no more",
    "a wish of campaigns refused",
    "an agent within two seconds",
    "a notice within two seconds",
    "opted out by a key",
    "a lead in doubt",
    "settled",
    "somebody idle",
    "waiting at the end",
    "with a promise at the end",
    "for a person at the end",
    "done at the end",
    "declined at the end",
    "exhausted at the end",
];

impl Seen {
    pub fn count_all(&mut self, what: &'static str, times: usize) {
        (0..times).for_each(|_| self.count(what));
    }
}
