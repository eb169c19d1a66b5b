//! What media shall do for calls: a pure function of the calls, said whenever it changes.

use crate::config::HoldMode;
use crate::id::{CallId, LegId};
use crate::leg::{Feed, LegMedia, LegState, RtpMedia, Tone};
use crate::news::{Direction, News};

use super::desk::{Desk, DeskKey};
use super::live::{Call, Claim, Phase};
use super::transfer::Tie;
use super::{Calls, Order};

/// What a person hears at a desk.
pub(super) struct DeskSound {
    pub feed: Feed,
    /// A call that comes in, on the device that rings.
    pub ring: Option<Tone>,
}

impl Calls {
    /// Compares what is wanted of a call, of all who talk with it and of its desk with what was said last.
    pub(super) fn sync_media(&mut self, id: CallId) {
        let Some(call) = self.calls.get(&id) else { return };
        let home = call.desk.clone();
        let (members, away) = match call.conference.and_then(|conference| self.conferences.get(&conference)) {
            Some(conference) => (conference.members.iter().copied().collect(), conference.desk.clone()),
            None => (vec![id], None),
        };
        for member in members {
            self.sync_leg(member);
        }
        for desk in away.into_iter().filter(|away| *away != home) {
            self.sync_desk(&desk);
        }
        self.sync_desk(&home);
        for desk in self.supervisors_around(id) {
            self.sync_desk(&desk);
        }
    }

    pub(super) fn sync_leg(&mut self, id: CallId) {
        let Some(call) = self.calls.get(&id) else { return };
        let wanted = self.network(call);
        if let Some(state) = next_state(call.leg, call.said.as_ref(), wanted)
            && let Some(call) = self.calls.get_mut(&id)
        {
            call.said = Some(state.clone());
            self.orders.push_back(Order::Media(state));
        }
    }

    /// Tells who watches, when what they see has changed. The end is told by [`Calls::finish`].
    pub(super) fn sync_view(&mut self, id: CallId) {
        let Some(mut view) = self.calls.get(&id).filter(|call| !call.is_ended()).map(|call| self.view(call)) else {
            return;
        };
        let news = News::Call(view.clone());
        // Measures have news of their own; they alone are no change of the call.
        view.legs.iter_mut().for_each(|leg| leg.quality = None);
        let Some(call) = self.calls.get_mut(&id) else { return };
        if call.told.as_ref() != Some(&view) {
            call.told = Some(view);
            self.orders.push_back(Order::Tell(news));
        }
    }

    /// The leg to the network.
    fn network(&self, call: &Call) -> Option<LegMedia> {
        let feed = match (&call.phase, call.direction, call.held) {
            (Phase::Ended { .. }, _, _) => return None,
            (Phase::Answered, _, _) if call.tie == Tie::Left => Feed::Silence,
            (Phase::Answered, _, _) if call.claim != Claim::Claimed => unclaimed_feed(&call.claim),
            (Phase::Answered, _, _) if call.tie.is_unattended() => Feed::Tone(Tone::Ringback),
            (Phase::Answered, _, true) => held_feed(call),
            (Phase::Answered, _, false) => {
                let instead = call.notice().or_else(|| self.music_for_left(call));
                instead.unwrap_or_else(|| mixed(self.partners_of(call)))
            }
            // Silence opens the way through a NAT for early media.
            (Phase::Dialling | Phase::Ringing | Phase::Early, Direction::Outbound, _) => Feed::Silence,
            (Phase::Dialling | Phase::Ringing | Phase::Early, Direction::Inbound, _) => Feed::Nothing,
        };
        Some(LegMedia::Rtp(RtpMedia {
            port: call.port.id,
            ssrc: call.ssrc,
            stream: call.stream.clone(),
            record: call.tap(&feed),
            feed,
            receive: !call.held,
            nat: call.account.profile.nat,
            digits: call.digits.iter().copied().collect(),
            listen: call.listening(),
        }))
    }

