//! Calls: what a person calls one call. A call owns the session with the far end and its port; its person sits at a [`desk`]
//! and may join it with others to a [`conference`].
//!
//! ```text
//!   outbound   Dialling ──180──> Ringing ──SDP──> Early ─┐
//!                 └──────────────── 2xx ─────────────────┴──> Answered ──> Ended
//!   inbound    Ringing ───────────── answer ────────────────────^
//! ```
//!
//! Every way out leads through [`Calls::finish`], once, with one cause. What media shall do is a pure function of the
//! calls ([`media`]); after every touch it is compared with what was last said, and differences go out.

mod answer;
pub mod cause;
mod command;
mod conference;
mod control;
mod desk;
mod dial;
mod end;
mod follow;
mod invite;
mod lead;
mod live;
mod media;
mod one_way;
mod ports;
pub mod reason;
mod recording;
mod rescue;
mod rescues;
mod supervise;
mod transfer;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::border::{Flow, Refusal, RefusalCode, Reply};
use crate::config::{Account, AccountName, Config};
use crate::gate::RateMeter;
use crate::id::{CallId, ConferenceId, Ids, LegId, TransactionId, UserId};
use crate::leg::{Heard, LegState, MediaEvent, MediaNews, PortBlock};
use crate::news::{CallView, Direction, HangupCause, HangupKind, News};
use crate::owner::Owner;
use crate::protocolo::Protocolos;
use crate::random::Random;
use crate::records::Record;
use crate::registration::Registrations;
use crate::sip::message::Message;
use crate::sip::session;
use crate::sip::ua::Ua;
use crate::staff::Staff;
use crate::time::{Moment, Now, Timers};

pub use command::{
    Command, Conference as ConferenceCommand, Phone as PhoneCommand, RecordWish, RejectAs,
    Supervise as SuperviseCommand, SuperviseMode, Transfer as TransferCommand,
};
pub use invite::capabilities;
pub use lead::{Farewell, LeadCall, Seat};
pub use rescues::Rescues;

use conference::Conference;
use desk::Desks;
use live::Call;
use ports::Ports;
use supervise::Supervision;
use transfer::Leaving;

/// What the room borrows while it works.
#[derive(Debug)]
pub struct Context<'a> {
    pub ua: &'a mut Ua<Owner>,
    pub registrations: &'a Registrations,
    pub config: &'a Config,
    pub protocolos: &'a mut Protocolos,
    pub staff: &'a Staff,
    /// Who commands; nobody where the network or a clock does.
    pub actor: Option<UserId>,
    pub ids: &'a mut Ids,
    pub now: Now,
    pub random: &'a mut Random,
}

/// What the room wants done.
#[derive(Clone, PartialEq, Debug)]
pub enum Order {
    Media(LegState),
    Store(Record),
    Tell(News),
    /// The call whose end is told next can have rung nobody.
    Unreached(CallId),
    /// What media heard of who is called (GN-17).
    Heard(CallId, Heard),
    /// What this person is doing may be another thing now.
    Look(UserId),
}

/// All calls.
#[derive(Debug, Default)]
pub struct Calls {
    /// Ended ones stay until their last transaction is over.
    calls: BTreeMap<CallId, Call>,
    /// By Call-ID and our tag.
    by_dialog: BTreeMap<(String, String), CallId>,
    by_leg: BTreeMap<LegId, CallId>,
    /// Live calls of each account.
    by_account: BTreeMap<AccountName, Vec<CallId>>,
    /// Live calls of each person.
    by_user: BTreeMap<UserId, Vec<CallId>>,
    desks: Desks,
    conferences: BTreeMap<ConferenceId, Conference>,
    /// By the extension at whose device the supervisor sits: one at a time there.
    supervisions: BTreeMap<AccountName, Supervision>,
    /// Sessions that were replaced in their calls, and those of phones that were hung up, until their BYE or CANCEL is
    /// answered.
    leaving: BTreeMap<CallId, Leaving>,
    ports: Ports,
    /// Outgoing calls of each account, for the gate.
    meters: BTreeMap<AccountName, RateMeter>,
    timers: Timers<Timer>,
    orders: VecDeque<Order>,
    /// Why nothing can be recorded now.
    cannot_record: Option<String>,
    draining: bool,
    total: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    /// The session's earliest.
    Session(CallId),
    /// It has rung long enough: RFC 3261's Proceeding has no timer, the call owns one.
    Ring(CallId),
    /// It has been on hold for long (VZ-05).
    ForgottenHold(CallId),
    /// The page at this device leg is gone (SP-06).
    PageLeft(LegId),
    /// Its notice was to be over by now (GN-18).
    Dismissal(CallId),
}

