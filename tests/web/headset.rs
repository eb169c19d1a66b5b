//! The browser's own headset over a whole call: Chromium, this page, this daemon, Asterisk; the customer is another daemon's
//! extension, which keeps what it hears.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::office::Office;
use crate::script::Script;
use crate::support::peers::{Asterisk, Baresip, Line, Options};
use crate::support::{Daemon, Folder, Host, LONG, sound, wait_for, when};

/// What each says, in Hz: the agent's microphone, the agent's desk phone, the hold music.
const AGENT: f64 = 1_000.0;
const PHONE: f64 = 1_300.0;
const MUSIC: f64 = 620.0;
/// The customer's voice, which the script listens for in the page.
const CUSTOMER: u32 = 440;

/// Who is outside the browser, and does what the script asks for.
struct Outside {
    customer: Daemon,
    heard: PathBuf,
    /// Tenths of a second of it when the script said so.
    mark: usize,
    _phone: Baresip,
    _folder: Folder,
    _asterisk: Asterisk,
}

impl Outside {
    fn act(&mut self, wish: &str) {
        match wish {
            "the customer calls" => {
                self.customer.ctl(&["dial", "1001", "--route", "1002"]);
            }
            "the customer hears the agent" => self.hears(AGENT),
            "the customer hears the phone" => self.hears(PHONE),
            "the customer hears nothing" => wait_for(LONG, "silence", || {
                let all = self.heard();
                let last = &all[all.len().saturating_sub(15)..];
                when(last.len() == 15 && last.iter().all(Option::is_none))
            }),
            "the customer hears music" => self.hears(MUSIC),
            "the time is noted" => self.mark = self.heard().len(),
            "the change was quick" => self.gap(),
            other => panic!("the script asks for what nobody does: {other}"),
        }
    }

    fn heard(&self) -> Vec<Option<f64>> {
        sound::tenths(&self.heard, &[AGENT, PHONE, MUSIC])
    }

    /// The agent's voice has pauses.
    fn hears(&self, hertz: f64) {
        wait_for(LONG, &format!("the customer to hear {hertz} Hz"), || {
            let all = self.heard();
            let last = &all[all.len().saturating_sub(10)..];
            when(last.iter().filter(|tone| **tone == Some(hertz)).count() >= 3)
        });
    }

    /// Between the last of one device and the first of the other, in the customer's ear.
    fn gap(&self) {
        let heard = self.heard();
        let voiced = |tone: &Option<f64>| matches!(tone, Some(hertz) if *hertz != MUSIC);
        let since = &heard[self.mark.saturating_sub(5)..];
        let longest = since.split(voiced).map(<[_]>::len).max().unwrap_or(0);
        println!("  without a voice for {} ms", longest * 100);
        assert!(longest <= 50, "five times the second that it may take: {longest} tenths");
    }
}

/// Bursts, as a voice has them: what never changes a browser takes for noise.
pub fn bursts(wav: &Path, hertz: f64, count: u32) {
    let mut sox = Command::new("sox");
    sox.args(["-n", "-r", "48000", "-c", "1", "-b", "16"]).arg(wav).args(["synth", "0.3", "sine"]);
    sox.arg(hertz.to_string()).args(["gain", "-6", "pad", "0", "0.2", "repeat"]).arg((count - 1).to_string());
    assert!(sox.status().is_ok_and(|status| status.success()), "sox of tests/interop/install");
}

pub fn customer(asterisk: &Asterisk, folder: &Folder) -> Daemon {
    let (host, voice) = (Host::claim(), folder.join("customer.wav"));
    sound::tone(&voice, CUSTOMER, 4);
    let (ip, pbx) = (host.address(), asterisk.sip());
    let toml = format!(
        "[daemon]\ndata_dir = \"data\"\n[[listen]]\naddress = \"{ip}:5060\"\n[media]\nips = [\"{ip}\"]\n\
         [registrar.pbx]\nhost = \"{pbx}\"\nprofile = \"asterisk\"\n\
         [device.voice]\ntype = \"file\"\nplay = {voice:?}\nrepeat = true\nrecord = \"heard.wav\"\n\
         [extension.1002]\nsecret = \"pw1002\"\ndevice = \"voice\"\n"
    );
    Daemon::start(&toml, folder.path())
}

pub fn office(asterisk: &Asterisk) -> Office {
    let (folder, host) = (Folder::new("web-headset"), Host::claim());
    let (ip, pbx, sounds) = (host.address(), asterisk.sip(), folder.join("sounds"));
    std::fs::create_dir(&sounds).unwrap();
    sound::tone(&sounds.join("music.wav"), MUSIC as u32, 2);
    let toml = format!(
        "[daemon]\ndata_dir = \"data\"\nlog = \"debug\"\nsounds_dir = \"sounds\"\n[[listen]]\naddress = \"{ip}:5060\"\n\
         [media]\nips = [\"{ip}\"]\n[web]\nlisten = [\"{ip}:8080\"]\n\
         [registrar.pbx]\nhost = \"{pbx}\"\nprofile = \"asterisk\"\n\
         [device.mesa]\ntype = \"sip\"\nnumber = \"1005\"\naccount = \"1001\"\n\
         [extension.1001]\nsecret = \"pw1001\"\n[extension.1003]\nsecret = \"pw1003\"\n"
    );
    let daemon = Daemon::start(&toml, folder.path());
    Office { daemon, folder, host }
}

#[test]
fn sp_05_sp_06_a_call_over_the_browser_s_headset_lives_through_reload_second_tab_desk_phone_and_crash() {
    let asterisk = Asterisk::start(Options::default());
    let office = office(&asterisk);
    let link = format!("http://{}/#/setup/{}", office.address(), office.link());
    let microphone = office.folder.join("microphone.wav");
    bursts(&microphone, AGENT, 41);
    let environment = [("RAMAL_MICROPHONE", microphone.display().to_string())];
    let Some(script) = Script::start("headset", &link, &environment) else { return };
    let folder = Folder::new("web-headset-customer");
    let phone = Baresip::start(&Line { tone: PHONE as u32, ..Line::new(1005, asterisk.sip()) });
    let customer = customer(&asterisk, &folder);
    let heard = folder.join("heard.wav");
    let mut outside = Outside { customer, heard, mark: 0, _phone: phone, _folder: folder, _asterisk: asterisk };
    script.play(|wish| outside.act(wish), || office.daemon.log());
    assert!(!office.daemon.log().contains("IceCreds"), "the keys of a connection are nobody's");
    assert_eq!(office.daemon.ctl(&["status"])["calls"], 0);
}
