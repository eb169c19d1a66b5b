//! Who hears whom of those who supervise: see the table in [`super`].

use crate::id::{CallId, LegId};

use super::super::Calls;
use super::super::command::SuperviseMode as Mode;
use super::super::desk::{Desk, DeskKey};
use super::super::live::Call;
use super::Supervision;

impl Calls {
    /// Supervisors who have joined the talk that this call is part of.
    pub(in super::super) fn barging_into(&self, call: &Call) -> Vec<LegId> {
        let joined = self.supervisions.values().filter(|now| now.mode == Mode::Barge && self.talks_with(now, call));
        joined.filter_map(|now| self.voice_at(&now.desk)).collect()
    }

    /// Supervisors whom the person at this desk hears.
    pub(in super::super) fn prompted_at(&self, desk: &DeskKey) -> Vec<LegId> {
        let heard = self.supervisions.values().filter(|now| now.mode != Mode::Listen);
        let here = heard.filter(|now| self.calls.get(&now.call).is_some_and(|call| self.hears_advice(call, desk)));
        here.filter_map(|now| self.voice_at(&now.desk)).collect()
    }

    /// What a supervisor at this desk hears.
    pub(in super::super) fn supervised_from(&self, desk: &DeskKey) -> Vec<LegId> {
        let here = self.supervisions.values().filter(|now| now.desk == *desk);
        here.flat_map(|now| self.heard_by(now)).collect()
    }

    /// Desks of supervisors who may hear something else when this call has changed.
    pub(in super::super) fn supervisors_around(&self, id: CallId) -> Vec<DeskKey> {
        let Some(call) = self.calls.get(&id) else { return Vec::new() };
        let near = |other: &Call| {
            let together = other.conference.is_some() && other.conference == call.conference;
            other.id == id || together || self.home_of(other) == Some(&call.desk)
        };
        let around = self.supervisions.values().filter(|now| self.calls.get(&now.call).is_some_and(near));
        around.map(|now| now.desk.clone()).collect()
    }

    /// The device there is another one, or there at last: everybody around hears it.
    pub(in super::super) fn sync_supervised_from(&mut self, desk: &DeskKey) {
        let calls: Vec<CallId> =
            self.supervisions.values().filter(|now| now.desk == *desk).map(|now| now.call).collect();
        calls.into_iter().for_each(|call| self.sync_media(call));
    }

    fn heard_by(&self, now: &Supervision) -> Vec<LegId> {
        let attended = |call: &&Call| call.is_answered() && !call.is_unattended();
        let Some(call) = self.calls.get(&now.call).filter(attended) else { return Vec::new() };
        let agent = self.desk_of(call);
        if call.held {
            let advised = agent.filter(|agent| now.mode != Mode::Listen && self.hears_advice(call, agent));
            return advised.and_then(|agent| self.voice_at(agent)).into_iter().collect();
        }
        let conference = call.conference.and_then(|conference| self.conferences.get(&conference));
        let others = conference.into_iter().flat_map(|conference| &conference.members).filter(|id| **id != call.id);
        let parties = std::iter::once(call).chain(others.filter_map(|id| self.calls.get(id)));
        let far_ends = parties.filter(|party| self.is_voice(party)).map(|party| party.leg);
        let own = self.voice_at(&now.desk);
        let joined = self.barging_into(call).into_iter().filter(|leg| Some(*leg) != own);
        far_ends.chain(agent.and_then(|agent| self.voice_at(agent))).chain(joined).collect()
    }

    /// Whether the call that is supervised talks, with this one or as this one.
    fn talks_with(&self, now: &Supervision, call: &Call) -> bool {
        let Some(own) = self.calls.get(&now.call) else { return false };
        let together = own.id == call.id || (own.conference.is_some() && own.conference == call.conference);
        together && own.is_answered() && !own.held && !own.is_unattended()
    }

    /// Whether the person at the desk can be spoken to about a call: in it, or while it waits and nothing else is talked about.
    fn hears_advice(&self, call: &Call, desk: &DeskKey) -> bool {
        if !call.is_answered() || call.is_unattended() || self.desk_of(call) != Some(desk) {
            return false;
        }
        let talks = |other: &Call| other.id != call.id && !other.held && other.occupies_its_person();
        !call.held || !self.calls_around(desk).iter().filter_map(|id| self.calls.get(id)).any(talks)
    }

    /// A desk's voice; not the music of the PBX that a phone is put on hold at.
    fn voice_at(&self, desk: &DeskKey) -> Option<LegId> {
        self.desks.get(desk).filter(|desk| !desk.holds_us()).and_then(Desk::voice)
    }
}
