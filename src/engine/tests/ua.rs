//! The user-agent core: names, flows, fail-over (RFC 3263), in virtual time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a story that cannot go on has failed")]

mod wire;

use std::net::SocketAddr;

use engine::border::{Flow, FlowError, FlowNews, FlowOrder, ResolveError};
use engine::config::{Destination, Target};
use engine::id::ConnectionId;
use engine::sip::header::Name;
use engine::sip::message::Message;
use engine::sip::ua::{Event, NextHop, Outgoing, SendFailure};
use engine::sip::uri::{Host, Transport};
use wire::*;

fn name(transport: Transport) -> Destination {
    Destination { host: Host::Name("pbx.example".to_owned()), port: None, transport }
}

/// A wire where Alice's resolver says that `pbx.example` is Bob, then Carol.
fn wire_with_two_targets(transport: Transport) -> (Wire, NextHop) {
    let mut wire = Wire::new(1);
    let targets = vec![wire.target(BOB, transport), wire.target(CAROL, transport)];
    wire.ends[ALICE].names.insert(name(transport), Ok(targets));
    (wire, NextHop::Destination(name(transport)))
}

/// Everybody answers every request with `status`.
fn answering(status: u16) -> impl FnMut(&mut Wire, usize, Event<u32>, &mut Vec<Event<u32>>) {
    move |wire, end, event, seen| match event {
        Event::Request { id, request, .. } => wire.answer(end, id, &request, status, "b1"),
        other => seen.push(other),
    }
}

fn run(
    wire: &mut Wire,
    span: std::time::Duration,
    mut app: impl FnMut(&mut Wire, usize, Event<u32>, &mut Vec<Event<u32>>),
) -> Vec<Event<u32>> {
    let mut seen = Vec::new();
    wire.run(span, |wire, end, event| app(wire, end, event, &mut seen));
    seen
}

fn failure(events: &[Event<u32>]) -> Option<&SendFailure> {
    match events {
        [Event::Failed { why, .. }] => Some(why),
        _ => None,
    }
}

fn opens(wire: &Wire) -> Vec<SocketAddr> {
    let open = |order: &FlowOrder| match order {
        FlowOrder::Open { target, .. } => Some(target.address),
        FlowOrder::Close(_) | FlowOrder::Ping(_) => None,
    };
    wire.ends[ALICE].orders.iter().filter_map(open).collect()
}

#[test]
fn a_refused_connection_leads_to_the_next_target() {
    // RFC 3263 §4.3.
    let (mut wire, next) = wire_with_two_targets(Transport::Tcp);
    wire.refusing.insert(wire.ends[BOB].address);
    wire.send(ALICE, 9, request("INVITE"), next);
    let seen = run(&mut wire, secs(60), answering(486));
    assert_eq!(seen.iter().map(status).collect::<Vec<_>>(), [486]);
    assert_eq!(opens(&wire), [wire.ends[BOB].address, wire.ends[CAROL].address]);
    wire.assert_empty();
}

#[test]
fn when_every_connection_is_refused_the_owner_hears_which_and_why() {
    let (mut wire, next) = wire_with_two_targets(Transport::Tcp);
    wire.refusing.extend([wire.ends[BOB].address, wire.ends[CAROL].address]);
    wire.send(ALICE, 9, request("INVITE"), next);
    let seen = run(&mut wire, secs(60), answering(486));
    let why = SendFailure::Transport("TCP 192.0.2.3:5060: connection refused".to_owned());
    assert_eq!(failure(&seen), Some(&why));
    wire.assert_empty();
}

#[test]
fn a_silent_target_leads_to_the_next_one_with_a_new_branch() {
    let (mut wire, next) = wire_with_two_targets(Transport::Udp);
    wire.ends[BOB].address.set_port(1);
    wire.send(ALICE, 9, request("OPTIONS"), next);
    let seen = run(&mut wire, secs(100), answering(200));
    assert_eq!(seen.iter().map(status).collect::<Vec<_>>(), [200]);
    let sent = wire.sent(ALICE, "OPTIONS");
    let (first, last) = (sent[0], sent[sent.len() - 1]);
    assert_eq!((sent.len(), last.0), (12, secs(32)));
    assert_ne!(first.1.top_via().unwrap().branch(), last.1.top_via().unwrap().branch());
    assert_eq!(first.1.cseq(), last.1.cseq());
    wire.assert_empty();
}

