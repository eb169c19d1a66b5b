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
//! [`super::line`] is that call.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::border::{Refusal, RefusalCode};
use crate::config::{self, Account, AccountName, DeviceName};
use crate::id::{CallId, LegId};
use crate::leg::{Feed, LegMedia, RtpMedia, Stream};
use crate::news::{HangupCause, HangupKind, News, PhoneState, PhoneView, StaffNews};
use crate::sip::session::Session;

use super::super::command::Phone as Wish;
use super::super::media::DeskSound;
use super::super::ports::LentPort;
use super::super::rescue::Stored;
use super::super::{Calls, Context, Order};
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
    pub id: CallId,
    /// Under which its dialog is stored for a crash (SP-14).
    pub dialog: LegId,
    pub account: Arc<Account>,
    pub session: Session,
    /// Given back when it ends.
    pub port: LentPort,
    pub ssrc: u32,
    pub stream: Option<Stream>,
    pub rescue: Stored,
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

    pub fn line_mut(&mut self) -> Option<&mut Line> {
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
            listen: None,
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

    pub fn enter(&mut self, state: State, cx: &Context<'_>) -> State {
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
                if self.calls_at(&key).any(|call| call.is_answered() && !call.held && !call.is_unattended()) {
                    let text = format!("somebody talks at {device}; hang up or hold that call first");
                    return Err(Refusal::new(RefusalCode::WrongState, text));
                }
                self.hang_up_phone(&key, HangupCause::ours(HangupKind::Normal, "disconnected"), cx);
                Ok(())
            }
        }
    }

    /// The extension's person begins to work: the phone they talk through is called, once, unless it is there already.
    pub fn sit_down(&mut self, account: &AccountName, cx: &mut Context<'_>) {
        let Some(key) = self.phone_of(account, cx).filter(|key| self.phone(key).is_some()) else { return };
        if let Err(why) = self.call_phone(&key, cx) {
            self.phone_failed(&key, &why, cx);
        }
    }

    /// The extension's person is off to home: the phone is let go, unless somebody's call is there.
    pub fn stand_up(&mut self, account: &AccountName, cx: &mut Context<'_>) {
        let Some(key) = self.phone_of(account, cx).filter(|key| self.calls_at(key).next().is_none()) else { return };
        if self.phone(&key).is_some_and(|phone| phone.line().is_some()) {
            self.hang_up_phone(&key, HangupCause::ours(HangupKind::Normal, "the day is over"), cx);
        }
    }

    fn phone_of(&self, account: &AccountName, cx: &Context<'_>) -> Option<DeskKey> {
        let account = cx.config.accounts.get(account)?;
        Some(DeskKey::Phone(self.desks.device_of(account).clone()))
    }

    /// Desk phones are there as soon as they are configured, and as long.
    pub fn configure(&mut self, cx: &mut Context<'_>) {
        self.on_supervisors_changed(cx);
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
        let idle = phones.filter(|(key, _)| {
            self.calls_at(key).next().is_none() && !self.leads(key) && !self.is_supervised_from(key)
        });
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
                self.orders.push_back(Order::Tell(News::Staff(StaffNews::Phone(view))));
                self.desks.remove(&key);
            }
        }
    }

    /// Desk phones, by name.
    pub fn phone_views(&self) -> impl Iterator<Item = PhoneView> {
        self.desks.desks.values().filter_map(|desk| Some(desk.phone.as_ref()?.view(desk.leg)))
    }

    pub(super) fn phone(&self, key: &DeskKey) -> Option<&Phone> {
        self.desks.get(key)?.phone.as_ref()
    }

    pub(super) fn phone_mut(&mut self, key: &DeskKey) -> Option<&mut Phone> {
        self.desks.get_mut(key)?.phone.as_mut()
    }

    pub(super) fn sync_phone_view(&mut self, key: &DeskKey) {
        let Some(desk) = self.desks.get_mut(key) else { return };
        let leg = desk.leg;
        let Some(phone) = &mut desk.phone else { return };
        let view = phone.view(leg);
        if phone.told.as_ref() != Some(&view) {
            phone.told = Some(view.clone());
            self.orders.push_back(Order::Tell(News::Staff(StaffNews::Phone(view))));
        }
    }
}
