//! The headset (SP-05, VZ-04): a tone through a sound server into calls and out of them, while cards come and go.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::desk::{Desk, LONG, Plan, extensions, list, pbx};
use crate::support::peers::{Asterisk, Options};
use crate::support::pulse::{Playing, Pulse};
use crate::support::uhid::Headset;
use crate::support::{sound, wait_for, when};

/// What the person at the headset says, and the party at the other end.
const PERSON: u32 = 440;
const PARTY: u32 = 620;

/// 1001 talks through a headset, 1002 is a party made of files; a call between them is up.
struct Talk {
    // Dropped in this order: the daemon ends before its sound server.
    desk: Desk,
    call: String,
    voice: Option<Playing>,
    pulse: Pulse,
    _asterisk: Asterisk,
}

impl Talk {
    /// With these keys of the headset; the person speaks into `mic`.
    fn begin(name: &str, keys: &str, prepare: impl FnOnce(&Pulse)) -> Talk {
        let mut talk = Talk::prepare(name, keys, prepare);
        talk.voice = Some(talk.pulse.play_tone("micfeed", PERSON));
        talk.call = talk.desk.dial("1001", "1002");
        let rung = talk.desk.wait_ringing();
        talk.answer(&rung);
        talk.desk.wait_state(&talk.call, "answered");
        talk
    }

    /// Everything but the voice and the call.
    fn prepare(name: &str, keys: &str, prepare: impl FnOnce(&Pulse)) -> Talk {
        let asterisk = Asterisk::start(Options::default());
        let plan = Plan::new(name);
        let pulse = Pulse::start(plan.folder.path());
        prepare(&pulse);
        sound::tone(&plan.folder.join("party.wav"), PARTY, 4);
        let party =
            "[device.party]\ntype = \"file\"\nplay = \"party.wav\"\nrepeat = true\nrecord = \"party-heard.wav\"\n";
        let desk = plan
            .with(pbx(asterisk.sip()))
            .with(extensions([1001], "device = \"desk\""))
            .with(extensions([1002], "device = \"party\""))
            .with(format!("[device.desk]\ntype = \"headset\"\n{keys}\n{party}"))
            .start_in(&pulse.environment());
        desk.registered(2);
        Talk { desk, call: String::new(), voice: None, pulse, _asterisk: asterisk }
    }

    fn answer(&self, call: &Value) {
        self.desk.daemon.ctl(&["answer", call["call"].as_str().unwrap()]);
    }

    fn wait_trouble(&self, trouble: Value) {
        self.desk.wait_call(&self.call, &format!("trouble {trouble}"), |call| call["trouble"] == trouble);
    }

    fn party_heard(&self) -> PathBuf {
        self.desk.folder.join("party-heard.wav")
    }

    /// Waits until the party's last half second is this tone and nothing else; the tone's exact frequency.
    fn party_hears(&self, hertz: u32) -> f64 {
        let tone = || {
            let (rate, samples) = sound::samples(&self.party_heard());
            sound::end_of(&samples, rate, f64::from(hertz)).map(|end| sound::hertz(&end, rate, f64::from(hertz)))
        };
        wait_for(LONG, &format!("the party to hear {hertz} Hz"), tone)
    }

    fn party_hears_silence(&self) {
        wait_for(LONG, "the party to hear silence", || when(sound::ends_with_silence(&self.party_heard())));
    }
}

/// Both ends on these cards, whatever the defaults are.
const NAMED: &str = "input = \"mic\"\noutput = \"pulseaudio:spk\"";

#[test]
fn vz_04_sp_05_a_tone_goes_through_the_sound_server_into_a_call_and_another_comes_out() {
    let talk = Talk::begin("headset", NAMED, |_| {});
    let spk = talk.pulse.record("spk");
    let (into, out) = (talk.party_hears(PERSON), spk.wait_tone(PARTY));
    println!("into the call {into:.2} Hz, out of it {out:.2} Hz");
    assert!((into - 440.0).abs() < 2.0 && (out - 620.0).abs() < 2.0);
    let said = wait_for(LONG, "levels", || {
        let devices = list(&talk.desk.daemon.ctl(&["devices"]), "devices");
        let desk = devices.into_iter().find(|device| device["device"] == "desk").unwrap();
        assert_eq!(desk["input"]["card"], "pulseaudio:mic");
        desk["said"]["rms"].as_f64().filter(|_| desk["heard"]["rms"].as_f64().is_some_and(|heard| heard > 0.1))
    });
    // A sine 12 dB below the loudest.
    assert!((said - 0.178).abs() < 0.02, "{said}");
    talk.desk.daemon.ctl(&["hangup", &talk.call]);
    talk.desk.wait_no_calls(LONG);
}

