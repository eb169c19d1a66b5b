//! The request as a gateway gets it: JSON, signed so that it can tell who it is from and when it was made.

use std::path::PathBuf;

use aws_lc_rs::hmac;
use axum::body::Body;
use base64::prelude::{BASE64_STANDARD, Engine};
use chrono::{DateTime, Utc};
use engine::outbox::{Attachment, Post};
use hyper::Request;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use serde::Serialize;

use crate::config::Url;
use crate::files::{self, FileError};

/// What is in a message: docs/webhooks.md tells gateways.
#[derive(Serialize)]
struct Said<'p> {
    /// Of the message in the outbox.
    id: String,
    /// As +55…, where it is one of the country's; a ramal as it is.
    number: Option<&'p str>,
    text: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    appointment: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<SaidFile<'p>>,
}

#[derive(Serialize)]
struct SaidFile<'p> {
    name: &'p str,
    #[serde(rename = "type")]
    kind: &'p str,
    size: u64,
    sha256: &'p str,
    /// Base64 (RFC 4648 §4).
    content: String,
}

/// What is said, the same for each try of one message. Files are read on a thread that may block.
///
/// # Errors
/// A file is not there any more, is not what was attached, or cannot be read now.
pub async fn body(post: Post, folder: PathBuf) -> Result<String, FileError> {
    if post.files.is_empty() {
        return written(&post, Vec::new());
    }
    let work = tokio::task::spawn_blocking(move || {
        let all = post.files.iter().map(|file| {
            let Attachment { name, kind, size, sha256, .. } = file;
            let content = BASE64_STANDARD.encode(files::content(&folder, file)?);
            Ok(SaidFile { name, kind, size: *size, sha256, content })
        });
        written(&post, all.collect::<Result<_, FileError>>()?)
    });
    work.await.map_err(|why| FileError::Io(std::io::Error::other(why)))?
}

pub fn signed(
    idempotency_key: &str,
    body: String,
    url: &Url,
    key: &hmac::Key,
    now: DateTime<Utc>,
) -> Result<Request<Body>, hyper::http::Error> {
    let timestamp = now.timestamp().to_string();
    let usual = if url.secure { 443 } else { 80 };
    let host = if url.port == usual { url.host.to_string() } else { format!("{}:{}", url.host, url.port) };
    Request::post(&*url.path.0)
        .header(HOST, host)
        .header(USER_AGENT, concat!("Ramal/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/json")
        .header("Idempotency-Key", idempotency_key)
        .header("Ramal-Signature", signature(key, &timestamp, &body))
        .header("Ramal-Timestamp", timestamp)
        .body(Body::from(body))
}

fn written(post: &Post, files: Vec<SaidFile<'_>>) -> Result<String, FileError> {
    if post.event {
        let told: Result<serde_json::Value, _> = serde_json::from_str(&post.text);
        let told = told.map(|event| serde_json::json!({ "id": post.id.item.to_string(), "event": event }));
        return told.map(|told| told.to_string()).map_err(|why| FileError::Io(why.into()));
    }
    let said = Said {
        id: post.id.item.to_string(),
        number: post.number.as_ref().map(|number| number.normalised.as_str()),
        text: &post.text,
        appointment: post.appointment.map(|appointment| appointment.to_string()),
        files,
    };
    serde_json::to_string(&said).map_err(|why| FileError::Io(why.into()))
}

/// The time is signed too: an old request that somebody kept is known by it.
fn signature(key: &hmac::Key, timestamp: &str, body: &str) -> String {
    let tag = hmac::sign(key, format!("{timestamp}.{body}").as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf '1700000000.{}' | openssl dgst -sha256 -hmac Jefe`
    #[test]
    fn ag_06_the_signature_is_the_one_that_other_programs_make() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"Jefe");
        assert_eq!(signature(&key, "1700000000", "{}"), format!("v1={EXPECTED}"));
    }

    const EXPECTED: &str = "d3793e2b4103edfbd98cc19591832f5fad701d413db9fcae0ae7dab8184ed207";
}
