//! Asterisk's echo: what comes back is what was said.

use std::time::Duration;

use engine::news::CallState;

use crate::support::peers::{Asterisk, Options};
use crate::support::softphone::{Setup, says};
use crate::support::{Folder, LONG, Softphone, sound, wait_for, when};

#[test]
fn vz_04_sp_04_speech_comes_back_well_in_pcma_over_udp() {
    speech_comes_back(&Way { codec: "pcma", ..NARROW });
}

#[test]
fn vz_04_sp_04_speech_comes_back_well_in_pcmu_over_tcp() {
    speech_comes_back(&Way { codec: "pcmu", transport: "tcp", ..NARROW });
}

#[test]
fn sp_02_speech_comes_back_well_over_ipv6() {
    speech_comes_back(&Way { codec: "pcma", ipv6: true, ..NARROW });
}

#[test]
fn sp_04_wide_band_speech_comes_back_well_in_opus() {
    speech_comes_back(&Way { codec: "opus", rate: 16_000, least: 3.8, ..NARROW });
}

#[test]
fn sp_04_wide_band_speech_comes_back_in_g722() {
    // Its two bands, twice: wide-band PESQ gives no G.722 call through this echo more than 3.
    speech_comes_back(&Way { codec: "g722", rate: 16_000, least: 2.6, ..NARROW });
}

/// How speech goes to the echo and back, and the least PESQ of what comes.
struct Way {
    codec: &'static str,
    transport: &'static str,
    ipv6: bool,
    /// In Hz, of what is said and heard.
    rate: u32,
    least: f64,
}

const NARROW: Way = Way { codec: "pcma", transport: "udp", ipv6: false, rate: 8_000, least: 3.5 };

fn speech_comes_back(way: &Way) {
    let Way { codec, transport, ipv6, rate, least } = *way;
    let (asterisk, folder) = (Asterisk::start(Options { ipv6, ..Options::default() }), Folder::new("speech"));
    let speech = sound::speech(folder.path(), rate);
    let said = sound::padded(&speech);
    let profile = format!("codecs = [\"{codec}\"]");
    let setup = Setup { transport, profile: &profile, speech: Some(said.clone()), ..Setup::default() };
    let ramal = Softphone::start(asterisk.sip(), &setup);
    ramal.wait_registered(1001..=1002);

    let call = ramal.dial(1001, "600");
    let up = ramal.wait_state(call, CallState::Answered);
    assert!(up.legs[0].codec.as_ref().is_some_and(|agreed| agreed.eq_ignore_ascii_case(codec)), "{up:?}");
    assert_eq!(up.number, "600");
    let long_enough = sound::length(&said) + Duration::from_secs(1);
    wait_for(LONG, "the speech to come back", || when(sound::length(&ramal.heard(1001)) >= long_enough));
    ramal.wish("hangup", call);
    ramal.wait_state(call, CallState::Ended);
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
    let score = sound::pesq(&speech, &ramal.heard(1001));
    println!("PESQ {score:.2}: {codec}, {transport}, IPv{}", if ipv6 { 6 } else { 4 });
    assert!(score >= least, "PESQ {score}");
}

#[test]
fn vz_06_mute_sends_silence_and_the_stream_goes_on() {
    let asterisk = Asterisk::start(Options::default());
    let ramal = Softphone::start(asterisk.sip(), &Setup::default());
    ramal.wait_registered(1001..=1002);
    let call = ramal.dial(1001, "600");
    ramal.wait_hears(1001, says(1001));
    ramal.wish("mute", call);
    ramal.wait_hears_silence(1001);
    let (sent, received) = ramal.packets(call);
    wait_for(LONG, "packets to go on both ways", || {
        let now = ramal.packets(call);
        when(now.0 > sent + 200 && now.1 > received + 200)
    });
    assert!(ramal.call(call).muted && sound::ends_with_silence(&ramal.heard(1001)));
    ramal.wish("unmute", call);
    ramal.wait_hears(1001, says(1001));
}
