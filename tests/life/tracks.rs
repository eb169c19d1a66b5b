//! The recordings of conferences: whoever is recorded is alone on one track, and everybody who talks with it is on the other
//! (SP-08, VZ-10).
//!
//! Every party's voice is a tone of its own (see `conference`), so every half second of a track says who is on it.

use std::path::PathBuf;

use serde_json::Value;

use crate::conference::{ALL_CODECS, Scene, Seat, scene_at};
use crate::desk::{Desk, LONG, list, text};
use crate::support::{sound, wait_for};

/// A call's recording, once it is whole, as two WAV files.
pub struct Tracks {
    pub agent: PathBuf,
    pub customer: PathBuf,
}

/// The one recording of a call that has ended.
pub fn tracks(desk: &Desk, call: &str) -> Tracks {
    let config = desk.folder.join("ramal.toml").display().to_string();
    let listed = || list(&desk.daemon.ctl(&["recordings", "list", "--call", call, "--config", &config]), "recordings");
    let done = |line: &Value| line["state"] == "done" || line["state"] == "compacted";
    let whole = wait_for(LONG, "the recording's file", || Some(listed()).filter(|all| all.iter().all(done)));
    assert_eq!(whole.len(), 1, "one recording of call {call}: {whole:?}");
    let wav = desk.folder.join(&format!("{call}.wav"));
    let (recording, exported) = (text(&whole[0]["recording"]), wav.display().to_string());
    desk.daemon.ctl(&["recordings", "export", &recording, &exported, "--config", &config]);
    Tracks { agent: sound::channel(&wav, 1), customer: sound::channel(&wav, 2) }
}

/// Everybody talks with everybody, and every guest's call is recorded from its answer to its end.
fn everybody_is_told_apart(count: usize, codecs: &[&str]) {
    let scene = scene_at(Seat::Here, count, "record = \"always\"", codecs);
    let calls: Vec<String> = (1..count).map(|guest| scene.call(guest)).collect();
    let join: Vec<&str> = ["conference", "join"].into_iter().chain(calls.iter().map(String::as_str)).collect();
    scene.leader.daemon.ctl(&join);
    for guest in 1..count {
        scene.hears(&(2_000 + guest).to_string(), &everybody_but(guest, count));
    }
    scene.goes_on(2.0);
    scene.leader.daemon.ctl(&["conference", "end", &calls[0]]);
    scene.clear();
    for (guest, call) in (1..count).zip(&calls) {
        judge(&scene, guest, call, count);
    }
}

/// Never a voice on the other's track, and a half second at least in which all are where they belong.
fn judge(scene: &Scene, guest: usize, call: &str, count: usize) {
    let tracks = tracks(&scene.leader, call);
    let parties = |wav| -> Vec<Vec<usize>> {
        let all: Vec<f64> = (0..count).map(|party| scene.voice(party)).collect();
        let number = |hertz: f64| all.iter().position(|voice| *voice == hertz);
        let halves = sound::voices_by_half_second(wav, &all, sound::SOFT).into_iter();
        halves.map(|voices| voices.into_iter().filter_map(number).collect()).collect()
    };
    let (customer, agent) = (parties(&tracks.customer), parties(&tracks.agent));
    let others = everybody_but(guest, count);
    assert!(customer.iter().all(|heard| heard.iter().all(|party| *party == guest)), "{guest} alone: {customer:?}");
    assert!(agent.iter().all(|heard| !heard.contains(&guest)), "everybody but {guest}: {agent:?}");
    let together = customer.iter().zip(&agent).filter(|(customer, agent)| **customer == [guest] && **agent == others);
    assert!(together.count() > 0, "{guest} with {others:?}: customer {customer:?}, agent {agent:?}");
}

fn everybody_but(left_out: usize, count: usize) -> Vec<usize> {
    (0..count).filter(|party| *party != left_out).collect()
}

#[test]
fn sp_08_vz_10_three_parties_are_told_apart_in_the_recordings_on_any_two_of_three_codecs() {
    for codecs in [["pcma", "g722"], ["g722", "opus"], ["opus", "pcma"]] {
        everybody_is_told_apart(3, &codecs);
    }
}

#[test]
fn sp_08_vz_10_five_parties_on_four_codecs_are_told_apart_in_the_recordings() {
    everybody_is_told_apart(5, &ALL_CODECS);
}

#[test]
fn sp_08_vz_10_sixteen_parties_are_told_apart_in_the_recordings() {
    everybody_is_told_apart(16, &ALL_CODECS);
}

#[test]
fn sp_08_vz_10_a_silenced_party_is_on_its_own_track_and_on_nobody_elses() {
    let scene = scene_at(Seat::Here, 3, "record = \"on-demand\"", &ALL_CODECS);
    let calls = [scene.call(1), scene.call(2)];
    scene.leader.daemon.ctl(&["conference", "join", &calls[0], &calls[1]]);
    scene.leader.daemon.ctl(&["conference", "silence", &calls[0]]);
    scene.hears("2002", &[0]);
    calls.iter().for_each(|call| drop(scene.leader.daemon.ctl(&["record", "start", call])));
    scene.goes_on(2.0);
    scene.clear();
    let tracks = calls.map(|call| tracks(&scene.leader, &call));
    // Whole tenths of one tone and nothing else, so nobody else's is in them.
    assert!(sound::seconds_of_tone(&tracks[0].customer, scene.voice(1)) >= 1.5, "it speaks");
    assert!(sound::seconds_of_tone(&tracks[1].agent, scene.voice(0)) >= 1.5, "only the leader speaks to the other");
}
