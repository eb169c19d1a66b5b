//! The gate decides about every number, whoever names it: a person, or a far end that redirects.

use std::time::Duration;

use crate::desk::{LONG, Plan, text, trunk};
use crate::support::{wait_for, when};
use crate::wire::Wire;

/// Time for an INVITE that must not come.
const SILENCE: Duration = Duration::from_millis(700);

fn redirected_to(far: &Wire, target: &str) -> String {
    format!("Contact: <sip:{target}@{}>\r\nContent-Length: 0\r\n\r\n", far.sip())
}

#[test]
fn sp_15_by_hand_an_international_number_is_refused_in_words_and_an_emergency_number_never() {
    let far = Wire::new();
    let desk = Plan::new("gate").with(trunk("carrier", far.sip(), "calls_per_minute = 2")).start();
    for number in ["+12125551234", "0015 1 212 555 1234", "00 15 1 2125551234"] {
        let (code, words) = desk.dial_refused("carrier", number);
        assert_eq!(code, "gate", "{number}: {words}");
        assert!(words.contains("nternational"), "{number}: {words}");
    }
    let (code, words) = desk.dial_refused("carrier", "0900 123 456");
    assert_eq!((code.as_str(), words.contains("0900")), ("gate", true), "{words}");
    assert_eq!(far.hear(SILENCE), None, "nothing was dialled");

    for _ in 0..2 {
        desk.dial("carrier", "11 98765-4321");
        far.answer(&far.expect("INVITE"), "486 Busy Here", "");
    }
    let (code, words) = desk.dial_refused("carrier", "11 98765-4321");
    assert_eq!((code.as_str(), words.contains("within a minute")), ("gate", true), "{words}");
    desk.dial("carrier", "190");
    let (emergency, _) = far.expect("INVITE sip:190@");
    assert!(emergency.contains("application/sdp"), "{emergency}");
}

#[test]
fn sp_15_calls_at_once_are_limited() {
    let far = Wire::new();
    let desk = Plan::new("gate").with(trunk("carrier", far.sip(), "calls_at_once = 2")).start();
    for _ in 0..2 {
        desk.dial("carrier", "11987654321");
    }
    let (code, words) = desk.dial_refused("carrier", "11987654321");
    assert!(code == "gate" || code == "too-many-calls", "{code}: {words}");
    assert!(words.contains('2'), "{words}");
    let first = far.expect("INVITE");
    far.answer(&first, "486 Busy Here", "");
    wait_for(LONG, "one of two to end", || when(desk.calls().len() == 1));
    desk.dial("carrier", "11987654321");
}

#[test]
fn sp_15_a_redirect_to_an_international_or_emergency_number_is_refused_and_one_within_the_rules_followed() {
    for target in ["+12125551234", "0015112125551234", "190"] {
        let far = Wire::new();
        let desk = Plan::new("redirect").with(trunk("carrier", far.sip(), "")).start();
        let call = desk.dial("carrier", "11987654321");
        far.answer(&far.expect("INVITE"), "302 Moved Temporarily", &redirected_to(&far, target));
        far.expect("ACK");
        let ended = desk.ended(&call);
        assert!(matches!(text(&ended["cause"]["kind"]).as_str(), "denied" | "moved"), "{target}: {ended}");
        while far.hear(SILENCE).is_some() {}
        assert_eq!(far.count(&format!("INVITE sip:{target}")), 0, "{target} was dialled");
    }
    let far = Wire::new();
    let desk = Plan::new("redirect").with(trunk("carrier", far.sip(), "")).start();
    let call = desk.dial("carrier", "11987654321");
    far.answer(&far.expect("INVITE"), "302 Moved Temporarily", &redirected_to(&far, "11912345678"));
    let second = far.expect("INVITE sip:11912345678@");
    far.accept(&second);
    desk.wait_state(&call, "answered");
}
