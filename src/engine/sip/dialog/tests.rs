//! Dialogs as both ends see them.

use bytes::Bytes;

use super::*;

fn message(start: &str, lines: &[&str]) -> Message {
    let head = [start, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx", "Call-ID: a@h", "From: <sip:20@pbx>;tag=ours"];
    let text: String = head.iter().chain(lines).map(|line| format!("{line}\r\n")).collect();
    Message::parse(&Bytes::from(format!("{text}\r\n"))).unwrap()
}

fn invite() -> Message {
    message("INVITE sip:30@pbx SIP/2.0", &["To: <sip:30@pbx>", "CSeq: 7 INVITE", "Contact: <sip:20@192.0.2.1>"])
}

fn ok(lines: &[&str]) -> Message {
    message("SIP/2.0 200 OK", &[&["To: <sip:30@pbx>;tag=theirs", "CSeq: 7 INVITE"], lines].concat())
}

fn lines_of(request: &Message) -> Vec<String> {
    String::from_utf8(request.to_bytes().to_vec()).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn rfc3261_12_1_2_the_caller_learns_route_target_and_tag_from_the_answer() {
    let ok = ok(&["Contact: <sip:30@192.0.2.9:5070;method=BYE?x=y>", "Record-Route: <sip:near;lr>, <sip:far;lr>"]);
    let mut dialog = Dialog::uac(&invite(), &ok).unwrap();
    assert!(dialog.matches("a@h", "ours", Some("theirs")) && !dialog.matches("a@h", "ours", None));
    assert_eq!(dialog.next_hop().to_string(), "sip:far;lr", "the last to record is the nearest to us");
    let bye = lines_of(&dialog.request(Method::Bye));
    assert_eq!(bye[0], "BYE sip:30@192.0.2.9:5070 SIP/2.0");
    let routes: Vec<&String> = bye.iter().filter(|line| line.starts_with("Route:")).collect();
    assert_eq!(routes, ["Route: <sip:far;lr>", "Route: <sip:near;lr>"]);
    assert!(bye.contains(&"CSeq: 8 BYE".to_owned()) && bye.contains(&"To: <sip:30@pbx>;tag=theirs".to_owned()));
    let ack = lines_of(&dialog.ack(7));
    assert!(ack.contains(&"CSeq: 7 ACK".to_owned()), "an ACK carries its INVITE's number: {ack:?}");
    assert_eq!(dialog.local_cseq, 8);
}

#[test]
fn rfc3261_12_2_1_1_a_strict_router_is_addressed_itself() {
    let ok = ok(&["Contact: <sip:30@192.0.2.9>", "Record-Route: <sip:near;lr>, <sip:strict:5090>"]);
    let mut dialog = Dialog::uac(&invite(), &ok).unwrap();
    let update = lines_of(&dialog.request(Method::Update));
    assert_eq!(update[0], "UPDATE sip:strict:5090 SIP/2.0");
    let routes: Vec<&String> = update.iter().filter(|line| line.starts_with("Route:")).collect();
    assert_eq!(routes, ["Route: <sip:near;lr>", "Route: <sip:30@192.0.2.9>"]);
    assert_eq!(dialog.next_hop().to_string(), "sip:strict:5090");
    assert!(update.contains(&"Contact: <sip:20@192.0.2.1>".to_owned()), "it refreshes the target");
}

#[test]
fn rfc3261_13_2_2_4_the_2xx_replaces_what_the_ringing_said() {
    let ringing =
        ["To: <sip:30@pbx>;tag=theirs", "CSeq: 7 INVITE", "Contact: <sip:30@early>", "Record-Route: <sip:early;lr>"];
    let mut dialog = Dialog::uac(&invite(), &message("SIP/2.0 180 Ringing", &ringing)).unwrap();
    dialog.request(Method::Prack);
    dialog.confirm(&ok(&["Contact: <sip:30@late>"])).unwrap();
    assert_eq!(dialog.next_hop().to_string(), "sip:30@late");
    assert_eq!(dialog.local_cseq, 8, "the PRACK is not forgotten");
}

#[test]
fn a_provisional_answer_without_a_tag_opens_no_dialog_but_an_old_2xx_does() {
    let lines = ["To: <sip:30@pbx>", "CSeq: 7 INVITE", "Contact: <sip:30@h>"];
    assert_eq!(Dialog::uac(&invite(), &message("SIP/2.0 180 Ringing", &lines)).unwrap_err().part, "To");
    let dialog = Dialog::uac(&invite(), &message("SIP/2.0 200 OK", &lines)).unwrap();
    assert!(dialog.matches("a@h", "ours", None));
}

#[test]
fn rfc3261_12_1_1_the_called_side_sees_the_same_dialog_from_the_other_end() {
    let routed = message(
        "INVITE sip:30@pbx SIP/2.0",
        &[
            "To: <sip:30@pbx>",
            "CSeq: 7 INVITE",
            "Contact: <sip:20@192.0.2.1>",
            "Record-Route: <sip:near;lr>, <sip:far;lr>",
        ],
    );
    let contact: NameAddr = "<sip:30@192.0.2.9>".parse().unwrap();
    let mut dialog = Dialog::uas(&routed, "theirs", contact).unwrap();
    assert!(dialog.matches("a@h", "theirs", Some("ours")));
    assert_eq!(dialog.next_hop().to_string(), "sip:near;lr");
    let bye = dialog.request(Method::Bye);
    assert_eq!(bye.cseq().unwrap(), (1, Method::Bye));
    assert_eq!(bye.uri().unwrap().to_string(), "sip:20@192.0.2.1");
    let without = message("INVITE sip:30@pbx SIP/2.0", &["To: <sip:30@pbx>", "CSeq: 7 INVITE"]);
    assert_eq!(Dialog::uas(&without, "t", our_contact()).unwrap_err().part, "Contact");
}

fn our_contact() -> NameAddr {
    "<sip:30@192.0.2.9>".parse().unwrap()
}

#[test]
fn rfc3261_12_2_2_an_old_sequence_number_is_refused() {
    let mut dialog = Dialog::uas(&invite(), "theirs", our_contact()).unwrap();
    let with =
        |cseq: &str| message("BYE sip:30@pbx SIP/2.0", &["To: <sip:30@pbx>;tag=theirs", &format!("CSeq: {cseq}")]);
    assert_eq!(dialog.check_request(&with("9 BYE")), Ok(()));
    let old = dialog.check_request(&with("8 INFO")).unwrap_err();
    assert_eq!((old.status(), old), (500, CseqError::OutOfOrder { last: 9, got: 8 }));
    assert_eq!(dialog.check_request(&with("7 ACK")), Ok(()), "an ACK is as old as its INVITE");
    assert!(dialog.matches_request(&with("10 BYE")));
    assert!(!dialog.matches_request(&invite()), "no To tag");
}

#[test]
fn a_refresh_moves_the_target_and_nothing_else_does() {
    let mut dialog = Dialog::uas(&invite(), "theirs", our_contact()).unwrap();
    dialog.refresh_target(&message(
        "UPDATE sip:30@pbx SIP/2.0",
        &["To: <sip:30@pbx>", "CSeq: 8 UPDATE", "Contact: <sip:20@moved>"],
    ));
    dialog.refresh_target(&message("UPDATE sip:30@pbx SIP/2.0", &["To: <sip:30@pbx>", "CSeq: 9 UPDATE"]));
    assert_eq!(dialog.next_hop().to_string(), "sip:20@moved");
}
