//! SUBSCRIBE: the first, its refreshes and the last one, and what their answers mean in each state.

use std::time::Duration;

use crate::id::TransactionId;
use crate::sip::asked::Asked;
use crate::sip::auth::AuthClient;
use crate::sip::header::Name;
use crate::sip::message::{Message, Method, Start};
use crate::sip::session::Context;
use crate::sip::transaction::timer::PATIENCE;
use crate::sip::ua::{NextHop, Outgoing, SendFailure};
use crate::time::Timers;

use super::{End, State, Subscription, Timer, Wish};

/// What an answer says, as far as states differ.
enum Answer {
    /// Seconds, where it names them.
    Granted(Option<u32>),
    Challenge,
    /// 423 with a Min-Expires that can be met.
    TooBrief(u32),
    /// 481: there is no such subscription.
    Unknown,
    /// RFC 6665 §4.1.2.2: with these a standing subscription is gone.
    Final,
    /// Refused now; what stands goes on standing.
    Passing,
}

impl Answer {
    fn of(response: &Message, asked: u32) -> Answer {
        let floor = response.number(&Name::MinExpires).filter(|floor| *floor > asked && *floor <= LONGEST);
        match (response.status().unwrap_or(0), floor) {
            (200..=299, _) => Answer::Granted(response.number(&Name::Expires)),
            (401 | 407, _) => Answer::Challenge,
            (423, Some(floor)) => Answer::TooBrief(floor),
            (481, _) => Answer::Unknown,
            (404 | 405 | 410 | 416 | 480 | 482..=485 | 489 | 501 | 604, _) => Answer::Final,
            (_, _) => Answer::Passing,
        }
    }
}

impl Subscription {
    /// Sends the first SUBSCRIBE.
    pub fn begin<O: Clone + std::fmt::Debug>(
        wish: Wish,
        auth: Option<AuthClient>,
        cx: &mut Context<'_, O>,
    ) -> Subscription {
        let (call_id, local_tag) = (cx.random.token(128), cx.random.token(64));
        let mut request = Message::request(Method::Subscribe, wish.request_uri.clone());
        let mut from = wish.from.clone();
        from.params.set("tag", Some(&local_tag));
        request.push(Name::From, from.to_string());
        request.push(Name::To, wish.to.to_string());
        request.push(Name::CallId, call_id.clone());
        request.push(Name::CSeq, "1 SUBSCRIBE");
        request.push(Name::Contact, wish.contact.to_string());
        let mut subscription = Subscription {
            auth,
            call_id,
            local_tag,
            cseq: 0,
            asked: None,
            state: State::NotifyWait { granted: None },
            timers: Timers::default(),
            events: Default::default(),
            wish,
        };
        let expires = subscription.wish.expires;
        subscription.timers.set(Timer::NoNotify, cx.now.moment + PATIENCE);
        subscription.ask(request, expires, cx);
        subscription
    }

    /// Inside the dialog.
    pub(super) fn ask_again<O: Clone + std::fmt::Debug>(&mut self, expires: u32, cx: &mut Context<'_, O>) {
        let request = match &mut self.state {
            State::Standing(dialog) | State::Leaving(dialog) => dialog.request(Method::Subscribe),
            State::NotifyWait { .. } | State::Over => return,
        };
        self.ask(request, expires, cx);
    }

    fn ask<O: Clone + std::fmt::Debug>(&mut self, mut request: Message, expires: u32, cx: &mut Context<'_, O>) {
        request.push(Name::Event, self.wish.package);
        request.push(Name::Accept, self.wish.accept);
        request.push(Name::Expires, expires.to_string());
        let asked = Asked::new(request, self.auth.as_mut(), cx.random);
        self.send(asked, cx);
    }

    fn send<O: Clone + std::fmt::Debug>(&mut self, asked: Asked, cx: &mut Context<'_, O>) {
        self.cseq = asked.cseq().0;
        let next = match &mut self.state {
            State::Standing(dialog) | State::Leaving(dialog) => {
                dialog.local_cseq = self.cseq;
                NextHop::towards(dialog.next_hop(), self.wish.flow)
            }
            State::NotifyWait { .. } | State::Over => NextHop::Flow(self.wish.flow),
        };
        let outgoing = Outgoing { request: asked.request.clone(), next, local: None, contact_user: None };
        let id = cx.ua.send(cx.owner.clone(), outgoing, cx.now, cx.random);
        self.asked = Some((id, asked));
    }

