//! A random walk beside a model that knows nothing of lines and benches: it looks at all work and all people each time.

use std::cmp::Reverse;

use super::*;
use crate::random::Random;

#[test]
fn a_random_walk_never_parts_from_the_model() {
    for seed in 0..8 {
        walk(seed, 5_000);
    }
}

fn walk(seed: u8, steps: u32) {
    let mut random = Random::new([seed; 32]);
    let (mut assign, mut model) = (Assign::new(0), Model::default());
    let mut now = at(1_000);
    for step in 0..steps {
        if random.below(2) == 0 {
            now = now + Duration::from_secs(random.below(12).into());
        }
        model.run(now);
        act(&mut assign, &mut model, &mut random, now);
        model.run(now);
        model.check(&assign, now, (seed, step));
        told(&mut assign, &mut model, (seed, step));
    }
    assert!(model.leases_given > u64::from(steps / 10), "the walk went nowhere: {} leases", model.leases_given);
}

fn act(assign: &mut Assign, model: &mut Model, random: &mut Random, now: Moment) {
    let user = UserId(random.below(8).into());
    let held = random.below(12).into();
    let work = match held {
        0..3 => Work::Return(PromiseId(held)),
        3..6 => Work::Record(LeadId(held)),
        _ => callback(held),
    };
    let fence = assign.lease(work).map_or(0, |lease| lease.fence - u64::from(random.below(10) == 0));
    match random.below(7) {
        0 | 1 => {
            let item = any_item(work, random, now);
            assign.add(item, now);
            model.add(item, now);
        }
        2 => {
            assign.withdraw(work, now);
            model.withdraw(work, now);
        }
        3 => {
            let team = |id| if id < 4 { Team::Queue(QueueId(id)) } else { Team::Campaign(CampaignId(id)) };
            let teams: BTreeSet<Team> = (0..6).filter(|_| random.below(2) == 0).map(team).collect();
            let since = now - Duration::from_secs(random.below(30).into());
            assign.free(user, since, &teams, now);
            model.free(user, since, teams, now);
        }
        4 => {
            assign.gone(user, now);
            model.gone(user, now);
        }
        5 => assert_eq!(assign.accept(work, fence, now).ok(), model.conclude(work, fence, true, now)),
        _ => assert_eq!(assign.decline(work, fence, now).ok(), model.conclude(work, fence, false, now)),
    }
}

fn any_item(work: Work, random: &mut Random, now: Moment) -> WorkItem {
    let (person, queue) = (UserId(random.below(8).into()), QueueId(random.below(4).into()));
    let mut seconds = |bound| Duration::from_secs(random.below(bound).into());
    let (others_from, since, deadline) = (now - seconds(10) + seconds(40), now - seconds(60), now + seconds(60));
    let wanted = match random.below(4) {
        0 => Wanted::Person(person),
        1 => Wanted::Queue(queue),
        2 => {
            let not = Some((person, others_from)).filter(|_| random.below(2) == 0);
            Wanted::Campaign { campaign: CampaignId(4 + u64::from(random.below(2))), not }
        }
        _ => Wanted::First { person, others: queue, others_from },
    };
    let deadline = Some(deadline).filter(|_| random.below(2) == 0);
    WorkItem { work, priority: random.below(3) as u8, wanted, since, deadline, lease: LEASE }
}

/// What is told agrees with what is so.
fn told(assign: &mut Assign, model: &mut Model, at: (u8, u32)) {
    for event in events(assign) {
        match event {
            Event::Leased(lease) => assert_eq!(model.told.insert(lease.work, lease), None, "{at:?}"),
            Event::Ended(lease, _) => assert_eq!(model.told.remove(&lease.work), Some(lease), "{at:?}"),
            Event::WaitsTooLong(work) => assert!(model.late.remove(&work), "{at:?}"),
        }
    }
    assert!(model.late.is_empty(), "{at:?}");
    assert_eq!(model.told, model.leases.iter().map(|lease| (lease.work, *lease)).collect(), "{at:?}");
}

