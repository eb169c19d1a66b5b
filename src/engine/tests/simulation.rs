//! Two engines as trunks of each other over a wire that loses, repeats, delays and forks, with random wishes and crashes
//! of both, from a seed. `RAMAL_SEEDS=10000` runs more seeds than the usual thousand, `RAMAL_SEED=7` that one alone.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a story that cannot go on has failed")]

mod shell;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use engine::agent;
use engine::border::{Actor, DaemonCommand, Flow, Input, Output, What};
use engine::call::{
    Command as Wish, ConferenceCommand as Conference, PhoneCommand, RecordWish, RejectAs,
    SuperviseCommand as Supervise, SuperviseMode as Mode, TransferCommand as Transfer,
};
use engine::config::*;
use engine::id::{CallId, ItemId, QueueId, UserId};
use engine::leg::{Feed, LegMedia, MediaEvent, MediaNews, RecordingNews};
use engine::messages;
use engine::news::{Alert, CallState, CallView, Direction, News, PhoneState, StaffNews};
use engine::random::Random;
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};
use engine::sip::uri::NameAddr;
use engine::staff::{self, Builtin, Directions, Entry, Item, List, Queue, User};
use engine::time::{Moment, Now, earliest};
use shell::pbx::{config, extension};
use shell::seen::Seen;
use shell::{Cost, Ladder, Shell, Store};

/// Where the two ends are; the second is where the stories' PBX is too.
const ADDRESSES: [&str; 2] = ["10.0.0.1:5070", shell::PBX];
/// The desk phone that is the device of one side in three.
const PHONE: &str = "mesa";
/// Who supervises: by the headset, and by the desk phone where there is one.
const SUPERVISORS: [&str; 2] = ["rita", "saul"];
/// How long both sides wish things.
const BUSY: Duration = Duration::from_secs(90);
/// Longer than every transaction, CANCEL's patience and a session timer of 90 s.
const AFTER: Duration = Duration::from_secs(300);

/// What the wire does, in per cent, and its longest delay in ms.
struct Wire {
    loss: u32,
    duplication: u32,
    forks: u32,
    delay: u32,
}

enum Event {
    Arrive { to: usize, bytes: Bytes },
    Wish { side: usize },
    Crash { side: usize },
}

struct Simulation {
    seed: u64,
    random: Random,
    now: Now,
    sides: [Shell; 2],
    configs: [Config; 2],
    wire: Wire,
    queue: BTreeMap<(Moment, u64), Event>,
    put: u64,
    /// For the ladder: when, from which side, what, and whether it was lost.
    seen: Vec<(Moment, usize, Bytes, bool)>,
    crashes: Vec<(Moment, usize)>,
    /// Dialogs seen on the wire: Call-ID, and the tag of each side.
    dialogs: Vec<(String, [String; 2])>,
    /// INVITEs, by Call-ID, and whose place they shall take at the other side.
    takeovers: BTreeMap<String, Option<String>>,
    cost: Cost,
}

/// How often a phone was picked up, and put down in mid-call.
fn phones(side: &Shell) -> [usize; 2] {
    let count = |is: fn(&News) -> bool| side.news.iter().filter(|(_, news)| is(news)).count();
    [
        count(|news| matches!(news, News::Staff(StaffNews::Phone(view)) if view.state == PhoneState::Connected)),
        count(|news| matches!(news, News::Alert(Alert::PhoneLost { .. }))),
    ]
}

