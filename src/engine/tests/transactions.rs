//! Transactions over a bad wire, in virtual time (RFC 3261 §17, RFC 6026).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a story that cannot go on has failed")]

mod wire;

use std::time::Duration;

use engine::border::Flow;
use engine::config::Target;
use engine::sip::header::Name;
use engine::sip::message::Method;
use engine::sip::transaction::timer::T1;
use engine::sip::ua::{Event, NextHop, SendFailure};
use engine::sip::uri::Transport;
use wire::*;

fn udp(wire: &Wire) -> NextHop {
    NextHop::Target(wire.target(BOB, Transport::Udp))
}

fn tcp(wire: &Wire) -> NextHop {
    NextHop::Target(wire.target(BOB, Transport::Tcp))
}

fn times(sent: &[(Duration, &engine::sip::message::Message)]) -> Vec<u64> {
    sent.iter().map(|(at, _)| at.as_millis() as u64).collect()
}

#[test]
fn an_invite_nobody_hears_is_repeated_by_timer_a_and_given_up_by_timer_b_at_exactly_64_t1() {
    let mut wire = Wire::new(1);
    wire.faults.loss = 100;
    let id = wire.send(ALICE, 9, request("INVITE"), udp(&wire));
    assert!(wire.watch(Duration::from_nanos(31_999_999_999)).is_empty());
    let events = wire.watch(Duration::from_nanos(1));
    assert_eq!(events, vec![(ALICE, Event::Failed { owner: 9, id, why: SendFailure::Timeout })]);
    assert_eq!(times(&wire.sent(ALICE, "INVITE")), [0, 500, 1500, 3500, 7500, 15500, 31500]);
    wire.assert_empty();
}

#[test]
fn another_request_nobody_hears_is_repeated_by_timer_e_and_given_up_by_timer_f() {
    let mut wire = Wire::new(1);
    wire.faults.loss = 100;
    let id = wire.send(ALICE, 9, request("OPTIONS"), udp(&wire));
    let events = wire.watch(secs(32));
    assert_eq!(events, vec![(ALICE, Event::Failed { owner: 9, id, why: SendFailure::Timeout })]);
    let expected = [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500];
    assert_eq!(times(&wire.sent(ALICE, "OPTIONS")), expected);
    wire.assert_empty();
}

#[test]
fn over_a_stream_nothing_is_repeated() {
    for method in ["INVITE", "OPTIONS"] {
        let mut wire = Wire::new(1);
        let next = tcp(&wire);
        wire.send(ALICE, 9, request(method), next);
        let events = wire.watch(secs(31));
        assert!(matches!(events[..], [(BOB, Event::Request { .. })]), "{events:?}");
        assert_eq!(wire.sent(ALICE, method).len(), 1);
    }
}

#[test]
fn an_invite_not_answered_within_200_ms_gets_a_100() {
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    wire.send(ALICE, 9, request("INVITE"), next);
    wire.watch(ms(199));
    assert!(wire.sent(BOB, "100").is_empty());
    let events = wire.watch(ms(1));
    assert_eq!(wire.sent(BOB, "100").len(), 1);
    assert!(events.is_empty(), "a 100 is nothing to the owner: {events:?}");
    wire.watch(secs(40));
    assert_eq!(wire.sent(ALICE, "INVITE").len(), 1, "Proceeding repeats nothing");
}

#[test]
fn a_refused_invite_is_acknowledged_once_for_each_answer_and_ends_everywhere() {
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    wire.send(ALICE, 9, request("INVITE"), next);
    let mut seen = Vec::new();
    wire.run(secs(60), |wire, end, event| match event {
        Event::Request { id, request, .. } => wire.answer(BOB, id, &request, 486, "b1"),
        other => seen.push((end, status(&other))),
    });
    assert_eq!(seen, [(ALICE, 486)]);
    let (acks, invites) = (wire.sent(ALICE, "ACK"), wire.sent(ALICE, "INVITE"));
    assert_eq!(acks.len(), 1);
    // RFC 3261 §17.1.1.3.
    assert_eq!(acks[0].1.top_via(), invites[0].1.top_via());
    assert_eq!(acks[0].1.to().unwrap().tag(), Some("b1"));
    assert_eq!(acks[0].1.cseq().unwrap(), (7, Method::Ack));
    wire.assert_empty();
}

