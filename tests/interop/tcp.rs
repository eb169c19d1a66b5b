//! A connection that is cut in the middle of a call (SP-02, SP-06).

use engine::news::{CallState, HangupKind, Party};

use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::{Setup, says};
use crate::support::tap::Wire;
use crate::support::{LONG, Softphone, wait_for, when};

#[test]
fn sp_02_a_call_outlives_its_connection() {
    let asterisk = Asterisk::start(Options::default());
    let wire = Wire::start(asterisk.sip());
    let ramal = Softphone::start(wire.sip(), &Setup { transport: "tcp", ..Setup::default() });
    ramal.wait_registered(1001..=1002);
    let call = ramal.dial(1001, "600");
    ramal.wait_hears(1001, says(1001));
    let before = wire.connections();

    wire.cut();
    wait_for(LONG, "a new connection", || when(wire.connections() > before));
    ramal.wait_registered(1001..=1002);
    assert_eq!(ramal.call(call).state, CallState::Answered);
    // The sound went on, and goes on.
    ramal.wish("mute", call);
    ramal.wait_hears_silence(1001);
    ramal.wish("unmute", call);
    ramal.wait_hears(1001, says(1001));

    ramal.wish("hangup", call);
    let cause = ramal.wait_end(call);
    assert_eq!((cause.kind, cause.by), (HangupKind::Normal, Party::Us));
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
}

#[test]
fn sp_02_after_a_cut_asterisk_finds_us_to_hang_up() {
    let asterisk = Asterisk::start(Options::default());
    let wire = Wire::start(asterisk.sip());
    let ramal = Softphone::start(wire.sip(), &Setup { transport: "tcp", ..Setup::default() });
    ramal.wait_registered(1001..=1002);
    let call = ramal.dial(1001, "600");
    ramal.wait_hears(1001, says(1001));
    asterisk.trace_sip();
    wire.cut();
    // Unasked, so that the PBX knows in time where we are now (RFC 3261 §12.2, target refresh).
    asterisk.wait_log(LONG, "UPDATE sip:");
    ramal.wait_registered(1001..=1002);
    asterisk.cli("channel request hangup all");
    let cause = ramal.wait_end(call);
    assert_eq!((cause.kind, cause.by), (HangupKind::Normal, Party::Peer));
}

#[test]
fn sp_02_a_call_that_asterisk_has_forgotten_ends_when_asterisk_is_back() {
    let mut asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup { transport: "tcp", ..Setup::default() });
    ramal.wait_registered(1001..=1002);
    let call = ramal.dial(1001, "600");
    ramal.wait_hears(1001, says(1001));
    asterisk.kill();
    wait_for(LONG, "the registrar to be down", || when(!ramal.group().up));
    assert_eq!(ramal.call(call).state, CallState::Answered, "it may still be there: only the PBX knows");
    asterisk.start_again();
    let cause = ramal.wait_end(call);
    assert_eq!((cause.kind, cause.sip), (HangupKind::Unreachable, Some(481)), "{cause:?}");
}
