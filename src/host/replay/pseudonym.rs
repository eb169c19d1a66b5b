//! Telephone numbers that are nobody's, of the same length, so that a recording can be given away and still replays.
//!
//! Only the last four digits of a number change, and the change depends on its last eight alone. So DDD and prefix stay,
//! Content-Length stays, two numbers never become one, and every spelling of a number (with or without +55, carrier,
//! DDD, ninth digit) becomes that spelling of its pseudonym: the engine may normalise before or after.
//!
//! What people write to each other (MESSAGE) becomes a row of x.
//!
//! What stays as it is: shorter numbers (ramais), the installation's own numbers (the order of accounts hangs on their
//! names), Call-IDs, tags, branches, Protocolos, DTMF digits. The key is the process's own and is written nowhere.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::ops::Range;

use chrono::{DateTime, NaiveDate};
use engine::config::Config;

/// The pseudonyms of one file.
#[derive(Debug, Default)]
pub struct Pseudonyms {
    key: RandomState,
    /// Last eight digits of the installation's own numbers.
    own: BTreeSet<[u8; 8]>,
}

impl Pseudonyms {
    /// Learns which numbers are the installation's own.
    pub fn on_config(&mut self, config: &Config) {
        let phones = config.phones.values().map(|phone| phone.number.as_str());
        self.own.extend(phones.filter_map(last_eight));
        for account in config.accounts.values() {
            let login = account.credentials.as_ref().map(|credentials| credentials.user.as_str());
            let names = [account.name.as_str(), &account.user].into_iter().chain(login);
            for number in names.chain(account.caller_ids.iter().map(String::as_str)) {
                self.own.extend(last_eight(number));
            }
        }
    }

    /// A SIP message, in place: numbers in user parts, display names, digest user names and private header fields.
    pub fn replace_in_message(&self, message: &mut [u8]) {
        if message.starts_with(b"MESSAGE ")
            && let Some(body) = message.windows(4).position(|end| end == b"\r\n\r\n")
        {
            Pseudonyms::hide(&mut message[body + 4..]);
        }
        let mut found = Found::default();
        let mut head = true;
        for line in lines(message) {
            let text = &message[line.clone()];
            head &= !text.is_empty();
            if !head {
                uris(text, line.start, &mut found);
            } else if !is_opaque(text) {
                header_field(text, line.start, &mut found);
            }
        }
        self.replace(message, &found);
    }

    /// What one person wrote to another: a text as long, that says nothing. Text of UTF-8 stays text of UTF-8, so that the
    /// engine takes it as it took the true one.
    pub fn hide(text: &mut [u8]) {
        if std::str::from_utf8(text).is_ok() {
            text.iter_mut()
                .filter(|byte| !byte.is_ascii() || byte.is_ascii_alphanumeric())
                .for_each(|byte| *byte = b'x');
        }
    }

    /// Any other text, in place: an address, a number in whatever spelling, or words with numbers in them.
    pub fn replace_in_text(&self, text: &mut String) {
        if is_no_number(text) {
            return;
        }
        let mut bytes = std::mem::take(text).into_bytes();
        let mut found = Found::default();
        uris(&bytes, 0, &mut found);
        display_names(&bytes, 0, &mut found);
        if found.0.is_empty() {
            numbers(&bytes, 0, &mut found);
        }
        self.replace(&mut bytes, &found);
        // Digits were replaced by digits, so this is what came in, lossless.
        *text = String::from_utf8_lossy(&bytes).into_owned();
    }

    fn replace(&self, text: &mut [u8], found: &Found) {
        for places in &found.0 {
            let number = places.map(|at| text[at]);
            for (at, digit) in places.iter().zip(self.pseudonym(number)) {
                text[*at] = digit;
            }
        }
    }

    /// One to one, and never onto a number of our own: from a number that is not ours, the walk along its cycle comes
    /// to another that is not at the latest when it is back.
    fn pseudonym(&self, number: [u8; 8]) -> [u8; 8] {
        if self.own.contains(&number) {
            return number;
        }
        let mut next = self.shuffle(number);
        while self.own.contains(&next) {
            next = self.shuffle(next);
        }
        next
    }

    /// A Feistel network over the last four digits, two against two, keyed by the four before them.
    fn shuffle(&self, number: [u8; 8]) -> [u8; 8] {
        let [p, q, r, s, digits @ ..] = number;
        let [mut left, mut right] = [pair(digits[0], digits[1]), pair(digits[2], digits[3])];
        for round in 0..ROUNDS {
            let mixed = self.key.hash_one((round, [p, q, r, s], right)) % 100;
            (left, right) = (right, (left + mixed) % 100);
        }
        let digit = |value: u64| b'0' + (value % 10) as u8;
        [p, q, r, s, digit(left / 10), digit(left), digit(right / 10), digit(right)]
    }
}

