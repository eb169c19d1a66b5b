//! A registrar made of a few lines, and virtual time around it: what the stories about registration are told with.
#![allow(dead_code, reason = "each story uses its own part")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use engine::border::Flow;
use engine::config::*;
use engine::id::ConnectionId;
use engine::news::{Alert, RegistrationState, RegistrationView};
use engine::random::Random;
use engine::registration::{Order, Registrations, Request};
use engine::sip::digest::Response;
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};
use engine::sip::ua::{NextHop, SendFailure};
use engine::sip::uri::{Host, Transport};
use engine::time::{Moment, Now};

pub const SECRET: &str = "segredo";

/// What a registrar under test may be made to do with a REGISTER that has the right password.
pub type Script = Box<dyn FnMut(&Message) -> Option<Message>>;

/// The registrar.
pub struct Pbx {
    pub alive: bool,
    pub secret: String,
    pub realm: String,
    pub stale_for_ever: bool,
    /// User parts that are registered, with the end of it.
    pub bindings: BTreeMap<String, Moment>,
    pub script: Option<Script>,
    nonces: BTreeMap<String, Moment>,
    challenged: BTreeSet<String>,
}

impl Pbx {
    /// What it says to a request.
    pub fn answer(&mut self, request: &Message, now: Moment) -> Message {
        match request.method() {
            Some(Method::Options) => Message::response(request, 401),
            _ => self.register(request, now),
        }
    }

    fn register(&mut self, request: &Message, now: Moment) -> Message {
        let user = user_of(request);
        let digest = request.header(&Name::Authorization).and_then(|value| value.parse::<Response>().ok());
        let (fresh, right) = digest.as_ref().map_or((false, false), |digest| {
            let given = self.nonces.get(&digest.nonce).is_some_and(|at| now.since(*at) < NONCE_LIFE);
            (given, digest.username == user && digest.verify(&self.secret, "REGISTER", b""))
        });
        if !(fresh && right) || self.stale_for_ever {
            self.challenged.insert(user);
            return self.challenge(request, digest.is_some() && right, now);
        }
        if let Some(answer) = self.script.as_mut().and_then(|script| script(request)) {
            return answer;
        }
        let expires = request.number(&Name::Expires).unwrap();
        match expires {
            0 => self.bindings.remove(&user),
            _ => self.bindings.insert(user.clone(), now + Duration::from_secs(expires.into())),
        };
        let mut ok = Message::response(request, 200);
        ok.push(
            Name::Contact,
            format!("<sip:{user}@10.9.9.9:5062>;expires=7, <sip:{user}@10.0.0.1:5070>;expires={expires}"),
        );
        ok
    }

    fn challenge(&mut self, request: &Message, stale: bool, now: Moment) -> Message {
        let nonce = format!("nonce{}", self.nonces.len());
        self.nonces.insert(nonce.clone(), now);
        let mut no = Message::response(request, 401);
        let realm = &self.realm;
        no.push(
            Name::WwwAuthenticate,
            format!(
                "Digest realm=\"{realm}\", nonce=\"{nonce}\", qop=\"auth,auth-int\", stale={stale}, algorithm=SHA-256"
            ),
        );
        no.push(
            Name::WwwAuthenticate,
            format!("Digest realm=\"{realm}\", nonce=\"{nonce}\", qop=\"auth\", stale={stale}, algorithm=MD5"),
        );
        no
    }
}

/// Asterisk's default.
const NONCE_LIFE: Duration = Duration::from_secs(32);
/// One way.
const LATENCY: Duration = Duration::from_millis(5);
/// Timer F, RFC 3261 §17.1.2.2.
const TIMER_F: Duration = Duration::from_secs(32);

/// One request as it reached, or would have reached, the registrar.
#[derive(Clone, Debug)]
pub struct Seen {
    pub at: Moment,
    pub user: String,
    pub request: Message,
    /// Answers the challenge just given: its slot was paid before.
    pub answers_challenge: bool,
}

/// Registrations, a registrar, and the time between them.
pub struct World {
    pub registrations: Registrations,
    pub pbx: Pbx,
    pub now: Now,
    pub random: Random,
    pub config: Config,
    pub registers: Vec<Seen>,
    pub probes: Vec<Moment>,
    pub alerts: Vec<Alert>,
    pub gone: Vec<AccountName>,
    pub connection: ConnectionId,
    /// Where a way was asked for, in order.
    pub reached: Vec<std::net::SocketAddr>,
    /// What is on the wire, by when it arrives.
    wire: BTreeMap<(Moment, u64), Arrival>,
    sent: u64,
}

enum Arrival {
    AtPbx(Request, Flow, Box<Message>),
    Here(Request, Flow, Box<Message>),
    Never(Request),
}

