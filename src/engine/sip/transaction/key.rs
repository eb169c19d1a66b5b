//! What makes two messages belong to one transaction (RFC 3261 §17.1.3, §17.2.3, §8.2.2.2).

use super::via::{MAGIC_COOKIE, default_port};
use crate::border::Flow;
use crate::sip::header::Via;
use crate::sip::message::{Message, Method};

/// A response belongs to the request with its branch and CSeq method (§17.1.3); the branch is ours and unguessable.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct ClientKey {
    pub(super) branch: String,
    pub(super) method: Method,
}

/// A request belongs to the transaction with its key (§17.2.3).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum ServerKey {
    Branch {
        branch: String,
        sent_by: String,
        method: Method,
    },
    /// From before RFC 3261: no magic cookie. The To tag is left out, so that an ACK, which has our tag, is found too;
    /// CSeq and From tag tell requests apart without it.
    Rfc2543 {
        uri: String,
        from_tag: Option<String>,
        call_id: String,
        cseq: u32,
        via: String,
        method: Method,
    },
}

impl ServerKey {
    /// The key of a request as it came, before its Via was completed. An ACK has the key of its INVITE.
    /// `None` when a field is damaged.
    pub(super) fn of(request: &Message, via: &Via, flow: Flow) -> Option<ServerKey> {
        let (cseq, method) = request.cseq().ok()?;
        let method = if method == Method::Ack { Method::Invite } else { method };
        match via.branch() {
            Some(branch) if has_cookie(branch) => {
                let port = via.port.unwrap_or(default_port(flow.transport));
                let sent_by = format!("{}:{port}", via.host).to_ascii_lowercase();
                Some(ServerKey::Branch { branch: branch.to_owned(), sent_by, method })
            }
            Some(_) | None => Some(ServerKey::Rfc2543 {
                uri: request.uri()?.to_string(),
                from_tag: request.from().ok()?.tag().map(str::to_owned),
                call_id: request.call_id().ok()?.into_owned(),
                cseq,
                via: via.to_string(),
                method,
            }),
        }
    }

    /// The key of the INVITE that a CANCEL with this key is about (§9.2).
    pub(super) fn of_invite(&self) -> ServerKey {
        let mut invite = self.clone();
        match &mut invite {
            ServerKey::Branch { method, .. } | ServerKey::Rfc2543 { method, .. } => *method = Method::Invite,
        }
        invite
    }
}

/// The same request over two paths has the same merge key under two branches (§8.2.2.2). The Request-URI is part of it:
/// a proxy that forks to two extensions of ours reaches two user agents, and both shall ring.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct MergeKey {
    uri: String,
    from_tag: String,
    call_id: String,
    cseq: u32,
    method: Method,
}

impl MergeKey {
    /// `None` for requests inside a dialog and those from before RFC 3261, which have no From tag.
    pub(super) fn of(request: &Message) -> Option<MergeKey> {
        if request.to().ok()?.tag().is_some() {
            return None;
        }
        let (cseq, method) = request.cseq().ok()?;
        let (uri, from_tag) = (request.uri()?.to_string(), request.from().ok()?.tag()?.to_owned());
        Some(MergeKey { uri, from_tag, call_id: request.call_id().ok()?.into_owned(), cseq, method })
    }
}

fn has_cookie(branch: &str) -> bool {
    branch.get(..MAGIC_COOKIE.len()).is_some_and(|start| start.eq_ignore_ascii_case(MAGIC_COOKIE))
}
