//! What is kept of calls: their legs, their story, one Protocolo each, one spelling of each number.

use std::collections::BTreeSet;

use engine::news::{Direction, HangupKind};
use engine::protocolo;

use crate::desk::{LONG, Plan, text, trunk};
use crate::support::Daemon;
use crate::wire::Wire;

#[test]
fn calls_are_kept_with_legs_events_protocolo_and_one_spelling_of_the_number() {
    let far = Wire::new();
    let format = "dial_format = \"0{carrier}{ddd}{number}\"\ncarrier = \"15\"";
    let plan = Plan::new("store").with("[gate]\nlocal_ddd = \"11\"").with(trunk("carrier", far.sip(), format));
    let mut desk = plan.start();
    for spelling in ["98765-4321", "(11) 98765-4321", "0 15 11 987654321", "+55 11 98765 4321"] {
        let call = desk.dial("carrier", spelling);
        let invite = far.expect("INVITE sip:01511987654321@");
        far.answer(&invite, "180 Ringing", "");
        far.accept(&invite);
        let live = desk.wait_state(&call, "answered");
        assert_eq!(live["number"], "+5511987654321");
        desk.daemon.ctl(&["hold", &call]);
        desk.daemon.ctl(&["resume", &call]);
        desk.daemon.ctl(&["hangup", &call]);
        far.answer(&far.expect("BYE"), "200 OK", "");
        desk.wait_no_calls(LONG);
    }
    let to = desk.host.sip();
    far.send(to, far.request("INVITE", "551130001000", to, b"\"Ana\" <sip:011987654321@h>", "UDP", "1"));
    let ringing = desk.wait_ringing();
    desk.daemon.ctl(&["reject", &text(&ringing["call"])]);
    far.ack(&far.expect("SIP/2.0 603"));
    desk.wait_no_calls(LONG);

    assert!(desk.daemon.term(LONG).success());
    desk.daemon = Daemon::start_again(desk.folder.path(), &[]);
    let after_restart = desk.dial("carrier", "98765-4321");
    far.answer(&far.expect("INVITE"), "486 Busy Here", "");
    desk.ended(&after_restart);

    let stories = desk.stop_and_read();
    assert_eq!(stories.len(), 6);
    let given: BTreeSet<_> = stories.iter().map(|story| story.call.row.protocolo.clone()).collect();
    assert_eq!(given.len(), 6, "each is unique, over a restart too: {given:?}");
    assert!(given.iter().all(|one| protocolo::is_valid(one)), "{given:?}");
    for story in &stories {
        assert_eq!(story.call.row.number_normalised, "+5511987654321", "{:?}", story.call.row);
        assert!(story.call.ended.is_some() && !story.legs.is_empty(), "{story:#?}");
        assert!(story.legs.iter().all(|leg| leg.ended.is_some()), "{:#?}", story.legs);
        assert!(story.events.iter().all(|line| !line.detail.contains("98765")), "{:#?}", story.events);
    }
    let happened = |n: usize| stories[n].events.iter().map(|line| line.event.as_str()).collect::<Vec<_>>();
    assert!(happened(0).contains(&"ringing") && happened(0).contains(&"held"), "{:?}", happened(0));
    let kinds: Vec<_> = stories.iter().map(|story| story.call.cause.as_ref().map(|cause| cause.kind)).collect();
    let [normal, rejected, busy] = [HangupKind::Normal, HangupKind::Rejected, HangupKind::Busy].map(Some);
    assert_eq!(kinds, [normal, normal, normal, normal, rejected, busy]);
    assert_eq!(stories[4].call.row.direction, Direction::Inbound);
    assert_eq!(stories[4].call.row.remote_name.as_deref(), Some("Ana"));
}
