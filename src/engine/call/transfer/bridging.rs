//! Transfer by bridging, where the PBX cannot be asked: we dial the target, the caller hears it ring, both are joined.

use std::sync::Arc;

use crate::border::Refusal;
use crate::config::Account;
use crate::gate::Purpose;
use crate::id::CallId;
use crate::news::{HangupCause, HangupKind, TransferState};

use super::super::dial::{Dialling, Matter};
use super::super::{Calls, Context};
use super::Tie;
use super::blind::read_number;

impl Calls {
    /// Dials the target for the caller.
    pub(super) fn transfer_by_bridging(
        &mut self,
        first: CallId,
        account: Arc<Account>,
        number: &str,
        cx: &mut Context<'_>,
    ) -> Result<CallId, Refusal> {
        let number = read_number(number, cx)?;
        let to = number.normalised.clone();
        let dialling = Dialling {
            purpose: Purpose::Transfer,
            matter: Matter::of(Some(self.live(first)?.protocolo.clone())),
            tie: Tie::Awaited { first },
            ..Dialling::new(account, number)
        };
        let (target, ..) = self.place(dialling, cx)?;
        self.let_wait(first, target, cx);
        self.begin_transfer(first, to, "blind, by bridging", cx);
        Ok(first)
    }

    /// The consultation rings on, now for the caller.
    pub(super) fn wait_for(&mut self, first: CallId, target: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let to = self.live(target)?.number.normalised.clone();
        self.bind(target, Tie::Awaited { first });
        self.let_wait(first, target, cx);
        self.begin_transfer(first, to, "early, by bridging", cx);
        self.touch(target, cx);
        Ok(first)
    }

    fn let_wait(&mut self, first: CallId, target: CallId, cx: &mut Context<'_>) {
        self.bind(first, Tie::Waiting { target });
        if self.calls.get(&first).is_some_and(|call| call.held) {
            self.unhold(first, cx);
        }
    }

    /// The target has answered: the caller talks with it, and we with nobody.
    pub(super) fn connect(&mut self, first: CallId, target: CallId, cx: &mut Context<'_>) {
        self.untie(target);
        self.untie(first);
        match self.bridge(first, target, cx) {
            Ok(_) => {
                self.show(first, TransferState::Done);
                self.story(first, "transfer-done", "", cx);
            }
            // The caller went into a conference meanwhile, or is on its way out.
            Err(why) => self.finish(target, HangupCause::ours(HangupKind::Cancelled, &why.text), cx),
        }
        self.touch_if_there(first, cx);
    }

    /// The target was not reached: the caller is back with its person.
    pub(super) fn not_reached(&mut self, first: CallId, cause: &HangupCause, cx: &mut Context<'_>) {
        if matches!(self.tie(first), Tie::Waiting { .. }) {
            self.untie(first);
            self.bring_back(first, cause.sip, cause.kind, cx);
        }
    }
}