    /// The answer to a SUBSCRIBE of this subscription.
    pub fn on_response<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        if response.status().is_none_or(|status| status < 200) {
            return;
        }
        let Some((_, asked)) = self.asked.take_if(|(own, _)| *own == id) else { return };
        match (&self.state, Answer::of(response, self.wish.expires)) {
            (State::Over, _) => {}
            (_, Answer::Challenge) => self.on_challenge(asked, response, cx),
            // It begins to stand with the NOTIFY (RFC 6665 §4.1.2.4).
            (State::NotifyWait { .. }, Answer::Granted(granted)) => self.state = State::NotifyWait { granted },
            (State::NotifyWait { .. } | State::Standing(_), Answer::TooBrief(floor)) => {
                self.on_too_brief(floor, asked, cx);
            }
            (State::NotifyWait { .. }, Answer::Unknown | Answer::Final | Answer::Passing) => {
                self.end(refused(response));
            }
            (State::Standing(_), Answer::Granted(granted)) => {
                self.timers.cancel(&Timer::Refresh);
                self.stand_for(granted.unwrap_or(self.wish.expires), cx);
            }
            (State::Standing(_), Answer::Unknown) => self.end(End::Lost),
            (State::Standing(_), Answer::Final) => self.end(refused(response)),
            (State::Standing(_), Answer::Passing) => self.try_later(cx),
            // The NOTIFY that ends it is on its way (RFC 6665 §4.1.2.3).
            (State::Leaving(_), Answer::Granted(_)) => {}
            (State::Leaving(_), Answer::TooBrief(_) | Answer::Unknown | Answer::Final | Answer::Passing) => {
                self.end(End::Ours);
            }
        }
    }

    /// No answer came to a SUBSCRIBE.
    pub fn on_failed<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        why: SendFailure,
        cx: &mut Context<'_, O>,
    ) {
        if self.asked.take_if(|(own, _)| *own == id).is_none() {
            return;
        }
        match self.state {
            State::NotifyWait { .. } => self.end(End::Failed(why)),
            State::Standing(_) => self.try_later(cx),
            State::Leaving(_) => self.end(End::Ours),
            State::Over => {}
        }
    }

    fn on_challenge<O: Clone + std::fmt::Debug>(&mut self, asked: Asked, response: &Message, cx: &mut Context<'_, O>) {
        match (asked.answering(response, self.auth.as_mut(), cx.random), &self.state) {
            (Ok(asked), _) => self.send(asked, cx),
            (Err(_), State::Leaving(_)) => self.end(End::Ours),
            (Err(why), _) => {
                let why = format!("{}: {why}", said(response));
                self.end(End::Refused { status: response.status().unwrap_or(0), retry_after: Duration::ZERO, why });
            }
        }
    }

    /// RFC 6665 §4.1.2.1: again with the notifier's floor; a floor that climbs is met by climbing, up to a day.
    fn on_too_brief<O: Clone + std::fmt::Debug>(&mut self, floor: u32, asked: Asked, cx: &mut Context<'_, O>) {
        self.wish.expires = floor;
        match &self.state {
            State::Standing(_) => self.ask_again(floor, cx),
            State::NotifyWait { .. } | State::Leaving(_) | State::Over => {
                let mut request = asked.request;
                request.set(Name::CSeq, format!("{} SUBSCRIBE", self.cseq + 1));
                for field in [Name::Event, Name::Accept, Name::Expires, Name::Authorization, Name::ProxyAuthorization] {
                    request.remove(&field);
                }
                self.ask(request, floor, cx);
            }
        }
    }

    /// It stands for so long; the refresh goes out somewhere in 50–90 % of it, so that hundreds do not go together. A refresh
    /// that is planned already, and in time, stays planned.
    pub(super) fn stand_for<O: Clone + std::fmt::Debug>(&mut self, seconds: u32, cx: &mut Context<'_, O>) {
        let span = Duration::from_secs(seconds.clamp(1, LONGEST).into());
        let until = cx.now.moment + span;
        self.timers.set(Timer::Expiry, until);
        if self.timers.get(&Timer::Refresh).is_none_or(|at| at >= until) {
            self.timers.set(Timer::Refresh, cx.now.moment + span * (500 + cx.random.below(401)) / 1000);
        }
    }

    /// The refresh came to nothing, but what was granted still stands: once more halfway to its end.
    fn try_later<O: Clone + std::fmt::Debug>(&mut self, cx: &Context<'_, O>) {
        let left = self.timers.get(&Timer::Expiry).map_or(Duration::ZERO, |until| until.since(cx.now.moment));
        if left > LAST_TRY {
            self.timers.set(Timer::Refresh, cx.now.moment + left / 2);
        }
    }
}

fn refused(response: &Message) -> End {
    End::Refused {
        status: response.status().unwrap_or(0),
        retry_after: Duration::from_secs(response.number(&Name::RetryAfter).unwrap_or(0).min(HOUR).into()),
        why: said(response),
    }
}

/// Status and reason phrase, short and without control characters.
pub(super) fn said(response: &Message) -> String {
    match &response.start {
        Start::Response { status, reason } => {
            let reason: String = reason.chars().filter(|c| !c.is_control()).take(64).collect();
            format!("{status} {reason}").trim_end().to_owned()
        }
        Start::Request { .. } => String::new(),
    }
}

/// A day, in seconds: a notifier that forgets is noticed sooner.
const LONGEST: u32 = 86_400;
/// The longest Retry-After that is kept, in seconds.
pub(super) const HOUR: u32 = 3_600;
/// With less than this left no further refresh is tried: its answer would come too late.
const LAST_TRY: Duration = Duration::from_secs(2);
