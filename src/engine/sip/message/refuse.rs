//! The answer to a request that could not be understood.

use bytes::Bytes;

use super::{MAX_HEADERS, MAX_MESSAGE, Message, ParseError, Start, read};
use crate::sip::header::Name;
use crate::sip::header::text::is_token;

impl Message {
    /// For a request that [`Message::parse`] or [`Message::validate`] refused: a 400 with the reason (RFC 3261 §21.4.1), 505
    /// for another version, when enough of it could be read to send one (Via, From, To, Call-ID, CSeq) and it is no ACK;
    /// never for a response.
    pub fn bad_request(bytes: &Bytes, error: &ParseError) -> Option<Message> {
        let bytes = bytes.slice(..bytes.len().min(MAX_MESSAGE));
        let start = read::line(&bytes, read::blank_lines(&bytes)).ok()?;
        let method = bytes.get(start.clone())?.split(|&byte| byte == b' ').next()?;
        // A status line's first word holds a slash and so is no token.
        if !is_token(method) || method == b"ACK" {
            return None;
        }
        let headers = copied(&bytes, start.end + read::CRLF.len());
        let once = |name: Name| headers.iter().any(|(other, _)| *other == name);
        if ![Name::Via, Name::From, Name::To, Name::CallId, Name::CSeq].into_iter().all(once) {
            return None;
        }
        let status = if error.part == read::VERSION { 505 } else { 400 };
        Some(Message { start: Start::Response { status, reason: error.to_string() }, headers, body: Bytes::new() })
    }
}

/// What a response repeats, byte by byte: all Via, the first of each other; damaged lines are overlooked.
fn copied(bytes: &Bytes, mut at: usize) -> Vec<(Name, Bytes)> {
    let mut headers: Vec<(Name, Bytes)> = Vec::new();
    while let Ok(Some(range)) = read::field(bytes, at) {
        at = range.end + read::CRLF.len();
        let Ok((name, value)) = read::name_value(bytes.get(range).unwrap_or_default()) else {
            continue;
        };
        match Name::read(name) {
            Some(Name::Via) if headers.len() < MAX_HEADERS => headers.push((Name::Via, read::unfolded(bytes, value))),
            Some(name @ (Name::From | Name::To | Name::CallId | Name::CSeq))
                if headers.iter().all(|(other, _)| *other != name) =>
            {
                headers.push((name, read::unfolded(bytes, value)));
            }
            _ => {}
        }
    }
    headers
}