#[test]
fn a_refusal_without_its_ack_is_repeated_by_timer_g_and_abandoned_by_timer_h() {
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    wire.send(ALICE, 9, request("INVITE"), next);
    let mut abandoned = Vec::new();
    wire.run(secs(70), |wire, _, event| match event {
        Event::Request { id, request, .. } => {
            wire.faults.loss = 100;
            wire.answer(BOB, id, &request, 486, "b1");
        }
        Event::Abandoned { .. } => abandoned.push(wire.now.moment.0 / 1_000_000),
        _ => {}
    });
    assert_eq!(abandoned, [32_000]);
    let expected = [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500];
    assert_eq!(times(&wire.sent(BOB, "486")), expected);
    wire.assert_empty();
}

#[test]
fn a_repeated_2xx_and_the_2xx_of_another_fork_reach_the_owner_until_timer_m() {
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    let sent = wire.send(ALICE, 9, request("INVITE"), next);
    let mut heard = Vec::new();
    let mut bob = None;
    wire.run(secs(1), |wire, _, event| match event {
        Event::Request { id, request, .. } => {
            for (status, tag) in [(180, "x"), (183, "y"), (200, "x"), (200, "y"), (200, "x")] {
                wire.answer(BOB, id, &request, status, tag);
            }
            bob = Some((id, request));
        }
        Event::Response { owner, id, response, .. } => {
            assert_eq!((owner, id), (9, sent));
            heard.push((response.status().unwrap(), response.to().unwrap().tag().unwrap().to_owned()));
        }
        other => panic!("{other:?}"),
    });
    let heard: Vec<(u16, &str)> = heard.iter().map(|(status, tag)| (*status, tag.as_str())).collect();
    assert_eq!(heard, [(180, "x"), (183, "y"), (200, "x"), (200, "y"), (200, "x")]);
    assert!(wire.ends[ALICE].ua.sent_request(sent).is_some());
    wire.watch(secs(31));
    wire.assert_empty();
    let (id, request) = bob.unwrap();
    wire.answer(BOB, id, &request, 200, "x");
    assert!(wire.watch(secs(1)).is_empty(), "after Timer L a 2xx is not sent any more");
}

