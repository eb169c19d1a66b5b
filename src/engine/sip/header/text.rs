//! Words shared by all header fields: tokens, quoted strings, lists (RFC 3261 §25.1).

use std::borrow::Cow;

/// Splits at `separator`, an ASCII character, wherever it stands outside quoted strings and angle brackets. The pieces are
/// not trimmed.
pub(crate) fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (piece, after) = match end_of_piece(text.as_bytes(), separator as u8) {
            Some(end) => (text.get(..end)?, text.get(end + 1..)),
            None => (text, None),
        };
        rest = after;
        Some(piece)
    })
}

/// Nothing before the first separator, quote or bracket needs a second look; most values have no more of them.
fn end_of_piece(bytes: &[u8], separator: u8) -> Option<usize> {
    let first = memchr::memchr3(separator, b'"', b'<', bytes)?;
    let mut state = Outside::default();
    let from_there = bytes.get(first..)?.iter();
    from_there.copied().position(|byte| state.is_outside(byte) && byte == separator).map(|at| first + at)
}

/// Where in a field value the reader stands.
#[derive(Default)]
struct Outside {
    quoted: bool,
    escaped: bool,
    angle: bool,
}

impl Outside {
    fn is_outside(&mut self, byte: u8) -> bool {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.quoted => self.escaped = true,
            b'"' => self.quoted = !self.quoted,
            b'<' if !self.quoted => self.angle = true,
            b'>' if !self.quoted => self.angle = false,
            _ => {}
        }
        !self.quoted && !self.angle
    }
}

/// `token`, not empty.
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&byte| is_token_byte(byte))
}

fn is_token_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9')
        || matches!(byte, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~')
}

/// Cuts a quoted string off the front of `text`: its content, still escaped, and what follows. `None` where it does not end.
pub(crate) fn quoted(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inner.find(|c| match c {
        _ if escaped => {
            escaped = false;
            false
        }
        '\\' => {
            escaped = true;
            false
        }
        c => c == '"',
    })?;
    let (content, rest) = inner.split_at(end);
    Some((content, rest.strip_prefix('"').unwrap_or(rest)))
}

/// The value of a parameter that may be a quoted string: quotes and backslashes taken away.
pub fn unquote(text: &str) -> Cow<'_, str> {
    match quoted(text) {
        Some((content, "")) => unescape(content),
        _ => Cow::Borrowed(text),
    }
}

/// `\"` → `"`.
pub(crate) fn unescape(content: &str) -> Cow<'_, str> {
    if !content.contains('\\') {
        return Cow::Borrowed(content);
    }
    let mut escaped = false;
    let keep = |c: &char| {
        escaped = *c == '\\' && !escaped;
        !escaped
    };
    Cow::Owned(content.chars().filter(keep).collect())
}

/// `text` as a quoted string.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// Bytes of a field as text: UTF-8, and where they are not, Latin-1.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}