impl Simulation {
    fn new(seed: u64, keep_outputs: bool) -> Simulation {
        let mut bytes = [3; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let mut random = Random::new(bytes);
        let now = Now { moment: Moment(1_000_000_000), civil: DateTime::from_timestamp(1_780_000_000, 0).unwrap() };
        let wire = Wire {
            loss: random.below(25),
            duplication: random.below(15),
            forks: random.below(10),
            delay: [5, 50, 300, 900][random.below(4) as usize],
        };
        let configs = [0, 1].map(|side| trunk(side, &mut random));
        let mut sides = [0, 1].map(|side| Shell::new(seed * 2 + side as u64, ADDRESSES[side], Store::default()));
        sides.iter_mut().for_each(|side| side.outputs = keep_outputs.then(Vec::new));
        Simulation {
            seed,
            random,
            now,
            sides,
            configs,
            wire,
            queue: BTreeMap::new(),
            put: 0,
            seen: Vec::new(),
            crashes: Vec::new(),
            dialogs: Vec::new(),
            takeovers: BTreeMap::new(),
            cost: Cost::default(),
        }
    }

    /// The whole life of two daemons; panics where a promise is broken.
    fn run(&mut self) {
        for side in 0..2 {
            self.start(side);
            let wishes = 5 + self.random.below(20);
            for _ in 0..wishes {
                let at = self.later(BUSY);
                self.put(at, Event::Wish { side });
            }
            if self.random.below(3) == 0 {
                let at = self.later(BUSY);
                self.put(at, Event::Crash { side });
            }
        }
        self.pass(BUSY);
        self.hang_up_everything();
        self.pass(AFTER);
        self.stop_the_probes();
        self.check_that_nothing_is_left();
    }

    fn start(&mut self, side: usize) {
        let config = self.configs[side].clone();
        self.sides[side].start(config, 8, self.now);
        self.hire(side);
        self.carry(side);
    }

    fn pass(&mut self, span: Duration) {
        let end = self.now.moment + span;
        loop {
            let next = self.queue.keys().next().map(|(at, _)| *at);
            let timers = earliest(self.sides[0].poll_timeout(), self.sides[1].poll_timeout());
            let Some(at) = earliest(next, timers).filter(|at| *at <= end) else { break };
            self.now = self.now.after(at.since(self.now.moment));
            for side in 0..2 {
                self.sides[side].on_time(self.now);
                self.carry(side);
            }
            while self.queue.keys().next().is_some_and(|(at, _)| *at <= self.now.moment) {
                let (_, event) = self.queue.pop_first().unwrap();
                self.happen(event);
            }
        }
        self.now = self.now.after(end.since(self.now.moment));
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Arrive { to, bytes } => {
                let flow = self.flow(to);
                self.sides[to].handle(Input::Received(flow, &bytes), self.now);
                self.carry(to);
            }
            Event::Wish { side } => self.wish(side),
            Event::Crash { side } => self.crash(side),
        }
    }

    /// What one side sent goes onto the wire.
    fn carry(&mut self, from: usize) {
        let to = 1 - from;
        while let Some((flow, bytes)) = self.sides[from].sent.pop_front() {
            assert_eq!(flow.remote.to_string(), ADDRESSES[to], "nothing is sent to strangers");
            let lost = self.random.below(100) < self.wire.loss;
            self.seen.push((self.now.moment, from, bytes.clone(), lost));
            if lost {
                continue;
            }
            let bytes = self.taking_over(from, bytes);
            if self.random.below(100) < self.wire.forks
                && let Some(bytes) = forked(&bytes, self.random.below(3))
            {
                self.arrive(to, bytes);
            }
            if self.random.below(100) < self.wire.duplication {
                self.arrive(to, bytes.clone());
            }
            self.arrive(to, bytes);
        }
    }

    /// Some first INVITEs ask for the place of a dialog that both sides have, as the third party of an attended transfer
    /// does (RFC 3891); sent again they ask again.
    fn taking_over(&mut self, from: usize, bytes: Bytes) -> Bytes {
        let Ok(mut message) = Message::parse(&bytes) else { return bytes };
        let call_id = message.call_id().unwrap().into_owned();
        let tag = |address: Result<NameAddr, _>| address.ok().and_then(|address| address.tag().map(str::to_owned));
        match (message.status(), message.method(), tag(message.from()), tag(message.to())) {
            (Some(180..=299), Some(Method::Invite), Some(asked), Some(answered)) => {
                let tags = if from == 0 { [answered, asked] } else { [asked, answered] };
                self.dialogs.push((call_id, tags));
                bytes
            }
            (None, Some(Method::Invite), _, None) => {
                let chosen = self.dialogs.get(self.random.below(60.max(self.dialogs.len() as u32)) as usize);
                let replaces = chosen
                    .map(|(call_id, tags)| format!("{call_id};to-tag={};from-tag={}", tags[1 - from], tags[from]));
                if let Some(replaces) = self.takeovers.entry(call_id).or_insert(replaces) {
                    message.push(Name::Replaces, replaces.clone());
                }
                message.to_bytes()
            }
            _ => bytes,
        }
    }