impl Calls {
    /// Carries out a wish; exactly one answer.
    pub fn on_command(&mut self, command: &Command, cx: &mut Context<'_>) -> Result<Reply, Refusal> {
        let touched = match command {
            Command::Dial { route, number, caller_id } => {
                return self.dial(route.as_ref(), number, caller_id.as_deref(), cx);
            }
            Command::Transfer(wish) => return self.on_transfer(wish, cx),
            Command::Supervise(wish) => return self.on_supervise(wish, cx),
            Command::Phone(wish) => return self.on_phone(wish, cx).map(|()| Reply::Done),
            Command::Answer { call } => self.answer(*call, cx)?,
            Command::Reject { call, how } => self.reject(*call, *how, cx)?,
            Command::HangUp { call } => self.hang_up(*call, cx)?,
            Command::Hold { call } => self.hold(*call, cx)?,
            Command::Resume { call } => self.resume(*call, cx)?,
            Command::Mute { call } => self.mute(*call, true)?,
            Command::Unmute { call } => self.mute(*call, false)?,
            Command::Dtmf { call, digits } => self.dtmf(*call, digits, cx)?,
            Command::AdvertConsent { call, on } => self.consent_to_adverts(*call, *on)?,
            Command::Conference(wish) => self.on_conference(wish, cx)?,
            Command::Record { call, what } => self.record(*call, *what, cx)?,
            Command::Bridge { first, second } => self.bridge(*first, *second, cx)?,
        };
        self.touch(touched, cx);
        Ok(self.phone_awaited_by(touched).map_or(Reply::Done, |device| Reply::PhoneFirst { device }))
    }

    /// A response to a request of a call's session. A 2xx to the INVITE of a call that is forgotten is hung up.
    pub fn on_response(
        &mut self,
        call: CallId,
        id: TransactionId,
        (flow, response): (Flow, &Message),
        cx: &mut Context<'_>,
    ) {
        let call = self.leaving_of(response).unwrap_or(call);
        match self.calls.contains_key(&call) || self.leaving.contains_key(&call) || self.is_line(call) {
            true => self.with_session(call, cx, |session, cx| session.on_response(id, flow, response, cx)),
            false => session::shed(response, flow, &mut session_context(call, cx)),
        }
    }

    /// A final answer that no transaction knows; `false` when its INVITE was of no call that lives.
    pub fn on_stray(&mut self, flow: Flow, response: &Message, cx: &mut Context<'_>) -> bool {
        let tag = response.from().ok().and_then(|from| from.tag().map(str::to_owned)).unwrap_or_default();
        let call_id = response.call_id().map(|id| id.into_owned()).unwrap_or_default();
        let Some(call) = self.by_dialog.get(&(call_id, tag)).copied() else { return false };
        self.with_session(call, cx, |session, cx| session.on_late(flow, response, cx));
        true
    }

    /// A request of a call's session that nobody answered.
    pub fn on_failed(
        &mut self,
        call: CallId,
        id: TransactionId,
        why: crate::sip::ua::SendFailure,
        cx: &mut Context<'_>,
    ) {
        let call = self.leaving_that_sent(id).unwrap_or(call);
        self.with_session(call, cx, |session, cx| session.on_failed(id, why, cx));
    }

