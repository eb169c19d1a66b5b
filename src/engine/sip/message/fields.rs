//! Typed looks at header fields, taken when asked for.

use std::borrow::Cow;

use bytes::Bytes;

use super::{Message, Method, ParseError};
use crate::sip::header::text::{is_token, split, text};
use crate::sip::header::{Name, Via};
use crate::sip::uri::NameAddr;

impl Message {
    /// The first value of `name` as text, invalid UTF-8 read as Latin-1.
    pub fn header(&self, name: &Name) -> Option<Cow<'_, str>> {
        self.lines(name).next().map(|value| text(value))
    }

    /// All values of `name`, comma lists split where the field is one.
    pub fn values<'a>(&'a self, name: &Name) -> Vec<Cow<'a, str>> {
        let mut values = Vec::new();
        for value in self.lines(name).map(|value| text(value)) {
            match value {
                value if !name.is_list() => values.push(value),
                Cow::Borrowed(value) => values.extend(elements(value).map(Cow::Borrowed)),
                Cow::Owned(value) => values.extend(elements(&value).map(|value| Cow::Owned(value.to_owned()))),
            }
        }
        values
    }

    /// The topmost Via value.
    pub fn top_via(&self) -> Result<Via, ParseError> {
        let value = self.mandatory(&Name::Via, "Via")?;
        elements(&value).next().unwrap_or_default().parse()
    }

    /// Call-ID, compared byte by byte (RFC 3261 §20.8).
    pub fn call_id(&self) -> Result<Cow<'_, str>, ParseError> {
        let value = self.mandatory(&Name::CallId, "Call-ID")?;
        if value.is_empty() || value.contains(char::is_whitespace) {
            return Err(ParseError::new("Call-ID", "is empty or holds white space"));
        }
        Ok(value)
    }

    pub fn from(&self) -> Result<NameAddr, ParseError> {
        self.mandatory(&Name::From, "From")?.parse().map_err(|error: ParseError| error.within("From"))
    }

    pub fn to(&self) -> Result<NameAddr, ParseError> {
        self.mandatory(&Name::To, "To")?.parse().map_err(|error: ParseError| error.within("To"))
    }

    /// Number, below 2³¹, and method (RFC 3261 §20.16).
    pub fn cseq(&self) -> Result<(u32, Method), ParseError> {
        let wrong = |why: &str| ParseError::new("CSeq", why);
        let value = self.mandatory(&Name::CSeq, "CSeq")?;
        let (number, method) = value.split_once([' ', '\t']).ok_or_else(|| wrong("is not a number and a method"))?;
        let number =
            digits(number).filter(|&number| number < 1 << 31).ok_or_else(|| wrong("the number is not below 2^31"))?;
        let method = Some(method.trim())
            .filter(|method| is_token(method.as_bytes()))
            .ok_or_else(|| wrong("the method is no token"))?;
        Ok((number, Method::from(method)))
    }

    /// Contact values; `*` is no value. Errors on the first damaged one.
    pub fn contacts(&self) -> Result<Vec<NameAddr>, ParseError> {
        self.addresses(&Name::Contact, "Contact")
    }

    /// Record-Route values, topmost first.
    pub fn record_routes(&self) -> Result<Vec<NameAddr>, ParseError> {
        self.addresses(&Name::RecordRoute, "Record-Route")
    }

    /// Whether `token` is in a comma list such as Supported, Require or Allow, without case; parameters are overlooked.
    pub fn lists(&self, name: &Name, token: &str) -> bool {
        let bare = |value: &Cow<'_, str>| {
            value.split(';').next().is_some_and(|word| word.trim_end().eq_ignore_ascii_case(token))
        };
        self.values(name).iter().any(bare)
    }

    /// A field that is one number, with or without parameters (Expires, RSeq, Min-SE, Retry-After, Max-Forwards). Overlarge values are `None`.
    pub fn number(&self, name: &Name) -> Option<u32> {
        let value = self.header(name)?;
        digits(value.split([';', ' ', '\t', '(']).next()?)
    }

    /// The lines of `name`, as they are.
    pub(super) fn lines<'a>(&'a self, name: &Name) -> impl Iterator<Item = &'a Bytes> {
        self.headers.iter().filter(move |(other, _)| other == name).map(|(_, value)| value)
    }

    pub(super) fn addresses(&self, name: &Name, part: &'static str) -> Result<Vec<NameAddr>, ParseError> {
        let values = self.values(name);
        let addresses = values.iter().filter(|value| *value != "*").map(|value| value.parse());
        addresses.collect::<Result<_, ParseError>>().map_err(|error| error.within(part))
    }

    fn mandatory(&self, name: &Name, part: &'static str) -> Result<Cow<'_, str>, ParseError> {
        self.header(name).ok_or_else(|| ParseError::new(part, "is missing"))
    }
}

/// The elements of a comma list; empty ones are none (RFC 3261 §7.3.1).
fn elements(value: &str) -> impl Iterator<Item = &str> {
    split(value, ',').map(str::trim_ascii).filter(|element| !element.is_empty())
}

/// Digits and nothing else.
pub(super) fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
