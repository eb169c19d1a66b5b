//! Before anything else: is it meant for us, does it come from our own page, is it too much? And the headers of every answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::config::{Tls, Web};

use super::desk::{Desk, locked};
use super::error::Error;
use super::lead_lists;
use super::person::Peer;

/// The names that are ours, from the configuration: nothing of a request is ever believed about them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Names {
    /// As in `Host`: with a port where that is not the scheme's own.
    hosts: Vec<String>,
    /// As in `Origin`.
    origins: Vec<String>,
    /// Without port or brackets.
    certified: Vec<String>,
    tls: bool,
}

impl Names {
    pub fn of(settings: &Web) -> Names {
        let tls = settings.tls != Tls::Off;
        let (scheme, usual) = if tls { ("https", 443) } else { ("http", 80) };
        let mut hosts = Vec::new();
        let mut certified = Vec::new();
        let mut add = |name: &str, port: u16| {
            hosts.push(format!("{name}:{port}"));
            if port == usual {
                hosts.push(name.to_owned());
            }
            certified.push(name.trim_matches(['[', ']']).to_owned());
        };
        for address in &settings.listen {
            for name in settings.hosts.iter() {
                match split_port(name) {
                    Some((name, port)) => add(name, port),
                    None => add(name, address.port()),
                }
            }
            match address.ip() {
                ip if ip.is_unspecified() => {}
                std::net::IpAddr::V4(ip) => add(&ip.to_string(), address.port()),
                std::net::IpAddr::V6(ip) => add(&format!("[{ip}]"), address.port()),
            }
            if address.ip().is_loopback() {
                add("localhost", address.port());
            }
        }
        for list in [&mut hosts, &mut certified] {
            let mut seen = std::collections::BTreeSet::new();
            list.retain(|name| seen.insert(name.clone()));
        }
        let origins = hosts.iter().map(|host| format!("{scheme}://{host}")).collect();
        Names { hosts, origins, certified, tls }
    }

    /// What the certificate of our own is for.
    pub fn certified(&self) -> Vec<String> {
        self.certified.clone()
    }

    /// Where a person begins.
    pub fn address(&self) -> String {
        self.origins.first().cloned().unwrap_or_default()
    }

    /// RFC 6265bis §4.1.3.2: with the prefix no other host and no unprotected page can have set it. It needs TLS.
    pub fn cookie(&self) -> &'static str {
        if self.tls { "__Host-ramal" } else { "ramal" }
    }

    pub fn tls(&self) -> bool {
        self.tls
    }

    fn is_ours(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok()).map(str::to_ascii_lowercase);
        hosts.next().is_none() && host.is_some_and(|host| self.hosts.contains(&host))
    }

    /// A page of ours, or no page at all.
    fn is_from_us(&self, headers: &HeaderMap) -> bool {
        let foreign = |site: &HeaderValue| site != "same-origin" && site != "none";
        if headers.get("sec-fetch-site").is_some_and(foreign) && !is_navigation(headers) {
            return false;
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        origins.all(|origin| origin.to_str().is_ok_and(|origin| self.origins.iter().any(|own| own == origin)))
    }
}

/// Somebody followed a link to us.
fn is_navigation(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate")
}

/// `name:port`, where there is a port.
fn split_port(name: &str) -> Option<(&str, u16)> {
    let (host, port) = name.rsplit_once(':')?;
    // In `[fd00::1]` the last colon is the address's own.
    let port = port.parse().ok()?;
    (!host.is_empty() && (!host.contains(':') || host.ends_with(']'))).then_some((host, port))
}

fn longest(path: &str) -> Duration {
    if path == lead_lists::UPLOAD { LONGEST_UPLOAD } else { LONGEST_ANSWER }
}

