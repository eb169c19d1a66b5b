//! Who may register and call: digest challenges and their answers (RFC 7616, RFC 8760).
//!
//! A nonce says when it was made and proves by a keyed token that we made it: nothing is kept for it, a flood of
//! requests fills no memory. Nonce counts are not followed; on loopback nobody replays.

use std::time::Duration;

use engine::random::Random;
use engine::sip::digest::{Algorithm, Response};
use engine::sip::header::Name;
use engine::sip::message::Message;
use engine::sip::uri::Uri;
use engine::time::Moment;

use super::Settings;

#[derive(Debug)]
pub(super) struct Guard {
    /// New with every start: nonces of a former run are stale.
    key: [u8; 24],
}

/// What a nonce is worth.
enum Nonce {
    Fresh,
    /// Ours and too old, or nobody's: a right answer over it is worth a new challenge without asking the person.
    Stale,
}

impl Guard {
    pub fn new(random: &mut Random) -> Guard {
        let mut key = [0; 24];
        key.chunks_exact_mut(8).for_each(|part| part.copy_from_slice(&random.u64().to_le_bytes()));
        Guard { key }
    }

    /// The account that sent this, else the answer due: a challenge, or 403 to a wrong secret.
    pub fn check(&self, request: &Message, settings: &Settings, now: Moment) -> Result<String, Box<Message>> {
        let answers = request.values(&Name::Authorization);
        let answer = answers.iter().filter_map(|value| value.parse::<Response>().ok());
        let Some(answer) = answer.into_iter().find(|answer| answer.realm == settings.realm) else {
            return Err(self.challenge(request, settings, false, now));
        };
        let right = settings.accounts.get(&answer.username).is_some_and(|secret| is_right(&answer, secret, request));
        match (right && is_offered(&answer, settings), self.judge(&answer.nonce, settings.nonce_life, now)) {
            (false, _) => Err(Box::new(Message::response(request, 403))),
            (true, Nonce::Stale) => Err(self.challenge(request, settings, true, now)),
            (true, Nonce::Fresh) => Ok(answer.username),
        }
    }

    /// 401 with one challenge for each algorithm, the preferred first (RFC 8760 §2.4).
    fn challenge(&self, request: &Message, settings: &Settings, stale: bool, now: Moment) -> Box<Message> {
        let mut response = Message::response(request, 401);
        let nonce = self.nonce(now);
        for algorithm in &settings.algorithms {
            let (realm, algorithm) = (&settings.realm, algorithm.as_str());
            let stale = if stale { ", stale=true" } else { "" };
            let value = format!(r#"Digest realm="{realm}", nonce="{nonce}", algorithm={algorithm}, qop="auth"{stale}"#);
            response.push(Name::WwwAuthenticate, value);
        }
        Box::new(response)
    }

    fn nonce(&self, issued: Moment) -> String {
        let mut seed = [0; 32];
        seed[..24].copy_from_slice(&self.key);
        seed[24..].copy_from_slice(&issued.0.to_le_bytes());
        format!("{:016x}{}", issued.0, Random::new(seed).token(80))
    }

    fn judge(&self, nonce: &str, life: Duration, now: Moment) -> Nonce {
        let issued = nonce.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).map(Moment);
        let ours = issued.filter(|issued| self.nonce(*issued) == nonce);
        match ours.is_some_and(|issued| now.since(issued) <= life) {
            true => Nonce::Fresh,
            false => Nonce::Stale,
        }
    }
}

/// The digest's URI is the request's (RFC 7616 §3.4.6), and who signed knows the secret.
fn is_right(answer: &Response, secret: &str, request: &Message) -> bool {
    let Some((method, uri)) = request.method().zip(request.uri()) else { return false };
    let same = answer.uri.parse::<Uri>().is_ok_and(|signed| signed.same_as(uri));
    same && answer.verify(secret, method.as_str(), &request.body)
}

fn is_offered(answer: &Response, settings: &Settings) -> bool {
    answer.algorithm.is_some_and(|algorithm: Algorithm| settings.algorithms.contains(&algorithm))
}
