//! What a bridged call and an extension weigh: the growth of a fresh process's resident memory by many of them. What the
//! kernel holds for sockets is no process's and is stated apart.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use engine::border::{Flow, FlowNews, FlowOrder, Input, Output};
use engine::call;
use engine::config::{Account, AccountKind, Config, Target};
use engine::id::ConnectionId;
use engine::news::RegistrationState;
use engine::sip::message::Message;
use engine::sip::uri::{Host as SipHost, Transport};
use engine::time::{Moment, Now};
use media::order::{DeviceOrder, Feed, LegKey, LegMedia, LegOrder};
use ramal::shards::Shards;
use ramal::sound::{DeviceKind, Devices};

use crate::Effort;
use crate::desk::{self, Desk};
use crate::phones::Phones;
use crate::relay::bridge;
use crate::report::{Goal, Row};
use crate::support::Host;
use crate::support::carrier::answers;

/// First argument of the process that is weighed.
pub const CHILD: &str = "--weigh";

pub fn rows(effort: Effort) -> Vec<Row> {
    let weights = |what: &str, count: usize| -> (Vec<f64>, Vec<f64>) {
        (0..effort.rounds.min(3)).map(|_| in_child(what, count)).unzip()
    };
    let row = |what: &str, ours, most| Row { what: what.to_owned(), unit: "kB", ours, beside: None, goal: most };
    let (call, sockets) = weights("calls", 2 * effort.bridges);
    let (extension, _) = weights("extensions", effort.extensions as usize);
    vec![
        row("memory of a bridged call", call, Goal::Figure(64.0)),
        row("the kernel's slabs for its sockets (whole machine)", sockets, Goal::None),
        row("memory of an extension", extension, Goal::Figure(16.0)),
    ]
}

