//! Where a person sits: one leg to a device, whatever calls come and go on it.
//!
//! An account whose device can talk in one call only has one desk for all its calls; any other account has one for each
//! call. Such a desk lasts as long as a call of its own. A desk phone is a desk for every account that names it, and lasts
//! as long as it is configured: [`phone`] is what it is, [`line`] how it is called, [`waiting`] who
//! waits until it is picked up, [`keys`] what its keypad does.

mod keys;
mod line;
mod phone;
mod waiting;

use std::collections::BTreeMap;

use crate::config::{Account, AccountName, DeviceName};
use crate::id::{CallId, LegId};
use crate::leg::{DeviceMedia, LegMedia, LegState, MediaNews, OneWay};
use crate::records::{LegRow, Record};

use super::live::Call;
use super::media::next_state;
use super::{Calls, Context, Order};

pub(super) use keys::Heard;
use phone::Phone;

/// Whose desk it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum DeskKey {
    /// Of every call of this account.
    Account(AccountName),
    /// Of this call alone.
    Call(CallId),
    /// Of every call of the accounts that talk through this desk phone.
    Phone(DeviceName),
    /// Where the person of this account supervises, whose calls each have a desk.
    Supervisor(AccountName),
}

/// The leg to a device, and what it was last told.
#[derive(Debug)]
pub(super) struct Desk {
    pub leg: LegId,
    pub device: DeviceName,
    /// The far ends hear silence from it (VZ-06).
    pub muted: bool,
    /// Why nobody hears it.
    pub one_way: Option<OneWay>,
    /// Its page has been gone for so long that who talks there hears music.
    pub is_left: bool,
    /// The calls that belong to it, talking there or not.
    calls: Vec<CallId>,
    /// What stands there, where that is no device of this machine.
    phone: Option<Phone>,
    said: Option<LegState>,
}

/// All desks, by whose they are, by their legs and by the calls that lead to phones.
#[derive(Debug, Default)]
pub(super) struct Desks {
    desks: BTreeMap<DeskKey, Desk>,
    /// What people chose to talk through, where it is not their account's own device.
    chosen: BTreeMap<AccountName, DeviceName>,
    by_leg: BTreeMap<LegId, DeskKey>,
    by_line: BTreeMap<CallId, DeskKey>,
}

impl Desks {
    /// The desk for a new call of `account`; a new one where there is none yet.
    pub fn seat(&mut self, call: CallId, account: &Account, cx: &mut Context<'_>) -> (DeskKey, LegId) {
        let (key, desk) = self.prepare(account, DeskKey::Call(call), cx);
        desk.calls.push(call);
        (key, desk.leg)
    }

    /// The desk of whoever sits at the account's device, with that device; `own` where there may be several.
    pub fn prepare(&mut self, account: &Account, own: DeskKey, cx: &mut Context<'_>) -> (DeskKey, &mut Desk) {
        let device = self.device_of(account).clone();
        // There is one page, and one stream to it.
        let exclusive = account.exclusive || device.is_page();
        let key = match (cx.config.phones.contains_key(&device), exclusive) {
            (true, _) => DeskKey::Phone(device.clone()),
            (false, true) => DeskKey::Account(account.name.clone()),
            (false, false) => own,
        };
        let desk = self.furnish(&key, &device, cx);
        if desk.device != device {
            // What was wrong with the other is not wrong with this one.
            (desk.device, desk.one_way, desk.is_left) = (device, None, false);
        }
        (key, desk)
    }

    /// What calls of the account are talked through: as its person chose, else its own.
    pub fn device_of<'a>(&'a self, account: &'a Account) -> &'a DeviceName {
        self.chosen.get(&account.name).unwrap_or(&account.device)
    }

    /// The desk, put there where it is missing.
    fn furnish(&mut self, key: &DeskKey, device: &DeviceName, cx: &mut Context<'_>) -> &mut Desk {
        let desk = self.desks.entry(key.clone()).or_insert_with(|| Desk {
            leg: LegId(cx.ids.next(cx.now.civil)),
            device: device.clone(),
            muted: false,
            one_way: None,
            is_left: false,
            calls: Vec::new(),
            phone: cx.config.phones.get(device).map(|line| Phone::new(line.clone(), cx.now.civil)),
            said: None,
        });
        self.by_leg.insert(desk.leg, key.clone());
        desk
    }

    pub fn get(&self, key: &DeskKey) -> Option<&Desk> {
        self.desks.get(key)
    }

    pub fn get_mut(&mut self, key: &DeskKey) -> Option<&mut Desk> {
        self.desks.get_mut(key)
    }

    /// The desk that media news are about.
    pub fn of_leg(&self, leg: LegId) -> Option<&DeskKey> {
        self.by_leg.get(&leg)
    }

    /// A call has ended.
    pub fn rise(&mut self, key: &DeskKey, call: CallId) {
        if let Some(desk) = self.desks.get_mut(key) {
            desk.calls.retain(|other| *other != call);
        }
    }

