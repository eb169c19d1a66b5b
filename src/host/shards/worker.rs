//! A shard's thread: sleeps until the next tick or order, sweeps, ticks, tells.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};

use media::order::{Event, LegKey, News};
use media::time::Moment;

use super::browser::{BrowserError, Offer, PageKey, Pages};
use super::deck::{Buffers, Deck};
use super::slot::{Slot, Wanted};
use super::{NewsSink, PieceSink, Sinks};

/// What a shard is told to do.
pub(super) enum Command {
    /// A leg begins here or comes from another shard.
    Place(Box<Slot>),
    Change(LegKey, u32, Wanted),
    End(LegKey, u32),
    /// Hand the leg to another shard.
    Give(LegKey, SyncSender<Command>),
    /// The browsers' port is this shard's.
    Open(Box<Pages>),
    Offer(Offer),
    /// The page's person has left.
    HangUp(PageKey),
}

pub(super) struct Worker {
    commands: Receiver<Command>,
    /// Orders for legs that are still on their way from another shard.
    early: BTreeMap<LegKey, (u32, Option<Wanted>)>,
    deck: Deck,
    buffers: Buffers,
    /// Legs on their way to another shard. Never waited for: two shards that wait for each other stand still.
    moving: Vec<(SyncSender<Command>, Command)>,
    /// News that the sink has no room for yet.
    outbox: VecDeque<News>,
    sink: NewsSink,
    pieces: PieceSink,
    epoch: Instant,
}

impl Worker {
    pub fn new(commands: Receiver<Command>, sinks: Sinks, epoch: Instant) -> Worker {
        Worker {
            commands,
            early: BTreeMap::new(),
            moving: Vec::new(),
            deck: Deck::default(),
            buffers: Buffers::default(),
            outbox: VecDeque::with_capacity(MOST_NEWS),
            sink: sinks.news,
            pieces: sinks.pieces,
            epoch,
        }
    }

    /// Until nobody can command any more; then every leg says goodbye.
    pub fn run(mut self) {
        let mut next = Instant::now() + TICK;
        loop {
            match self.commands.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(command) => {
                    self.handle(command);
                    self.hand_over();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let now = Instant::now();
            if now >= next {
                self.tick();
                // What a stopped machine missed is not made up for: a burst helps no listener.
                next = if now - next > LATEST { now + TICK } else { next + TICK };
            }
        }
        let now = self.now();
        let leaving: Vec<Slot> = self.deck.drain().collect();
        for slot in leaving {
            self.bury(slot, now);
        }
    }

    fn now(&self) -> Moment {
        Moment(u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    fn tick(&mut self) {
        let now = self.now();
        self.deck.sweep(now, &mut self.buffers);
        let outbox = &mut self.outbox;
        self.deck.tick(now, &self.pieces, |leg, generation, event| post(outbox, News { leg, generation, event }));
        self.deliver();
        self.hand_over();
    }

    fn hand_over(&mut self) {
        for (to, place) in std::mem::take(&mut self.moving) {
            match to.try_send(place) {
                Ok(()) | Err(TrySendError::Disconnected(_)) => {}
                Err(TrySendError::Full(place)) => self.moving.push((to, place)),
            }
        }
    }

    fn handle(&mut self, command: Command) {
        let now = self.now();
        match command {
            Command::Place(slot) => self.place(*slot, now),
            Command::Change(leg, generation, wanted) => {
                let mut wanted = Some(wanted);
                self.deck.change(leg, |slot| {
                    if let Some(wanted) = wanted.take() {
                        slot.handle_order(generation, wanted, now);
                    }
                });
                if wanted.is_some() {
                    self.early.insert(leg, (generation, wanted));
                }
            }
            Command::End(leg, generation) => match self.deck.remove(leg) {
                Some(mut slot) => {
                    slot.generation = generation.max(slot.generation);
                    self.bury(slot, now);
                }
                None => {
                    self.early.insert(leg, (generation, None));
                }
            },
            Command::Give(leg, to) => {
                if let Some(slot) = self.deck.remove(leg) {
                    self.moving.push((to, Command::Place(Box::new(slot))));
                }
            }
            Command::Open(pages) => self.deck.open(pages),
            Command::Offer(offer) => match self.deck.pages() {
                Some(pages) => pages.handle_offer(offer, now),
                None => {
                    let _gone = offer.answer.send(Err(BrowserError::Off));
                }
            },
            Command::HangUp(page) => {
                if let Some(pages) = self.deck.pages() {
                    pages.hang_up(page);
                }
            }
        }
    }

    fn place(&mut self, mut slot: Slot, now: Moment) {
        match self.early.remove(&slot.key) {
            Some((generation, None)) => {
                slot.generation = generation;
                return self.bury(slot, now);
            }
            Some((generation, Some(wanted))) => slot.handle_order(generation, wanted, now),
            None => {}
        }
        if let Some(replaced) = self.deck.insert(slot) {
            self.bury(replaced, now);
        }
    }

    fn bury(&mut self, mut slot: Slot, now: Moment) {
        slot.finish(now);
        slot.tapping.finish(now, &self.pieces);
        while let Some(event) = slot.poll_event() {
            post(&mut self.outbox, News { leg: slot.key, generation: slot.generation, event });
        }
        self.deliver();
    }

    fn deliver(&mut self) {
        while let Some(news) = self.outbox.pop_front() {
            if let Err(refused) = (self.sink)(news) {
                self.outbox.push_front(refused);
                return;
            }
        }
    }
}

/// When nobody takes news for long, measures go first: the next ones say more.
fn post(outbox: &mut VecDeque<News>, news: News) {
    let full = outbox.len() >= MOST_NEWS;
    if full && let Some(at) = outbox.iter().position(|old| matches!(old.event, Event::Quality(_))) {
        outbox.remove(at);
    }
    if outbox.len() < MOST_NEWS {
        outbox.push_back(news);
    }
}

/// One packet of nearly every stream there is.
const TICK: Duration = Duration::from_millis(20);
/// Ticks later than this are left out.
const LATEST: Duration = Duration::from_millis(100);
const MOST_NEWS: usize = 1_024;
