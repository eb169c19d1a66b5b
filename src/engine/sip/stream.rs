//! Messages out of a byte stream (RFC 3261 §18.3) with CRLF keep-alive (RFC 5626 §3.5.1). Used by the shell.
//!
//! ```text
//!             CRLF, CRLFCRLF: Pong, Ping
//!              ┌────┐
//!              │    v   empty line      Content-Length bytes
//!  bytes ───> head, searched ───> body, wanted ───> Message ───> head
//!              │                    │
//!              └──> broken <────────┘  no end within 64 KiB, no Content-Length, two, or too large
//! ```

use bytes::{Buf, Bytes, BytesMut};

use super::header::Name;
use super::message::read::{CRLF, field, line, name_value, set_length};
use super::message::{MAX_MESSAGE, ParseError};

/// What the next bytes were.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// One whole message, not yet parsed.
    Message(Bytes),
    /// CRLFCRLF: answer with CRLF.
    Ping,
    /// CRLF: the peer's answer to our ping. A ping that the network cut in half reads as two of these.
    Pong,
}

/// Collects bytes until a message is whole. Between two calls of [`Framer::next`] that gave `None` it holds at most one message of
/// [`MAX_MESSAGE`] and what was pushed last.
#[derive(Debug, Default)]
pub struct Framer {
    buffer: BytesMut,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The empty line is not in the first `searched` bytes.
    Head { searched: usize },
    /// The message is `wanted` bytes long.
    Body { wanted: usize },
    /// Nothing that comes can be trusted any more.
    Broken(ParseError),
}

impl Default for State {
    fn default() -> State {
        State::Head { searched: 0 }
    }
}

impl Framer {
    /// Takes what was read. To be followed by [`Framer::next`] until it gives `None`.
    pub fn push(&mut self, bytes: &[u8]) {
        match self.state {
            State::Head { .. } | State::Body { .. } => self.buffer.extend_from_slice(bytes),
            State::Broken(_) => {}
        }
    }

    /// The next frame; `None` until more arrives. An error means the stream has lost its frame and must be closed; it stays.
    #[expect(clippy::should_implement_trait, reason = "`None` is not the end: more may arrive")]
    pub fn next(&mut self) -> Result<Option<Frame>, ParseError> {
        let framed = self.advance();
        if let Err(error) = &framed {
            self.state = State::Broken(error.clone());
            self.buffer = BytesMut::new();
        }
        framed
    }

    fn advance(&mut self) -> Result<Option<Frame>, ParseError> {
        match &self.state {
            State::Head { searched: 0 } if self.buffer.starts_with(b"\r") => self.keep_alive(),
            State::Head { searched } => match find_empty_line(&self.buffer, *searched) {
                Some(head) => {
                    self.state = State::Body { wanted: length(&self.buffer, head)? };
                    self.advance()
                }
                None if self.buffer.len() > MAX_MESSAGE => Err(ParseError::new("header", "has no end within 64 KiB")),
                None => {
                    self.state = State::Head { searched: self.buffer.len() };
                    Ok(None)
                }
            },
            State::Body { wanted } if self.buffer.len() < *wanted => Ok(None),
            State::Body { wanted } => {
                let message = self.buffer.split_to(*wanted).freeze();
                self.state = State::default();
                Ok(Some(Frame::Message(message)))
            }
            State::Broken(error) => Err(error.clone()),
        }
    }

    /// Between messages: one CRLF or two. Bytes that could still become two are waited for; a lone CRLF is not, since after
    /// a pong nothing may follow for minutes.
    fn keep_alive(&mut self) -> Result<Option<Frame>, ParseError> {
        let (frame, length) = match &*self.buffer {
            [b'\r', b'\n', b'\r', b'\n', ..] => (Frame::Ping, 4),
            [b'\r', b'\n', b'\r'] | [b'\r'] => return Ok(None),
            [b'\r', b'\n', ..] => (Frame::Pong, 2),
            _ => return Err(ParseError::new("stream", "a CR without LF between messages")),
        };
        self.buffer.advance(length);
        Ok(Some(frame))
    }
}

/// How long the header part is, its empty line included. An empty line may have begun before `searched`.
fn find_empty_line(buffer: &[u8], searched: usize) -> Option<usize> {
    let begin = searched.saturating_sub(EMPTY_LINE.len() - 1);
    let found = buffer.get(begin..)?.windows(EMPTY_LINE.len()).position(|four| four == EMPTY_LINE)?;
    Some(begin + found + EMPTY_LINE.len())
}

const EMPTY_LINE: &[u8] = b"\r\n\r\n";

