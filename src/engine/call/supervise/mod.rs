//! Supervision: somebody listens to an agent's call, whispers to its agent or joins it, at a desk of their own.
//!
//! ```text
//!             attend                        stop, or whatever [`SupervisionEnd`] names
//!   nothing ──────────> Listen ⇄ Whisper ⇄ Barge ─────────────────────────────────────> nothing
//!                          └───────┴─────────┴── take over ──> the call is the supervisor's ([`take_over`])
//! ```
//!
//! | mode | is heard by | hears |
//! | --- | --- | --- |
//! | listen | nobody | agent, far ends, who has joined |
//! | whisper | the agent | the same |
//! | barge | agent, far ends, who listens | the same |
//!
//! While the call is held its far end hears music and nobody hears it; whoever whispers or has joined, and the agent, hear each
//! other then, unless the agent talks in another call. Who whispers is heard by no other supervisor.
//!
//! [`may`] is who may begin, [`heard`] who hears whom, [`take_over`] what becomes of a call that is taken over.

mod heard;
mod may;
mod take_over;

use chrono::{DateTime, Utc};

use crate::border::{Refusal, Reply};
use crate::config::AccountName;
use crate::id::{CallId, LegId, UserId};
use crate::news::{News, StaffNews, SupervisedView, SupervisionEnd, SupervisionView};
use crate::records::Record;
use crate::staff::Permission;

use super::command::{Supervise as Wish, SuperviseMode as Mode};
use super::control::wrong;
use super::desk::DeskKey;
use super::live::Call;
use super::{Calls, Context, Order};

use may::Seat;

/// Somebody at a desk who supervises a call.
#[derive(Debug)]
pub(super) struct Supervision {
    call: CallId,
    mode: Mode,
    by: Seat,
    desk: DeskKey,
    leg: LegId,
    /// Whose call it was when it began.
    agent: Option<UserId>,
    since: DateTime<Utc>,
}

impl Calls {
    /// Carries out a wish.
    pub(super) fn on_supervise(&mut self, wish: &Wish, cx: &mut Context<'_>) -> Result<Reply, Refusal> {
        let (Wish::Attend { through, .. } | Wish::TakeOver { through, .. } | Wish::Stop { through, .. }) = wish;
        let seat = self.seat_of_supervisor(through.as_ref(), cx)?;
        match wish {
            Wish::Attend { call, mode, .. } => self.attend(*call, *mode, seat, cx),
            Wish::TakeOver { call, .. } => self.take_over(*call, &seat, cx).map(|()| Reply::Done),
            Wish::Stop { call, .. } => {
                if !self.supervises_call(&seat.account.name, *call) {
                    return Err(wrong(*call, "you do not supervise it"));
                }
                self.end_supervision(&seat.account.name, SupervisionEnd::Stopped, cx);
                Ok(Reply::Done)
            }
        }
    }

    /// Begins, or goes on in another way. A desk phone that is not connected is called first.
    fn attend(&mut self, id: CallId, mode: Mode, seat: Seat, cx: &mut Context<'_>) -> Result<Reply, Refusal> {
        self.must_be_supervisable(id, &seat)?;
        self.must_be_free(&seat)?;
        let at = seat.account.name.clone();
        let (desk, there) = self.desks.prepare(&seat.account, DeskKey::Supervisor(at.clone()), cx);
        let leg = there.leg;
        self.must_be_nobody_elses(&desk, &at)?;
        let reply = match self.lacks_phone(&desk) {
            true => Reply::PhoneFirst { device: self.desks.device_of(&seat.account).clone() },
            false => Reply::Done,
        };
        self.call_phone(&desk, cx)?;
        match self.supervisions.get_mut(&at) {
            Some(now) if now.call == id && now.mode == mode => return Ok(reply),
            Some(now) if now.call == id => now.mode = mode,
            Some(_) | None => {
                self.write_down(&at, Some(SupervisionEnd::Moved), cx);
                let agent = self.calls.get(&id).and_then(|call| call.user);
                let now = Supervision { call: id, mode, by: seat, desk, leg, agent, since: cx.now.civil };
                if let Some(left) = self.supervisions.insert(at.clone(), now) {
                    self.sync_media(left.call);
                    self.sync_view(left.call);
                }
            }
        }
        self.write_down(&at, None, cx);
        self.touch(id, cx);
        Ok(reply)
    }

    /// Over. Nothing where nothing is supervised from there.
    pub(super) fn end_supervision(&mut self, at: &AccountName, why: SupervisionEnd, cx: &mut Context<'_>) {
        if !self.supervisions.contains_key(at) {
            return;
        }
        self.write_down(at, Some(why), cx);
        let Some(over) = self.supervisions.remove(at) else { return };
        self.sync_media(over.call);
        self.sync_view(over.call);
        self.sync_desk(&over.desk);
    }

    /// In the audit log, and to those who may know.
    fn write_down(&mut self, at: &AccountName, over: Option<SupervisionEnd>, cx: &Context<'_>) {
        let Some(now) = self.supervisions.get(at) else { return };
        let mode = over.is_none().then_some(now.mode);
        let view = SupervisionView { mode, why: over, ..now.view() };
        self.orders.extend(now.by.user.map(Order::Look));
        self.audit(view, cx);
    }

    /// The supervision that a seat has with a call.
    pub(super) fn supervises_call(&self, at: &AccountName, call: CallId) -> bool {
        self.supervisions.get(at).is_some_and(|now| now.call == call)
    }

    pub(super) fn audit(&mut self, view: SupervisionView, cx: &Context<'_>) {
        self.orders.push_back(Order::Store(Record::Supervised { at: cx.now.civil, view: view.clone() }));
        self.orders.push_back(Order::Tell(News::Staff(StaffNews::Supervision(view))));
    }