    fn arrive(&mut self, to: usize, bytes: Bytes) {
        let delay = 1 + self.random.below(self.wire.delay);
        self.put(self.now.moment + Duration::from_millis(delay.into()), Event::Arrive { to, bytes });
    }

    fn put(&mut self, at: Moment, event: Event) {
        self.put += 1;
        self.queue.insert((at, self.put), event);
    }

    fn later(&mut self, within: Duration) -> Moment {
        self.now.moment + Duration::from_millis(self.random.below(within.as_millis() as u32).into())
    }

    fn flow(&self, side: usize) -> Flow {
        self.sides[side].flow_to(ADDRESSES[1 - side].parse().unwrap())
    }

    /// The daemon dies; the next one knows what was stored, or, one time in four on the far side, nothing.
    fn crash(&mut self, side: usize) {
        self.crashes.push((self.now.moment, side));
        let forgets = side == 1 && self.random.below(4) == 0;
        let store = if forgets { Store::default() } else { self.sides[side].store.clone() };
        let mut next = Shell::new(self.random.u64(), ADDRESSES[side], store);
        next.outputs = self.sides[side].outputs.take();
        self.add_cost(side);
        self.sides[side] = next;
        self.start(side);
    }

    fn add_cost(&mut self, side: usize) {
        self.cost.add(self.sides[side].cost);
    }

    /// One random wish of a person, or word of media.
    fn wish(&mut self, side: usize) {
        if self.random.below(8) == 0 {
            return self.work(side);
        }
        if self.random.below(4) == 0 {
            return self.supervise(side);
        }
        let calls = self.sides[side].engine.snapshot().calls;
        let chosen = calls.get(self.random.below(calls.len() as u32) as usize);
        let whose = chosen.and_then(|view| view.user);
        let wish = match chosen {
            Some(view) if self.random.below(4) > 0 => self.wish_about(&view.clone(), &calls),
            Some(_) | None if self.random.below(8) == 0 => return self.write_text(side),
            Some(_) | None if self.has_phone(side) && self.random.below(2) == 0 => Some(self.wish_about_phone()),
            Some(_) | None => {
                let number = format!("3{:03}", self.random.below(1000));
                Some(Wish::Dial { route: None, number, caller_id: None })
            }
        };
        match wish {
            Some(wish) => {
                // Whether it is granted is the engine's matter; that it is answered is checked by the shell.
                let actor = match (&wish, whose) {
                    (Wish::Dial { .. }, _) => self.who(side),
                    (_, Some(user)) => Actor::User(user),
                    (_, None) => Actor::Local,
                };
                let _answer = self.sides[side].command_as(actor, What::Call(wish), None, self.now);
            }
            None => self.media_speaks(side),
        }
        self.carry(side);
    }

    /// Somebody at the supervisors' extensions listens, whispers, joins, takes over, stops, or takes another device.
    fn supervise(&mut self, side: usize) {
        let calls = self.sides[side].engine.snapshot().calls;
        let Some(view) = calls.get(self.random.below(calls.len() as u32) as usize) else { return };
        let (call, through) = (view.call, Some(SUPERVISORS[self.random.below(2) as usize].into()));
        let mode = [Mode::Listen, Mode::Whisper, Mode::Barge][self.random.below(3) as usize];
        let wish = match self.random.below(12) {
            0 => Supervise::TakeOver { call, through },
            1 => Supervise::Stop { call, through },
            _ => Supervise::Attend { call, mode, through },
        };
        // Whether it is granted is the engine's matter; what must hold then is checked by the shell after every input.
        let _answer = self.sides[side].command(What::Call(Wish::Supervise(wish)), None, self.now);
        self.carry(side);
    }

