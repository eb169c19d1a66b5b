//! Only one side is heard (SP-07): media names the cause of each leg, a call shows it while it should be heard both ways.
//!
//! A page that is gone comes back within seconds where it is reloaded (SP-06). Where it takes longer, whoever talks there hears
//! music until it is back:
//!
//! ```text
//!   there ──gone──> missed ──1.5 s──> left, music
//!     ^───────────────┴──────back──────┘
//! ```

use std::time::Duration;

use crate::id::LegId;
use crate::leg::{Feed, OneWay};

use super::desk::{Desk, DeskKey};
use super::live::Call;
use super::{Calls, Context, Timer};

impl Calls {
    /// What a desk sends has changed; every call there shows it.
    pub(super) fn on_desk_one_way(&mut self, key: &DeskKey, cause: Option<OneWay>, cx: &Context<'_>) {
        let Some(desk) = self.desks.get_mut(key) else { return };
        desk.one_way = cause;
        let timer = Timer::PageLeft(desk.leg);
        match cause == Some(OneWay::DeviceGone) && desk.device.is_page() {
            true if !desk.is_left && self.timers.get(&timer).is_none() => {
                self.timers.set(timer, cx.now.moment + UNTIL_MUSIC);
            }
            true => {}
            false => {
                self.timers.cancel(&timer);
                self.set_left(key, false);
            }
        }
        self.calls_around(key).into_iter().for_each(|call| self.sync_view(call));
    }

    /// Its page has not come back in time.
    pub(super) fn on_page_left(&mut self, leg: LegId) {
        let Some(key) = self.desks.of_leg(leg).cloned() else { return };
        let is_gone = |desk: &Desk| desk.one_way == Some(OneWay::DeviceGone) && desk.device.is_page();
        if self.desks.get(&key).is_some_and(is_gone) {
            self.set_left(&key, true);
        }
    }

    /// What a far end hears whose person's page is gone; in a conference the others go on.
    pub(super) fn music_for_left(&self, call: &Call) -> Option<Feed> {
        let desk = self.desk_of(call).and_then(|key| self.desks.get(key))?;
        let music = || Feed::Sound { name: call.hold_audio().clone(), repeat: true };
        let alone = call.conference.is_none() && self.barging_into(call).is_empty();
        (desk.is_left && alone).then(music)
    }

    fn set_left(&mut self, key: &DeskKey, is_left: bool) {
        let Some(desk) = self.desks.get_mut(key) else { return };
        if std::mem::replace(&mut desk.is_left, is_left) != is_left {
            self.calls_around(key).into_iter().for_each(|call| self.sync_leg(call));
        }
    }
}

/// What a call shows: first why we are not heard, at the desk it talks with, then why we do not hear.
pub(super) fn trouble(call: &Call, desk: Option<&Desk>) -> Option<OneWay> {
    let talks = call.is_answered() && !call.held && !call.held_by_peer();
    desk.and_then(|desk| desk.one_way).or(call.one_way).filter(|_| talks)
}

/// Media tells within 1.5 s that a page is gone: with this, music begins 3 s after the page's last word.
const UNTIL_MUSIC: Duration = Duration::from_millis(1_500);
