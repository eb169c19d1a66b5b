//! The peer's REFER (RFC 3515): it asks us to call somebody, and hears from us how that goes.
//!
//! ```text
//!   (none) ──REFER──> Asked ──accept_refer──> Telling ──final status told, expired, NOTIFY refused──> (none)
//!                       └──refuse_refer──> (none)
//! ```
//!
//! Its subscription outlives a BYE: the dialog then stays for it alone (RFC 5057 §4.1).

use std::time::Duration;

use crate::border::Flow;
use crate::id::TransactionId;
use crate::sip::dialog::Dialog;
use crate::sip::header::{Name, ReferTo};
use crate::sip::message::{Message, Method};
use crate::sip::sipfrag;
use crate::sip::uri::NameAddr;
use crate::time::Moment;

use super::fields::unsupported;
use super::refer::{LONGEST, refuses_subscription};
use super::{Context, Event, Purpose, Session, State, Timer};

/// What the peer asks for.
#[derive(Clone, PartialEq, Debug)]
pub struct Referral {
    pub target: ReferTo,
    /// Who asks, to be handed on to the target (RFC 3892).
    pub by: Option<NameAddr>,
}

/// The peer's REFER, until our last NOTIFY about it.
#[derive(Debug)]
pub(super) enum Referred {
    /// Waits for the layer above.
    Asked {
        transaction: TransactionId,
        request: Message,
    },
    Telling(Box<Telling>),
}

/// A subscription of the peer's.
#[derive(Debug)]
pub(super) struct Telling {
    /// Named in every NOTIFY but those of the dialog's first REFER (RFC 3515 §2.4.6).
    id: Option<u32>,
    until: Moment,
    /// How it goes.
    status: u16,
    /// What was last told of it.
    told: Option<u16>,
    /// The dialog, once no INVITE usage owns it.
    alone: Option<(Dialog, Flow)>,
}

