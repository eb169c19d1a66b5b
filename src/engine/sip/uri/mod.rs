//! SIP, SIPS and `tel` URIs (RFC 3261 §19.1, RFC 3966), and name-addr values.

mod escape;
mod host;
mod name_addr;
mod params;
mod same;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub(crate) use escape::{escaped, unescaped};
pub use host::Host;
pub(crate) use host::host_port;
pub use name_addr::NameAddr;
pub use params::Params;

use super::message::ParseError;

/// How messages travel. TLS and WS are a seam: they can be named, and the shell refuses to open them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    Udp,
    Tcp,
    Tls,
    Ws,
    Wss,
}

impl Transport {
    /// As in Via: `UDP`, `TCP`, …
    pub fn as_str(self) -> &'static str {
        match self {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
            Transport::Ws => "WS",
            Transport::Wss => "WSS",
        }
    }

    /// Whether the transport delivers: no retransmission timers then (RFC 3261 §17).
    pub fn is_reliable(self) -> bool {
        self != Transport::Udp
    }
}

/// A URI. `user`, `password` and parameters keep their escapes as received; compare with [`Uri::same_as`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Uri {
    pub scheme: Scheme,
    pub user: Option<String>,
    pub password: Option<String>,
    /// For `tel` and unknown schemes: an empty name.
    pub host: Host,
    pub port: Option<u16>,
    pub params: Params,
    /// After `?`, as received.
    pub headers: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Scheme {
    Sip,
    Sips,
    /// `user` holds the number, parameters the rest.
    Tel,
    /// Kept whole: `user` holds everything after the colon.
    Other(String),
}

impl Uri {
    /// `sip:user@host`, to be extended by assignment.
    pub fn sip(user: Option<&str>, host: Host) -> Uri {
        Uri {
            scheme: Scheme::Sip,
            user: user.map(str::to_owned),
            password: None,
            host,
            port: None,
            params: Params::default(),
            headers: None,
        }
    }

    /// The user part with its escapes undone (`%23` → `#`); `None` where there is none or it is not UTF-8.
    pub fn user_text(&self) -> Option<String> {
        unescaped(self.user.as_deref()?)
    }

    /// The `transport` parameter, when it is one we know.
    pub fn transport(&self) -> Option<Transport> {
        let named = self.params.get("transport")?;
        [Transport::Udp, Transport::Tcp, Transport::Tls, Transport::Ws, Transport::Wss]
            .into_iter()
            .find(|transport| transport.as_str().eq_ignore_ascii_case(named))
    }
}

impl FromStr for Uri {
    type Err = ParseError;

    /// Stricter than liberal where a mistake changes who is meant (white space, brackets, a second `@`), liberal in the
    /// letters of the user part: an unescaped `#` is dialled every day.
    fn from_str(text: &str) -> Result<Uri, ParseError> {
        if text.bytes().any(|byte| byte <= b' ' || matches!(byte, b'<' | b'>' | b'"' | b'\\' | 0x7f)) {
            return Err(wrong("white space, brackets or quotes in it"));
        }
        let (scheme, rest) = text.split_once(':').ok_or_else(|| wrong("no scheme"))?;
        if !scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        {
            return Err(wrong("the scheme is no scheme"));
        }
        match scheme {
            _ if rest.is_empty() => Err(wrong("nothing after the scheme")),
            _ if scheme.eq_ignore_ascii_case("sip") => sip(Scheme::Sip, rest),
            _ if scheme.eq_ignore_ascii_case("sips") => sip(Scheme::Sips, rest),
            _ if scheme.eq_ignore_ascii_case("tel") => tel(rest),
            _ => Ok(opaque(Scheme::Other(scheme.to_owned()), rest)),
        }
    }
}

/// `user:password@host:port;params?headers`. The user part may hold `;` and `?` itself, so the `@` is looked for first.
fn sip(scheme: Scheme, rest: &str) -> Result<Uri, ParseError> {
    let (userinfo, rest) = match rest.split_once('@') {
        Some((userinfo, rest)) => (Some(userinfo), rest),
        None => (None, rest),
    };
    let (user, password) =
        match userinfo.map(|info| info.split_once(':').map_or((info, None), |(user, word)| (user, Some(word)))) {
            Some(("", _)) => return Err(wrong("nothing before the @")),
            Some((user, password)) => (Some(user.to_owned()), password.map(str::to_owned)),
            None => (None, None),
        };
    let (rest, headers) = match rest.split_once('?') {
        Some((rest, headers)) => (rest, Some(headers.to_owned())),
        None => (rest, None),
    };
    let (address, params) = match rest.split_once(';') {
        Some((address, params)) => (address, Params::of_uri(params)?),
        None => (rest, Params::default()),
    };
    let (host, port) = host_port(address)?;
    Ok(Uri { scheme, user, password, host, port, params, headers })
}

fn tel(rest: &str) -> Result<Uri, ParseError> {
    let (number, params) = match rest.split_once(';') {
        Some((number, params)) => (number, Params::of_uri(params)?),
        None => (rest, Params::default()),
    };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_hexdigit() || b"+-.()*#".contains(&byte)) {
        return Err(wrong("a tel URI holds something else than a number"));
    }
    Ok(Uri { params, ..opaque(Scheme::Tel, number) })
}

fn opaque(scheme: Scheme, user: &str) -> Uri {
    Uri { scheme, ..Uri::sip(Some(user), Host::Name(String::new())) }
}

fn wrong(why: &str) -> ParseError {
    ParseError::new("URI", why)
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user.as_deref();
        match &self.scheme {
            Scheme::Sip => f.write_str("sip:")?,
            Scheme::Sips => f.write_str("sips:")?,
            Scheme::Tel => return write!(f, "tel:{}{}", user.unwrap_or(""), self.params),
            Scheme::Other(scheme) => return write!(f, "{scheme}:{}", user.unwrap_or("")),
        }
        if let Some(user) = user {
            f.write_str(user)?;
            self.password.iter().try_for_each(|password| write!(f, ":{password}"))?;
            f.write_str("@")?;
        }
        self.host.fmt(f)?;
        self.port.iter().try_for_each(|port| write!(f, ":{port}"))?;
        self.params.fmt(f)?;
        self.headers.iter().try_for_each(|headers| write!(f, "?{headers}"))
    }
}
