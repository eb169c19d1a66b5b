//! What a session says, and what the call makes of it.

use crate::config::GroupName;
use crate::id::CallId;
use crate::leg::Stream;
use crate::news::{Direction, HangupCause, HangupKind, News};
use crate::records::Record;
use crate::sip::session::Event;

use super::dial::contact;
use super::live::{Call, Phase};
use super::{Calls, Context, Order, Timer};

impl Calls {
    /// Drains the session's events.
    pub(super) fn follow(&mut self, id: CallId, cx: &mut Context<'_>) {
        while let Some(event) = self.calls.get_mut(&id).and_then(|call| call.session.poll_event()) {
            match event {
                Event::Progress { status } => self.on_progress(id, status, cx),
                Event::Media(stream) => self.on_stream(id, stream, cx),
                Event::Established => self.on_established(id, cx),
                Event::Redirected(targets) => self.on_redirected(id, &targets, cx),
                Event::Digit { digit, .. } => self.on_digit(id, digit, cx),
                Event::ChangeRefused { status } => self.on_change_refused(id, status, cx),
                Event::Referred(referral) => self.on_referred(id, &referral, cx),
                Event::ReferrerTold => self.on_referrer_told(id, cx),
                Event::TransferProgress { status } => self.on_transfer_progress(id, status, cx),
                Event::TransferDone => self.on_transfer_done(id, cx),
                Event::TransferFailed { status } => self.on_transfer_failed(id, status, cx),
                Event::Ended(end) => self.on_session_end(id, &end, cx),
            }
        }
    }

    /// A registrar is back after an outage: calls that lived through it tell it where we are now, and learn whether they
    /// still exist there.
    pub fn on_group_up(&mut self, group: &GroupName, cx: &mut Context<'_>) {
        self.phones_on_group_up(group, cx);
        let there = |call: &&Call| call.is_answered() && call.account.group == *group;
        let calls: Vec<_> = self.calls.values().filter(there).map(|call| (call.id, call.account.clone())).collect();
        for (id, account) in calls {
            let Some(flow) = cx.registrations.flow(&account.name) else { return };
            let contact = contact(&account, flow);
            self.with_session(id, cx, |session, cx| session.on_way_back(flow, contact, cx));
        }
    }

    fn on_progress(&mut self, id: CallId, status: u16, cx: &mut Context<'_>) {
        self.tie_rings(id, status, cx);
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.progressed = true;
        if status == 180 && call.phase == Phase::Dialling {
            call.phase = Phase::Ringing;
            self.story(id, "ringing", "", cx);
        }
    }

    /// Offer and answer agree: early media before the answer, a changed stream after it.
    fn on_stream(&mut self, id: CallId, stream: Stream, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let was_held = call.held_by_peer();
        call.stream = Some(stream);
        match &call.phase {
            Phase::Dialling | Phase::Ringing if call.direction == Direction::Outbound => {
                call.phase = Phase::Early;
                self.story(id, "early-media", "", cx);
            }
            Phase::Answered if was_held != call.held_by_peer() => {
                let event = if was_held { "resumed-by-peer" } else { "held-by-peer" };
                self.story(id, event, "", cx);
            }
            Phase::Dialling | Phase::Ringing | Phase::Early | Phase::Answered | Phase::Ended { .. } => {}
        }
    }

    /// Our INVITE was answered, or the peer acknowledged our answer (which changed nothing but what is stored).
    pub(super) fn on_established(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        match call.phase {
            Phase::Dialling | Phase::Ringing | Phase::Early => {
                call.phase = Phase::Answered;
                call.answered = Some(cx.now.civil);
                let unattended = call.is_unattended();
                self.timers.cancel(&Timer::Ring(id));
                self.orders.push_back(Order::Store(Record::CallAnswered { call: id, at: cx.now.civil }));
                self.tie_answered(id, cx);
                if !unattended {
                    self.begin_recording(id, cx);
                    self.hold_others(id, cx);
                }
            }
            Phase::Answered | Phase::Ended { .. } => {}
        }
    }

    /// A digit from the far end: told, and counted in the story without its value (it may be part of a card's number).
    pub(super) fn on_digit(&mut self, id: CallId, digit: char, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get(&id) else { return };
        let leg = call.leg;
        self.orders.push_back(Order::Tell(News::Digit { call: id, leg, digit }));
        self.story(id, "digit-received", "", cx);
    }

    /// The PBX refused hold or resume: the call is as it was.
    fn on_change_refused(&mut self, id: CallId, status: u16, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.held = !call.session.direction().may_receive();
        self.story(id, "hold-refused", &status.to_string(), cx);
    }

    /// A line of the call's story. `detail` holds no number.
    pub(super) fn story(&mut self, id: CallId, event: &str, detail: &str, cx: &Context<'_>) {
        let leg = self.calls.get(&id).map(|call| call.leg);
        let at = cx.now.civil;
        let (event, detail) = (event.to_owned(), detail.to_owned());
        self.orders.push_back(Order::Store(Record::CallEvent { call: id, leg, at, event, detail }));
    }

    pub(super) fn denied(&mut self, id: CallId, why: &str, cx: &mut Context<'_>) {
        self.finish(id, HangupCause::ours(HangupKind::Denied, why), cx);
    }
}
