//! The page as it is served: compressed when it was built, kept by browsers as long as it is the same.

use crate::office::Office;
use crate::support::browser::Answer;

fn ask(office: &Office, path: &str, more: &[(&str, &str)]) -> Answer {
    let mut headers = vec![("Host".to_owned(), office.address().to_string())];
    headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    office.browser().raw("GET", path, &headers, b"")
}

/// The script that the page begins with.
fn script(page: &Answer) -> String {
    let html = String::from_utf8(page.body.clone()).unwrap();
    let from = html.find("./assets/index-").expect("a script of ours") + 1;
    html[from..].split('"').next().unwrap().to_owned()
}

#[test]
fn the_page_comes_as_small_as_the_browser_can_read_it() {
    let office = Office::empty("web-page", "", "");
    let plain = ask(&office, "/", &[]);
    assert_eq!((plain.status, plain.header("content-encoding")), (200, None));
    let path = script(&plain);
    let whole = ask(&office, &path, &[]);
    assert_eq!(whole.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert!(whole.header("content-type").unwrap().starts_with("text/javascript"));
    for (liked, given) in [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip")] {
        let small = ask(&office, &path, &[("Accept-Encoding", liked)]);
        assert_eq!((small.status, small.header("content-encoding")), (200, Some(given)), "{liked}");
        assert_eq!(small.header("content-type"), whole.header("content-type"));
        assert!(small.body.len() * 2 < whole.body.len(), "{liked}: {} of {}", small.body.len(), whole.body.len());
        assert_eq!(small.header("vary"), Some("accept-encoding"));
    }
    assert_eq!(ask(&office, &path, &[("Accept-Encoding", "identity")]).body, whole.body);
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let office = Office::empty("web-page-tag", "", "");
    let first = ask(&office, "/", &[("Accept-Encoding", "br")]);
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(first.header("cache-control"), Some("no-cache"), "its scripts have other names after an update");
    let again = ask(&office, "/", &[("Accept-Encoding", "br"), ("If-None-Match", &tag)]);
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(tag.as_str())));
    let other = ask(&office, "/", &[("Accept-Encoding", "gzip"), ("If-None-Match", &tag)]);
    assert_eq!(other.status, 200, "other bytes have another tag");
}