#[test]
fn a_target_that_failed_goes_last_for_a_minute_and_is_then_tried_again() {
    let (mut wire, next) = wire_with_two_targets(Transport::Tcp);
    let (bob, carol) = (wire.ends[BOB].address, wire.ends[CAROL].address);
    wire.refusing.insert(bob);
    for wait in [0, 1, 60] {
        wire.watch(secs(wait));
        wire.send(ALICE, 9, request("OPTIONS"), next.clone());
        run(&mut wire, secs(1), answering(200));
    }
    assert_eq!(opens(&wire), [bob, carol, bob], "the second went over Carol's open stream at once");
}

#[test]
fn a_503_leads_to_the_next_target_and_the_last_one_is_the_answer() {
    for (method, transport) in [("INVITE", Transport::Udp), ("OPTIONS", Transport::Tcp)] {
        let (mut wire, next) = wire_with_two_targets(transport);
        wire.send(ALICE, 9, request(method), next);
        let seen = run(&mut wire, secs(100), answering(503));
        assert_eq!(seen.iter().map(status).collect::<Vec<_>>(), [503]);
        assert_eq!(wire.sent(ALICE, method).len(), 2);
        wire.assert_empty();
    }
}

#[test]
fn a_request_that_rang_is_never_sent_elsewhere() {
    let (mut wire, next) = wire_with_two_targets(Transport::Udp);
    wire.send(ALICE, 9, request("INVITE"), next);
    let seen = run(&mut wire, secs(100), |wire, end, event, seen| match event {
        Event::Request { id, request, .. } => {
            wire.answer(end, id, &request, 180, "b1");
            wire.answer(end, id, &request, 503, "b1");
        }
        other => seen.push(other),
    });
    assert_eq!(seen.iter().map(status).collect::<Vec<_>>(), [180, 503]);
    assert!(wire.ends[CAROL].sent.is_empty());
    wire.assert_empty();
}

#[test]
fn a_name_without_address_fails_with_the_resolvers_words() {
    let mut wire = Wire::new(1);
    for answer in [Err(ResolveError("no such domain".to_owned())), Ok(Vec::new())] {
        wire.ends[ALICE].names.insert(name(Transport::Udp), answer.clone());
        wire.send(ALICE, 9, request("OPTIONS"), NextHop::Destination(name(Transport::Udp)));
        let seen = run(&mut wire, secs(1), answering(200));
        let words = if answer.is_err() { "no such domain" } else { "no address" };
        assert_eq!(failure(&seen), Some(&SendFailure::Unresolved(format!("pbx.example: {words}"))));
        wire.assert_empty();
    }
}

#[test]
fn a_resolver_or_a_connection_that_stays_silent_costs_32_seconds() {
    let mut wire = Wire::new(1);
    wire.send(ALICE, 9, request("OPTIONS"), NextHop::Destination(name(Transport::Udp)));
    let seen = run(&mut wire, secs(32), answering(200));
    assert!(matches!(failure(&seen), Some(SendFailure::Unresolved(_))), "{seen:?}");
    wire.assert_empty();

    let (mut wire, next) = wire_with_two_targets(Transport::Tcp);
    wire.black_holes.insert(wire.ends[BOB].address);
    wire.send(ALICE, 9, request("OPTIONS"), next);
    let seen = run(&mut wire, secs(33), answering(200));
    assert_eq!(seen.iter().map(status).collect::<Vec<_>>(), [200]);
    assert_eq!(wire.sent(ALICE, "OPTIONS")[0].0, secs(32));
    wire.assert_empty();
}

#[test]
fn an_answer_of_the_resolver_serves_for_a_minute_and_then_until_the_next_one() {
    let (mut wire, next) = wire_with_two_targets(Transport::Udp);
    let mut answers = 0;
    for (wait, queries) in [(0, 1), (50, 1), (15, 2), (1, 2)] {
        wire.watch(secs(wait));
        if wait == 15 {
            wire.ends[ALICE].names.clear();
        }
        let mut options = request("OPTIONS");
        options.set(Name::CallId, format!("call-after-{wait}"));
        wire.send(ALICE, 9, options, next.clone());
        answers += run(&mut wire, ms(100), answering(200)).iter().filter(|event| status(event) == 200).count();
        assert_eq!(wire.ends[ALICE].queries, queries);
    }
    assert_eq!(answers, 4);
    assert!(wire.ends[ALICE].ua.resolved(&name(Transport::Udp)).is_some());
}

#[test]
fn addresses_need_no_query_and_get_the_default_port() {
    // RFC 3261 §19.1.2.
    for (transport, port, expected) in
        [(Transport::Udp, None, 5060), (Transport::Tls, None, 5061), (Transport::Tcp, Some(5080), 5080)]
    {
        let mut wire = Wire::new(1);
        let host = Host::Ip("192.0.2.77".parse().unwrap());
        let destination = Destination { host, port, transport };
        wire.ends[ALICE].ua.resolve(&destination, wire.now);
        let targets = wire.ends[ALICE].ua.resolved(&destination).unwrap().clone();
        let address = SocketAddr::from(([192, 0, 2, 77], expected));
        assert_eq!(targets, [Target { transport, address }]);
        wire.send(ALICE, 9, request("OPTIONS"), NextHop::Destination(destination));
        wire.watch(ms(1));
        assert_eq!((opens(&wire), wire.ends[ALICE].queries), (vec![address], 0));
    }
}

