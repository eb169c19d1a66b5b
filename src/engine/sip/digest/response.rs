//! What a client answers: Authorization and Proxy-Authorization values (RFC 7616 §3.4), made and checked.

use std::str::FromStr;

use super::challenge::{Challenge, Params};
use super::hash::{Algorithm, Qop, Sum};
use crate::sip::header::text::{quote, unescape};
use crate::sip::message::ParseError;

/// What goes into one response value.
#[derive(Clone)]
pub struct Input<'a> {
    pub user: &'a str,
    pub secret: &'a str,
    pub method: &'a str,
    pub uri: &'a str,
    pub cnonce: &'a str,
    /// Nonce count, from 1.
    pub nc: u32,
    pub body: &'a [u8],
}

/// Without the secret.
impl std::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("method", &self.method).field("nc", &self.nc).finish_non_exhaustive()
    }
}

impl Challenge {
    /// The value of (Proxy-)Authorization: `Digest username="…", …`. qop `auth` is preferred to `auth-int`. Whether to
    /// answer is the caller's question: an unknown algorithm is answered as MD5, which its server will refuse.
    pub fn answer(&self, input: &Input<'_>) -> String {
        let algorithm = self.algorithm.unwrap_or(Algorithm::Md5);
        let qop = match (self.qop_auth, self.qop_auth_int) {
            (true, _) => Some(Qop::Auth),
            (false, true) => Some(Qop::AuthInt),
            (false, false) => None,
        };
        let nc = format!("{:08x}", input.nc);
        let Input { user, secret, method, uri, cnonce, body, .. } = *input;
        let (realm, nonce) = (&self.realm, &self.nonce);
        let response =
            Sum { algorithm, user, realm, secret, nonce, cnonce, qop, nc: &nc, method, uri, body }.response();
        let user = quote(user);
        let mut out = format!(
            "Digest username={user}, realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\""
        );
        out += &format!(", algorithm={}", algorithm.as_str());
        if let Some(opaque) = &self.opaque {
            out += &format!(", opaque=\"{opaque}\"");
        }
        if let Some(qop) = qop {
            out += &format!(", qop={}, nc={nc}", qop.as_str());
        }
        if qop.is_some() || algorithm.is_session() {
            out += &format!(", cnonce=\"{cnonce}\"");
        }
        out
    }
}

/// A client's answer as a server reads it. Texts but `username` are as between their quotes, escapes and all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Response {
    /// Escapes undone.
    pub username: String,
    pub realm: String,
    pub nonce: String,
    pub uri: String,
    pub response: String,
    /// `None`: an algorithm we do not know.
    pub algorithm: Option<Algorithm>,
    pub opaque: Option<String>,
    pub qop: Option<String>,
    pub cnonce: Option<String>,
    /// As received: eight hexadecimal digits.
    pub nc: Option<String>,
}

impl FromStr for Response {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Response, ParseError> {
        let params = Params::of_digest(text, "credentials")?;
        let optional = |name: &str| params.get(name).map(str::to_owned);
        Ok(Response {
            username: unescape(&params.mandatory("username")?).into_owned(),
            realm: params.mandatory("realm")?,
            nonce: params.mandatory("nonce")?,
            uri: params.mandatory("uri")?,
            response: params.mandatory("response")?,
            algorithm: params.get("algorithm").map_or(Some(Algorithm::Md5), Algorithm::named),
            opaque: optional("opaque"),
            qop: optional("qop"),
            cnonce: optional("cnonce"),
            nc: optional("nc"),
        })
    }
}

impl Response {
    /// Whether who sent this for a request of `method` and `body` knows `secret`. That realm, nonce, nc, URI and user
    /// are the expected ones is for the caller to see.
    pub fn verify(&self, secret: &str, method: &str, body: &[u8]) -> bool {
        let (Some(algorithm), Some(qop)) = (self.algorithm, self.read_qop()) else {
            return false;
        };
        let sum = Sum {
            algorithm,
            user: &self.username,
            realm: &self.realm,
            secret,
            nonce: &self.nonce,
            cnonce: self.cnonce.as_deref().unwrap_or(""),
            qop,
            nc: self.nc.as_deref().unwrap_or(""),
            method,
            uri: &self.uri,
            body,
        };
        sum.response().eq_ignore_ascii_case(&self.response)
    }

    /// `None` for a qop we do not know, `Some(None)` without qop.
    fn read_qop(&self) -> Option<Option<Qop>> {
        match self.qop.as_deref() {
            None => Some(None),
            Some(qop) => {
                [Qop::Auth, Qop::AuthInt].into_iter().find(|known| known.as_str().eq_ignore_ascii_case(qop)).map(Some)
            }
        }
    }
}