/// Around every route.
pub async fn guard(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let mut response = match admit(&desk, &request) {
        Ok(()) => match tokio::time::timeout(longest(request.uri().path()), next.run(request)).await {
            Ok(response) => response,
            Err(_) => Error::new(StatusCode::REQUEST_TIMEOUT, "timeout", "this took too long").into_response(),
        },
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if desk.names.tls() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn admit(desk: &Desk, request: &Request) -> Result<(), Error> {
    let headers = request.headers();
    if !desk.names.is_ours(headers) {
        let text = "this name is not one of ours; add it to web.hosts if it shall be";
        return Err(Error::new(StatusCode::MISDIRECTED_REQUEST, "host", text));
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if (changes || request.uri().path().starts_with("/api/")) && !desk.names.is_from_us(headers) {
        return Err(Error::new(StatusCode::FORBIDDEN, "origin", "requests come from our own page only"));
    }
    if changes {
        json_only(request)?;
    }
    let Some(Peer(address)) = request.extensions().get().copied() else { return Err(Error::bad("no far end")) };
    let mut addresses = locked(&desk.paces.addresses);
    let taken = addresses.take(address, Instant::now());
    taken.map_err(|wait| Error::too_many(wait, "too many requests of one address; slow down"))
}

/// What a form of another page can send without asking first is never read.
fn json_only(request: &Request) -> Result<(), Error> {
    let said = request.headers().get(header::CONTENT_TYPE).map(|said| said.to_str().unwrap_or_default());
    let kind = said.map(|said| said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    let empty = request.headers().get(header::CONTENT_LENGTH).is_none_or(|length| length == "0")
        && !request.headers().contains_key(header::TRANSFER_ENCODING);
    let path = request.uri().path();
    let file = match kind.as_deref() {
        Some("text/csv") if path != lead_lists::UPLOAD => CSV_ROUTES.contains(&path),
        Some("audio/wav") => path.starts_with(WAV_ROUTES),
        Some(kind) => [FILES_ROUTE, lead_lists::UPLOAD].contains(&path) && !OF_FORMS.contains(&kind),
        None => false,
    };
    match kind.as_deref() {
        Some("application/json") => Ok(()),
        None if empty => Ok(()),
        Some(_) | None if file => Ok(()),
        Some(_) | None => {
            Err(Error::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported", "Content-Type must be application/json"))
        }
    }
}

/// What takes a table, or a sound, in the place of JSON; a form can send neither.
const CSV_ROUTES: [&str; 1] = ["/api/v1/contacts/import"];
const WAV_ROUTES: &str = "/api/v1/sounds/";

/// What takes a file of any type that no form can send (Fetch §2.2.2).
const FILES_ROUTE: &str = "/api/v1/files";
const OF_FORMS: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/// Recordings are the largest.
const LONGEST_ANSWER: Duration = Duration::from_secs(60);
/// Half a gigabyte over a slow line.
const LONGEST_UPLOAD: Duration = Duration::from_secs(3_600);

/// Of every answer: our page loads only what is ours, nobody frames it, nobody guesses types.
const HEADERS: [(&str, &str); 8] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(self)"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn names(listen: &str, hosts: &[&str], tls: Tls) -> Names {
        let hour = Duration::from_secs(3_600);
        Names::of(&Web {
            listen: vec![listen.parse().unwrap()],
            tls,
            hosts: hosts.iter().map(ToString::to_string).collect(),
            session_idle: hour,
            session_longest: hour,
            audit_file: None,
        })
    }

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_configured_names_are_ours_whatever_address_they_resolve_to() {
        let names = names("127.0.0.1:8080", &[], Tls::Off);
        for (host, ours) in [
            ("127.0.0.1:8080", true),
            ("LOCALHOST:8080", true),
            ("localhost", false),
            ("127.0.0.1:8081", false),
            ("rebound.example:8080", false),
            ("", false),
        ] {
            assert_eq!(names.is_ours(&headers(&[("host", host)])), ours, "{host}");
        }
        assert!(!names.is_ours(&HeaderMap::new()));
    }

    #[test]
    fn an_origin_is_compared_with_the_configuration_and_never_with_the_host() {
        let names = names("0.0.0.0:443", &["desk.example", "outside.example:8443"], Tls::Own);
        for (origin, ours) in [
            ("https://desk.example", true),
            ("https://outside.example:8443", true),
            ("http://desk.example", false),
            ("https://evil.example", false),
            ("null", false),
        ] {
            let said = headers(&[("host", "evil.example"), ("origin", origin)]);
            assert_eq!(names.is_from_us(&said), ours, "{origin}");
        }
        assert!(names.is_from_us(&HeaderMap::new()), "a program has no origin");
        assert!(!names.is_from_us(&headers(&[("sec-fetch-site", "cross-site")])));
        assert_eq!(names.certified(), ["desk.example", "outside.example"]);
    }

    #[test]
    fn a_port_is_told_from_the_end_of_an_address() {
        assert_eq!(split_port("desk.example:8443"), Some(("desk.example", 8443)));
        assert_eq!(split_port("[fd00::1]:8443"), Some(("[fd00::1]", 8443)));
        assert_eq!(split_port("[fd00::1]"), None);
        assert_eq!(split_port("desk.example"), None);
    }
}