#[test]
fn a_far_end_that_does_not_listen_fails_at_once() {
    let mut wire = Wire::new(1);
    let target = Target { transport: Transport::Udp, address: "192.0.2.99:5060".parse().unwrap() };
    wire.send(ALICE, 9, request("INVITE"), NextHop::Target(target));
    wire.watch(ms(3));
    let flow = wire.udp_flow(ALICE, target.address);
    wire.flow_news(ALICE, FlowNews::Unreachable(flow));
    let seen = run(&mut wire, ms(1), answering(200));
    let why = SendFailure::Transport("UDP 192.0.2.99:5060: 192.0.2.99:5060 does not listen".to_owned());
    assert_eq!(failure(&seen), Some(&why));
    wire.assert_empty();
}

#[test]
fn requests_queue_while_one_flow_opens() {
    let mut wire = Wire::new(1);
    let target = wire.target(BOB, Transport::Tcp);
    wire.black_holes.insert(target.address);
    for owner in 0..5 {
        wire.send(ALICE, owner, request("OPTIONS"), NextHop::Target(target));
    }
    wire.watch(secs(1));
    assert_eq!(opens(&wire).len(), 1);
    assert_eq!(wire.ends[ALICE].ua.transactions(), 5);
    let [FlowOrder::Open { ask, .. }] = wire.ends[ALICE].orders[..] else { panic!() };
    wire.flow_news(ALICE, FlowNews::Refused(ask, FlowError("no route to host".to_owned())));
    assert_eq!(wire.watch(ms(1)).len(), 5, "each owner hears of it");
    wire.assert_empty();
}

#[test]
fn the_queue_for_one_flow_is_bounded() {
    let mut wire = Wire::new(1);
    let target = wire.target(BOB, Transport::Tcp);
    wire.black_holes.insert(target.address);
    for owner in 0..4_097 {
        wire.send(ALICE, owner, request("OPTIONS"), NextHop::Target(target));
    }
    let events = wire.watch(ms(1));
    let [(_, Event::Failed { owner: 4_096, why: SendFailure::Transport(_), .. })] = &events[..] else {
        panic!("{events:?}")
    };
}

#[test]
fn a_stream_that_closes_under_a_request_it_did_not_open_for_is_opened_anew_once() {
    let mut wire = Wire::new(1);
    let next = NextHop::Target(wire.target(BOB, Transport::Tcp));
    wire.send(ALICE, 1, request("OPTIONS"), next.clone());
    run(&mut wire, ms(1), answering(200));
    // The second finds the stream of the first, which then dies without an answer; so does its own.
    wire.faults.loss = 100;
    wire.send(ALICE, 2, request("MESSAGE"), next);
    wire.watch(ms(1));
    wire.cut_streams(ALICE);
    wire.watch(ms(1));
    assert_eq!((opens(&wire).len(), wire.sent(ALICE, "MESSAGE").len()), (2, 2));
    wire.cut_streams(ALICE);
    let seen = run(&mut wire, ms(1), answering(200));
    let why = SendFailure::Transport("TCP 192.0.2.2:5060: connection reset".to_owned());
    assert_eq!(failure(&seen), Some(&why));
    assert_eq!(wire.ends[ALICE].ua.transactions(), 0);
}

#[test]
fn a_request_for_a_flow_that_is_gone_goes_to_its_far_end_over_a_new_one() {
    let mut wire = Wire::new(1);
    let target = wire.target(BOB, Transport::Tcp);
    wire.send(ALICE, 1, request("OPTIONS"), NextHop::Target(target));
    let seen = run(&mut wire, ms(1), answering(200));
    let Event::Response { flow, .. } = seen[0] else { panic!() };
    assert!(wire.ends[ALICE].ua.opened_by_us(flow));
    wire.cut_streams(ALICE);
    assert!(!wire.ends[ALICE].ua.opened_by_us(flow));
    wire.send(ALICE, 2, request("MESSAGE"), NextHop::Flow(flow));
    let seen = run(&mut wire, ms(1), answering(200));
    assert_eq!(status(&seen[0]), 200);
    assert_eq!(opens(&wire).len(), 2);
}