impl World {
    /// A registrar that lives, and this many extensions from 1000.
    pub fn new(extensions: u32) -> World {
        let pbx = Pbx {
            alive: true,
            secret: SECRET.to_owned(),
            realm: "asterisk".to_owned(),
            stale_for_ever: false,
            bindings: BTreeMap::new(),
            script: None,
            nonces: BTreeMap::new(),
            challenged: BTreeSet::new(),
        };
        World {
            registrations: Registrations::new(),
            pbx,
            now: Now { moment: Moment(1_000_000_000), civil: DateTime::from_timestamp(1_780_000_000, 0).unwrap() },
            random: Random::new([11; 32]),
            config: config((1000..1000 + extensions).map(extension)),
            registers: Vec::new(),
            probes: Vec::new(),
            alerts: Vec::new(),
            gone: Vec::new(),
            connection: ConnectionId(1),
            reached: Vec::new(),
            wire: BTreeMap::new(),
            sent: 0,
        }
    }

    /// Hands the configuration in and lets `span` pass.
    pub fn begin(mut self, span: Duration) -> World {
        self.reload();
        self.pass(span);
        self
    }

    pub fn reload(&mut self) {
        self.registrations.configure(&self.config, self.now, &mut self.random);
        self.drain();
    }

    /// The flow everything takes.
    pub fn flow(&self) -> Flow {
        let (local, remote) = ("10.0.0.1:5070".parse().unwrap(), "10.0.0.2:5060".parse().unwrap());
        Flow { transport: Transport::Udp, local, remote, connection: self.connection }
    }

    fn flow_to(&self, next: &NextHop) -> Flow {
        let remote = match next {
            NextHop::Flow(flow) => flow.remote,
            NextHop::Target(target) => target.address,
            NextHop::Destination(Destination { host: Host::Ip(ip), .. }) => (*ip, 5060).into(),
            NextHop::Destination(_) => self.flow().remote,
        };
        Flow { remote, ..self.flow() }
    }

    /// Lets `span` pass, event by event.
    pub fn pass(&mut self, span: Duration) {
        let end = self.now.moment + span;
        loop {
            let next = self.wire.keys().next().map(|(at, _)| *at);
            let timer = self.registrations.poll_timeout();
            let at = match engine::time::earliest(next, timer) {
                Some(at) if at <= end => at,
                _ => break,
            };
            self.now = self.now.after(at.since(self.now.moment));
            if next.is_some_and(|next| next <= at) {
                let (_, arrival) = self.wire.pop_first().unwrap();
                self.arrive(arrival);
            } else {
                self.registrations.on_timeout(self.now, &mut self.random);
            }
            self.drain();
        }
        self.now = self.now.after(end.since(self.now.moment));
    }

    /// Until it holds, or the deadline: how long it took.
    pub fn until(&mut self, limit: Duration, holds: impl Fn(&World) -> bool) -> Duration {
        let start = self.now.moment;
        while !holds(self) {
            assert!(self.now.moment.since(start) < limit, "did not happen within {limit:?}");
            self.pass(Duration::from_millis(10));
        }
        self.now.moment.since(start)
    }

    pub fn drain(&mut self) {
        while let Some(order) = self.registrations.poll_order() {
            match order {
                Order::Send { who, outgoing } => {
                    let flow = self.flow_to(&outgoing.next);
                    self.put(LATENCY, Arrival::AtPbx(who, flow, Box::new(outgoing.request)));
                }
                Order::Reach { target, .. } => {
                    self.reached.push(target.address);
                    if self.pbx.alive {
                        self.registrations.on_opened(self.flow_to(&NextHop::Target(target)));
                    }
                }
                Order::Alert(alert) => self.alerts.push(alert),
                Order::AccountGone(account) => self.gone.push(account),
                Order::Resolve(_) | Order::AccountChanged(_) | Order::GroupChanged(_) => {}
            }
        }
    }

    fn put(&mut self, after: Duration, arrival: Arrival) {
        self.sent += 1;
        self.wire.insert((self.now.moment + after, self.sent), arrival);
    }

