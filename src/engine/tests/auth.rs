//! Which challenges are answered, how, and which never (SP-02, RFC 3261 §22, RFC 7616, RFC 8760).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says no by panicking")]

use engine::config::{Credentials, Secret};
use engine::random::Random;
use engine::sip::auth::{AuthClient, AuthRefusal};
use engine::sip::digest::{Algorithm, Response};
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};
use engine::sip::uri::{Host, Uri};

const SECRET: &str = "correto-cavalo";

fn client(realm: Option<&str>) -> AuthClient {
    let secret = Secret(SECRET.into());
    AuthClient::new(Credentials { user: "1001".to_owned(), secret, realm: realm.map(str::to_owned) })
}

fn request() -> Message {
    let mut request = Message::request(Method::Register, Uri::sip(None, Host::Name("pbx.example".to_owned())));
    request.push(Name::CSeq, "1 REGISTER");
    request
}

fn challenged(status: u16, challenges: &[&str]) -> Message {
    let mut response = Message::response(&request(), status);
    let name = if status == 401 { Name::WwwAuthenticate } else { Name::ProxyAuthenticate };
    challenges.iter().for_each(|challenge| response.push(name.clone(), *challenge));
    response
}

fn answer(client: &mut AuthClient, response: &Message) -> Result<Vec<(Name, String)>, AuthRefusal> {
    client.answer(&request(), response, 0, &mut Random::new([3; 32]))
}

fn read(fields: &[(Name, String)]) -> Vec<Response> {
    fields.iter().map(|(_, value)| value.parse().unwrap()).collect()
}

/// RFC 8760 §2.4: the strongest that is known, whatever the order; other schemes and unknown algorithms are passed over.
#[test]
fn the_strongest_known_algorithm_is_answered() {
    let response = challenged(
        401,
        &[
            r#"Bearer realm="pbx""#,
            r#"Digest realm="pbx", nonce="n0", qop="auth", algorithm=SHA-512-256"#,
            r#"Digest realm="pbx", nonce="n1", qop="auth", algorithm=MD5"#,
            r#"Digest realm="pbx", nonce="n2", qop="auth,auth-int", algorithm=SHA-256"#,
        ],
    );
    let fields = answer(&mut client(None), &response).unwrap();
    let answers = read(&fields);
    assert_eq!(fields[0].0, Name::Authorization);
    assert_eq!(answers.len(), 1);
    assert_eq!((answers[0].algorithm, answers[0].nonce.as_str()), (Some(Algorithm::Sha256), "n2"));
    assert!(answers[0].verify(SECRET, "REGISTER", b""));
    assert!(!answers[0].verify("other", "REGISTER", b""));
}

