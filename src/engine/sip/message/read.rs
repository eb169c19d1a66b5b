//! From bytes (RFC 3261 §7.3, §18.3, §25). Values are slices of the datagram; only folded ones are copied.

use std::ops::Range;

use bytes::Bytes;

use super::{MAX_HEADERS, MAX_MESSAGE, MAX_VIAS, Message, Method, ParseError, Start};
use crate::sip::header::Name;
use crate::sip::header::text::{is_token, split, text};

impl Message {
    /// Reads one datagram or one framed message. A body longer than Content-Length is cut (RFC 3261 §18.3), a shorter one
    /// is an error; without Content-Length the body goes to the end.
    pub fn parse(bytes: &Bytes) -> Result<Message, ParseError> {
        if bytes.len() > MAX_MESSAGE {
            return Err(ParseError::new("message", "is longer than 64 KiB"));
        }
        let start = line(bytes, blank_lines(bytes))?;
        let mut message = Message {
            start: start_line(bytes.get(start.clone()).unwrap_or_default())?,
            headers: Vec::with_capacity(16),
            body: Bytes::new(),
        };
        let (mut at, mut length) = (start.end + CRLF.len(), None);
        while let Some(range) = field(bytes, at)? {
            at = range.end + CRLF.len();
            let (name, value) = name_value(bytes.get(range).unwrap_or_default())?;
            let name = Name::read(name).ok_or_else(|| ParseError::new("header", "a name is no token"))?;
            if name == Name::ContentLength {
                set_length(&mut length, value)?;
            } else if message.headers.len() == MAX_HEADERS {
                return Err(ParseError::new("header", "more than 256 fields"));
            } else {
                message.headers.push((name, unfolded(bytes, value)));
            }
        }
        count_vias(&message)?;
        message.body = body(bytes.slice(at + CRLF.len()..), length)?;
        Ok(message)
    }
}

/// Where the start line begins: empty lines before it are overlooked (RFC 3261 §7.5).
pub(in crate::sip) fn blank_lines(bytes: &[u8]) -> usize {
    bytes.chunks(CRLF.len()).take_while(|pair| *pair == CRLF).count() * CRLF.len()
}

/// The line at `at` without its CRLF. CR and LF never stand alone: a value that held one would become two fields where we
/// or the next hop write it.
#[inline]
pub(in crate::sip) fn line(bytes: &[u8], at: usize) -> Result<Range<usize>, ParseError> {
    let rest = bytes.get(at..).unwrap_or_default();
    let end = memchr::memchr2(b'\r', b'\n', rest).ok_or_else(|| ParseError::new("header", "has no end"))?;
    if !rest.get(end..).unwrap_or_default().starts_with(CRLF) {
        return Err(ParseError::new("header", "a line does not end with CR LF"));
    }
    Ok(at..at + end)
}

/// The header field at `at` with its continuation lines; `None` at the empty line.
#[inline]
pub(in crate::sip) fn field(bytes: &[u8], at: usize) -> Result<Option<Range<usize>>, ParseError> {
    let first = line(bytes, at)?;
    if first.is_empty() {
        return Ok(None);
    }
    let mut end = first.end;
    while matches!(bytes.get(end + CRLF.len()), Some(b' ' | b'\t')) {
        end = line(bytes, end + CRLF.len())?.end;
    }
    Ok(Some(at..end))
}

/// A field cut at its colon, both sides trimmed.
#[inline]
pub(in crate::sip) fn name_value(field: &[u8]) -> Result<(&[u8], &[u8]), ParseError> {
    let (name, value) = memchr::memchr(b':', field)
        .and_then(|at| field.split_at_checked(at))
        .ok_or_else(|| ParseError::new("header", "a line without a colon"))?;
    Ok((name.trim_ascii_end(), value.get(1..).unwrap_or_default().trim_ascii()))
}

/// Takes one Content-Length value. A second one, even the same, leaves the end of the message in doubt.
pub(in crate::sip) fn set_length(length: &mut Option<usize>, value: &[u8]) -> Result<(), ParseError> {
    let wrong = |why: &str| Err(ParseError::new("Content-Length", why));
    if length.is_some() {
        return wrong("stands more than once");
    }
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return wrong("is no number");
    }
    *length = text(value).parse().ok();
    if length.is_some_and(|length| length <= MAX_MESSAGE) { Ok(()) } else { wrong("is more than 64 KiB") }
}

/// `value`, a part of `bytes`, with every fold made one space (RFC 3261 §7.3.1).
pub(super) fn unfolded(bytes: &Bytes, value: &[u8]) -> Bytes {
    if memchr::memchr(b'\r', value).is_none() {
        return bytes.slice_ref(value);
    }
    let mut out = Vec::with_capacity(value.len());
    for (index, line) in value.split(|&byte| byte == b'\r').enumerate() {
        if index > 0 {
            out.truncate(out.trim_ascii_end().len());
            out.push(b' ');
        }
        out.extend_from_slice(if index > 0 { line.trim_ascii_start() } else { line });
    }
    out.into()
}

fn start_line(line: &[u8]) -> Result<Start, ParseError> {
    let wrong = |why: &str| ParseError::new("start line", why);
    let line = text(line);
    if line.as_bytes().get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case(b"SIP/")) {
        let mut parts = line.splitn(3, ' ');
        check_version(parts.next().unwrap_or_default())?;
        let status = parts.next().filter(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()));
        let status = status.and_then(|code| code.parse().ok()).filter(|code| (100..700).contains(code));
        let status = status.ok_or_else(|| wrong("the status is not within 100 to 699"))?;
        return Ok(Start::Response { status, reason: parts.next().unwrap_or_default().to_owned() });
    }
    // Exactly one space each: RFC 4475 §3.1.2.8 to §3.1.2.10.
    let mut parts = line.split(' ');
    let (Some(method), Some(uri), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong("is not a method, a URI and SIP/2.0 with one space between them"));
    };
    check_version(version)?;
    if !is_token(method.as_bytes()) {
        return Err(wrong("the method is no token"));
    }
    let uri = uri.parse().map_err(|error: ParseError| error.within("start line"))?;
    Ok(Start::Request { method: Method::from(method), uri })
}

fn check_version(version: &str) -> Result<(), ParseError> {
    if version.eq_ignore_ascii_case("SIP/2.0") { Ok(()) } else { Err(ParseError::new(VERSION, "is not SIP/2.0")) }
}

fn count_vias(message: &Message) -> Result<(), ParseError> {
    let vias = message.headers.iter().filter(|(name, _)| *name == Name::Via);
    let values = |line: &[u8]| if line.contains(&b',') { split(&text(line), ',').count() } else { 1 };
    let count: usize = vias.map(|(_, line)| values(line)).sum();
    if count > MAX_VIAS { Err(ParseError::new("Via", "more than 70 of them")) } else { Ok(()) }
}

fn body(rest: Bytes, length: Option<usize>) -> Result<Bytes, ParseError> {
    match length {
        Some(length) if length > rest.len() => Err(ParseError::new("body", "is shorter than Content-Length")),
        Some(length) => Ok(rest.slice(..length)),
        None => Ok(rest),
    }
}

/// What a [`ParseError`] calls the version: it asks for another answer than 400.
pub(super) const VERSION: &str = "version";

pub(in crate::sip) const CRLF: &[u8] = b"\r\n";
