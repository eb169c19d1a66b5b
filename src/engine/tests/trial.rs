//! Stories of *Testar conexão*, told to the whole engine in virtual time (VZ-12).
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a story that cannot go on has failed")]
#![allow(non_snake_case, reason = "behaviour ids are written as the specification writes them")]

#[path = "shell/mod.rs"]
mod shell;

use std::time::Duration;

use chrono::DateTime;
use engine::border::*;
use engine::config::{Credentials, Destination, Secret};
use engine::id::CommandId;
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};
use engine::sip::uri::{Host, Transport};
use engine::time::{Moment, Now};
use engine::trial::{Finding, Step, StepName, Wish};

use shell::pbx::{self, Pbx, SECRET, config, extension};
use shell::{PBX, Shell, Store};

/// An engine, a registrar, and what it was sent.
struct World {
    shell: Shell,
    pbx: Pbx,
    now: Now,
    heard: Vec<Message>,
    /// Says nothing at all.
    mute: bool,
}

impl World {
    /// Extension 20 is ours already where `own`.
    fn new(own: bool) -> World {
        let now = Now { moment: Moment(5_000_000_000), civil: DateTime::from_timestamp(1_773_300_000, 0).unwrap() };
        let shell = Shell::new(1, "10.0.0.1:5070", Store::default());
        let pbx = pbx::World::new(1).pbx;
        let mut world = World { shell, pbx, now, heard: Vec::new(), mute: false };
        world.shell.start(config(own.then(|| extension(20)).into_iter()), 8, now);
        world.pass(Duration::from_secs(5));
        world.heard.clear();
        world
    }

    fn pass(&mut self, span: Duration) {
        let end = self.now.moment + span;
        self.carry();
        while let Some(at) = self.shell.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.after(at.since(self.now.moment));
            self.shell.on_time(self.now);
            self.carry();
        }
        self.now = self.now.after(end.since(self.now.moment));
    }

    fn carry(&mut self) {
        while let Some((flow, bytes)) = self.shell.sent.pop_front() {
            let request = Message::parse(&bytes).unwrap();
            request.validate().unwrap();
            self.heard.push(request.clone());
            if !self.mute && request.status().is_none() {
                let answer = self.pbx.answer(&request, self.now.moment);
                self.shell.handle(Input::Received(flow, &answer.to_bytes()), self.now);
            }
        }
    }

    fn test(&mut self, password: &str) -> Vec<Step> {
        let server: std::net::SocketAddr = PBX.parse().unwrap();
        let secret = Secret(password.into());
        let wish = Wish {
            user: "20".to_owned(),
            domain: Host::Ip(server.ip()),
            server: Destination { host: Host::Ip(server.ip()), port: None, transport: Transport::Udp },
            credentials: Some(Credentials { user: "20".to_owned(), secret, realm: None }),
        };
        let what = What::Account(AccountCommand::Test(Box::new(wish)));
        let command = Command { id: CommandId(0), actor: Actor::Local, key: None, what };
        self.shell.handle(Input::Command(command), self.now);
        self.pass(Duration::from_secs(8));
        match self.shell.replies.remove(&CommandId(0)) {
            Some(Ok(Reply::Tested(steps))) => steps,
            other => panic!("not tested: {other:?}"),
        }
    }

    fn requests(&self, method: Method) -> Vec<&Message> {
        self.heard.iter().filter(|one| one.method() == Some(method.clone()) && one.status().is_none()).collect()
    }
}

fn found(steps: &[Step]) -> Vec<(StepName, Finding)> {
    steps.iter().map(|step| (step.step, step.found)).collect()
}

const REACHED: [(StepName, Finding); 2] = [(StepName::Connect, Finding::Ok), (StepName::Options, Finding::Ok)];

#[test]
fn VZ_12_the_right_password_registers_and_takes_its_own_contact_back() {
    let mut world = World::new(false);
    let steps = world.test(SECRET);
    assert_eq!(found(&steps), [&REACHED[..], &[(StepName::Register, Finding::Ok)]].concat());
    assert!(steps[1].said.starts_with("401"), "any final answer is life: {steps:?}");
    let registers = world.requests(Method::Register);
    let of = |name: Name| registers.iter().map(|one| one.header(&name).unwrap().into_owned()).collect::<Vec<_>>();
    assert_eq!(of(Name::Expires), ["60", "60", "0"], "challenged, registered, taken back");
    assert!(of(Name::Contact).windows(2).all(|pair| pair[0] == pair[1]), "one Contact of its own");
    assert!(!of(Name::Contact)[0].contains("sip:20@"), "and nobody else's");
    assert!(of(Name::CallId).windows(2).all(|pair| pair[0] == pair[1]));
    assert!(world.pbx.bindings.is_empty(), "nothing is left");
    assert_eq!(world.shell.news.iter().filter(|(_, news)| matches!(news, engine::news::News::Account(_))).count(), 0);
}

#[test]
fn VZ_12_a_wrong_password_is_told_after_one_answer_and_locks_nobody_out() {
    let mut world = World::new(false);
    let steps = world.test("errada");
    assert_eq!(found(&steps), [&REACHED[..], &[(StepName::Register, Finding::NotAccepted)]].concat());
    assert_eq!(world.requests(Method::Register).len(), 2);
}

#[test]
fn VZ_12_each_refusal_has_its_word() {
    for (status, finding) in [
        (403, Finding::Forbidden),
        (404, Finding::UnknownExtension),
        (423, Finding::TooBrief),
        (503, Finding::Busy),
        (600, Finding::Refused),
    ] {
        let mut world = World::new(false);
        world.pbx.script = Some(Box::new(move |request| Some(Message::response(request, status))));
        assert_eq!(found(&world.test(SECRET))[2], (StepName::Register, finding), "{status}");
    }
}

#[test]
fn VZ_12_silence_is_told_within_seconds() {
    let mut world = World::new(false);
    world.mute = true;
    let begun = world.now.moment;
    assert_eq!(found(&world.test(SECRET)), [(StepName::Options, Finding::NoAnswer)]);
    assert!(world.now.moment.since(begun) < Duration::from_secs(10));
}

#[test]
fn VZ_12_an_extension_that_is_registered_stays_so_and_is_asked_about_without_a_contact() {
    let mut world = World::new(true);
    let before = world.pbx.bindings.clone();
    assert_eq!(before.len(), 1);
    assert_eq!(found(&world.test(SECRET))[2], (StepName::Register, Finding::Ok));
    assert!(world.requests(Method::Register).iter().all(|one| one.header(&Name::Contact).is_none()));
    assert_eq!(found(&world.test("errada"))[2], (StepName::Register, Finding::NotAccepted));
    let view = world.shell.engine.snapshot().accounts.remove(0).registration;
    assert_eq!(view.state, engine::news::RegistrationState::Registered);
}
