//! Our far end asks us to call somebody else (RFC 5589 §6, we as transferee): the number passes the gate as one that no person
//! of ours chose, the call goes on under the same Protocolo, and whoever asked hears how it goes.

use crate::border::{Refusal, RefusalCode};
use crate::gate::Purpose;
use crate::id::CallId;
use crate::news::HangupCause;
use crate::number::Number;
use crate::sip::header::Name;
use crate::sip::session::Referral;
use crate::sip::uri::{Scheme, Uri};

use super::super::dial::{Dialling, Matter};
use super::super::{Calls, Context, session_context};
use super::{Tie, transferred};

impl Calls {
    /// The far end's REFER.
    pub(in super::super) fn on_referred(&mut self, id: CallId, referral: &Referral, cx: &mut Context<'_>) {
        match self.follow_referral(id, referral, cx) {
            Ok(dialled) => {
                self.bind(id, Tie::Referred { dialled });
                self.with_session_of(id, cx, |session, cx| session.accept_refer(cx));
                self.story(id, "referred", "", cx);
            }
            Err(refusal) => {
                let status = if refusal.code == RefusalCode::Gate { 403 } else { 603 };
                self.with_session_of(id, cx, |session, cx| session.refuse_refer(status, &refusal.text, cx));
                self.story(id, "referral-refused", &status.to_string(), cx);
            }
        }
    }

    fn follow_referral(&mut self, id: CallId, referral: &Referral, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        self.transferable(id)?;
        let (account, protocolo) = {
            let call = self.live(id)?;
            (call.account.clone(), call.protocolo.clone())
        };
        let target = &referral.target;
        let number = number_of(&target.uri, cx)?;
        let replaces = target.replaces.iter().map(|replaces| (Name::Replaces, replaces.to_string()));
        let by = referral.by.iter().map(|by| (Name::ReferredBy, by.to_string()));
        let dialling = Dialling {
            purpose: Purpose::Redirect,
            uri: (target.uri.scheme != Scheme::Tel).then(|| target.uri.clone()),
            extra: replaces.chain(by).collect(),
            matter: Matter::of(Some(protocolo)),
            tie: Tie::OnRequest { by: id },
            ..Dialling::new(account, number)
        };
        self.place(dialling, cx).map(|(dialled, ..)| dialled)
    }

    /// How the call goes that the far end of `by` asked for; it hears that also after it has hung up.
    pub(super) fn tell_referrer(&mut self, by: CallId, status: u16, cx: &mut Context<'_>) {
        self.with_session_of(by, cx, |session, cx| session.tell_referrer(status, cx));
        self.touch_if_there(by, cx);
    }

    /// It was answered: our person has moved there.
    pub(super) fn reached(&mut self, by: CallId, id: CallId, cx: &mut Context<'_>) {
        self.untie(id);
        self.story(id, "transfer-done", "", cx);
        self.bind(by, Tie::Left);
        self.tell_referrer(by, 200, cx);
    }

    /// Whoever asked knows how it went, and hangs up or is hung up. Peers lose a NOTIFY that a BYE overtakes.
    pub(in super::super) fn on_referrer_told(&mut self, by: CallId, cx: &mut Context<'_>) {
        if self.tie(by) == Tie::Left {
            self.finish(by, transferred(), cx);
        }
    }

    /// It was not: our person is back with who asked.
    pub(super) fn request_failed(&mut self, by: CallId, cause: &HangupCause, cx: &mut Context<'_>) {
        // Without a final answer of the network we are who gave up (RFC 3261 §21.4.25).
        self.tell_referrer(by, cause.sip.filter(|status| *status >= 300).unwrap_or(487), cx);
        if matches!(self.tie(by), Tie::Referred { .. }) {
            self.untie(by);
            let _resumed = self.resume(by, cx);
            self.touch_if_there(by, cx);
        }
    }

    fn with_session_of(
        &mut self,
        id: CallId,
        cx: &mut Context<'_>,
        work: impl FnOnce(&mut crate::sip::session::Session, &mut crate::sip::session::Context<'_, crate::owner::Owner>),
    ) {
        if let Some(call) = self.calls.get_mut(&id) {
            work(&mut call.session, &mut session_context(id, cx));
        }
    }
}

/// The number that a target names; the gate judges nothing else.
fn number_of(uri: &Uri, cx: &Context<'_>) -> Result<Number, Refusal> {
    let refused = |why: String| Refusal::gate("grammar", format!("the target is no number: {why}"));
    match uri.scheme {
        Scheme::Sip | Scheme::Sips | Scheme::Tel => {
            let user = uri.user_text().ok_or_else(|| refused("it has no user part".to_owned()))?;
            Number::read(&user, &cx.config.gate).map_err(|why| refused(why.to_string()))
        }
        Scheme::Other(_) => Err(refused("it is neither sip nor tel".to_owned())),
    }
}
