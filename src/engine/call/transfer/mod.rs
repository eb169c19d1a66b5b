//! Transfers (VZ-07): a far end is sent to somebody else, by REFER where the PBX can and by bridging where it cannot; and the
//! far end does the same to us.
//!
//! What binds a call to another one is its [`Tie`]; every call has one, and each way a call can go on is a step of it:
//!
//! ```text
//!               consult            complete, by REFER         the peer reached it
//!   Free ─────────────> Consulted ────────────────> Referring ───────────> ended, transferred
//!    │ ^                  │ consultation ended           │ ^ failed: Free, talking with its person again
//!    │ └── resumed <──────┘                              │ │
//!    ├──────────────── blind, by REFER ──────────────────┘ │
//!    │                                                     │
//!    ├── blind, by bridging ──> Waiting ── target answered ──> Free, bridged
//!    │                             └────── target ended ───────> Free, resumed
//!    └── its far end asks us ──> Referred ── dialled answered ──> Left ── told so ──> ended, transferred
//! ```
//!
//! The other ends of these ties are `Consulting`, `Awaited` and `OnRequest`.

mod attended;
mod blind;
mod bridging;
mod target;
mod transferee;

pub(super) use target::Leaving;

use crate::border::{Refusal, Reply};
use crate::id::CallId;
use crate::news::{HangupCause, HangupKind, Party, TransferState, TransferView};

use super::command::Transfer as Wish;
use super::{Calls, Context, cause};

/// What binds a call to another one.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum Tie {
    #[default]
    Free,
    /// On hold while its person asks somebody else about it.
    Consulted { consult: CallId },
    /// Dialled to ask about `first`.
    Consulting { first: CallId },
    /// We asked its far end to call somebody else, and hear how that goes; `consult` shall be replaced by it.
    Referring { consult: Option<CallId> },
    /// It hears ringback until `target` answers.
    Waiting { target: CallId },
    /// Dialled for `first`; no person of ours is in it.
    Awaited { first: CallId },
    /// Its far end asked us to dial this one.
    Referred { dialled: CallId },
    /// Whom its far end named has answered; it is hung up once its far end has heard so.
    Left,
    /// Dialled because the far end of `by` asked.
    OnRequest { by: CallId },
}

impl Tie {
    /// Whether its person has left it to itself.
    pub fn is_unattended(self) -> bool {
        matches!(self, Tie::Waiting { .. } | Tie::Awaited { .. } | Tie::Left)
    }

    /// The call that this one was dialled to ask about.
    pub fn consults(self) -> Option<CallId> {
        match self {
            Tie::Consulting { first } => Some(first),
            Tie::Free | Tie::Consulted { .. } | Tie::Referring { .. } | Tie::Waiting { .. } => None,
            Tie::Awaited { .. } | Tie::Referred { .. } | Tie::Left | Tie::OnRequest { .. } => None,
        }
    }
}

impl Calls {
    /// Carries out a wish.
    pub(super) fn on_transfer(&mut self, wish: &Wish, cx: &mut Context<'_>) -> Result<Reply, Refusal> {
        self.must_be_claimed(wish.call())?;
        let touched = match wish {
            Wish::Blind { call, number, route } => self.transfer(*call, number, route.as_ref(), cx)?,
            Wish::Consult { call, number, route } => return self.consult(*call, number, route.as_ref(), cx),
            Wish::Swap { call } => self.swap(*call, cx)?,
            Wish::Complete { call } => self.complete(*call, cx)?,
            Wish::Back { call } => self.back(*call, cx)?,
        };
        self.touch_if_there(touched, cx);
        Ok(Reply::Done)
    }

    /// A provisional answer to a call of ours.
    pub(super) fn tie_rings(&mut self, id: CallId, status: u16, cx: &mut Context<'_>) {
        match self.tie(id) {
            Tie::Awaited { first } if status == 180 => self.on_transfer_progress(first, status, cx),
            Tie::OnRequest { by } => self.tell_referrer(by, status, cx),
            Tie::Free
            | Tie::Consulted { .. }
            | Tie::Consulting { .. }
            | Tie::Referring { .. }
            | Tie::Waiting { .. }
            | Tie::Awaited { .. }
            | Tie::Referred { .. }
            | Tie::Left => {}
        }
    }