    /// A text inside a call's dialog (RFC 3428 §4): whose it is, or the answer to one out of order; `None` when the dialog is
    /// none of ours.
    pub fn on_text(&mut self, request: &Message) -> Option<Result<AccountName, u16>> {
        let id = self.call_of(request)?;
        let call = self.calls.get_mut(&id)?;
        Some(call.session.on_text(request).map(|()| call.account.name.clone()))
    }

    /// A request inside a dialog; `false` when none of ours.
    pub fn on_request(&mut self, id: TransactionId, request: &Message, cx: &mut Context<'_>) -> bool {
        let Some(call) = self.call_of(request) else { return false };
        self.with_session(call, cx, |session, cx| session.on_request(id, request, cx));
        true
    }

    /// An ACK to a 2xx of ours.
    pub fn on_ack(&mut self, ack: &Message, cx: &mut Context<'_>) {
        if let Some(call) = self.call_of(ack) {
            self.with_session(call, cx, |session, cx| session.on_ack(ack, cx));
        }
    }

    /// The peer took back its INVITE, known by its transaction.
    pub fn on_cancel(&mut self, id: TransactionId, cancel: &Message, cx: &mut Context<'_>) {
        let call_id = cancel.call_id().map(|id| id.into_owned()).unwrap_or_default();
        let same_call_id =
            self.by_dialog.range((call_id.clone(), String::new())..).take_while(|(key, _)| key.0 == call_id);
        let mut calls = same_call_id.filter_map(|(_, call)| self.calls.get(call));
        let call = calls.find(|call| call.session.is_invited_by(id)).map(|call| call.id);
        if let Some(call) = call {
            self.with_session(call, cx, |session, cx| session.on_cancel(cancel, cx));
        }
    }

    /// News of a leg's media; older generations are dropped where they would mislead.
    pub fn on_media(&mut self, news: &MediaNews, cx: &mut Context<'_>) {
        if let Some(desk) = self.desks.of_leg(news.leg).cloned() {
            return self.on_device(&desk, news, cx);
        }
        let Some(id) = self.by_leg.get(&news.leg).copied() else { return };
        let Some(call) = self.calls.get_mut(&id) else { return };
        match &news.event {
            MediaEvent::Digit { digit, .. } => self.on_digit(id, *digit, cx),
            MediaEvent::DigitSent { number } => call.digits.retain(|digit| digit.number > *number),
            MediaEvent::Quality(quality) => {
                call.quality = Some(*quality);
                let (leg, quality) = (news.leg, *quality);
                self.orders.push_back(Order::Tell(News::Quality { call: id, leg, quality }));
            }
            MediaEvent::Failed { why } if call.is_current(news) => self.on_media_failed(id, why, cx),
            MediaEvent::SoundEnded if call.is_dismissed() && call.is_current(news) => self.on_dismissal_heard(id, cx),
            MediaEvent::SoundEnded => self.on_notice_heard(id, cx),
            MediaEvent::OneWay { cause } => call.one_way = *cause,
            MediaEvent::Heard(heard) => self.on_heard(id, *heard, cx),
            MediaEvent::Failed { .. } | MediaEvent::Receiving | MediaEvent::Silent { .. } => {}
        }
        self.touch_if_there(id, cx);
    }

