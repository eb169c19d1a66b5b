//! A supervisor in an agent's call among real peers: a customer behind Asterisk, an agent and a supervisor at devices of this
//! machine. Each says a tone of its own, so what everybody hears, and what is on each track of the recording, is judged by tone.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::desk::{Desk, LONG, Plan, extensions, pbx, text};
use crate::support::peers::{Asterisk, Baresip, Line, Options};
use crate::support::{sound, wait_for, when};
use crate::tracks::tracks;

const CUSTOMER: f64 = 440.0;
const AGENT: f64 = 700.0;
const SUPERVISOR: f64 = 1_170.0;
/// What a held customer hears.
const MUSIC: f64 = 3_000.0;
const ALL: [f64; 4] = [CUSTOMER, AGENT, SUPERVISOR, MUSIC];

struct Floor {
    desk: Desk,
    customer: Baresip,
    call: String,
    // The last to go.
    _asterisk: Asterisk,
}

fn device(name: &str, folder: &Path, hertz: f64) -> String {
    let says = folder.join(format!("{name}-says.wav"));
    sound::soft_tone(&says, hertz as u32, 2);
    format!("[device.{name}]\ntype = \"file\"\nplay = {says:?}\nrepeat = true\nrecord = \"{name}-heard.wav\"\n")
}

impl Floor {
    /// The agent at 1001 has called the customer at 1002, recorded; the supervisor sits at 1004.
    fn new() -> Floor {
        let asterisk = Asterisk::start(Options::default());
        let customer = Baresip::start(&Line { tone: CUSTOMER as u32, ..Line::new(1002, asterisk.sip()) });
        let plan = Plan::new("supervise").daemon("sounds_dir = \"sounds\"");
        let sounds = plan.folder.join("sounds");
        std::fs::create_dir(&sounds).unwrap();
        sound::tone(&sounds.join("music.wav"), MUSIC as u32, 2);
        let devices = device("agent", plan.folder.path(), AGENT) + &device("boss", plan.folder.path(), SUPERVISOR);
        let desk = plan
            .with(pbx(asterisk.sip()))
            .with(extensions([1001], "device = \"agent\"\nrecord = \"always\""))
            .with(extensions([1004], "device = \"boss\""))
            .with(devices)
            .start();
        desk.registered(2);
        let call = desk.dial("1001", "1002");
        desk.wait_state(&call, "answered");
        Floor { desk, customer, call, _asterisk: asterisk }
    }

    fn supervise(&self, how: &str) {
        self.desk.daemon.ctl(&["supervise", how, &self.call, "--through", "1004"]);
    }

    fn heard_at(&self, name: &str) -> PathBuf {
        match name {
            "customer" => sound::grown(&wait_for(LONG, "the customer's recording", || self.customer.recording())),
            name => self.desk.folder.join(&format!("{name}-heard.wav")),
        }
    }

    /// Waits until each of the three hears exactly these.
    fn heard(&self, customer: &[f64], agent: &[f64], supervisor: &[f64]) {
        for (name, voices) in [("customer", customer), ("agent", agent), ("boss", supervisor)] {
            self.hears(name, voices);
        }
        self.goes_on();
    }

    fn hears(&self, name: &str, voices: &[f64]) {
        wait_for(LONG, &format!("{name} to hear exactly {voices:?}"), || {
            when(sound::voices_at_the_end(&self.heard_at(name), &ALL, sound::SOFT) == voices)
        });
    }

    /// Two seconds more of what everybody hears now, for the recording.
    fn goes_on(&self) {
        let wav = self.heard_at("boss");
        let until = sound::length(&wav).as_secs_f64() + 2.0;
        wait_for(LONG, "two seconds more", || when(sound::length(&wav).as_secs_f64() >= until));
    }

    fn shown(&self) -> Value {
        self.desk.call(&self.call).unwrap()["supervised"].clone()
    }
}

#[test]
fn a_supervisor_is_heard_by_nobody_by_the_agent_or_by_all_and_the_recording_has_no_whisper() {
    let floor = Floor::new();
    let both = [CUSTOMER, AGENT];
    floor.supervise("listen");
    floor.heard(&[AGENT], &[CUSTOMER], &both);
    assert_eq!(floor.shown(), json!([]), "the agent does not see who listens");
    floor.supervise("whisper");
    floor.heard(&[AGENT], &[CUSTOMER, SUPERVISOR], &both);
    assert_eq!(floor.shown(), json!([{ "mode": "whisper", "by": "1004" }]));
    floor.desk.daemon.ctl(&["hold", &floor.call]);
    floor.heard(&[MUSIC], &[SUPERVISOR], &[AGENT]);
    floor.desk.daemon.ctl(&["resume", &floor.call]);
    floor.supervise("barge");
    floor.heard(&[AGENT, SUPERVISOR], &[CUSTOMER, SUPERVISOR], &both);
    floor.supervise("listen");
    floor.heard(&[AGENT], &[CUSTOMER], &both);
    floor.desk.daemon.ctl(&["hangup", &floor.call]);
    floor.desk.wait_no_calls(LONG);
    let tracks = tracks(&floor.desk, &floor.call);
    let customers = sound::voices_by_half_second(&tracks.customer, &ALL, sound::SOFT);
    assert!(customers.iter().flatten().all(|voice| *voice == CUSTOMER), "the customer's track: {customers:?}");
    let others = sound::voices_by_half_second(&tracks.agent, &ALL, sound::SOFT);
    let together = others.iter().position(|voices| voices[..] == [AGENT, SUPERVISOR]);
    let together = together.expect("who joined is recorded beside the agent");
    let whispered = others[..together].iter().flatten().any(|voice| *voice == SUPERVISOR);
    assert!(!whispered, "a whisper is on the agent's track: {others:?}");
    assert!(others.iter().flatten().all(|voice| [AGENT, SUPERVISOR].contains(voice)), "{others:?}");
    let log = ramal::store::Store::read(&floor.desk.folder.join("data")).unwrap();
    let page = ramal::store::Page { skip: 0, take: 20 };
    let actions: Vec<String> = log.audit(page).unwrap().into_iter().rev().map(|line| line.entry.action).collect();
    let expected = ["call-listened", "call-whispered", "call-joined", "call-listened", "supervision-ended"];
    assert_eq!(actions, expected);
    assert_eq!(log.verify_audit(&[]), Ok(5));
}

#[test]
fn a_supervisor_takes_the_call_over_and_the_customer_hears_no_one_else_any_more() {
    let floor = Floor::new();
    floor.supervise("whisper");
    floor.heard(&[AGENT], &[CUSTOMER, SUPERVISOR], &[CUSTOMER, AGENT]);
    floor.supervise("take-over");
    floor.hears("customer", &[SUPERVISOR]);
    floor.hears("boss", &[CUSTOMER]);
    let own = json!({ "do": "supervise", "call": floor.call, "mode": "listen", "through": "1004" });
    assert_eq!(text(&floor.desk.ask(&[own]).remove(0)["error"]["code"]), "own-call");
    floor.desk.daemon.ctl(&["hangup", &floor.call]);
    floor.desk.wait_no_calls(LONG);
}
