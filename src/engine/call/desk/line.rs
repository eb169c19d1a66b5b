//! The call that leads to a desk phone: dialled through the gate, followed, hung up. It is nobody's: it has no Protocolo and
//! no history, and cannot be dialled, sent or taken over.

use crate::border::{Refusal, RefusalCode};
use crate::config::GroupName;
use crate::gate::Purpose;
use crate::id::{CallId, LegId};
use crate::news::{Alert, HangupCause, HangupKind, News};
use crate::number::Number;
use crate::owner::Owner;
use crate::sip::session::{self, Event, Session};

use super::super::dial::{contact, invitation, new_session, request_uri};
use super::super::end::cause_of;
use super::super::rescue::{Stored, next_rescue};
use super::super::transfer::Leaving;
use super::super::{Calls, Context, Order, Timer, cause, session_context};
use super::DeskKey;
use super::keys::Heard;
use super::phone::{Line, Phone, State};

impl Calls {
    /// Calls the phone, where nobody has yet: by its account, through the gate.
    pub(in super::super) fn call_phone(&mut self, key: &DeskKey, cx: &mut Context<'_>) -> Result<(), Refusal> {
        let Some(phone) = self.phone(key).filter(|phone| phone.line().is_none()) else { return Ok(()) };
        let config = phone.config.clone();
        if self.draining && self.calls_at(key).next().is_none() {
            return Err(Refusal::new(RefusalCode::Draining, "the daemon is stopping and takes no new calls"));
        }
        let account = self.account(&config.account, cx)?.clone();
        let number = Number::read(&config.number, &cx.config.gate)
            .map_err(|why| Refusal::gate("grammar", format!("{}: {why}", config.number)))?;
        // It is on the phone all day: not one of the calls that its account may have at once.
        self.ask_gate_without_a_call(&account, &number, Purpose::ByHand, cx)?;
        let (flow, port) = self.way(&account, cx)?;
        let id = CallId(cx.ids.next(cx.now.civil));
        let from = account.caller_ids.first().unwrap_or(&account.user).clone();
        let invitation = invitation(&account, request_uri(&account, &number, cx), from, flow);
        let session = new_session(id, &account, port, contact(&account, flow), invitation, cx);
        let (call_id, tag) = session.key();
        self.by_dialog.insert((call_id.to_owned(), tag.to_owned()), id);
        self.timers.set(Timer::Ring(id), cx.now.moment + account.profile.ring_timeout);
        self.desks.by_line.insert(id, key.clone());
        let (dialog, ssrc) = (LegId(cx.ids.next(cx.now.civil)), cx.random.u32());
        let line = Line { id, dialog, account, session, port, ssrc, stream: None, rescue: Stored::Nothing };
        if let Some(phone) = self.phone_mut(key) {
            phone.enter(State::Calling(Box::new(line)), cx);
        }
        self.touch_phone(key, cx);
        Ok(())
    }

