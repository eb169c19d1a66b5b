//! Header field names (RFC 3261 §7.3, §20; compact forms of the RFCs that define them).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text::is_token;

/// A field name; compact forms are read as their long ones, names compare without case.
#[derive(Clone, Eq, Debug, Serialize, Deserialize)]
pub enum Name {
    Via,
    From,
    To,
    CallId,
    CSeq,
    Contact,
    MaxForwards,
    Route,
    RecordRoute,
    ContentType,
    ContentLength,
    Expires,
    MinExpires,
    Authorization,
    ProxyAuthorization,
    WwwAuthenticate,
    ProxyAuthenticate,
    AuthenticationInfo,
    Allow,
    Supported,
    Require,
    ProxyRequire,
    Unsupported,
    Accept,
    UserAgent,
    Server,
    Warning,
    Reason,
    RetryAfter,
    RSeq,
    RAck,
    SessionExpires,
    MinSe,
    Event,
    SubscriptionState,
    ReferTo,
    ReferredBy,
    Replaces,
    Diversion,
    HistoryInfo,
    PAssertedIdentity,
    RemotePartyId,
    Privacy,
    AlertInfo,
    Date,
    /// In its spelling as received, the compact form made long.
    Other(Box<str>),
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        match (self, other) {
            (Name::Other(one), Name::Other(other)) => one.eq_ignore_ascii_case(other),
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        }
    }
}

impl Name {
    /// The name on the wire; `None` where it is no token.
    pub(crate) fn read(bytes: &[u8]) -> Option<Name> {
        known(bytes).or_else(|| {
            let text = std::str::from_utf8(bytes).ok().filter(|text| is_token(text.as_bytes()))?;
            Some(Name::Other(long_form(text).into()))
        })
    }

    /// The long form in the spelling of its RFC.
    pub fn as_str(&self) -> &str {
        match self {
            Name::Via => "Via",
            Name::From => "From",
            Name::To => "To",
            Name::CallId => "Call-ID",
            Name::CSeq => "CSeq",
            Name::Contact => "Contact",
            Name::MaxForwards => "Max-Forwards",
            Name::Route => "Route",
            Name::RecordRoute => "Record-Route",
            Name::ContentType => "Content-Type",
            Name::ContentLength => "Content-Length",
            Name::Expires => "Expires",
            Name::MinExpires => "Min-Expires",
            Name::Authorization => "Authorization",
            Name::ProxyAuthorization => "Proxy-Authorization",
            Name::WwwAuthenticate => "WWW-Authenticate",
            Name::ProxyAuthenticate => "Proxy-Authenticate",
            Name::AuthenticationInfo => "Authentication-Info",
            Name::Allow => "Allow",
            Name::Supported => "Supported",
            Name::Require => "Require",
            Name::ProxyRequire => "Proxy-Require",
            Name::Unsupported => "Unsupported",
            Name::Accept => "Accept",
            Name::UserAgent => "User-Agent",
            Name::Server => "Server",
            Name::Warning => "Warning",
            Name::Reason => "Reason",
            Name::RetryAfter => "Retry-After",
            Name::RSeq => "RSeq",
            Name::RAck => "RAck",
            Name::SessionExpires => "Session-Expires",
            Name::MinSe => "Min-SE",
            Name::Event => "Event",
            Name::SubscriptionState => "Subscription-State",
            Name::ReferTo => "Refer-To",
            Name::ReferredBy => "Referred-By",
            Name::Replaces => "Replaces",
            Name::Diversion => "Diversion",
            Name::HistoryInfo => "History-Info",
            Name::PAssertedIdentity => "P-Asserted-Identity",
            Name::RemotePartyId => "Remote-Party-ID",
            Name::Privacy => "Privacy",
            Name::AlertInfo => "Alert-Info",
            Name::Date => "Date",
            Name::Other(name) => name,
        }
    }

