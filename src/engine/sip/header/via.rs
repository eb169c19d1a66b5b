//! The Via field: the way a request came and its response goes back (RFC 3261 §20.42).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::text::is_token;
use crate::sip::message::ParseError;
use crate::sip::uri::{Host, Params, host_port};

/// One Via value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Via {
    /// `UDP`, `TCP`, …, unknown ones kept.
    pub transport: String,
    pub host: Host,
    pub port: Option<u16>,
    pub params: Params,
}

impl Via {
    /// The branch, magic cookie and all.
    pub fn branch(&self) -> Option<&str> {
        self.params.get("branch")
    }
}

impl FromStr for Via {
    type Err = ParseError;

    /// White space may stand around every `/`, `:`, `;` and `=` (RFC 3261 §25.1).
    fn from_str(text: &str) -> Result<Via, ParseError> {
        let wrong = |why: &str| ParseError::new("Via", why);
        let mut protocol = text.splitn(3, '/').map(str::trim);
        if !protocol.next().is_some_and(|name| name.eq_ignore_ascii_case("SIP")) || protocol.next() != Some("2.0") {
            return Err(wrong("does not begin with SIP/2.0/"));
        }
        let (transport, rest) = protocol
            .next()
            .and_then(|rest| rest.split_once([' ', '\t']))
            .ok_or_else(|| wrong("no sent-by after the transport"))?;
        if !is_token(transport.as_bytes()) {
            return Err(wrong("the transport is no token"));
        }
        let (sent_by, params) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
        let (host, port) = host_port(sent_by.trim()).map_err(|error| wrong(&error.why))?;
        let params = Params::of_field(params).map_err(|error| wrong(&error.why))?;
        Ok(Via { transport: transport.to_owned(), host, port, params })
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}", self.transport, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        self.params.fmt(f)
    }
}
