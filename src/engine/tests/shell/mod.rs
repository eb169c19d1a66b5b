//! The shell of an engine under test: opens flows, lends ports, stores batches, and watches that the engine keeps its
//! promises: one answer to each command, generations that grow by one, one end to each call, no port used twice.
#![allow(dead_code, unused_imports, reason = "each test crate uses its own part")]

pub mod appointments;
mod ladder;
pub mod leads;
#[path = "../pbx/mod.rs"]
pub mod pbx;
pub mod promises;
mod recordings;
pub mod seen;
mod store;
mod supervision;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::Bytes;
use engine::Engine;
use engine::border::*;
use engine::call::{self, RecordWish};
use engine::config::{Config, Target};
use engine::id::*;
use engine::leg::{Feed, LegMedia, LegState, PortBlock};
use engine::news::{News, StaffNews};
use engine::outbox::Post;
use engine::records::Question;
use engine::sip::uri::Transport;
use engine::time::{Moment, Now};

pub use ladder::Ladder;
pub use store::Store;

use recordings::Recordings;
use supervision::Supervisions;

/// One engine and what surrounds it.
pub struct Shell {
    pub engine: Engine,
    pub address: SocketAddr,
    /// Bytes on their way to the network.
    pub sent: VecDeque<(Flow, Bytes)>,
    pub replies: BTreeMap<CommandId, Result<Reply, Refusal>>,
    pub news: Vec<(Seq, News)>,
    /// What gateways were handed; whoever tells the story says what came of it.
    pub posts: VecDeque<Post>,
    /// The last state of each leg.
    pub media: BTreeMap<LegId, LegState>,
    pub store: Store,
    pub store_fails: bool,
    /// What is asked of it while calls live waits for `store_wakes`.
    pub store_is_slow: bool,
    late: Vec<(QuestionId, Question)>,
    /// What it is given waits for `store_speaks`.
    pub store_is_silent: bool,
    unsaid: Vec<(BatchId, Result<(), StoreError>)>,
    /// So many outputs are still carried out; then the power fails.
    pub fuse: Option<u32>,
    /// It has failed: what was not carried out never is.
    pub is_dead: bool,
    /// Everything that came out, for comparing runs.
    pub outputs: Option<Vec<Output>>,
    pub cost: Cost,
    ended: BTreeSet<CallId>,
    recordings: Recordings,
    pub supervisions: Supervisions,
    /// Legs that lead to desk phones: like devices they are wanted again.
    phones: BTreeSet<LegId>,
    commands: u64,
    undone: VecDeque<Undone>,
}

/// What one `handle` and its drain cost, in true time: measured, never asserted.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    pub handled: u64,
    pub total: Duration,
    pub longest: Duration,
}

impl Cost {
    pub fn add(&mut self, other: Cost) {
        self.handled += other.handled;
        self.total += other.total;
        self.longest = self.longest.max(other.longest);
    }
}

enum Undone {
    Flow(FlowNews),
    Stored(BatchId, Result<(), StoreError>),
    Loaded(QuestionId, Question),
}

/// Where the far side is.
pub const PBX: &str = "10.0.0.2:5060";

impl Shell {
    pub fn new(seed: u64, address: &str, store: Store) -> Shell {
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Shell {
            engine: Engine::new(bytes),
            address: address.parse().unwrap(),
            sent: VecDeque::new(),
            replies: BTreeMap::new(),
            news: Vec::new(),
            media: BTreeMap::new(),
            store,
            store_fails: false,
            store_is_slow: false,
            late: Vec::new(),
            store_is_silent: false,
            unsaid: Vec::new(),
            fuse: None,
            is_dead: false,
            outputs: None,
            cost: Cost::default(),
            ended: BTreeSet::new(),
            recordings: Recordings::default(),
            supervisions: Supervisions::default(),
            phones: BTreeSet::new(),
            posts: VecDeque::new(),
            commands: 0,
            undone: VecDeque::new(),
        }
    }

    /// Hands in ports and configuration; what the store remembers follows by itself.
    pub fn start(&mut self, config: Config, ports: u16, now: Now) {
        let ports = (0..ports).map(|n| (PortId(n.into()), 20_000 + 2 * n)).collect();
        self.handle(Input::Lent(PortBlock { ip: self.address.ip(), ports }), now);
        self.handle(Input::Config(config), now);
    }