/// How long the message is whose header part has `head` bytes. A stream cannot do without Content-Length (RFC 3261 §20.14).
/// Other damage is left to the parser: it does not move the frame.
fn length(buffer: &[u8], head: usize) -> Result<usize, ParseError> {
    let (mut at, mut length) = (line(buffer, 0)?.end + CRLF.len(), None);
    while let Some(range) = field(buffer, at)? {
        at = range.end + CRLF.len();
        let Ok((name, value)) = name_value(buffer.get(range).unwrap_or_default()) else {
            continue;
        };
        if Name::read(name) == Some(Name::ContentLength) {
            set_length(&mut length, value)?;
        }
    }
    let body = length.ok_or_else(|| ParseError::new("Content-Length", "is missing on a stream"))?;
    if head + body > MAX_MESSAGE { Err(ParseError::new("message", "is longer than 64 KiB")) } else { Ok(head + body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "OPTIONS sip:a@b SIP/2.0\r\nl: 3\r\n\r\nabc";
    const SECOND: &str = "SIP/2.0 200 OK\r\nContent-Length\t:\r\n 0\r\nX: 1\r\n\r\n";

    fn drain(framer: &mut Framer) -> Vec<Frame> {
        std::iter::from_fn(|| framer.next().unwrap()).collect()
    }

    fn frames(pieces: &[&[u8]]) -> Vec<Frame> {
        let mut framer = Framer::default();
        let mut frames = Vec::new();
        for piece in pieces {
            framer.push(piece);
            frames.extend(drain(&mut framer));
        }
        frames
    }

    fn message(text: &str) -> Frame {
        Frame::Message(Bytes::copy_from_slice(text.as_bytes()))
    }

    fn error(bytes: &[u8]) -> ParseError {
        let mut framer = Framer::default();
        framer.push(bytes);
        framer.next().unwrap_err()
    }

    #[test]
    fn messages_come_out_the_same_byte_by_byte_and_all_at_once() {
        let all = [FIRST, SECOND, FIRST].concat();
        let expected = vec![message(FIRST), message(SECOND), message(FIRST)];
        assert_eq!(frames(&[all.as_bytes()]), expected);
        assert_eq!(frames(&all.as_bytes().chunks(1).collect::<Vec<_>>()), expected);
        assert_eq!(frames(&all.as_bytes().chunks(7).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn pings_and_pongs_stand_between_messages() {
        let all = ["\r\n\r\n", FIRST, "\r\n", SECOND, "\r\n\r\n"].concat();
        let expected = vec![Frame::Ping, message(FIRST), Frame::Pong, message(SECOND), Frame::Ping];
        assert_eq!(frames(&[all.as_bytes()]), expected);
    }

    #[test]
    fn a_pong_does_not_wait_for_what_follows_and_half_a_ping_does() {
        assert_eq!(frames(&[b"\r\n"]), [Frame::Pong]);
        assert_eq!(frames(&[b"\r\n\r"]), []);
        assert_eq!(frames(&[b"\r\n\r", b"\n"]), [Frame::Ping]);
        assert_eq!(frames(&[b"\r"]), []);
    }

    #[test]
    fn a_stream_without_a_sound_content_length_is_lost() {
        assert_eq!(error(b"OPTIONS sip:a@b SIP/2.0\r\n\r\n").part, "Content-Length");
        assert_eq!(error(b"OPTIONS sip:a@b SIP/2.0\r\nl: 1\r\nl: 1\r\n\r\n").part, "Content-Length");
        assert_eq!(error(b"OPTIONS sip:a@b SIP/2.0\r\nl: -1\r\n\r\n").part, "Content-Length");
        assert_eq!(error(b"OPTIONS sip:a@b SIP/2.0\r\nl: 18446744073709551615\r\n\r\n").part, "Content-Length");
        assert_eq!(error(b"OPTIONS sip:a@b SIP/2.0\r\nl: 65530\r\n\r\n").part, "message");
        assert_eq!(error(b"\rOPTIONS").part, "stream");
    }

    #[test]
    fn a_header_part_without_end_is_refused_and_its_memory_given_back() {
        let mut framer = Framer::default();
        for _ in 0..MAX_MESSAGE / 1024 {
            framer.push(&[b'x'; 1024]);
            assert_eq!(framer.next(), Ok(None));
        }
        framer.push(b"x");
        let error = framer.next().unwrap_err();
        framer.push(FIRST.as_bytes());
        assert_eq!(framer.next(), Err(error));
        assert_eq!(framer.buffer.capacity(), 0);
    }

    #[test]
    fn damage_that_leaves_the_frame_alone_is_left_to_the_parser() {
        let text = "nonsense\r\nno colon here\r\nl: 2\r\n\r\nhi";
        assert_eq!(frames(&[text.as_bytes()]), [message(text)]);
    }
}
