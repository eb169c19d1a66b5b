//! Session timers (RFC 4028), as Asterisk sees them.

use std::time::Duration;

use engine::news::CallState;

use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::{Setup, says};
use crate::support::{Softphone, wait_for, when};

#[test]
#[ignore = "torture: the smallest session timer there may be is refreshed after 45 s"]
fn rfc_4028_asterisk_sees_us_refresh_a_session_by_update() {
    let asterisk = Asterisk::start(Options::default());
    asterisk.trace_sip();
    let profile = "session_timer = \"90s\"\nsession_timer_refresher = \"us\"";
    let ramal = Softphone::start(asterisk.sip(), &Setup { profile, ..Setup::default() });
    ramal.wait_registered(1001..=1002);
    let call = ramal.dial(1001, "600");
    ramal.wait_hears(1001, says(1001));
    asterisk.wait_log(Duration::from_secs(200), "UPDATE sip:");
    // Past the first timer's end the call is still there.
    let seen = |count: usize| asterisk.log().lines().filter(|line| line.starts_with("UPDATE sip:")).count() >= count;
    wait_for(Duration::from_secs(200), "the third refresh", || when(seen(3)));
    assert_eq!(ramal.call(call).state, CallState::Answered);
    ramal.wait_hears(1001, says(1001));
    ramal.wish("hangup", call);
    ramal.wait_end(call);
}