    /// A call of ours was answered.
    pub(super) fn tie_answered(&mut self, id: CallId, cx: &mut Context<'_>) {
        match self.tie(id) {
            Tie::Awaited { first } => self.connect(first, id, cx),
            Tie::OnRequest { by } => self.reached(by, id, cx),
            Tie::Free
            | Tie::Consulted { .. }
            | Tie::Consulting { .. }
            | Tie::Referring { .. }
            | Tie::Waiting { .. }
            | Tie::Referred { .. }
            | Tie::Left => {}
        }
    }

    /// A call has ended: whoever is bound to it goes on without it.
    pub(super) fn tie_ended(&mut self, id: CallId, cause: &HangupCause, cx: &mut Context<'_>) {
        let tie = self.untie(id);
        match tie {
            Tie::Free | Tie::Referred { .. } | Tie::Left => {}
            // Whom it was about has gone; the consultation is a plain call.
            Tie::Consulted { consult } => drop(self.untie(consult)),
            Tie::Consulting { first } => self.consultation_ended(first, id, cx),
            Tie::Referring { consult } => self.referring_ended(consult, cause, cx),
            Tie::Waiting { target } => {
                self.untie(target);
                self.finish(target, HangupCause::ours(HangupKind::Cancelled, "the transferred call ended"), cx);
                self.touch_if_there(target, cx);
            }
            Tie::Awaited { first } => self.not_reached(first, cause, cx),
            Tie::OnRequest { by } => self.request_failed(by, cause, cx),
        }
    }

    /// How a call ends that a transfer takes away from us.
    pub(super) fn cause_in_transfer(&self, id: CallId, cause: HangupCause) -> HangupCause {
        let partner = match self.tie(id) {
            // The target of an attended transfer ends its call with us when the other takes its place (RFC 3891 §3).
            Tie::Consulting { first } => self.tie(first) == Tie::Referring { consult: Some(id) },
            // Who asked us to call somebody else leaves.
            Tie::Referred { .. } | Tie::Left => true,
            Tie::Free | Tie::Consulted { .. } | Tie::Referring { .. } | Tie::Waiting { .. } => false,
            Tie::Awaited { .. } | Tie::OnRequest { .. } => false,
        };
        match partner && cause.kind == HangupKind::Normal && cause.by == Party::Peer {
            true => HangupCause { kind: HangupKind::Transferred, ..cause },
            false => cause,
        }
    }

    pub(super) fn tie(&self, id: CallId) -> Tie {
        self.calls.get(&id).map_or(Tie::Free, |call| call.tie)
    }

    fn bind(&mut self, id: CallId, tie: Tie) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.tie = tie;
        }
    }

    fn untie(&mut self, id: CallId) -> Tie {
        self.calls.get_mut(&id).map_or(Tie::Free, |call| std::mem::take(&mut call.tie))
    }

    /// What a person sees of it.
    fn show(&mut self, id: CallId, state: TransferState) {
        if let Some(transfer) = self.calls.get_mut(&id).and_then(|call| call.transfer.as_mut()) {
            transfer.state = state;
        }
    }

    fn begin_transfer(&mut self, id: CallId, to: String, how: &str, cx: &mut Context<'_>) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.transfer = Some(TransferView { to, state: TransferState::Trying });
        }
        self.story(id, "transfer", how, cx);
    }

    /// The transfer came to nothing: the far end is back with its person.
    fn bring_back(&mut self, id: CallId, status: Option<u16>, kind: HangupKind, cx: &mut Context<'_>) {
        self.show(id, TransferState::Failed { status, kind });
        let why = status.map_or_else(|| "no result".to_owned(), |status| status.to_string());
        self.story(id, "transfer-failed", &why, cx);
        // It may have ended meanwhile, or be held by nobody.
        let _resumed = self.resume(id, cx);
        self.touch_if_there(id, cx);
    }
}

/// What a status that is told of somebody else's call means to a person.
fn kind_of(status: Option<u16>) -> HangupKind {
    status.map_or(HangupKind::Unreachable, cause::kind_of_status)
}

fn transferred() -> HangupCause {
    HangupCause::ours(HangupKind::Transferred, "transferred")
}
