//! Whether a message that could be read may be acted on.

use super::fields::digits;
use super::{Message, ParseError, Start};
use crate::sip::header::{Name, Via};
use crate::sip::uri::{Scheme, Uri};

impl Message {
    /// Whether the message may be acted on: mandatory fields there, once, well formed, CSeq method right (RFC 3261 §8.1.1, §16.3).
    /// A missing Max-Forwards, tag or magic cookie is forgiven: RFC 2543 knew none (RFC 4475 §3.4.1).
    pub fn validate(&self) -> Result<(), ParseError> {
        SINGLE.iter().try_for_each(|(name, part)| match self.lines(name).nth(1) {
            Some(_) => Err(ParseError::new(part, "stands more than once")),
            None => Ok(()),
        })?;
        self.from()?;
        self.to()?;
        self.call_id()?;
        self.top_via()?;
        self.values(&Name::Via).iter().try_for_each(|via| via.parse::<Via>().map(drop))?;
        for (name, part) in [(Name::Contact, "Contact"), (Name::Route, "Route"), (Name::RecordRoute, "Record-Route")] {
            self.addresses(&name, part)?;
        }
        if self.header(&Name::Date).is_some_and(|date| !is_date(&date)) {
            return Err(ParseError::new("Date", "is not as in RFC 1123 with GMT"));
        }
        let (_, named) = self.cseq()?;
        match &self.start {
            Start::Request { method, .. } if *method != named => {
                Err(ParseError::new("CSeq", "names another method than the start line"))
            }
            Start::Request { uri, .. } => self.check_way(uri),
            Start::Response { .. } => Ok(()),
        }
    }

    /// Where a request goes and how far.
    fn check_way(&self, uri: &Uri) -> Result<(), ParseError> {
        // RFC 3261 §19.1.1, table 1: no headers in a Request-URI.
        if matches!(uri.scheme, Scheme::Sip | Scheme::Sips) && uri.headers.is_some() {
            return Err(ParseError::new("start line", "the Request-URI holds headers"));
        }
        match self.header(&Name::MaxForwards).map(|value| digits(&value)) {
            None | Some(Some(0..=255)) => Ok(()),
            Some(_) => Err(ParseError::new("Max-Forwards", "is not within 0 to 255")),
        }
    }
}

/// Fields that stand at most once (RFC 3261 §20 and the RFCs that define them), with the name errors give them.
const SINGLE: [(Name, &str); 19] = [
    (Name::From, "From"),
    (Name::To, "To"),
    (Name::CallId, "Call-ID"),
    (Name::CSeq, "CSeq"),
    (Name::MaxForwards, "Max-Forwards"),
    (Name::ContentType, "Content-Type"),
    (Name::Expires, "Expires"),
    (Name::MinExpires, "Min-Expires"),
    (Name::RetryAfter, "Retry-After"),
    (Name::RSeq, "RSeq"),
    (Name::RAck, "RAck"),
    (Name::SessionExpires, "Session-Expires"),
    (Name::MinSe, "Min-SE"),
    (Name::Event, "Event"),
    (Name::SubscriptionState, "Subscription-State"),
    (Name::ReferTo, "Refer-To"),
    (Name::ReferredBy, "Referred-By"),
    (Name::Replaces, "Replaces"),
    (Name::Date, "Date"),
];

/// `Sat, 13 Nov 2010 23:29:00 GMT` (RFC 3261 §20.17): the shape, and GMT; not whether that Saturday existed.
fn is_date(date: &str) -> bool {
    const SHAPE: &[u8] = b"Aaa, 00 Aaa 0000 00:00:00 GMT";
    let fits = |(&byte, &shape): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        b'A' | b'a' => byte.is_ascii_alphabetic(),
        shape => byte == shape,
    };
    date.len() == SHAPE.len() && date.as_bytes().iter().zip(SHAPE).all(fits)
}