fn last_eight(number: &str) -> Option<[u8; 8]> {
    let digits: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
    digits.last_chunk().copied()
}

fn pair(tens: u8, ones: u8) -> u64 {
    u64::from(tens - b'0') * 10 + u64::from(ones - b'0')
}

/// Where numbers stand: the places of the last eight digits of each, once.
#[derive(Default)]
struct Found(BTreeSet<[usize; 8]>);

/// One header field, or the start line.
fn header_field(line: &[u8], offset: usize, found: &mut Found) {
    uris(line, offset, found);
    display_names(line, offset, found);
    user_name(line, offset, found);
    private_field(line, offset, found);
}

/// User parts of `sip:` and `sips:`, numbers of `tel:`.
fn uris(text: &[u8], offset: usize, found: &mut Found) {
    for colon in places(text, b':') {
        let (before, rest) = (&text[..colon], &text[colon + 1..]);
        let rest = &rest[..rest.len().min(USER_LENGTH)];
        let user = if ends_with(before, b"tel") {
            rest.split(|byte| b";>,?\" \t".contains(byte)).next()
        } else if ends_with(before, b"sip") || ends_with(before, b"sips") {
            rest.iter()
                .position(|byte| b"@<>,\" \t".contains(byte))
                .filter(|end| rest[*end] == b'@')
                .map(|end| &rest[..end])
        } else {
            None
        };
        numbers(user.unwrap_or_default(), offset + colon + 1, found);
    }
}

/// What stands before `<`, quoted or not.
fn display_names(line: &[u8], offset: usize, found: &mut Found) {
    let (mut start, mut quoted) = (0, false);
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b':' | b',' | b';' | b'>' if !quoted => start = at + 1,
            b'<' if !quoted => numbers(&line[start..at], offset + start, found),
            _ => {}
        }
    }
}

/// Digest `username="…"`.
fn user_name(line: &[u8], offset: usize, found: &mut Found) {
    for quote in places(line, b'"').filter(|quote| ends_with(&line[..*quote], b"username=")) {
        let value = line[quote + 1..].split(|byte| *byte == b'"').next().unwrap_or_default();
        numbers(value, offset + quote + 1, found);
    }
}

/// `X-…: NUMBER` and `P-…: NUMBER`, where PBXs put called and calling numbers.
fn private_field(line: &[u8], offset: usize, found: &mut Found) {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else { return };
    if matches!(line, [b'X' | b'x' | b'P' | b'p', b'-', ..]) {
        let value = &line[colon + 1..];
        if value.iter().all(|byte| is_phone_character(*byte)) {
            numbers(value, offset + colon + 1, found);
        }
    }
}

/// A text that is one number in any spelling, else every unbroken run of digits; eight digits at least.
fn numbers(text: &[u8], offset: usize, found: &mut Found) {
    let whole = text.iter().all(|byte| is_phone_character(*byte));
    let mut digits = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        if byte.is_ascii_digit() {
            digits.push(offset + at);
        } else if !whole {
            found.0.extend(digits.last_chunk::<8>());
            digits.clear();
        }
    }
    found.0.extend(digits.last_chunk::<8>());
}

/// Digits, signs and RFC 3966's visual separators; quotes and spaces as in a display name.
fn is_phone_character(byte: u8) -> bool {
    byte.is_ascii_digit() || b"+*#-.() \"".contains(&byte)
}

/// Header fields of identities of the protocol, not of people.
fn is_opaque(line: &[u8]) -> bool {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
    [&b"Call-ID"[..], b"i", b"Via", b"v", b"Replaces", b"In-Reply-To"]
        .iter()
        .any(|opaque| name.eq_ignore_ascii_case(opaque))
}

/// Dates and addresses have many digits too.
fn is_no_number(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok() || text.parse::<NaiveDate>().is_ok() || text.parse::<IpAddr>().is_ok()
}

/// Whether `text` ends with `word` as a word of its own, without case.
fn ends_with(text: &[u8], word: &[u8]) -> bool {
    let Some((before, end)) = text.len().checked_sub(word.len()).and_then(|at| text.split_at_checked(at)) else {
        return false;
    };
    end.eq_ignore_ascii_case(word) && !before.last().is_some_and(u8::is_ascii_alphanumeric)
}

fn places(text: &[u8], wanted: u8) -> impl Iterator<Item = usize> {
    text.iter().enumerate().filter(move |(_, byte)| **byte == wanted).map(|(at, _)| at)
}

/// Lines without their ends.
fn lines(text: &[u8]) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        lines.push(start..start + line.trim_ascii_end().len());
        start += line.len();
    }
    lines
}

/// Enough for a format-preserving shuffle of so few digits.
const ROUNDS: u8 = 10;
/// Bytes of a user part that are looked at, so that a message of colons costs no square.
const USER_LENGTH: usize = 256;
