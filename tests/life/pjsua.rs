//! pjsua2, which sends re-INVITEs of its own: through Asterisk, and directly as a trunk known by its address.

use std::time::Duration;

use crate::baresip::device;
use crate::desk::{LONG, Plan, extensions, pbx, text};
use crate::support::peers::{Asterisk, Options, Pjsua};
use crate::support::{sound, wait_for, when};

const TALK: Duration = Duration::from_secs(4);

#[test]
fn vz_04_a_pjsua_behind_asterisk_calls_and_both_hear() {
    let asterisk = Asterisk::start(Options::default());
    let plan = Plan::new("pjsua").with(pbx(asterisk.sip())).with(extensions([1001], "device = \"robot\""));
    let (robot, voice) = (device("robot", &plan.folder, 1_000), plan.folder.join("voice.wav"));
    sound::tone(&voice, 440, 10);
    let desk = plan.with(robot).start();
    desk.registered(1);
    let mut phone = Pjsua::call(1003, asterisk.sip(), "1001", &voice, TALK);
    let call = text(&desk.wait_ringing()["call"]);
    desk.daemon.ctl(&["answer", &call]);
    phone.finish(LONG);
    desk.wait_no_calls(LONG);
    assert!(sound::share_of_tone(&phone.recording(), 1_000.0) > 0.9);
    assert!(sound::share_of_tone(&desk.folder.join("robot-heard.wav"), 440.0) > 0.9);
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
}

#[test]
fn vz_04_a_pjsua_that_changes_the_call_twice_is_answered_each_time() {
    let asterisk = Asterisk::start(Options::default());
    let plan = Plan::new("pjsua").with(
        "[registrar.phones]\nhost = \"127.0.0.1:5999\"\ntrusted = [\"127.0.0.0/8\"]\nprobe = false\n\
         [trunk.1001]\nregistrar = \"phones\"\ndevice = \"robot\"",
    );
    let (robot, voice) = (device("robot", &plan.folder, 1_000), plan.folder.join("voice.wav"));
    sound::tone(&voice, 440, 10);
    let desk = plan.with(robot).start();
    let number = format!("sip:1001@{}", desk.host.sip());
    let mut phone = Pjsua::call_and_reinvite(1003, asterisk.sip(), &number, &voice, TALK);
    let call = text(&desk.wait_ringing()["call"]);
    desk.daemon.ctl(&["answer", &call]);
    phone.finish(LONG);
    desk.wait_no_calls(LONG);
    assert_eq!(phone.reinvited(), 2);
    assert!(sound::seconds_of_tone(&phone.recording(), 1_000.0) > 2.0);
    assert!(sound::seconds_of_tone(&desk.folder.join("robot-heard.wav"), 440.0) > 2.0);
}
