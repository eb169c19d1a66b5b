//! Replaces (RFC 3891): the dialog whose place a new one shall take, named by all three of its ids.

use std::fmt;
use std::str::FromStr;

use super::text::is_token;
use crate::sip::message::ParseError;

/// `Call-ID;to-tag=…;from-tag=…;early-only`, tags as whoever receives it sees them: `to_tag` is the receiver's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replaces {
    pub call_id: String,
    pub to_tag: String,
    pub from_tag: String,
    /// Only a dialog that still rings shall be replaced.
    pub early_only: bool,
}

impl Replaces {
    /// Whether a dialog with these ids, seen from the receiver, is meant. A peer of RFC 2543 has no tag; `0` stands for it
    /// (RFC 3891 §6.1).
    pub fn names(&self, call_id: &str, local_tag: &str, remote_tag: Option<&str>) -> bool {
        self.call_id == call_id && self.to_tag == local_tag && self.from_tag == remote_tag.unwrap_or("0")
    }
}

impl FromStr for Replaces {
    type Err = ParseError;

    /// Exactly one of each tag; other parameters are overlooked (RFC 3891 §6.1).
    fn from_str(text: &str) -> Result<Replaces, ParseError> {
        if text.len() > LONGEST {
            return Err(wrong("is too long"));
        }
        let mut pieces = text.split(';').map(str::trim_ascii);
        let call_id = pieces.next().unwrap_or_default();
        if call_id.is_empty() || !call_id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',') {
            return Err(wrong("the Call-ID is none"));
        }
        let (mut to_tag, mut from_tag, mut early_only) = (None, None, false);
        for piece in pieces {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let (name, value) = (name.trim_ascii_end(), value.trim_ascii_start());
            match name {
                _ if name.eq_ignore_ascii_case("to-tag") => take(&mut to_tag, value)?,
                _ if name.eq_ignore_ascii_case("from-tag") => take(&mut from_tag, value)?,
                _ if name.eq_ignore_ascii_case("early-only") => early_only = true,
                _ if is_token(name.as_bytes()) => {}
                _ => return Err(wrong("a parameter name is empty or no token")),
            }
        }
        let (Some(to_tag), Some(from_tag)) = (to_tag, from_tag) else {
            return Err(wrong("needs Call-ID, to-tag and from-tag"));
        };
        Ok(Replaces { call_id: call_id.to_owned(), to_tag, from_tag, early_only })
    }
}

/// A tag, the first and only one of its name.
fn take(tag: &mut Option<String>, value: &str) -> Result<(), ParseError> {
    if tag.is_some() {
        return Err(wrong("a tag stands twice"));
    }
    if !is_token(value.as_bytes()) {
        return Err(wrong("a tag is no token"));
    }
    *tag = Some(value.to_owned());
    Ok(())
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};to-tag={};from-tag={}", self.call_id, self.to_tag, self.from_tag)?;
        f.write_str(if self.early_only { ";early-only" } else { "" })
    }
}

fn wrong(why: &str) -> ParseError {
    ParseError::new("Replaces", why)
}

/// Three ids of a length that nobody makes (bytes).
const LONGEST: usize = 1_024;

/// What is read is written alike, and both mean the same dialog. For fuzzing.
pub fn fuzz(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(replaces) = text.parse::<Replaces>() {
        assert_eq!(replaces.to_string().parse().as_ref(), Ok(&replaces), "what we wrote can be read");
        assert!(replaces.names(&replaces.call_id, &replaces.to_tag, Some(&replaces.from_tag)));
    }
    super::refer_to::fuzz(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Replaces, ParseError> {
        text.parse()
    }

    #[test]
    fn rfc3891_6_1_the_examples_are_read() {
        let read = |text: &str| read(text).unwrap();
        let first = read("98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff");
        assert_eq!((first.to_tag.as_str(), first.from_tag.as_str(), first.early_only), ("ff87ff", "r33th4x0r", false));
        assert!(first.names("98732@sip.example.com", "ff87ff", Some("r33th4x0r")));
        assert!(read("12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only").early_only);
        assert!(read("87134@171.161.34.23 ; TO-TAG=24796 ; from-tag = 0;x=y").names(
            "87134@171.161.34.23",
            "24796",
            None
        ));
    }

    #[test]
    fn both_tags_must_match_and_a_missing_one_matches_nothing() {
        let replaces = read("c;to-tag=us;from-tag=them").unwrap();
        for (call_id, local, remote) in [
            ("d", "us", Some("them")),
            ("c", "them", Some("us")),
            ("c", "us", Some("other")),
            ("c", "us", None),
            ("C", "us", Some("them")),
        ] {
            assert!(!replaces.names(call_id, local, remote));
        }
    }

    #[test]
    fn without_all_three_ids_or_with_two_of_one_it_names_no_dialog() {
        for text in [
            "",
            "c",
            "c;to-tag=a",
            "c;from-tag=b",
            ";to-tag=a;from-tag=b",
            "c;to-tag=;from-tag=b",
            "c;to-tag=a;from-tag=b;to-tag=c",
            "c;to-tag=a;from-tag=b,d;to-tag=a;from-tag=b",
            "c d;to-tag=a;from-tag=b",
            "c;to-tag=a b;from-tag=b",
            "c;to-tag=\"a\";from-tag=b",
            "c;to-tag=a;from-tag=b;",
            "c\r\nX: y;to-tag=a;from-tag=b",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
        assert!(read(&format!("{};to-tag=a;from-tag=b", "c".repeat(2_000))).is_err());
    }
}
