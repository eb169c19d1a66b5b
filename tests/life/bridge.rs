//! Two calls of one daemon joined: the far ends hear each other, and the end of one is the end of the other.

use crate::desk::{LONG, Plan, extensions, pbx};
use crate::support::peers::{Asterisk, Baresip, Line, Options};
use crate::support::{sound, wait_for, when};

#[test]
fn vz_04_two_bridged_far_ends_hear_each_other_and_end_together() {
    let asterisk = Asterisk::start(Options::default());
    let low = Baresip::start(&Line { tone: 440, ..Line::new(1002, asterisk.sip()) });
    let mut high = Baresip::start(&Line { tone: 1_000, ..Line::new(1003, asterisk.sip()) });
    let desk = Plan::new("bridge").with(pbx(asterisk.sip())).with(extensions([1001, 1004], "")).start();
    desk.registered(2);
    let calls = [desk.dial("1001", "1002"), desk.dial("1004", "1003")];
    calls.iter().for_each(|call| drop(desk.wait_state(call, "answered")));
    desk.daemon.ctl(&["bridge", &calls[0], &calls[1]]);
    desk.wait_call(&calls[0], "bridged", |call| call["bridged_with"] == calls[1]);
    desk.wait_call(&calls[1], "bridged", |call| call["bridged_with"] == calls[0]);
    for phone in [&low, &high] {
        let recorded = || phone.recording().and_then(|wav| wav.metadata().ok()).map_or(0, |data| data.len());
        let before = recorded();
        wait_for(LONG, "four seconds more of sound", || when(recorded() >= before + 64_000));
    }
    high.hang_up();
    low.wait_event(LONG, "CALL_CLOSED");
    desk.wait_no_calls(LONG);
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
    for (phone, other) in [(&low, 1_000.0), (&high, 440.0)] {
        let seconds = sound::seconds_of_tone(&phone.recording().unwrap(), other);
        println!("{seconds} s of the other phone's {other} Hz");
        assert!(seconds >= 2.0, "{seconds} s of {other} Hz");
    }
}