    /// Whether the field is a comma list, so that one line may hold several values (RFC 3261 §7.3.1). Challenges and
    /// credentials are none: their commas part parameters.
    pub(crate) fn is_list(&self) -> bool {
        match self {
            Name::Via | Name::Contact | Name::Route | Name::RecordRoute => true,
            Name::Allow | Name::Supported | Name::Require | Name::ProxyRequire | Name::Unsupported | Name::Accept => {
                true
            }
            Name::Warning | Name::Reason | Name::AlertInfo => true,
            Name::Diversion | Name::HistoryInfo | Name::PAssertedIdentity | Name::RemotePartyId => true,
            Name::Other(name) => OTHER_LISTS.iter().any(|list| name.eq_ignore_ascii_case(list)),
            _ => false,
        }
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Name {
        known(name.as_bytes()).unwrap_or_else(|| Name::Other(long_form(name).into()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Compact forms of fields without a name of their own.
fn long_form(name: &str) -> &str {
    match name {
        "a" | "A" => "Accept-Contact",
        "d" | "D" => "Request-Disposition",
        "e" | "E" => "Content-Encoding",
        "j" | "J" => "Reject-Contact",
        "s" | "S" => "Subject",
        "u" | "U" => "Allow-Events",
        "y" | "Y" => "Identity",
        name => name,
    }
}

/// Comma lists among the fields without a name of their own.
const OTHER_LISTS: [&str; 9] = [
    "Accept-Contact",
    "Accept-Encoding",
    "Accept-Language",
    "Allow-Events",
    "Call-Info",
    "Error-Info",
    "In-Reply-To",
    "Path",
    "Service-Route",
];

/// Longer than every known name.
const LONGEST: usize = 24;

fn known(name: &[u8]) -> Option<Name> {
    let mut lower = [0; LONGEST];
    let lower = lower.get_mut(..name.len())?;
    lower.iter_mut().zip(name).for_each(|(to, from)| *to = from.to_ascii_lowercase());
    Some(match &*lower {
        b"via" | b"v" => Name::Via,
        b"from" | b"f" => Name::From,
        b"to" | b"t" => Name::To,
        b"call-id" | b"i" => Name::CallId,
        b"cseq" => Name::CSeq,
        b"contact" | b"m" => Name::Contact,
        b"max-forwards" => Name::MaxForwards,
        b"route" => Name::Route,
        b"record-route" => Name::RecordRoute,
        b"content-type" | b"c" => Name::ContentType,
        b"content-length" | b"l" => Name::ContentLength,
        b"expires" => Name::Expires,
        b"min-expires" => Name::MinExpires,
        b"authorization" => Name::Authorization,
        b"proxy-authorization" => Name::ProxyAuthorization,
        b"www-authenticate" => Name::WwwAuthenticate,
        b"proxy-authenticate" => Name::ProxyAuthenticate,
        b"authentication-info" => Name::AuthenticationInfo,
        b"allow" => Name::Allow,
        b"supported" | b"k" => Name::Supported,
        b"require" => Name::Require,
        b"proxy-require" => Name::ProxyRequire,
        b"unsupported" => Name::Unsupported,
        b"accept" => Name::Accept,
        b"user-agent" => Name::UserAgent,
        b"server" => Name::Server,
        b"warning" => Name::Warning,
        b"reason" => Name::Reason,
        b"retry-after" => Name::RetryAfter,
        b"rseq" => Name::RSeq,
        b"rack" => Name::RAck,
        b"session-expires" | b"x" => Name::SessionExpires,
        b"min-se" => Name::MinSe,
        b"event" | b"o" => Name::Event,
        b"subscription-state" => Name::SubscriptionState,
        b"refer-to" | b"r" => Name::ReferTo,
        b"referred-by" | b"b" => Name::ReferredBy,
        b"replaces" => Name::Replaces,
        b"diversion" => Name::Diversion,
        b"history-info" => Name::HistoryInfo,
        b"p-asserted-identity" => Name::PAssertedIdentity,
        b"remote-party-id" => Name::RemotePartyId,
        b"privacy" => Name::Privacy,
        b"alert-info" => Name::AlertInfo,
        b"date" => Name::Date,
        _ => return None,
    })
}
