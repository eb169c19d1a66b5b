//! The subscriber's usage of a dialog: SUBSCRIBE, its refreshes, NOTIFY, its end (RFC 6665 §4.1).
//!
//! ```text
//!               NOTIFY                                     we leave
//!   NotifyWait ──active, pending──> Standing ─────────────────────> Leaving
//!       │                            │ │  ^                            │
//!       │                            │ └──┘ NOTIFY, refresh            │
//!       │ refused, no answer,        │                                 │ NOTIFY terminated,
//!       │ Timer N, we leave,         │ NOTIFY terminated, 481,         │ refused, no answer,
//!       │ NOTIFY terminated          │ refused for good, run out       │ Timer N
//!       v                            v                                 v
//!      Over <──────────────────────────────────────────────────────────
//! ```
//!
//! A subscription that was forked is one with whoever notifies first; the others are told 481, which ends them (§4.4.1).
//!
//! How to drive it: [`Subscription::begin`]; hand in every response, NOTIFY and timeout that belongs to it; drain
//! [`Subscription::poll_event`] after each.

mod asking;
mod notified;
mod standing;

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use crate::border::Flow;
use crate::id::TransactionId;
use crate::sip::asked::Asked;
use crate::sip::auth::AuthClient;
use crate::sip::dialog::Dialog;
use crate::sip::message::Message;
use crate::sip::session::Context;
use crate::sip::transaction::timer::PATIENCE;
use crate::sip::ua::SendFailure;
use crate::sip::uri::{NameAddr, Uri};
use crate::time::{Moment, Timers};

pub use standing::{Reason, Standing, SubscriptionState};

/// What is subscribed to, by whom.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The event package, as in Event: `dialog`, `message-summary`.
    pub package: &'static str,
    /// The one content type that is understood.
    pub accept: &'static str,
    /// Seconds asked for.
    pub expires: u32,
    pub request_uri: Uri,
    /// From, without a tag.
    pub from: NameAddr,
    pub to: NameAddr,
    /// Our Contact on `flow`.
    pub contact: NameAddr,
    pub flow: Flow,
}

/// What the layer above is told.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// A NOTIFY was taken; `body` is of the accepted type, and absent where the notifier had nothing to say.
    Notified { body: Option<Bytes> },
    /// It has ended, once, with this reason.
    Ended(End),
}

/// Why a subscription ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// A final answer to SUBSCRIBE that leaves nothing standing; `why` is for a person.
    Refused { status: u16, retry_after: Duration, why: String },
    /// The notifier ended it (RFC 6665 §4.1.3).
    Terminated { reason: Option<Reason>, retry_after: Duration },
    /// SUBSCRIBE was accepted, but no NOTIFY came: Timer N (RFC 6665 §4.1.2.4).
    Silent,
    /// The notifier no longer knows it: 481 to a refresh (RFC 6665 §4.1.2.2).
    Lost,
    /// It ran out with no refresh accepted.
    Expired,
    /// No answer to SUBSCRIBE at all.
    Failed(SendFailure),
    /// We left.
    Ours,
}

/// One subscription from its first SUBSCRIBE to its end; another one is another dialog.
#[derive(Debug)]
pub struct Subscription {
    wish: Wish,
    auth: Option<AuthClient>,
    call_id: String,
    local_tag: String,
    /// Number of the last SUBSCRIBE.
    cseq: u32,
    /// The SUBSCRIBE under way.
    asked: Option<(TransactionId, Asked)>,
    state: State,
    timers: Timers<Timer>,
    events: VecDeque<Event>,
}

#[derive(Debug)]
enum State {
    /// SUBSCRIBE is sent, no NOTIFY has come; what a 2xx granted meanwhile, in seconds.
    NotifyWait {
        granted: Option<u32>,
    },
    Standing(Box<Dialog>),
    /// Unsubscribed; the last NOTIFY is to come.
    Leaving(Box<Dialog>),
    Over,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    /// Timer N, 64·T1, RFC 6665 §4.1.2.4.
    NoNotify,
    Refresh,
    /// What was granted is used up.
    Expiry,
}

impl Subscription {
    /// Call-ID and our tag: how a NOTIFY finds this subscription.
    pub fn key(&self) -> (&str, &str) {
        (&self.call_id, &self.local_tag)
    }

    /// The next event for the layer above.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    /// Does what is due.
    pub fn on_timeout<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        while let Some(timer) = self.timers.pop_due(cx.now.moment) {
            match timer {
                Timer::NoNotify => self.on_no_notify(),
                Timer::Refresh => self.refresh(cx),
                Timer::Expiry => self.end(End::Expired),
            }
        }
    }

    fn on_no_notify(&mut self) {
        match self.state {
            State::NotifyWait { .. } => self.end(match self.asked {
                Some(_) => End::Failed(SendFailure::Timeout),
                None => End::Silent,
            }),
            State::Leaving(_) => self.end(End::Ours),
            State::Standing(_) | State::Over => {}
        }
    }

    /// Asks again now; what is wrong is in the answer's NOTIFY, which has the full state (RFC 6665 §4.1.2.2).
    pub fn refresh<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        if self.asked.is_none() && matches!(self.state, State::Standing(_)) {
            self.ask_again(self.wish.expires, cx);
        }
    }

    /// Unsubscribes (RFC 6665 §4.1.2.3). Before the first NOTIFY there is no dialog to do it in: a NOTIFY that comes yet is
    /// nobody's, and its 481 ends the subscription over there.
    pub fn leave<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::NotifyWait { .. } => self.end(End::Ours),
            State::Standing(dialog) => {
                self.timers = Timers::default();
                self.timers.set(Timer::NoNotify, cx.now.moment + PATIENCE);
                self.state = State::Leaving(dialog);
                self.ask_again(0, cx);
            }
            other @ (State::Leaving(_) | State::Over) => self.state = other,
        }
    }

    fn end(&mut self, why: End) {
        self.state = State::Over;
        self.asked = None;
        self.timers = Timers::default();
        self.events.push_back(Event::Ended(why));
    }
}

/// Whether a NOTIFY is for the subscription with this Call-ID and tag of ours.
pub fn key_of(notify: &Message) -> Option<(String, String)> {
    let to = notify.to().ok()?;
    Some((notify.call_id().ok()?.into_owned(), to.tag()?.to_owned()))
}