    fn arrive(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::AtPbx(who, flow, request) => self.at_pbx(who, flow, &request),
            Arrival::Here(who, flow, response) => {
                self.registrations.on_response(&who, flow, &response, self.now, &mut self.random);
            }
            Arrival::Never(who) => {
                self.registrations.on_failed(&who, &SendFailure::Timeout, self.now, &mut self.random)
            }
        }
    }

    fn at_pbx(&mut self, who: Request, flow: Flow, request: &Message) {
        let at = self.now.moment;
        match request.method() {
            Some(Method::Options) => self.probes.push(at),
            _ => {
                let user = user_of(request);
                let answers_challenge = self.pbx.challenged.remove(&user);
                self.registers.push(Seen { at, user, request: request.clone(), answers_challenge });
            }
        }
        if self.pbx.alive {
            let answer = self.pbx.answer(request, at);
            self.put(LATENCY, Arrival::Here(who, flow, Box::new(answer)));
        } else {
            self.put(TIMER_F, Arrival::Never(who));
        }
    }

    pub fn kill_pbx(&mut self) {
        self.pbx.alive = false;
    }

    /// With an empty database, as after `rm astdb`.
    pub fn start_pbx(&mut self) {
        self.pbx.alive = true;
        self.pbx.bindings.clear();
        self.pbx.nonces.clear();
        self.pbx.challenged.clear();
    }

    pub fn view(&self, extension: u32) -> RegistrationView {
        self.registrations.view(&name(extension)).unwrap()
    }

    pub fn registered(&self) -> usize {
        let registered =
            |account: &&AccountName| self.registrations.view(account).unwrap().state == RegistrationState::Registered;
        self.config.accounts.keys().filter(registered).count()
    }

    /// The most turns taken in any second.
    pub fn most_in_a_second(&self) -> usize {
        let mut window = VecDeque::new();
        let turns = self.registers.iter().filter(|seen| !seen.answers_challenge);
        turns.fold(0, |most, seen| {
            window.push_back(seen.at);
            while window.front().is_some_and(|first| seen.at.since(*first) > Duration::from_secs(1)) {
                window.pop_front();
            }
            most.max(window.len())
        })
    }

    /// Changes an account in the configuration.
    pub fn edit(&mut self, extension: u32, change: impl FnOnce(&mut Account)) {
        let account = self.config.accounts.get_mut(&name(extension)).unwrap();
        change(Arc::make_mut(account));
    }
}

pub fn user_of(request: &Message) -> String {
    request.to().unwrap().uri.user.unwrap()
}

pub fn name(extension: u32) -> AccountName {
    AccountName::from(extension.to_string().as_str())
}

pub fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub fn credentials(user: &str, realm: Option<&str>) -> Credentials {
    Credentials { user: user.to_owned(), secret: Secret(SECRET.into()), realm: realm.map(str::to_owned) }
}

pub fn group() -> Group {
    Group {
        name: "pbx".into(),
        registrar: Destination { host: "10.0.0.2".parse().unwrap(), port: None, transport: Transport::Udp },
        outbound_proxy: None,
        trusted: Vec::new(),
        local: None,
        registrations_per_second: 20,
        probe_every: seconds(15),
        probe: true,
    }
}

pub fn extension(number: u32) -> Account {
    Account {
        name: name(number),
        kind: AccountKind::Extension,
        user: number.to_string(),
        domain: Host::Ip("10.0.0.2".parse().unwrap()),
        display: None,
        group: "pbx".into(),
        credentials: Some(credentials(&number.to_string(), None)),
        register_expires: seconds(300),
        profile: Arc::new(profile()),
        device: "null".into(),
        record: None,
        recording_notice: None,
        max_calls: 2,
        do_not_disturb: false,
        exclusive: false,
        limits: Limits { calls_at_once: 2, calls_per_minute: 10 },
        dial_format: DialFormat::default(),
        caller_ids: Vec::new(),
        watch: Vec::new(),
        mwi: false,
    }
}

fn profile() -> Profile {
    Profile {
        name: "generic".to_owned(),
        hold: HoldMode::Local,
        hold_music: "music".into(),
        hold_class: AudioClass::Music,
        hold_without_consent: "silence".into(),
        hold_alert: None,
        record: RecordPolicy::Never,
        recording_notice: None,
        show_listeners: false,
        dtmf: DtmfMode::Rfc4733,
        codecs: vec![Codec::Pcma],
        session_timer: SessionTimer { expires: None, min_se: seconds(90), refresher: Refresher::Any },
        prack: PrackMode::Off,
        busy_status: 486,
        no_answer_status: 480,
        reject_status: 603,
        do_not_disturb_status: 480,
        ring_timeout: seconds(60),
        nat: false,
        refer: true,
        keep_alive: None,
    }
}

pub fn config(accounts: impl Iterator<Item = Account>) -> Config {
    Config {
        zone: chrono_tz::America::Sao_Paulo,
        node: 1,
        product: "Ramal".to_owned(),
        groups: BTreeMap::from([("pbx".into(), group())]),
        accounts: accounts.map(|account| (account.name.clone(), Arc::new(account))).collect(),
        phones: BTreeMap::new(),
        gate: GateRules {
            version: 1,
            local_ddd: None,
            extension_digits: 3..=5,
            allow: BTreeSet::new(),
            deny: BTreeSet::new(),
            allow_international: false,
            allow_premium: false,
            emergency: BTreeSet::new(),
        },
        rules: Arc::default(),
        default_route: None,
        sounds: ["faturas".into()].into(),
        alerts: AlertLimits::default(),
        appointments: Default::default(),
        hooks: Default::default(),
    }
}