    /// One input, then drain; and whatever the shell owes after that.
    #[expect(clippy::disallowed_methods, reason = "true time is measured here, not acted upon")]
    pub fn handle(&mut self, input: Input<'_>, now: Now) {
        if self.is_dead {
            return;
        }
        let begin = Instant::now();
        self.engine.handle(input, now);
        let outputs: Vec<Output> = std::iter::from_fn(|| self.engine.poll_output()).collect();
        let span = begin.elapsed();
        self.cost.handled += 1;
        self.cost.total += span;
        self.cost.longest = self.cost.longest.max(span);
        for output in outputs {
            if let Some(kept) = &mut self.outputs {
                kept.push(output.clone());
            }
            if self.burns_out() {
                return self.undone.clear();
            }
            self.carry_out(output);
        }
        self.check_that_nobody_hears_the_gone();
        self.supervisions.check(|| self.engine.snapshot(), &self.media);
        while let Some(undone) = self.undone.pop_front() {
            match undone {
                Undone::Flow(news) => self.handle(Input::Flow(news), now),
                Undone::Stored(batch, result) if self.store_is_silent => self.unsaid.push((batch, result)),
                Undone::Stored(batch, result) => self.handle(Input::Stored(batch, result), now),
                Undone::Loaded(question, asked) if self.store_is_slow => self.late.push((question, asked)),
                Undone::Loaded(question, asked) => {
                    let facts = self.store.answer(&asked, now.civil);
                    self.handle(Input::Loaded(question, Ok(facts)), now);
                }
            }
        }
    }

    fn burns_out(&mut self) -> bool {
        match &mut self.fuse {
            Some(0) => self.is_dead = true,
            Some(left) => *left -= 1,
            None => {}
        }
        self.is_dead
    }

    /// A store that was slow says what it was asked.
    pub fn store_wakes(&mut self, now: Now) {
        self.store_is_slow = false;
        for (question, asked) in std::mem::take(&mut self.late) {
            let facts = self.store.answer(&asked, now.civil);
            self.handle(Input::Loaded(question, Ok(facts)), now);
        }
    }

    /// It answers the first of the questions that wait, and is slow again.
    pub fn store_murmurs(&mut self, now: Now) {
        assert!(self.store_is_slow && !self.late.is_empty(), "nothing was asked");
        let (question, asked) = self.late.remove(0);
        let facts = self.store.answer(&asked, now.civil);
        self.handle(Input::Loaded(question, Ok(facts)), now);
    }

    /// It says what became of the batches that it was given.
    pub fn store_speaks(&mut self, now: Now) {
        self.store_is_silent = false;
        while self.store_says_more(now) {}
    }

    /// What became of the next one that it was given; whether there was any.
    pub fn store_says_more(&mut self, now: Now) -> bool {
        if self.unsaid.is_empty() {
            return false;
        }
        let (batch, result) = self.unsaid.remove(0);
        self.handle(Input::Stored(batch, result), now);
        true
    }

    /// Runs what is due at `now`.
    pub fn on_time(&mut self, now: Now) {
        let mut rounds = 0;
        while self.poll_timeout().is_some_and(|at| at <= now.moment) {
            self.handle(Input::Timeout, now);
            rounds += 1;
            assert!(rounds < 10_000, "a timer stays due for ever");
        }
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.engine.poll_timeout().filter(|_| !self.is_dead)
    }

    /// Commands; the answer must be there at once, and only one.
    pub fn command(&mut self, what: What, key: Option<&str>, now: Now) -> Result<Reply, Refusal> {
        self.command_as(Actor::Local, what, key, now)
    }

    /// The same, for somebody.
    pub fn command_as(&mut self, actor: Actor, what: What, key: Option<&str>, now: Now) -> Result<Reply, Refusal> {
        let id = self.send_as(actor, what, key, now);
        self.replies.get(&id).cloned().expect("every command is answered")
    }

    /// One whose answer may come later.
    pub fn send_as(&mut self, actor: Actor, what: What, key: Option<&str>, now: Now) -> CommandId {
        self.commands += 1;
        let id = CommandId(self.commands);
        let key = key.map(|key| IdempotencyKey(key.to_owned()));
        self.recordings.wished = wish_to_record(&what);
        self.handle(Input::Command(Command { id, actor, key, what }), now);
        self.recordings.wished = None;
        id
    }

    /// Several commands before the store has said anything; their answers once it has.
    pub fn commands_at_once(&mut self, whats: impl IntoIterator<Item = What>, now: Now) -> Vec<Result<Reply, Refusal>> {
        let mut ids = Vec::new();
        for what in whats {
            self.commands += 1;
            let id = CommandId(self.commands);
            ids.push(id);
            self.engine.handle(Input::Command(Command { id, actor: Actor::Local, key: None, what }), now);
        }
        self.handle(Input::Timeout, now);
        ids.iter().map(|id| self.replies.get(id).cloned().expect("every command is answered")).collect()
    }

