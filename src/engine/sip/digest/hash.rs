//! The hash functions and the formula (RFC 7616 §3.4).

use md5::Md5;
use sha2::{Digest, Sha256};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Algorithm {
    Md5,
    Md5Sess,
    Sha256,
    Sha256Sess,
}

impl Algorithm {
    /// As in the `algorithm` parameter.
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Md5Sess => "MD5-sess",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha256Sess => "SHA-256-sess",
        }
    }

    /// Whether the secret is bound to the first nonce and cnonce.
    pub(super) fn is_session(self) -> bool {
        matches!(self, Algorithm::Md5Sess | Algorithm::Sha256Sess)
    }

    /// The algorithm of that name, whatever its case; `None` for one we do not know.
    pub(super) fn named(name: &str) -> Option<Algorithm> {
        [Algorithm::Md5, Algorithm::Md5Sess, Algorithm::Sha256, Algorithm::Sha256Sess]
            .into_iter()
            .find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(name))
    }

    /// The hash of `parts` with colons between them, in hexadecimal.
    fn hash(self, parts: &[&[u8]]) -> String {
        match self {
            Algorithm::Md5 | Algorithm::Md5Sess => hex(&Md5::digest(parts.join(&b':'))),
            Algorithm::Sha256 | Algorithm::Sha256Sess => hex(&Sha256::digest(parts.join(&b':'))),
        }
    }
}

/// Everything that goes into `response`, all as between its quotes.
pub(super) struct Sum<'a> {
    pub algorithm: Algorithm,
    pub user: &'a str,
    pub realm: &'a str,
    pub secret: &'a str,
    pub nonce: &'a str,
    pub cnonce: &'a str,
    /// `None`: without qop, as in RFC 2069.
    pub qop: Option<Qop>,
    /// Eight hexadecimal digits.
    pub nc: &'a str,
    pub method: &'a str,
    pub uri: &'a str,
    pub body: &'a [u8],
}

/// What the response protects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Qop {
    Auth,
    AuthInt,
}

impl Qop {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Qop::Auth => "auth",
            Qop::AuthInt => "auth-int",
        }
    }
}

impl Sum<'_> {
    /// RFC 7616 §3.4.1 to §3.4.3, RFC 2617 §3.2.2.1 without qop.
    pub(super) fn response(&self) -> String {
        let hash = |parts: &[&str]| self.algorithm.hash(&parts.iter().map(|part| part.as_bytes()).collect::<Vec<_>>());
        let mut a1 = hash(&[self.user, self.realm, self.secret]);
        if self.algorithm.is_session() {
            a1 = hash(&[&a1, self.nonce, self.cnonce]);
        }
        let a2 = match self.qop {
            Some(Qop::AuthInt) => hash(&[self.method, self.uri, &self.algorithm.hash(&[self.body])]),
            Some(Qop::Auth) | None => hash(&[self.method, self.uri]),
        };
        match self.qop {
            Some(qop) => hash(&[&a1, self.nonce, self.nc, self.cnonce, qop.as_str(), &a2]),
            None => hash(&[&a1, self.nonce, &a2]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
