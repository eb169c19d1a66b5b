//! 2xx to an INVITE of ours that come again, from another fork, or too late (RFC 3261 §13.2.2.4).

use std::collections::BTreeSet;

use crate::border::Flow;
use crate::sip::dialog::Dialog;
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};
use crate::sip::ua::{NextHop, Outgoing};

use super::early::MAX_FORKS;
use super::{Context, Purpose, Session};

/// What answers 2xx that come again or late.
#[derive(Debug)]
pub(super) struct First {
    /// Our first INVITE; absent when theirs began the session.
    pub request: Option<Message>,
    /// The peer's tag in the dialog we took.
    pub tag: String,
    /// The last ACK we sent, by its CSeq.
    pub ack: Option<(u32, Message)>,
    /// Where ACKs go.
    pub next: NextHop,
    /// Tags of other forks that were hung up.
    pub shed: BTreeSet<String>,
}

impl First {
    /// For a session that began with their INVITE.
    pub fn theirs(tag: String, next: NextHop) -> First {
        First { request: None, tag, ack: None, next, shed: BTreeSet::new() }
    }

    /// Whether the Call-ID is ours.
    pub fn is_ours(&self) -> bool {
        self.request.is_some()
    }
}

impl Session {
    /// A repeated 2xx gets its ACK again; a 2xx of another fork gets an ACK and a BYE of its own.
    pub(super) fn acknowledge_again<O: Clone + std::fmt::Debug>(
        &mut self,
        first: &mut First,
        flow: Flow,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        if !is_2xx_to_invite(response) {
            return;
        }
        let tag = response.to().ok().and_then(|to| to.tag().map(str::to_owned)).unwrap_or_default();
        let cseq = response.cseq().map_or(0, |(number, _)| number);
        if tag == first.tag {
            if let Some((_, ack)) = first.ack.as_ref().filter(|(number, _)| *number == cseq) {
                cx.ua.send_ack(ack.clone(), first.next.clone(), cx.now, cx.random);
            }
            return;
        }
        let Some(request) = &first.request else { return };
        let Some((mut dialog, next)) = acknowledge(response, Some(request), flow, cx) else { return };
        if first.shed.len() < MAX_FORKS && first.shed.insert(tag) {
            let bye = dialog.request(Method::Bye);
            self.send(Purpose::Bye, bye, next, cx);
        }
    }
}

/// ACK and BYE for a 2xx to an INVITE of ours that nobody waits for any more.
pub fn shed<O: Clone + std::fmt::Debug>(response: &Message, flow: Flow, cx: &mut Context<'_, O>) {
    if !is_2xx_to_invite(response) {
        return;
    }
    if let Some((mut dialog, next)) = acknowledge(response, None, flow, cx) {
        let outgoing = Outgoing { request: dialog.request(Method::Bye), next, local: None, contact_user: None };
        cx.ua.send(cx.owner.clone(), outgoing, cx.now, cx.random);
    }
}

/// Sends the ACK. From, Call-ID and CSeq stand in the 2xx as in its INVITE, which may be forgotten.
pub(super) fn acknowledge<O: Clone + std::fmt::Debug>(
    response: &Message,
    invite: Option<&Message>,
    flow: Flow,
    cx: &mut Context<'_, O>,
) -> Option<(Dialog, NextHop)> {
    let dialog = Dialog::uac(invite.unwrap_or(response), response).ok()?;
    let mut ack = dialog.ack(response.cseq().ok()?.0);
    if let Some(invite) = invite {
        copy_credentials(invite, &mut ack);
    }
    let next = super::next_hop(&dialog, flow);
    cx.ua.send_ack(ack, next.clone(), cx.now, cx.random);
    Some((dialog, next))
}

/// An ACK to a 2xx carries the credentials of its INVITE (RFC 3261 §22.1).
pub(super) fn copy_credentials(invite: &Message, ack: &mut Message) {
    for name in [Name::Authorization, Name::ProxyAuthorization] {
        if let Some(value) = invite.header(&name) {
            ack.push(name, value.into_owned());
        }
    }
}

pub(super) fn is_2xx_to_invite(response: &Message) -> bool {
    response.status().is_some_and(|status| (200..300).contains(&status)) && response.method() == Some(Method::Invite)
}