    /// Lets the session of a phone's call work.
    pub(in super::super) fn with_phone(
        &mut self,
        id: CallId,
        cx: &mut Context<'_>,
        work: impl FnOnce(&mut Session, &mut session::Context<'_, Owner>),
    ) {
        let Some(key) = self.desks.by_line.get(&id).cloned() else { return };
        if let Some(line) = self.phone_mut(&key).and_then(Phone::line_mut) {
            work(&mut line.session, &mut session_context(id, cx));
        }
        self.touch_phone(&key, cx);
    }

    /// Whether this leads to a phone.
    pub(in super::super) fn is_line(&self, id: CallId) -> bool {
        self.desks.by_line.contains_key(&id)
    }

    /// No phone is called or connected.
    pub(in super::super) fn phones_are_down(&self) -> bool {
        self.desks.by_line.is_empty()
    }

    /// It has rung for as long as the profile lets it.
    pub(in super::super) fn phone_rang_out(&mut self, id: CallId, cx: &mut Context<'_>) {
        if let Some(key) = self.desks.by_line.get(&id).cloned() {
            let why = HangupCause::ours(HangupKind::NoAnswer, "nobody picked it up within the ring timeout");
            self.hang_up_phone(&key, why, cx);
        }
    }

    /// Its registrar is back after an outage: the phones that were connected through it tell where we are now.
    pub(in super::super) fn phones_on_group_up(&mut self, group: &GroupName, cx: &mut Context<'_>) {
        let lines =
            self.desks.desks.values().filter_map(|desk| desk.phone.as_ref()).filter(|phone| phone.is_connected());
        let lines = lines.filter_map(Phone::line).filter(|line| line.account.group == *group);
        let lines: Vec<_> = lines.map(|line| (line.id, line.account.clone())).collect();
        for (id, account) in lines {
            let Some(flow) = cx.registrations.flow(&account.name) else { return };
            let contact = contact(&account, flow);
            self.with_phone(id, cx, |session, cx| session.on_way_back(flow, contact, cx));
        }
    }

    /// Its call is over, by our wish or not; whoever talked there waits for it with music.
    pub(in super::super) fn hang_up_phone(&mut self, key: &DeskKey, why: HangupCause, cx: &mut Context<'_>) {
        let Some(phone) = self.phone_mut(key).filter(|phone| phone.line().is_some()) else { return };
        let was_connected = phone.is_connected();
        let (State::Calling(line) | State::Connected(line)) = phone.enter(State::Disconnected(Some(why.clone())), cx)
        else {
            return;
        };
        let Line { id, dialog, mut session, port, rescue, .. } = *line;
        self.desks.by_line.remove(&id);
        self.timers.cancel(&Timer::Ring(id));
        session.end(480, Some(cause::reason_header(&why)), &mut session_context(id, cx));
        // The leg ends before its port is anybody else's.
        self.sync_desk(key);
        self.ports.give_back(port);
        let stored = rescue.is_open().then_some(dialog);
        self.let_leave(id, Leaving { session, stored });
        self.sync_phone_view(key);
        self.supervisor_hung_up(key, cx);
        match was_connected {
            true => self.phone_lost(key, &why, cx),
            false => self.phone_not_reached(key),
        }
    }

    /// It could not even be called.
    pub(super) fn phone_failed(&mut self, key: &DeskKey, why: &Refusal, cx: &Context<'_>) {
        if let Some(phone) = self.phone_mut(key) {
            phone.enter(State::Disconnected(Some(HangupCause::ours(HangupKind::Unreachable, &why.text))), cx);
        }
        self.sync_phone_view(key);
    }

    /// Tells that it was put down while calls talked there.
    pub(super) fn tell_lost(&mut self, key: &DeskKey, why: &HangupCause) {
        let Some(config) = self.phone(key).map(|phone| phone.config.clone()) else { return };
        let (device, account) = (config.device.clone(), config.account.clone());
        let why = match why.text.is_empty() {
            true => format!("{:?}", why.kind),
            false => why.text.clone(),
        };
        self.orders.push_back(Order::Tell(News::Alert(Alert::PhoneLost { device, account, why })));
    }

    /// After anything happened to its call.
    fn touch_phone(&mut self, key: &DeskKey, cx: &mut Context<'_>) {
        self.follow_phone(key, cx);
        self.sync_desk(key);
        self.sync_phone_view(key);
        let Some(line) = self.phone_mut(key).and_then(Phone::line_mut) else { return };
        let at = (line.dialog, line.id, &line.account.name);
        let record = next_rescue(&line.session, &mut line.rescue, at, cx);
        let (id, timeout) = (line.id, line.session.poll_timeout());
        self.orders.extend(record.map(Order::Store));
        match timeout {
            Some(at) => self.timers.set(Timer::Session(id), at),
            None => self.timers.cancel(&Timer::Session(id)),
        }
    }

    /// Drains the session's events.
    fn follow_phone(&mut self, key: &DeskKey, cx: &mut Context<'_>) {
        while let Some(line) = self.phone_mut(key).and_then(Phone::line_mut)
            && let Some(event) = line.session.poll_event()
        {
            match event {
                Event::Media(stream) => line.stream = Some(stream),
                Event::Established => self.picked_up(key, cx),
                Event::Redirected(_) => {
                    let text = "the PBX sends its calls elsewhere";
                    self.hang_up_phone(key, HangupCause::network(HangupKind::Moved, Some(302), text), cx);
                }
                Event::Referred(_) => {
                    let id = line.id;
                    let why = "the call to a person's device stays where it is";
                    line.session.refuse_refer(403, why, &mut session_context(id, cx));
                }
                Event::Digit { digit, .. } => self.on_phone_key(key, digit, Heard::Signalled, cx),
                Event::Ended(end) => self.hang_up_phone(key, cause_of(&end), cx),
                Event::Progress { .. }
                | Event::ChangeRefused { .. }
                | Event::ReferrerTold
                | Event::TransferProgress { .. }
                | Event::TransferDone
                | Event::TransferFailed { .. } => {}
            }
        }
    }

    fn picked_up(&mut self, key: &DeskKey, cx: &mut Context<'_>) {
        let Some(phone) = self.phone_mut(key).filter(|phone| !phone.is_connected()) else { return };
        if let State::Calling(line) = phone.enter(State::Disconnected(None), cx) {
            let id = line.id;
            phone.enter(State::Connected(line), cx);
            self.timers.cancel(&Timer::Ring(id));
            self.sync_desk(key);
            self.phone_is_there(key, cx);
            self.sync_supervised_from(key);
        }
    }
}
