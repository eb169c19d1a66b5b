//! The way out: our BYE until it is answered, and everything that ends a session without one.

use std::time::Duration;

use crate::border::Flow;
use crate::id::TransactionId;
use crate::sip::dialog::Dialog;
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};

use super::late::{First, acknowledge, is_2xx_to_invite};
use super::{Context, End, Event, Pending, Purpose, Session, State};

/// A session whose BYE is on its way.
#[derive(Debug)]
pub(super) struct Ending {
    pub dialog: Dialog,
    pub flow: Flow,
    pub first: First,
}

impl Session {
    /// Sends BYE; the session is over when it is answered or given up.
    pub(super) fn bye<O: Clone + std::fmt::Debug>(
        &mut self,
        mut ending: Ending,
        reason: Option<String>,
        cx: &mut Context<'_, O>,
    ) {
        self.drop_timers();
        self.refer = None;
        let mut bye = ending.dialog.request(Method::Bye);
        if let Some(reason) = reason {
            bye.push(Name::Reason, reason);
        }
        let next = super::next_hop(&ending.dialog, ending.flow);
        self.state = State::Ending(Box::new(ending));
        self.send(Purpose::Bye, bye, next, cx);
    }

    /// Ends an established session for a reason of its own, with a BYE for the case that the peer still knows it.
    pub(super) fn lose<O: Clone + std::fmt::Debug>(&mut self, end: End, text: &str, cx: &mut Context<'_, O>) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Up(up) => {
                self.events.push_back(Event::Ended(end));
                self.bye(up.into_ending(), Some(format!("SIP;cause=408;text=\"{text}\"")), cx);
            }
            other @ (State::Calling(_) | State::Ringing(_) | State::Ending(_) | State::Over) => self.state = other,
        }
    }

    /// A response to a request inside the dialog.
    pub(super) fn on_pending_response<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        flow: Flow,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let status = response.status().unwrap_or(0);
        if status < 200 {
            return;
        }
        let Some(pending) = self.pending.remove(&id) else { return };
        match status {
            401 | 407 => self.answer_challenge(pending, response, cx),
            // Their BYE crossed it: the dialog is gone, the ACK is due all the same.
            200..=299 if matches!(self.state, State::Over) && is_2xx_to_invite(response) => {
                acknowledge(response, None, flow, cx);
            }
            200..=299 => self.on_done(pending.purpose, response, cx),
            _ => self.on_unanswered_with(pending, response, cx),
        }
    }

    /// Once more with credentials and the next CSeq, in the dialog it belongs to.
    fn answer_challenge<O: Clone + std::fmt::Debug>(
        &mut self,
        pending: Pending,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let status = response.status().unwrap_or(401);
        let answer =
            self.auth.as_mut().map(|auth| auth.answer(&pending.request, response, pending.answered, cx.random));
        let (dialog, next) = match &mut self.state {
            State::Up(up) => {
                let next = up.next();
                (&mut up.dialog, next)
            }
            State::Ending(ending) => {
                let next = super::next_hop(&ending.dialog, ending.flow);
                (&mut ending.dialog, next)
            }
            State::Calling(calling) => {
                let next = calling.next.clone();
                match calling.early_of(&pending.request) {
                    Some(dialog) => (dialog, next),
                    None => return self.on_unanswered(pending.purpose, status, cx),
                }
            }
            State::Ringing(_) | State::Over => return self.on_unanswered(pending.purpose, status, cx),
        };
        let Some(Ok(fields)) = answer else { return self.on_unanswered(pending.purpose, status, cx) };
        dialog.local_cseq += 1;
        let cseq = dialog.local_cseq;
        if pending.purpose == Purpose::Refer {
            self.on_refer_renumbered(cseq);
        }
        let mut request = pending.request;
        let method = super::method_of(&request);
        request.remove(&Name::Authorization);
        request.remove(&Name::ProxyAuthorization);
        request.set(Name::CSeq, format!("{cseq} {method}"));
        fields.into_iter().for_each(|(name, value)| request.push(name, value));
        self.send_plain(Pending { purpose: pending.purpose, request, answered: pending.answered + 1 }, next, cx);
    }

    /// A request inside the dialog succeeded.
    fn on_done<O: Clone + std::fmt::Debug>(&mut self, purpose: Purpose, response: &Message, cx: &mut Context<'_, O>) {
        match purpose {
            Purpose::Prack => {}
            Purpose::Change { offered } => self.on_changed(offered, response, cx),
            Purpose::Refresh => self.on_refreshed(response, cx),
            Purpose::Info => self.next_digit(cx),
            Purpose::Refer => self.on_refer_accepted(response, cx),
            Purpose::Notify => self.on_told(cx),
            Purpose::Bye => self.over_if_ending(),
        }
    }

    /// A request inside the dialog failed with a final answer.
    fn on_unanswered_with<O: Clone + std::fmt::Debug>(
        &mut self,
        pending: Pending,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        let status = response.status().unwrap_or(0);
        match (pending.purpose, status) {
            (Purpose::Refresh | Purpose::Change { .. }, 422) => self.raise_interval(response, cx),
            (Purpose::Refresh, 405 | 501) => self.refresh_by_invite(cx),
            // RFC 3261 §14.2: the peer is not through with an earlier one.
            (Purpose::Change { offered }, 500) if response.number(&Name::RetryAfter).is_some() => {
                let seconds = response.number(&Name::RetryAfter).unwrap_or(0).clamp(1, 10);
                self.offer_later(offered, status, Duration::from_secs(seconds.into()), cx);
            }
            (purpose, status) => self.on_unanswered(purpose, status, cx),
        }
    }

    /// A request inside the dialog failed, or nobody answered (408): what that means for the session (RFC 5057 §5.1).
    pub(super) fn on_unanswered<O: Clone + std::fmt::Debug>(
        &mut self,
        purpose: Purpose,
        status: u16,
        cx: &mut Context<'_, O>,
    ) {
        let dialog_is_gone = matches!(status, 408 | 481);
        match purpose {
            Purpose::Bye => self.over_if_ending(),
            Purpose::Prack => {}
            Purpose::Change { .. } | Purpose::Refresh | Purpose::Info if dialog_is_gone => {
                self.lose(End::Lost { status }, "dialog lost", cx);
            }
            Purpose::Change { offered } => self.on_change_refused(offered, status, cx),
            // Refused, but alive: the next one is due as planned, the far end's own timer decides.
            Purpose::Refresh => self.plan_again(cx),
            Purpose::Info => self.next_digit(cx),
            Purpose::Refer => self.on_refer_refused(status, cx),
            Purpose::Notify => self.on_not_told(status, cx),
        }
    }

    fn over_if_ending(&mut self) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Ending(ending) => self.leave_dialog(ending.dialog, ending.flow),
            other @ (State::Calling(_) | State::Ringing(_) | State::Up(_) | State::Over) => self.state = other,
        }
    }
}
