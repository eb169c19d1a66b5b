//! Hostile pages and strangers: nothing that another site can make a browser send changes anything.

use serde_json::json;

use crate::office::Office;
use crate::support::Browser;

/// What a page elsewhere can make this person's browser send, cookie and all, at its worst.
fn attack(victim: &Browser, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> u16 {
    let mut headers = vec![("Cookie".to_owned(), victim.cookie.clone().unwrap())];
    let host = victim.address.to_string();
    headers.push(("Host".to_owned(), host));
    for (name, value) in more {
        headers.retain(|(own, _)| own != name);
        headers.push(((*name).to_owned(), (*value).to_owned()));
    }
    victim.raw(method, &format!("/api/v1{path}"), &headers, body.as_bytes()).status
}

/// What it is, its headers, and the status that it gets.
type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], u16);

#[test]
fn nothing_that_another_page_sends_changes_anything() {
    let (_office, ana) = Office::new("web-hostile");
    let reason = json!({ "kind": "pause", "name": "x", "limit_s": null, "nr17": false }).to_string();
    let evil = ("Origin", "https://evil.example");
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let plain = ("Content-Type", "text/plain");
    let typed = ("Content-Type", "application/json");
    let rebound = ("Host", "evil.example:8080");
    let own = format!("http://{}", ana.address);
    let cases: &[Case<'_>] = &[
        ("a form of another page", &[evil, form], 403),
        ("text/plain of another page", &[evil, plain], 403),
        ("JSON of another page", &[evil, typed], 403),
        ("a sandboxed frame", &[("Origin", "null"), typed], 403),
        ("a browser that hides the origin", &[("Sec-Fetch-Site", "cross-site"), typed], 403),
        ("a sister site", &[("Sec-Fetch-Site", "same-site"), typed], 403),
        ("a form without an origin", &[form], 415),
        ("text/plain without an origin", &[plain], 415),
        ("a multipart form", &[("Content-Type", "multipart/form-data; boundary=x")], 415),
        ("no type at all", &[], 415),
        ("a rebound name", &[rebound, ("Origin", "http://evil.example:8080"), typed], 421),
        ("a rebound name with our origin", &[rebound, ("Origin", &own), typed], 421),
    ];
    for (what, headers, status) in cases {
        assert_eq!(attack(&ana, "POST", "/reasons", headers, &reason), *status, "{what}");
    }
    for method in ["GET", "DELETE"] {
        assert_eq!(attack(&ana, method, "/session", &[rebound], ""), 421, "{method} of a rebound name");
        assert_eq!(attack(&ana, method, "/session", &[evil], ""), 403, "{method} of another page");
    }
    assert_eq!(attack(&ana, "OPTIONS", "/reasons", &[evil, ("Access-Control-Request-Method", "POST")], ""), 403);
    assert_eq!(ana.get("/reasons").json(), json!([]), "nothing came through");
    assert_eq!(ana.get("/session").status, 200);
    assert_eq!(attack(&ana, "POST", "/reasons", &[("Origin", &own), typed], &reason), 201, "our own page's does");
}

#[test]
fn a_socket_opens_for_our_own_page_only() {
    let (_office, ana) = Office::new("web-foreign-socket");
    let host = ana.address.to_string();
    let refused = |origin: &str, host: &str| ana.live_from(origin, host).map(drop);
    assert_eq!(refused("https://evil.example", &host), Err(403));
    assert_eq!(refused("null", &host), Err(403));
    assert_eq!(refused("", &host), Err(403));
    assert_eq!(refused("http://evil.example:8080", "evil.example:8080"), Err(421));
    assert!(refused(&format!("http://{host}"), &host).is_ok());
}

#[test]
fn every_answer_tells_the_browser_to_load_only_what_is_ours() {
    let (office, ana) = Office::new("web-headers");
    let host = [("Host".to_owned(), office.address().to_string())];
    for path in ["/", "/api/v1/setup", "/api/v1/nothing", "/no-such-file"] {
        let answer = ana.raw("GET", path, &host, b"");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
    assert_eq!(ana.get("/session").header("cache-control"), Some("no-store"));
}

#[test]
fn what_is_too_long_or_no_json_is_refused_and_the_next_request_is_served() {
    let (_office, ana) = Office::new("web-nonsense");
    let long = json!({ "kind": "pause", "name": "x".repeat(300_000), "limit_s": null, "nr17": false });
    assert_eq!(ana.post("/reasons", &long).status, 413);
    let typed = ("Content-Type", "application/json");
    for body in ["{", "[]", "{\"kind\":7}", "\u{0}", "{\"name\":\"x\",\"unknown\":1}"] {
        assert_eq!(attack(&ana, "POST", "/reasons", &[typed], body), 400, "{body}");
    }
    for path in ["/calls/x/hold", "/calls/1/explode", "/users/99999999999999999999"] {
        assert!([404, 405].contains(&ana.post(path, &json!({})).status), "{path}");
    }
    assert_eq!(ana.get("/session").status, 200);
}
