//! What a server asks for: WWW-Authenticate and Proxy-Authenticate values (RFC 7616 §3.3).

use std::str::FromStr;

use super::hash::Algorithm;
use crate::sip::header::text::{is_token, quoted, split};
use crate::sip::message::ParseError;

/// One `Digest` challenge. Other schemes are an error, to be skipped by the caller. Texts are as between their quotes, escapes
/// and all: they are hashed and sent back so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Challenge {
    pub realm: String,
    pub nonce: String,
    pub opaque: Option<String>,
    pub stale: bool,
    /// `None`: an algorithm we do not know.
    pub algorithm: Option<Algorithm>,
    pub qop_auth: bool,
    pub qop_auth_int: bool,
    /// Whether a qop list was there at all (RFC 2069 compatibility when not).
    pub has_qop: bool,
}

impl FromStr for Challenge {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Challenge, ParseError> {
        let params = Params::of_digest(text, "challenge")?;
        let qop: Vec<&str> = params.get("qop").unwrap_or("").split(',').map(str::trim).collect();
        let offers = |wanted: &str| qop.iter().any(|offered| offered.eq_ignore_ascii_case(wanted));
        Ok(Challenge {
            realm: params.mandatory("realm")?,
            nonce: params.mandatory("nonce")?,
            opaque: params.get("opaque").map(str::to_owned),
            stale: params.get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
            algorithm: params.get("algorithm").map_or(Some(Algorithm::Md5), Algorithm::named),
            qop_auth: offers("auth"),
            qop_auth_int: offers("auth-int"),
            has_qop: params.get("qop").is_some(),
        })
    }
}

/// The `Digest` challenges of one field, which may hold several with commas between them (RFC 3261 §20.44 forbids it, RFC 9110
/// §11.6.1 allows it, servers do it). Other schemes and damaged challenges are skipped.
pub fn challenges(value: &str) -> Vec<Challenge> {
    let mut texts: Vec<String> = Vec::new();
    for piece in split(value, ',').map(str::trim) {
        match texts.last_mut() {
            Some(text) if !begins_challenge(piece) => {
                text.push(',');
                text.push_str(piece);
            }
            _ => texts.push(piece.to_owned()),
        }
    }
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

/// Whether a scheme stands before the first parameter: `Digest realm="a"`, or a scheme alone.
fn begins_challenge(piece: &str) -> bool {
    let before = piece.split(['=', '"']).next().unwrap_or_default().trim_end();
    !piece.is_empty() && (before.contains([' ', '\t']) || is_token(piece.as_bytes()))
}

/// `Digest name=value, name="value"`.
pub(super) struct Params<'a> {
    part: &'static str,
    list: Vec<(&'a str, &'a str)>,
}

impl<'a> Params<'a> {
    pub(super) fn of_digest(text: &'a str, part: &'static str) -> Result<Params<'a>, ParseError> {
        let wrong = |why: &str| ParseError::new(part, why);
        let (scheme, rest) = text.trim().split_once([' ', '\t']).ok_or_else(|| wrong("has no parameters"))?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return Err(wrong("is not of the scheme Digest"));
        }
        let pieces = split(rest, ',').map(str::trim).filter(|piece| !piece.is_empty());
        let list = pieces.map(|piece| param(piece).ok_or_else(|| wrong("has a damaged parameter")));
        Ok(Params { part, list: list.collect::<Result<_, _>>()? })
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.list.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|&(_, value)| value)
    }

    pub(super) fn mandatory(&self, name: &str) -> Result<String, ParseError> {
        let value = self.get(name).ok_or_else(|| ParseError { part: self.part, why: format!("has no {name}") })?;
        Ok(value.to_owned())
    }
}

/// Quotes are taken away, escapes stay. Without quotes no letter may stand that would mean something else within them.
fn param(piece: &str) -> Option<(&str, &str)> {
    let (name, value) = piece.split_once('=')?;
    let (name, raw) = (name.trim_end(), value.trim_start());
    let value = if raw.starts_with('"') { quoted(raw).filter(|(_, rest)| rest.is_empty())?.0 } else { raw };
    let sound = raw.starts_with('"') || !raw.contains(['"', '\\', ' ', '\t']);
    (sound && is_token(name.as_bytes())).then_some((name, value))
}
