//! What peers say, and what a person is told.

use bytes::Bytes;

use super::*;

fn message(start: &str, reasons: &[&str]) -> Message {
    let reasons: String = reasons.iter().map(|value| format!("Reason: {value}\r\n")).collect();
    let method = start.split(' ').next().filter(|word| !word.starts_with("SIP")).unwrap_or("INVITE");
    let text = format!("{start}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nCSeq: 1 {method}\r\n{reasons}\r\n");
    Message::parse(&Bytes::from(text)).unwrap()
}

fn said(start: &str, reasons: &[&str]) -> (HangupKind, u8) {
    let cause = HangupCause::from_message(&message(start, reasons));
    (cause.kind, cause.q850)
}

#[test]
fn rfc3398_8_2_6_1_a_status_alone_gives_kind_and_q850() {
    for (status, kind, q850) in [
        (302, HangupKind::Moved, 23),
        (401, HangupKind::Unauthorized, 21),
        (403, HangupKind::Denied, 21),
        (404, HangupKind::NumberUnknown, 1),
        (408, HangupKind::NoAnswer, 102),
        (480, HangupKind::NoAnswer, 18),
        (484, HangupKind::NumberUnknown, 28),
        (486, HangupKind::Busy, 17),
        (487, HangupKind::Cancelled, 16),
        (488, HangupKind::NotAcceptable, 65),
        (503, HangupKind::Congestion, 41),
        (599, HangupKind::ProtocolError, 127),
        (600, HangupKind::Busy, 17),
        (603, HangupKind::Rejected, 21),
        (699, HangupKind::Other, 127),
    ] {
        assert_eq!(said(&format!("SIP/2.0 {status} Words"), &[]), (kind, q850), "{status}");
    }
}

#[test]
fn a_q850_reason_is_nearer_to_the_truth_than_the_status() {
    assert_eq!(said("SIP/2.0 480 Temporarily Unavailable", &["Q.850;cause=1"]), (HangupKind::NumberUnknown, 1));
    assert_eq!(
        said("SIP/2.0 503 Service Unavailable", &["q.850 ; cause=20;text=\"Absent\""]),
        (HangupKind::Unreachable, 20)
    );
    assert_eq!(
        said("SIP/2.0 487 Request Terminated", &["Q.850;cause=16"]),
        (HangupKind::Cancelled, 16),
        "16 says nothing new"
    );
    assert_eq!(said("SIP/2.0 486 Busy Here", &["Q.850;cause=127"]), (HangupKind::Busy, 127));
    assert_eq!(
        said("SIP/2.0 486 Busy Here", &["Q.850;cause=999", "Q.850;cause=x", "X;cause=1"]),
        (HangupKind::Busy, 17)
    );
}

#[test]
fn rfc3326_a_call_that_another_device_took_is_no_missed_call() {
    let cause = HangupCause::from_message(&message(
        "CANCEL sip:a@h SIP/2.0",
        &["SIP;cause=200;text=\"Call completed elsewhere\""],
    ));
    assert_eq!((cause.kind, cause.text.as_str()), (HangupKind::AnsweredElsewhere, "Call completed elsewhere"));
    assert_eq!(said("CANCEL sip:a@h SIP/2.0", &["Q.850;cause=26"]), (HangupKind::AnsweredElsewhere, 26));
    assert_eq!(said("CANCEL sip:a@h SIP/2.0", &[]), (HangupKind::Cancelled, 16));
}

#[test]
fn several_reasons_in_one_field_are_all_read() {
    let reasons = ["SIP;cause=408;text=\"a;b, \\\"c\\\"\", Q.850;cause=19"];
    let cause = HangupCause::from_message(&message("BYE sip:a@h SIP/2.0", &reasons));
    assert_eq!((cause.kind, cause.sip, cause.q850), (HangupKind::NoAnswer, Some(408), 19));
    assert_eq!(cause.text, "a;b, \"c\"");
    assert_eq!(said("BYE sip:a@h SIP/2.0", &[]), (HangupKind::Normal, 16));
    assert_eq!(said("BYE sip:a@h SIP/2.0", &["Q.850;cause=38"]), (HangupKind::Congestion, 38));
}

#[test]
fn what_we_write_can_be_read_again() {
    let ours = HangupCause::ours(HangupKind::NoAnswer, "nobody \"picked\" up\r\n");
    assert_eq!(reason_header(&ours), "Q.850;cause=19;text=\"nobody \\\"picked\\\" up\"");
    assert_eq!(
        reason_header(&HangupCause::ours(HangupKind::AnsweredElsewhere, "")),
        "SIP;cause=200;text=\"Call completed elsewhere\""
    );
    let read = Reason::parse(&reason_header(&ours)).unwrap();
    assert_eq!((read.cause, read.text.as_deref()), (19, Some("nobody \"picked\" up")));
}

#[test]
fn a_peers_text_is_shortened_and_shows_no_number() {
    let long = format!("Q.850;cause=3;text=\"no route to 11987654321 {}\"", "x".repeat(500));
    let cause = HangupCause::from_message(&message("SIP/2.0 404 Not Found", &[&long]));
    assert!(cause.text.starts_with("no route to *********21 x") && cause.text.len() == MAX_TEXT);
}

#[test]
fn silence_of_the_network_is_not_the_silence_of_a_person() {
    let cause = HangupCause::from_failure(&SendFailure::Timeout);
    assert_eq!((cause.kind, cause.by, cause.sip), (HangupKind::Unreachable, Party::Network, None));
    assert!(!cause.reached_nobody(), "it may have rung");
}

#[test]
fn nobody_is_reached_without_a_connection_and_by_a_server_that_fails() {
    assert!(HangupCause::from_failure(&SendFailure::Transport("refused".to_owned())).reached_nobody());
    assert!(HangupCause::from_failure(&SendFailure::Unresolved("no address".to_owned())).reached_nobody());
    let by_status = |line: &str| HangupCause::from_message(&message(line, &[])).reached_nobody();
    assert!(by_status("SIP/2.0 503 Service Unavailable") && by_status("SIP/2.0 500 Server Internal Error"));
    let others = ["SIP/2.0 504 Server Time-out", "SIP/2.0 486 Busy Here", "SIP/2.0 408 Request Timeout"];
    assert!(!others.into_iter().any(by_status));
    assert!(!HangupCause::ours(HangupKind::NoAnswer, "nobody answered").reached_nobody());
}
