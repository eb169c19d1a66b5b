//! SP-14: after `kill -9` the next start ends what the last one left open.

use std::time::Instant;

use engine::news::HangupKind;
use ramal::store::Store;

use crate::desk::{LONG, Plan, extensions, pbx, stories, stories_of, trunk};
use crate::support::peers::{Asterisk, Options};
use crate::support::{Daemon, wait_for, when};
use crate::wire::Wire;

#[test]
fn sp_14_after_kill_9_with_ten_calls_up_two_dialling_and_one_ringing_asterisk_has_no_channel_left() {
    let asterisk = Asterisk::start(Options::default());
    let plan = Plan::new("crash").with(pbx(asterisk.sip())).with(extensions(1001..=1003, "max_calls = 10"));
    let mut desk = plan.start();
    desk.registered(3);
    let up: Vec<_> = (0..10).map(|n| desk.dial(["1001", "1002"][n % 2], "600")).collect();
    up.iter().for_each(|call| drop(desk.wait_state(call, "answered")));
    let dialling = [desk.dial("1001", "612"), desk.dial("1002", "612")];
    dialling.iter().for_each(|call| drop(desk.wait_state(call, "ringing")));
    asterisk.cli("channel originate PJSIP/1003 application Wait 60");
    desk.wait_ringing();
    wait_for(LONG, "thirteen channels", || when(asterisk.channels() == 13));

    desk.daemon.kill9();
    assert_eq!(asterisk.channels(), 13, "nobody said goodbye");
    let start = Instant::now();
    desk.daemon = Daemon::start_again(desk.folder.path(), &[]);
    let ready = start.elapsed();
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
    let took = start.elapsed();
    println!("SP-14: ready after {ready:?}, the last of 13 channels gone after {took:?}");
    assert!(took.as_secs() < 25, "{took:?}, where 5 s are promised");

    desk.registered(3);
    let again = desk.dial("1001", "600");
    desk.wait_state(&again, "answered");
    desk.daemon.ctl(&["hangup", &again]);
    desk.wait_no_calls(LONG);
    assert!(desk.daemon.term(LONG).success());
    let stories = stories(&desk.folder);
    let crashed =
        stories.iter().filter(|story| story.call.cause.as_ref().is_some_and(|c| c.kind == HangupKind::Crashed));
    assert_eq!((crashed.count(), stories.len()), (13, 14));
}

#[test]
fn sp_14_a_late_2xx_to_the_last_runs_invite_gets_ack_and_bye() {
    let far = Wire::new();
    let mut desk = Plan::new("late").with(trunk("carrier", far.sip(), "")).start();
    let call = desk.dial("carrier", "11987654321");
    let invite = far.expect("INVITE");
    far.answer(&invite, "180 Ringing", "");
    desk.wait_state(&call, "ringing");
    // A call does not wait for the disk, and what is not written nobody cleans up.
    let data = desk.folder.join("data");
    wait_for(LONG, "the call in the base", || when(stories_of(&Store::read(&data).ok()?).len() == 1));
    desk.daemon.kill9();

    desk.daemon = Daemon::start_again(desk.folder.path(), &[]);
    // It crossed our CANCEL: the far end had picked up already.
    far.expect("CANCEL");
    far.accept(&invite);
    far.expect("ACK");
    let bye = far.expect("BYE");
    far.answer(&bye, "200 OK", "");
    desk.wait_no_calls(LONG);
    assert!(desk.daemon.term(LONG).success());
    assert_eq!(stories(&desk.folder)[0].call.cause.as_ref().map(|cause| cause.kind), Some(HangupKind::Crashed));
}

#[test]
fn sp_14_a_kill_right_after_dialling_is_cleaned_up_too() {
    let asterisk = Asterisk::start(Options::default());
    let mut desk = Plan::new("early").with(pbx(asterisk.sip())).with(extensions([1001], "")).start();
    desk.registered(1);
    let calls: Vec<_> = (0..4).map(|_| desk.dial("1001", "616")).collect();
    wait_for(LONG, "the channels", || when(asterisk.channels() == calls.len()));
    desk.daemon.kill9();
    desk.daemon = Daemon::start_again(desk.folder.path(), &[]);
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
}