/// Of the process and of the kernel, for one.
fn in_child(what: &str, count: usize) -> (f64, f64) {
    let child = Command::new(std::env::current_exe().expect("this program"));
    let output = { child }.args([CHILD, what, &count.to_string()]).output().expect("this program starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut figures = text.split_whitespace().filter_map(|word| word.parse::<f64>().ok());
    let (Some(own), Some(kernel)) = (figures.next(), figures.next()) else {
        panic!("{what}: {text}{}", String::from_utf8_lossy(&output.stderr));
    };
    (own, kernel)
}

/// In the child: prints kB of the process and of the kernel's slabs for each.
pub fn weigh(what: &str, count: usize) {
    let (own, kernel) = match what {
        "calls" => calls(count),
        "extensions" => extensions(count),
        other => panic!("nobody weighs {other}"),
    };
    println!("{} {}", own / count as f64, kernel / count as f64);
}

fn calls(bridges: usize) -> (f64, f64) {
    let mut small = World::new();
    small.calls(2);
    let (host, mut phones) = (Host::claim(), Phones::new(bridges));
    let devices = Devices::new([(Arc::from("null"), DeviceKind::Null)].into()).unwrap();
    let mut shards = Shards::start(1, 22_000..=29_999, devices, Arc::new(|_| Ok(()))).expect("a thread");
    let before = (resident(), slabs());
    small.calls(2 * bridges);
    let up: Vec<_> = small.desk.up.iter().copied().collect();
    for pair in up.chunks_exact(2) {
        small.desk.command(call::Command::Bridge { first: pair[0], second: pair[1] }, small.now);
        small.run();
    }
    let towards = bridge(&mut shards, &host, &phones.addresses());
    for leg in 0..2 * bridges as u64 {
        let order = DeviceOrder { feed: Feed::Silence, ring: None, muted: false };
        let media = Some(LegMedia::Device { device: "null".into(), order });
        shards.order(LegOrder { leg: LegKey(1_000_000 + leg), generation: 1, media });
    }
    phones.talk(&towards, 50);
    let after = (resident(), slabs());
    shards.stop();
    (after.0 - before.0, after.1 - before.1)
}

fn extensions(count: usize) -> (f64, f64) {
    let mut world = World::new();
    let before = resident();
    let config = world.config.clone();
    let model = config.accounts.values().find(|account| account.kind == AccountKind::Extension).expect("one").clone();
    let more = (0..count).map(|at| {
        let name = format!("{}", 2_000 + at);
        (name.as_str().into(), Arc::new(Account { name: name.as_str().into(), user: name, ..(*model).clone() }))
    });
    let accounts = config.accounts.clone().into_iter().chain(more).collect();
    world.desk.step(Input::Config(Config { accounts, ..config }), world.now);
    world.run();
    world.until(|desk| registered(desk) > count);
    (resident() - before, 0.0)
}

fn registered(desk: &Desk) -> usize {
    let accounts = desk.engine.snapshot().accounts;
    accounts.iter().filter(|account| account.registration.state == RegistrationState::Registered).count()
}

/// An engine whose network is a function and whose time is a number.
struct World {
    desk: Desk,
    now: Now,
    config: Config,
}

impl World {
    fn new() -> World {
        let (desk, config) = (Desk::new(), desk::config(FAR.parse().expect("an address")));
        let now = Now { moment: Moment(1_000_000_000), civil: chrono::Utc::now() };
        let mut world = World { desk, now, config };
        world.desk.begin(world.config.clone(), local().ip(), now);
        world.run();
        world.until(|desk| registered(desk) == 1);
        world
    }

    /// So many more calls, all up.
    fn calls(&mut self, count: usize) {
        for _ in 0..count {
            self.desk.dial(self.now);
            self.run();
        }
    }

    fn until(&mut self, holds: impl Fn(&Desk) -> bool) {
        let mut steps = 0;
        while !holds(&self.desk) {
            steps += 1;
            assert!(steps < 100_000, "nothing comes of it");
            let next = self.desk.engine.poll_timeout().expect("something is waited for");
            self.now = self.now.after(next.since(self.now.moment).max(Duration::from_millis(1)));
            self.desk.step(Input::Timeout, self.now);
            self.run();
        }
        self.desk.batches.clear();
    }

    /// Does every errand at once.
    fn run(&mut self) {
        while let Some(errand) = self.desk.errands.pop_front() {
            match errand {
                Output::Send(flow, bytes) => {
                    let Ok(message) = Message::parse(&bytes) else { continue };
                    for answer in answers(&message, flow.remote).into_iter().filter(|_| message.status().is_none()) {
                        self.desk.step(Input::Received(flow, &answer), self.now);
                    }
                }
                Output::Flow(FlowOrder::Open { ask, target, .. }) => {
                    let flow = Flow {
                        transport: Transport::Udp,
                        local: local(),
                        remote: target.address,
                        connection: ConnectionId(1),
                    };
                    self.desk.step(Input::Flow(FlowNews::Opened(ask, flow)), self.now);
                }
                Output::Resolve(query, destination) => {
                    let SipHost::Ip(ip) = destination.host else { panic!("every host here is an address") };
                    let address = SocketAddr::new(ip, destination.port.unwrap_or(5060));
                    let target = Target { transport: destination.transport, address };
                    self.desk.step(Input::Resolved(query, Ok(vec![target])), self.now);
                }
                _ => {}
            }
        }
        self.desk.batches.clear();
    }
}

fn local() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 5070))
}

/// In kB.
pub fn resident() -> f64 {
    field("/proc/self/status", "VmRSS:")
}

/// Of another process, in kB.
pub fn resident_of(pid: u32) -> f64 {
    field(&format!("/proc/{pid}/status"), "VmRSS:")
}

/// Of the whole machine, in kB.
fn slabs() -> f64 {
    field("/proc/meminfo", "Slab:")
}

fn field(file: &str, name: &str) -> f64 {
    let text = std::fs::read_to_string(file).expect("Linux");
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
    value.unwrap_or_else(|| panic!("{file} has no {name}"))
}

const FAR: &str = "192.0.2.2:5060";
