//! Two extensions of ours call each other through Asterisk.

use engine::news::{CallState, HangupKind, Party};

use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::{Setup, says};
use crate::support::{LONG, Softphone, wait_for, when};

#[test]
fn vz_04_vz_08_two_extensions_hear_each_other() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup::default());
    ramal.wait_registered(1001..=1002);
    let out = ramal.dial(1001, "1002");
    let ring = ramal.wait_ring(1002);
    assert_eq!((ring.number.as_str(), ring.name.as_deref()), ("1001", Some("User 1001")));
    assert_eq!(ring.asserted.as_deref(), Some("1001"), "P-Asserted-Identity, RFC 3325");
    assert_ne!(ring.protocolo, ramal.call(out).protocolo);
    ramal.wait_state(out, CallState::Ringing);
    ramal.wish("answer", ring.call);
    ramal.wait_state(out, CallState::Answered);
    ramal.wait_hears(1001, says(1002));
    ramal.wait_hears(1002, says(1001));

    ramal.wish("hangup", ring.call);
    let cause = ramal.wait_end(out);
    assert_eq!((cause.kind, cause.by), (HangupKind::Normal, Party::Peer));
    let cause = ramal.wait_end(ring.call);
    assert_eq!((cause.kind, cause.by), (HangupKind::Normal, Party::Us));
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
}

#[test]
fn vz_08_ringing_ends_by_the_caller_by_refusal_and_by_do_not_disturb() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup::default());
    ramal.wait_registered(1001..=1002);
    let out = ramal.dial(1001, "1002");
    let ring = ramal.wait_ring(1002);
    ramal.wish("hangup", out);
    let cause = ramal.wait_end(ring.call);
    assert_eq!((cause.kind, cause.by), (HangupKind::Cancelled, Party::Peer));

    // The profile's `reject_status`: with 603 the busy branch of the dial plan would be missed.
    let out = ramal.dial(1001, "1002");
    let ring = ramal.wait_ring(1002);
    ramal.wish("reject", ring.call);
    assert_eq!(ramal.wait_end(out).kind, HangupKind::Busy);
    assert_eq!(ramal.wait_end(ring.call).kind, HangupKind::Rejected);

    ramal.do_not_disturb(1002, true);
    let out = ramal.dial(1001, "1002");
    let cause = ramal.wait_end(out);
    assert_ne!(cause.kind, HangupKind::Normal, "{cause:?}");
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
}

/// Why the profile says 486: the quirk `reject_status` of `sip-profiles/asterisk.toml`.
#[test]
fn vz_08_refused_with_603_the_dial_plan_misses_its_busy_branch() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup { profile: "reject_status = 603", ..Setup::default() });
    ramal.wait_registered(1001..=1002);
    let out = ramal.dial(1001, "1002");
    ramal.wish("reject", ramal.wait_ring(1002).call);
    let cause = ramal.wait_end(out);
    asterisk.wait_log(LONG, "Hangup(\"PJSIP/1001-00000000\", \"20\")");
    assert_eq!((cause.kind, cause.q850), (HangupKind::Unreachable, 20), "{cause:?}");
}

#[test]
fn vz_08_a_diverted_call_says_whence() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup::default());
    ramal.wait_registered(1001..=1002);
    let out = ramal.dial(1001, "630");
    let ring = ramal.wait_ring(1002);
    assert_eq!(ring.diverted_from.as_deref(), Some("1008"), "Diversion, RFC 5806");
    assert_eq!(ring.number, "1001");
    ramal.wish("hangup", out);
    ramal.wait_end(ring.call);
}