    fn remove(&mut self, key: &DeskKey) {
        if let Some(desk) = self.desks.remove(key) {
            self.by_leg.remove(&desk.leg);
        }
    }
}

impl Desk {
    /// Whether news are about what was last said.
    pub fn is_current(&self, news: &MediaNews) -> bool {
        self.said.as_ref().is_some_and(|said| said.leg == news.leg && said.generation == news.generation)
    }

    /// The leg whose voice calls hear. A device of this machine is muted where it is; a phone goes on talking, unheard.
    pub fn voice(&self) -> Option<LegId> {
        match &self.phone {
            None => Some(self.leg),
            Some(phone) => (phone.is_connected() && !self.muted).then_some(self.leg),
        }
    }

    /// The person pressed the phone's own hold: what comes from it may be the PBX's music.
    pub fn holds_us(&self) -> bool {
        self.phone.as_ref().is_some_and(Phone::holds_us)
    }

    /// What is to be said now; `None` when it was said already.
    fn say(&mut self, media: Option<LegMedia>) -> Option<LegState> {
        let state = next_state(self.leg, self.said.as_ref(), media)?;
        self.said = Some(state.clone());
        Some(state)
    }
}

impl Calls {
    /// The calls that belong to a desk, talking there or not.
    pub(super) fn calls_at<'a>(&'a self, key: &DeskKey) -> impl Iterator<Item = &'a Call> {
        let ids = self.desks.get(key).map_or(&[][..], |desk| &desk.calls);
        ids.iter().filter_map(|id| self.calls.get(id)).filter(|call| !call.is_ended())
    }

    /// The account's calls are at this device from now on, in the middle of a call too (SP-05); `None`: at its own.
    pub fn use_device(&mut self, account: &AccountName, device: Option<DeviceName>, cx: &mut Context<'_>) {
        match device {
            Some(device) => self.desks.chosen.insert(account.clone(), device),
            None => self.desks.chosen.remove(account),
        };
        let sitting = self.calls.values().filter(|call| !call.is_ended() && call.seat.name == *account);
        for call in sitting.map(|call| call.id).collect::<Vec<_>>() {
            self.reseat(call, cx);
        }
        self.reseat_supervisor(account, cx);
    }

    /// Its person has changed the device: another desk, or another device on the same one.
    pub(super) fn reseat(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some((old, account)) = self.calls.get(&id).map(|call| (call.desk.clone(), call.seat.clone())) else {
            return;
        };
        self.desks.rise(&old, id);
        let (new, leg) = self.desks.seat(id, &account, cx);
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.desk = new.clone();
        if std::mem::replace(&mut call.device_leg, leg) != leg {
            let far_end = self.desks.device_of(&account).to_string();
            let row = LegRow { leg, call: id, sip_call_id: String::new(), far_end, at: cx.now.civil };
            self.orders.push_back(Order::Store(Record::LegOpened(row)));
        }
        let conference = call.conference.and_then(|key| self.conferences.get_mut(&key));
        if let Some(desk) = conference.and_then(|conference| conference.desk.as_mut()).filter(|desk| **desk == old) {
            *desk = new;
        }
        self.touch(id, cx);
        self.sync_desk(&old);
    }

    /// Compares what the desk's device shall do with what was said last: it is closed while every call goes on without
    /// it, but for a phone, which is kept. A desk without calls is cleared.
    pub(super) fn sync_desk(&mut self, key: &DeskKey) {
        let owned = self.calls_at(key).next().is_some();
        let talks = |call: &Call| call.conference.is_none() && !call.is_unattended();
        let busy = self.calls_at(key).any(talks) || self.leads(key) || self.is_supervised_from(key);
        let sound = self.sound_at(key);
        let Some(desk) = self.desks.get_mut(key) else { return };
        if !busy {
            desk.muted = false;
        }
        let wanted = match &desk.phone {
            Some(phone) => phone.media(sound, desk.muted),
            None => busy.then(|| {
                let (device, muted) = (desk.device.clone(), desk.muted);
                LegMedia::Device(DeviceMedia { device, feed: sound.feed, ring: sound.ring, muted })
            }),
        };
        let is_phone = desk.phone.is_some();
        if let Some(state) = desk.say(wanted) {
            self.orders.push_back(Order::Media(state));
        }
        match is_phone {
            // Whether it is heard is said where it is heard.
            true => self.calls_around(key).into_iter().for_each(|call| self.sync_leg(call)),
            false if owned || busy => {}
            false => self.desks.remove(key),
        }
    }

    pub(super) fn is_phone(&self, key: &DeskKey) -> bool {
        self.desks.get(key).is_some_and(|desk| desk.phone.is_some())
    }

    fn leads(&self, key: &DeskKey) -> bool {
        self.conferences.values().any(|conference| conference.desk.as_ref() == Some(key))
    }
}
