//! What agents do with records, supervisors with campaigns, and others with lists.

use chrono::TimeDelta;
use engine::agent::AgentState;
use engine::border::*;
use engine::call::Command as Call;
use engine::callback::{Command as Promise, Owner};
use engine::campaign::{Campaign, Command, DialMode, Place, RecordView, Recycling, ResultKind, Standing, Steer, Wish};
use engine::id::{CampaignId, UserId};
use engine::leg::{Feed, LegMedia, MediaEvent, MediaNews};
use engine::staff::{self, Entry};

use crate::judge::Wished;
use crate::sales::{self, NEEDED};
use crate::world::{Event, World};

impl World {
    /// Every other second: records are taken, dialled, declined, closed, or let go by; and new ones wanted.
    pub fn sell(&mut self) {
        let views: Vec<RecordView> = self.judge.sold.records.values().cloned().collect();
        for view in views {
            let Some(user) = view.user else { continue };
            match (view.standing, self.random.below(20)) {
                (Place::Offered, 0..=3) => self.handle(&view, user, Wish::Accept),
                (Place::Offered, 4) => self.handle(&view, user, Wish::Reject),
                (Place::Open, 0..=4) | (Place::Closing, 0) => self.dial_record(&view, user),
                (Place::Open, 5) | (Place::Closing, 1) => self.handle(&view, user, Wish::Later),
                (Place::Open, 6) | (Place::Closing, 2) => self.handle(&view, user, Wish::Never),
                (Place::Open, 7) | (Place::Connecting | Place::Talking, 0) | (Place::Closing, 3) => {
                    self.set_callback(&view, user);
                }
                (Place::Talking, 1) => self.hang_up(&view, user),
                (Place::Closing, 4..=9) => self.close(&view, user),
                _ => {}
            }
        }
        self.want_records();
    }

    fn handle(&mut self, view: &RecordView, user: UserId, wish: Wish) {
        self.ask(Actor::User(user), What::Campaign(Command::Record { lead: view.lead, user, wish }));
    }

    fn dial_record(&mut self, view: &RecordView, user: UserId) {
        let phone = self.random.below(view.phones.len() as u32) as u8;
        self.handle(view, user, Wish::Dial { phone, caller_id: None });
    }

    fn hang_up(&mut self, view: &RecordView, user: UserId) {
        if let Some(call) = view.call {
            self.send(user, What::Call(Call::HangUp { call }));
        }
    }

    fn close(&mut self, view: &RecordView, user: UserId) {
        let disposition = match self.random.below(3) {
            0 => None,
            which => Some(self.sales.dispositions[which as usize - 1]),
        };
        let stop = self.random.below(8) == 0;
        self.handle(view, user, Wish::Close { disposition, stop });
    }

    /// Another is promised, or the one that is set is none any more.
    fn set_callback(&mut self, view: &RecordView, user: UserId) {
        if view.callback.is_some() {
            return self.handle(view, user, Wish::Callback { promise: None });
        }
        let person = self.sales.leads[&view.lead].people[0];
        let schedule = self.office.escalas[0].id;
        let (form, due) = self.form(person, schedule, Owner::Person(user));
        let id = self.send(user, What::Callback(Promise::Create { schedule, form, protocolo: None }));
        self.judge.wished(id, Wished::Create { person, schedule, due });
        self.hear_answers();
        if let Some(Ok(Reply::Promised { promise })) = self.shell.replies.get(&id) {
            let promise = Some(*promise);
            self.handle(view, user, Wish::Callback { promise });
        }
    }

    fn want_records(&mut self) {
        let running = self.sales.campaigns.clone().into_iter().filter(|id| self.is(*id, Standing::Running));
        for campaign in running.collect::<Vec<_>>() {
            let mode = self.judge.sold.terms[&campaign].mode;
            for user in self.users() {
                let wants = self.judge.sold.wants.contains(&(campaign, user));
                let is_ready = self.judge.sold.agents.get(&user) == Some(&AgentState::Ready);
                let what = match (wants, mode, self.random.below(20)) {
                    (false, _, 0) => Command::Join { campaign, user },
                    (false, _, 1) => Command::GetRecord { campaign, user },
                    (true, DialMode::Preview, 0..=5) if is_ready => Command::GetRecord { campaign, user },
                    _ => continue,
                };
                self.ask(Actor::User(user), What::Campaign(what));
            }
        }
    }

