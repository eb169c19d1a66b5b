//! SP-09: requests from strangers do not ring, do not show, do not answer.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::desk::{LONG, Plan, text, trunk};
use crate::support::{wait_for, when};
use crate::wire::Wire;

/// Time for an answer that must not come; an answer on loopback takes well under a millisecond.
const SILENCE: Duration = Duration::from_millis(500);

#[test]
fn sp_09_a_stranger_gets_not_one_byte_and_is_counted() {
    let (friend, stranger) = (Wire::new(), Wire::new());
    let desk = Plan::new("strangers").with(trunk("carrier", friend.sip(), "")).start();
    let to = desk.host.sip();
    let methods = ["INVITE", "OPTIONS", "BYE", "REGISTER", "CANCEL", "SUBSCRIBE"];
    for method in methods {
        stranger.send(to, stranger.request(method, "551130001000", to, b"<sip:sipvicious@1.1.1.1>", "UDP", "1"));
    }
    stranger.send(to, "this is no SIP\r\n\r\n");
    wait_for(LONG, "all of them counted", || when(desk.strangers() >= methods.len() as u64));
    assert_eq!(stranger.hear(SILENCE), None);

    // The friend is heard, with the same words, and shown.
    friend.send(to, friend.request("OPTIONS", "551130001000", to, b"<sip:friend@1.1.1.1>", "UDP", "1"));
    friend.expect("SIP/2.0 200");
    assert!(desk.calls().is_empty());
    assert_eq!(desk.daemon.ctl(&["status"])["totals"]["calls"], 0);
    assert!(desk.stop_and_read().is_empty(), "nothing is kept of them");
}

#[test]
fn sp_09_strangers_push_no_call_out_of_the_traces() {
    let (friend, stranger) = (Wire::new(), Wire::new());
    let desk = Plan::new("flood").with(trunk("carrier", friend.sip(), "")).start();
    let to = desk.host.sip();
    friend.send(to, friend.request("INVITE", "551130001000", to, b"<sip:friend@1.1.1.1>", "UDP", "1"));
    let call = text(&desk.wait_ringing()["call"]);
    let mut sent = 0..;
    // More calls than traces are kept of.
    while desk.strangers() < 2_100 {
        for number in sent.by_ref().take(100) {
            let id = format!("s{number}");
            stranger.send(to, stranger.request("INVITE", "551130001000", to, b"<sip:x@1.1.1.1>", "UDP", &id));
        }
    }
    let trace = desk.ask(&[json!({ "do": "trace", "call": call })]).remove(0);
    let entries = trace["ok"]["entries"].as_array().unwrap();
    assert!(entries.iter().any(|entry| entry["text"].as_str().unwrap().starts_with("INVITE")), "{trace}");
}

#[test]
fn sp_09_a_strangers_connection_is_not_answered() {
    let (friend, stranger) = (Wire::new(), Wire::new());
    let desk = Plan::new("strangers").with(trunk("carrier", friend.sip(), "")).start();
    let to = desk.host.sip();
    let before = desk.strangers();
    let from = socket2::SockAddr::from(std::net::SocketAddr::new(stranger.sip().ip(), 0));
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&from).unwrap();
    // Whether it is closed at once or left hanging, no byte comes.
    if socket.connect(&to.into()).is_ok() {
        let mut stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(SILENCE)).unwrap();
        for method in ["OPTIONS", "INVITE", "BYE"] {
            let _closed = stream.write_all(&stranger.request(method, "551130001000", to, b"<sip:x@y>", "TCP", "1"));
        }
        match stream.read(&mut [0; 64]) {
            Ok(0) => {}
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::ConnectionReset) => {
            }
            answered => panic!("{answered:?}"),
        }
    }
    wait_for(LONG, "the stranger counted", || when(desk.strangers() > before));
    assert!(desk.calls().is_empty());
}
