//! Test data of the standards, read from the folder that `RAMAL_CORPUS` names; without it these tests say aloud that they
//! did not run.

use std::fs;
use std::path::PathBuf;

use bytes::Bytes;
use engine::sip::digest::Response;
use engine::sip::message::{Message, ParseError};

/// The folder, or a loud word that the test is skipped.
fn corpus(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("RAMAL_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED {test}: RAMAL_CORPUS does not name the folder with the test data");
    }
    folder
}

fn read(bytes: &Bytes) -> Result<Message, ParseError> {
    let message = Message::parse(bytes)?;
    message.validate()?;
    Ok(message)
}

#[test]
fn every_message_of_rfc_4475_is_read_or_refused_as_the_rfc_says() {
    let Some(folder) = corpus("RFC 4475") else { return };
    let expected =
        fs::read_to_string(folder.join("rfc4475-expected.tsv")).expect("the expectations are beside the messages");
    let (mut refused, mut wrong) = (0, Vec::new());
    for line in expected.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let (file, layer) = (columns[0], columns[3]);
        if layer == "Unreferenced" {
            continue;
        }
        let sound = layer == "ParseOk";
        let outcome = read(&fs::read(folder.join("rfc4475").join(file)).expect("listed messages are there").into());
        eprintln!("{file:16} {}", outcome.as_ref().map_or_else(ToString::to_string, |_| "read".to_owned()));
        refused += usize::from(outcome.is_err());
        if outcome.is_ok() != sound {
            wrong.push(file.to_owned());
        }
    }
    assert!(wrong.is_empty(), "not as the RFC says: {wrong:?}");
    assert_eq!(refused, 21);
}

#[test]
fn digest_vectors_give_the_listed_responses() {
    let Some(folder) = corpus("digest vectors") else { return };
    let vectors = fs::read_to_string(folder.join("digest/vectors.json")).expect("the vectors are there");
    let vectors: Vec<serde_json::Value> = serde_json::from_str(&vectors).expect("they are JSON");
    let mut checked = 0;
    for vector in &vectors {
        let text = |key: &str| vector[key].as_str();
        // One gives only the hash of the secret, which our arithmetic never takes.
        let Some(secret) = text("password") else { continue };
        let mut credentials = String::from("Digest ");
        for key in ["username", "realm", "nonce", "uri", "response", "algorithm", "qop", "nc", "cnonce"] {
            credentials.extend(text(key).map(|value| format!("{key}=\"{value}\", ")));
        }
        let response: Response = credentials.parse().expect("credentials can be read");
        let method = text("method").unwrap_or("GET");
        assert!(response.verify(secret, method, b""), "{}", vector["source"]);
        assert!(!response.verify("another secret", method, b""), "{}", vector["source"]);
        checked += 1;
    }
    assert!(checked >= 4, "only {checked} vectors");
}
