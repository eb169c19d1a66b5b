//! What media shall do for a call: a pure function of the call, said whenever it changes.

use crate::config::HoldMode;
use crate::id::CallId;
use crate::leg::{DeviceMedia, Feed, LegMedia, LegState, RtpMedia, Tone};
use crate::news::{Direction, News};

use super::live::{Call, Phase};
use super::{Calls, Order};

impl Calls {
    /// Compares what is wanted with what was said last.
    pub(super) fn sync_media(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let wanted = [(call.leg, network(call)), (call.device_leg, device(call))];
        for (said, (leg, media)) in call.said.iter_mut().zip(wanted) {
            let generation = match said {
                Some(said) if said.media == media => continue,
                Some(said) => said.generation + 1,
                None if media.is_none() => continue,
                None => 1,
            };
            let state = LegState { leg, generation, media };
            *said = Some(state.clone());
            self.orders.push_back(Order::Media(state));
        }
    }

    /// Tells who watches, when what they see has changed. The end is told by [`Calls::finish`].
    pub(super) fn sync_view(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(&id).filter(|call| !call.is_ended()) else { return };
        let mut view = call.view();
        // Measures have news of their own; they alone are no change of the call.
        view.legs.iter_mut().for_each(|leg| leg.quality = None);
        if call.told.as_ref() != Some(&view) {
            call.told = Some(view);
            self.orders.push_back(Order::Tell(News::Call(call.view())));
        }
    }
}

/// The leg to the network.
fn network(call: &Call) -> Option<LegMedia> {
    let feed = match (&call.phase, call.held, call.bridged) {
        (Phase::Ended { .. }, _, _) => return None,
        (Phase::Answered, true, _) => held_feed(call),
        (Phase::Answered, false, Some((_, peer))) => Feed::Peer(peer),
        (Phase::Answered, false, None) => Feed::Peer(call.device_leg),
        // Silence opens the way through a NAT for early media.
        (Phase::Dialling | Phase::Ringing | Phase::Early, _, _) => match call.direction {
            Direction::Outbound => Feed::Silence,
            Direction::Inbound => Feed::Nothing,
        },
    };
    Some(LegMedia::Rtp(RtpMedia {
        port: call.port.id,
        ssrc: call.ssrc,
        stream: call.stream.clone(),
        feed,
        receive: !call.held,
        nat: call.account.profile.nat,
        digits: call.digits.iter().copied().collect(),
    }))
}

fn held_feed(call: &Call) -> Feed {
    match call.account.profile.hold {
        HoldMode::Local | HoldMode::Sendonly => {
            Feed::Sound { name: call.account.profile.hold_music.clone(), repeat: true }
        }
        HoldMode::Inactive => Feed::Nothing,
    }
}

/// The leg to the person's device: none once two far ends talk to each other.
fn device(call: &Call) -> Option<LegMedia> {
    let feed = match (&call.phase, call.direction, call.held) {
        (Phase::Ended { .. }, _, _) => return None,
        (Phase::Answered, _, _) if call.bridged.is_some() => return None,
        (Phase::Answered, _, true) | (Phase::Dialling, _, _) => Feed::Silence,
        (Phase::Answered, _, false) | (Phase::Early, _, _) => Feed::Peer(call.leg),
        (Phase::Ringing, Direction::Outbound, _) => Feed::Tone(Tone::Ringback),
        (Phase::Ringing, Direction::Inbound, _) if call.waiting => Feed::Tone(Tone::CallWaiting),
        (Phase::Ringing, Direction::Inbound, _) => Feed::Tone(Tone::Ring),
    };
    Some(LegMedia::Device(DeviceMedia { device: call.account.device.clone(), feed, muted: call.muted }))
}
