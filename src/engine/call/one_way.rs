//! Only one side is heard (SP-07): media names the cause of each leg, a call shows it while it should be heard both ways.

use crate::leg::OneWay;

use super::Calls;
use super::desk::{Desk, DeskKey};
use super::live::Call;

impl Calls {
    /// What a desk sends has changed; every call there shows it.
    pub(super) fn on_desk_one_way(&mut self, key: &DeskKey, cause: Option<OneWay>) {
        let Some(desk) = self.desks.get_mut(key) else { return };
        desk.one_way = cause;
        self.calls_around(key).into_iter().for_each(|call| self.sync_view(call));
    }
}

/// What a call shows: first why we are not heard, at the desk it talks with, then why we do not hear.
pub(super) fn trouble(call: &Call, desk: Option<&Desk>) -> Option<OneWay> {
    let talks = call.is_answered() && !call.held && !call.held_by_peer();
    desk.and_then(|desk| desk.one_way).or(call.one_way).filter(|_| talks)
}