    /// A person who works at this side, once; the store remembers.
    fn hire(&mut self, side: usize) {
        let snapshot = self.sides[side].engine.snapshot();
        if snapshot.entries.iter().any(|entry| matches!(entry, Entry::User(_))) {
            return;
        }
        let queue = Queue {
            queue: QueueId(0),
            name: "fila".to_owned(),
            number: "800".to_owned(),
            wrap_up_s: self.random.below(40),
            music: None,
            script: String::new(),
            hours: Vec::new(),
            holidays: Default::default(),
        };
        let reason = Item {
            item: ItemId(0),
            list: List::PauseReason,
            name: "café".to_owned(),
            limit_s: Some(20),
            nr17: false,
            shift: None,
        };
        for entry in [Entry::Queue(queue), Entry::Item(reason)] {
            let _kept = self.sides[side].command(What::Staff(staff::Command::Create(entry)), None, self.now);
        }
        let queues = self.sides[side].engine.snapshot().entries.into_iter().filter_map(|entry| match entry {
            Entry::Queue(queue) => Some(queue.queue),
            _ => None,
        });
        let person = User {
            user: UserId(0),
            login: "ana".to_owned(),
            name: "Ana".to_owned(),
            language: "en".to_owned(),
            perfil: Builtin::Supervisor.id(),
            ramal: None,
            location: None,
            queues: queues.collect(),
            departments: BTreeSet::new(),
            directions: Directions::Both,
            active: true,
        };
        let create = What::Staff(staff::Command::Create(Entry::User(person)));
        assert!(self.sides[side].command(create, None, self.now).is_ok());
    }

    /// Half of all wishes are of the person.
    fn who(&mut self, side: usize) -> Actor {
        let entries = self.sides[side].engine.snapshot().entries;
        let mut users = entries.into_iter().filter_map(|entry| match entry {
            Entry::User(user) => Some(user.user),
            _ => None,
        });
        match self.random.below(2) {
            0 => Actor::Local,
            _ => users.next().map_or(Actor::Local, Actor::User),
        }
    }

    /// A wish about the person's own work.
    fn work(&mut self, side: usize) {
        let Actor::User(user) = self.who(side) else { return };
        let entries = self.sides[side].engine.snapshot().entries;
        let reason = entries.iter().find_map(|entry| match entry {
            Entry::Item(item) => Some(item.item),
            _ => None,
        });
        let reason = reason.unwrap_or(ItemId(0));
        let wish = match self.random.below(7) {
            0 | 1 => agent::Wish::SignIn { device: None },
            2 => agent::Wish::SignOut,
            3 => agent::Wish::Ready,
            4 => agent::Wish::Pause { reason, after_call: self.random.below(2) == 0 },
            5 => agent::Wish::Device(
                [None, Some("other".into()), Some(PHONE.into())][self.random.below(3) as usize].clone(),
            ),
            _ => agent::Wish::Written,
        };
        let what = What::Agent(agent::Command { user, wish });
        let answer = self.sides[side].command_as(Actor::User(user), what, None, self.now);
        assert!(answer.is_ok(), "a person's own work is theirs: {answer:?}");
        self.carry(side);
    }

    /// A message to the other side; that it comes to an end is checked by the engine's own being idle.
    fn write_text(&mut self, side: usize) {
        let number = format!("3{:03}", self.random.below(1000));
        let send = messages::Command::Send { account: None, number, text: "Oi".to_owned() };
        let _answer = self.sides[side].command(What::Message(send), None, self.now);
        self.carry(side);
    }

    /// Whether the person of this side has a desk phone, which is an extension of the other side.
    fn has_phone(&self, side: usize) -> bool {
        !self.configs[side].phones.is_empty()
    }

    fn wish_about_phone(&mut self) -> Wish {
        let device = PHONE.into();
        Wish::Phone(match self.random.below(6) {
            0 => PhoneCommand::Disconnect { device },
            _ => PhoneCommand::Connect { device },
        })
    }

    fn wish_about(&mut self, view: &CallView, calls: &[CallView]) -> Option<Wish> {
        let call = view.call;
        let roll = self.random.below(26);
        let other = calls[self.random.below(calls.len() as u32) as usize].call;
        Some(match (view.state, view.direction) {
            (CallState::Ringing, Direction::Inbound) => match roll {
                0 => Wish::Reject { call, how: RejectAs::Busy },
                1 => Wish::HangUp { call },
                _ => Wish::Answer { call },
            },
            (CallState::Answered, _) => match roll {
                0..=2 => Wish::Hold { call },
                3..=5 => Wish::Resume { call },
                6 => Wish::Dtmf { call, digits: "12#".to_owned() },
                7 => Wish::Mute { call },
                8 => Wish::Bridge { first: call, second: other },
                10..=11 => Wish::Conference(self.conference_of(call, other)),
                9 => Wish::HangUp { call },
                12..=15 => Wish::Transfer(self.transfer_of(call)),
                16..=21 => Wish::Record { call, what: self.record_wish(view) },
                _ => return None,
            },
            (CallState::Dialling | CallState::Ringing | CallState::EarlyMedia | CallState::Ended, _) => match roll {
                0..=1 => Wish::HangUp { call },
                2 => Wish::Answer { call },
                _ => return None,
            },
        })
    }

