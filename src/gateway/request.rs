//! The request as a gateway gets it: JSON, signed so that it can tell who it is from and when it was made.

use aws_lc_rs::hmac;
use axum::body::Body;
use chrono::{DateTime, Utc};
use engine::outbox::Post;
use hyper::Request;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use serde::Serialize;

use crate::config::Url;

/// What is in it: docs/webhooks.md tells gateways.
#[derive(Serialize)]
struct Said<'p> {
    /// Of the message in the outbox.
    id: String,
    /// As +55…, where it is one of the country's; a ramal as it is.
    number: Option<&'p str>,
    text: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    appointment: Option<String>,
}

pub fn signed(
    post: &Post,
    url: &Url,
    key: &hmac::Key,
    now: DateTime<Utc>,
) -> Result<Request<Body>, hyper::http::Error> {
    let body = body(post);
    let timestamp = now.timestamp().to_string();
    let usual = if url.secure { 443 } else { 80 };
    let host = if url.port == usual { url.host.to_string() } else { format!("{}:{}", url.host, url.port) };
    Request::post(&*url.path.0)
        .header(HOST, host)
        .header(USER_AGENT, concat!("Ramal/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/json")
        .header("Idempotency-Key", &post.key)
        .header("Ramal-Signature", signature(key, &timestamp, &body))
        .header("Ramal-Timestamp", timestamp)
        .body(Body::from(body))
}

fn body(post: &Post) -> String {
    let said = Said {
        id: post.id.item.to_string(),
        number: post.number.as_ref().map(|number| number.normalised.as_str()),
        text: &post.text,
        appointment: post.appointment.map(|appointment| appointment.to_string()),
    };
    serde_json::json!(said).to_string()
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
