//! SP-11: SIGTERM drains. No new calls, live ones end by themselves or when patience ends, then unregister and leave.

use std::time::{Duration, Instant};

use engine::news::HangupKind;

use crate::desk::{Desk, LONG, Plan, extensions, pbx, stories};
use crate::support::peers::{Asterisk, Options};
use crate::support::{wait_for, when};

fn registered(asterisk: &Asterisk, patience: &str) -> Desk {
    let plan = Plan::new("drain").daemon(&format!("drain = \"{patience}\"")).with(pbx(asterisk.sip()));
    let desk = plan.with(extensions([1001, 1002], "")).start();
    desk.registered(2);
    desk
}

#[test]
fn sp_11_a_drain_lets_the_live_call_end_takes_no_new_one_and_unregisters() {
    let asterisk = Asterisk::start(Options::default());
    let mut desk = registered(&asterisk, "60s");
    // 615 hangs up after 3 s.
    let call = desk.dial("1001", "615");
    desk.wait_state(&call, "answered");
    desk.daemon.drain();
    desk.daemon.manager().wait(LONG, "STOPPING", "1");
    let (code, _) = desk.dial_refused("1001", "600");
    assert_eq!(code, "draining");
    assert_eq!(desk.call(&call).map(|call| call["state"].clone()), Some("answered".into()), "it goes on");
    asterisk.cli("channel originate PJSIP/1002 application Wait 1");
    assert!(desk.daemon.wait(LONG).success());
    assert_eq!(asterisk.registered(), Vec::<u32>::new());
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
    let stories = stories(&desk.folder);
    let cause = stories[0].call.cause.clone().unwrap();
    assert_eq!((cause.kind, cause.by), (HangupKind::Normal, engine::news::Party::Peer));
    assert!(stories[1..].iter().all(|story| story.call.answered.is_none()), "{stories:#?}");
}

#[test]
fn sp_11_a_drain_hangs_up_when_its_patience_ends() {
    let asterisk = Asterisk::start(Options::default());
    let mut desk = registered(&asterisk, "2s");
    let calls = [desk.dial("1001", "600"), desk.dial("1002", "612")];
    desk.wait_state(&calls[0], "answered");
    desk.wait_state(&calls[1], "ringing");
    let start = Instant::now();
    assert!(desk.daemon.term(LONG).success());
    let took = start.elapsed();
    println!("SP-11: two calls, drain = 2 s: left after {took:?}");
    assert!(took >= Duration::from_secs(2), "{took:?}");
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
    assert_eq!(asterisk.registered(), Vec::<u32>::new());
    let kinds = stories(&desk.folder).into_iter().map(|story| story.call.cause.unwrap().kind);
    assert_eq!(kinds.collect::<Vec<_>>(), [HangupKind::Drained; 2], "nobody hung up");
}

#[test]
fn sp_11_an_idle_daemon_leaves_at_once_and_the_watchdog_was_fed() {
    let asterisk = Asterisk::start(Options::default());
    let mut desk = registered(&asterisk, "60s");
    assert_eq!(desk.daemon.manager().said("READY").len(), 1);
    let silence = wait_for(LONG, "two signs of life", || desk.daemon.manager().longest_silence());
    println!("SP-11: {silence:?} between signs of life, {:?} allowed", crate::support::daemon::WATCHDOG);
    assert!(silence < crate::support::daemon::WATCHDOG);
    let start = Instant::now();
    assert!(desk.daemon.term(LONG).success());
    println!("SP-11: an idle daemon left after {:?}", start.elapsed());
    assert_eq!(asterisk.registered(), Vec::<u32>::new());
}
