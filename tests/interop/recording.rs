//! Calls recorded beside Asterisk (SP-08): customer and agent told apart by their tones.

use std::path::PathBuf;
use std::time::Duration;

use engine::id::CallId;
use engine::news::CallState;
use engine::records::RecordingState;
use ramal::recordings::{Format, export};
use ramal::store::{Page, RecordingFilter, RecordingLine, Store};

use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::{HOLD_MUSIC, Setup, says};
use crate::support::{LONG, Softphone, sound, wait_for, when};

/// 602 and 601 of tests/interop/asterisk.
const MILLIWATT: f64 = 1004.0;
const ASTERISK_MUSIC: f64 = 700.0;

#[test]
fn sp_08_customer_and_agent_are_apart_a_pause_is_silence_and_hold_music_is_on_no_track() {
    let (_asterisk, ramal) = recording("always");
    let call = ramal.dial(1001, "602");
    ramal.wait_state(call, CallState::Answered);
    listen(&ramal, 2);
    ramal.record(call, "pause");
    assert!(ramal.call(call).recording.unwrap().paused);
    listen(&ramal, 2);
    ramal.record(call, "resume");
    listen(&ramal, 2);
    ramal.wish("hold", call);
    listen(&ramal, 2);
    ramal.wish("resume", call);
    listen(&ramal, 2);
    ramal.wish("hangup", call);

    let line = kept(&ramal, call);
    let (agent, customer) = tracks(&ramal, &line);
    for (track, own, other) in [(&agent, says(1001), MILLIWATT), (&customer, MILLIWATT, says(1001))] {
        let seconds = sound::seconds_of_tone(track, own);
        assert!((5.0..=7.5).contains(&seconds), "{seconds} s of {own} Hz");
        assert_eq!(sound::seconds_of_tone(track, other), 0.0, "{other} Hz is not its");
        assert_eq!(sound::seconds_of_tone(track, HOLD_MUSIC), 0.0);
        let silence = sound::longest_nothing(track).as_secs_f64();
        assert!((1.8..=3.5).contains(&silence), "{silence} s of silence");
    }
}

#[test]
fn sp_08_one_recording_goes_on_over_a_bridge_with_the_other_party_on_the_agents_track() {
    let (_asterisk, ramal) = recording("on-demand");
    let customer = ramal.dial(1001, "602");
    ramal.wait_state(customer, CallState::Answered);
    ramal.record(customer, "start");
    listen(&ramal, 2);
    let other = ramal.dial(1002, "601");
    ramal.wait_state(other, CallState::Answered);
    let before = ramal.call(customer).recording.unwrap();
    ramal.bridge(customer, other);
    assert_eq!(ramal.call(customer).recording, Some(before));
    let line = live(&ramal);
    let file =
        || std::fs::metadata(ramal.folder().join("data/recordings").join(line.file.as_ref().unwrap())).unwrap().len();
    let grown = file() + 5 * 16_000;
    wait_for(LONG, "three more seconds", || when(file() > grown));
    ramal.wish("hangup", customer);

    let line = kept(&ramal, customer);
    let (agents, customers) = tracks(&ramal, &line);
    assert!(sound::seconds_of_tone(&agents, says(1001)) > 1.0);
    assert!(sound::seconds_of_tone(&agents, ASTERISK_MUSIC) > 1.5);
    assert!(sound::seconds_of_tone(&customers, MILLIWATT) > 4.0);
    assert_eq!(recordings(&ramal).len(), 1);
}

#[test]
fn sp_08_the_notice_comes_before_the_agent() {
    let asterisk = Asterisk::start(Options::default());
    let profile = "record = \"always\"\nrecording_notice = \"music\"";
    let ramal = Softphone::start(asterisk.sip(), &Setup { profile, ..Setup::default() });
    ramal.wait_registered(1001..=1002);
    let out = ramal.dial(1001, "1002");
    let taken = ramal.wait_ring(1002).call;
    ramal.wish("answer", taken);
    // Each is the other's customer: both hear the notice first, four seconds of it.
    ramal.wait_hears(1001, HOLD_MUSIC);
    assert_eq!(ramal.call(out).recording, None);
    ramal.wait_hears(1001, says(1002));
    ramal.wait_hears(1002, says(1001));
    assert!(ramal.call(out).recording.is_some() && ramal.call(taken).recording.is_some());
    for heard in [1001, 1002].map(|extension| ramal.heard(extension)) {
        let notice = sound::seconds_of_tone(&heard, HOLD_MUSIC);
        assert!((3.5..=4.2).contains(&notice), "{notice} s of notice");
    }
}

fn recording(policy: &str) -> (Asterisk, Softphone) {
    let asterisk = Asterisk::start(Options::default());
    let profile = format!("record = \"{policy}\"");
    let setup = Setup { profile: &profile, more: "[recordings]\ncompact = false", ..Setup::default() };
    let ramal = Softphone::start(asterisk.sip(), &setup);
    ramal.wait_registered(1001..=1002);
    (asterisk, ramal)
}

/// Lets the call go on until its person has heard so many seconds more.
fn listen(ramal: &Softphone, seconds: u64) {
    let until = sound::length(&ramal.heard(1001)) + Duration::from_secs(seconds);
    wait_for(LONG, "the call to go on", || when(sound::length(&ramal.heard(1001)) >= until));
}

fn recordings(ramal: &Softphone) -> Vec<RecordingLine> {
    let reader = Store::read(&ramal.folder().join("data")).unwrap();
    reader.recordings(&RecordingFilter::default(), Page::default()).unwrap()
}

fn live(ramal: &Softphone) -> RecordingLine {
    wait_for(LONG, "a recording to be written", || recordings(ramal).into_iter().find(|line| line.file.is_some()))
}

fn kept(ramal: &Softphone, call: CallId) -> RecordingLine {
    wait_for(LONG, "the recording to be kept", || {
        recordings(ramal).into_iter().find(|line| line.call == Some(call) && line.state == RecordingState::Done)
    })
}

/// The agent's and the customer's, each as a WAV of its own.
fn tracks(ramal: &Softphone, line: &RecordingLine) -> (PathBuf, PathBuf) {
    let wav = ramal.folder().join("call.wav");
    let mut out = std::fs::File::create(&wav).unwrap();
    export(line, &ramal.folder().join("data/recordings"), Format::Wav, &mut out).unwrap();
    (sound::channel(&wav, 1), sound::channel(&wav, 2))
}
