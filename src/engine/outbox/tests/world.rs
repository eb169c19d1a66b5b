//! Everything around the outbox, each as simple as it can be.

use std::time::Duration;

use super::*;

pub struct World {
    pub outbox: Outbox,
    pub settings: Settings,
    pub random: Random,
    pub now: Now,
    /// Survives a crash.
    pub disk: BTreeMap<OutboxId, Row>,
    pub disk_is_full: bool,
    /// The disk is silent till told.
    pub slow: Option<VecDeque<(OutboxId, u32, Written)>>,
    /// What the network carried: seconds since the beginning, letter, try.
    pub sent: Vec<(u64, OutboxId, u32)>,
    /// Keys of webhooks, as their receiver saw them.
    pub keys: Vec<String>,
    /// What comes of the next tries; the last for ever. None: the network is silent.
    pub outcomes: VecDeque<Option<Outcome>>,
    pub alerts: Vec<Alert>,
    pub taken: Vec<(OutboxId, Result<(), Refused>)>,
    pub answers: Vec<(CommandId, Result<OutboxId, Refused>)>,
    /// Orders carried out until the power fails.
    pub power: Option<u32>,
}

pub const START_S: u64 = 1_000;

impl World {
    pub fn new() -> World {
        let civil = "2026-11-23T12:00:00Z".parse().expect("an instant");
        World {
            outbox: Outbox::default(),
            settings: Settings::default(),
            random: Random::new([5; 32]),
            now: Now { moment: Moment(START_S * 1_000_000_000), civil },
            disk: BTreeMap::new(),
            disk_is_full: false,
            slow: None,
            sent: vec![],
            keys: vec![],
            outcomes: VecDeque::from([Some(Outcome::Delivered)]),
            alerts: vec![],
            taken: vec![],
            answers: vec![],
            power: None,
        }
    }

    pub fn with(outcomes: impl IntoIterator<Item = Outcome>) -> World {
        World { outcomes: outcomes.into_iter().map(Some).collect(), ..World::new() }
    }

    /// Every try goes out, and nothing is heard of it.
    pub fn silent() -> World {
        World { outcomes: VecDeque::from([None]), ..World::new() }
    }

    pub fn set(&mut self, settings: Settings) {
        self.settings = settings.clone();
        self.do_with(|outbox, now| outbox.on_settings(settings, now));
    }

    pub fn put(&mut self, letter: Letter) {
        self.do_with(|outbox, now| outbox.on_put(letter, now));
    }

    pub fn do_with(&mut self, act: impl FnOnce(&mut Outbox, Now)) {
        act(&mut self.outbox, self.now);
        self.settle();
    }

    pub fn tried(&mut self, id: u64, attempt: u32, outcome: Outcome) {
        self.outbox.on_tried(OutboxId(id), attempt, outcome, self.now, &mut self.random);
        self.settle();
    }

    /// Time goes by, from one deadline to the next.
    pub fn wait(&mut self, span: Duration) {
        let end = self.now.moment + span;
        while self.power != Some(0) && self.now.moment < end {
            let next = self.outbox.poll_timeout().map_or(end, |next| next.min(end));
            self.now = self.now.after(next.since(self.now.moment));
            self.outbox.on_timeout(self.now, &mut self.random);
            self.settle();
        }
    }

    pub fn phase(&self, id: u64) -> Option<Phase> {
        self.disk.get(&OutboxId(id)).map(|row| row.phase)
    }

    pub fn version(&self, id: u64) -> u32 {
        self.outbox.row(OutboxId(id)).expect("it is there").item.version
    }

    /// Letters in the order in which they went.
    pub fn order(&self) -> Vec<u64> {
        self.sent.iter().map(|(_, id, _)| id.0).collect()
    }

    /// Power is back: what the disk kept is all there is.
    pub fn starts_again(&mut self) {
        self.power = None;
        self.outbox = Outbox::default();
        self.outbox.on_settings(self.settings.clone(), self.now);
        for row in self.disk.clone().into_values() {
            self.outbox.restore(row, self.now, &mut self.random);
        }
        self.settle();
    }

    pub fn settle(&mut self) {
        while self.power != Some(0) {
            let Some(order) = self.outbox.poll_order() else { return };
            self.power.iter_mut().for_each(|left| *left -= 1);
            self.carry_out(order);
        }
    }

    fn carry_out(&mut self, order: Order) {
        match order {
            Order::Store(row) => self.store(row),
            Order::Post(post) => {
                self.keys.push(post.key);
                self.go(post.id.item, post.id.attempt);
            }
            Order::Text { item, attempt, .. } => self.go(item, attempt),
            Order::Tell(_) => {}
            Order::Alert(alert) => self.alerts.push(alert),
            Order::Taken { item, taken, .. } => self.taken.push((item, taken)),
            Order::Answer(command, answer) => self.answers.push((command, answer)),
        }
    }

    fn store(&mut self, row: Row) {
        let (id, version, key) = (row.item.letter.id, row.item.version, row.item.letter.key.clone());
        let is_known = version == 1 && self.disk.values().any(|row| row.item.letter.key == key);
        let written = match self.disk_is_full {
            true => Written::No,
            false if is_known => Written::Known,
            false => {
                self.disk.insert(id, row);
                Written::Yes
            }
        };
        match &mut self.slow {
            Some(waiting) => waiting.push_back((id, version, written)),
            None => self.outbox.on_stored(id, version, written, self.now),
        }
    }

    /// The oldest answer of the disk.
    pub fn write_arrives(&mut self) {
        let (id, version, written) = self.slow.as_mut().and_then(VecDeque::pop_front).expect("something was written");
        self.do_with(|outbox, now| outbox.on_stored(id, version, written, now));
    }

    fn go(&mut self, id: OutboxId, attempt: u32) {
        self.sent.push((self.now.moment.0 / 1_000_000_000 - START_S, id, attempt));
        let outcome = match self.outcomes.len() {
            0 | 1 => self.outcomes.front().cloned().flatten(),
            _ => self.outcomes.pop_front().flatten(),
        };
        if let Some(outcome) = outcome {
            self.outbox.on_tried(id, attempt, outcome, self.now, &mut self.random);
        }
    }
}
