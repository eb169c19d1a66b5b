//! Far ends that hear each other, with the person who joined them or without (VZ-10). Two without a person are a bridge.
//!
//! ```text
//!          other call answered          resumed
//!   join ──> led ──────────────> away ──────────────> led
//!             │ └── leave ──> alone ── one member left ──> over: nobody is left for it to talk with
//!             └── one member left ──> a plain call of the leader's
//! ```

use std::collections::BTreeSet;

use crate::border::{Refusal, RefusalCode};
use crate::id::{CallId, ConferenceId};
use crate::news::{HangupCause, HangupKind};

use super::command::Conference as Wish;
use super::control::wrong;
use super::desk::DeskKey;
use super::{Calls, Context};

/// Who talks with whom.
#[derive(Debug)]
pub(super) struct Conference {
    pub members: BTreeSet<CallId>,
    /// The leader's; none once the leader has left, or was never in it.
    pub desk: Option<DeskKey>,
    /// The leader talks in another call meanwhile; the others go on.
    pub away: bool,
}

impl Conference {
    /// The desk that hears and is heard.
    pub fn attended_by(&self) -> Option<&DeskKey> {
        self.desk.as_ref().filter(|_| !self.away)
    }

    fn parties(&self) -> usize {
        self.members.len() + usize::from(self.desk.is_some())
    }
}

impl Calls {
    /// Carries out a wish; gives the call to look after.
    pub(super) fn on_conference(&mut self, wish: &Wish, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        match wish {
            Wish::Join { calls } => self.join(calls, cx),
            Wish::Silence { call, on } => self.silence(*call, *on),
            Wish::Split { call } => self.split(*call, cx),
            Wish::Leave { call } => self.leave(*call, cx),
            Wish::End { call } => self.dissolve(*call, cx),
        }
    }

    /// All these calls and the person of the first one talk together. Held ones are resumed; calls that are in a
    /// conference bring it along.
    pub(super) fn join(&mut self, calls: &[CallId], cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let first = self.talking(calls)?;
        let desk = self.calls.get(&first).map(|call| call.desk.clone());
        self.gather(calls, desk, cx)?;
        self.hold_others(first, cx);
        Ok(first)
    }

    /// Joins the far ends of two calls without their person, whose devices fall silent.
    pub(super) fn bridge(&mut self, first: CallId, second: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        for id in [first, second] {
            if self.answered(id, "be bridged")?.conference.is_some() {
                return Err(wrong(id, "it is in a conference already"));
            }
        }
        self.talking(&[first, second])?;
        self.gather(&[first, second], None, cx)?;
        Ok(first)
    }

    /// The party is not heard by the others (or is again); it hears them.
    pub(super) fn silence(&mut self, id: CallId, on: bool) -> Result<CallId, Refusal> {
        self.member(id)?;
        self.live(id)?.silenced = on;
        Ok(id)
    }

    /// Takes a party out and keeps it on hold for the leader.
    pub(super) fn split(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let conference = self.member(id)?;
        if self.conferences.get(&conference).is_some_and(|conference| conference.desk.is_none()) {
            return Err(wrong(id, "its conference goes on without you; hang the call up instead"));
        }
        self.take_out(id, cx);
        self.hold(id, cx)
    }

    /// The leader goes, the others stay and talk.
    pub(super) fn leave(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let conference = self.member(id)?;
        let Some(conference) = self.conferences.get_mut(&conference) else { return Ok(id) };
        if conference.members.len() < 2 {
            return Err(wrong(id, "nobody would be left for it to talk with; hang it up instead"));
        }
        let left = conference.desk.take();
        conference.away = false;
        let members = conference.members.clone();
        if let Some(desk) = left {
            self.sync_desk(&desk);
        }
        for member in members {
            self.story(member, "leader-left", "", cx);
            self.touch(member, cx);
        }
        Ok(id)
    }

    /// Everybody is hung up.
    pub(super) fn dissolve(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let conference = self.member(id)?;
        let Some(conference) = self.conferences.remove(&conference) else { return Ok(id) };
        for member in conference.members {
            if let Some(call) = self.calls.get_mut(&member) {
                call.conference = None;
            }
            self.finish(member, HangupCause::ours(HangupKind::Normal, "the conference was ended"), cx);
            self.touch_if_there(member, cx);
        }
        // The call it belonged to may have gone before.
        if let Some(desk) = conference.desk {
            self.sync_desk(&desk);
        }
        Ok(id)
    }