    /// Whom a call that talks hears: its person, and who else is in its conference.
    fn partners_of(&self, call: &Call) -> Vec<LegId> {
        let others = call.conference.and_then(|conference| self.conferences.get(&conference));
        let others = others.into_iter().flat_map(|conference| conference.members.iter()).filter(|id| **id != call.id);
        let voices = others.filter_map(|id| self.calls.get(id)).filter(|other| self.is_voice(other));
        let desk = self.desk_of(call).and_then(|key| self.desks.get(key));
        let person = desk.filter(|desk| call.conference.is_none() || !desk.holds_us()).and_then(Desk::voice);
        voices.map(|other| other.leg).chain(person).chain(self.barging_into(call)).collect()
    }

    /// The desk that a call belongs to: its own, or that of its conference's leader.
    pub(super) fn home_of<'a>(&'a self, call: &'a Call) -> Option<&'a DeskKey> {
        match call.conference.and_then(|conference| self.conferences.get(&conference)) {
            Some(conference) => conference.desk.as_ref(),
            None => Some(&call.desk),
        }
    }

    /// The desk a call talks with: its own, or its conference's; none where the conference goes on alone.
    pub(super) fn desk_of<'a>(&'a self, call: &'a Call) -> Option<&'a DeskKey> {
        match call.conference.and_then(|conference| self.conferences.get(&conference)) {
            Some(conference) => conference.attended_by(),
            None => Some(&call.desk),
        }
    }

    /// Whether others hear this call. In a conference a party that holds us is not heard: its PBX may be playing music.
    pub(super) fn is_voice(&self, call: &Call) -> bool {
        let heard = call.is_answered() && !call.held && !call.is_unattended();
        heard && (call.conference.is_none() || !(call.silenced || call.held_by_peer()))
    }

    /// What a person hears: everybody who talks with the desk, else what becomes of a call that is dialled.
    pub(super) fn sound_at(&self, key: &DeskKey) -> DeskSound {
        let conferences = self.conferences.values().filter(|conference| conference.attended_by() == Some(key));
        let members = conferences.flat_map(|conference| conference.members.iter()).filter_map(|id| self.calls.get(id));
        let here = || self.calls_at(key).filter(|call| !call.is_unattended());
        let alone = here().filter(|call| call.conference.is_none());
        let talking = |call: &&Call| self.is_voice(call) || call.phase == Phase::Early;
        let supervision = self.prompted_at(key).into_iter().chain(self.supervised_from(key));
        let voices: Vec<LegId> = members.chain(alone).filter(talking).map(|call| call.leg).chain(supervision).collect();
        let rings =
            |direction: Direction| here().find(|call| call.phase == Phase::Ringing && call.direction == direction);
        let ring = rings(Direction::Inbound).map(|call| if call.waiting { Tone::CallWaiting } else { Tone::Ring });
        let feed = match rings(Direction::Outbound) {
            Some(_) if voices.is_empty() => Feed::Tone(Tone::Ringback),
            Some(_) | None => mixed(voices),
        };
        DeskSound { feed, ring }
    }
}

/// What is to be said of a leg after `said`; `None` when nothing has changed.
pub(super) fn next_state(leg: LegId, said: Option<&LegState>, media: Option<LegMedia>) -> Option<LegState> {
    let generation = match said {
        Some(said) if said.media == media => return None,
        Some(said) => said.generation + 1,
        None if media.is_none() => return None,
        None => 1,
    };
    Some(LegState { leg, generation, media })
}

/// Whoever hears one leg hears it as it is; more are mixed.
fn mixed(mut legs: Vec<LegId>) -> Feed {
    legs.sort_unstable();
    legs.dedup();
    match legs[..] {
        [] => Feed::Silence,
        [one] => Feed::Peer(one),
        _ => Feed::Mix(legs),
    }
}

/// Who answered hears nothing that an agent would have to talk against, and then who called.
fn unclaimed_feed(claim: &Claim) -> Feed {
    match claim {
        Claim::Claimed | Claim::Unclaimed => Feed::Silence,
        Claim::Dismissed { notice, .. } => Feed::Sound { name: notice.clone(), repeat: false },
    }
}

fn held_feed(call: &Call) -> Feed {
    match call.account.profile.hold {
        HoldMode::Local | HoldMode::Sendonly => Feed::Sound { name: call.hold_audio().clone(), repeat: true },
        HoldMode::Inactive => Feed::Nothing,
    }
}
