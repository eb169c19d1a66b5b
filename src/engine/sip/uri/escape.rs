//! `%23` for `#` and back (RFC 3261 §19.1.2).

/// `text` with its escapes undone; what is no escape stays. `None` where the result is not UTF-8.
pub(crate) fn unescaped(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        match escaped_byte(piece) {
            Some((byte, rest)) => {
                bytes.push(byte);
                bytes.extend_from_slice(rest.as_bytes());
            }
            None => {
                bytes.push(b'%');
                bytes.extend_from_slice(piece.as_bytes());
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// `text` as the value of a header field in a URI: all but the unreserved is escaped.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The byte that the two hexadecimal digits at the front name, and what follows them.
pub(super) fn escaped_byte(after_percent: &str) -> Option<(u8, &str)> {
    let (digits, rest) = after_percent.split_at_checked(2)?;
    let sound = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some((u8::from_str_radix(digits, 16).ok().filter(|_| sound)?, rest))
}
