//! Our engine, a PBX that registers whoever asks, and virtual time between them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use engine::border::*;
use engine::call::Command as Wish;
use engine::config::*;
use engine::id::CallId;
use engine::leg::{Feed, LegMedia, MediaEvent, MediaNews, RtpMedia, Tone};
use engine::news::{CallState, CallView, HangupCause, News};
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};
use engine::time::{Moment, Now};

use crate::far::{Far, WithSdp, invite, sdp};
use crate::shell::pbx::{config, extension};
use crate::shell::{Ladder, PBX, Shell, Store};

/// The story's world.
pub struct World {
    pub shell: Shell,
    pub now: Now,
    pub config: Config,
    /// What the far side got, but for what the registrar answers.
    pub inbox: VecDeque<Message>,
    pub ladder: Ladder,
    ports: u16,
    /// The PBX answers no probe.
    pub away: bool,
}

impl World {
    /// Extension 20 is registered.
    pub fn new() -> World {
        World::with(|_| {})
    }

    /// Extension 20 as changed by the story, registered.
    pub fn with(change: impl FnOnce(&mut Account)) -> World {
        let mut account = extension(20);
        change(&mut account);
        World::of(config([account].into_iter()))
    }

    /// All of these are registered.
    pub fn of(config: Config) -> World {
        let mut world = World::begin(config, Store::default(), 24, start());
        world.pass(seconds(3));
        world
    }

    /// From the first moment on, with what a store remembers.
    pub fn begin(mut config: Config, store: Store, ports: u16, now: Now) -> World {
        config.gate.extension_digits = 2..=4;
        config.gate.local_ddd = Some("11".to_owned());
        let shell = Shell::new(now.moment.0, "10.0.0.1:5070", store);
        let mut world =
            World { shell, now, config, inbox: VecDeque::new(), ladder: Ladder::default(), ports, away: false };
        world.shell.start(world.config.clone(), ports, now);
        world.collect();
        world
    }

    /// The daemon dies at once and starts anew from what it stored.
    pub fn crash(self) -> World {
        World::begin(self.config.clone(), self.shell.store.clone(), self.ports, self.now.after(seconds(1)))
    }

    /// Bytes from the PBX.
    pub fn deliver(&mut self, message: &Message) {
        self.ladder.arrow(self.now.moment, false, message);
        let flow = self.shell.flow_to(PBX.parse().unwrap());
        self.shell.handle(Input::Received(flow, &message.to_bytes()), self.now);
        self.collect();
    }