    /// News of a desk's device: without it nobody there can talk.
    fn on_device(&mut self, desk: &desk::DeskKey, news: &MediaNews, cx: &mut Context<'_>) {
        let current = self.desks.get(desk).is_some_and(|desk| desk.is_current(news));
        match &news.event {
            MediaEvent::OneWay { cause } => self.on_desk_one_way(desk, *cause, cx),
            MediaEvent::Failed { why } if current && self.is_phone(desk) => {
                self.hang_up_phone(desk, HangupCause::ours(HangupKind::MediaFailed, why), cx);
            }
            MediaEvent::Failed { why } if current => {
                let calls: Vec<CallId> = self.calls_at(desk).map(|call| call.id).collect();
                for call in calls {
                    self.on_media_failed(call, why, cx);
                    self.touch_if_there(call, cx);
                }
                self.supervisor_hung_up(desk, cx);
            }
            MediaEvent::Digit { digit, .. } => self.on_phone_key(desk, *digit, desk::Heard::InStream, cx),
            MediaEvent::Failed { .. }
            | MediaEvent::DigitSent { .. }
            | MediaEvent::Quality(_)
            | MediaEvent::Receiving
            | MediaEvent::Silent { .. }
            | MediaEvent::Heard(_)
            | MediaEvent::SoundEnded => {}
        }
    }

    /// Ports lent by the shell.
    pub fn on_lent(&mut self, block: &PortBlock) {
        self.ports.add(block);
    }

    /// Runs what is due.
    pub fn on_timeout(&mut self, cx: &mut Context<'_>) {
        for _ in 0..MAX_TIMERS {
            match self.timers.pop_due(cx.now.moment) {
                Some(Timer::Session(call)) => self.with_session(call, cx, session::Session::on_timeout),
                Some(Timer::Ring(call)) => self.rang_out(call, cx),
                Some(Timer::ForgottenHold(call)) => self.on_forgotten_hold(call, cx),
                Some(Timer::PageLeft(leg)) => self.on_page_left(leg),
                Some(Timer::Dismissal(call)) => self.on_dismissal_heard(call, cx),
                None => return,
            }
        }
    }

    /// The earliest timer.
    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    /// What is to be done next.
    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// No new calls from now on (SP-11).
    pub fn drain(&mut self, cx: &mut Context<'_>) {
        self.draining = true;
        self.let_phones_go(cx);
    }

    /// Hangs every live call up: the drain waits no longer.
    pub fn cut(&mut self, cx: &mut Context<'_>) {
        let live: Vec<CallId> = self.calls.values().filter(|call| !call.is_ended()).map(|call| call.id).collect();
        for id in live {
            self.finish(id, HangupCause::ours(HangupKind::Drained, "the daemon stops"), cx);
            self.touch_if_there(id, cx);
        }
    }

    /// Live calls, oldest first.
    pub fn views(&self) -> Vec<CallView> {
        self.calls.values().filter(|call| !call.is_ended()).map(|call| self.view(call)).collect()
    }

    /// Live calls of an account.
    pub fn of_account(&self, account: &AccountName) -> u16 {
        self.by_account.get(account).map_or(0, |calls| u16::try_from(calls.len()).unwrap_or(u16::MAX))
    }

    /// A live call.
    pub fn view_of(&self, call: CallId) -> Option<CallView> {
        self.calls.get(&call).filter(|call| !call.is_ended()).map(|call| self.view(call))
    }

    /// Whose a live call is; `None` when there is none.
    pub fn owner(&self, call: CallId) -> Option<Option<UserId>> {
        self.calls.get(&call).filter(|call| !call.is_ended()).map(|call| call.user)
    }

    /// What a person's calls come to: whether one rings here, and whether one is dialled, up or supervised.
    pub fn doing(&self, user: UserId) -> (bool, bool) {
        let calls = self.by_user.get(&user).into_iter().flatten().filter_map(|call| self.calls.get(call));
        calls.fold((false, self.supervises(user)), |(offered, talking), call| {
            let rings = call.phase == live::Phase::Ringing && call.direction == Direction::Inbound;
            (offered || rings, talking || !rings)
        })
    }

    /// Calls since start.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Nothing lives any more, transactions of ended calls included.
    pub fn is_idle(&self) -> bool {
        self.calls.is_empty() && self.leaving.is_empty() && self.phones_are_down()
    }

