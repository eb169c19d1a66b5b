//! An office at its pages: the daemon with its web server, every agent signed in with an open page, a supervisor who sees all, and a
//! test exchange that calls. One agent talks through a browser's headset; the customer says back what it hears.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use chrono::Utc;
use engine::id::{BatchId, UserId};
use engine::records::Record;
use engine::staff::{Builtin, Directions, Entry, User};
use media::codec::Codec;
use ramal::exchange::{Caller, Plan, Running, Settings, Voice};
use ramal::store::{SessionRow, Store};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::page::Page;
use crate::report::{Goal, Row};
use crate::support::browser::{Answer, Live};
use crate::support::{Browser, Daemon, Folder, Host, LONG, wait_for, when};
use crate::{Effort, cpu, memory};

pub fn rows(effort: Effort) -> Vec<Row> {
    let mut office = Office::open(effort.agents);
    let empty = memory::resident_of(office.daemon.pid());
    let mut lives = office.sign_in();
    let weight = (memory::resident_of(office.daemon.pid()) - empty) / effort.agents as f64;
    let (began, before) = (Instant::now(), cpu::of_family(office.daemon.pid()));
    std::thread::sleep(IDLE);
    let idle = (cpu::of_family(office.daemon.pid()) - before) / began.elapsed().as_nanos() as f64;
    let mut page = office.headset();
    let calls: Vec<Call> = (0..effort.rounds * CALLS_A_ROUND).map(|_| office.call(&mut page, &mut lives)).collect();
    let who = format!("{} agents at open pages", effort.agents);
    let alone = |what: &str, unit, figure, goal| Row {
        what: format!("{who}: {what}"),
        unit,
        ours: vec![figure],
        beside: None,
        goal,
    };
    let within = |what: &str, time: fn(&Call) -> Duration, goal| {
        let mut all: Vec<f64> = calls.iter().map(|call| time(call).as_secs_f64() * 1_000.0).collect();
        all.sort_by(f64::total_cmp);
        let at = |share: f64| all[((all.len() as f64 * share) as usize).min(all.len() - 1)];
        [
            alone(&format!("{what}, half within"), "ms", at(0.5), Goal::None),
            alone(&format!("{what}, 99 in 100 within"), "ms", at(0.99), goal),
        ]
    };
    let mut rows = vec![
        alone("memory of one", "kB", weight, Goal::None),
        alone("busy while nobody calls", "% of a core", idle * 100.0, Goal::None),
    ];
    rows.extend(within("from the exchange's call to the agent's page", |call| call.page, Goal::None));
    rows.extend(within("from there to the supervisor's page", |call| call.panel, Goal::None));
    rows.extend(within(
        "from the click on answer until the own voice is back from the customer (speech both ways)",
        |call| call.speech,
        Goal::Figure(PROMPT_MS),
    ));
    rows
}

/// How long things took.
struct Call {
    /// From the exchange's call to the line at the agent's page.
    page: Duration,
    /// And then to the supervisor's.
    panel: Duration,
    /// From the click on answer until the page hears its own voice again: both ways, and the customer's own delay.
    speech: Duration,
}

/// Dropped in this order.
struct Office {
    daemon: Daemon,
    exchange: Running,
    /// The supervisor is the last.
    people: Vec<Browser>,
    host: Host,
    _folder: Folder,
}

impl Office {
    fn open(agents: usize) -> Office {
        let (folder, host) = (Folder::new("bench-office"), Host::claim());
        let secrets = (0..agents).map(|at| (ramal(at), format!("pw{}", ramal(at)))).collect();
        let settings = |address| Settings::new(address, secrets, Plan::default());
        let exchange = Running::start(settings, 8, 21_000..=21_999, [7; 32]).unwrap();
        let people = hire(&folder, agents, host.at(8_080));
        let extensions =
            (0..agents).map(|at| format!("[extension.{0}]\nsecret = \"pw{0}\"\n", ramal(at))).collect::<String>();
        let (ip, pbx) = (host.address(), exchange.address());
        let toml = format!(
            "[daemon]\ndata_dir = \"data\"\nlog = \"warn\"\n[[listen]]\naddress = \"{ip}:5060\"\n[media]\nips = [\"{ip}\"]\n\
             [web]\nlisten = [\"{ip}:8080\"]\n[registrar.pbx]\nhost = \"{pbx}\"\n{extensions}"
        );
        let daemon = Daemon::start(&toml, folder.path());
        wait_for(LONG * 4, "every extension to be registered", || {
            when(exchange.visit(|exchange, now| exchange.registered(now)) == Some(agents))
        });
        Office { daemon, exchange, people, host, _folder: folder }
    }

