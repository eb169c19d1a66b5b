//! Attended transfer: ask first, then send (RFC 5589 §7).
//!
//! ```text
//!            consult                 complete
//!   talking ─────────> asking <──────────────────> sent away with the consultation's place (Replaces),
//!      ^                 │  ^ swap: the other is on hold       or both bridged
//!      └─────back────────┘
//! ```
//!
//! Completing while the consultation still rings gives up the consultation and sends the caller blindly. The place of an
//! early dialog could be given only by who called in it: the target, who rings, must refuse a Replaces (RFC 3891 §3).

use crate::border::{Refusal, Reply};
use crate::config::AccountName;
use crate::gate::Purpose;
use crate::id::CallId;
use crate::news::{HangupCause, HangupKind, TransferState};
use crate::sip::header::ReferTo;

use super::super::control::wrong;
use super::super::dial::{Dialling, Matter, request_uri};
use super::super::{Calls, Context};
use super::Tie;
use super::blind::read_number;

impl Calls {
    /// Holds the call and dials `number` beside it, under the same Protocolo.
    pub(super) fn consult(
        &mut self,
        id: CallId,
        number: &str,
        route: Option<&AccountName>,
        cx: &mut Context<'_>,
    ) -> Result<Reply, Refusal> {
        self.transferable(id)?;
        let call = self.live(id)?;
        let (own, protocolo, held) = (call.account.name.clone(), call.protocolo.clone(), call.held);
        let account = self.account(route.unwrap_or(&own), cx)?.clone();
        let number = read_number(number, cx)?;
        let dialling = Dialling {
            purpose: Purpose::Transfer,
            matter: Matter::of(Some(protocolo)),
            tie: Tie::Consulting { first: id },
            ..Dialling::new(account, number)
        };
        let (consult, protocolo, warnings) = self.place(dialling, cx)?;
        self.bind(id, Tie::Consulted { consult });
        if !held {
            self.hold(id, cx)?;
        }
        self.story(id, "consultation", "", cx);
        self.touch(id, cx);
        Ok(Reply::Dialled { call: consult, protocolo, warnings })
    }

    /// Talks with the other of the two; who was talked with is held.
    pub(super) fn swap(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let (first, consult) = self.pair(id)?;
        self.answered(consult, "be swapped")?;
        let first_is_held = self.live(first)?.held;
        let (away, back) = if first_is_held { (consult, first) } else { (first, consult) };
        self.hold(away, cx)?;
        self.touch(away, cx);
        self.resume(back, cx)
    }

    /// Gives the caller to who was asked.
    pub(super) fn complete(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let (first, consult) = self.pair(id)?;
        let (one, other) = (self.live(first)?.account.clone(), self.live(consult)?.account.clone());
        let by_refer = one.profile.refer && one.group == other.group;
        match (self.live(consult)?.is_answered(), by_refer) {
            (true, true) => self.complete_by_refer(first, consult, cx),
            (true, false) => self.complete_by_bridging(first, consult, cx),
            (false, true) => self.complete_early(first, consult, cx),
            (false, false) => self.wait_for(first, consult, cx),
        }
    }

    /// Hangs up the consultation; the caller is talked with again.
    pub(super) fn back(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let (first, second) = match self.live(id)?.tie {
            Tie::Waiting { target } => (id, target),
            Tie::Awaited { first } => (first, id),
            Tie::Free
            | Tie::Consulted { .. }
            | Tie::Consulting { .. }
            | Tie::Referring { .. }
            | Tie::Referred { .. }
            | Tie::Left
            | Tie::OnRequest { .. } => self.pair(id)?,
        };
        let kind = if self.live(second)?.is_answered() { HangupKind::Normal } else { HangupKind::Cancelled };
        self.finish(second, HangupCause::ours(kind, "back to the caller"), cx);
        self.touch_if_there(second, cx);
        Ok(first)
    }

    /// The call that is consulted about, and the consultation; `id` is either.
    fn pair(&mut self, id: CallId) -> Result<(CallId, CallId), Refusal> {
        let tie = self.live(id)?.tie;
        match tie {
            Tie::Consulted { consult } => Ok((id, consult)),
            Tie::Consulting { first } if self.tie(first) == (Tie::Consulted { consult: id }) => Ok((first, id)),
            Tie::Free
            | Tie::Consulting { .. }
            | Tie::Referring { .. }
            | Tie::Waiting { .. }
            | Tie::Awaited { .. }
            | Tie::Referred { .. }
            | Tie::Left
            | Tie::OnRequest { .. } => Err(wrong(id, "no consultation is going on")),
        }
    }

    fn complete_by_refer(&mut self, first: CallId, consult: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let call = self.live(consult)?;
        let to = call.number.normalised.clone();
        let Some(target) = call.session.as_target() else {
            return Err(wrong(consult, "it is ending"));
        };
        let account = self.live(first)?.account.clone();
        self.refer(first, &target, Some(consult), &account, cx)?;
        self.begin_transfer(first, to, "attended, by REFER", cx);
        Ok(first)
    }

    /// Nobody has answered yet: the caller rings there instead of us.
    fn complete_early(&mut self, first: CallId, consult: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let number = self.live(consult)?.number.clone();
        let account = self.live(first)?.account.clone();
        let target = ReferTo { uri: request_uri(&account, &number, cx), replaces: None };
        self.untie(consult);
        self.finish(consult, HangupCause::ours(HangupKind::Transferred, "the caller rings there instead"), cx);
        self.touch_if_there(consult, cx);
        self.untie(first);
        self.refer(first, &target, None, &account, cx)?;
        self.begin_transfer(first, number.normalised, "early, by REFER", cx);
        Ok(first)
    }

    fn complete_by_bridging(
        &mut self,
        first: CallId,
        consult: CallId,
        cx: &mut Context<'_>,
    ) -> Result<CallId, Refusal> {
        let to = self.live(consult)?.number.normalised.clone();
        self.bridge(first, consult, cx)?;
        self.untie(first);
        self.untie(consult);
        self.begin_transfer(first, to, "attended, by bridging", cx);
        self.show(first, TransferState::Done);
        self.story(first, "transfer-done", "", cx);
        self.touch(consult, cx);
        Ok(first)
    }

    /// Who was asked has gone: hung up, busy, unknown, or sent the caller by us.
    pub(super) fn consultation_ended(&mut self, first: CallId, consult: CallId, cx: &mut Context<'_>) {
        match self.tie(first) {
            Tie::Consulted { consult: ours } if ours == consult => {
                self.untie(first);
                let _resumed = self.resume(first, cx);
                self.touch_if_there(first, cx);
            }
            Tie::Referring { consult: Some(ours) } if ours == consult => {
                self.bind(first, Tie::Referring { consult: None });
            }
            Tie::Free
            | Tie::Consulted { .. }
            | Tie::Consulting { .. }
            | Tie::Referring { .. }
            | Tie::Waiting { .. }
            | Tie::Awaited { .. }
            | Tie::Referred { .. }
            | Tie::Left
            | Tie::OnRequest { .. } => {}
        }
    }
}