    fn call_of(&self, message: &Message) -> Option<CallId> {
        let tag = message.to().ok()?.tag()?.to_owned();
        let call_id = message.call_id().ok()?.into_owned();
        self.by_dialog.get(&(call_id, tag)).copied()
    }

    /// A live call, or the refusal that says there is none.
    fn live(&mut self, call: CallId) -> Result<&mut Call, Refusal> {
        match self.calls.get_mut(&call) {
            Some(call) if !call.is_ended() => Ok(call),
            Some(_) | None => Err(Refusal::new(RefusalCode::NoSuchCall, format!("there is no call {call}"))),
        }
    }

    /// Lets the session work, then follows what it says.
    fn with_session(
        &mut self,
        id: CallId,
        cx: &mut Context<'_>,
        work: impl FnOnce(&mut session::Session, &mut session::Context<'_, Owner>),
    ) {
        if self.is_line(id) {
            return self.with_phone(id, cx, work);
        }
        let Some(call) = self.calls.get_mut(&id) else { return self.with_leaving(id, cx, work) };
        work(&mut call.session, &mut session_context(id, cx));
        self.touch(id, cx);
    }

    fn touch_if_there(&mut self, id: CallId, cx: &mut Context<'_>) {
        if self.calls.contains_key(&id) {
            self.touch(id, cx);
        }
    }

    /// After anything happened to a call: follow its session, see that somebody talks in it and who supervises it, say what media shall do, store what a crash must know,
    /// tell who watches, set the timer, forget it when all is over.
    fn touch(&mut self, id: CallId, cx: &mut Context<'_>) {
        self.follow(id, cx);
        self.wait_for_phone(id, cx);
        self.follow_supervision(id, cx);
        self.sync_media(id);
        self.sync_rescue(id, cx);
        self.sync_view(id);
        let Some(call) = self.calls.get(&id) else { return };
        match call.session.poll_timeout() {
            Some(at) => self.timers.set(Timer::Session(id), at),
            None => self.timers.cancel(&Timer::Session(id)),
        }
        if call.is_ended() && call.session.is_over() {
            self.forget(id);
            self.let_phones_go(cx);
        }
    }

    fn forget(&mut self, id: CallId) {
        let Some(call) = self.calls.remove(&id) else { return };
        let (call_id, tag) = call.session.key();
        self.by_dialog.remove(&(call_id.to_owned(), tag.to_owned()));
        self.timers.cancel(&Timer::Session(id));
        self.timers.cancel(&Timer::Ring(id));
        self.timers.cancel(&Timer::ForgottenHold(id));
        self.timers.cancel(&Timer::Dismissal(id));
    }

    /// Takes a new call in.
    fn admit(&mut self, call: Call) {
        let (call_id, tag) = call.session.key();
        self.by_dialog.insert((call_id.to_owned(), tag.to_owned()), call.id);
        self.by_leg.insert(call.leg, call.id);
        self.by_account.entry(call.account.name.clone()).or_default().push(call.id);
        if let Some(user) = call.user {
            self.by_user.entry(user).or_default().push(call.id);
        }
        self.total += 1;
        self.calls.insert(call.id, call);
    }

    fn account<'a>(&self, name: &AccountName, cx: &Context<'a>) -> Result<&'a Arc<Account>, Refusal> {
        cx.config
            .accounts
            .get(name)
            .ok_or_else(|| Refusal::new(RefusalCode::NoSuchAccount, format!("no extension or trunk is called {name}")))
    }
}

/// A session's view of our context.
fn session_context<'a>(call: CallId, cx: &'a mut Context<'_>) -> session::Context<'a, Owner> {
    session::Context { ua: cx.ua, owner: Owner::Call(call), now: cx.now, random: cx.random }
}

/// Timers run in one go; the rest stays due (bounded work).
const MAX_TIMERS: usize = 64;
