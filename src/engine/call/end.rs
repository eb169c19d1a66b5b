//! Every way a call ends, and the one place all of them lead through.

use crate::border::Refusal;
use crate::id::CallId;
use crate::news::{Alert, Direction, HangupCause, HangupKind, News, Party};
use crate::records::Record;
use crate::sip::session::End;

use super::command::RejectAs;
use super::control::wrong;
use super::live::Phase;
use super::{Calls, Context, Order, Timer, cause, session_context};

impl Calls {
    /// Hangs up, cancels, or rejects as declined.
    pub(super) fn hang_up(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let call = self.live(id)?;
        let (kind, text) = match (&call.phase, call.direction) {
            (Phase::Answered, _) => (HangupKind::Normal, "hung up"),
            (_, Direction::Outbound) => (HangupKind::Cancelled, "cancelled before the answer"),
            (_, Direction::Inbound) => return self.reject(id, RejectAs::Declined, cx),
        };
        self.finish(id, HangupCause::ours(kind, text), cx);
        Ok(id)
    }

    /// Sends a ringing call away with the profile's status.
    pub(super) fn reject(&mut self, id: CallId, how: RejectAs, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let call = self.live(id)?;
        if call.phase != Phase::Ringing || call.direction != Direction::Inbound {
            return Err(wrong(id, "only a call that rings here can be rejected; hang it up instead"));
        }
        let kind = match how {
            RejectAs::Busy => HangupKind::Busy,
            RejectAs::NoAnswer => HangupKind::NoAnswer,
            RejectAs::Declined => HangupKind::Rejected,
        };
        self.finish(id, HangupCause::ours(kind, "rejected"), cx);
        Ok(id)
    }

    /// It has rung for as long as the profile lets it.
    pub(super) fn rang_out(&mut self, id: CallId, cx: &mut Context<'_>) {
        self.phone_rang_out(id, cx);
        let ringing = self.calls.get(&id).is_some_and(|call| !call.is_ended() && !call.is_answered());
        if ringing {
            self.finish(id, HangupCause::ours(HangupKind::NoAnswer, "nobody answered within the ring timeout"), cx);
            self.touch(id, cx);
        }
    }

    pub(super) fn on_media_failed(&mut self, id: CallId, why: &str, cx: &mut Context<'_>) {
        if self.live(id).is_ok() {
            self.finish(id, HangupCause::ours(HangupKind::MediaFailed, why), cx);
        }
    }

    /// The session has ended by itself.
    pub(super) fn on_session_end(&mut self, id: CallId, end: &End, cx: &mut Context<'_>) {
        if self.live(id).is_ok() {
            self.finish(id, cause_of(end), cx);
        }
    }

    /// The one end: cause recorded, session told when it does not know, ports and partners let go. Once for each call.
    pub(super) fn finish(&mut self, id: CallId, cause: HangupCause, cx: &mut Context<'_>) {
        self.uncount(id);
        let cause = self.cause_in_transfer(id, cause);
        let Some(call) = self.calls.get_mut(&id).filter(|call| !call.is_ended()) else { return };
        let profile = &call.account.profile;
        let status = match cause.kind {
            HangupKind::Busy => profile.busy_status,
            HangupKind::NoAnswer => profile.no_answer_status,
            HangupKind::DoNotDisturb => profile.do_not_disturb_status,
            HangupKind::Rejected => profile.reject_status,
            HangupKind::MediaFailed => 500,
            _ => 480,
        };
        let reason = cause::reason_header(&cause);
        call.session.end(status, Some(reason), &mut session_context(id, cx));
        let at = cx.now.civil;
        call.phase = Phase::Ended { at, cause: cause.clone() };
        let recording = call.recording.end();
        let (leg, quality, port) = (call.leg, call.quality, call.port);
        let (device_leg, desk) = (call.device_leg, call.desk.clone());
        let (account, user) = (call.account.name.clone(), call.user);
        for (leg, quality) in [(leg, quality), (device_leg, None)] {
            self.orders.push_back(Order::Store(Record::LegEnded { leg, call: id, at, cause: cause.clone(), quality }));
        }
        self.recording_ended(id, recording, cx);
        let Some(call) = self.calls.get(&id) else { return };
        let view = self.view(call);
        if call.reached_nobody(&cause) {
            self.orders.push_back(Order::Unreached(id));
        }
        self.orders.push_back(Order::Store(Record::CallEnded { call: id, at, cause: cause.clone() }));
        self.orders.push_back(Order::Tell(News::CallEnded(view)));
        self.timers.cancel(&Timer::Ring(id));
        self.timers.cancel(&Timer::ForgottenHold(id));
        self.timers.cancel(&Timer::Dismissal(id));
        self.desks.rise(&desk, id);
        if let Some(calls) = self.by_account.get_mut(&account) {
            calls.retain(|other| *other != id);
        }
        if let Some(calls) = user.and_then(|user| self.by_user.get_mut(&user)) {
            calls.retain(|other| *other != id);
        }
        self.supervised_call_ended(id, cx);
        self.sync_media(id);
        self.by_leg.remove(&leg);
        self.ports.give_back(port);
        self.take_out(id, cx);
        self.tie_ended(id, &cause, cx);
    }

    pub(super) fn no_ports(&mut self) {
        self.orders.push_back(Order::Tell(News::Alert(Alert::NoMediaPorts)));
    }
}

/// A session's end in a person's words.
pub(super) fn cause_of(end: &End) -> HangupCause {
    match end {
        End::Refused(response) => HangupCause::from_message(response),
        End::Bye(request) => HangupCause::from_message(request),
        End::Cancelled(cancel) => HangupCause::from_message(cancel),
        End::Failed(why) => HangupCause::from_failure(why),
        End::Lost { status } => {
            HangupCause::network(HangupKind::Unreachable, Some(*status), "the far end lost the call")
        }
        End::NoAck => HangupCause::network(HangupKind::ProtocolError, None, "our answer was never acknowledged"),
        End::NoPrack => {
            HangupCause::network(HangupKind::ProtocolError, None, "our provisional answer was never acknowledged")
        }
        End::Expired => HangupCause::network(HangupKind::SessionExpired, None, "the session timer ran out"),
        End::Media(why) => {
            HangupCause { by: Party::Us, ..HangupCause::network(HangupKind::NotAcceptable, Some(488), why) }
        }
        End::Unauthorized { status, why } => HangupCause::network(HangupKind::Unauthorized, Some(*status), why),
        End::Ours => HangupCause::ours(HangupKind::Normal, "ended"),
    }
}
