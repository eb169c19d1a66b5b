//! Keeps the last messages of the last calls: bounded in every direction, the oldest leave first.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use engine::border::Flow;

use super::Entry;
use super::mask::masked;

/// How much is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Messages of one call.
    pub messages: usize,
    /// Calls (SIP Call-IDs).
    pub calls: usize,
    /// Text of all of them, in bytes.
    pub bytes: usize,
}

impl Limits {
    /// For a daemon: what a busy centre says in some minutes.
    pub const DAEMON: Limits = Limits { messages: 200, calls: 2_000, bytes: 32 * 1024 * 1024 };
    /// For one who looks at a whole recording.
    pub const WIDE: Limits = Limits { messages: 10_000, calls: 100_000, bytes: 1024 * 1024 * 1024 };
}

/// The SIP messages of calls, by SIP Call-ID. What is not part of a call (REGISTER, OPTIONS) is not kept: a call begins
/// with an INVITE.
#[derive(Debug)]
pub struct Recorder {
    limits: Limits,
    by_call: BTreeMap<String, VecDeque<Entry>>,
    /// Call-IDs as they began.
    order: VecDeque<String>,
    bytes: usize,
}

impl Default for Recorder {
    fn default() -> Recorder {
        Recorder::new(Limits::DAEMON)
    }
}

impl Recorder {
    pub fn new(limits: Limits) -> Recorder {
        Recorder { limits, by_call: BTreeMap::new(), order: VecDeque::new(), bytes: 0 }
    }

    /// Keeps a message that was `sent` or received, digest responses masked.
    pub fn record(&mut self, sent: bool, flow: Flow, message: &[u8], at: DateTime<Utc>) {
        let Some(call_id) = call_id(message) else { return };
        if !self.by_call.contains_key(&*call_id) {
            if !message.starts_with(b"INVITE ") {
                return;
            }
            self.order.push_back(call_id.to_string());
        }
        let text = masked(&String::from_utf8_lossy(message));
        self.bytes += text.len();
        let entry = Entry { at, sent, transport: flow.transport, local: flow.local, remote: flow.remote, text };
        let entries = self.by_call.entry(call_id.into_owned()).or_default();
        entries.push_back(entry);
        if entries.len() > self.limits.messages {
            self.bytes -= entries.pop_front().map_or(0, |entry| entry.text.len());
        }
        while self.order.len() > self.limits.calls || self.bytes > self.limits.bytes {
            self.forget_oldest();
        }
    }

    /// Oldest first; empty for what is not kept.
    pub fn of(&self, call_id: &str) -> Vec<Entry> {
        self.by_call.get(call_id).into_iter().flatten().cloned().collect()
    }

    /// Call-IDs as they began.
    pub fn calls(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(String::as_str)
    }

    fn forget_oldest(&mut self) {
        let entries = self.order.pop_front().and_then(|call_id| self.by_call.remove(&call_id));
        self.bytes -= entries.into_iter().flatten().map(|entry| entry.text.len()).sum::<usize>();
    }
}

/// Found without reading the whole message, since every message passes here.
fn call_id(message: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
    let lines = message.split(|byte| *byte == b'\n').take_while(|line| !line.trim_ascii().is_empty());
    for line in lines.skip(1) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = line.split_at(colon);
        let name = name.trim_ascii();
        if name.eq_ignore_ascii_case(b"call-id") || name.eq_ignore_ascii_case(b"i") {
            let value = value[1..].trim_ascii();
            return (!value.is_empty() && value.len() <= MAX_CALL_ID).then(|| String::from_utf8_lossy(value));
        }
    }
    None
}

/// A longer one is kept by nobody.
const MAX_CALL_ID: usize = 512;

#[cfg(test)]
mod tests {
    use engine::id::ConnectionId;
    use engine::sip::uri::Transport;

    use super::*;

    #[test]
    fn a_call_keeps_its_last_messages_and_the_oldest_call_leaves_first() {
        let mut recorder = Recorder::new(Limits { messages: 2, calls: 2, bytes: 10_000 });
        for call in ["a", "b", "c"] {
            for method in ["INVITE", "ACK", "BYE"] {
                record(&mut recorder, method, call);
            }
        }
        assert_eq!(recorder.calls().collect::<Vec<_>>(), ["b", "c"]);
        assert!(recorder.of("a").is_empty());
        let kept = recorder.of("c");
        assert_eq!(kept.len(), 2);
        assert!(kept[0].text.starts_with("ACK") && kept[1].text.starts_with("BYE"));
    }

    #[test]
    fn bytes_are_bounded_whatever_the_counts_say() {
        let mut recorder = Recorder::new(Limits { messages: 100, calls: 100, bytes: 200 });
        for call in 0..50 {
            record(&mut recorder, "INVITE", &call.to_string());
        }
        let kept: usize = recorder.calls().flat_map(|call| recorder.of(call)).map(|entry| entry.text.len()).sum();
        assert_eq!(kept, recorder.bytes);
        assert!(kept <= 200 && recorder.calls().last() == Some("49"));
    }

    #[test]
    fn registrations_and_probes_are_not_kept() {
        let mut recorder = Recorder::new(Limits::DAEMON);
        record(&mut recorder, "REGISTER", "r");
        record(&mut recorder, "OPTIONS", "o");
        assert_eq!(recorder.calls().count(), 0);
    }

    fn record(recorder: &mut Recorder, method: &str, call: &str) {
        let flow = Flow {
            transport: Transport::Udp,
            local: "127.0.0.1:5070".parse().unwrap(),
            remote: "127.0.0.1:5060".parse().unwrap(),
            connection: ConnectionId(1),
        };
        let message = format!("{method} sip:1@127.0.0.1 SIP/2.0\r\ni: {call}\r\n\r\n");
        recorder.record(true, flow, message.as_bytes(), DateTime::UNIX_EPOCH);
    }
}