    /// Something has happened to a call: whoever supervises it may have nothing to supervise any more, and whoever turns to it
    /// supervises no other.
    pub(super) fn follow_supervision(&mut self, id: CallId, cx: &mut Context<'_>) {
        if self.supervisions.is_empty() {
            return;
        }
        let Some(call) = self.calls.get(&id).filter(|call| !call.is_ended()) else { return };
        let home = self.home_of(call);
        let is_own = |now: &Supervision| home == Some(&now.desk) || (now.call != id && call.is_of(&now.by));
        let own = |now: &Supervision| call.occupies_its_person() && is_own(now);
        let why = |now: &Supervision| match (now.call == id && home.is_none(), own(now)) {
            (true, _) => Some(SupervisionEnd::AgentLeft),
            (false, true) => Some(SupervisionEnd::OwnCall),
            (false, false) => None,
        };
        let over: Vec<_> = self.supervisions.iter().filter_map(|(at, now)| Some((at.clone(), why(now)?))).collect();
        over.into_iter().for_each(|(at, why)| self.end_supervision(&at, why, cx));
    }

    /// Nobody listens to what is no call.
    pub(super) fn supervised_call_ended(&mut self, id: CallId, cx: &mut Context<'_>) {
        self.end_where(|now| now.call == id, SupervisionEnd::CallEnded, cx);
    }

    /// What a desk's supervisor heard and spoke through is gone.
    pub(super) fn supervisor_hung_up(&mut self, desk: &DeskKey, cx: &mut Context<'_>) {
        self.end_where(|now| now.desk == *desk, SupervisionEnd::DeviceLost, cx);
    }

    /// The person goes home.
    pub fn on_supervisor_left(&mut self, user: UserId, cx: &mut Context<'_>) {
        self.end_where(|now| now.by.user == Some(user), SupervisionEnd::NotAllowed, cx);
    }

    /// Rights, ramais and extensions are administered anew: they count at once.
    pub fn on_supervisors_changed(&mut self, cx: &mut Context<'_>) {
        let (staff, config) = (cx.staff, cx.config);
        let may = |now: &Supervision| {
            let name = &now.by.account.name;
            let person = now.by.user.and_then(|user| staff.user(user));
            let sits_there = person.is_some_and(|person| person.ramal.as_ref() == Some(name));
            let holds = now.by.user.and_then(|user| staff.permissions(user));
            let allowed = holds.is_some_and(|held| held.contains(&Permission::CallsListen));
            config.accounts.contains_key(name) && (now.by.user.is_none() || (sits_there && allowed))
        };
        self.end_where(|now| !may(now), SupervisionEnd::NotAllowed, cx);
    }

    fn end_where(&mut self, over: impl Fn(&Supervision) -> bool, why: SupervisionEnd, cx: &mut Context<'_>) {
        let over: Vec<_> = self.supervisions.iter().filter(|(_, now)| over(now)).map(|(at, _)| at.clone()).collect();
        over.iter().for_each(|at| self.end_supervision(at, why, cx));
    }

    /// The supervisor has changed the device.
    pub(super) fn reseat_supervisor(&mut self, at: &AccountName, cx: &mut Context<'_>) {
        let Some((account, call)) = self.supervisions.get(at).map(|now| (now.by.account.clone(), now.call)) else {
            return;
        };
        let (desk, there) = self.desks.prepare(&account, DeskKey::Supervisor(at.clone()), cx);
        let leg = there.leg;
        if self.must_be_nobody_elses(&desk, at).is_err() {
            return self.end_supervision(at, SupervisionEnd::OwnCall, cx);
        }
        if self.call_phone(&desk, cx).is_err() {
            return self.end_supervision(at, SupervisionEnd::DeviceLost, cx);
        }
        let Some(now) = self.supervisions.get_mut(at) else { return };
        now.leg = leg;
        let old = std::mem::replace(&mut now.desk, desk);
        let view = now.view();
        self.orders.push_back(Order::Tell(News::Staff(StaffNews::Supervision(view))));
        self.touch_if_there(call, cx);
        self.sync_desk(&old);
    }

    /// Everybody who supervises.
    pub fn supervision_views(&self) -> impl Iterator<Item = SupervisionView> {
        self.supervisions.values().map(Supervision::view)
    }

    /// What the agent may know of who supervises a call.
    pub(super) fn shown_supervisors(&self, call: &Call) -> Vec<SupervisedView> {
        let shown = |now: &&Supervision| now.mode != Mode::Listen || call.account.profile.show_listeners;
        let here = self.supervisions.values().filter(|now| now.call == call.id).filter(shown);
        here.map(|now| SupervisedView { mode: now.mode, by: now.by.name.clone() }).collect()
    }

    /// Whether this person supervises a call.
    pub(super) fn supervises(&self, user: UserId) -> bool {
        self.supervisions.values().any(|now| now.by.user == Some(user))
    }

    /// Whether somebody supervises at this desk.
    pub(super) fn is_supervised_from(&self, desk: &DeskKey) -> bool {
        self.supervisions.values().any(|now| now.desk == *desk)
    }

    /// Whether somebody has a call in the ear at the account's device: another one is signalled more softly.
    pub(super) fn is_listening_at(&self, account: &AccountName) -> bool {
        let talks = |call: &Call| call.is_answered() && call.seat.name == *account;
        self.supervisions.contains_key(account) || self.calls.values().any(talks)
    }
}

impl Supervision {
    fn view(&self) -> SupervisionView {
        SupervisionView {
            account: self.by.account.name.clone(),
            supervisor: self.by.user,
            name: self.by.name.clone(),
            leg: Some(self.leg),
            call: self.call,
            agent: self.agent,
            mode: Some(self.mode),
            since: self.since,
            why: None,
        }
    }
}
