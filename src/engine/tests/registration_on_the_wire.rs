//! The same registrations over the real user-agent core, down to bytes: what `Registrations` orders is what arrives.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says no by panicking")]
#![allow(non_snake_case, reason = "behaviour ids are written as the specification writes them")]

mod pbx;

use std::collections::VecDeque;
use std::time::Duration;

use engine::border::{FlowNews, FlowOrder, Output};
use engine::news::Alert;
use engine::registration::{Order, Request};
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};
use engine::sip::ua::{Event, Ua};
use engine::time::Moment;

use pbx::*;

struct Wired {
    world: World,
    ua: Ua<Request>,
    /// Answers on their way back.
    back: VecDeque<(Moment, Message)>,
    registers: Vec<(Moment, Message)>,
}

impl Wired {
    fn new(extensions: u32) -> Wired {
        let mut world = World::new(extensions);
        world.registrations.configure(&world.config, world.now, &mut world.random);
        let mut wired = Wired { world, ua: Ua::new("Ramal".to_owned()), back: VecDeque::new(), registers: Vec::new() };
        wired.settle();
        wired
    }

    fn pass(&mut self, span: Duration) {
        let end = self.world.now.moment + span;
        loop {
            let timers =
                [self.world.registrations.poll_timeout(), self.ua.poll_timeout(), self.back.front().map(|(at, _)| *at)];
            let Some(at) = timers.into_iter().flatten().min().filter(|at| *at <= end) else { break };
            let World { registrations, now, random, .. } = &mut self.world;
            *now = now.after(at.since(now.moment));
            registrations.on_timeout(*now, random);
            self.ua.on_timeout(*now, random);
            while self.back.front().is_some_and(|(due, _)| *due <= at) {
                let (_, answer) = self.back.pop_front().unwrap();
                let flow = self.world.flow();
                self.ua.on_received(flow, answer, self.world.now, &mut self.world.random);
            }
            self.settle();
        }
        self.world.now = self.world.now.after(end.since(self.world.now.moment));
    }

    /// Carries orders, outputs and events until nothing moves.
    fn settle(&mut self) {
        loop {
            let now = self.world.now;
            let registrations = &mut self.world.registrations;
            if let Some(order) = registrations.poll_order() {
                match order {
                    Order::Send { who, outgoing } => {
                        self.ua.send(who, *outgoing, now, &mut self.world.random);
                    }
                    // As the engine does.
                    Order::Alert(Alert::GroupDown { group }) => {
                        self.ua.give_up(|who| registrations.is_register_at(who, &group));
                    }
                    _ => {}
                }
            } else if let Some(event) = self.ua.poll_event() {
                match event {
                    Event::Response { owner, flow, response, .. } => {
                        registrations.on_response(&owner, flow, &response, now, &mut self.world.random);
                    }
                    Event::Failed { owner, why, .. } => {
                        registrations.on_failed(&owner, &why, now, &mut self.world.random)
                    }
                    other => panic!("{other:?}"),
                }
            } else if let Some(output) = self.ua.poll_output() {
                self.carry(output);
            } else {
                return;
            }
        }
    }

    fn carry(&mut self, output: Output) {
        let now = self.world.now;
        match output {
            Output::Flow(FlowOrder::Open { ask, .. }) => {
                let flow = self.world.flow();
                self.ua.on_flow(FlowNews::Opened(ask, flow), now, &mut self.world.random);
            }
            Output::Send(_, bytes) => {
                let request = Message::parse(&bytes).unwrap();
                request.validate().unwrap();
                if request.method() == Some(Method::Register) {
                    self.registers.push((now.moment, request.clone()));
                }
                if self.world.pbx.alive {
                    let answer = self.world.pbx.answer(&request, now.moment);
                    self.back.push_back((now.moment + Duration::from_millis(10), answer));
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn SP_01_ten_register_with_a_contact_that_leads_back() {
    let mut wired = Wired::new(10);
    wired.pass(seconds(3));
    assert_eq!(wired.world.registered(), 10);
    let (_, register) = &wired.registers[0];
    let contact = register.contacts().unwrap().remove(0);
    assert_eq!((contact.uri.port, contact.uri.user), (Some(5070), Some(user_of(register))));
    assert!(register.header(&Name::UserAgent).is_some());
    let own = wired.world.registrations.contact(&name(1000)).unwrap();
    assert_eq!(own.to_string(), "<sip:1000@10.0.0.1:5070>");
}

#[test]
fn SP_03_a_REGISTER_under_way_is_not_sent_again_once_its_registrar_is_down() {
    let mut wired = Wired::new(1);
    wired.pass(seconds(3));
    wired.world.kill_pbx();
    wired.world.registrations.register_now(&name(1000), wired.world.now, &mut wired.world.random);
    wired.settle();
    let up = |wired: &Wired| wired.world.registrations.group_view(&"pbx".into()).unwrap().up;
    wired.registers.clear();
    while up(&wired) {
        wired.pass(Duration::from_millis(100));
    }
    assert!(!wired.registers.is_empty(), "it was under way");
    wired.registers.clear();
    wired.pass(seconds(120));
    assert!(wired.registers.is_empty(), "not even one that was under way");
    wired.world.start_pbx();
    wired.pass(seconds(15));
    assert_eq!(wired.world.registered(), 1);
}

#[test]
fn SP_03_ten_are_back_within_15_s_of_a_restart_with_an_empty_database() {
    let mut wired = Wired::new(10);
    wired.pass(seconds(30));
    wired.world.kill_pbx();
    wired.pass(seconds(60));
    wired.world.start_pbx();
    wired.pass(seconds(15));
    assert_eq!((wired.world.registered(), wired.world.pbx.bindings.len()), (10, 10));
    wired.pass(seconds(60));
    assert!(wired.ua.transactions() <= 1, "nothing lingers but perhaps a probe");
}
