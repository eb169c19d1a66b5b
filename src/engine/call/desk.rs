//! Where a person sits: one device leg, whatever calls come and go on it.
//!
//! An account whose device can talk in one call only has one desk for all its calls; any other account has one for each
//! call. A desk lasts as long as a call of its own.

use std::collections::BTreeMap;

use crate::config::{Account, AccountName, DeviceName};
use crate::id::{CallId, LegId};
use crate::leg::{DeviceMedia, LegMedia, LegState, MediaNews, OneWay};

use super::live::Call;
use super::media::next_state;
use super::{Calls, Context, Order};

/// Whose desk it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum DeskKey {
    /// Of every call of this account.
    Account(AccountName),
    /// Of this call alone.
    Call(CallId),
}

/// A device leg, and what it was last told.
#[derive(Debug)]
pub(super) struct Desk {
    pub leg: LegId,
    pub device: DeviceName,
    /// The far ends hear silence from it (VZ-06).
    pub muted: bool,
    /// Why nobody hears it.
    pub one_way: Option<OneWay>,
    said: Option<LegState>,
}

/// All desks, by whose they are and by their legs.
#[derive(Debug, Default)]
pub(super) struct Desks {
    desks: BTreeMap<DeskKey, Desk>,
    /// What people chose to talk through, where it is not their account's own device.
    chosen: BTreeMap<AccountName, DeviceName>,
    by_leg: BTreeMap<LegId, DeskKey>,
}

impl Desks {
    /// The desk for a new call of `account`; a new one where there is none yet.
    pub fn seat(&mut self, call: CallId, account: &Account, cx: &mut Context<'_>) -> (DeskKey, LegId) {
        let key = match account.exclusive {
            true => DeskKey::Account(account.name.clone()),
            false => DeskKey::Call(call),
        };
        let desk = self.desks.entry(key.clone()).or_insert_with(|| Desk {
            leg: LegId(cx.ids.next(cx.now.civil)),
            device: self.chosen.get(&account.name).unwrap_or(&account.device).clone(),
            muted: false,
            one_way: None,
            said: None,
        });
        self.by_leg.insert(desk.leg, key.clone());
        (key, desk.leg)
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

    /// What is to be said now; `None` when it was said already.
    fn say(&mut self, media: Option<LegMedia>) -> Option<LegState> {
        let state = next_state(self.leg, self.said.as_ref(), media)?;
        self.said = Some(state.clone());
        Some(state)
    }
}

impl Calls {
    /// The calls that belong to a desk, talking there or not.
    pub(super) fn calls_at<'a>(&'a self, key: &'a DeskKey) -> impl Iterator<Item = &'a Call> {
        let ids: &[CallId] = match key {
            DeskKey::Account(account) => self.by_account.get(account).map_or(&[], Vec::as_slice),
            DeskKey::Call(call) => std::slice::from_ref(call),
        };
        ids.iter().filter_map(|id| self.calls.get(id)).filter(|call| !call.is_ended())
    }

    /// The account's calls are at this device from now on, in the middle of a call too (SP-05); `None`: at its own.
    pub fn use_device(&mut self, account: &AccountName, device: Option<DeviceName>, config: &crate::config::Config) {
        let own = config.accounts.get(account).map(|account| account.device.clone());
        let Some(now) = device.clone().or(own) else { return };
        match device {
            Some(device) => self.desks.chosen.insert(account.clone(), device),
            None => self.desks.chosen.remove(account),
        };
        let mut keys = vec![DeskKey::Account(account.clone())];
        keys.extend(self.by_account.get(account).into_iter().flatten().map(|call| DeskKey::Call(*call)));
        for key in keys {
            if let Some(desk) = self.desks.get_mut(&key) {
                desk.device = now.clone();
                self.sync_desk(&key);
            }
        }
    }

    /// Compares what the desk's device shall do with what was said last: it is closed while every call goes on without
    /// it. A desk without calls is cleared.
    pub(super) fn sync_desk(&mut self, key: &DeskKey) {
        let owned = self.calls_at(key).next().is_some();
        let busy =
            self.calls_at(key).any(|call| call.conference.is_none() && !call.tie.is_unattended()) || self.leads(key);
        let sound = self.sound_at(key);
        let Some(desk) = self.desks.get_mut(key) else { return };
        if !busy {
            desk.muted = false;
        }
        let cleared = !owned && !busy;
        let wanted = busy.then(|| {
            let (device, muted) = (desk.device.clone(), desk.muted);
            LegMedia::Device(DeviceMedia { device, feed: sound.feed, ring: sound.ring, muted })
        });
        if let Some(state) = desk.say(wanted) {
            self.orders.push_back(Order::Media(state));
        }
        if cleared {
            self.desks.remove(key);
        }
    }

    fn leads(&self, key: &DeskKey) -> bool {
        self.conferences.values().any(|conference| conference.desk.as_ref() == Some(key))
    }
}