    /// Lets `span` pass.
    pub fn pass(&mut self, span: Duration) {
        let end = self.now.moment + span;
        while let Some(at) = self.shell.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.after(at.since(self.now.moment));
            self.shell.on_time(self.now);
            self.collect();
        }
        self.now = self.now.after(end.since(self.now.moment));
    }

    pub fn collect(&mut self) {
        while let Some((flow, bytes)) = self.shell.sent.pop_front() {
            assert_eq!(flow.remote.to_string(), PBX, "nothing is sent to strangers");
            let message = Message::parse(&bytes).unwrap_or_else(|why| panic!("we sent no SIP: {why}"));
            message
                .validate()
                .unwrap_or_else(|why| panic!("we sent wrong SIP: {why}\n{}", String::from_utf8_lossy(&bytes)));
            match (message.status(), message.method()) {
                (None, Some(Method::Register)) => {
                    let contact = message.header(&Name::Contact).unwrap().into_owned();
                    let mut ok = Message::response(&message, 200);
                    ok.push(Name::Contact, format!("{contact};expires=300"));
                    self.answer_quietly(&ok);
                }
                (None, Some(Method::Options)) if self.away => {}
                (None, Some(Method::Options)) => self.answer_quietly(&Message::response(&message, 200)),
                _ => {
                    self.ladder.arrow(self.now.moment, true, &message);
                    self.inbox.push_back(message);
                }
            }
        }
    }

    fn answer_quietly(&mut self, response: &Message) {
        let flow = self.shell.flow_to(PBX.parse().unwrap());
        self.shell.handle(Input::Received(flow, &response.to_bytes()), self.now);
    }

    /// The next request of this method that the far side got, and not before.
    #[track_caller]
    pub fn get(&mut self, method: Method) -> Message {
        let at = self
            .inbox
            .iter()
            .position(|message| message.status().is_none() && message.method() == Some(method.clone()));
        match at.and_then(|at| self.inbox.remove(at)) {
            Some(message) => message,
            None => panic!("the far side got no {method}"),
        }
    }

    /// The next answer with this status.
    #[track_caller]
    pub fn got(&mut self, status: u16) -> Message {
        let at = self.inbox.iter().position(|message| message.status() == Some(status));
        match at.and_then(|at| self.inbox.remove(at)) {
            Some(message) => message,
            None => panic!("the far side got no {status}"),
        }
    }

    /// The far side got nothing that the story has not looked at.
    #[track_caller]
    pub fn quiet(&self) {
        assert!(self.inbox.is_empty(), "the far side got more");
    }

    pub fn wish(&mut self, wish: Wish) -> Result<Reply, Refusal> {
        self.command(What::Call(wish))
    }

    pub fn command(&mut self, what: What) -> Result<Reply, Refusal> {
        let reply = self.shell.command(what, None, self.now);
        self.collect();
        reply
    }

    pub fn try_dial(&mut self, number: &str) -> Result<Reply, Refusal> {
        self.wish(Wish::Dial { route: Some("20".into()), number: number.to_owned(), caller_id: None })
    }

    /// Dials: the call, and its INVITE at the far side.
    #[track_caller]
    pub fn dial(&mut self, number: &str) -> (CallId, Message) {
        match self.try_dial(number) {
            Ok(Reply::Dialled { call, .. }) => (call, self.get(Method::Invite)),
            other => panic!("not dialled: {other:?}"),
        }
    }

    /// A call to 3000 that was answered and acknowledged.
    #[track_caller]
    pub fn up(&mut self) -> (CallId, Far) {
        let (call, invite) = self.dial("3000");
        let far = Far::called(&invite, "b1");
        self.deliver(&far.answer(200).with_sdp("sendrecv"));
        self.get(Method::Ack);
        assert_eq!(self.call(call).state, CallState::Answered);
        (call, far)
    }

    /// A call from outside that rings.
    #[track_caller]
    pub fn rung(&mut self, call_id: &str) -> (CallId, Message) {
        self.rung_by(&invite(call_id, Some(&sdp("sendrecv"))))
    }

    #[track_caller]
    pub fn rung_by(&mut self, invite: &Message) -> (CallId, Message) {
        self.deliver(invite);
        let ringing = self.got(180);
        let call = self.calls().last().expect("it rings").call;
        (call, ringing)
    }

    /// A call from outside that was answered and acknowledged.
    #[track_caller]
    pub fn taken(&mut self, call_id: &str) -> (CallId, Far) {
        let invite = invite(call_id, Some(&sdp("sendrecv")));
        let (call, _) = self.rung_by(&invite);
        self.wish(Wish::Answer { call }).unwrap();
        let ok = self.got(200);
        let far = Far::calling(&invite, &ok);
        self.deliver(&far.ack(&ok));
        (call, far)
    }

    pub fn calls(&self) -> Vec<CallView> {
        self.shell.engine.snapshot().calls
    }

    #[track_caller]
    pub fn call(&self, call: CallId) -> CallView {
        self.calls().into_iter().find(|view| view.call == call).expect("the call lives")
    }

    /// How it ended.
    #[track_caller]
    pub fn cause(&self, call: CallId) -> HangupCause {
        let ended = |(_, news): &(_, News)| match news {
            News::CallEnded(view) if view.call == call => view.cause.clone(),
            _ => None,
        };
        let told = self.shell.news.iter().find_map(ended).expect("the call has ended");
        assert_eq!(self.shell.store.ended.get(&call).unwrap_or(&told), &told, "told and stored alike");
        told
    }

    /// The network leg's media as last said; `None` when it has ended.
    pub fn rtp(&self, call: CallId) -> Option<RtpMedia> {
        let leg = self.leg(call, 0);
        match &self.shell.media.get(&leg)?.media {
            Some(LegMedia::Rtp(media)) => Some(media.clone()),
            Some(LegMedia::Device(_)) | None => None,
        }
    }

    /// What the person hears; `None` when the device is off.
    pub fn heard(&self, call: CallId) -> Option<Feed> {
        match &self.shell.media.get(&self.leg(call, 1))?.media {
            Some(LegMedia::Device(media)) => Some(media.feed.clone()),
            Some(LegMedia::Rtp(_)) | None => None,
        }
    }

    /// The device that was last said for the call's person.
    pub fn device_of(&self, call: CallId) -> Option<String> {
        match &self.shell.media.get(&self.leg(call, 1))?.media {
            Some(LegMedia::Device(media)) => Some(media.device.to_string()),
            Some(LegMedia::Rtp(_)) | None => None,
        }
    }

    /// How the device rings.
    pub fn rings(&self, call: CallId) -> Option<Tone> {
        match &self.shell.media.get(&self.leg(call, 1))?.media {
            Some(LegMedia::Device(media)) => media.ring,
            Some(LegMedia::Rtp(_)) | None => None,
        }
    }

    fn leg(&self, call: CallId, index: usize) -> engine::id::LegId {
        let view = |(_, news): &(_, News)| match news {
            News::Call(view) if view.call == call => view.legs.get(index).map(|leg| leg.leg),
            _ => None,
        };
        self.shell.news.iter().find_map(view).expect("the call was told")
    }

    /// Media says something about the network leg under its present generation.
    pub fn media(&mut self, call: CallId, event: MediaEvent) {
        self.leg_media(self.leg(call, 0), event);
    }

    /// And about the device leg.
    pub fn device_media(&mut self, call: CallId, event: MediaEvent) {
        self.leg_media(self.leg(call, 1), event);
    }

    fn leg_media(&mut self, leg: engine::id::LegId, event: MediaEvent) {
        let generation = self.shell.media[&leg].generation;
        self.shell.handle(Input::Media(MediaNews { leg, generation, event }), self.now);
        self.collect();
    }

    /// Time passes; then nothing is left: no transaction, no call, no port, no dialog in the store.
    #[track_caller]
    pub fn over(&mut self) {
        self.pass(seconds(200));
        // The probe of the registrar is a transaction too, for some seconds of every fifteen.
        for _ in 0..20 {
            if !self.shell.engine.is_idle() {
                self.pass(seconds(1));
            }
        }
        assert!(self.shell.engine.is_idle(), "something is left");
        assert_eq!(self.shell.live_legs(), [], "media goes on");
        assert_eq!(self.calls(), []);
        if !self.shell.store_fails {
            assert!(self.shell.store.dialogs.is_empty(), "a dialog is stored as open");
            assert!(self.shell.store.opened.iter().all(|call| self.shell.store.ended.contains_key(call)));
        }
    }
}

impl Drop for World {
    #[expect(clippy::disallowed_macros, reason = "a story that failed is drawn")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.ladder.draw());
        }
    }
}

pub fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// Changes the profile of an account.
pub fn profile(account: &mut Account) -> &mut Profile {
    Arc::make_mut(&mut account.profile)
}

fn start() -> Now {
    Now { moment: Moment(1_000_000_000), civil: DateTime::from_timestamp(1_780_000_000, 0).unwrap() }
}
