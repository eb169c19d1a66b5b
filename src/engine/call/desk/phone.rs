//! A desk phone in the place of a device (SP-05): another extension of the PBX, called through it once and kept in that call,
//! whatever calls come and go at the desk.
//!
//! ```text
//!                  connect, or a call that needs it           picked up
//!   Disconnected ───────────────────────────────────> Calling ─────────> Connected
//!        ^  ^                refused, rang out           │                   │
//!        │  └────────────────────────────────────────────┘                   │
//!        └──────────── put down, disconnect, failed, drained ────────────────┘
//! ```
//!
//! Its call is nobody's: it has no Protocolo, no history, and cannot be dialled, sent or taken over.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::border::{Refusal, RefusalCode};
use crate::config::{self, Account, DeviceName, GroupName};
use crate::gate::Purpose;
use crate::id::{CallId, LegId};
use crate::leg::{Feed, LegMedia, RtpMedia, Stream};
use crate::news::{Alert, HangupCause, HangupKind, News, PhoneState, PhoneView};
use crate::number::Number;
use crate::owner::Owner;
use crate::sip::session::{self, Event, Session};

use super::super::command::Phone as Wish;
use super::super::dial::{contact, invitation, new_session, request_uri};
use super::super::end::cause_of;
use super::super::media::DeskSound;
use super::super::ports::LentPort;
use super::super::rescue::{Stored, next_rescue};
use super::super::transfer::Leaving;
use super::super::{Calls, Context, Order, Timer, cause, session_context};
use super::DeskKey;

/// A desk phone as it is now.
#[derive(Debug)]
pub(super) struct Phone {
    pub config: Arc<config::Phone>,
    pub state: State,
    /// Of `state`.
    since: DateTime<Utc>,
    /// Calls that go on when it is picked up, in the order of their wishes.
    pub waiting: Vec<CallId>,
    told: Option<PhoneView>,
}

#[derive(Debug)]
pub(super) enum State {
    /// Why, unless nobody wished anything else.
    Disconnected(Option<HangupCause>),
    Calling(Box<Line>),
    Connected(Box<Line>),
}

/// The call that leads to it.
#[derive(Debug)]
pub(super) struct Line {
    /// By which its transactions find it; of no call that a person has.
    id: CallId,
    /// Under which its dialog is stored for a crash (SP-14).
    dialog: LegId,
    account: Arc<Account>,
    session: Session,
    /// Given back when it ends.
    port: LentPort,
    ssrc: u32,
    stream: Option<Stream>,
    rescue: Stored,
}

impl Phone {
    pub fn new(config: Arc<config::Phone>, since: DateTime<Utc>) -> Phone {
        Phone { config, state: State::Disconnected(None), since, waiting: Vec::new(), told: None }
    }

    pub fn is_connected(&self) -> bool {
        match self.state {
            State::Connected(_) => true,
            State::Disconnected(_) | State::Calling(_) => false,
        }
    }

    /// Its call sends us nothing that could be a voice.
    pub fn holds_us(&self) -> bool {
        self.line().and_then(|line| line.stream.as_ref()).is_some_and(|stream| !stream.may_send)
    }

    pub fn line(&self) -> Option<&Line> {
        match &self.state {
            State::Disconnected(_) => None,
            State::Calling(line) | State::Connected(line) => Some(line),
        }
    }

    fn line_mut(&mut self) -> Option<&mut Line> {
        match &mut self.state {
            State::Disconnected(_) => None,
            State::Calling(line) | State::Connected(line) => Some(line),
        }
    }

    /// What its leg shall do. Between calls it hears silence, which keeps NATs and PBXs from thinking that it is gone.
    pub fn media(&self, sound: DeskSound, muted: bool) -> Option<LegMedia> {
        let (line, feed) = match (&self.state, sound.ring, sound.feed) {
            (State::Disconnected(_), _, _) => return None,
            (State::Calling(line), _, _) => (line, Feed::Silence),
            (State::Connected(line), Some(ring), Feed::Silence) => (line, Feed::Tone(ring)),
            (State::Connected(line), _, feed) => (line, feed),
        };
        Some(LegMedia::Rtp(RtpMedia {
            port: line.port.id,
            ssrc: line.ssrc,
            stream: line.stream.clone(),
            feed,
            receive: !muted,
            nat: line.account.profile.nat,
            digits: Vec::new(),
            record: None,
        }))
    }

    pub fn view(&self, leg: LegId) -> PhoneView {
        let (state, why) = match &self.state {
            State::Disconnected(why) => (PhoneState::Disconnected, why.clone()),
            State::Calling(_) => (PhoneState::Calling, None),
            State::Connected(_) => (PhoneState::Connected, None),
        };
        let config::Phone { device, number, account } = config::Phone::clone(&self.config);
        PhoneView { device, number, account, leg, state, since: self.since, why }
    }

    fn enter(&mut self, state: State, cx: &Context<'_>) -> State {
        self.since = cx.now.civil;
        std::mem::replace(&mut self.state, state)
    }
}

