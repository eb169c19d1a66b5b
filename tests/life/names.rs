//! A caller chooses its name; whatever it writes is shown as text, and nothing else.

use crate::desk::{Plan, text, trunk};
use crate::wire::Wire;

#[test]
fn a_hostile_name_is_shown_as_the_text_it_is() {
    let far = Wire::new();
    let desk = Plan::new("names").with(trunk("carrier", far.sip(), "max_calls = 20")).start();
    let to = desk.host.sip();
    let names: [(&[u8], Option<&str>); 7] = [
        (br#""Ana \"a chefe\" Lu\\isa" <sip:1101@h>"#, Some(r#"Ana "a chefe" Lu\isa"#)),
        (br#""<img src=x onerror=alert(1)>" <sip:1102@h>"#, Some("<img src=x onerror=alert(1)>")),
        ("\"Conceição 🎧\" <sip:1103@h>".as_bytes(), Some("Conceição 🎧")),
        (b"\"Concei\xe7\xe3o\" <sip:1104@h>", Some("Conceição")),
        (br#""'; DROP TABLE calls; --" <sip:1105@h>"#, Some("'; DROP TABLE calls; --")),
        (br#""{\"ok\":{}}" <sip:1106@h>"#, Some(r#"{"ok":{}}"#)),
        (b"<sip:1107@h>", None),
    ];
    for (n, (from, shown)) in names.iter().enumerate() {
        far.send(to, far.request("INVITE", "551130001000", to, from, "UDP", &n.to_string()));
        far.expect("SIP/2.0 180");
        let calls = desk.calls();
        let number = format!("110{}", n + 1);
        let call = calls.iter().find(|call| call["number"] == number).unwrap_or_else(|| panic!("{number}: {calls:#?}"));
        assert_eq!(call["name"].as_str(), *shown, "{call}");
        desk.daemon.ctl(&["reject", &text(&call["call"])]);
        far.ack(&far.expect("SIP/2.0 603"));
    }
    // Orders to a terminal stay out of it.
    far.send(
        to,
        far.request("INVITE", "551130001000", to, b"\"\x1b]0;owned\x07\x1b[31mred\" <sip:1108@h>", "UDP", "9"),
    );
    far.expect("SIP/2.0 180");
    assert_eq!(desk.calls()[0]["name"], "]0;owned[31mred");
    let answer = desk.daemon.ctl(&["calls", "--ended"]).to_string();
    assert!(!answer.contains("\\u001b") && !answer.contains('\u{1b}'), "{answer}");
    let log = desk.daemon.log();
    assert!(!log.contains('\u{1b}') && !log.contains("<img"), "{log}");
    desk.daemon.ctl(&["reject", &text(&desk.calls()[0]["call"])]);
    far.ack(&far.expect("SIP/2.0 603"));
    let stories = desk.stop_and_read();
    assert_eq!(stories[3].call.row.remote_name.as_deref(), Some("Conceição"));
}
