//! The whole of it: Chromium, this page, this daemon, Asterisk, and phones that nobody here wrote.

use std::path::PathBuf;

use crate::office::Office;
use crate::script::Script;
use crate::support::peers::{Answering, Asterisk, Baresip, Line, Options};
use crate::support::{Daemon, Folder, Host, LONG, sound, wait_for, when};

/// Who is at the other end of the line, and does what the page's script asks for.
struct Outside {
    asterisk: Asterisk,
    customer: Baresip,
    /// Answers by itself.
    _colleague: Baresip,
    /// What the agent's device hears.
    heard: PathBuf,
}

impl Outside {
    fn new(asterisk: Asterisk, heard: PathBuf) -> Outside {
        let line = |user, answering| Line { answering, ..Line::new(user, asterisk.sip()) };
        let customer = Baresip::start(&line(1002, Answering::Manual));
        let colleague = Baresip::start(&line(1003, Answering::Auto));
        Outside { asterisk, customer, _colleague: colleague, heard }
    }

    fn act(&mut self, wish: &str) {
        match wish {
            // From outside, by a number of its own.
            "the customer calls" => self.customer.dial("641"),
            "the customer hangs up" => self.customer.hang_up(),
            "the customer is called" => drop(self.customer.wait_event(LONG, "CALL_INCOMING")),
            "the customer answers" => self.customer.accept(),
            "the agent hears the customer" => self.agent_hears(),
            "the customer has heard the agent" => self.customer_heard(),
            "the colleague is free" => self.settle(2),
            "604 has read 1234" => wait_for(LONG, "the digits", || {
                self.asterisk.digits_read().iter().any(|digits| digits == "1234").then_some(())
            }),
            other => panic!("the script asks for what nobody does: {other}"),
        }
    }

    fn agent_hears(&self) {
        wait_for(LONG, "the customer's tone", || {
            let copy = self.heard.with_extension("copy.wav");
            std::fs::copy(&self.heard, &copy).ok()?;
            when(hound::WavReader::open(&copy).is_ok() && sound::seconds_of_tone(&copy, 440.0) >= 1.0)
        });
    }

    /// baresip's recording is whole once the call has ended.
    fn customer_heard(&self) {
        let recording = self.customer.recording().expect("baresip keeps what it heard");
        wait_for(LONG, "the agent's tone", || {
            when(hound::WavReader::open(&recording).is_ok() && sound::seconds_of_tone(&recording, 1_000.0) >= 1.0)
        });
    }

    fn settle(&self, channels: usize) {
        wait_for(LONG, "the end of the other channels", || when(self.asterisk.channels() == channels));
    }
}

/// A daemon with the agent's ramal at that Asterisk; every call is recorded. `more`: more of its configuration.
fn office(asterisk: &Asterisk, more: &str) -> Office {
    let (folder, host) = (Folder::new("web-desktop"), Host::claim());
    let voice = folder.join("says.wav");
    sound::tone(&voice, 1_000, 2);
    let (ip, pbx) = (host.address(), asterisk.sip());
    let toml = format!(
        "[daemon]\ndata_dir = \"data\"\nlog = \"debug\"\nshards = 1\n[[listen]]\naddress = \"{ip}:5060\"\n[media]\nips = [\"{ip}\"]\n\
         [web]\nlisten = [\"{ip}:8080\"]\n[registrar.pbx]\nhost = \"{pbx}\"\nprofile = \"asterisk\"\nrecord = \"always\"\n\
         [device.fone]\ntype = \"file\"\nplay = {voice:?}\nrepeat = true\nrecord = \"heard.wav\"\n\
         [extension.1001]\nsecret = \"pw1001\"\ndevice = \"fone\"\nwatch = [\"1003\"]\n{more}"
    );
    let daemon = Daemon::start(&toml, folder.path());
    Office { daemon, folder, host }
}

/// All of it, and the link that sets it up.
fn stage(more: &str) -> (Asterisk, Office, String) {
    let asterisk = Asterisk::start(Options::default());
    let office = office(&asterisk, more);
    let link = format!("http://{}/#/setup/{}", office.address(), office.link());
    (asterisk, office, link)
}

#[test]
fn sm_01_to_sm_12_a_day_at_the_desktop_in_a_real_browser() {
    let (asterisk, office, link) = stage("");
    let Some(script) = Script::start("day", &link, &[("RAMAL_PBX", asterisk.sip().to_string())]) else { return };
    let mut outside = Outside::new(asterisk, office.folder.join("heard.wav"));
    script.play(|wish| outside.act(wish), || office.daemon.log());
    assert_eq!(office.daemon.ctl(&["status"])["calls"], 0);
}

#[test]
fn cb_01_cb_08_ag_04_promises_are_kept_at_their_minute_in_a_real_browser() {
    let (asterisk, office, link) = stage("");
    let Some(script) = Script::start("promises", &link, &[]) else { return };
    let mut outside = Outside::new(asterisk, office.folder.join("heard.wav"));
    script.play(|wish| outside.act(wish), || office.daemon.log());
}

/// What a list of leads is dialled over, at any hour: the PBX does with a number what its last digits say.
const CAMPAIGNS: &str = "[trunk.tronco]\nuser = \"1010\"\nsecret = \"pw1010\"\nregistrar = \"pbx\"\n\
                         dial_format = \"8{ddd}{number}\"\n[gate]\nhours = \"always\"\n";

#[test]
fn gn_01_to_gn_16_an_agent_works_through_campaigns_in_a_real_browser() {
    let (asterisk, office, link) = stage(CAMPAIGNS);
    let Some(script) = Script::start("campaigns", &link, &[]) else { return };
    script.play(|wish| panic!("nobody outside does: {wish}"), || office.daemon.log());
    drop(asterisk);
}
