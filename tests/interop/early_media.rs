//! What the network says before anybody answers.

use engine::news::CallState;

use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::{Setup, says};
use crate::support::{LONG, Softphone, sound, wait_for, when};

#[test]
fn vz_08_early_media_is_heard_before_the_answer() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup::default());
    ramal.wait_registered(1001..=1002);
    let call = ramal.dial(1001, "606");
    let early = ramal.wait_state(call, CallState::EarlyMedia);
    assert_eq!((early.answered, early.cause), (None, None));
    wait_for(LONG, "it to be heard while nobody has answered", || {
        when(sound::ends_with_tone(&ramal.heard(1001), EARLY) && ramal.call(call).state == CallState::EarlyMedia)
    });
    ramal.wait_state(call, CallState::Answered);
    ramal.wait_hears(1001, says(1001));
    assert!(sound::seconds_of_tone(&ramal.heard(1001), EARLY) > 2.0);
    ramal.wish("hangup", call);
    ramal.wait_state(call, CallState::Ended);
}

#[test]
fn rfc_3262_asterisk_sends_early_media_reliably_when_the_profile_requires_it() {
    let asterisk = Asterisk::start(Options::default());
    asterisk.trace_sip();
    let ramal = Softphone::start(asterisk.sip(), &Setup { profile: "prack = \"required\"", ..Setup::default() });
    ramal.wait_registered(1001..=1002);
    let call = ramal.dial(1001, "606");
    asterisk.wait_log(LONG, "RSeq:");
    asterisk.wait_log(LONG, "PRACK sip:");
    ramal.wait_hears(1001, EARLY);
    ramal.wait_hears(1001, says(1001));
    ramal.wish("hangup", call);
    ramal.wait_state(call, CallState::Ended);
}

/// Of the numbers' early media.
const EARLY: f64 = 900.0;
