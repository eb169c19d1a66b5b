//! A desk phone as an agent's device (SP-05): baresip behind Asterisk, called once through it; customers are extensions of
//! another daemon, each with a tone of its own.

use serde_json::{Value, json};

use crate::baresip::{device, hears};
use crate::desk::{Desk, LONG, Plan, extensions, list, pbx, stories_of, text};
use crate::support::peers::{Asterisk, Baresip, Line, Options};
use crate::support::{sound, wait_for, when};

/// What the desk phone says, in Hz.
const PHONE: u32 = 440;
/// What a held customer hears.
const MUSIC: u32 = 620;
/// Each customer with its voice.
const CUSTOMERS: [(u32, u32); 3] = [(1002, 770), (1003, 1_000), (1004, 1_300)];

/// The agent is 1001 with the desk phone 1005; the other phones cannot be reached.
fn agent(asterisk: &Asterisk) -> Desk {
    let plan = Plan::new("agent").daemon("sounds_dir = \"sounds\"");
    let sounds = plan.folder.join("sounds");
    std::fs::create_dir(&sounds).unwrap();
    sound::tone(&sounds.join("music.wav"), MUSIC, 2);
    let phone = |name: &str, number: &str| {
        format!("[device.{name}]\ntype = \"sip\"\nnumber = \"{number}\"\naccount = \"1001\"\n")
    };
    let phones = [phone("mesa", "1005"), phone("busy", "610"), phone("unknown", "613"), phone("away", "1006")].concat();
    plan.with(pbx(asterisk.sip())).with(extensions([1001], "device = \"mesa\"")).with(phones).start()
}

/// The customers' daemon.
fn customers(asterisk: &Asterisk) -> Desk {
    let mut plan = Plan::new("customers").with(pbx(asterisk.sip()));
    for (number, hertz) in CUSTOMERS {
        let device = device(&number.to_string(), &plan.folder, hertz);
        plan = plan.with(extensions([number], &format!("device = \"{number}\""))).with(device);
    }
    plan.start()
}

struct Scene {
    asterisk: Asterisk,
    phone: Baresip,
    agent: Desk,
    customers: Desk,
}

impl Scene {
    fn new() -> Scene {
        let asterisk = Asterisk::start(Options::default());
        let phone = Baresip::start(&Line { tone: PHONE, ..Line::new(1005, asterisk.sip()) });
        let (agent, customers) = (agent(&asterisk), customers(&asterisk));
        agent.registered(1);
        customers.registered(CUSTOMERS.len());
        Scene { asterisk, phone, agent, customers }
    }

    /// A customer calls the agent, who answers.
    fn talk(&self, customer: u32) -> String {
        self.customers.dial(&customer.to_string(), "1001");
        let call = text(&self.agent.wait_ringing()["call"]);
        self.agent.daemon.ctl(&["answer", &call]);
        self.agent.wait_state(&call, "answered");
        call
    }

    /// Waits until the last that a customer heard is this tone alone.
    fn hears_now(&self, customer: u32, hertz: u32) {
        let wav = self.heard(customer);
        wait_for(LONG, &format!("{customer} to hear {hertz} Hz"), || when(sound::ends_with_tone(&wav, hertz.into())));
    }

    fn heard(&self, customer: u32) -> std::path::PathBuf {
        self.customers.folder.join(&format!("{customer}-heard.wav"))
    }

    fn clear(&self, call: &str) {
        self.agent.daemon.ctl(&["hangup", call]);
        self.agent.wait_no_calls(LONG);
        self.customers.wait_no_calls(LONG);
    }

    fn channels(&self, count: usize) {
        wait_for(LONG, &format!("{count} channels at the PBX"), || when(self.asterisk.channels() == count));
    }
}

#[test]
fn sp_05_the_phone_is_called_once_and_three_customers_are_heard_both_ways() {
    let scene = Scene::new();
    let connected = scene.agent.daemon.ctl(&["devices", "connect", "mesa"]);
    assert_eq!(connected["state"], "connected");
    scene.channels(2);
    for (customer, _) in CUSTOMERS {
        let call = scene.talk(customer);
        hears(&customer.to_string(), || Some(scene.heard(customer)), PHONE.into());
        scene.clear(&call);
        scene.channels(2);
    }
    let heard = scene.phone.recording().unwrap();
    scene.agent.daemon.ctl(&["devices", "disconnect", "mesa"]);
    scene.phone.wait_event(LONG, "CALL_CLOSED");
    scene.channels(0);
    assert_eq!(scene.phone.recording().unwrap(), heard, "it was one call");
    let picked_up = scene.phone.events().into_iter().filter(|event| event == "CALL_ESTABLISHED").count();
    assert_eq!(picked_up, 1);
    for (customer, hertz) in CUSTOMERS {
        let seconds = sound::seconds_of_tone(&heard, hertz.into());
        assert!(seconds >= 1.0, "the phone heard {customer} for {seconds} s");
    }
    // Its own call is no customer's.
    let Scene { agent, .. } = scene;
    assert_eq!(agent.stop_and_read().len(), CUSTOMERS.len());
}

