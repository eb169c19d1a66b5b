//! Conferences of three, five and sixteen, each party on a codec of its own, told apart by their voices (VZ-10).
//!
//! One daemon leads; another one is all the guests, each with a device that says a tone and records what it hears.

use std::path::Path;

use serde_json::json;

use crate::desk::{Desk, LONG, Plan, list, text};
use crate::support::{sound, wait_for, when};

/// Every codec there is; guests take them in turn.
pub const ALL_CODECS: [&str; 4] = ["pcma", "pcmu", "g722", "opus"];

/// Hertz of party `number`; the leader is 0. No multiple of another, and below a telephone's 3,400.
fn voice(number: usize) -> u32 {
    310 + 170 * number as u32
}

/// A device that speaks softly enough for sixteen together.
fn device(name: &str, folder: &Path, number: usize) -> String {
    let says = folder.join(format!("{name}-says.wav"));
    sound::soft_tone(&says, voice(number), 2);
    format!("[device.{name}]\ntype = \"file\"\nplay = {says:?}\nrepeat = true\nrecord = \"{name}-heard.wav\"\n")
}

/// The guests' daemon: accounts 2001, 2002, … that take calls from `leader`, on these codecs in turn, and its desk phone [`PHONE`].
fn guests(leader: std::net::SocketAddr, count: usize, codecs: &[&str]) -> Desk {
    let mut plan = Plan::new("guests").with(format!("[registrar.leader]\nhost = \"{leader}\"\nprobe = false\n"));
    for number in 1..=count {
        let (name, codec) = (2_000 + number, codecs[number % codecs.len()]);
        let device = device(&name.to_string(), plan.folder.path(), number);
        plan = plan.with(format!(
            "[profile.p{name}]\ncodecs = [\"{codec}\"]\n\
             [trunk.{name}]\nregistrar = \"leader\"\nuser = \"{name}\"\nprofile = \"p{name}\"\ndevice = \"{name}\"\n{device}"
        ));
    }
    let phone = device(PHONE, plan.folder.path(), 0);
    plan.with(format!("[trunk.{PHONE}]\nregistrar = \"leader\"\nuser = \"{PHONE}\"\ndevice = \"{PHONE}\"\n{phone}"))
        .start()
}

/// Where the leader talks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    Here,
    /// At a desk phone: an account of the guests' daemon.
    Phone,
}

/// The number of the leader's desk phone.
const PHONE: &str = "2099";

/// A leader's daemon and its guests'.
pub struct Scene {
    pub leader: Desk,
    pub guests: Desk,
    count: usize,
}

/// `count` parties on all codecs, the leader among them; `keys` are given to the leader's account.
pub fn scene(count: usize, keys: &str) -> Scene {
    scene_at(Seat::Here, count, keys, &ALL_CODECS)
}

/// The same with the leader's seat, which is connected where it is a phone, and the guests on these codecs.
pub fn scene_at(seat: Seat, count: usize, keys: &str, codecs: &[&str]) -> Scene {
    let plan = Plan::new("leader").daemon("sounds_dir = \"sounds\"");
    let sounds = plan.folder.join("sounds");
    std::fs::create_dir(&sounds).unwrap();
    sound::tone(&sounds.join("music.wav"), 3_300, 2);
    let guests = guests(plan.host.sip(), count - 1, codecs);
    let robot = match seat {
        Seat::Here => device("robot", plan.folder.path(), 0),
        Seat::Phone => format!("[device.robot]\ntype = \"sip\"\nnumber = \"{PHONE}\"\n"),
    };
    let leader = plan.with(format!(
        "[registrar.guests]\nhost = \"{}\"\nprobe = false\n\
         [profile.all]\ncodecs = [\"pcma\", \"pcmu\", \"g722\", \"opus\"]\nrefer = false\n\
         [trunk.lead]\nregistrar = \"guests\"\nuser = \"1000\"\nprofile = \"all\"\ndevice = \"robot\"\nexclusive = true\n\
         calls_per_minute = 600\n{keys}\n{robot}",
        guests.host.sip()
    ));
    let scene = Scene { leader: leader.start(), guests, count };
    if seat == Seat::Phone {
        scene.leader.ask(&[serde_json::json!({ "do": "connect", "device": "robot" })]);
        scene.guest_answers();
        scene.leader.wait_phone("robot", "connected");
    }
    scene
}

impl Scene {
    /// Dials a guest, who answers.
    pub fn call(&self, guest: usize) -> String {
        let call = self.leader.dial("lead", &(2_000 + guest).to_string());
        self.guest_answers();
        self.leader.wait_state(&call, "answered");
        call
    }

    /// Holds `call` and asks a guest, who answers.
    pub fn ask(&self, call: &str, guest: usize) -> String {
        let asked = text(&self.leader.daemon.ctl(&["consult", &(2_000 + guest).to_string(), call])["call"]);
        self.guest_answers();
        self.leader.wait_state(&asked, "answered");
        asked
    }

    pub fn guest_answers(&self) {
        let ringing = text(&self.guests.wait_ringing()["call"]);
        self.guests.daemon.ctl(&["answer", &ringing]);
    }

    /// Everybody's voice is a tone: this party's, in Hz.
    pub fn voice(&self, party: usize) -> f64 {
        f64::from(voice(party))
    }

    /// Waits until guest `name` hears these parties and no other.
    pub fn hears(&self, name: &str, parties: &[usize]) {
        hears(&self.guests, name, self.count, parties);
    }

    /// Music, or nothing.
    pub fn hears_nobody(&self, name: &str) {
        self.hears(name, &[]);
    }

