//! Digits both ways (VZ-09).

use engine::news::CallState;

use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::Setup;
use crate::support::{LONG, Softphone, wait_for, when};

#[test]
fn vz_09_asterisk_reads_our_digits_and_we_read_asterisks() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup::default());
    ramal.wait_registered(1001..=1002);
    assert_reads(&asterisk, &ramal, "4711");

    let call = ramal.dial(1002, "605");
    let end = ramal.wait_end(call);
    assert_eq!(ramal.digits(call), "1234567890*#ABCD", "{end:?}");
}

#[test]
fn vz_09_digits_beside_opus_count_its_clock_and_are_read_both_ways() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup { profile: "codecs = [\"opus\"]", ..Setup::default() });
    ramal.wait_registered(1001..=1002);
    assert_reads(&asterisk, &ramal, "0815");
    let call = ramal.dial(1002, "605");
    let end = ramal.wait_end(call);
    assert_eq!(ramal.digits(call), "1234567890*#ABCD", "{end:?}");
}

#[test]
fn vz_09_asterisk_reads_our_digits_by_info() {
    let asterisk = Asterisk::start(Options::default());
    asterisk.trace_sip();
    let ramal = Softphone::start(asterisk.sip(), &Setup { profile: "dtmf = \"info\"", ..Setup::default() });
    ramal.wait_registered(1001..=1002);
    assert_reads(&asterisk, &ramal, "0*84");
    let infos = asterisk.log().lines().filter(|line| line.starts_with("INFO sip:")).count();
    assert_eq!(infos, 4);
}

fn assert_reads(asterisk: &Asterisk, ramal: &Softphone, digits: &str) {
    let call = ramal.dial(1001, "604");
    ramal.wait_state(call, CallState::Answered);
    ramal.press(call, digits);
    wait_for(LONG, "the digits", || when(!asterisk.digits_read().is_empty()));
    assert_eq!(asterisk.digits_read(), [digits]);
    ramal.wish("hangup", call);
}
