//! A dialog's identity and state (RFC 3261 §12), without the usages that live on it.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::header::Name;
use super::message::{Message, Method, ParseError};
use super::uri::{NameAddr, Uri};

/// RFC 3261 §12: what both ends of a dialog share, from our side.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Dialog {
    pub call_id: String,
    /// Our From or To with our tag.
    pub local: NameAddr,
    /// Theirs; the tag is absent until a response brings it.
    pub remote: NameAddr,
    /// Number of the last request we sent.
    pub local_cseq: u32,
    /// Number of the last request they sent, if any.
    pub remote_cseq: Option<u32>,
    /// Where requests of ours are addressed to: their Contact.
    pub remote_target: Uri,
    /// Our Contact.
    pub local_contact: NameAddr,
    /// In the order to be written into Route.
    pub routes: Vec<NameAddr>,
}

/// A request of the peer that this dialog cannot take (RFC 3261 §12.2.2).
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CseqError {
    /// Older than one already taken: 500.
    #[error("CSeq {got} is older than {last}, already received in this dialog")]
    OutOfOrder { last: u32, got: u32 },
    /// 400.
    #[error(transparent)]
    Damaged(#[from] ParseError),
}

impl CseqError {
    /// The final answer due.
    pub fn status(&self) -> u16 {
        match self {
            CseqError::OutOfOrder { .. } => 500,
            CseqError::Damaged(_) => 400,
        }
    }
}

impl Dialog {
    /// The dialog that a response to our `request` opens: early by 1xx with a tag, confirmed by 2xx (RFC 3261 §12.1.2).
    /// `request` is as sent, Contact and all. A peer that forgets its Contact is reached where the request went.
    pub fn uac(request: &Message, response: &Message) -> Result<Dialog, ParseError> {
        let remote = response.to()?;
        // A 2xx without a tag is RFC 2543's; a provisional answer without one opens nothing.
        if remote.tag().is_none() && response.status().is_none_or(|status| status < 200) {
            return Err(error("To", "a provisional response without a tag opens no dialog"));
        }
        let target = match response.contacts()?.into_iter().next() {
            Some(contact) => contact.uri,
            None => request
                .uri()
                .cloned()
                .ok_or_else(|| error("Contact", "neither the response nor the request names a target"))?,
        };
        Ok(Dialog {
            call_id: request.call_id()?.into_owned(),
            local: request.from()?,
            remote,
            local_cseq: request.cseq()?.0,
            remote_cseq: None,
            remote_target: target,
            local_contact: first_contact(request)?,
            routes: reversed(response.record_routes()?),
        })
    }

    /// The dialog that we open by answering `request` with a tag of ours (RFC 3261 §12.1.1).
    pub fn uas(request: &Message, local_tag: &str, local_contact: NameAddr) -> Result<Dialog, ParseError> {
        let mut local = request.to()?;
        local.params.set("tag", Some(local_tag));
        Ok(Dialog {
            call_id: request.call_id()?.into_owned(),
            local,
            remote: request.from()?,
            local_cseq: 0,
            remote_cseq: Some(request.cseq()?.0),
            remote_target: first_contact(request)?.uri,
            local_contact,
            routes: request.record_routes()?,
        })
    }

    /// The 2xx to our INVITE ends the early state: route set and target are taken from it again (RFC 3261 §13.2.2.4).
    pub fn confirm(&mut self, response: &Message) -> Result<(), ParseError> {
        self.routes = reversed(response.record_routes()?);
        self.refresh_target(response);
        Ok(())
    }

    /// The next request in this dialog, with Contact where it refreshes the target; Via and Max-Forwards are added below.
    pub fn request(&mut self, method: Method) -> Message {
        self.local_cseq = self.local_cseq.saturating_add(1);
        self.build(method, self.local_cseq)
    }

    /// The ACK to a 2xx; `cseq` is the INVITE's. The INVITE's credentials, if any, are the caller's to add (RFC 3261 §13.2.2.4).
    pub fn ack(&self, cseq: u32) -> Message {
        self.build(Method::Ack, cseq)
    }

    /// Where the next request goes: the first route, be it loose or strict, else the target (RFC 3261 §8.1.2).
    pub fn next_hop(&self) -> Uri {
        self.routes.first().map_or(&self.remote_target, |route| &route.uri).clone()
    }

    /// Takes the peer's sequence number. ACK and CANCEL carry that of their INVITE and are not counted.
    pub fn check_request(&mut self, request: &Message) -> Result<(), CseqError> {
        let (got, method) = request.cseq()?;
        if matches!(method, Method::Ack | Method::Cancel) {
            return Ok(());
        }
        match self.remote_cseq {
            Some(last) if got < last => Err(CseqError::OutOfOrder { last, got }),
            Some(_) | None => {
                self.remote_cseq = Some(got);
                Ok(())
            }
        }
    }

    /// Takes the Contact of a target refresh: their re-INVITE or UPDATE, or a 2xx to ours (RFC 3261 §12.2). Without one, or
    /// with a damaged one, the target stays.
    pub fn refresh_target(&mut self, message: &Message) {
        if let Some(contact) = message.contacts().ok().and_then(|contacts| contacts.into_iter().next()) {
            self.remote_target = contact.uri;
        }
    }

    /// Whether a message with these belongs here. A peer without a tag is RFC 2543's.
    pub fn matches(&self, call_id: &str, local_tag: &str, remote_tag: Option<&str>) -> bool {
        self.call_id == call_id && self.local.tag() == Some(local_tag) && self.remote.tag() == remote_tag
    }

    /// Whether a request of the peer belongs here.
    pub fn matches_request(&self, request: &Message) -> bool {
        let (Ok(call_id), Ok(to), Ok(from)) = (request.call_id(), request.to(), request.from()) else {
            return false;
        };
        to.tag().is_some_and(|local_tag| self.matches(&call_id, local_tag, from.tag()))
    }

    fn build(&self, method: Method, cseq: u32) -> Message {
        let (uri, routes) = self.path();
        let mut request = Message::request(method.clone(), uri);
        for route in &routes {
            request.push(Name::Route, route.to_string());
        }
        request.push(Name::From, self.local.to_string());
        request.push(Name::To, self.remote.to_string());
        request.push(Name::CallId, self.call_id.clone());
        request.push(Name::CSeq, format!("{cseq} {method}"));
        if refreshes_target(&method) {
            request.push(Name::Contact, self.local_contact.to_string());
        }
        request
    }

    /// Request-URI and Route. A first hop without `lr` is a strict router: it wants to be addressed itself, and the target
    /// goes to the end of the routes (RFC 3261 §12.2.1.1).
    fn path(&self) -> (Uri, Vec<NameAddr>) {
        match self.routes.split_first() {
            Some((strict, rest)) if !strict.uri.params.has("lr") => {
                let target = NameAddr::new(self.remote_target.clone());
                (as_request_uri(&strict.uri), rest.iter().cloned().chain([target]).collect())
            }
            Some(_) | None => (as_request_uri(&self.remote_target), self.routes.clone()),
        }
    }
}

/// Parts that a Request-URI must not have (RFC 3261 §19.1.1, table 1).
fn as_request_uri(uri: &Uri) -> Uri {
    let mut uri = uri.clone();
    uri.headers = None;
    uri.params.remove("method");
    uri
}

fn refreshes_target(method: &Method) -> bool {
    matches!(method, Method::Invite | Method::Update | Method::Subscribe | Method::Notify | Method::Refer)
}

fn first_contact(request: &Message) -> Result<NameAddr, ParseError> {
    request.contacts()?.into_iter().next().ok_or_else(|| error("Contact", "the request has none"))
}

fn reversed(mut routes: Vec<NameAddr>) -> Vec<NameAddr> {
    routes.reverse();
    routes
}

fn error(part: &'static str, why: &str) -> ParseError {
    ParseError { part, why: why.to_owned() }
}
