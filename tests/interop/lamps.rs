//! Lamps of other extensions (RFC 4235) and waiting messages (RFC 3842), as Asterisk tells them.

use engine::news::{CallState, WatchedState};

use crate::support::peers::{Asterisk, Baresip, Line, Options};
use crate::support::softphone::Setup;
use crate::support::{LONG, Softphone, wait_for, when};

/// Extension 1003 watches the others and its mailbox.
const WATCHING: &str =
    "[extension.1003]\nregistrar = \"pbx\"\nsecret = \"pw1003\"\nwatch = [\"1001\", \"1002\"]\nmwi = true";

#[test]
fn a_lamp_follows_an_extension_that_is_called() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup { more: WATCHING, ..Setup::default() });
    ramal.wait_registered(1001..=1003);
    ramal.wait_lamp("1002", WatchedState::Idle);
    let out = ramal.dial(1001, "1002");
    let ring = ramal.wait_ring(1002);
    ramal.wait_lamp("1002", WatchedState::Ringing);
    ramal.wait_lamp("1001", WatchedState::Talking);
    ramal.wish("answer", ring.call);
    ramal.wait_state(out, CallState::Answered);
    ramal.wait_lamp("1002", WatchedState::Talking);
    ramal.wish("hangup", out);
    ramal.wait_lamp("1002", WatchedState::Idle);
    ramal.wait_lamp("1001", WatchedState::Idle);
    assert_eq!(
        ramal.lamps_told("1002"),
        ["idle", "ringing", "talking", "idle"].map(str::to_owned),
        "each state once, in the order it was"
    );
}

#[test]
fn a_lamp_that_the_pbx_has_no_hint_for_says_so() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup::default());
    ramal.wait_registered(1001..=1002);
    ramal.watch(1001, &["1002", "600"]);
    ramal.wait_lamp("1002", WatchedState::Idle);
    let dark = wait_for(LONG, "the PBX's no", || ramal.lamps().into_iter().find(|lamp| lamp.why.is_some()));
    assert_eq!((dark.number.as_str(), dark.state), ("600", WatchedState::Unknown));
    assert!(dark.why.unwrap().contains("404"), "and what to look at");

    ramal.unwatch(1001, &["1002", "600"]);
    assert_eq!(ramal.lamps(), []);
    wait_for(LONG, "Asterisk to have no subscription", || when(asterisk.subscriptions() == 0));
}

#[test]
fn after_an_outage_of_the_pbx_every_subscription_is_back() {
    let mut asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup { more: WATCHING, ..Setup::default() });
    ramal.wait_registered(1001..=1003);
    ramal.wait_lamp("1002", WatchedState::Idle);
    wait_for(LONG, "three subscriptions", || when(asterisk.subscriptions() == 3));
    asterisk.kill();
    ramal.wait_lamp("1002", WatchedState::Unknown);
    asterisk.start_again_empty();
    ramal.wait_registered(1001..=1003);
    ramal.wait_lamp("1002", WatchedState::Idle);
    ramal.wait_lamp("1001", WatchedState::Idle);
    wait_for(LONG, "three subscriptions again", || when(asterisk.subscriptions() == 3));
}

#[test]
fn a_message_left_in_the_mailbox_is_told() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup { more: WATCHING, ..Setup::default() });
    ramal.wait_registered(1001..=1003);
    let waiting = |new: u32| {
        let messages = ramal.accounts().into_iter().find(|one| one.account.as_str() == "1003")?.messages?;
        when(messages.new == new && messages.waiting == (new > 0))
    };
    wait_for(LONG, "an empty mailbox", || waiting(0));
    let mut caller = Baresip::start(&Line { tone: 440, ..Line::new(1004, asterisk.sip()) });
    caller.dial("653");
    caller.wait_event(LONG, "CALL_ESTABLISHED");
    // It ends by itself once the message is long enough.
    caller.wait_event(LONG + LONG, "CALL_CLOSED");
    wait_for(LONG, "the new message", || waiting(1));
}

#[test]
fn a_drained_daemon_leaves_no_subscription_behind() {
    let asterisk = Asterisk::start(Options::default());
    let mut ramal = Softphone::start(asterisk.sip(), &Setup { more: WATCHING, ..Setup::default() });
    ramal.wait_registered(1001..=1003);
    wait_for(LONG, "three subscriptions", || when(asterisk.subscriptions() == 3));
    ramal.stop();
    assert_eq!(asterisk.subscriptions(), 0);
}
