//! NOTIFY inside the subscription's dialog (RFC 6665 §4.1.3); it may come before the 2xx, and it makes the dialog.

use std::time::Duration;

use crate::id::TransactionId;
use crate::sip::dialog::Dialog;
use crate::sip::header::Name;
use crate::sip::message::Message;
use crate::sip::session::Context;

use super::asking::HOUR;
use super::{End, Event, Standing, State, Subscription, SubscriptionState, Timer};

impl Subscription {
    /// A NOTIFY with this subscription's key; answered in any case.
    pub fn on_notify<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        notify: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let (dialog, standing) = match self.check(notify) {
            Ok(good) => good,
            Err(status) => return self.refuse(id, notify, status, cx),
        };
        cx.ua.respond(id, Message::response(notify, 200), cx.now);
        if matches!(self.state, State::NotifyWait { .. } | State::Standing(_)) {
            let body = Some(notify.body.clone()).filter(|body| !body.is_empty());
            self.events.push_back(Event::Notified { body });
        }
        match (&self.state, standing.standing) {
            (State::NotifyWait { .. } | State::Standing(_), Standing::Terminated) => {
                let retry_after = Duration::from_secs(standing.retry_after.unwrap_or(0).min(HOUR).into());
                self.end(End::Terminated { reason: standing.reason, retry_after });
            }
            (State::NotifyWait { granted }, Standing::Active | Standing::Pending) => {
                let seconds = standing.expires.or(*granted).unwrap_or(self.wish.expires);
                self.state = State::Standing(Box::new(dialog));
                self.timers.cancel(&Timer::NoNotify);
                self.stand_for(seconds, cx);
            }
            (State::Standing(_), Standing::Active | Standing::Pending) => {
                self.state = State::Standing(Box::new(dialog));
                if let Some(seconds) = standing.expires {
                    self.stand_for(seconds, cx);
                }
            }
            (State::Leaving(_), Standing::Terminated) => self.end(End::Ours),
            // Sent before our unsubscription came there.
            (State::Leaving(_), Standing::Active | Standing::Pending) => self.state = State::Leaving(Box::new(dialog)),
            (State::Over, _) => {}
        }
    }

    /// The dialog as it is after this NOTIFY, and what it says; else the final answer due.
    fn check(&self, notify: &Message) -> Result<(Dialog, SubscriptionState), u16> {
        let package = notify.header(&Name::Event).ok_or(489_u16)?;
        if !package.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(self.wish.package) {
            return Err(489);
        }
        let dialog = match &self.state {
            State::NotifyWait { .. } => {
                let mut dialog =
                    Dialog::uas(notify, &self.local_tag, self.wish.contact.clone()).map_err(|_damaged| 400_u16)?;
                dialog.local_cseq = self.cseq;
                dialog
            }
            State::Standing(dialog) | State::Leaving(dialog) => {
                // Of another fork: the first one won (§4.4.1).
                if !dialog.matches_request(notify) {
                    return Err(481);
                }
                let mut dialog = Dialog::clone(dialog);
                dialog.check_request(notify).map_err(|why| why.status())?;
                dialog.refresh_target(notify);
                dialog
            }
            State::Over => return Err(481),
        };
        let standing = notify.header(&Name::SubscriptionState).and_then(|value| value.parse().ok());
        let kind = notify.header(&Name::ContentType).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !notify.body.is_empty() && !kind.eq_ignore_ascii_case(self.wish.accept) {
            return Err(415);
        }
        Ok((dialog, standing.ok_or(400_u16)?))
    }

    fn refuse<O: Clone + std::fmt::Debug>(
        &self,
        id: TransactionId,
        notify: &Message,
        status: u16,
        cx: &mut Context<'_, O>,
    ) {
        let mut response = Message::response(notify, status);
        match status {
            // RFC 6665 §8.2.2
            489 => response.push(Name::from("Allow-Events"), self.wish.package),
            // RFC 3261 §21.4.13
            415 => response.push(Name::Accept, self.wish.accept),
            _ => {}
        }
        cx.ua.respond(id, response, cx.now);
    }
}