impl Calls {
    /// Carries out a wish.
    pub(in super::super) fn on_phone(&mut self, wish: &Wish, cx: &mut Context<'_>) -> Result<(), Refusal> {
        let (Wish::Connect { device } | Wish::Disconnect { device }) = wish;
        let key = DeskKey::Phone(device.clone());
        if self.phone(&key).is_none() {
            let text = format!("no desk phone is called {device}; one is a [device.{device}] with type = \"sip\"");
            return Err(Refusal::new(RefusalCode::NoSuchDevice, text));
        }
        match wish {
            Wish::Connect { .. } => self.call_phone(&key, cx),
            Wish::Disconnect { .. } => {
                if self.calls_at(&key).any(|call| call.is_answered() && !call.held && !call.tie.is_unattended()) {
                    let text = format!("somebody talks at {device}; hang up or hold that call first");
                    return Err(Refusal::new(RefusalCode::WrongState, text));
                }
                self.hang_up_phone(&key, HangupCause::ours(HangupKind::Normal, "disconnected"), cx);
                Ok(())
            }
        }
    }

    /// Desk phones are there as soon as they are configured, and as long.
    pub fn configure(&mut self, cx: &mut Context<'_>) {
        self.let_phones_go(cx);
        let devices: Vec<DeviceName> = cx.config.phones.keys().cloned().collect();
        for device in devices {
            let key = DeskKey::Phone(device.clone());
            self.desks.furnish(&key, &device, cx);
            self.sync_phone_view(&key);
        }
    }

    /// Phones that serve no call and shall not be kept: the daemon stops, or they are configured no more, or as others.
    pub(in super::super) fn let_phones_go(&mut self, cx: &mut Context<'_>) {
        let phones = self.desks.desks.iter().filter_map(|(key, desk)| Some((key, desk.phone.as_ref()?)));
        let idle = phones.filter(|(key, _)| self.calls_at(key).next().is_none() && !self.leads(key));
        let unwanted = |phone: &Phone| cx.config.phones.get(&phone.config.device) != Some(&phone.config);
        let leaving: Vec<(DeskKey, bool)> = idle
            .map(|(key, phone)| (key.clone(), unwanted(phone)))
            .filter(|(_, gone)| *gone || self.draining)
            .collect();
        for (key, gone) in leaving {
            self.hang_up_phone(&key, HangupCause::ours(HangupKind::Drained, "its desk is cleared"), cx);
            if let Some(desk) = self.desks.get(&key).filter(|_| gone)
                && let Some(phone) = &desk.phone
            {
                let view = PhoneView { state: PhoneState::Gone, ..phone.view(desk.leg) };
                self.orders.push_back(Order::Tell(News::Phone(view)));
                self.desks.remove(&key);
            }
        }
    }

    /// Desk phones, by name.
    pub fn phone_views(&self) -> impl Iterator<Item = PhoneView> {
        self.desks.desks.values().filter_map(|desk| Some(desk.phone.as_ref()?.view(desk.leg)))
    }

    /// No phone is called or connected.
    pub(in super::super) fn phones_are_down(&self) -> bool {
        self.desks.by_line.is_empty()
    }

    /// Calls the phone, where nobody has yet: by its account, through the gate.
    pub(super) fn call_phone(&mut self, key: &DeskKey, cx: &mut Context<'_>) -> Result<(), Refusal> {
        let Some(phone) = self.phone(key).filter(|phone| phone.line().is_none()) else { return Ok(()) };
        let config = phone.config.clone();
        if self.draining && self.calls_at(key).next().is_none() {
            return Err(Refusal::new(RefusalCode::Draining, "the daemon is stopping and takes no new calls"));
        }
        let account = self.account(&config.account, cx)?.clone();
        let number = Number::read(&config.number, &cx.config.gate)
            .map_err(|why| Refusal::new(RefusalCode::Gate, format!("{}: {why}", config.number)))?;
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

    /// Lets the session of a phone's call work; `false` when this is no such call.
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
        match was_connected {
            true => self.phone_lost(key, &why, cx),
            false => self.phone_not_reached(key),
        }
    }

    pub(super) fn phone(&self, key: &DeskKey) -> Option<&Phone> {
        self.desks.get(key)?.phone.as_ref()
    }

    pub(super) fn phone_mut(&mut self, key: &DeskKey) -> Option<&mut Phone> {
        self.desks.get_mut(key)?.phone.as_mut()
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
        let Some(device) = self.phone(key).map(|phone| phone.config.device.clone()) else { return };
        let why = match why.text.is_empty() {
            true => format!("{:?}", why.kind),
            false => why.text.clone(),
        };
        self.orders.push_back(Order::Tell(News::Alert(Alert::PhoneLost { device, why })));
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
                Event::Ended(end) => self.hang_up_phone(key, cause_of(&end), cx),
                Event::Progress { .. }
                | Event::Digit { .. }
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
        }
    }

    fn sync_phone_view(&mut self, key: &DeskKey) {
        let Some(desk) = self.desks.get_mut(key) else { return };
        let leg = desk.leg;
        let Some(phone) = &mut desk.phone else { return };
        let view = phone.view(leg);
        if phone.told.as_ref() != Some(&view) {
            phone.told = Some(view.clone());
            self.orders.push_back(Order::Tell(News::Phone(view)));
        }
    }
}