    /// A member has ended or goes. Who would be left alone gets a plain call back, or, where no person is in it, its end.
    pub(super) fn take_out(&mut self, id: CallId, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.silenced = false;
        let Some(key) = call.conference.take() else { return };
        let Some(conference) = self.conferences.get_mut(&key) else { return };
        conference.members.remove(&id);
        let desk = conference.desk.clone();
        let rest: Vec<CallId> = conference.members.iter().copied().collect();
        if let [last] = rest[..] {
            self.leave_alone(key, last, cx);
        }
        rest.iter().for_each(|other| self.touch_if_there(*other, cx));
        if rest.is_empty() {
            self.conferences.remove(&key);
        }
        if let Some(desk) = desk {
            self.sync_desk(&desk);
        }
    }

    /// The last member of a conference.
    fn leave_alone(&mut self, key: ConferenceId, id: CallId, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        match self.conferences.get(&key).map(|conference| &conference.desk) {
            Some(Some(desk)) if call.desk == *desk => {
                (call.conference, call.silenced) = (None, false);
                self.conferences.remove(&key);
            }
            // Its own person was never in it: it goes on talking with the leader.
            Some(Some(_)) => {}
            Some(None) | None => {
                call.conference = None;
                self.conferences.remove(&key);
                self.finish(id, HangupCause::ours(HangupKind::Normal, "the other side of the bridge ended"), cx);
            }
        }
    }

    /// Several different calls that are all answered; the first of them.
    fn talking(&mut self, calls: &[CallId]) -> Result<CallId, Refusal> {
        let different: BTreeSet<_> = calls.iter().collect();
        let Some(first) = calls.first().copied().filter(|_| different.len() == calls.len() && calls.len() > 1) else {
            return Err(Refusal::new(RefusalCode::BadRequest, "name two or more different calls to be joined"));
        };
        for id in calls {
            if self.answered(*id, "be joined")?.is_unattended() {
                return Err(wrong(*id, "it is being transferred; come back to it first"));
            }
        }
        Ok(first)
    }

    fn member(&mut self, id: CallId) -> Result<ConferenceId, Refusal> {
        self.live(id)?.conference.ok_or_else(|| wrong(id, "it is in no conference"))
    }

    /// One conference of all these and of whom they are with already.
    fn gather(&mut self, calls: &[CallId], desk: Option<DeskKey>, cx: &mut Context<'_>) -> Result<(), Refusal> {
        let joined: BTreeSet<ConferenceId> =
            calls.iter().filter_map(|id| self.calls.get(id)).filter_map(|call| call.conference).collect();
        let brought = joined.iter().filter_map(|key| self.conferences.get(key)).flat_map(|other| other.members.iter());
        let members: BTreeSet<CallId> = calls.iter().chain(brought).copied().collect();
        let conference = Conference { members: members.clone(), desk, away: false };
        if conference.parties() > MOST_PARTIES {
            let text = format!("a conference has at most {MOST_PARTIES} parties, you among them");
            return Err(Refusal::new(RefusalCode::BadRequest, text));
        }
        let led = conference.desk.is_some();
        let left: Vec<DeskKey> =
            joined.iter().filter_map(|key| self.conferences.remove(key)).filter_map(|old| old.desk).collect();
        let key = ConferenceId(cx.ids.next(cx.now.civil));
        self.conferences.insert(key, conference);
        for id in &members {
            let Some(call) = self.calls.get_mut(id) else { continue };
            let new = !call.conference.replace(key).is_some_and(|old| joined.contains(&old));
            if call.held {
                self.unhold(*id, cx);
            }
            if new {
                self.story(*id, if led { "conference" } else { "bridged" }, "", cx);
            }
        }
        for id in &members {
            self.touch(*id, cx);
        }
        left.iter().for_each(|desk| self.sync_desk(desk));
        Ok(())
    }
}

/// VZ-10: three to sixteen, the leader among them.
const MOST_PARTIES: usize = 16;
