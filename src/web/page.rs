//! The page itself, embedded when the program is built.

use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::error::Error;

/// One file of the page, as it is and as it was compressed when the page was built: nothing is compressed while serving.
struct File {
    name: &'static str,
    /// Changes with its content.
    tag: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// A file of the page; whatever else is asked for by a browser is the page, which knows its own ways.
pub async fn page(uri: Uri, asked: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Error::new(StatusCode::NOT_FOUND, "not-found", "there is no such route").into_response();
    }
    let name = if path.is_empty() { "index.html" } else { path };
    let Ok(found) = FILES.binary_search_by_key(&name, |file| file.name) else {
        return (StatusCode::NOT_FOUND, "there is no such file").into_response();
    };
    let file = &FILES[found];
    let (encoding, bytes) = file.as_liked(&asked);
    // Names of what the build hashes change with their content.
    let kept = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    // Each encoding is another sequence of bytes (RFC 9110 §8.8.3).
    let tag = format!("\"{}-{}\"", file.tag, encoding.unwrap_or("plain"));
    let headers = [(header::CACHE_CONTROL, kept), (header::VARY, "accept-encoding"), (header::ETAG, &tag)];
    if knows(&asked, &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let encoded = encoding.map(|encoding| [(header::CONTENT_ENCODING, encoding)]);
    match encoded {
        Some(encoded) => (headers, [(header::CONTENT_TYPE, kind(name))], encoded, bytes).into_response(),
        None => (headers, [(header::CONTENT_TYPE, kind(name))], bytes).into_response(),
    }
}

impl File {
    /// The smallest that whoever asks can read.
    fn as_liked(&self, asked: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
        let liked = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let liked: Vec<&str> = liked.flat_map(|value| value.split(',')).collect();
        match (self.brotli, self.gzip) {
            (Some(bytes), _) if takes(&liked, "br") => (Some("br"), bytes),
            (_, Some(bytes)) if takes(&liked, "gzip") => (Some("gzip"), bytes),
            (_, _) => (None, self.plain),
        }
    }
}

/// RFC 9110 §12.5.3; weight 0 is a no.
fn takes(liked: &[&str], coding: &str) -> bool {
    let mut parts = liked.iter().map(|one| one.split(';').map(str::trim));
    parts.any(|mut one| {
        let named = one.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let weight = one.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        named && weight.is_none_or(|weight| weight > 0.0)
    })
}

/// RFC 9110 §13.1.2.
fn knows(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|one| one.trim().trim_start_matches("W/") == tag)
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wav" => "audio/wav",
        "ogg" | "opus" => "audio/ogg",
        "mp3" => "audio/mpeg",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_taken_as_rfc_9110_weighs_them() {
        for (liked, coding, taken) in [
            ("gzip, deflate, br", "br", true),
            ("gzip;q=1.0, br;q=0", "br", false),
            ("GZIP", "gzip", true),
            ("gzip;q=0.001", "gzip", true),
            ("identity", "gzip", false),
            ("", "gzip", false),
        ] {
            assert_eq!(takes(&liked.split(',').collect::<Vec<_>>(), coding), taken, "{liked:?}");
        }
    }
}
