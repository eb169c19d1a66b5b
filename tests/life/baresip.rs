//! baresip, through Asterisk and directly: calls both ways, sound both ways, hold by the far end (VZ-05).

use crate::desk::{LONG, Plan, extensions, pbx, text};
use crate::support::peers::{Answering, Asterisk, Baresip, Line, Options};
use crate::support::{Folder, sound, wait_for, when};

/// Waits until a recording holds two seconds of a tone.
pub fn hears(what: &str, wav: impl Fn() -> Option<std::path::PathBuf>, hertz: f64) {
    wait_for(LONG, &format!("{what}: two seconds of {hertz} Hz"), || {
        let wav = wav().filter(|wav| wav.metadata().is_ok_and(|data| data.len() > 32_000))?;
        // The header of a live recording may lag behind.
        let copy = wav.with_extension("copy.wav");
        std::fs::copy(&wav, &copy).ok()?;
        when(hound::WavReader::open(&copy).is_ok() && sound::seconds_of_tone(&copy, hertz) >= 2.0)
    });
}

/// A device that says `hertz` and records what it hears.
pub fn device(name: &str, folder: &Folder, hertz: u32) -> String {
    let voice = folder.join(&format!("{name}-says.wav"));
    sound::tone(&voice, hertz, 2);
    format!("[device.{name}]\ntype = \"file\"\nplay = {voice:?}\nrepeat = true\nrecord = \"{name}-heard.wav\"\n")
}

#[test]
fn vz_04_calls_with_a_phone_behind_asterisk_both_ways_and_both_hear() {
    let asterisk = Asterisk::start(Options::default());
    let mut phone = Baresip::start(&Line { tone: 440, ..Line::new(1002, asterisk.sip()) });
    let plan = Plan::new("baresip").with(pbx(asterisk.sip())).with(extensions([1001], "device = \"robot\""));
    let robot = device("robot", &plan.folder, 1_000);
    let desk = plan.with(robot).start();
    desk.registered(1);
    let heard = desk.folder.join("robot-heard.wav");

    let call = desk.dial("1001", "1002");
    phone.wait_event(LONG, "CALL_ESTABLISHED");
    desk.wait_state(&call, "answered");
    hears("the daemon", || Some(heard.clone()), 440.0);
    desk.daemon.ctl(&["hangup", &call]);
    phone.wait_event(LONG, "CALL_CLOSED");
    assert!(sound::share_of_tone(&phone.recording().unwrap(), 1_000.0) > 0.9);

    std::fs::remove_file(&heard).unwrap();
    phone.dial("1001");
    let ringing = desk.wait_ringing();
    assert_eq!(ringing["number"], "1002");
    let call = text(&ringing["call"]);
    desk.daemon.ctl(&["answer", &call]);
    desk.wait_state(&call, "answered");
    hears("the daemon, called", || Some(heard.clone()), 440.0);
    phone.hang_up();
    desk.wait_no_calls(LONG);
    let ended = desk.ended(&call);
    assert_eq!((&ended["cause"]["kind"], &ended["cause"]["by"]), (&"normal".into(), &"peer".into()));
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
}

#[test]
fn vz_05_a_phone_that_calls_us_directly_holds_and_resumes() {
    let asterisk = Asterisk::start(Options::default());
    let mut phone = Baresip::start(&Line { answering: Answering::Manual, ..Line::new(1002, asterisk.sip()) });
    // baresip sends its RTP from 127.0.0.1, whatever its SDP says: learnt as behind NAT.
    let plan = Plan::new("direct").with(format!(
        "[registrar.phones]\nhost = \"{}\"\nprobe = false\n[profile.far]\nnat = true\n\
         [trunk.1001]\nregistrar = \"phones\"\nprofile = \"far\"\ndevice = \"robot\"",
        phone.sip()
    ));
    let robot = device("robot", &plan.folder, 1_000);
    let desk = plan.with(robot).start();
    phone.dial(&format!("sip:1001@{}", desk.host.sip()));
    let call = text(&desk.wait_ringing()["call"]);
    desk.daemon.ctl(&["answer", &call]);
    phone.wait_event(LONG, "CALL_ESTABLISHED");
    hears("the daemon", || Some(desk.folder.join("robot-heard.wav")), 440.0);
    let shown = |held: bool| desk.wait_call(&call, "held by the far end or not", |call| call["held_by_peer"] == held);
    shown(false);
    phone.hold();
    shown(true);
    phone.resume();
    let resumed = shown(false);
    let received = |call: &serde_json::Value| call["legs"][0]["quality"]["packets_received"].as_u64().unwrap_or(0);
    desk.wait_call(&call, "sound again", |call| received(call) >= received(&resumed) + 200);
    phone.hang_up();
    desk.wait_no_calls(LONG);
    // baresip's recording ends with the hold.
    assert!(sound::share_of_tone(&phone.recording().unwrap(), 1_000.0) > 0.9);
}

#[test]
fn vz_07_a_phone_that_sends_us_elsewhere_is_obeyed_and_told() {
    let asterisk = Asterisk::start(Options::default());
    let mut phone = Baresip::start(&Line::new(1002, asterisk.sip()));
    let plan = Plan::new("sent").with(format!(
        "[registrar.phones]\nhost = \"{}\"\nprobe = false\n[profile.far]\nnat = true\n\
         [trunk.1001]\nregistrar = \"phones\"\nprofile = \"far\"\ndevice = \"robot\"",
        phone.sip()
    ));
    let robot = device("robot", &plan.folder, 1_000);
    let desk = plan.with(robot).start();
    phone.dial(&format!("sip:1001@{}", desk.host.sip()));
    let call = text(&desk.wait_ringing()["call"]);
    desk.daemon.ctl(&["answer", &call]);
    phone.wait_event(LONG, "CALL_ESTABLISHED");
    // To itself: the new call is another one of the same phone's.
    phone.command("transfer", &format!("sip:1002@{}", phone.sip()));
    let ended = desk.ended(&call);
    assert_eq!(ended["cause"]["kind"], "transferred");
    let next = wait_for(LONG, "the call that was asked for", || {
        desk.calls().into_iter().find(|next| next["state"] == "answered")
    });
    assert_eq!((&next["number"], &next["protocolo"]), (&"1002".into(), &ended["protocolo"]));
    hears("the daemon", || Some(desk.folder.join("robot-heard.wav")), 440.0);
    phone.hang_up();
    desk.wait_no_calls(LONG);
}
