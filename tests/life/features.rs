//! Every feature of a call together with hold and with recording: `docs/features.md` is what this story prints.
//!
//! One daemon leads, another one is three guests on three codecs (see `conference`); who hears whom is judged by their tones.
//! All of it once with a device of the leader's own machine, and once with a desk phone.

use crate::conference::{ALL_CODECS, Scene, Seat, scene, scene_at};
use crate::desk::{LONG, text};
use crate::support::{sound, wait_for, when};
use crate::tracks::{Tracks, tracks};

type Deed = fn(&Scene, &str);

/// A feature, and what is done with the first guest's call: the end of each deed leaves the caller with the leader.
const FEATURES: &[(&str, Deed)] = &[
    ("talk", |_, _| {}),
    ("mute", mute),
    ("digits", digits),
    ("conference", conference),
    ("consult, swap, back", consult),
    ("transfer that fails", failed_transfer),
    ("recording", recording),
];

/// A feature that takes the call from the leader.
const LAST: &[(&str, Deed)] =
    &[("bridge", bridge), ("blind transfer", blind_transfer), ("attended transfer", attended_transfer)];

#[test]
fn vz_05_sp_08_every_feature_goes_with_hold_and_with_recording() {
    assert_table(&scene(4, "record = \"on-demand\""));
}

#[test]
fn sp_05_every_feature_goes_with_hold_and_with_recording_at_a_desk_phone_too() {
    let scene = scene_at(Seat::Phone, 4, "record = \"on-demand\"", &ALL_CODECS);
    assert_table(&scene);
    assert_eq!(scene.leader.phone("robot")["state"], "connected");
    let called = scene.guests.calls();
    assert!(matches!(&called[..], [one] if one["account"] == "2099"), "the phone was called once: {called:?}");
}

/// Tries everything, and compares with what is written.
fn assert_table(scene: &Scene) {
    let mut table = String::from("| feature | with hold | with recording |\n| --- | --- | --- |\n");
    for (number, (name, deed)) in FEATURES.iter().chain(LAST).enumerate() {
        let leaves = number >= FEATURES.len();
        with_hold(scene, *deed, leaves);
        with_recording(scene, name, *deed, leaves);
        table += &format!("| {name} | yes | {} |\n", if *name == "recording" { "–" } else { "yes" });
    }
    println!("{table}");
    let written = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/features.md")).unwrap();
    assert!(written.contains(&table), "docs/features.md must hold:\n{table}");
}

/// Held and resumed before and after the deed: music then, the leader's voice again.
fn with_hold(scene: &Scene, deed: Deed, leaves: bool) {
    let call = scene.call(1);
    scene.hears("2001", &[0]);
    hold_and_resume(scene, &call);
    deed(scene, &call);
    if !leaves {
        hold_and_resume(scene, &call);
    }
    scene.clear();
}

fn hold_and_resume(scene: &Scene, call: &str) {
    scene.leader.daemon.ctl(&["hold", call]);
    scene.hears_nobody("2001");
    scene.leader.daemon.ctl(&["resume", call]);
    scene.hears("2001", &[0]);
}

/// Recorded over the deed: both sides are in it, each on a track of its own.
fn with_recording(scene: &Scene, name: &str, deed: Deed, leaves: bool) {
    if name == "recording" {
        return;
    }
    let call = scene.call(1);
    scene.leader.daemon.ctl(&["record", "start", &call]);
    scene.hears("2001", &[0]);
    deed(scene, &call);
    if !leaves {
        scene.hears("2001", &[0]);
        scene.leader.daemon.ctl(&["record", "stop", &call]);
    }
    scene.clear();
    check_tracks(scene, &call);
}

/// Half a second of the customer alone on the right, of the leader alone on the left.
fn check_tracks(scene: &Scene, call: &str) {
    let Tracks { agent, customer } = tracks(&scene.leader, call);
    assert!(sound::seconds_of_tone(&agent, scene.voice(0)) >= 0.3, "the leader is on the left");
    assert!(sound::seconds_of_tone(&customer, scene.voice(1)) >= 0.3, "the customer is on the right");
}

fn mute(scene: &Scene, call: &str) {
    scene.leader.daemon.ctl(&["mute", call]);
    scene.hears_nobody("2001");
    scene.leader.daemon.ctl(&["unmute", call]);
    scene.hears("2001", &[0]);
}

fn digits(scene: &Scene, call: &str) {
    let before = scene.digits_received();
    scene.leader.daemon.ctl(&["dtmf", "12#", call]);
    wait_for(LONG, "three keys", || when(scene.digits_received() == before + 3));
}

fn conference(scene: &Scene, call: &str) {
    let second = scene.call(2);
    scene.leader.daemon.ctl(&["conference", "join", call, &second]);
    scene.hears("2001", &[0, 2]);
    scene.leader.daemon.ctl(&["hangup", &second]);
    scene.hears("2001", &[0]);
}

fn consult(scene: &Scene, call: &str) {
    let second = scene.ask(call, 2);
    scene.hears("2002", &[0]);
    scene.hears_nobody("2001");
    scene.leader.daemon.ctl(&["swap", call]);
    scene.hears("2001", &[0]);
    scene.hears_nobody("2002");
    scene.leader.daemon.ctl(&["back", call]);
    scene.leader.ended(&second);
    scene.hears("2001", &[0]);
}

fn failed_transfer(scene: &Scene, call: &str) {
    scene.leader.daemon.ctl(&["transfer", "2003", call]);
    let ringing = text(&scene.guests.wait_ringing()["call"]);
    scene.guests.daemon.ctl(&["reject", &ringing, "--as", "busy"]);
    scene.hears("2001", &[0]);
}

fn recording(scene: &Scene, call: &str) {
    for what in ["start", "pause", "resume", "stop"] {
        scene.leader.daemon.ctl(&["record", what, call]);
    }
}

fn bridge(scene: &Scene, call: &str) {
    let second = scene.call(2);
    scene.leader.daemon.ctl(&["bridge", call, &second]);
    scene.hears("2001", &[2]);
}

fn blind_transfer(scene: &Scene, call: &str) {
    scene.leader.daemon.ctl(&["transfer", "2003", call]);
    scene.guest_answers();
    scene.hears("2001", &[3]);
}

fn attended_transfer(scene: &Scene, call: &str) {
    scene.ask(call, 2);
    scene.hears("2002", &[0]);
    scene.leader.daemon.ctl(&["complete", call]);
    scene.hears("2001", &[2]);
}