    pub fn flow_to(&self, remote: SocketAddr) -> Flow {
        Flow { transport: Transport::Udp, local: self.address, remote, connection: ConnectionId(1) }
    }

    /// Media of live legs, and that each used port is used once.
    pub fn live_legs(&self) -> Vec<LegId> {
        let mut ports = BTreeSet::new();
        let live = self.media.values().filter(|state| state.media.is_some());
        live.map(|state| {
            if let Some(LegMedia::Rtp(media)) = &state.media {
                assert!(ports.insert(media.port), "port {:?} is used by two legs", media.port);
            }
            state.leg
        })
        .collect()
    }

    /// Whoever listens to a leg listens to one that lives.
    fn check_that_nobody_hears_the_gone(&self) {
        let lives = |leg: &LegId| self.media.get(leg).is_some_and(|state| state.media.is_some());
        for state in self.media.values() {
            let feed = match &state.media {
                Some(LegMedia::Rtp(media)) => &media.feed,
                Some(LegMedia::Device(media)) => &media.feed,
                None => continue,
            };
            let heard = match feed {
                Feed::Peer(leg) => std::slice::from_ref(leg),
                Feed::Mix(legs) => legs,
                Feed::Nothing | Feed::Silence | Feed::Sound { .. } | Feed::Tone(_) => &[],
            };
            assert!(heard.iter().all(lives), "leg {} hears a leg that is gone: {heard:?}", state.leg);
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Send(flow, bytes) => self.sent.push_back((flow, bytes)),
            Output::Flow(FlowOrder::Open { ask, target, local }) => self.open(ask, target, local),
            Output::Flow(FlowOrder::Close(_) | FlowOrder::Ping(_)) => {}
            Output::Resolve(_, destination) => panic!("{destination:?} is an address and needs no resolver"),
            Output::Media(state) => self.on_media(state),
            Output::Store(batch, records) => {
                let result = match self.store_fails {
                    true => {
                        self.store.has_failed = true;
                        Err(StoreError("disk full".to_owned()))
                    }
                    false => self.store.keep(records),
                };
                self.undone.push_back(Undone::Stored(batch, result));
            }
            Output::Load(question, asked) => self.undone.push_back(Undone::Loaded(question, asked)),
            Output::Post(post) => self.posts.push_back(post),
            Output::Reply(id, answer) => {
                assert!(id.0 <= self.commands, "an answer to no command");
                assert!(self.replies.insert(id, answer).is_none(), "command {id} is answered twice");
            }
            Output::Tell(_, seq, news) => self.on_news(seq, news),
        }
    }

    fn open(&mut self, ask: FlowAsk, target: Target, local: Option<IpAddr>) {
        assert!(local.is_none_or(|ip| ip == self.address.ip()));
        let flow = Flow { transport: target.transport, ..self.flow_to(target.address) };
        self.undone.push_back(Undone::Flow(FlowNews::Opened(ask, flow)));
    }

    fn on_media(&mut self, state: LegState) {
        let last = self.media.get(&state.leg);
        assert_eq!(state.generation, last.map_or(1, |last| last.generation + 1), "generations grow by one");
        let reopened = last.is_some_and(|last| last.media.is_none());
        let of_device = matches!(state.media, Some(LegMedia::Device(_))) || self.phones.contains(&state.leg);
        assert!(!reopened || of_device, "a leg that has ended stays ended");
        assert!(last.is_none_or(|last| last.media != state.media), "a state is said once");
        self.recordings.check(last, &state);
        self.media.insert(state.leg, state);
        self.live_legs();
    }

    fn on_news(&mut self, seq: Seq, news: News) {
        let last = self.news.last().map_or(0, |(seq, _)| seq.0);
        assert_eq!(seq.0, last + 1, "news are numbered without a gap");
        match &news {
            News::CallEnded(view) => {
                assert!(view.cause.is_some() && view.ended.is_some());
                assert!(self.ended.insert(view.call), "call {} ends twice", view.call);
            }
            News::Staff(StaffNews::Supervision(view)) => self.supervisions.on_news(view),
            News::Staff(StaffNews::Phone(view)) => drop(self.phones.insert(view.leg)),
            News::Call(view) => assert!(!self.ended.contains(&view.call), "call {} is told after its end", view.call),
            _ => {}
        }
        self.news.push((seq, news));
    }
}

fn wish_to_record(what: &What) -> Option<RecordWish> {
    match what {
        What::Call(call::Command::Record { what, .. }) => Some(*what),
        _ => None,
    }
}
