//! The far ends of two calls talk to each other through us.

use engine::news::{CallState, HangupKind};

use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::{Setup, says};
use crate::support::{LONG, Softphone, wait_for, when};

#[test]
fn vz_07_bridged_far_ends_hear_each_other_and_our_devices_fall_silent() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup { extensions: 1001..=1004, ..Setup::default() });
    ramal.wait_registered(1001..=1004);
    let first = ramal.dial(1001, "1003");
    ramal.wish("answer", ramal.wait_ring(1003).call);
    let second = ramal.dial(1002, "1004");
    ramal.wish("answer", ramal.wait_ring(1004).call);
    ramal.wait_hears(1003, says(1001));
    ramal.wait_hears(1004, says(1002));

    ramal.bridge(first, second);
    ramal.wait_hears(1003, says(1004));
    ramal.wait_hears(1004, says(1003));
    assert_eq!((ramal.call(first).bridged_with, ramal.call(second).bridged_with), (Some(second), Some(first)));
    assert_eq!(ramal.call(first).state, CallState::Answered);

    // Who is left alone is hung up.
    ramal.wish("hangup", first);
    assert_eq!(ramal.wait_end(second).kind, HangupKind::Normal);
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
}

#[test]
fn sp_04_bridged_far_ends_of_different_codecs_hear_each_other() {
    for codec in ["opus", "g722"] {
        let asterisk = Asterisk::start(Options::default());
        let more = format!(
            "[profile.wide]\nbase = \"asterisk\"\ncodecs = [\"{codec}\"]\n\
             [extension.1005]\nregistrar = \"pbx\"\nsecret = \"pw1005\"\ndevice = \"1005\"\nprofile = \"wide\""
        );
        let setup = Setup { extensions: 1001..=1004, profile: "codecs = [\"pcma\"]", more: &more, ..Setup::default() };
        let ramal = Softphone::start(asterisk.sip(), &setup);
        ramal.wait_registered(1001..=1005);
        // The echo of the wide call carries what the narrow one says, there and back.
        let wide = ramal.dial(1005, "600");
        let narrow = ramal.dial(1001, "1003");
        ramal.wish("answer", ramal.wait_ring(1003).call);
        let agreed = |call| ramal.wait_state(call, CallState::Answered).legs[0].codec.clone().unwrap_or_default();
        assert_eq!((agreed(wide).to_lowercase().as_str(), agreed(narrow).as_str()), (codec, "PCMA"));
        ramal.wait_hears(1005, says(1005));

        ramal.bridge(wide, narrow);
        ramal.wait_hears(1003, says(1003));
    }
}

#[test]
fn vz_05_who_answers_a_waiting_call_holds_the_first() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup::default());
    ramal.wait_registered(1001..=1002);
    let first = ramal.dial(1001, "600");
    ramal.wait_state(first, CallState::Answered);
    let out = ramal.dial(1002, "1001");
    let waiting = ramal.wait_ring(1001).call;
    assert!(!ramal.call(first).held);
    ramal.wish("answer", waiting);
    ramal.wait_call(first, "to be held", |call| call.held);
    ramal.wish("resume", first);
    ramal.wait_call(waiting, "to be held", |call| call.held && call.state == CallState::Answered);
    ramal.wait_hears(1002, crate::support::softphone::HOLD_MUSIC);
    ramal.wish("hangup", out);
    ramal.wait_end(waiting);
    assert_eq!(ramal.call(first).state, CallState::Answered);
}
