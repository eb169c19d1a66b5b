//! A call's messages as people draw them: one lifeline per address, one arrow per message, time downward.
//!
//! ```text
//!            127.0.0.1:5070                        127.0.0.1:5060
//!    0.000         │──────────── INVITE 600 ─────────────▶│  SDP PCMA,PCMU sendrecv
//!    0.012         │◀─────── 401 Unauthorized (INVITE) ───│
//! ```

use std::net::SocketAddr;

use chrono::{DateTime, Utc};

use super::Entry;

/// The whole ladder, without an end of line after the last.
pub fn draw(entries: &[Entry], width: usize) -> String {
    let mut ladder = Ladder::new(entries, width);
    let lines: Vec<String> = entries.iter().flat_map(|entry| ladder.next(entry)).collect();
    lines.join("\n")
}

/// A ladder that grows; a new address gets a new head line.
#[derive(Debug)]
pub struct Ladder {
    /// Left to right, as they appear: our own first.
    columns: Vec<SocketAddr>,
    /// Cells between two lifelines.
    gap: usize,
    start: Option<DateTime<Utc>>,
    has_head: bool,
}

impl Ladder {
    /// For these entries and those that follow, in `width` cells where that is enough to read.
    pub fn new(entries: &[Entry], width: usize) -> Ladder {
        let mut columns = Vec::new();
        for entry in entries {
            add(&mut columns, entry);
        }
        let gaps = columns.len().saturating_sub(1).max(1);
        let gap = (width.saturating_sub(TIME + LEFT + SDP) / gaps).clamp(MIN_GAP, MAX_GAP);
        Ladder { columns, gap, start: None, has_head: false }
    }

    /// The lines of the next message.
    pub fn next(&mut self, entry: &Entry) -> Vec<String> {
        let known = self.columns.len();
        add(&mut self.columns, entry);
        let mut lines = Vec::new();
        if !self.has_head || self.columns.len() > known {
            self.has_head = true;
            lines.push(self.head());
        }
        let start = *self.start.get_or_insert(entry.at);
        let seconds = (entry.at - start).num_milliseconds() as f64 / 1_000.0;
        let line = format!("{seconds:>TIME$.3}{:LEFT$}{}  {}", "", self.arrow(entry), sdp(&entry.text));
        lines.push(line.trim_end().to_owned());
        lines
    }

    /// Addresses centred over their lifelines.
    fn head(&self) -> String {
        let mut line = String::new();
        for (column, address) in self.columns.iter().enumerate() {
            let name = address.to_string();
            let middle = TIME + LEFT + column * (self.gap + 1);
            let from = middle.saturating_sub(name.len() / 2).max(line.len() + usize::from(column > 0));
            line = format!("{line:from$}{name}");
        }
        line
    }

    fn arrow(&self, entry: &Entry) -> String {
        let place = |address| self.columns.iter().position(|column| *column == address).unwrap_or(0);
        let (local, remote) = (place(entry.local), place(entry.remote));
        let (from, to) = if entry.sent { (local, remote) } else { (remote, local) };
        let (first, last) = (from.min(to), from.max(to));
        let length = ((last - first) * (self.gap + 1)).saturating_sub(1);
        let before: String = (0..first).map(|_| format!("│{:gap$}", "", gap = self.gap)).collect();
        let after: String = (last + 1..self.columns.len()).map(|_| format!("{:gap$}│", "", gap = self.gap)).collect();
        format!("{before}│{}│{after}", shaft(&title(&entry.text), length, to > from))
    }
}

/// `──── INVITE 600 ───▶`, `length` cells long.
fn shaft(title: &str, length: usize, rightward: bool) -> String {
    let room = length.saturating_sub(6);
    let title: String = match title.chars().count() > room {
        true => title.chars().take(room.saturating_sub(1)).chain(['…']).collect(),
        false => title.to_owned(),
    };
    let rest = length.saturating_sub(title.chars().count() + 3);
    let (left, right) = ("─".repeat(rest / 2), "─".repeat(rest - rest / 2));
    if rightward { format!("{left} {title} {right}▶") } else { format!("◀{left} {title} {right}") }
}

/// `INVITE 600`, `180 Ringing (INVITE)`; control characters of the peer do not reach the terminal.
fn title(text: &str) -> String {
    let start = text.lines().next().unwrap_or_default();
    let title = match start.strip_prefix("SIP/2.0 ") {
        Some(status) => format!(
            "{status} ({})",
            header(text, "cseq").and_then(|cseq| cseq.split_whitespace().nth(1)).unwrap_or("?")
        ),
        None => {
            let mut words = start.split_whitespace();
            let (method, uri) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let user = uri.split_once(':').map_or(uri, |(_, rest)| rest).split(['@', ';']).next().unwrap_or_default();
            format!("{method} {user}")
        }
    };
    title.chars().filter(|letter| !letter.is_control()).collect()
}