#[test]
fn an_ack_to_a_2xx_goes_up_and_needs_no_transaction() {
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    let id = wire.send(ALICE, 9, request("INVITE"), next.clone());
    let mut acks = 0;
    wire.run(secs(1), |wire, _, event| match event {
        Event::Request { id, request, .. } => wire.answer(BOB, id, &request, 200, "b1"),
        Event::Response { response, .. } => {
            let invite = wire.ends[ALICE].ua.sent_request(id).unwrap().0.clone();
            wire.ack(ALICE, &invite, &response, next.clone());
        }
        Event::Ack { request, .. } => {
            assert_eq!(request.to().unwrap().tag(), Some("b1"));
            acks += 1;
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(acks, 1);
}

#[test]
fn a_cancel_waits_for_a_provisional_answer_and_takes_its_reason_along() {
    // RFC 3261 §9.1, RFC 3326.
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    let invite = wire.send(ALICE, 9, request("INVITE"), next);
    wire.faults.loss = 100;
    wire.watch(ms(1));
    wire.faults.loss = 0;
    wire.cancel(ALICE, invite, Some("SIP;cause=200;text=\"Call completed elsewhere\""));
    let mut seen = Vec::new();
    let mut open = None;
    wire.run(secs(70), |wire, end, event| match event {
        Event::Request { id, request, .. } => {
            assert!(wire.sent(ALICE, "CANCEL").is_empty());
            wire.answer(BOB, id, &request, 180, "b1");
            open = Some(request);
        }
        Event::Cancelled { id, request } => {
            assert_eq!(request.header(&Name::Reason).unwrap(), "SIP;cause=200;text=\"Call completed elsewhere\"");
            wire.answer(BOB, id, open.as_ref().unwrap(), 487, "b1");
        }
        other => seen.push((end, status(&other))),
    });
    assert_eq!(seen, [(ALICE, 180), (ALICE, 487)]);
    let (cancels, invites) = (wire.sent(ALICE, "CANCEL"), wire.sent(ALICE, "INVITE"));
    assert_eq!(cancels.len(), 1);
    assert_eq!(cancels[0].1.top_via(), invites[0].1.top_via());
    assert_eq!(wire.sent(BOB, "200")[0].1.to().unwrap().tag(), Some("b1"), "RFC 3261 §9.2");
    wire.assert_empty();
}

#[test]
fn a_cancel_that_crosses_the_200_changes_nothing() {
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    let invite = wire.send(ALICE, 9, request("INVITE"), next);
    let mut seen = Vec::new();
    wire.run(secs(70), |wire, end, event| match event {
        Event::Request { id, request, .. } => wire.answer(BOB, id, &request, 180, "b1"),
        Event::Response { ref response, .. } if response.status() == Some(180) => {
            let (id, request) = (engine::id::TransactionId(1), wire.sent(ALICE, "INVITE")[0].1.clone());
            wire.cancel(ALICE, invite, None);
            wire.answer(BOB, id, &request, 200, "b1");
        }
        other => seen.push((end, status(&other))),
    });
    assert_eq!(seen, [(ALICE, 200)], "no Cancelled at Bob, whose answer was final");
    assert_eq!(wire.sent(ALICE, "CANCEL").len(), 1);
    assert_eq!(wire.sent(BOB, "200").len(), 2, "one to the INVITE, one to the CANCEL");
    wire.assert_empty();
}

#[test]
fn a_cancel_after_the_final_answer_is_not_sent() {
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    let invite = wire.send(ALICE, 9, request("INVITE"), next);
    wire.run(secs(1), |wire, _, event| {
        if let Event::Request { id, request, .. } = event {
            wire.answer(BOB, id, &request, 200, "b1");
        }
    });
    wire.cancel(ALICE, invite, None);
    wire.watch(secs(60));
    assert!(wire.sent(ALICE, "CANCEL").is_empty());
    wire.assert_empty();
}

#[test]
fn an_invite_whose_cancel_brings_no_final_answer_ends_64_t1_later() {
    // RFC 3261 §9.1.
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    let invite = wire.send(ALICE, 9, request("INVITE"), next);
    wire.watch(ms(200));
    wire.cancel(ALICE, invite, None);
    let events = wire.watch(secs(32));
    assert!(matches!(events[0], (BOB, Event::Cancelled { .. })));
    assert_eq!(events[1], (ALICE, Event::Failed { owner: 9, id: invite, why: SendFailure::Timeout }));
    assert_eq!(wire.ends[ALICE].ua.transactions(), 0);
}

#[test]
fn a_cancel_of_nothing_gets_481() {
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    wire.send(ALICE, 9, request("CANCEL"), next);
    let events = wire.watch(secs(60));
    assert_eq!(events.iter().map(|(end, event)| (*end, status(event))).collect::<Vec<_>>(), [(ALICE, 481)]);
    wire.assert_empty();
}

#[test]
fn the_same_request_by_another_path_gets_482() {
    // RFC 3261 §8.2.2.2.
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    wire.send(ALICE, 1, request("OPTIONS"), next.clone());
    wire.send(ALICE, 2, request("OPTIONS"), next);
    let mut seen = Vec::new();
    wire.run(secs(60), |wire, _, event| match event {
        Event::Request { id, request, .. } => wire.answer(BOB, id, &request, 200, "b1"),
        Event::Response { owner, response, .. } => seen.push((owner, response.status().unwrap())),
        other => panic!("{other:?}"),
    });
    seen.sort_unstable();
    assert_eq!(seen, [(1, 200), (2, 482)]);
    wire.assert_empty();
}

#[test]
fn a_proxy_that_forks_to_two_extensions_of_ours_reaches_both() {
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    for extension in ["101", "102"] {
        let mut invite = request("INVITE");
        invite.start = message(&format!("INVITE sip:{extension}@192.0.2.2 SIP/2.0\r\n\r\n")).start;
        wire.send(ALICE, 9, invite, next.clone());
    }
    let events = wire.watch(ms(1));
    assert!(matches!(events[..], [(BOB, Event::Request { .. }), (BOB, Event::Request { .. })]), "{events:?}");
}

#[test]
fn a_request_that_is_never_answered_is_forgotten_when_its_client_has_given_up() {
    // RFC 4320 §4.2.
    let mut wire = Wire::new(1);
    let next = udp(&wire);
    wire.send(ALICE, 9, request("OPTIONS"), next);
    wire.watch(secs(32));
    assert!(wire.ends[BOB].sent.is_empty());
    wire.assert_empty();
}

#[test]
fn peers_from_before_rfc_3261_are_matched_without_the_magic_cookie() {
    // RFC 3261 §17.2.3.
    let mut wire = Wire::new(1);
    let flow = wire.udp_flow(BOB, wire.ends[ALICE].address);
    let mut invite = request("INVITE");
    invite.push_front(Name::Via, "SIP/2.0/UDP 192.0.2.1:5060;branch=1");
    wire.inject(BOB, flow, invite.clone());
    wire.inject(BOB, flow, invite.clone());
    let mut news = 0;
    wire.run(ms(1), |wire, _, event| {
        if let Event::Request { id, request, .. } = event {
            news += 1;
            wire.answer(BOB, id, &request, 404, "b1");
        }
    });
    assert_eq!(news, 1);
    let mut ack = request("ACK");
    ack.push_front(Name::Via, "SIP/2.0/UDP 192.0.2.1:5060;branch=1");
    ack.set(Name::To, "<sip:bob@192.0.2.2>;tag=b1");
    wire.inject(BOB, flow, ack);
    let events = wire.watch(secs(40));
    assert!(events.is_empty(), "the ACK ends the transaction: {events:?}");
    wire.assert_empty();
}

#[test]
fn at_most_64_due_timers_are_handled_at_once() {
    let mut wire = Wire::new(1);
    wire.faults.loss = 100;
    let next = udp(&wire);
    for owner in 0..100 {
        wire.send(ALICE, owner, request("OPTIONS"), next.clone());
    }
    wire.watch(ms(499));
    assert_eq!(wire.sent(ALICE, "OPTIONS").len(), 100);
    let end = &mut wire.ends[ALICE];
    let due = wire.now.after(ms(1));
    end.ua.on_timeout(due, &mut random(0));
    let sends = std::iter::from_fn(|| end.ua.poll_output()).count();
    assert_eq!(sends, 64);
    assert_eq!(end.ua.poll_timeout(), Some(due.moment));
}

/// 1,000 wires that lose half, repeat a fifth and reorder: nothing is stuck, nothing is left. As the layers above do, Bob
/// repeats his 2xx until its ACK, and Alice cancels what has no final answer after a minute.
#[test]
fn on_a_thousand_bad_wires_every_transaction_ends() {
    let mut timeouts = 0;
    for seed in 0..1_000 {
        let mut wire = Wire::new(seed);
        wire.faults = Faults { loss: 50, duplication: 20, delay: ms(900) };
        let (method, answer) = [("OPTIONS", 200), ("INVITE", 486), ("INVITE", 200)][seed as usize % 3];
        let next = udp(&wire);
        let sent = wire.send(ALICE, 9, request(method), next.clone());
        let (mut asked, mut finals, mut ringing, mut unacknowledged) = (0, Vec::new(), None, None);
        for round in 0..600 {
            if (seed % 5 == 0 && round == 1) || (round == 120 && finals.is_empty()) {
                wire.cancel(ALICE, sent, None);
            }
            if let Some((id, request)) = unacknowledged.as_ref().filter(|_| round < 64) {
                wire.answer(BOB, *id, request, 200, "b1");
            }
            if let Some((id, request)) = ringing.take_if(|_| round >= 4) {
                wire.answer(BOB, id, &request, answer, "b1");
                unacknowledged = (answer == 200).then_some((id, request));
            }
            wire.run(T1, |wire, _, event| match event {
                Event::Request { id, request, .. } => {
                    asked += 1;
                    if method == "INVITE" {
                        wire.answer(BOB, id, &request, 180, "b1");
                        ringing = Some((id, request));
                    } else {
                        wire.answer(BOB, id, &request, answer, "b1");
                    }
                }
                Event::Cancelled { id, .. } => {
                    if let Some((_, request)) = ringing.take() {
                        wire.answer(BOB, id, &request, 487, "b1");
                    }
                }
                Event::Response { ref response, .. } if status(&event) >= 200 => {
                    if method == "INVITE" && status(&event) == 200 {
                        wire.ack(ALICE, &request("INVITE"), response, next.clone());
                    }
                    finals.push(status(&event));
                }
                Event::Failed { why, .. } => {
                    assert_eq!(why, SendFailure::Timeout);
                    timeouts += 1;
                    finals.push(0);
                }
                Event::Ack { .. } => unacknowledged = None,
                Event::Response { .. } | Event::Abandoned { .. } | Event::Stray { .. } => {}
            });
        }
        let once = finals.len() == 1 || (!finals.is_empty() && finals.iter().all(|status| *status == 200));
        assert!(once, "seed {seed}: a {method} ended as {finals:?}");
        assert!(asked <= 1, "seed {seed}: Bob was asked {asked} times");
        wire.assert_empty();
    }
    assert!((1..200).contains(&timeouts), "{timeouts} of 1,000 gave up");
}

#[test]
fn a_lost_answer_to_an_invite_is_won_back_when_half_is_lost() {
    let mut done = 0;
    for seed in 0..200 {
        let mut wire = Wire::new(seed);
        wire.faults.loss = 50;
        let next = udp(&wire);
        wire.send(ALICE, 9, request("INVITE"), next);
        let mut ended = Vec::new();
        wire.run(secs(120), |wire, _, event| match event {
            Event::Request { id, request, .. } => wire.answer(BOB, id, &request, 603, "b1"),
            Event::Response { .. } => {
                done += 1;
                ended.push(0);
            }
            Event::Failed { why, .. } => {
                assert_eq!(why, SendFailure::Timeout);
                assert_eq!(wire.now.moment.0, 32_000_000_000, "exactly 64·T1");
                ended.push(1);
            }
            _ => {}
        });
        assert_eq!(ended.len(), 1, "seed {seed}");
        wire.assert_empty();
    }
    assert!(done >= 190, "{done} of 200");
}

#[test]
fn an_answer_goes_back_to_where_the_request_came_from_when_rport_asks_for_it() {
    // RFC 3581 §4, RFC 3261 §18.2.2.
    let nat = "203.0.113.7:61234".parse().unwrap();
    for (parameter, back_to) in [(";rport", "203.0.113.7:61234"), ("", "203.0.113.7:5066")] {
        let mut wire = Wire::new(1);
        let flow = wire.udp_flow(BOB, nat);
        let mut options = request("OPTIONS");
        options.push_front(Name::Via, "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKbelow");
        options.push_front(Name::Via, format!("SIP/2.0/UDP 10.0.0.9:5066;branch=z9hG4bKx{parameter}"));
        wire.inject(BOB, flow, options);
        let Some(Event::Request { id, request, flow: seen }) = wire.ends[BOB].ua.poll_event() else { panic!() };
        assert_eq!(seen, flow);
        wire.answer(BOB, id, &request, 200, "b1");
        let Some(engine::border::Output::Send(to, bytes)) = wire.ends[BOB].ua.poll_output() else { panic!() };
        assert_eq!(to, Flow { remote: back_to.parse().unwrap(), ..flow });
        let answer = engine::sip::message::Message::parse(&bytes).unwrap();
        let via = answer.top_via().unwrap();
        assert_eq!(via.params.get("received"), Some("203.0.113.7"));
        assert_eq!(via.params.get("rport").is_some_and(|port| port == "61234"), !parameter.is_empty());
        assert_eq!(answer.values(&Name::Via).len(), 2, "the Via below is kept");
    }
}

#[test]
fn an_answer_with_two_vias_or_another_branch_is_not_ours() {
    let mut wire = Wire::new(1);
    wire.faults.loss = 100;
    let next = udp(&wire);
    wire.send(ALICE, 9, request("OPTIONS"), next);
    wire.watch(ms(1));
    let flow = wire.udp_flow(ALICE, wire.ends[BOB].address);
    let sent = wire.sent(ALICE, "OPTIONS")[0].1.clone();
    let mut two = engine::sip::message::Message::response(&sent, 200);
    two.push(Name::Via, "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKy");
    wire.inject(ALICE, flow, two);
    let mut other = engine::sip::message::Message::response(&sent, 200);
    other.set(Name::Via, "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKguessed");
    wire.inject(ALICE, flow, other);
    assert!(wire.watch(ms(1)).is_empty());
    wire.inject(ALICE, flow, engine::sip::message::Message::response(&sent, 200));
    assert_eq!(status(&wire.watch(ms(1))[0].1), 200);
}

#[test]
fn ipv6_hosts_stand_in_brackets_in_via_and_contact() {
    let mut wire = Wire::new(1);
    wire.ends[ALICE].address = "[2001:db8::1]:5060".parse().unwrap();
    let target = Target { transport: Transport::Udp, address: "[2001:db8::2]:5060".parse().unwrap() };
    let outgoing = engine::sip::ua::Outgoing {
        request: request("OPTIONS"),
        next: NextHop::Target(target),
        local: None,
        contact_user: Some("alice".to_owned()),
    };
    wire.send_outgoing(ALICE, 9, outgoing);
    wire.watch(ms(1));
    let sent = wire.sent(ALICE, "OPTIONS")[0].1;
    let via = sent.header(&Name::Via).unwrap();
    assert!(via.starts_with("SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bK"), "{via}");
    assert!(via.ends_with(";rport"), "{via}");
    assert_eq!(sent.header(&Name::Contact).unwrap(), "<sip:alice@[2001:db8::1]:5060>");
}