    fn transfer_of(&mut self, call: CallId) -> Transfer {
        let number = format!("3{:03}", self.random.below(1000));
        match self.random.below(8) {
            0 | 1 => Transfer::Blind { call, number, route: None },
            2..=4 => Transfer::Consult { call, number, route: None },
            5 => Transfer::Swap { call },
            6 => Transfer::Complete { call },
            _ => Transfer::Back { call },
        }
    }

    fn conference_of(&mut self, call: CallId, other: CallId) -> Conference {
        match self.random.below(8) {
            0 => Conference::Silence { call, on: self.random.below(2) == 0 },
            1 => Conference::Split { call },
            2 => Conference::Leave { call },
            3 => Conference::End { call },
            _ => Conference::Join { calls: vec![call, other] },
        }
    }

    /// Mostly what makes sense, sometimes not.
    fn record_wish(&mut self, view: &CallView) -> RecordWish {
        use RecordWish::{Pause, Resume, Start, Stop};
        let sensible = match view.recording.map(|recording| recording.paused) {
            None => Start,
            Some(false) => Pause,
            Some(true) => Resume,
        };
        [sensible, sensible, sensible, Start, Pause, Resume, Stop][self.random.below(7) as usize]
    }

    /// The disk is full, or is not any more, or lost a second.
    fn recordings_speak(&mut self, side: usize) {
        let running: Vec<_> = self.sides[side].store.recording.keys().copied().collect();
        let news = match (self.random.below(6), running.first()) {
            (0, _) => RecordingNews::Impossible { why: "the disk is full".to_owned() },
            (1..=2, Some(recording)) => RecordingNews::Lost { recording: *recording, chunks: 1 },
            (_, _) => RecordingNews::PossibleAgain,
        };
        self.sides[side].handle(Input::Recordings(news), self.now);
    }

    /// Digits go out, ports fail, sounds end, news come late.
    fn media_speaks(&mut self, side: usize) {
        if self.random.below(6) == 0 {
            return self.recordings_speak(side);
        }
        let shell = &self.sides[side];
        let live: Vec<_> = shell
            .media
            .values()
            .filter_map(|state| Some((state.leg, state.generation, state.media.clone()?)))
            .collect();
        let Some((leg, generation, media)) = live.get(self.random.below(live.len() as u32) as usize).cloned() else {
            return;
        };
        let event = match (self.random.below(20), media) {
            (0, _) => MediaEvent::Failed { why: "the port is gone".to_owned() },
            (1..=4, _) => MediaEvent::Digit { digit: '5', duration_ms: 100 },
            (_, LegMedia::Rtp(media)) if !media.digits.is_empty() => {
                MediaEvent::DigitSent { number: media.digits[0].number }
            }
            (_, LegMedia::Rtp(media)) if matches!(media.feed, Feed::Sound { repeat: false, .. }) => {
                MediaEvent::SoundEnded
            }
            (_, LegMedia::Rtp(_) | LegMedia::Device(_)) => MediaEvent::Receiving,
        };
        let generation = generation.saturating_sub(self.random.below(2));
        self.sides[side].handle(Input::Media(MediaNews { leg, generation, event }), self.now);
    }

    fn hang_up_everything(&mut self) {
        for side in 0..2 {
            for view in self.sides[side].engine.snapshot().calls {
                let _answer = self.sides[side].command(What::Call(Wish::HangUp { call: view.call }), None, self.now);
            }
            self.carry(side);
            let drained = self.sides[side].command(What::Daemon(DaemonCommand::Drain), None, self.now);
            assert!(drained.is_ok());
        }
    }

