//! The impairment relay on real sockets: both ways, several peers, and a network that changes.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test reports by panicking")]

#[path = "support/mod.rs"]
mod support;

use std::net::UdpSocket;
use std::time::Duration;

use ramal::impair::{Impairment, Relay};
use support::Host;

const DEADLINE: Duration = Duration::from_secs(10);

/// A host that relay, near and far peers share; a relay with that network; the far peer's socket.
fn network(network: Impairment) -> (Host, Relay, UdpSocket) {
    let host = Host::claim();
    let far = socket(&host);
    let relay = Relay::start(host.at(0), far.local_addr().unwrap(), network, 1).unwrap();
    (host, relay, far)
}

fn socket(host: &Host) -> UdpSocket {
    let socket = UdpSocket::bind(host.at(0)).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket
}

fn receive(socket: &UdpSocket) -> (Vec<u8>, std::net::SocketAddr) {
    let mut buffer = [0; 2048];
    let (length, from) = socket.recv_from(&mut buffer).expect("a datagram before the deadline");
    (buffer[..length].to_vec(), from)
}

#[test]
fn answers_find_back_to_the_peer_that_asked() {
    let (host, relay, far) = network(Impairment::default());
    let (one, two) = (socket(&host), socket(&host));
    for (peer, word) in [(&one, b"one"), (&two, b"two")] {
        peer.send_to(word, relay.address()).unwrap();
        let (asked, from) = receive(&far);
        assert_eq!(asked, word);
        far.send_to(&[word, &b"!"[..]].concat(), from).unwrap();
    }
    assert_eq!(receive(&two), (b"two!".to_vec(), relay.address()));
    assert_eq!(receive(&one), (b"one!".to_vec(), relay.address()));
}

#[test]
fn what_arrives_is_what_was_counted() {
    let bad = Impairment { loss: 0.2, duplicate: 0.1, jitter: Duration::from_millis(3), ..Impairment::default() };
    let (host, relay, far) = network(bad);
    let near = socket(&host);
    let mut numbers = Vec::new();
    // In handfuls, since a socket holds only some hundred datagrams.
    for handful in 0..10_u16 {
        for number in 0..50 {
            near.send_to(&(handful * 50 + number).to_be_bytes(), relay.address()).unwrap();
        }
        let offered = u64::from(handful + 1) * 50;
        support::wait_for(DEADLINE, "a handful at the relay", || support::when(relay.counts().0.offered == offered));
        let counts = relay.counts().0;
        while (numbers.len() as u64) < counts.offered - counts.lost + counts.duplicated {
            numbers.push(receive(&far).0);
        }
    }
    let counts = relay.counts().0;
    assert!(counts.lost > 50 && counts.duplicated > 20, "{counts:?}");
    assert!(numbers.is_sorted(), "jitter alone keeps the order");
}

#[test]
fn a_cut_line_carries_nothing_until_it_is_mended() {
    let (host, relay, far) = network(Impairment { loss: 1.0, ..Impairment::default() });
    let near = socket(&host);
    near.send_to(b"lost", relay.address()).unwrap();
    support::wait_for(DEADLINE, "the loss", || support::when(relay.counts().0.lost == 1));
    relay.set(Impairment { delay: Duration::from_millis(80), ..Impairment::default() });
    let sent = std::time::Instant::now();
    near.send_to(b"late", relay.address()).unwrap();
    assert_eq!(receive(&far).0, b"late");
    assert!(sent.elapsed() >= Duration::from_millis(80));
}