    /// Everybody opens a page; all but the supervisor are ready. The first agent's page, then the supervisor's, then the others'.
    fn sign_in(&self) -> Vec<Live> {
        let open = |one: &Browser| {
            let mut live = wait_for(LONG, "a live socket", || one.live().ok());
            live.say(&json!({ "since": null }));
            live.until("the snapshot", |line| line.get("snapshot").is_some());
            live
        };
        let mut lives: Vec<Live> = self.people.iter().map(open).collect();
        let (_, agents) = self.people.split_last().unwrap();
        for agent in agents {
            post(agent, "/agent/sign-in", &json!({ "device": "browser" }));
            post(agent, "/agent/ready", &json!({}));
        }
        let supervisor = lives.pop().unwrap();
        lives.insert(1, supervisor);
        lives
    }

    fn headset(&mut self) -> Page {
        let mut page = Page::new(Codec::Pcma, self.host.address());
        let answer = |sdp| post(&self.people[0], "/agent/browser", &json!({ "sdp": sdp, "take": true })).json();
        page.connect(|sdp| answer(sdp)["sdp"].as_str().unwrap().to_owned());
        page
    }

    fn call(&self, page: &mut Page, lives: &mut [Live]) -> Call {
        talk(page, |page| page.loud.is_none_or(|loud| loud.elapsed() > QUIET));
        let caller =
            Caller { number: "+5511900004321".to_owned(), name: None, patience: LONG, voice: Voice::Echo, talk: None };
        let begun = Instant::now();
        self.exchange.visit(move |exchange, now| exchange.call(&ramal(0), caller, now)).unwrap().unwrap();
        let rings = |line: &Value| line["news"]["call"]["state"] == "ringing";
        let line = lives[0].until("a call that rings", rings);
        let at_page = begun.elapsed();
        lives[1].until("a call that rings", rings);
        let at_panel = begun.elapsed();
        let call = line["news"]["call"]["call"].as_str().unwrap().to_owned();
        page.first_loud = None;
        let clicked = Instant::now();
        post(&self.people[0], &format!("/calls/{call}/answer"), &json!({}));
        talk(page, |page| page.first_loud.is_some());
        let speech = page.first_loud.unwrap() - clicked;
        post(&self.people[0], &format!("/calls/{call}/hangup"), &json!({}));
        for live in &mut lives[..2] {
            live.until("the call's end", |line| line["news"].get("call-ended").is_some());
        }
        Call { page: at_page, panel: at_panel.saturating_sub(at_page), speech }
    }
}

/// The page speaks, a packet every 20 ms, until `done`.
fn talk(page: &mut Page, done: impl Fn(&Page) -> bool) {
    let (deadline, mut next) = (Instant::now() + LONG, Instant::now());
    while !done(page) {
        assert!(Instant::now() < deadline, "what the page waits for does not come");
        if Instant::now() >= next {
            page.tick();
            next += crate::phones::TICK;
        }
        page.turn();
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Agents, and a supervisor at the end, who are all signed in already: passwords take their time on purpose.
fn hire(folder: &Folder, agents: usize, address: std::net::SocketAddr) -> Vec<Browser> {
    let store = Store::open(&folder.join("data")).unwrap();
    let (tell, told) = channel();
    let users = (0..=agents).map(|at| Record::Kept(Entry::User(user(at, agents)))).collect();
    store.submit(BatchId(0), users, move |_, kept| tell.send(kept).unwrap());
    told.recv().unwrap().unwrap();
    (0..=agents)
        .map(|at| {
            let (token, now) = (format!("{at:064x}"), Utc::now());
            let secret = Sha256::digest(token.as_bytes()).into();
            store.keep_session(SessionRow { secret, user: user(at, agents).user, began: now, seen: now }).unwrap();
            Browser { cookie: Some(format!("ramal={token}")), ..Browser::new(address) }
        })
        .collect()
}

fn user(at: usize, agents: usize) -> User {
    let perfil = if at == agents { Builtin::Supervisor } else { Builtin::Agent };
    User {
        user: UserId(100 + at as u64),
        login: format!("agent{at}"),
        name: format!("Agente {at}"),
        language: "pt-BR".to_owned(),
        perfil: perfil.id(),
        ramal: (at < agents).then(|| ramal(at).as_str().into()),
        location: None,
        queues: Default::default(),
        departments: Default::default(),
        directions: Directions::Both,
        active: true,
    }
}

fn ramal(at: usize) -> String {
    format!("{}", 2_000 + at)
}

/// Many people behind one address are told to wait a little.
fn post(browser: &Browser, path: &str, body: &Value) -> Answer {
    wait_for(LONG, path, || {
        let answer = browser.post(path, body);
        assert!(answer.status < 300 || answer.status == 429, "{path}: {answer:?}");
        Some(answer).filter(|answer| answer.status != 429)
    })
}

const IDLE: Duration = Duration::from_secs(5);
/// Of the customer's echo, which follows the voice.
const QUIET: Duration = Duration::from_millis(300);
const CALLS_A_ROUND: usize = 10;
/// SP-05.
const PROMPT_MS: f64 = 200.0;
