//! `message/sipfrag` (RFC 3420): the start line of an answer, which is what a transfer's progress is told with.

use super::message::reason_phrase;

/// Media type of the body of NOTIFY after REFER (RFC 3515 §2.4.5).
pub const TYPE: &str = "message/sipfrag";
/// As we write it.
pub const CONTENT_TYPE: &str = "message/sipfrag;version=2.0";

/// The status that a fragment tells of: its first line is a whole status line; what follows is overlooked. `None` for
/// everything else, a fragment of a request too.
pub fn status(body: &[u8]) -> Option<u16> {
    let end = body.iter().take(LONGEST_LINE).position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(body.len());
    let line = std::str::from_utf8(body.get(..end.min(LONGEST_LINE))?.trim_ascii_end()).ok()?;
    let (version, rest) = line.split_once(' ')?;
    let (code, _reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let sound = version.eq_ignore_ascii_case("SIP/2.0") && code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit());
    code.parse().ok().filter(|code| sound && (100..700).contains(code))
}

/// The fragment that tells of this status.
pub fn write(status: u16) -> String {
    format!("SIP/2.0 {status} {}\r\n", reason_phrase(status))
}

/// Longer than any reason phrase (bytes).
const LONGEST_LINE: usize = 512;

/// Whatever the bytes are, reading them must not panic, and what we write of them is read alike. For fuzzing.
pub fn fuzz(bytes: &[u8]) {
    if let Some(code) = status(bytes) {
        assert_eq!(status(write(code).as_bytes()), Some(code), "what we wrote can be read");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells_the_status_whatever_follows() {
        for (body, said) in [
            ("SIP/2.0 100 Trying\r\n", 100),
            ("SIP/2.0 200 OK", 200),
            ("SIP/2.0 503 Service Unavailable\nVia: x\n", 503),
            ("sip/2.0 486 Ocupado por aqui \r\n\r\n", 486),
            ("SIP/2.0 603\r\n", 603),
            ("SIP/2.0 180 ", 180),
        ] {
            assert_eq!(status(body.as_bytes()), Some(said), "{body:?}");
        }
    }

    #[test]
    fn what_is_no_status_line_tells_nothing() {
        let long = format!("SIP/2.0 200 {}", "OK".repeat(40_000));
        for body in [
            "",
            "\r\nSIP/2.0 200 OK",
            "SIP/2.0",
            "SIP/2.0 ",
            "SIP/2.0 20 OK",
            "SIP/2.0 2000 OK",
            "SIP/2.0 099 Low",
            "SIP/2.0 700 High",
            "SIP/2.0 +20 OK",
            "SIP/3.0 200 OK",
            "HTTP/1.1 200 OK",
            "SIP/2.0\t200\tOK",
            "INVITE sip:bob@h SIP/2.0\r\n",
        ] {
            assert_eq!(status(body.as_bytes()), None, "{body:?}");
        }
        assert_eq!(status(b"SIP/2.0 200 \xff\xfe"), None);
        assert_eq!(status(long.as_bytes()), Some(200), "an endless reason is cut, not read");
    }
}