#[test]
fn vz_05_vz_06_a_customer_is_held_muted_and_kept_when_the_phone_is_put_down() {
    let mut scene = Scene::new();
    let (customer, _) = CUSTOMERS[0];
    scene.agent.daemon.ctl(&["devices", "connect", "mesa"]);
    let call = scene.talk(customer);
    scene.hears_now(customer, PHONE);
    scene.agent.daemon.ctl(&["hold", &call]);
    scene.hears_now(customer, MUSIC);
    scene.agent.daemon.ctl(&["resume", &call]);
    scene.hears_now(customer, PHONE);
    scene.agent.daemon.ctl(&["mute", &call]);
    wait_for(LONG, "silence", || when(sound::ends_with_silence(&scene.heard(customer))));
    scene.agent.daemon.ctl(&["unmute", &call]);
    scene.hears_now(customer, PHONE);

    let since = scene.agent.phone("mesa")["since"].clone();
    let before = sound::length(&scene.heard(customer));
    scene.phone.hang_up();
    let again = wait_for(LONG, "the phone to be called again", || {
        Some(scene.agent.phone("mesa")).filter(|phone| phone["state"] == "connected" && phone["since"] != since)
    });
    assert_eq!(again["why"], Value::Null);
    let wav = scene.heard(customer);
    wait_for(LONG, "the phone's voice again", || {
        when(
            sound::length(&wav) > before + std::time::Duration::from_secs(2)
                && sound::ends_with_tone(&wav, PHONE.into()),
        )
    });
    assert_eq!(scene.agent.call(&call).map(|call| call["held"].clone()), Some(false.into()));
    scene.clear(&call);
    let Scene { asterisk, agent, .. } = scene;
    assert_eq!(agent.stop_and_read().len(), 1, "one call, whatever became of the phone");
    // The drain has hung the phone up.
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
}

#[test]
fn sp_05_an_answer_without_the_phone_calls_it_first_and_refusals_are_told() {
    let scene = Scene::new();
    for (device, kind) in [("busy", "busy"), ("unknown", "number-unknown")] {
        let refused = scene.agent.daemon.try_ctl(&["devices", "connect", device]);
        assert_eq!(refused.status.code(), Some(1));
        assert_eq!(scene.agent.phone(device)["why"]["kind"], kind);
    }
    let away = scene.agent.daemon.try_ctl(&["devices", "connect", "away"]);
    assert_eq!((away.status.code(), &scene.agent.phone("away")["state"]), (Some(1), &"disconnected".into()));
    assert_eq!(scene.agent.dial_refused("1001", "1002").0, "device-not-connected");

    let (customer, _) = CUSTOMERS[0];
    scene.customers.dial(&customer.to_string(), "1001");
    let call = text(&scene.agent.wait_ringing()["call"]);
    let answer = scene.agent.ask(&[json!({ "do": "answer", "call": call })]).remove(0);
    assert_eq!(answer["ok"]["phone_first"], "mesa");
    scene.agent.wait_state(&call, "answered");
    scene.hears_now(customer, PHONE);
    scene.clear(&call);
}

#[test]
fn sp_14_after_a_kill_no_channel_to_the_phone_is_left() {
    let scene = Scene::new();
    scene.agent.daemon.ctl(&["devices", "connect", "mesa"]);
    scene.channels(2);
    let Scene { asterisk, phone, agent, customers: _customers } = scene;
    let Desk { mut daemon, folder, host } = agent;
    daemon.kill9();
    drop(daemon);
    let again = Desk { daemon: crate::support::Daemon::start_again(folder.path(), &[]), folder, host };
    phone.wait_event(LONG, "CALL_CLOSED");
    wait_for(LONG, "no channel", || when(asterisk.channels() == 0));
    assert!(list(&again.daemon.ctl(&["devices"]), "phones").iter().all(|phone| phone["state"] == "disconnected"));
    let store = ramal::store::Store::read(&again.folder.join("data")).unwrap();
    assert!(stories_of(&store).is_empty(), "its call is in no history");
}