/// `SDP PCMA,PCMU sendrecv`, where the message has one.
fn sdp(text: &str) -> String {
    let Some((_, body)) = text.split_once("\r\n\r\n") else { return String::new() };
    let Some(media) = body.lines().find_map(|line| line.strip_prefix("m=audio ")) else { return String::new() };
    let mut words = media.split_whitespace();
    let open = words.next() != Some("0");
    let codecs = words.skip(1).map(|payload| codec(body, payload)).filter(|name| name != "telephone-event");
    let codecs: Vec<String> = codecs.take(MAX_CODECS).collect();
    let direction = body.lines().filter_map(|line| line.strip_prefix("a=")).find(|name| DIRECTIONS.contains(name));
    let direction = if open { direction.unwrap_or("sendrecv") } else { "off" };
    let line = format!("SDP {} {direction}", codecs.join(","));
    line.chars().filter(|letter| !letter.is_control()).collect()
}

/// By its rtpmap, else as RFC 3551 §6 numbers it.
fn codec(body: &str, payload: &str) -> String {
    let maps = body.lines().filter_map(|line| line.strip_prefix("a=rtpmap:")?.split_once(' '));
    let mut named =
        maps.filter(|(number, _)| *number == payload).map(|(_, name)| name.split('/').next().unwrap_or(name));
    match (named.next_back(), payload) {
        (Some(name), _) => name.to_owned(),
        (None, "0") => "PCMU".to_owned(),
        (None, "8") => "PCMA".to_owned(),
        (None, "9") => "G722".to_owned(),
        (None, other) => other.to_owned(),
    }
}

fn header<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(field, _)| field.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn add(columns: &mut Vec<SocketAddr>, entry: &Entry) {
    for address in [entry.local, entry.remote] {
        if !columns.contains(&address) {
            columns.push(address);
        }
    }
}

const DIRECTIONS: [&str; 4] = ["sendrecv", "sendonly", "recvonly", "inactive"];
/// Cells of the time, in seconds since the first message.
const TIME: usize = 8;
/// Cells between the time and the first lifeline: half an IPv4 address.
const LEFT: usize = 10;
/// Cells kept free at the right.
const SDP: usize = 28;
/// An arrow with `401 Unauthorized (REGISTER)` on it.
const MIN_GAP: usize = 34;
const MAX_GAP: usize = 48;
/// Named of an offer.
const MAX_CODECS: usize = 4;

#[cfg(test)]
mod tests {
    use engine::sip::uri::Transport;

    use super::*;

    #[test]
    fn a_call_with_a_challenge_is_drawn_as_people_draw_it() {
        let sdp = "\r\n\r\nv=0\r\nm=audio 22000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";
        let story = [
            (true, 0, "INVITE sip:600@pbx SIP/2.0\r\nCSeq: 1 INVITE", sdp),
            (false, 12, "SIP/2.0 401 Unauthorized\r\nCSeq: 1 INVITE", "\r\n\r\n"),
            (true, 13, "ACK sip:600@pbx SIP/2.0\r\nCSeq: 1 ACK", "\r\n\r\n"),
            (false, 1_250, "SIP/2.0 200 OK\r\nCSeq: 2 INVITE", sdp),
            (false, 61_250, "BYE sip:1001@here\x1b[2J SIP/2.0\r\nCSeq: 1 BYE", "\r\n\r\n"),
        ];
        let entries = story.map(|(sent, ms, head, body)| entry(sent, ms, &format!("{head}{body}")));
        let drawn = draw(&entries, 100);
        let expected = "
           127.0.0.1:5070                                   127.0.0.1:5060
   0.000          │───────────────── INVITE 600 ──────────────────▶│  SDP PCMA,PCMU sendrecv
   0.012          │◀────────── 401 Unauthorized (INVITE) ──────────│
   0.013          │─────────────────── ACK 600 ───────────────────▶│
   1.250          │◀─────────────── 200 OK (INVITE) ───────────────│  SDP PCMA,PCMU sendrecv
  61.250          │◀────────────────── BYE 1001 ───────────────────│";
        assert_eq!(format!("\n{drawn}"), expected);
    }

    #[test]
    fn damaged_messages_are_drawn_too() {
        for text in ["", "\r\n", "SIP/2.0 ", "INVITE", "INVITE sip: \r\n\r\n\r\n\r\nm=audio"] {
            assert_eq!(draw(&[entry(true, 0, text)], 0).lines().count(), 2);
        }
    }

    fn entry(sent: bool, ms: i64, text: &str) -> Entry {
        Entry {
            at: DateTime::UNIX_EPOCH + chrono::Duration::milliseconds(ms),
            sent,
            transport: Transport::Udp,
            local: "127.0.0.1:5070".parse().unwrap(),
            remote: "127.0.0.1:5060".parse().unwrap(),
            text: text.to_owned(),
        }
    }
}
