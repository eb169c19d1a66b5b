//! The session description inside a body (RFC 3261 §7.4, RFC 5621, RFC 2046 §5.1).

use bytes::Bytes;

use super::{Message, read};
use crate::sip::header::Name;
use crate::sip::header::text::{text, unquote};
use crate::sip::uri::Params;

impl Message {
    /// The SDP of this message, alone or as a part of multipart/mixed or alternative.
    pub fn sdp(&self) -> Option<Bytes> {
        find(&self.header(&Name::ContentType)?, &self.body, NESTING)
    }
}

/// Multipart within multipart is looked into this deep: an alternative inside a mixed, and one to spare.
const NESTING: u8 = 3;

fn find(content_type: &str, body: &Bytes, nesting: u8) -> Option<Bytes> {
    let (kind, params) = content_type.split_at(content_type.find(';').unwrap_or(content_type.len()));
    let kind = kind.trim();
    if kind.eq_ignore_ascii_case("application/sdp") {
        return Some(body.clone());
    }
    let multipart = ["multipart/mixed", "multipart/alternative"].iter().any(|known| kind.eq_ignore_ascii_case(known));
    let nesting = nesting.checked_sub(1).filter(|_| multipart)?;
    let params = Params::of_field(params).ok()?;
    let boundary = unquote(params.get("boundary")?);
    parts(body, &boundary).iter().find_map(|part| {
        let (content_type, at) = part_head(part)?;
        find(&content_type?, &part.slice(at..), nesting)
    })
}

/// What stands between the boundary lines, without the CR LF that belongs to the boundary.
fn parts(body: &Bytes, boundary: &str) -> Vec<Bytes> {
    let mark = format!("--{boundary}");
    let (mut parts, mut begin, mut at) = (Vec::new(), None, 0);
    while at < body.len() && parts.len() < MAX_PARTS {
        let rest = body.get(at..).unwrap_or_default();
        let next = rest.windows(2).position(|pair| pair == read::CRLF).map_or(body.len(), |end| at + end + 2);
        if let Some(after) = rest.strip_prefix(mark.as_bytes()).filter(|after| is_boundary_end(after)) {
            parts.extend(begin.and_then(|begin| part(body, begin, at)));
            begin = Some(next);
            if after.starts_with(b"--") {
                break;
            }
        }
        at = next;
    }
    parts
}

/// More parts than any call has.
const MAX_PARTS: usize = 16;

/// After the boundary: white space to the end of the line, or the two hyphens of the last.
fn is_boundary_end(after: &[u8]) -> bool {
    after.starts_with(b"--") || after.trim_ascii_start().len() < after.len()
}

fn part(body: &Bytes, begin: usize, boundary: usize) -> Option<Bytes> {
    let end = boundary.checked_sub(2).filter(|&end| end >= begin)?;
    Some(body.slice(begin..end))
}

/// The Content-Type of a part, and where its body begins.
fn part_head(part: &[u8]) -> Option<(Option<String>, usize)> {
    let (mut at, mut content_type) = (0, None);
    while let Some(range) = read::field(part, at).ok()? {
        at = range.end + 2;
        let (name, value) = read::name_value(part.get(range)?).ok()?;
        if Name::read(name)? == Name::ContentType {
            content_type = Some(text(value).replace("\r\n", " "));
        }
    }
    Some((content_type, at + 2))
}
