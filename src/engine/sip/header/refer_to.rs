//! Refer-To (RFC 3515 §2.1): whom the receiver shall call, and whose place the new call shall take there.

use std::fmt;
use std::str::FromStr;

use super::Replaces;
use crate::sip::message::ParseError;
use crate::sip::uri::{NameAddr, Uri, escaped, unescaped};

/// The target of a REFER. Of the header fields that may hang on its URI only Replaces is kept: a peer does not write our
/// INVITE (RFC 3261 §19.1.5).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReferTo {
    /// Without header fields and method.
    pub uri: Uri,
    pub replaces: Option<Replaces>,
}

impl FromStr for ReferTo {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<ReferTo, ParseError> {
        let mut uri = text.parse::<NameAddr>().map_err(|error| error.within("Refer-To"))?.uri;
        if uri.params.get("method").is_some_and(|method| !method.eq_ignore_ascii_case("INVITE")) {
            return Err(wrong("asks for something else than an INVITE"));
        }
        uri.params.remove("method");
        let replaces = replaces_in(uri.headers.take().as_deref().unwrap_or_default())?;
        Ok(ReferTo { uri, replaces })
    }
}

/// `?Replaces=…&Require=replaces`: at most one.
fn replaces_in(headers: &str) -> Result<Option<Replaces>, ParseError> {
    let named = |field: &&str| field.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("Replaces"));
    let mut fields = headers.split('&').filter(named);
    let Some(field) = fields.next() else { return Ok(None) };
    if fields.next().is_some() {
        return Err(wrong("Replaces stands twice"));
    }
    let value = field.split_once('=').map_or("", |(_, value)| value);
    unescaped(value).ok_or_else(|| wrong("Replaces is not UTF-8"))?.parse().map(Some)
}

impl fmt::Display for ReferTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut uri = self.uri.clone();
        uri.headers = self.replaces.as_ref().map(|replaces| format!("Replaces={}", escaped(&replaces.to_string())));
        write!(f, "<{uri}>")
    }
}

fn wrong(why: &str) -> ParseError {
    ParseError::new("Refer-To", why)
}

/// What is read is written alike.
pub(super) fn fuzz(text: &str) {
    let Ok(refer_to) = text.parse::<ReferTo>() else { return };
    assert_eq!(refer_to.to_string().parse().as_ref(), Ok(&refer_to), "what we wrote can be read");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ReferTo, ParseError> {
        text.parse()
    }

    #[test]
    fn rfc5589_an_embedded_replaces_is_unescaped_and_written_escaped() {
        // RFC 5589 §7.3.
        let text = "<sip:482n4z24kdg@chicago.example.com;gr=8594958?Replaces=090459243588173445%3B\
                    to-tag%3D9m2n3wq%3Bfrom-tag%3D763231>";
        let refer_to = read(text).unwrap();
        assert_eq!(refer_to.uri.to_string(), "sip:482n4z24kdg@chicago.example.com;gr=8594958");
        let replaces = refer_to.replaces.clone().unwrap();
        assert!(replaces.names("090459243588173445", "9m2n3wq", Some("763231")));
        assert_eq!(refer_to.to_string(), text.replace("    ", ""));
        let with_at = ReferTo { replaces: Some(Replaces { call_id: "a@b&c?".into(), ..replaces }), ..refer_to };
        assert!(with_at.to_string().contains("Replaces=a%40b%26c%3F%3Bto-tag%3D9m2n3wq"));
        assert_eq!(read(&with_at.to_string()).as_ref(), Ok(&with_at));
    }

    #[test]
    fn other_header_fields_of_the_target_are_not_ours_to_send() {
        let refer_to = read("\"Bob\" <sip:bob@h;method=INVITE?Subject=x&Route=%3Csip:evil%3E>").unwrap();
        assert_eq!((refer_to.to_string().as_str(), refer_to.replaces), ("<sip:bob@h>", None));
        assert_eq!(read("sip:3000@h;user=phone").unwrap().uri.to_string(), "sip:3000@h");
    }

    #[test]
    fn what_is_no_call_to_somebody_is_refused() {
        for text in [
            "",
            "<sip:bob@h",
            "<sip:bob@h;method=BYE>",
            "sip:bob@h?Replaces=c%3Bto-tag%3Da%3Bfrom-tag%3Db",
            "<sip:bob@h?Replaces=c%3Bto-tag%3Da>",
            "<sip:bob@h?Replaces>",
            "<sip:bob@h?Replaces=%ff%fe>",
            "<sip:bob@h?Replaces=c%0d%0aX%3a%20y%3Bto-tag%3Da%3Bfrom-tag%3Db>",
            "<sip:bob@h?Replaces=c%3Bto-tag%3Da%3Bfrom-tag%3Db&replaces=d%3Bto-tag%3Da%3Bfrom-tag%3Db>",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }
}
