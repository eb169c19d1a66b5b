//! The engine, the exchange and the people in virtual time; the power fails and comes back.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{Datelike, TimeDelta};
use engine::agent;
use engine::alert::Health;
use engine::border::*;
use engine::gate::MOST_APART;
use engine::id::UserId;
use engine::news::{News, StaffNews};
use engine::random::Random;
use engine::sip::message::Message;
use engine::time::{Moment, Now, earliest};

use crate::exchange::Exchange;
use crate::judge::Judge;
use crate::office::{Office, staff};
use crate::sales::Sales;
use crate::shell::{PBX, Shell, Store};

/// How long people work and trouble lasts; then all is well for so long.
pub const BUSY: Duration = Duration::from_secs(4 * 3_600);
const AFTER: Duration = Duration::from_secs(3_600);
/// Where things are sold too, more happens in an hour.
const BUSY_SELLING: Duration = Duration::from_secs(3_600);
const AFTER_SELLING: Duration = Duration::from_secs(1_200);

pub enum Event {
    /// An answer of the exchange.
    Answer {
        id: String,
        status: u16,
    },
    HangUp {
        id: String,
    },
    /// Whoever is rung answers.
    PickUp,
    Wish,
    /// Somebody steers a campaign, or keeps its lists.
    Steer,
    /// Somebody answered two seconds ago.
    Attended {
        id: String,
    },
    /// Whoever hears a notice has heard enough.
    Notice {
        id: String,
        generation: u32,
        presses: bool,
    },
    Trouble,
    Silence,
    /// Somebody is put on the do-not-call list.
    Suppress(usize),
    /// It is over.
    Relief(Relief),
    PowerBack,
    /// The judge looks around.
    Look,
}