    fn is(&self, campaign: CampaignId, standing: Standing) -> bool {
        self.judge.sold.terms.get(&campaign).is_some_and(|terms| terms.standing == standing)
    }

    /// What a supervisor wishes, or who keeps the lists.
    pub fn steer(&mut self) {
        let campaign = self.sales.campaigns[self.random.below(self.sales.campaigns.len() as u32) as usize];
        match self.random.below(25) {
            0 => self.steer_to(campaign, Steer::Stop),
            1 => self.steer_to(campaign, Steer::Pause),
            2 => self.steer_to(campaign, Steer::Drain),
            3 | 4 => {
                let pace = sales::pace(&mut self.random);
                let user = self.user();
                self.ask(Actor::User(user), What::Campaign(Command::Repace { campaign, pace }));
            }
            5..=8 => self.edit_campaign(campaign),
            9 | 10 => {
                let person = self.random.below(self.office.people.len() as u32) as usize;
                self.suppress(person);
            }
            11 => self.discard(campaign),
            12 => self.let_expire(),
            13 => self.renew_needed(),
            14 | 15 => self.settle(),
            16 => {
                let user = self.user();
                self.ask(Actor::User(user), What::Campaign(Command::Leave { campaign, user }));
            }
            17 => self.put(1, Event::Trouble),
            18 => self.filter(campaign),
            19 => self.recycle(campaign),
            _ => {
                for campaign in self.sales.campaigns.clone() {
                    self.start_selling(campaign);
                }
            }
        }
    }

    pub fn start_selling(&mut self, campaign: CampaignId) {
        if !self.is(campaign, Standing::Running) {
            self.steer_to(campaign, Steer::Start);
        }
    }

    pub fn steer_to(&mut self, campaign: CampaignId, to: Steer) {
        let user = self.user();
        self.ask(Actor::User(user), What::Campaign(Command::Steer { campaign, to }));
    }

    fn edit_campaign(&mut self, campaign: CampaignId) {
        let Some(terms) = self.judge.sold.terms.get(&campaign).cloned() else { return };
        let mode = sales::mode(&mut self.random);
        let terms = match self.random.below(3) {
            0 => Campaign { retry: self.sales.table(&mut self.random), ..terms },
            1 => Campaign { handling: sales::handling(&mut self.random), ..terms },
            _ => Campaign { mode, routes: sales::routes(mode, &mut self.random), ..terms },
        };
        self.edit(terms);
    }

    fn edit(&mut self, terms: Campaign) {
        self.ask(Actor::Local, What::Staff(staff::Command::Edit(Entry::Campaign(terms))));
    }

    /// One of its lists is taken away, and another brought in; or its lists are others.
    fn discard(&mut self, campaign: CampaignId) {
        let Some(mut terms) = self.judge.sold.terms.get(&campaign).cloned() else { return };
        if let Some(list) = terms.lists.first().copied().filter(|_| self.random.below(3) > 0) {
            self.say(|| format!("list {list} is discarded"));
            self.shell.store.leads.discard(list);
            self.judge.sold.discarded.insert(list, self.now.moment);
            self.judge.seen.count("a list discarded");
        }
        if !terms.lists.is_empty() {
            terms.lists.remove(0);
        }
        // By a clock that is right: who brings it in may do so elsewhere.
        let (store, random, truth) = (&mut self.shell.store.leads, &mut self.random, self.now.civil - self.skew);
        terms.lists.push(self.sales.bring_in(&self.office, store, truth, random));
        self.edit(terms);
    }

    /// Some of a list is not called any more, or all of it is again.
    fn filter(&mut self, campaign: CampaignId) {
        let list = self.judge.sold.terms.get(&campaign).and_then(|terms| terms.lists.first().copied());
        let Some(list) = list else { return };
        let part = u64::from(self.random.below(3));
        self.say(|| format!("list {list} is filtered: {part}"));
        self.shell.store.leads.put_aside(list, |lead| part > 0 && lead.lead.0 % 3 < part);
        self.judge.sold.filtered.insert(list, self.now.moment);
        self.judge.seen.count("a list filtered");
    }

