//! Our REFER and the subscription it brings (RFC 3515): we ask the peer to call somebody else, and hear how that goes.
//!
//! ```text
//!   (none) ──refer──> Asked ─────2xx, NOTIFY─────> Accepted ──2xx told, BYE of the peer──> Done
//!                       │                             │
//!                       └──final ≥ 300, no answer──┬──┘ ≥ 300 told, terminated, no news in time
//!                                                  v
//!                                                Failed
//! ```
//!
//! The subscription is a usage of the dialog beside the INVITE's (RFC 5057 §3.1): it ends without ending the call.

use std::time::Duration;

use crate::id::TransactionId;
use crate::sip::header::{Name, ReferTo, Replaces};
use crate::sip::message::{Message, Method};
use crate::sip::sipfrag;
use crate::sip::uri::{NameAddr, Params};
use crate::time::Moment;

use super::fields::put_usual;
use super::{Context, End, Event, PATIENCE, Purpose, Session, State, Timer};

/// Our REFER, until its last news.
#[derive(Debug)]
pub(super) struct Refer {
    /// Its number, which names the subscription (RFC 3515 §2.4.6).
    cseq: u32,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Asked,
    Accepted {
        /// However often the peer speaks, it ends then.
        until: Moment,
    },
}

impl Session {
    /// Asks the peer to call `target`; [`Event::TransferProgress`] and one of its ends follow. `false`, and nothing is
    /// sent, where the dialog is not confirmed or another transfer runs on it.
    pub fn refer<O: Clone + std::fmt::Debug>(
        &mut self,
        target: &ReferTo,
        referred_by: Option<&NameAddr>,
        cx: &mut Context<'_, O>,
    ) -> bool {
        let State::Up(up) = &mut self.state else { return false };
        if self.refer.is_some() || self.referred.is_some() {
            return false;
        }
        let mut request = up.dialog.request(Method::Refer);
        put_usual(&mut request, &self.settings.contact, self.settings.prack);
        request.push(Name::ReferTo, target.to_string());
        if let Some(by) = referred_by {
            request.push(Name::ReferredBy, by.to_string());
        }
        self.refer = Some(Refer { cseq: up.dialog.local_cseq, stage: Stage::Asked });
        let next = up.next();
        self.send(Purpose::Refer, request, next, cx);
        true
    }

    /// What a REFER needs to send somebody into the place we have in this dialog (RFC 3891, RFC 5589 §7.3): the far end's
    /// address, and the dialog as the far end sees it. Only a confirmed one: the far end of an early dialog that it did not
    /// begin must refuse (RFC 3891 §3).
    pub fn as_target(&self) -> Option<ReferTo> {
        let dialog = self.dialog()?;
        let replaces = Replaces {
            call_id: dialog.call_id.clone(),
            to_tag: dialog.remote.tag().unwrap_or("0").to_owned(),
            from_tag: self.local_tag.clone(),
            early_only: false,
        };
        Some(ReferTo { uri: dialog.remote_target.clone(), replaces: Some(replaces) })
    }

    /// A challenge was answered: the REFER has another number now.
    pub(super) fn on_refer_renumbered(&mut self, number: u32) {
        if let Some(refer) = &mut self.refer {
            refer.cseq = number;
        }
    }

    /// Our REFER was accepted. Without a subscription nothing more will be heard (RFC 4488 §4).
    pub(super) fn on_refer_accepted<O>(&mut self, response: &Message, cx: &mut Context<'_, O>) {
        let Some(Refer { stage: Stage::Asked, .. }) = &self.refer else { return };
        match refuses_subscription(response) {
            true => self.end_refer(Event::TransferDone),
            // The first NOTIFY is due at once: Timer N, RFC 6665 §4.1.2.4.
            false => self.news_of_refer(100, PATIENCE, cx),
        }
    }

    /// Our REFER was refused, or not answered at all (408): the call goes on, unless the peer does not know it (481).
    pub(super) fn on_refer_refused<O: Clone + std::fmt::Debug>(&mut self, status: u16, cx: &mut Context<'_, O>) {
        if self.refer.is_some() {
            self.end_refer(Event::TransferFailed { status: Some(status) });
        }
        if status == 481 {
            self.lose(End::Lost { status }, "dialog lost", cx);
        }
    }