    /// The probes' transactions live for half a minute of every fifteen seconds: they are switched off first.
    fn stop_the_probes(&mut self) {
        for side in 0..2 {
            let mut config = self.configs[side].clone();
            config.groups.values_mut().for_each(|group| group.probe = false);
            self.sides[side].handle(Input::Config(config), self.now);
            self.carry(side);
        }
        self.pass(Duration::from_secs(70));
    }

    fn check_that_nothing_is_left(&mut self) {
        for side in 0..2 {
            let shell = &self.sides[side];
            assert!(shell.engine.is_idle(), "side {side}: something is left: {:#?}", shell.engine);
            assert_eq!(shell.live_legs(), [], "side {side}: media goes on");
            assert!(
                shell.store.dialogs.is_empty(),
                "side {side}: a dialog is stored as open: {:?}",
                shell.store.dialogs
            );
            let stuck = shell.engine.snapshot().agents.into_iter().find(|agent| {
                use agent::AgentState::{Offered, Talking, WrapUp};
                matches!(agent.state, Offered | Talking | WrapUp)
            });
            assert_eq!(stuck, None, "side {side}: somebody is busy without a call");
            let endless = shell.store.opened.iter().find(|call| !shell.store.ended.contains_key(call));
            assert_eq!(endless, None, "side {side}: a call has no end");
            let endless = &shell.store.recording;
            assert!(endless.is_empty(), "side {side}: recordings have no end: {endless:?}");
            self.add_cost(side);
        }
    }
}

impl Drop for Simulation {
    #[expect(clippy::disallowed_macros, reason = "a run that failed is drawn")]
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let mut ladder = Ladder::default();
        for (at, from, bytes, lost) in &self.seen {
            let message = Message::parse(bytes).unwrap();
            if message.method() != Some(Method::Options) {
                ladder.arrow(*at, *from == 0, &message);
                ladder.note(*at, if *lost { "lost" } else { "" });
            }
        }
        eprintln!("{}crashes: {:?}\nseed {} failed: RAMAL_SEED={}", ladder.draw(), self.crashes, self.seed, self.seed);
    }
}

/// The same answer as another fork would give it: only answers to INVITE fork.
fn forked(bytes: &Bytes, fork: u32) -> Option<Bytes> {
    let mut message = Message::parse(bytes).ok()?;
    if message.method() != Some(Method::Invite) || !matches!(message.status(), Some(101..=299)) {
        return None;
    }
    let mut to = message.to().ok()?;
    let tag = format!("{}f{fork}", to.tag()?);
    to.params.set("tag", Some(&tag));
    message.set(Name::To, to.to_string());
    Some(message.to_bytes())
}

/// A trunk by address to the other side, with a profile of this seed.
fn trunk(side: usize, random: &mut Random) -> Config {
    let mut account = extension(7);
    account.name = "trunk".into();
    account.kind = AccountKind::AddressedTrunk;
    account.credentials = None;
    account.max_calls = 4;
    account.limits = Limits { calls_at_once: 6, calls_per_minute: 60 };
    account.exclusive = random.below(3) == 0;
    account.domain = host(1 - side);
    let has_phone = random.below(3) == 0;
    if has_phone {
        account.device = PHONE.into();
    }
    let profile = Arc::make_mut(&mut account.profile);
    profile.hold = [HoldMode::Local, HoldMode::Sendonly, HoldMode::Inactive][random.below(3) as usize];
    profile.refer = random.below(3) > 0;
    profile.prack = [PrackMode::Off, PrackMode::Supported, PrackMode::Required][random.below(3) as usize];
    profile.record = [RecordPolicy::Never, RecordPolicy::OnDemand, RecordPolicy::OnDemand, RecordPolicy::Always]
        [random.below(4) as usize];
    profile.recording_notice = (random.below(3) == 0).then(|| "gravacao".into());
    profile.dtmf = [DtmfMode::Rfc4733, DtmfMode::Info, DtmfMode::Inband][random.below(3) as usize];
    profile.ring_timeout = Duration::from_secs(5 + u64::from(random.below(40)));
    profile.session_timer.expires = [None, Some(Duration::from_secs(90))][random.below(2) as usize];
    profile.session_timer.refresher = [Refresher::Any, Refresher::Us, Refresher::Them][random.below(3) as usize];
    // They register nowhere: all that is used of them is their devices.
    let supervisors = SUPERVISORS.map(|name| {
        let mut supervisor = account.clone();
        supervisor.name = name.into();
        supervisor.exclusive = !account.exclusive;
        supervisor.device = if name == SUPERVISORS[0] { "null".into() } else { account.device.clone() };
        supervisor
    });
    let mut config = config([account].into_iter().chain(supervisors));
    if has_phone {
        let phone = Phone { device: PHONE.into(), number: "3999".to_owned(), account: "trunk".into() };
        config.phones.insert(PHONE.into(), Arc::new(phone));
    }
    config.node = side as u8 + 1;
    config.default_route = Some("trunk".into());
    config.gate.extension_digits = 2..=4;
    let port = ADDRESSES[1 - side].rsplit(':').next().unwrap().parse().ok();
    for group in config.groups.values_mut() {
        group.registrar = Destination { host: host(1 - side), port, transport: engine::sip::uri::Transport::Udp };
    }
    config
}

