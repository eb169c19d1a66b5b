//! Taking over: an agent's call becomes the supervisor's, and the agent is let go to write it down.
//!
//! Nothing of it is seen on the wire: the far end's dialog stays as it is, with the agent's extension; only whose call it is and
//! at which desk it is talked about changes. A conference is taken over whole.

use crate::border::Refusal;
use crate::id::CallId;
use crate::news::{CallState, CallView, HangupCause, HangupKind, News, StaffNews, SupervisionEnd, SupervisionView};

use super::super::control::wrong;
use super::super::desk::DeskKey;
use super::super::transfer::Tie;
use super::super::{Calls, Context, Order};
use super::may::Seat;

impl Calls {
    /// The supervisor talks in it from now on; what was held is resumed.
    pub(super) fn take_over(&mut self, id: CallId, seat: &Seat, cx: &mut Context<'_>) -> Result<(), Refusal> {
        self.must_be_supervisable(id, seat)?;
        self.must_be_free(seat)?;
        self.needs_phone(&seat.account)?;
        let taken = self.taken_with(id)?;
        self.write_take_over(id, seat, cx);
        for call in taken {
            self.hand_over(call, seat, cx);
        }
        self.resume(id, cx)?;
        self.touch_if_there(id, cx);
        Ok(())
    }

    /// One line of the audit log, whether the supervisor listened before or not.
    fn write_take_over(&mut self, id: CallId, seat: &Seat, cx: &mut Context<'_>) {
        let account = seat.account.name.clone();
        if self.supervises_call(&account, id) {
            return self.end_supervision(&account, SupervisionEnd::TookOver, cx);
        }
        self.end_supervision(&account, SupervisionEnd::Moved, cx);
        let view = SupervisionView {
            account,
            supervisor: seat.user,
            name: seat.name.clone(),
            leg: None,
            call: id,
            agent: self.calls.get(&id).and_then(|call| call.user),
            mode: None,
            since: cx.now.civil,
            why: Some(SupervisionEnd::TookOver),
        };
        self.audit(view, cx);
    }

    /// The call, and whoever its agent has in one conference with it.
    fn taken_with(&self, id: CallId) -> Result<Vec<CallId>, Refusal> {
        let Some(call) = self.calls.get(&id) else { return Ok(Vec::new()) };
        let conference = call.conference.and_then(|conference| self.conferences.get(&conference));
        let members = conference.map_or_else(|| vec![id], |conference| conference.members.iter().copied().collect());
        let parties = members.iter().filter_map(|id| self.calls.get(id));
        let own: Vec<_> =
            parties.filter(|other| other.user == call.user && other.seat.name == call.seat.name).collect();
        if own.iter().any(|other| other.tie != Tie::Free) {
            return Err(wrong(
                id,
                "it is being transferred, or somebody is asked about it; wait for that, or join the call",
            ));
        }
        let led = |desk: &DeskKey| own.iter().any(|other| other.desk == *desk);
        match conference.and_then(|conference| conference.desk.as_ref()).is_none_or(led) {
            true => Ok(own.iter().map(|other| other.id).collect()),
            false => Err(wrong(id, "another person leads the conference it is in")),
        }
    }

    fn hand_over(&mut self, id: CallId, seat: &Seat, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get(&id) else { return };
        let left = CallView {
            state: CallState::Ended,
            ended: Some(cx.now.civil),
            cause: Some(HangupCause::ours(HangupKind::Transferred, "taken over by a supervisor")),
            ..self.view(call)
        };
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.seat = seat.account.clone();
        let agent = std::mem::replace(&mut call.user, seat.user);
        if let Some(calls) = agent.and_then(|agent| self.by_user.get_mut(&agent)) {
            calls.retain(|other| *other != id);
        }
        if let Some(supervisor) = seat.user {
            self.by_user.entry(supervisor).or_default().push(id);
        }
        self.story(id, "taken-over", "", cx);
        let told = StaffNews::TakenOver { call: Box::new(left), by: seat.name.clone() };
        self.orders.push_back(Order::Tell(News::Staff(told)));
        self.reseat(id, cx);
    }
}
