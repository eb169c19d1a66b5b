//! Messages: from bytes, to bytes (RFC 3261 §7, §25). Everything from the network passes through here.

mod body;
mod fields;
mod method;
pub(super) mod read;
mod refuse;
mod status;
mod validate;
mod write;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub use method::Method;
pub use status::reason_phrase;

use super::header::Name;
use super::uri::Uri;

/// A whole message. Header fields keep their order and their bytes; folding and compact names are undone.
/// Content-Length is not among them: [`Message::parse`] cuts the body by it, [`Message::to_bytes`] computes it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Message {
    pub start: Start,
    pub headers: Vec<(Name, Bytes)>,
    pub body: Bytes,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Start {
    Request { method: Method, uri: Uri },
    Response { status: u16, reason: String },
}

/// What is wrong with a message and where. It names no value of the message: it may be logged and sent back.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{part}: {why}")]
pub struct ParseError {
    /// `start line`, `Via`, `CSeq`, `body`, …
    pub part: &'static str,
    pub why: String,
}

impl ParseError {
    pub(crate) fn new(part: &'static str, why: &str) -> ParseError {
        ParseError { part, why: why.to_owned() }
    }

    /// The same in a larger part.
    pub(crate) fn within(self, part: &'static str) -> ParseError {
        ParseError { part, why: format!("{} {}", self.part, self.why) }
    }
}

/// A message is at most this long (64 KiB).
pub const MAX_MESSAGE: usize = 64 * 1024;
/// And has at most this many header fields, after splitting lines but not commas.
pub const MAX_HEADERS: usize = 256;
/// And at most this many Via values.
pub const MAX_VIAS: usize = 70;

impl Message {
    /// A request without header fields.
    pub fn request(method: Method, uri: Uri) -> Message {
        Message { start: Start::Request { method, uri }, headers: Vec::new(), body: Bytes::new() }
    }

    /// An answer to `request`: Via, From, To, Call-ID, CSeq copied (RFC 3261 §8.2.6.2), Record-Route too for 1xx and 2xx
    /// (§12.1.1), Timestamp for 100 (§8.2.6.1); the standard reason phrase; no To tag added.
    pub fn response(request: &Message, status: u16) -> Message {
        let timestamp = Name::from("Timestamp");
        let copied = |name: &Name| match name {
            Name::Via | Name::From | Name::To | Name::CallId | Name::CSeq => true,
            Name::RecordRoute => status < 300,
            name => status == 100 && *name == timestamp,
        };
        let headers = request.headers.iter().filter(|(name, _)| copied(name)).cloned().collect();
        Message {
            start: Start::Response { status, reason: reason_phrase(status).to_owned() },
            headers,
            body: Bytes::new(),
        }
    }

    /// The method of a request, or of the CSeq of a response; `None` for a response whose CSeq is damaged.
    pub fn method(&self) -> Option<Method> {
        match &self.start {
            Start::Request { method, .. } => Some(method.clone()),
            Start::Response { .. } => self.cseq().ok().map(|(_, method)| method),
        }
    }

    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        match self.start {
            Start::Response { status, .. } => Some(status),
            Start::Request { .. } => None,
        }
    }

    /// Request-URI of a request.
    pub fn uri(&self) -> Option<&Uri> {
        match &self.start {
            Start::Request { uri, .. } => Some(uri),
            Start::Response { .. } => None,
        }
    }

    /// Adds a field at the end.
    pub fn push(&mut self, name: Name, value: impl Into<String>) {
        self.headers.push((name, Bytes::from(value.into())));
    }

    /// Adds a field before all others (Via).
    pub fn push_front(&mut self, name: Name, value: impl Into<String>) {
        self.headers.insert(0, (name, Bytes::from(value.into())));
    }

    /// Replaces every field `name` by one, in the place of the first.
    pub fn set(&mut self, name: Name, value: impl Into<String>) {
        let at = self.headers.iter().position(|(other, _)| *other == name).unwrap_or(self.headers.len());
        self.remove(&name);
        self.headers.insert(at, (name, Bytes::from(value.into())));
    }

    /// Takes every field `name` away.
    pub fn remove(&mut self, name: &Name) {
        self.headers.retain(|(other, _)| other != name);
    }

    /// Sets body and Content-Type.
    pub fn set_body(&mut self, content_type: &str, body: impl Into<Bytes>) {
        self.set(Name::ContentType, content_type);
        self.body = body.into();
    }
}