impl Event {
    /// None of it while all is to be well.
    fn disturbs(&self) -> bool {
        match self {
            Event::Wish | Event::Steer | Event::Trouble | Event::Silence | Event::Suppress(_) => true,
            Event::Answer { .. } | Event::HangUp { .. } | Event::PickUp | Event::Attended { .. } => false,
            Event::Notice { .. } | Event::Relief(_) | Event::PowerBack | Event::Look => false,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Relief {
    Clock,
    Disk,
    SlowDisk,
    /// It writes, and does not say so.
    SilentDisk,
}

pub struct World {
    pub seed: u64,
    pub random: Random,
    /// As the daemon's clocks show it.
    pub now: Now,
    /// How far its civil clock is ahead of the truth.
    pub skew: TimeDelta,
    pub shell: Shell,
    pub office: Office,
    pub sales: Sales,
    pub exchange: Exchange,
    pub judge: Judge,
    queue: BTreeMap<(Moment, u64), Event>,
    put: u64,
    /// Says what it sees.
    speaks: bool,
    /// News of this run that the judge has heard.
    pub heard: usize,
}

impl World {
    pub fn new(seed: u64, speaks: bool) -> World {
        let mut bytes = [0xC3; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let mut random = Random::new(bytes);
        let office = Office::new(&mut random);
        World {
            seed,
            now: Now { moment: Moment(1_000_000_000_000), civil: office.begin },
            skew: TimeDelta::zero(),
            shell: Shell::new(seed, "10.0.0.1:5070", Store::default()),
            office,
            sales: Sales::default(),
            exchange: Exchange::default(),
            judge: Judge::default(),
            queue: BTreeMap::new(),
            put: 0,
            speaks,
            heard: 0,
            random,
        }
    }

    /// The same, where campaigns call people too.
    pub fn selling(seed: u64, speaks: bool) -> World {
        let mut world = World::new(seed, speaks);
        world.sales = Sales::new(world.office.sells(&mut world.random));
        world
    }

    fn sells(&self) -> bool {
        self.sales.trunk.is_some()
    }

    /// People are busy for so long, and then all is well for so long.
    fn spans(&self) -> (Duration, Duration) {
        if self.sells() { (BUSY_SELLING, AFTER_SELLING) } else { (BUSY, AFTER) }
    }

    pub fn run(&mut self) {
        self.start();
        let (shell, now, random) = (&mut self.shell, self.now, &mut self.random);
        self.office.hire(random, |entry| shell.command(staff(entry), None, now));
        for user in self.users() {
            self.work(user, agent::Wish::SignIn { device: None });
        }
        self.pass(Duration::from_secs(2));
        self.put(2_000, Event::Look);
        let (busy, after) = self.spans();
        for _ in 0..40 + self.random.below(40) {
            let at = self.random.below(busy.as_millis() as u32);
            self.put(at, Event::Wish);
        }
        for _ in 0..self.random.below(12) {
            let at = self.random.below(busy.as_millis() as u32);
            self.put(at, Event::Trouble);
        }
        self.open_sales();
        self.pass(busy);
        self.queue.retain(|_, event| !event.disturbs());
        (self.shell.fuse, self.judge.is_quiet) = (None, true);
        self.pass(Duration::from_secs(60));
        [Relief::Disk, Relief::SlowDisk, Relief::SilentDisk, Relief::Clock]
            .into_iter()
            .for_each(|relief| self.relieve(relief));
        for user in self.users() {
            self.work(user, agent::Wish::Ready);
        }
        for campaign in self.sales.campaigns.clone() {
            self.start_selling(campaign);
        }
        self.pass(after);
        self.judge_the_end();
        if self.sells() {
            self.close_the_shop();
        }
    }

    fn open_sales(&mut self) {
        if !self.sells() {
            return;
        }
        let mut leads = std::mem::take(&mut self.shell.store.leads);
        let (shell, now) = (&mut self.shell, self.now);
        self.sales.open(&self.office, &mut leads, &mut self.random, |entry| shell.command(staff(entry), None, now));
        self.shell.store.leads = leads;
        self.collect();
        for campaign in self.sales.campaigns.clone() {
            self.start_selling(campaign);
        }
        for _ in 0..20 + self.random.below(60) {
            let at = self.random.below(BUSY_SELLING.as_millis() as u32);
            self.put(at, Event::Steer);
        }
    }

    /// The shift is over; whoever talks still does so to the end.
    pub fn go_home(&mut self) {
        for user in self.users() {
            self.work(user, agent::Wish::SignOut);
        }
        self.pass(Duration::from_secs(600));
    }

    pub fn users(&self) -> Vec<UserId> {
        self.office.agents.iter().map(|agent| agent.user).collect()
    }

    fn start(&mut self) {
        self.heard = 0;
        let ports = if self.sells() { 64 } else { 24 };
        self.shell.start(self.office.config.clone(), ports, self.now);
        self.collect();
    }

    fn pass(&mut self, span: Duration) {
        let end = self.now.moment + span;
        loop {
            let next = self.queue.keys().next().map(|(at, _)| *at);
            let Some(at) = earliest(next, self.shell.poll_timeout()).filter(|at| *at <= end) else { break };
            self.now = self.now.after(at.since(self.now.moment));
            self.shell.on_time(self.now);
            self.collect();
            while self.queue.keys().next().is_some_and(|(at, _)| *at <= self.now.moment) {
                let (_, event) = self.queue.pop_first().unwrap();
                self.happen(event);
                self.collect();
            }
        }
        self.now = self.now.after(end.since(self.now.moment));
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Answer { id, status } => self.answer(&id, status),
            Event::HangUp { id } => self.far_hangs_up(&id),
            Event::PickUp => self.somebody_picks_up(),
            Event::Wish => self.wish(),
            Event::Steer => self.steer(),
            Event::Attended { id } => self.attended(&id),
            Event::Notice { id, generation, presses } => self.notice(&id, generation, presses),
            Event::Trouble => self.trouble(),
            Event::Silence => self.disk_is_silent(),
            Event::Suppress(person) => self.suppress(person),
            Event::Relief(relief) => self.relieve(relief),
            Event::PowerBack => self.power_back(),
            Event::Look => {
                self.look();
                self.put(2_000, Event::Look);
            }
        }
    }

    /// What came out since: to the exchange, and to the judge.
    pub fn collect(&mut self) {
        self.hear();
        while let Some((flow, bytes)) = self.shell.sent.pop_front() {
            assert_eq!(flow.remote.to_string(), PBX, "nothing is sent to strangers");
            let message = Message::parse(&bytes).unwrap();
            self.receive(&message);
            self.hear();
        }
        if self.shell.is_dead && !self.judge.is_down {
            self.judge.is_down = true;
            let dark = 100 + self.random.below(20_000);
            self.say(|| "the power fails".to_owned());
            self.put(dark, Event::PowerBack);
        }
    }

    /// A machine that starts asks the time, or goes on with a clock that it had in doubt.
    fn power_back(&mut self) {
        let found = self.shell.store.promised.at_start();
        let is_doubted = found.doubted;
        if self.skew > TimeDelta::zero() && !is_doubted {
            (self.now.civil, self.skew) = (self.now.civil - self.skew, TimeDelta::zero());
            self.judge.jumped = Some(self.now.moment);
        }
        if !is_doubted && found.newest.is_none_or(|newest| newest - self.now.civil <= MOST_APART) {
            self.judge.believes(self.skew);
        }
        self.say(|| "the power is back".to_owned());
        self.leads_in_doubt();
        self.forget_unwritten();
        self.forget_unheard_of();
        let mut store = self.shell.store.clone();
        store.leads.after_crash();
        // Whoever was cut off by it.
        let dropped = store.promised.at_start().dropped;
        self.judge.owed.extend(dropped.into_iter().map(|row| (row.protocolo, row.call)));
        let mut next = Shell::new(self.random.u64(), "10.0.0.1:5070", store);
        (next.store_fails, next.store_is_slow) = (self.shell.store_fails, false);
        self.shell = next;
        self.judge.starts_again(self.now);
        self.judge.sold.power_failed(self.now.moment);
        // Ids are made of time since 2020.
        if self.office.begin.year() < 2020 {
            self.office.config.node += 1;
        }
        self.start();
        self.judge.sold.knows(self.shell.engine.snapshot().entries, self.now.moment);
        // It is asked how the machine is.
        if self.skew.is_zero() {
            self.put(1_000, Event::Relief(Relief::Clock));
        }
    }

    pub fn deliver(&mut self, message: &Message) {
        let flow = self.shell.flow_to(PBX.parse().unwrap());
        self.shell.handle(Input::Received(flow, &message.to_bytes()), self.now);
    }

    pub fn work(&mut self, user: UserId, wish: agent::Wish) {
        let what = What::Agent(agent::Command { user, wish });
        self.shell.send_as(Actor::User(user), what, None, self.now);
        self.collect();
    }

    /// The clock was put right, and it is known that it is.
    pub fn clock_is_right(&mut self) {
        (self.now.civil, self.skew) = (self.now.civil - self.skew, TimeDelta::zero());
        let health = Health { free_mb: None, clock_synchronised: Some(true) };
        self.shell.send_as(Actor::Local, What::Daemon(DaemonCommand::Health(health)), None, self.now);
        self.judge.clock_was_put_right(self.now);
    }

    pub fn put_at(&mut self, at: Moment, event: Event) {
        self.put += 1;
        self.queue.insert((at, self.put), event);
    }

    pub fn say_news(&self, news: &News) {
        match news {
            News::Staff(StaffNews::Promise(view)) => self.say(|| {
                let (promise, next) = (&view.promise, view.promise.next);
                format!(
                    "  {} is {:?} with {:?}, next {next}, {:?}",
                    promise.id, view.standing, view.user, promise.denied
                )
            }),
            News::Staff(StaffNews::Record(view)) => self.say(|| {
                let (lead, tried, denied) = (view.lead, &view.tried, &view.denied);
                format!("  {lead} is {:?} with {:?}, {tried:?}, {denied:?}", view.standing, view.user)
            }),
            News::Staff(StaffNews::Agent(view)) => self.say(|| format!("  {} is {:?}", view.user, view.state)),
            News::Alert(alert) => self.say(|| format!("  {alert:?}")),
            _ => {}
        }
    }

    #[expect(clippy::disallowed_macros, reason = "one seed alone says what it sees")]
    pub fn say(&self, what: impl FnOnce() -> String) {
        if self.speaks {
            println!("{:?} {} {}", self.now.moment, self.now.civil, what());
        }
    }
}

impl Drop for World {
    #[expect(clippy::disallowed_macros, reason = "which run failed is said")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {} failed at {:?}: RAMAL_SEED={}", self.seed, self.now, self.seed);
        }
    }
}
