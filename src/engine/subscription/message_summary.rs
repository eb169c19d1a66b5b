//! `application/simple-message-summary` (RFC 3842): how many voice messages wait.

use crate::news::MessageSummary;

/// Reads a body; `None` where it does not say whether messages wait (RFC 3842 §5.2). What other kinds of messages wait is
/// overlooked.
pub fn read(body: &[u8]) -> Option<MessageSummary> {
    let text = String::from_utf8_lossy(body.get(..MOST_BYTES).unwrap_or(body));
    let fields: Vec<_> = text.lines().take(MOST_LINES).filter_map(|line| line.split_once(':')).collect();
    let field = |name: &str| {
        let found = fields.iter().find(|(key, _)| key.trim().eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    };
    let waiting = match field("Messages-Waiting")?.to_ascii_lowercase().as_str() {
        "yes" => true,
        "no" => false,
        _ => return None,
    };
    let (new, old, urgent_new, urgent_old) = field("Voice-Message").and_then(counts).unwrap_or_default();
    Some(MessageSummary { waiting, new, old, urgent_new, urgent_old })
}

/// `2/8 (0/2)`: new and old, and of these the urgent ones.
fn counts(value: &str) -> Option<(u32, u32, u32, u32)> {
    let (all, urgent) = value.split_once('(').unwrap_or((value, ""));
    let (new, old) = pair(all)?;
    let (urgent_new, urgent_old) = pair(urgent.trim_end().trim_end_matches(')')).unwrap_or_default();
    Some((new, old, urgent_new, urgent_old))
}

fn pair(text: &str) -> Option<(u32, u32)> {
    let (new, old) = text.split_once('/')?;
    Some((new.trim().parse().ok()?, old.trim().parse().ok()?))
}

/// What the fuzz target does with its bytes.
pub fn fuzz(data: &[u8]) {
    if let Some(summary) = read(data) {
        let written = format!(
            "Messages-Waiting: {}\r\nVoice-Message: {}/{} ({}/{})\r\n",
            if summary.waiting { "yes" } else { "no" },
            summary.new,
            summary.old,
            summary.urgent_new,
            summary.urgent_old
        );
        assert_eq!(read(written.as_bytes()), Some(summary));
    }
}

const MOST_BYTES: usize = 4_096;
const MOST_LINES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_are_read_where_they_are_given() {
        let summary = |waiting, new, old, urgent_new, urgent_old| {
            Some(MessageSummary { waiting, new, old, urgent_new, urgent_old })
        };
        let body =
            b"Messages-Waiting: yes\r\nMessage-Account: sip:1001@pbx\r\nVoice-Message: 2/8 (0/2)\r\n\r\nTo: x\r\n";
        assert_eq!(read(body), summary(true, 2, 8, 0, 2));
        assert_eq!(read(b"messages-waiting:no\nvoice-message: 0/3"), summary(false, 0, 3, 0, 0));
        assert_eq!(read(b"Messages-Waiting: yes"), summary(true, 0, 0, 0, 0));
        assert_eq!(read(b"Messages-Waiting: yes\r\nVoice-Message: many"), summary(true, 0, 0, 0, 0));
        assert_eq!(read(b"Messages-Waiting: perhaps"), None);
        assert_eq!(read(b"Voice-Message: 2/8"), None);
        assert_eq!(read(b"\xff\xff"), None);
    }
}