impl Session {
    /// REFER inside the dialog; one at a time. The layer above is asked, and answers at once.
    pub(super) fn on_refer<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        request: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let unknown = unsupported(request);
        if !unknown.is_empty() {
            let mut response = Message::response(request, 420);
            response.push(Name::Unsupported, unknown.join(", "));
            return cx.ua.respond(id, response, cx.now);
        }
        // Both ask, or the last one is not through: who asked later may try again.
        if self.refer.is_some() || self.referred.is_some() {
            return cx.ua.respond(id, Message::response(request, 491), cx.now);
        }
        let targets = request.values(&Name::ReferTo);
        let [target] = targets.as_slice() else {
            return cx.ua.respond(id, Message::response(request, 400), cx.now);
        };
        let Ok(target) = target.parse() else {
            return cx.ua.respond(id, Message::response(request, 400), cx.now);
        };
        let by = request.header(&Name::ReferredBy).and_then(|by| by.parse().ok());
        self.referred = Some(Referred::Asked { transaction: id, request: request.clone() });
        self.events.push_back(Event::Referred(Box::new(Referral { target, by })));
    }

    /// We do what the REFER asks for; [`Session::tell_referrer`] follows.
    pub fn accept_refer<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        let Some(Referred::Asked { transaction, request }) = self.take_asked() else { return };
        let mut response = Message::response(&request, 202);
        response.push(Name::Contact, self.settings.contact.to_string());
        let silent = refuses_subscription(&request);
        if silent {
            response.push(Name::from("Refer-Sub"), "false");
        }
        cx.ua.respond(transaction, response, cx.now);
        let number = request.cseq().ok().map(|(number, _)| number);
        let id = number.filter(|_| std::mem::replace(&mut self.referred_before, true));
        if !silent {
            let until = cx.now.moment + LONGEST;
            self.timers.set(Timer::Subscription, until);
            let telling = Telling { id, until, status: 100, told: None, alone: None };
            self.referred = Some(Referred::Telling(Box::new(telling)));
            self.tell(cx);
        }
    }

    /// We do not; `why` is for a person at the other end.
    pub fn refuse_refer<O: Clone + std::fmt::Debug>(&mut self, status: u16, why: &str, cx: &mut Context<'_, O>) {
        let Some(Referred::Asked { transaction, request }) = self.take_asked() else { return };
        let mut response = Message::response(&request, status);
        let why = why.replace(['"', '\\', '\r', '\n'], "'");
        response.push(Name::Warning, format!("399 ramal \"{why}\""));
        cx.ua.respond(transaction, response, cx.now);
    }

    fn take_asked(&mut self) -> Option<Referred> {
        self.referred.take_if(|referred| matches!(referred, Referred::Asked { .. }))
    }

    /// How the call goes that the peer asked for: its latest status. The first final one is the last that is told.
    pub fn tell_referrer<O: Clone + std::fmt::Debug>(&mut self, status: u16, cx: &mut Context<'_, O>) {
        match &mut self.referred {
            Some(Referred::Telling(telling)) if telling.status < 200 => {
                telling.status = status;
                self.tell(cx);
            }
            None if status >= 200 => self.events.push_back(Event::ReferrerTold),
            Some(Referred::Telling(_) | Referred::Asked { .. }) | None => {}
        }
    }

    /// Sends what has not been told yet, one NOTIFY after the other so that they arrive in order.
    fn tell<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        if self.pending.values().any(|pending| pending.purpose == Purpose::Notify) {
            return;
        }
        let Some(Referred::Telling(telling)) = &mut self.referred else { return };
        if telling.told == Some(telling.status) {
            return;
        }
        let left = telling.until.since(cx.now.moment).as_secs();
        let state = match telling.status {
            200.. => "terminated;reason=noresource".to_owned(),
            _ if left == 0 => "terminated;reason=timeout".to_owned(),
            _ => format!("active;expires={left}"),
        };
        let (dialog, flow) = match (&mut self.state, &mut telling.alone) {
            (State::Up(up), _) => (&mut up.dialog, up.flow),
            (State::Ending(ending), _) => (&mut ending.dialog, ending.flow),
            (State::Over, Some((dialog, flow))) => (dialog, *flow),
            (State::Over, None) | (State::Calling(_) | State::Ringing(_), _) => return,
        };
        let mut notify = dialog.request(Method::Notify);
        notify.push(Name::Event, telling.id.map_or("refer".to_owned(), |id| format!("refer;id={id}")));
        notify.push(Name::SubscriptionState, state);
        notify.set_body(sipfrag::CONTENT_TYPE, sipfrag::write(telling.status));
        telling.told = Some(telling.status);
        let next = super::next_hop(dialog, flow);
        self.send(Purpose::Notify, notify, next, cx);
    }

    /// A NOTIFY arrived: the next one, or it was the last.
    pub(super) fn on_told<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        match &self.referred {
            Some(Referred::Telling(telling)) if telling.told.is_some_and(|told| told >= 200) => self.stop_telling(),
            Some(Referred::Telling(_)) => self.tell(cx),
            Some(Referred::Asked { .. }) | None => {}
        }
    }

    /// A NOTIFY was refused. Peers on pjsip know their own subscription only without its id: to them it is told again.
    pub(super) fn on_not_told<O: Clone + std::fmt::Debug>(&mut self, status: u16, cx: &mut Context<'_, O>) {
        match &mut self.referred {
            Some(Referred::Telling(telling)) if status == 481 && telling.id.is_some() => {
                telling.id = None;
                telling.told = None;
                self.tell(cx);
            }
            Some(Referred::Telling(_) | Referred::Asked { .. }) | None => self.stop_telling(),
        }
    }

    /// The peer does not want to hear more, or cannot: its subscription is over, the call is not (RFC 5057 §5.1).
    pub(super) fn stop_telling(&mut self) {
        if let Some(Referred::Telling(telling)) = &self.referred {
            if telling.status >= 200 {
                self.events.push_back(Event::ReferrerTold);
            }
            self.referred = None;
        }
        self.timers.cancel(&Timer::Subscription);
    }

    /// The subscription ran out before the call had its result: told as it stands, and no more.
    pub(super) fn expire_telling<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        if let Some(Referred::Telling(telling)) = &mut self.referred {
            telling.told = None;
            self.tell(cx);
        }
        self.stop_telling();
    }

    /// The peer refreshes its subscription (RFC 6665 §4.2.1.2): it is given no longer than a transfer may take, and told at
    /// once how things stand; or it wants to hear no more. A subscription of its own has no place in a call's dialog.
    pub(super) fn on_subscribe<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        request: &Message,
        cx: &mut Context<'_, O>,
    ) {
        if !is_of_refer(request) {
            let mut response = Message::response(request, 489);
            response.push(Name::from("Allow-Events"), "refer");
            return cx.ua.respond(id, response, cx.now);
        }
        let Some(Referred::Telling(telling)) = &mut self.referred else {
            return cx.ua.respond(id, Message::response(request, 481), cx.now);
        };
        let asked = request.header(&Name::Expires).and_then(|expires| expires.trim().parse().ok());
        let until = telling.until.min(asked.map_or(telling.until, |asked| cx.now.moment + Duration::from_secs(asked)));
        (telling.until, telling.told) = (until, None);
        let mut response = Message::response(request, 200);
        response.push(Name::Contact, self.settings.contact.to_string());
        response.push(Name::Expires, until.since(cx.now.moment).as_secs().to_string());
        cx.ua.respond(id, response, cx.now);
        match asked {
            Some(0) => self.expire_telling(cx),
            Some(_) | None => {
                self.timers.set(Timer::Subscription, until);
                self.tell(cx);
            }
        }
    }

    /// The dialog that no call owns any more.
    pub(super) fn dialog_of_telling(&mut self) -> Option<&mut Dialog> {
        match &mut self.referred {
            Some(Referred::Telling(telling)) => telling.alone.as_mut().map(|(dialog, _)| dialog),
            Some(Referred::Asked { .. }) | None => None,
        }
    }

    /// The INVITE usage is over: the dialog is the subscription's alone, if there is one.
    pub(super) fn leave_dialog(&mut self, dialog: Dialog, flow: Flow) {
        match &mut self.referred {
            Some(Referred::Telling(telling)) => telling.alone = Some((dialog, flow)),
            Some(Referred::Asked { .. }) | None => self.referred = None,
        }
    }

    /// No timer of the INVITE usage runs any more.
    pub(super) fn drop_timers(&mut self) {
        let subscription = self.timers.get(&Timer::Subscription);
        self.timers = Default::default();
        if let Some(at) = subscription {
            self.timers.set(Timer::Subscription, at);
        }
    }
}

/// `Event: refer`, with an id or without.
fn is_of_refer(request: &Message) -> bool {
    let event = request.header(&Name::Event).unwrap_or_default();
    event.split(';').next().is_some_and(|package| package.trim().eq_ignore_ascii_case("refer"))
}
