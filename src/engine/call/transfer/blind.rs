//! Blind transfer: the far end is sent to a number, and its result is heard (RFC 5589 §6).

use crate::border::Refusal;
use crate::config::{Account, AccountName};
use crate::gate::Purpose;
use crate::id::CallId;
use crate::news::{HangupKind, TransferState};
use crate::number::Number;
use crate::sip::header::ReferTo;

use super::super::control::wrong;
use super::super::dial::{from_address, request_uri};
use super::super::{Calls, Context, session_context};
use super::{Tie, kind_of, transferred};

impl Calls {
    /// Sends a call's far end to `number`: by REFER where its profile can and the number is reached over the same
    /// registrar, else by bridging.
    pub(super) fn transfer(
        &mut self,
        id: CallId,
        number: &str,
        route: Option<&AccountName>,
        cx: &mut Context<'_>,
    ) -> Result<CallId, Refusal> {
        self.transferable(id)?;
        let account = self.live(id)?.account.clone();
        let route = self.account(route.unwrap_or(&account.name), cx)?.clone();
        if !(account.profile.refer && route.group == account.group) {
            return self.transfer_by_bridging(id, route, number, cx);
        }
        let number = read_number(number, cx)?;
        self.ask_gate_without_a_call(&account, &number, Purpose::Transfer, cx)?;
        let target = ReferTo { uri: request_uri(&account, &number, cx), replaces: None };
        self.refer(id, &target, None, &account, cx)?;
        self.begin_transfer(id, number.normalised, "blind, by REFER", cx);
        Ok(id)
    }

    /// Asks the far end to call `target`.
    pub(super) fn refer(
        &mut self,
        id: CallId,
        target: &ReferTo,
        consult: Option<CallId>,
        account: &Account,
        cx: &mut Context<'_>,
    ) -> Result<(), Refusal> {
        let by = from_address(account, account.user.clone());
        let call = self.live(id)?;
        if !call.session.refer(target, Some(&by), &mut session_context(id, cx)) {
            return Err(wrong(id, "another transfer runs on it"));
        }
        call.tie = Tie::Referring { consult };
        Ok(())
    }

    /// An answered call that no other transfer and no conference holds.
    pub(super) fn transferable(&mut self, id: CallId) -> Result<(), Refusal> {
        let call = self.answered(id, "be transferred")?;
        if call.conference.is_some() {
            return Err(wrong(id, "it is in a conference; split it first"));
        }
        match call.tie {
            Tie::Free => Ok(()),
            Tie::Consulted { .. } | Tie::Consulting { .. } => {
                Err(wrong(id, "a consultation is going on: complete it, or come back first"))
            }
            Tie::Referring { .. }
            | Tie::Waiting { .. }
            | Tie::Awaited { .. }
            | Tie::Referred { .. }
            | Tie::Left
            | Tie::OnRequest { .. } => Err(wrong(id, "a transfer is going on already")),
        }
    }

    /// Our REFER, or the call we dial instead, gets on.
    pub(in super::super) fn on_transfer_progress(&mut self, id: CallId, status: u16, cx: &mut Context<'_>) {
        let rings = TransferState::Ringing;
        let state = self.calls.get(&id).and_then(|call| call.transfer.as_ref()).map(|transfer| &transfer.state);
        if matches!(status, 180..=189) && state.is_some_and(|state| *state == TransferState::Trying) {
            self.show(id, rings);
            self.story(id, "transfer-ringing", "", cx);
            self.touch_if_there(id, cx);
        }
    }

    /// The far end has reached the target: we are not needed any more.
    pub(in super::super) fn on_transfer_done(&mut self, id: CallId, cx: &mut Context<'_>) {
        self.show(id, TransferState::Done);
        self.story(id, "transfer-done", "", cx);
        self.finish(id, transferred(), cx);
    }

    /// It has not, or never said: it is back with its person.
    pub(in super::super) fn on_transfer_failed(&mut self, id: CallId, status: Option<u16>, cx: &mut Context<'_>) {
        if let Tie::Referring { consult } = self.untie(id) {
            // The consultation goes on, on hold: its person decides.
            if let Some(consult) = consult.filter(|consult| self.tie(*consult) == Tie::Consulting { first: id }) {
                self.bind(id, Tie::Consulted { consult });
                let _held = self.hold(consult, cx);
                self.touch_if_there(consult, cx);
            }
            self.bring_back(id, status, kind_of(status), cx);
        }
    }

    /// A call that was being sent away has ended.
    pub(super) fn referring_ended(
        &mut self,
        consult: Option<CallId>,
        cause: &crate::news::HangupCause,
        cx: &mut Context<'_>,
    ) {
        let Some(consult) = consult else { return };
        if !matches!(self.untie(consult), Tie::Consulting { .. }) {
            return;
        }
        // Its far end hangs up when the transfer has worked; should it not, ours is no harm.
        if cause.kind == HangupKind::Transferred {
            self.finish(consult, transferred(), cx);
        }
        self.touch_if_there(consult, cx);
    }
}

pub(super) fn read_number(number: &str, cx: &Context<'_>) -> Result<Number, Refusal> {
    Number::read(number, &cx.config.gate).map_err(|why| Refusal::gate("grammar", format!("{number}: {why}")))
}