#[test]
fn an_answer_whose_stream_has_closed_goes_over_a_new_one_to_the_port_in_via() {
    // RFC 3261 §18.2.2.
    let mut wire = Wire::new(1);
    let next = NextHop::Target(wire.target(BOB, Transport::Tcp));
    wire.send(ALICE, 1, request("OPTIONS"), next);
    let seen = wire.watch(ms(1));
    let [(BOB, Event::Request { id, request, .. })] = &seen[..] else { panic!() };
    let port = request.top_via().unwrap().port.unwrap();
    wire.cut_streams(BOB);
    wire.answer(BOB, *id, request, 200, "b1");
    wire.watch(ms(1));
    let [FlowOrder::Open { target, .. }, ..] = wire.ends[BOB].orders[..] else { panic!() };
    assert_eq!(target, Target { transport: Transport::Tcp, address: SocketAddr::from(([192, 0, 2, 1], port)) });
}

#[test]
fn an_invite_cancelled_before_it_left_never_leaves() {
    let (mut wire, next) = wire_with_two_targets(Transport::Tcp);
    let id = wire.send(ALICE, 9, request("INVITE"), next);
    wire.cancel(ALICE, id, None);
    let seen = run(&mut wire, secs(60), answering(200));
    assert_eq!(failure(&seen), Some(&SendFailure::Cancelled));
    assert!(wire.ends[ALICE].sent.is_empty());
    wire.assert_empty();
}

#[test]
fn a_cancelled_invite_does_not_go_to_the_next_target() {
    let (mut wire, next) = wire_with_two_targets(Transport::Udp);
    wire.faults.loss = 100;
    let id = wire.send(ALICE, 9, request("INVITE"), next);
    wire.watch(ms(1));
    wire.cancel(ALICE, id, None);
    let seen = run(&mut wire, secs(32), answering(200));
    assert_eq!(failure(&seen), Some(&SendFailure::Timeout));
    assert!(wire.sent(ALICE, "CANCEL").is_empty());
    wire.assert_empty();
}

#[test]
fn a_2xx_of_a_former_run_is_handed_up_as_stray() {
    // SP-14.
    let mut wire = Wire::new(1);
    let flow = wire.udp_flow(ALICE, wire.ends[BOB].address);
    let mut invite = request("INVITE");
    invite.push_front(Name::Via, "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKlast-run;rport");
    wire.inject(ALICE, flow, Message::response(&invite, 180));
    wire.inject(ALICE, flow, Message::response(&invite, 200));
    let seen = wire.watch(ms(1));
    assert!(matches!(&seen[..], [(ALICE, Event::Stray { .. })]), "{seen:?}");
}

#[test]
fn contact_names_the_flow_the_request_left_by() {
    let mut wire = Wire::new(1);
    let next = NextHop::Target(wire.target(BOB, Transport::Tcp));
    let contact_user = Some("alice".to_owned());
    wire.send_outgoing(ALICE, 9, Outgoing { request: request("REGISTER"), next, local: None, contact_user });
    wire.watch(ms(1));
    let sent = wire.sent(ALICE, "REGISTER")[0].1;
    assert_eq!(sent.header(&Name::Contact).unwrap(), "<sip:alice@192.0.2.1:40002;transport=tcp>");
    assert_eq!(sent.header(&Name::MaxForwards).unwrap(), "70");
    assert_eq!(sent.header(&Name::UserAgent).unwrap(), "Ramal/test");
}

#[test]
fn flows_are_kept_apart_by_the_local_address_asked_for() {
    let mut wire = Wire::new(1);
    let target = wire.target(BOB, Transport::Udp);
    for local in [None, Some("192.0.2.1".parse().unwrap()), Some("198.51.100.1".parse().unwrap()), None] {
        let next = NextHop::Target(target);
        wire.send_outgoing(ALICE, 9, Outgoing { request: request("OPTIONS"), next, local, contact_user: None });
        wire.watch(ms(1));
    }
    assert_eq!(opens(&wire).len(), 2, "one for the usual address, one for the other");
}

#[test]
fn a_peers_own_stream_is_used_but_not_ours() {
    let mut wire = Wire::new(1);
    let flow = Flow {
        transport: Transport::Tcp,
        local: wire.ends[ALICE].address,
        remote: "192.0.2.2:50000".parse().unwrap(),
        connection: ConnectionId(77),
    };
    wire.flow_news(ALICE, FlowNews::Accepted(flow));
    assert!(!wire.ends[ALICE].ua.opened_by_us(flow));
    wire.send(ALICE, 9, request("OPTIONS"), NextHop::Flow(flow));
    wire.watch(ms(1));
    assert_eq!((wire.sent(ALICE, "OPTIONS").len(), opens(&wire).len()), (1, 0));
}
