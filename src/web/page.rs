//! The page itself, embedded when the program is built.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::error::Error;

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// A file of the page; whatever else is asked for by a browser is the page, which knows its own ways.
pub async fn page(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Error::new(StatusCode::NOT_FOUND, "not-found", "there is no such route").into_response();
    }
    let name = if path.is_empty() { "index.html" } else { path };
    let Ok(found) = FILES.binary_search_by_key(&name, |(name, _)| name) else {
        return (StatusCode::NOT_FOUND, "there is no such file").into_response();
    };
    let (name, bytes) = FILES[found];
    // Names of what the build hashes change with their content.
    let kept = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    ([(header::CONTENT_TYPE, kind(name)), (header::CACHE_CONTROL, kept)], bytes).into_response()
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
