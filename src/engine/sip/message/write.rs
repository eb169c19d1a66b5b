//! To bytes. What we write can be read back: no value ends its own line.

use std::fmt::Write;

use bytes::{BufMut, Bytes, BytesMut};

use super::{Message, Start};
use crate::sip::header::Name;

impl Message {
    /// The bytes to send. Content-Length is computed, never taken from `headers`.
    pub fn to_bytes(&self) -> Bytes {
        let fields = self.headers.iter().filter(|(name, _)| *name != Name::ContentLength);
        let size: usize = fields.clone().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        let mut out = BytesMut::with_capacity(256 + size + self.body.len());
        let start = match &self.start {
            Start::Request { method, uri } => format!("{method} {uri} SIP/2.0"),
            Start::Response { status, reason } => format!("SIP/2.0 {status:03} {reason}"),
        };
        put_line(&mut out, start.as_bytes());
        for (name, value) in fields {
            out.put_slice(name.as_str().as_bytes());
            out.put_slice(b": ");
            put_line(&mut out, value);
        }
        // Writing to memory cannot fail.
        let _ = write!(out, "{}: {}\r\n\r\n", Name::ContentLength, self.body.len());
        out.put_slice(&self.body);
        out.freeze()
    }
}

/// `line` and CR LF. A CR or LF inside, which only a text handed to us by a person could hold, becomes a space.
fn put_line(out: &mut BytesMut, line: &[u8]) {
    let begin = out.len();
    out.put_slice(line);
    let written = out.get_mut(begin..).unwrap_or_default();
    written.iter_mut().filter(|byte| matches!(byte, b'\r' | b'\n')).for_each(|byte| *byte = b' ');
    out.put_slice(b"\r\n");
}