    /// NOTIFY inside the dialog: of our REFER, or of no subscription there is (RFC 6665 §4.1.3).
    pub(super) fn on_notify<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        notify: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let ours = self.refer.as_ref().is_some_and(|refer| is_about(notify, refer.cseq));
        let (status, said) = match read(notify) {
            _ if !ours => return cx.ua.respond(id, Message::response(notify, 481), cx.now),
            Ok(said) => (200, said),
            Err(status) => (status, Said::Nothing(LONGEST)),
        };
        let mut response = Message::response(notify, status);
        if status == 415 {
            response.push(Name::Accept, sipfrag::TYPE);
        }
        cx.ua.respond(id, response, cx.now);
        match said {
            _ if status != 200 => {}
            Said::Final(200..=299) => self.end_refer(Event::TransferDone),
            Said::Final(status) => self.end_refer(Event::TransferFailed { status: Some(status) }),
            Said::NoMore => self.end_refer(Event::TransferFailed { status: None }),
            Said::Progress(status, expires) => self.news_of_refer(status, expires, cx),
            Said::Nothing(expires) => self.news_of_refer(100, expires, cx),
        }
    }

    /// The transfer goes on; the next news are due within `patience`.
    fn news_of_refer<O>(&mut self, status: u16, patience: Duration, cx: &mut Context<'_, O>) {
        let Some(refer) = &mut self.refer else { return };
        let until = match refer.stage {
            Stage::Asked => cx.now.moment + LONGEST,
            Stage::Accepted { until } => until,
        };
        refer.stage = Stage::Accepted { until };
        self.timers.set(Timer::Referral, until.min(cx.now.moment + patience));
        self.events.push_back(Event::TransferProgress { status });
    }

    /// No news in time.
    pub(super) fn give_up_refer(&mut self) {
        self.end_refer(Event::TransferFailed { status: None });
    }

    /// The peer hangs up after it has accepted: it left us for the target.
    pub(super) fn on_bye_after_refer(&mut self) {
        match self.refer.as_ref().map(|refer| refer.stage) {
            Some(Stage::Accepted { .. }) => self.end_refer(Event::TransferDone),
            Some(Stage::Asked) | None => self.refer = None,
        }
    }

    fn end_refer(&mut self, event: Event) {
        self.refer = None;
        self.timers.cancel(&Timer::Referral);
        self.events.push_back(event);
    }
}

/// What a NOTIFY says.
enum Said {
    Progress(u16, Duration),
    Final(u16),
    /// It lives, and that is all.
    Nothing(Duration),
    /// It has ended without a result.
    NoMore,
}

/// Reads a NOTIFY about a REFER; `Err` is the answer to a damaged one.
fn read(notify: &Message) -> Result<Said, u16> {
    let (terminated, expires) = subscription_state(notify);
    let status = match notify.body.is_empty() {
        true => None,
        false if !is_sipfrag(notify) => return Err(415),
        false => Some(sipfrag::status(&notify.body).ok_or(400_u16)?),
    };
    Ok(match status {
        Some(status @ 200..) => Said::Final(status),
        Some(_) | None if terminated => Said::NoMore,
        Some(status) => Said::Progress(status, expires),
        None => Said::Nothing(expires),
    })
}

fn is_sipfrag(notify: &Message) -> bool {
    let kind = notify.header(&Name::ContentType).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(sipfrag::TYPE))
}

/// Whether it has ended, and when the next news are due at the latest. Peers from before RFC 6665 leave the field out.
fn subscription_state(notify: &Message) -> (bool, Duration) {
    let value = notify.header(&Name::SubscriptionState).unwrap_or_default();
    let (state, params) = value.split_at(value.find(';').unwrap_or(value.len()));
    let params = Params::of_field(params).unwrap_or_default();
    let expires = params.get("expires").and_then(|expires| expires.parse().ok()).map_or(LONGEST, Duration::from_secs);
    (state.trim().eq_ignore_ascii_case("terminated"), expires.min(LONGEST))
}

/// `Event: refer;id=93809823`; the first REFER of a dialog may go without id (RFC 3515 §2.4.6).
fn is_about(notify: &Message, cseq: u32) -> bool {
    let value = notify.header(&Name::Event).unwrap_or_default();
    let (package, params) = value.split_at(value.find(';').unwrap_or(value.len()));
    let params = Params::of_field(params).unwrap_or_default();
    package.trim().eq_ignore_ascii_case("refer") && params.get("id").is_none_or(|id| id.parse() == Ok(cseq))
}

/// `Refer-Sub: false` (RFC 4488).
pub(super) fn refuses_subscription(message: &Message) -> bool {
    let value = message.header(&Name::from("Refer-Sub")).unwrap_or_default();
    value.split(';').next().is_some_and(|value| value.trim().eq_ignore_ascii_case("false"))
}

/// A transfer that has not come to an end by then has failed: longer than telephones ring.
pub(super) const LONGEST: Duration = Duration::from_secs(180);