/// RFC 2069 servers send no qop.
#[test]
fn a_challenge_without_qop_is_answered_without_one() {
    let fields = answer(&mut client(None), &challenged(401, &[r#"Digest realm="pbx", nonce="n""#])).unwrap();
    let answer = &read(&fields)[0];
    assert!(answer.qop.is_none() && answer.nc.is_none() && answer.verify(SECRET, "REGISTER", b""));
}

/// RFC 3261 §22.3: a proxy's 407, then the registrar's 401; the last request carries both answers.
#[test]
fn a_407_and_then_a_401_are_both_answered() {
    let (mut client, mut random) = (client(None), Random::new([3; 32]));
    let proxy = challenged(407, &[r#"Digest realm="pbx", nonce="p", qop="auth""#]);
    let first = client.answer(&request(), &proxy, 0, &mut random).unwrap();
    assert_eq!(first.iter().map(|(name, _)| name).collect::<Vec<_>>(), [&Name::ProxyAuthorization]);
    let mut carried = request();
    first.into_iter().for_each(|(name, value)| carried.push(name, value));
    let registrar = challenged(401, &[r#"Digest realm="pbx", nonce="r", qop="auth""#]);
    let second = client.answer(&carried, &registrar, 1, &mut random).unwrap();
    assert_eq!(
        second.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        [&Name::Authorization, &Name::ProxyAuthorization]
    );
    let answers = read(&second);
    assert_eq!((answers[0].nonce.as_str(), answers[0].nc.as_deref()), ("r", Some("00000001")));
    assert_eq!((answers[1].nonce.as_str(), answers[1].nc.as_deref()), ("p", Some("00000002")));
}

#[test]
fn a_nonce_is_used_again_with_the_next_count_and_another_cnonce() {
    let (mut client, mut random) = (client(None), Random::new([3; 32]));
    assert!(client.preempt(&request(), &mut random).is_empty(), "nothing is known yet");
    let challenge = challenged(401, &[r#"Digest realm="pbx", nonce="n", qop="auth""#]);
    let first = read(&client.answer(&request(), &challenge, 0, &mut random).unwrap());
    let second = read(&client.preempt(&request(), &mut random));
    assert_eq!(second[0].nc.as_deref(), Some("00000002"));
    assert_ne!(first[0].cnonce, second[0].cnonce);
    assert!(second[0].verify(SECRET, "REGISTER", b""));
}

/// RFC 7616 §3.3: stale says that the password was right and the nonce old.
#[test]
fn a_second_answer_needs_stale_and_a_third_is_never_given() {
    let (mut client, mut random) = (client(None), Random::new([3; 32]));
    let plain = challenged(401, &[r#"Digest realm="pbx", nonce="n", qop="auth""#]);
    let stale = challenged(401, &[r#"Digest realm="pbx", nonce="m", qop="auth", stale=TRUE"#]);
    let mut carried = request();
    carried.push(Name::Authorization, "Digest sent before");
    assert!(client.answer(&request(), &plain, 0, &mut random).is_ok());
    assert!(client.answer(&carried, &plain, 1, &mut random).is_err());
    assert!(client.answer(&carried, &stale, 1, &mut random).is_ok());
    assert!(client.answer(&carried, &stale, 2, &mut random).is_err());
}

#[test]
fn only_the_configured_realm_is_answered_among_several() {
    let both = [
        r#"Digest realm="other", nonce="a", qop="auth", algorithm=SHA-256"#,
        r#"Digest realm="pbx", nonce="b", qop="auth""#,
    ];
    let answers = read(&answer(&mut client(Some("pbx")), &challenged(401, &both)).unwrap());
    assert_eq!(answers.iter().map(|answer| answer.realm.as_str()).collect::<Vec<_>>(), ["pbx"]);
    let refusal = answer(&mut client(Some("pbx")), &challenged(401, &both[..1])).unwrap_err();
    assert_eq!(refusal.0, "realm \"other\" is not \"pbx\", the only one answered; check the account's realm");
}

#[test]
fn the_first_realm_is_kept_for_good() {
    let mut client = client(None);
    assert!(answer(&mut client, &challenged(401, &[r#"Digest realm="pbx", nonce="a""#])).is_ok());
    assert!(answer(&mut client, &challenged(407, &[r#"Digest realm="evil", nonce="b""#])).is_err());
}

#[test]
fn what_cannot_be_answered_is_said_in_words() {
    let refusals = [
        (vec![], "the challenge is no digest challenge that can be read"),
        (
            vec![r#"Digest realm="pbx", nonce="n", algorithm=FOO"#],
            "no digest algorithm or qop offered that is known here",
        ),
        (
            vec![r#"Digest realm="pbx", nonce="n", qop="secret""#],
            "no digest algorithm or qop offered that is known here",
        ),
    ];
    for (challenges, words) in refusals {
        assert_eq!(answer(&mut client(None), &challenged(401, &challenges)).unwrap_err().0, words);
    }
}

#[test]
fn the_secret_is_in_no_debug_output_and_no_error() {
    let mut client = client(None);
    let challenge = challenged(401, &[r#"Digest realm="pbx", nonce="n""#]);
    let fields = answer(&mut client, &challenge).unwrap();
    let mut carried = request();
    fields.into_iter().for_each(|(name, value)| carried.push(name, value));
    let refusal = client.answer(&carried, &challenge, 1, &mut Random::new([3; 32])).unwrap_err();
    assert!(!format!("{client:?} {refusal:?} {refusal}").contains(SECRET));
}
