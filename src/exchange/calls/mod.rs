//! Calls through the exchange: sessions carried to their ends, customers acted, extensions joined.
//!
//! A customer is one leg, two extensions are two legs whose streams feed each other (RFC 7092: a back-to-back
//! user agent that anchors media). Each leg is dropped when its session has nothing left to do.

mod begin;
mod follow;
mod leg;
mod ports;

use std::collections::{BTreeMap, VecDeque};

use engine::border::Flow;
use engine::id::{LegId, TransactionId};
use engine::leg::{LegState, MediaEvent, MediaNews, PortBlock};
use engine::random::Random;
use engine::sip::header::Name;
use engine::sip::message::Message;
use engine::sip::session::{self, Session};
use engine::sip::ua::{SendFailure, Ua};
use engine::time::{Moment, Now, Timers};

use super::Settings;
use super::log::Log;
use super::registrar::Registrar;
use leg::{Leg, Part};
use ports::Ports;

/// What the room borrows while it works.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub ua: &'a mut Ua<LegId>,
    pub registrar: &'a Registrar,
    pub settings: &'a Settings,
    pub log: &'a mut Log,
    pub now: Now,
    pub random: &'a mut Random,
}

/// All calls.
#[derive(Debug, Default)]
pub(super) struct Calls {
    legs: BTreeMap<LegId, Leg>,
    /// By Call-ID and our tag.
    by_dialog: BTreeMap<(String, String), LegId>,
    ports: Ports,
    timers: Timers<Timer>,
    media: VecDeque<LegState>,
    last: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    /// The session's earliest.
    Session(LegId),
    /// The customer does its next thing: picks up, gives up, hangs up.
    Customer(LegId),
}

impl Calls {
    pub fn lend(&mut self, block: &PortBlock) {
        self.ports.add(block);
    }

    pub fn poll_media(&mut self) -> Option<LegState> {
        self.media.pop_front()
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    pub fn is_idle(&self) -> bool {
        self.legs.is_empty()
    }

    pub fn on_response(
        &mut self,
        leg: LegId,
        (id, flow): (TransactionId, Flow),
        response: &Message,
        cx: &mut Context<'_>,
    ) {
        self.with_session(leg, cx, |session, cx| session.on_response(id, flow, response, cx));
    }

    pub fn on_failed(&mut self, leg: LegId, id: TransactionId, why: SendFailure, cx: &mut Context<'_>) {
        self.with_session(leg, cx, |session, cx| session.on_failed(id, why, cx));
    }

    /// A request inside a dialog; one of nobody's gets 481.
    pub fn on_request(&mut self, id: TransactionId, request: &Message, cx: &mut Context<'_>) {
        match self.leg_of(request) {
            Some(leg) => self.with_session(leg, cx, |session, cx| session.on_request(id, request, cx)),
            None => cx.ua.respond(id, Message::response(request, 481), cx.now),
        }
    }

    pub fn on_ack(&mut self, ack: &Message, cx: &mut Context<'_>) {
        if let Some(leg) = self.leg_of(ack) {
            self.with_session(leg, cx, |session, cx| session.on_ack(ack, cx));
        }
    }

    pub fn on_cancel(&mut self, id: TransactionId, cancel: &Message, cx: &mut Context<'_>) {
        let leg = self.legs.iter().find(|(_, leg)| leg.session.is_invited_by(id)).map(|(id, _)| *id);
        if let Some(leg) = leg {
            self.with_session(leg, cx, |session, cx| session.on_cancel(cancel, cx));
        }
    }

    pub fn on_media(&mut self, news: &MediaNews, cx: &mut Context<'_>) {
        let Some(leg) = self.legs.get_mut(&news.leg) else { return };
        match &news.event {
            MediaEvent::Digit { digit, .. } => leg.hear(*digit, cx.log),
            MediaEvent::DigitSent { number } => leg.digits.retain(|digit| digit.number > *number),
            MediaEvent::SoundEnded if leg.is_current(news.generation) => {
                if let Part::Talking { turn, .. } = &mut leg.part {
                    *turn += 1;
                }
            }
            MediaEvent::Failed { .. } => self.end(news.leg, 500, cx),
            MediaEvent::SoundEnded
            | MediaEvent::Receiving
            | MediaEvent::Silent { .. }
            | MediaEvent::OneWay { .. }
            | MediaEvent::Heard(_)
            | MediaEvent::Quality(_) => {}
        }
        self.touch(news.leg);
    }

    pub fn on_timeout(&mut self, cx: &mut Context<'_>) {
        for _ in 0..MOST_TIMERS {
            match self.timers.pop_due(cx.now.moment) {
                Some(Timer::Session(leg)) => self.with_session(leg, cx, Session::on_timeout),
                Some(Timer::Customer(leg)) => self.on_customer(leg, cx),
                None => return,
            }
        }
    }

    /// Ends all media at once, as a crash would, without a word to anyone.
    pub fn crash(&mut self) {
        for (id, mut leg) in std::mem::take(&mut self.legs) {
            if !matches!(leg.part, Part::Over) {
                leg.part = Part::Over;
                self.media.extend(leg.change(id));
                self.ports.give_back(leg.port);
            }
        }
        self.by_dialog.clear();
        self.timers = Timers::default();
    }

    /// Lets a session act, then follows what came of it.
    fn with_session(
        &mut self,
        id: LegId,
        cx: &mut Context<'_>,
        act: impl FnOnce(&mut Session, &mut session::Context<'_, LegId>),
    ) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        act(&mut leg.session, &mut cx.session(id));
        while let Some(event) = self.legs.get_mut(&id).and_then(|leg| leg.session.poll_event()) {
            self.follow(id, event, cx);
        }
        self.touch(id);
    }

    /// Says what changed for media, sets the session's timer, drops what is over.
    fn touch(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        self.media.extend(leg.change(id));
        match leg.session.poll_timeout() {
            Some(at) => self.timers.set(Timer::Session(id), at),
            None => self.timers.cancel(&Timer::Session(id)),
        }
        if leg.session.is_over() && matches!(leg.part, Part::Over) {
            let (call_id, tag) = leg.session.key();
            self.by_dialog.remove(&(call_id.to_owned(), tag.to_owned()));
            self.timers.cancel(&Timer::Session(id));
            self.legs.remove(&id);
        }
    }

    fn leg_of(&self, request: &Message) -> Option<LegId> {
        let key = (request.call_id().ok()?.into_owned(), request.to().ok()?.tag()?.to_owned());
        self.by_dialog.get(&key).copied()
    }
}

impl Context<'_> {
    /// An answer outside a dialog; it carries a tag all the same (RFC 3261 §8.2.6.2).
    pub(super) fn answer(&mut self, id: TransactionId, mut response: Message) {
        if let Ok(mut to) = response.to()
            && to.tag().is_none()
        {
            to.params.set("tag", Some(&self.random.token(64)));
            response.set(Name::To, to.to_string());
        }
        self.ua.respond(id, response, self.now);
    }

    pub(super) fn session(&mut self, owner: LegId) -> session::Context<'_, LegId> {
        session::Context { ua: self.ua, owner, now: self.now, random: self.random }
    }
}

/// Handled in one go; the others stay due.
const MOST_TIMERS: usize = 64;
