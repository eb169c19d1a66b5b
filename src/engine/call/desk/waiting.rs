//! Calls that wait until their person's desk phone is picked up.
//!
//! A call is answered or resumed only where somebody can talk: without the phone that is called first, and the far end goes
//! on ringing, or hearing music, meanwhile. When the phone is put down in mid-call the far end is held with music (VZ-05),
//! and the phone is called again, once for each time; what refuses or rings out is called again by a wish only.

use std::collections::BTreeSet;

use crate::border::{Refusal, RefusalCode};
use crate::config::{Account, DeviceName};
use crate::id::CallId;
use crate::news::{Direction, HangupCause};

use super::super::live::{Call, Phase};
use super::super::{Calls, Context};
use super::DeskKey;

impl Calls {
    /// Whether the phone must be picked up before anybody can talk in this call: it is called now, and the call goes on
    /// as wished when it is.
    pub(in super::super) fn phone_first(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<bool, Refusal> {
        let Some(key) = self.calls.get(&id).and_then(|call| self.home_of(call)).cloned() else { return Ok(false) };
        if !self.lacks_phone(&key) {
            return Ok(false);
        }
        self.await_phone(&key, id);
        if let Err(why) = self.call_phone(&key, cx) {
            self.phone_not_reached(&key);
            return Err(why);
        }
        self.story(id, "phone-called", "", cx);
        Ok(true)
    }

    /// The phone that this call waits for.
    pub(in super::super) fn phone_awaited_by(&self, id: CallId) -> Option<DeviceName> {
        let phone = self.phone(self.home_of(self.calls.get(&id)?)?)?;
        phone.waiting.contains(&id).then(|| phone.config.device.clone())
    }

    /// A person dials only with the phone in hand: nobody is called to hear silence.
    pub fn has_voice(&self, account: &Account) -> bool {
        self.needs_phone(account).is_ok()
    }

    pub(in super::super) fn needs_phone(&self, account: &Account) -> Result<(), Refusal> {
        let device = self.desks.device_of(account);
        match self.lacks_phone(&DeskKey::Phone(device.clone())) {
            false => Ok(()),
            true => {
                let text =
                    format!("the desk phone {device} is not connected; connect it first: devices connect {device}");
                Err(Refusal::new(RefusalCode::DeviceNotConnected, text))
            }
        }
    }

    /// A call that would talk at a desk whose phone is not there waits for it with music, and its conference goes on alone.
    pub(in super::super) fn wait_for_phone(&mut self, id: CallId, cx: &mut Context<'_>) {
        let talks = |call: &&Call| call.is_answered() && !call.held && !call.is_unattended();
        let Some(call) = self.calls.get(&id).filter(talks) else { return };
        let Some(key) = self.desk_of(call).filter(|key| self.lacks_phone(key)).cloned() else { return };
        self.await_phone(&key, id);
        if !self.step_out(id) {
            let _held = self.hold(id, cx);
        }
        if let Err(why) = self.call_phone(&key, cx) {
            self.phone_failed(&key, &why, cx);
        }
    }

    /// It is picked up: whoever waited goes on.
    pub(super) fn phone_is_there(&mut self, key: &DeskKey, cx: &mut Context<'_>) {
        let waiting = self.phone_mut(key).map(|phone| std::mem::take(&mut phone.waiting)).unwrap_or_default();
        for id in waiting {
            let Some(call) = self.calls.get(&id) else { continue };
            // Either may have become impossible meanwhile; then nothing is left to be done.
            let _went_on = match (&call.phase, call.direction) {
                (Phase::Ringing, Direction::Inbound) => self.answer(id, cx),
                (Phase::Answered, _) => self.resume(id, cx),
                (Phase::Dialling | Phase::Ringing | Phase::Early | Phase::Ended { .. }, _) => continue,
            };
            self.touch_if_there(id, cx);
        }
    }

    /// It was put down.
    pub(super) fn phone_lost(&mut self, key: &DeskKey, why: &HangupCause, cx: &mut Context<'_>) {
        let around = self.calls_around(key);
        let talked = |id: &CallId| self.calls.get(id).is_some_and(|call| call.is_answered() && !call.held);
        if around.iter().any(talked) {
            self.tell_lost(key, why);
        }
        around.into_iter().for_each(|id| self.touch_if_there(id, cx));
    }

    /// Nobody picked it up: who rings here may be answered again, who hears music goes on hearing it.
    pub(super) fn phone_not_reached(&mut self, key: &DeskKey) {
        let calls = &self.calls;
        let Some(phone) = self.desks.get_mut(key).and_then(|desk| desk.phone.as_mut()) else { return };
        phone.waiting.retain(|id| calls.get(id).is_some_and(Call::is_answered));
    }

    /// The calls at a desk, and those of the conferences that it leads.
    pub(in super::super) fn calls_around(&self, key: &DeskKey) -> BTreeSet<CallId> {
        let led = self.conferences.values().filter(|conference| conference.desk.as_ref() == Some(key));
        let members = led.flat_map(|conference| conference.members.iter().copied());
        self.calls_at(key).map(|call| call.id).chain(members).collect()
    }

    fn await_phone(&mut self, key: &DeskKey, id: CallId) {
        if let Some(phone) = self.phone_mut(key) {
            phone.waiting.retain(|other| *other != id);
            phone.waiting.push(id);
        }
    }

    /// It is the desk of a phone that nobody has in hand.
    pub(in super::super) fn lacks_phone(&self, key: &DeskKey) -> bool {
        self.phone(key).is_some_and(|phone| !phone.is_connected())
    }
}
