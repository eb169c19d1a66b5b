//! Extensions at an Asterisk: ten at once, over UDP, TCP and IPv6.

use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::Setup;
use crate::support::{LONG, Softphone, wait_for, when};

#[test]
fn sp_01_sp_02_ten_extensions_register_over_udp() {
    ten_extensions_register("udp", false);
}

#[test]
fn sp_01_sp_02_ten_extensions_register_over_tcp() {
    ten_extensions_register("tcp", false);
}

#[test]
fn sp_02_ten_extensions_register_over_ipv6() {
    ten_extensions_register("udp", true);
}

fn ten_extensions_register(transport: &str, ipv6: bool) {
    let asterisk = Asterisk::start(Options { ipv6, ..Options::default() });
    let setup = Setup { extensions: 1001..=1010, transport, ..Setup::default() };
    let mut ramal = Softphone::start(asterisk.sip(), &setup);
    ramal.wait_registered(1001..=1010);
    assert_eq!(asterisk.registered(), (1001..=1010).collect::<Vec<_>>());
    // SP-01: until when, and how long the answer took.
    for account in ramal.accounts() {
        let registration = account.registration;
        assert!(registration.until.is_some() && registration.last_error.is_none(), "{registration:?}");
        assert!(registration.round_trip_ms.is_some_and(|ms| ms > 0.0), "{registration:?}");
    }
    let group = ramal.group();
    assert_eq!((group.up, group.registered, group.accounts), (true, 10, 10));

    ramal.stop();
    wait_for(LONG, "nobody to be registered", || when(asterisk.registered().is_empty()));
}
