//! Hold: whose music the other side hears, by the profile's way of holding (VZ-05).

use engine::id::CallId;

use crate::support::peers::{Asterisk, HoldMusic, Options};
use crate::support::softphone::{HOLD_MUSIC, Setup, says};
use crate::support::{LONG, Softphone, wait_for, when};

#[test]
fn vz_05_held_in_local_the_other_side_hears_our_music_whatever_asterisk_does() {
    let (asterisk, ramal, call) = talking(HoldMusic::Own, "hold = \"local\"");
    ramal.wish("hold", call);
    ramal.wait_hears(1002, HOLD_MUSIC);
    ramal.wait_hears_silence(1001);
    assert!(ramal.call(call).held);
    assert_eq!(changes(&asterisk), 0, "no re-INVITE");
    assert_resumes(&ramal, call);
}

#[test]
fn vz_05_held_by_sendonly_the_other_side_hears_our_music_with_suppress_moh_on_sendonly() {
    let (asterisk, ramal, call) = talking(HoldMusic::Peer, "hold = \"sendonly\"");
    ramal.wish("hold", call);
    asterisk.wait_log(LONG, "a=sendonly");
    ramal.wait_hears(1002, HOLD_MUSIC);
    ramal.wait_hears_silence(1001);
    assert_eq!(changes(&asterisk), 1);
    assert_resumes(&ramal, call);
}

#[test]
fn vz_05_held_by_sendonly_the_other_side_hears_asterisks_music_without_it() {
    let (asterisk, ramal, call) = talking(HoldMusic::Own, "hold = \"sendonly\"");
    ramal.wish("hold", call);
    asterisk.wait_log(LONG, "a=sendonly");
    ramal.wait_hears(1002, ASTERISK_MUSIC);
    assert_resumes(&ramal, call);
}

#[test]
fn vz_05_held_by_inactive_the_other_side_hears_asterisks_music() {
    let (asterisk, ramal, call) = talking(HoldMusic::Own, "hold = \"inactive\"");
    ramal.wish("hold", call);
    asterisk.wait_log(LONG, "a=inactive");
    ramal.wait_hears(1002, ASTERISK_MUSIC);
    assert_resumes(&ramal, call);
}

/// 1009 is told of a hold by re-INVITE (moh_passthrough=yes).
#[test]
fn vz_05_being_held_is_shown_and_ends() {
    let asterisk = Asterisk::start(Options::default());
    let setup = Setup { extensions: 1001..=1009, profile: "hold = \"sendonly\"", ..Setup::default() };
    let ramal = Softphone::start(asterisk.sip(), &setup);
    ramal.wait_registered(1001..=1009);
    let out = ramal.dial(1001, "1009");
    let holder = out;
    let held = ramal.wait_ring(1009).call;
    ramal.wish("answer", held);
    ramal.wait_hears(1009, says(1001));
    ramal.wish("hold", holder);
    ramal.wait_call(held, "to be held by the peer", |call| call.held_by_peer && !call.held);
    ramal.wait_hears(1009, HOLD_MUSIC);
    ramal.wish("resume", holder);
    ramal.wait_call(held, "to be held no more", |call| !call.held_by_peer);
    ramal.wait_hears(1009, says(1001));
    ramal.wait_hears(1001, says(1009));
}

/// 1001 has called 1002; both hear each other.
fn talking(music: HoldMusic, profile: &str) -> (Asterisk, Softphone, CallId) {
    let asterisk = Asterisk::start(Options { hold_music: music, ..Options::default() });
    let ramal = Softphone::start(asterisk.sip(), &Setup { profile, ..Setup::default() });
    ramal.wait_registered(1001..=1002);
    let out = ramal.dial(1001, "1002");
    ramal.wish("answer", ramal.wait_ring(1002).call);
    ramal.wait_hears(1002, says(1001));
    ramal.wait_hears(1001, says(1002));
    asterisk.trace_sip();
    (asterisk, ramal, out)
}

fn assert_resumes(ramal: &Softphone, call: CallId) {
    ramal.wish("resume", call);
    ramal.wait_hears(1002, says(1001));
    ramal.wait_hears(1001, says(1002));
    assert!(!ramal.call(call).held);
    ramal.wish("hangup", call);
    wait_for(LONG, "no call", || when(ramal.calls().is_empty()));
}

/// Offers that Asterisk was sent since the call was up.
fn changes(asterisk: &Asterisk) -> usize {
    asterisk.log().lines().filter(|line| line.starts_with("INVITE sip:")).count()
}

/// 700 Hz; `tests/interop/asterisk/run` makes it.
const ASTERISK_MUSIC: f64 = 700.0;
