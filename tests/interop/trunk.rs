//! A trunk by address: nobody registers, both sides know each other by where they are (SP-15).

use engine::news::{CallState, HangupKind};

use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::{Setup, says};
use crate::support::{Host, LONG, Softphone, wait_for, when};

#[test]
fn sp_15_a_trunk_by_address_carries_a_call_each_way() {
    let host = Host::claim();
    let asterisk = Asterisk::start(Options { trunk: Some(host.sip()), ..Options::default() });
    let more = "[trunk.line]\nuser = \"1140001000\"\nregistrar = \"pbx\"\ndevice = \"1001\"";
    let ramal = Softphone::at(host, asterisk.sip(), &Setup { extensions: NONE, more, ..Setup::default() });
    wait_for(LONG, "the trunk to be up", || when(ramal.group().up));
    assert_eq!(asterisk.registered(), Vec::<u32>::new());

    let out = ramal.dial("line", "600");
    ramal.wait_state(out, CallState::Answered);
    ramal.wait_hears(1001, says(1001));
    ramal.wish("hangup", out);
    ramal.wait_end(out);

    // 9… goes out through the trunk.
    asterisk.cli("channel originate Local/91140001000@internal application Milliwatt");
    let ring = ramal.wait_ring("line");
    ramal.wish("answer", ring.call);
    ramal.wait_hears(1001, 1_004.0);
    asterisk.cli("channel request hangup all");
    assert_eq!(ramal.wait_end(ring.call).kind, HangupKind::Normal);
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
}

#[test]
fn sp_15_a_trunk_by_registration_carries_a_call_each_way() {
    let asterisk = Asterisk::start(Options::default());
    let more = "[trunk.line]\nuser = \"1003\"\nsecret = \"pw1003\"\nregistrar = \"pbx\"\ndevice = \"1003\"";
    let ramal = Softphone::start(asterisk.sip(), &Setup { more, ..Setup::default() });
    wait_for(LONG, "the trunk to be registered", || when(asterisk.registered() == [1001, 1002, 1003]));
    ramal.wait_registered(1001..=1002);
    let out = ramal.dial("line", "1001");
    ramal.wish("answer", ramal.wait_ring(1001).call);
    ramal.wait_hears(1001, says(1003));
    ramal.wish("hangup", out);
    ramal.wait_end(out);
    let back = ramal.dial(1001, "1003");
    ramal.wish("answer", ramal.wait_ring("line").call);
    ramal.wait_hears(1003, says(1001));
    ramal.wish("hangup", back);
}

/// No extension.
#[expect(clippy::reversed_empty_ranges, reason = "the range of nobody")]
const NONE: std::ops::RangeInclusive<u32> = 1..=0;
