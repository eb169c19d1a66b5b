//! Whether and how to answer a challenge: policy over [`super::digest`].
//!
//! A secret is worth protecting from whoever may ask for it: one realm only, at most two answers a request, the
//! strongest algorithm offered (RFC 8760 §2.4), and never a word of it in an error.

use crate::config::Credentials;
use crate::random::Random;
use crate::sip::digest::{Algorithm, Challenge, Input, challenges};
use crate::sip::header::Name;
use crate::sip::message::Message;

/// What one account knows about its registrar's challenges: nonces with their counts, and the realm it is bound to.
#[derive(Clone, Debug)]
pub struct AuthClient {
    credentials: Credentials,
    /// The configured realm, else the first one named.
    realm: Option<String>,
    /// The last challenge of the registrar itself (401) and of a proxy on the way (407).
    server: Option<Known>,
    proxy: Option<Known>,
}

/// Why a challenge is not answered, in words for the administrator (no secret, no nonce).
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct AuthRefusal(pub String);

impl AuthClient {
    /// Knows no challenge yet.
    pub fn new(credentials: Credentials) -> AuthClient {
        let realm = credentials.realm.clone();
        AuthClient { credentials, realm, server: None, proxy: None }
    }

    /// Header fields answering the 401 or 407 `response` to `request` (its method, Request-URI and body). The strongest known algorithm of
    /// the bound realm is answered once, beside what the other kind of challenge, 401 or 407, still wants. `answered`
    /// counts the answers this request already carried: at most two, the second only after `stale=true` or where
    /// `request` did not carry an answer of this kind.
    ///
    /// The fields replace every Authorization and Proxy-Authorization of `request`.
    pub fn answer(
        &mut self,
        request: &Message,
        response: &Message,
        answered: u8,
        random: &mut Random,
    ) -> Result<Vec<(Name, String)>, AuthRefusal> {
        let asks = Asks::of(response)?;
        let challenge = self.choose(&asks.challenges)?;
        let first_of_its_kind = request.header(&asks.answer).is_none();
        if answered >= MOST_ANSWERS || (answered > 0 && !challenge.stale && !first_of_its_kind) {
            return Err(self.not_believed(&challenge.realm));
        }
        self.realm = Some(challenge.realm.clone());
        let known = Some(Known { challenge, uses: 0 });
        match asks.answer {
            Name::ProxyAuthorization => self.proxy = known,
            _ => self.server = known,
        }
        Ok(self.preempt(request, random))
    }

    /// Credentials put on a fresh request without being asked, from the last nonce with the next nc; empty when none is known.
    pub fn preempt(&mut self, request: &Message, random: &mut Random) -> Vec<(Name, String)> {
        let credentials = &self.credentials;
        let kinds = [(Name::Authorization, &mut self.server), (Name::ProxyAuthorization, &mut self.proxy)];
        kinds
            .into_iter()
            .filter_map(|(name, known)| Some((name, known.as_mut()?.value(credentials, request, random)?)))
            .collect()
    }

    /// The strongest challenge of the bound realm.
    fn choose(&self, challenges: &[Challenge]) -> Result<Challenge, AuthRefusal> {
        let Some(first) = challenges.first() else {
            return Err(AuthRefusal("the challenge is no digest challenge that can be read".to_owned()));
        };
        let usable = || challenges.iter().filter(|challenge| strength(challenge).is_some());
        let realm = match &self.realm {
            Some(bound) => bound,
            None => usable().next().map_or(&first.realm, |challenge| &challenge.realm),
        };
        if !challenges.iter().any(|challenge| challenge.realm == *realm) {
            let named = legible(&first.realm);
            return Err(AuthRefusal(format!(
                "realm \"{named}\" is not \"{}\", the only one answered; check the account's realm",
                legible(realm)
            )));
        }
        // The first of equals: the server's order is its preference (RFC 8760 §2.4).
        let strongest = usable().rev().filter(|challenge| challenge.realm == *realm).max_by_key(|c| strength(c));
        strongest
            .cloned()
            .ok_or_else(|| AuthRefusal("no digest algorithm or qop offered that is known here".to_owned()))
    }

    fn not_believed(&self, realm: &str) -> AuthRefusal {
        AuthRefusal(format!(
            "the answer for user {} in realm \"{}\" is not accepted; check user and password",
            self.credentials.user,
            legible(realm)
        ))
    }
}

/// Answers one request may carry to its challenges.
const MOST_ANSWERS: u8 = 2;

/// A challenge with how often its nonce was used.
#[derive(Clone, Debug)]
struct Known {
    challenge: Challenge,
    uses: u32,
}

impl Known {
    /// `None` when the nonce has been used up.
    fn value(&mut self, credentials: &Credentials, request: &Message, random: &mut Random) -> Option<String> {
        self.uses = self.uses.checked_add(1)?;
        let method = request.method()?;
        Some(self.challenge.answer(&Input {
            user: &credentials.user,
            secret: &credentials.secret.0,
            method: method.as_str(),
            uri: &request.uri()?.to_string(),
            cnonce: &random.token(CNONCE_BITS),
            nc: self.uses,
            body: &request.body,
        }))
    }
}

/// Enough that a server cannot prepare tables (RFC 7616 §5.10).
const CNONCE_BITS: u32 = 80;

/// What a 401 or 407 asks for.
struct Asks {
    /// The field that answers it.
    answer: Name,
    challenges: Vec<Challenge>,
}

impl Asks {
    fn of(response: &Message) -> Result<Asks, AuthRefusal> {
        // RFC 3261 §22.2, §22.3
        let (question, answer) = match response.status() {
            Some(401) => (Name::WwwAuthenticate, Name::Authorization),
            Some(407) => (Name::ProxyAuthenticate, Name::ProxyAuthorization),
            _ => return Err(AuthRefusal("not a challenge".to_owned())),
        };
        // Other schemes are skipped (RFC 3261 §22.1).
        let challenges = response.values(&question).iter().flat_map(|value| challenges(value)).collect();
        Ok(Asks { answer, challenges })
    }
}

/// Greater is stronger; `None`: cannot be answered.
fn strength(challenge: &Challenge) -> Option<u8> {
    if challenge.has_qop && !challenge.qop_auth && !challenge.qop_auth_int {
        return None;
    }
    // The session variants come second: servers differ in when a session begins.
    Some(match challenge.algorithm? {
        Algorithm::Md5Sess => 0,
        Algorithm::Md5 => 1,
        Algorithm::Sha256Sess => 2,
        Algorithm::Sha256 => 3,
    })
}

/// Words of the network, short and without control characters.
fn legible(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