#[derive(Default)]
struct Model {
    items: BTreeMap<Work, WorkItem>,
    people: BTreeMap<UserId, (Moment, BTreeSet<Team>)>,
    leases: Vec<Lease>,
    leases_given: u64,
    told: BTreeMap<Work, Lease>,
    late: BTreeSet<Work>,
}

impl Model {
    fn check(&self, assign: &Assign, now: Moment, at: (u8, u32)) {
        for lease in &self.leases {
            assert_eq!(assign.lease(lease.work), Some(*lease), "{at:?}");
            assert_eq!(assign.lease_of(lease.user), Some(*lease), "{at:?}");
            assert!(lease.until > now, "{at:?}: a lease past its end");
            assert_eq!(self.leases.iter().filter(|other| other.user == lease.user).count(), 1, "{at:?}: held twice");
            assert_eq!(self.leases.iter().filter(|other| other.work == lease.work).count(), 1, "{at:?}: held twice");
        }
        let waiting: Vec<&WorkItem> = self.items.values().filter(|item| !self.is_held(item.work)).collect();
        assert_eq!(
            assign.waiting().map(|item| item.work).collect::<Vec<_>>(),
            ids(&waiting),
            "{at:?}: nothing is lost"
        );
        assert_eq!(assign.people.len(), self.people.len(), "{at:?}: nobody is lost");
        let idle = self.people.iter().filter(|(user, _)| !self.holds(**user));
        for (user, (_, teams)) in idle {
            let missed = waiting.iter().find(|item| item.wanted.allows(*user, teams, now));
            assert!(missed.is_none(), "{at:?}: {user} is free and {missed:?} waits");
        }
        let next = assign.poll_timeout();
        assert!(next.is_none_or(|next| next > now), "{at:?}: what was due was run");
        assert!(self.leases.iter().all(|lease| next.is_some_and(|next| next <= lease.until)), "{at:?}");
    }

    /// All that is due, each at its time and in the order of its kinds.
    fn run(&mut self, now: Moment) {
        while let Some((_, kind, work)) = self.due().min().filter(|(at, ..)| *at <= now) {
            match kind {
                0 => {
                    if let Some(index) = self.leases.iter().position(|lease| lease.work == work) {
                        let lease = self.leases.remove(index);
                        self.passed(lease, now);
                    }
                }
                1 => {
                    self.widen(work, now);
                    self.match_work(work, None, now);
                }
                _ => self.late(work),
            }
        }
    }

    fn due(&self) -> impl Iterator<Item = (Moment, u8, Work)> {
        let waiting = self.items.values().filter(|item| !self.is_held(item.work));
        let of_items = waiting.flat_map(|item| {
            let widens = match item.wanted {
                Wanted::First { others_from, .. } if others_from > Moment::ZERO => Some((others_from, 1, item.work)),
                Wanted::Campaign { not: Some((_, until)), .. } => Some((until, 1, item.work)),
                Wanted::First { .. } | Wanted::Campaign { not: None, .. } => None,
                Wanted::Person(_) | Wanted::Queue(_) => None,
            };
            widens.into_iter().chain(item.deadline.map(|deadline| (deadline, 2, item.work)))
        });
        of_items.chain(self.leases.iter().map(|lease| (lease.until, 0, lease.work)))
    }

    /// Where the grace is over, it is from now on as if there had never been one.
    fn widen(&mut self, work: Work, now: Moment) {
        self.item(work, |item| match &mut item.wanted {
            Wanted::First { others_from, .. } if *others_from <= now => *others_from = Moment::ZERO,
            Wanted::Campaign { not, .. } => drop(not.take_if(|(_, until)| *until <= now)),
            Wanted::First { .. } | Wanted::Person(_) | Wanted::Queue(_) => {}
        });
    }

    fn add(&mut self, item: WorkItem, now: Moment) {
        self.withdraw(item.work, now);
        self.items.insert(item.work, item);
        self.match_work(item.work, None, now);
    }

    fn withdraw(&mut self, work: Work, now: Moment) {
        self.items.remove(&work);
        if let Some(index) = self.leases.iter().position(|lease| lease.work == work) {
            let lease = self.leases.remove(index);
            self.match_person(lease.user, None, now);
        }
    }