    /// Waits until the first guest has heard so many seconds more.
    pub fn goes_on(&self, seconds: f64) {
        let heard = self.guests.folder.join("2001-heard.wav");
        let until = sound::length(&heard).as_secs_f64() + seconds;
        wait_for(LONG, "the call to go on", || when(sound::length(&heard).as_secs_f64() >= until));
    }

    /// Keys that guests have received so far, in calls of today.
    pub fn digits_received(&self) -> usize {
        let stories = crate::desk::stories_of(&ramal::store::Store::read(&self.guests.folder.join("data")).unwrap());
        stories.iter().flat_map(|story| &story.events).filter(|line| line.event == "digit-received").count()
    }

    /// Everybody hangs up.
    pub fn clear(&self) {
        for call in self.leader.calls() {
            // Its partner's end may have ended it meanwhile.
            let _ = self.leader.daemon.try_ctl(&["hangup", &text(&call["call"])]);
        }
        self.leader.wait_no_calls(LONG);
        let is_guest = |call: &serde_json::Value| call["account"] != PHONE;
        wait_for(LONG, "the end of every guest's call", || when(!self.guests.calls().iter().any(is_guest)));
    }
}

/// The leader's daemon, the guests', and the calls to all of them in one conference.
fn conference(count: usize) -> (Desk, Desk, Vec<String>) {
    let scene = scene(count, "");
    let calls: Vec<String> = (1..count).map(|guest| scene.call(guest)).collect();
    let join: Vec<&str> = ["conference", "join"].into_iter().chain(calls.iter().map(String::as_str)).collect();
    scene.leader.daemon.ctl(&join);
    (scene.leader, scene.guests, calls)
}

/// Waits until the end of what `name` hears holds these parties' voices and no other.
fn hears(desk: &Desk, name: &str, count: usize, parties: &[usize]) {
    let wav = desk.folder.join(&format!("{name}-heard.wav"));
    let all: Vec<f64> = (0..count).map(|number| f64::from(voice(number))).collect();
    let wanted: Vec<f64> = parties.iter().map(|number| f64::from(voice(*number))).collect();
    wait_for(LONG, &format!("{name} to hear exactly {parties:?}"), || {
        when(sound::voices_at_the_end(&wav, &all, sound::SOFT) == wanted)
    });
}

fn everybody_but(count: usize, left_out: &[usize]) -> Vec<usize> {
    (0..count).filter(|number| !left_out.contains(number)).collect()
}

fn everybody_hears_everybody_else(count: usize) {
    let (leader, guests, calls) = conference(count);
    hears(&leader, "robot", count, &everybody_but(count, &[0]));
    for number in 1..count {
        hears(&guests, &(2_000 + number).to_string(), count, &everybody_but(count, &[number]));
    }
    leader.daemon.ctl(&["conference", "end", &calls[0]]);
    leader.wait_no_calls(LONG);
    guests.wait_no_calls(LONG);
}

#[test]
fn vz_10_three_parties_on_three_codecs_hear_each_other() {
    everybody_hears_everybody_else(3);
}

#[test]
fn vz_10_five_parties_on_four_codecs_hear_each_other() {
    everybody_hears_everybody_else(5);
}

#[test]
fn vz_10_sixteen_parties_hear_each_other() {
    everybody_hears_everybody_else(16);
}

#[test]
fn vz_10_a_party_is_silenced_held_split_off_and_the_leader_leaves() {
    let (leader, guests, calls) = conference(4);
    hears(&leader, "robot", 4, &[1, 2, 3]);
    leader.daemon.ctl(&["conference", "silence", &calls[0]]);
    hears(&leader, "robot", 4, &[2, 3]);
    hears(&guests, "2002", 4, &[0, 3]);
    hears(&guests, "2001", 4, &[0, 2, 3]);
    leader.daemon.ctl(&["conference", "unsilence", &calls[0]]);
    leader.daemon.ctl(&["hold", &calls[1]]);
    hears(&leader, "robot", 4, &[1, 3]);
    hears(&guests, "2003", 4, &[0, 1]);
    leader.daemon.ctl(&["resume", &calls[1]]);
    hears(&guests, "2003", 4, &[0, 1, 2]);
    leader.daemon.ctl(&["conference", "split", &calls[2]]);
    hears(&leader, "robot", 4, &[1, 2]);
    leader.daemon.ctl(&["conference", "leave", &calls[0]]);
    hears(&guests, "2001", 4, &[2]);
    hears(&guests, "2002", 4, &[1]);
    let shown = leader.call(&calls[0]).unwrap();
    assert_eq!(text(&shown["bridged_with"]), calls[1]);
    // Who is left alone is hung up; who was split off waits for the leader.
    leader.daemon.ctl(&["hangup", &calls[0]]);
    leader.ended(&calls[1]);
    assert_eq!(leader.call(&calls[2]).unwrap()["held"], true);
    assert_eq!(list(&guests.daemon.ctl(&["calls"]), "calls").len(), 1);
}

#[test]
fn vz_10_what_cannot_be_a_conference_is_refused_in_words() {
    let (leader, _guests, calls) = conference(3);
    let refused = |action: &str, calls: &[&str]| {
        let wish = json!({ "do": "conference", "action": action, "calls": calls });
        text(&leader.ask(&[wish]).remove(0)["error"]["text"])
    };
    assert_eq!(refused("join", &[&calls[0]]), "name two or more different calls to be joined");
    assert_eq!(refused("split", &[&calls[0], &calls[1]]), "calls: must be one call for this action");
    assert_eq!(refused("end", &["1"]), "there is no call 1");
}