#[test]
fn sp_05_sp_07_a_sound_server_that_dies_ends_no_call_and_is_used_again_when_it_is_back() {
    let mut talk = Talk::begin("server", NAMED, |_| {});
    talk.party_hears(PERSON);
    talk.pulse.kill();
    talk.wait_trouble(json!("device-gone"));
    talk.party_hears_silence();
    talk.pulse.start_again();
    talk.voice = Some(talk.pulse.play_tone("micfeed", PERSON));
    talk.party_hears(PERSON);
    talk.wait_trouble(Value::Null);
    talk.pulse.record("spk").wait_tone(PARTY);
}

#[test]
fn sp_05_the_default_device_is_followed_in_mid_call() {
    let choose = |pulse: &Pulse, microphone: &str, loudspeaker: &str| {
        pulse.ctl(&["set-default-source", microphone]);
        pulse.ctl(&["set-default-sink", loudspeaker]);
    };
    let talk = Talk::begin("default", "", |pulse| {
        pulse.add_microphone("second");
        pulse.add_loudspeaker("other");
        choose(pulse, "mic", "spk");
    });
    let _second = talk.pulse.play_tone("secondfeed", 880);
    talk.party_hears(PERSON);
    let (spk, other) = (talk.pulse.record("spk"), talk.pulse.record("other"));
    spk.wait_tone(PARTY);
    choose(&talk.pulse, "second", "other");
    talk.party_hears(880);
    other.wait_tone(PARTY);
    spk.wait_silence();
}

#[test]
fn sp_05_a_named_headset_that_is_pulled_out_is_waited_for_and_taken_again() {
    let talk = Talk::begin("hotplug", NAMED, |pulse| pulse.add_microphone("built-in"));
    talk.party_hears(PERSON);
    talk.pulse.remove("mic");
    talk.wait_trouble(json!("device-gone"));
    talk.party_hears_silence();
    let _elsewhere = talk.pulse.play_tone("built-infeed", 880);
    let master = "master=micfeed.monitor";
    talk.pulse.ctl(&["load-module", "module-remap-source", master, "source_name=mic"]);
    talk.party_hears(PERSON);
    talk.wait_trouble(Value::Null);
}

#[test]
fn sp_05_a_call_rings_on_one_card_and_is_talked_on_another() {
    let mut talk = Talk::prepare("bell", &format!("{NAMED}\nring = \"bell\""), |pulse| pulse.add_loudspeaker("bell"));
    let (bell, spk) = (talk.pulse.record("bell"), talk.pulse.record("spk"));
    talk.call = talk.desk.dial("1002", "1001");
    let rung = talk.desk.wait_ringing();
    bell.wait_sound();
    assert!(spk.is_silent(), "it rings on the other card");
    talk.answer(&rung);
    spk.wait_tone(PARTY);
    bell.wait_silence();
}

#[test]
fn sp_07_a_microphone_that_gives_nothing_is_named_until_it_speaks() {
    let mut talk = Talk::begin("silent", NAMED, |_| {});
    talk.party_hears(PERSON);
    talk.voice = None;
    talk.wait_trouble(json!("silent-microphone"));
    talk.voice = Some(talk.pulse.play_tone("micfeed", PERSON));
    talk.wait_trouble(Value::Null);
    talk.desk.daemon.ctl(&["mute", &talk.call]);
    talk.wait_trouble(json!("muted"));
}

#[test]
fn sp_05_a_call_is_answered_and_hung_up_by_the_headsets_hook_and_its_lamps_follow() {
    let mut headset = match Headset::plug_in("Ramal's test headset") {
        Ok(headset) => headset,
        Err(why) => return println!("NOT TESTED HERE: the kernel makes no virtual devices: /dev/uhid: {why}"),
    };
    let mut talk = Talk::prepare("hook", &format!("{NAMED}\nbuttons = {:?}", headset.path), |_| {});
    talk.call = talk.desk.dial("1002", "1001");
    let rung = talk.desk.wait_ringing();
    headset.wait_lit(0b010);
    headset.hook(true);
    talk.desk.wait_state(rung["call"].as_str().unwrap(), "answered");
    headset.wait_lit(0b001);
    headset.hook(false);
    talk.desk.wait_no_calls(LONG);
    headset.wait_lit(0);
}

#[test]
fn sp_05_voices_are_improved_by_setting() {
    let improved = "echo_cancellation = true\nnoise_suppression = true\ngain = true";
    let talk = Talk::begin("improved", &format!("{NAMED}\n{improved}"), |_| {});
    // A steady tone is noise to them: what must come through is that sound comes through at all.
    talk.pulse.record("spk").wait_tone(PARTY);
    wait_for(LONG, "the party to hear something", || when(!sound::ends_with_silence(&talk.party_heard())));
}