fn host(side: usize) -> engine::sip::uri::Host {
    ADDRESSES[side].split(':').next().unwrap().parse().unwrap()
}

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// What this thread has cost so far: what others do on the machine does not count.
fn cpu_time() -> Duration {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(said.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0))
}

#[test]
#[expect(clippy::disallowed_macros, reason = "what a run cost is shown")]
fn whatever_happens_every_call_ends_once_and_nothing_is_left() {
    let only = number_of("RAMAL_SEED");
    let seeds = only.map_or(0..number_of("RAMAL_SEEDS").unwrap_or(1_000), |seed| seed..seed + 1);
    let (count, begin) = (seeds.end - seeds.start, cpu_time());
    let (mut cost, mut calls, mut answered) = (Cost::default(), 0, 0);
    let mut seen = Seen::default();
    let (mut picked_up, mut put_down) = (0, 0);
    let mut supervised: BTreeMap<String, usize> = BTreeMap::new();
    for seed in seeds {
        let mut simulation = Simulation::new(seed, false);
        simulation.run();
        cost.add(simulation.cost);
        calls += simulation.sides.iter().map(|side| side.store.opened.len()).sum::<usize>();
        simulation.sides.iter().for_each(|side| seen.add(&side.store));
        for [up, lost] in simulation.sides.each_ref().map(phones) {
            (picked_up, put_down) = (picked_up + up, put_down + lost);
        }
        for (word, count) in simulation.sides.iter().flat_map(|side| &side.supervisions.told) {
            *supervised.entry(word.clone()).or_default() += count;
        }
        answered += simulation.sides.iter().map(|side| side.store.answered).sum::<u64>();
    }
    println!(
        "{count} seeds, {calls} calls, {answered} of them answered; {:?} of CPU a seed",
        (cpu_time() - begin) / count as u32
    );
    println!("{seen}");
    println!("desk phones: {picked_up} times picked up, {put_down} times put down in mid-call");
    println!("supervision: {supervised:?}");
    println!("{} inputs, {:?} each, {:?} the longest", cost.handled, cost.total / cost.handled as u32, cost.longest);
    assert!(only.is_some() || seen.never().is_empty(), "never happened: {:?}", seen.never());
    assert!(only.is_some() || (picked_up > 0 && put_down > 0), "no desk phone was ever picked up, or put down");
    let expected =
        ["Listen", "Whisper", "Barge", "Stopped", "Moved", "TookOver", "CallEnded", "AgentLeft", "DeviceLost"];
    let never: Vec<_> = expected.iter().filter(|word| !supervised.contains_key(**word)).collect();
    assert!(only.is_some() || never.is_empty(), "never supervised: {never:?}");
    assert!(only.is_some() || answered > count, "a simulation in which nothing happens shows nothing");
}

#[test]
fn the_same_seed_and_inputs_give_the_same_outputs() {
    let outputs = |seed| -> Vec<Vec<Output>> {
        let mut simulation = Simulation::new(seed, true);
        simulation.run();
        simulation.sides.iter_mut().map(|side| side.outputs.take().unwrap()).collect()
    };
    for seed in 0..20 {
        assert!(outputs(seed) == outputs(seed), "seed {seed} differs from itself");
    }
}