    fn free(&mut self, user: UserId, since: Moment, teams: BTreeSet<Team>, now: Moment) {
        let since = self.people.get(&user).map_or(since, |person| person.0);
        if let Some(lease) = self.leases.iter().find(|lease| lease.user == user)
            && self.items[&lease.work].wanted.allows(user, &teams, now)
        {
            self.people.insert(user, (since, teams));
            return;
        }
        self.gone(user, now);
        self.people.insert(user, (since, teams));
        self.match_person(user, None, now);
    }

    fn gone(&mut self, user: UserId, now: Moment) {
        self.people.remove(&user);
        if let Some(index) = self.leases.iter().position(|lease| lease.user == user) {
            let lease = self.leases.remove(index);
            self.match_work(lease.work, None, now);
        }
    }

    fn conclude(&mut self, work: Work, fence: u64, accepted: bool, now: Moment) -> Option<Lease> {
        let index = self.leases.iter().position(|lease| lease.work == work && lease.fence == fence)?;
        let lease = self.leases.remove(index);
        if accepted {
            self.items.remove(&work);
            self.people.remove(&lease.user);
        } else {
            self.passed(lease, now);
        }
        Some(lease)
    }

    fn passed(&mut self, lease: Lease, now: Moment) {
        if let Some(person) = self.people.get_mut(&lease.user) {
            person.0 = now;
        }
        self.match_work(lease.work, Some(lease.user), now);
        self.match_person(lease.user, Some(lease.work), now);
        self.match_work(lease.work, None, now);
    }

    fn match_work(&mut self, work: Work, except: Option<UserId>, now: Moment) {
        self.widen(work, now);
        let Some(item) = self.items.get(&work).filter(|_| !self.is_held(work)) else { return };
        let people = self.people.iter().filter(|(user, _)| !self.holds(**user) && Some(**user) != except);
        let allowed = people.filter(|(user, (_, teams))| may_have(item, **user, teams, now));
        let best = allowed.min_by_key(|(user, (since, _))| (!item.wanted.prefers(**user), *since, **user));
        if let Some(user) = best.map(|(user, _)| *user) {
            self.lease(work, user, now);
        } else if except.is_none() && item.deadline.is_some_and(|deadline| deadline <= now) {
            self.late(work);
        }
    }

    fn late(&mut self, work: Work) {
        self.late.insert(work);
        self.item(work, |item| item.deadline = None);
    }

    fn match_person(&mut self, user: UserId, except: Option<Work>, now: Moment) {
        let Some((_, teams)) = self.people.get(&user).filter(|_| !self.holds(user)) else { return };
        let waiting = self.items.values().filter(|item| !self.is_held(item.work) && Some(item.work) != except);
        let allowed = waiting.filter(|item| may_have(item, user, teams, now));
        let best = allowed.min_by_key(|item| (Reverse(item.priority), item.work.class(), item.since, item.work));
        if let Some(work) = best.map(|item| item.work) {
            self.lease(work, user, now);
        }
    }

    fn lease(&mut self, work: Work, user: UserId, now: Moment) {
        self.leases_given += 1;
        self.leases.push(Lease { work, user, until: now + LEASE, fence: self.leases_given });
    }

    fn item(&mut self, work: Work, change: impl FnOnce(&mut WorkItem)) {
        if let Some(item) = self.items.get_mut(&work) {
            change(item);
        }
    }

    fn is_held(&self, work: Work) -> bool {
        self.leases.iter().any(|lease| lease.work == work)
    }

    fn holds(&self, user: UserId) -> bool {
        self.leases.iter().any(|lease| lease.user == user)
    }
}

/// Others of a queue wait till it is widened; who let a record go by waits by the clock alone.
fn may_have(item: &WorkItem, user: UserId, teams: &BTreeSet<Team>, now: Moment) -> bool {
    let at = if matches!(item.wanted, Wanted::Campaign { .. }) { now } else { Moment::ZERO };
    item.wanted.allows(user, teams, at)
}

fn ids(items: &[&WorkItem]) -> Vec<Work> {
    items.iter().map(|item| item.work).collect()
}
