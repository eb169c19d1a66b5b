//! The headset (SP-05, VZ-04): a tone through a sound server into calls and out of them, while cards come and go.

use std::path::PathBuf;

use crate::desk::{Desk, LONG, Plan, extensions, pbx};
use crate::support::peers::{Asterisk, Options};
use crate::support::pulse::{Playing, Pulse};
use crate::support::{sound, wait_for, when};

/// What the person at the headset says, and the party at the other end.
const PERSON: u32 = 440;
const PARTY: u32 = 620;

/// 1001 talks through a headset, 1002 is a party made of files; a call between them is up.
struct Talk {
    desk: Desk,
    pulse: Pulse,
    call: String,
    _asterisk: Asterisk,
    _voice: Playing,
}

impl Talk {
    /// With these keys of the headset.
    fn begin(name: &str, keys: &str, prepare: impl FnOnce(&Pulse)) -> Talk {
        let asterisk = Asterisk::start(Options::default());
        let plan = Plan::new(name);
        let pulse = Pulse::start(plan.folder.path());
        prepare(&pulse);
        sound::tone(&plan.folder.join("party.wav"), PARTY, 4);
        let party = "[device.party]\ntype = \"file\"\nplay = \"party.wav\"\nrepeat = true\nrecord = \"party-heard.wav\"\n";
        let desk = plan
            .with(pbx(asterisk.sip()))
            .with(extensions([1001], "device = \"desk\""))
            .with(extensions([1002], "device = \"party\""))
            .with(format!("[device.desk]\ntype = \"headset\"\n{keys}\n{party}"))
            .start_in(&pulse.environment());
        desk.registered(2);
        let voice = pulse.play_tone("micfeed", PERSON);
        let call = desk.dial("1001", "1002");
        let rung = desk.wait_ringing()["call"].as_str().unwrap().to_owned();
        desk.daemon.ctl(&["answer", &rung]);
        desk.wait_state(&call, "answered");
        Talk { desk, pulse, call, _asterisk: asterisk, _voice: voice }
    }

    fn party_heard(&self) -> PathBuf {
        self.desk.folder.join("party-heard.wav")
    }

    /// Waits until the party's last second is this tone and nothing else; the tone's exact frequency.
    fn party_hears(&self, hertz: u32) -> f64 {
        let tone = || {
            let (rate, samples) = sound::samples(&self.party_heard());
            sound::second_of(&samples, rate, f64::from(hertz)).map(|second| sound::hertz(&second, rate))
        };
        wait_for(LONG, &format!("the party to hear {hertz} Hz"), tone)
    }

    fn party_hears_silence(&self) {
        wait_for(LONG, "the party to hear silence", || when(sound::ends_with_silence(&self.party_heard())));
    }
}

#[test]
fn vz_04_sp_05_a_tone_goes_through_the_sound_server_into_a_call_and_another_comes_out() {
    let talk = Talk::begin("headset", "input = \"mic\"\noutput = \"pulseaudio:spk\"", |_| {});
    let spk = talk.pulse.record("spk");
    let (into, out) = (talk.party_hears(PERSON), spk.wait_tone(PARTY));
    println!("into the call {into:.2} Hz, out of it {out:.2} Hz");
    assert!((into - 440.0).abs() < 2.0 && (out - 620.0).abs() < 2.0);
    talk.desk.daemon.ctl(&["hangup", &talk.call]);
    talk.desk.wait_no_calls(LONG);
}