    /// Leads of a list that are over come back, by what came of them last.
    fn recycle(&mut self, campaign: CampaignId) {
        let list = self.judge.sold.terms.get(&campaign).and_then(|terms| terms.lists.first().copied());
        let Some(list) = list else { return };
        let kinds = ResultKind::ALL.into_iter().filter(|_| self.random.below(2) == 0);
        let chosen =
            Recycling { results: kinds.collect(), uncalled: self.random.below(2) == 0, ..Recycling::default() };
        // By a clock that is right: who lets them come back may do so elsewhere.
        let back = self.shell.store.leads.recycle(list, &chosen, self.now.civil - self.skew);
        self.say(|| format!("of list {list} come back: {back:?}"));
        self.judge.seen.count_all("a lead comes back", back.len());
        back.into_iter().for_each(|lead| self.judge.sold.came_back(lead, self.now.moment));
    }

    /// A list of leads is too old soon, or is not any more.
    fn let_expire(&mut self) {
        let lists = &mut self.shell.store.leads.lists;
        let which = self.random.below(lists.len() as u32) as usize;
        let Some(list) = lists.values_mut().nth(which) else { return };
        let truth = self.now.civil - self.skew;
        let soon = truth + TimeDelta::minutes(i64::from(self.random.below(20)));
        (list.dated, list.expires) = (truth, if list.expires.is_none() { Some(soon) } else { None });
        self.judge.seen.count("a list grows old");
    }

    fn renew_needed(&mut self) {
        let lists = &mut self.shell.store.leads.number_lists;
        let soon = Some(TimeDelta::minutes(i64::from(self.random.below(20))));
        let expires = if lists[NEEDED].expires.is_none() { soon } else { None };
        lists.insert(NEEDED.to_owned(), sales::procon(self.now.civil - self.skew, expires));
        self.judge.seen.count("a do-not-call list grows old");
    }

    /// Two seconds after somebody answered: an agent talks with them, or they hear who called (GN-18).
    pub fn attended(&mut self, id: &str) {
        let Some(leg) = self.judge.sold.legs.get(id).copied().filter(|_| !self.shell.is_dead) else { return };
        let Some(state) = self.shell.media.get(&leg) else { return };
        let Some(LegMedia::Rtp(rtp)) = &state.media else { return };
        let what = match &rtp.feed {
            Feed::Peer(_) | Feed::Mix(_) => "an agent within two seconds",
            Feed::Sound { .. } => "a notice within two seconds",
            Feed::Nothing | Feed::Silence | Feed::Tone(_) => panic!("nobody is there for {id}: {:?}", rtp.feed),
        };
        self.judge.seen.count(what);
        if matches!(rtp.feed, Feed::Sound { .. }) {
            let generation = state.generation;
            let presses = self.random.below(3) == 0;
            self.put(500, Event::Notice { id: id.to_owned(), generation, presses });
        }
    }

    /// Who hears the notice wants no more calls, or has heard enough.
    pub fn notice(&mut self, id: &str, generation: u32, presses: bool) {
        let Some(leg) = self.judge.sold.legs.get(id).copied() else { return };
        let hears = self.shell.media.get(&leg).is_some_and(|state| state.generation == generation);
        if !hears {
            return;
        }
        let event = match presses {
            true => MediaEvent::Digit { digit: '9', duration_ms: 100 },
            false => MediaEvent::SoundEnded,
        };
        self.shell.handle(Input::Media(MediaNews { leg, generation, event }), self.now);
        let of_it = |(_, all): &(_, &Vec<crate::sold::Dialled>)| all.iter().any(|dialled| dialled.id == id);
        let number = self.judge.sold.history.iter().find(of_it).and_then(|(_, all)| {
            let attempt = all.iter().find(|dialled| dialled.id == id)?.attempt;
            Some(self.shell.store.leads.attempts.get(&attempt)?.number.clone())
        });
        let person = number.and_then(|number| self.office.person(&number));
        if let Some(person) = person.filter(|_| presses && !self.shell.is_dead) {
            self.judge.seen.count("opted out by a key");
            self.not_to_be_called(person, self.shell.store_fails);
            self.put(2_000, Event::Notice { id: id.to_owned(), generation, presses: false });
        }
    }
}
