//! A browser's microphone that goes and comes in mid-call (SP-05, SP-07): Chromium with a sound server of its own, whose cards a
//! test plugs in and pulls out; this page, this daemon, Asterisk; the customer keeps what it hears.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::headset::{bursts, customer, office};
use crate::office::Office;
use crate::script::Script;
use crate::support::peers::{Asterisk, Options};
use crate::support::pulse::{Playing, Pulse};
use crate::support::{Daemon, Folder, LONG, sound, wait_for, when};

/// What the person says into the headset, and into the other microphone, in Hz.
const HEADSET: f64 = 1_000.0;
const OTHER: f64 = 1_300.0;
/// A cause is named within so long (SP-07); a test gives five times as much.
const NAMED: Duration = Duration::from_secs(3);

struct Outside<'a> {
    office: &'a Office,
    pulse: &'a Pulse,
    customer: Daemon,
    heard: PathBuf,
    /// When something happened last.
    since: Instant,
    _voices: [Playing; 2],
}

impl Outside<'_> {
    fn act(&mut self, wish: &str) {
        if let Some(trouble) = wish.strip_prefix("the call names: ") {
            return self.names(trouble);
        }
        self.since = Instant::now();
        match wish {
            "the time is noted" => {}
            "the customer calls" => drop(self.customer.ctl(&["dial", "1001", "--route", "1002"])),
            "the customer hears the headset" => self.hears(HEADSET),
            "the customer hears the other one" => self.hears(OTHER),
            "the headset is pulled out" => self.pulse.remove("mic"),
            "the headset is plugged in" => self.plug("mic", "Fone"),
            "another microphone is plugged in" => self.plug("other", "Embutido"),
            "the other one is pulled out" => self.pulse.remove("other"),
            "the headset is switched off" => self.switch_off(true),
            "the headset is switched on" => self.switch_off(false),
            unknown => panic!("the script asks for what nobody does: {unknown}"),
        }
    }

    fn plug(&self, name: &str, called: &str) {
        let [master, name] = [format!("master={name}feed.monitor"), format!("source_name={name}")];
        let shown = format!("source_properties=device.description={called}");
        self.pulse.ctl(&["load-module", "module-remap-source", &master, &name, &shown]);
    }

    fn switch_off(&self, off: bool) {
        self.pulse.ctl(&["set-source-mute", "mic", if off { "1" } else { "0" }]);
    }

    /// The call lives on, and says in time why nothing is heard there.
    fn names(&self, trouble: &str) {
        wait_for(LONG, trouble, || when(self.call()["trouble"] == json!(trouble)));
        let passed = self.since.elapsed();
        println!("  {trouble}: named after {} ms", passed.as_millis());
        assert!(passed < 5 * NAMED, "{passed:?}");
    }

    fn call(&self) -> Value {
        let calls = self.office.daemon.ctl(&["calls"])["calls"].take();
        assert_eq!(calls.as_array().map(Vec::len), Some(1), "the call goes on: {calls}");
        calls[0].clone()
    }

    /// The voice has pauses.
    fn hears(&self, hertz: f64) {
        let (since, others) = (self.heard().len(), [HEADSET, OTHER].into_iter().filter(|other| *other != hertz));
        let others: Vec<f64> = others.collect();
        wait_for(LONG, &format!("the customer to hear {hertz} Hz"), || {
            let all = self.heard();
            let last = all.get(since.max(all.len().saturating_sub(10))..)?;
            let no_other = !last.iter().flatten().any(|tone| others.contains(tone));
            when(no_other && last.iter().filter(|tone| **tone == Some(hertz)).count() >= 3)
        });
        println!("  {hertz} Hz heard {} ms later", self.since.elapsed().as_millis());
    }

    fn heard(&self) -> Vec<Option<f64>> {
        sound::tenths(&self.heard, &[HEADSET, OTHER])
    }
}

/// Both microphones' voices are there all the time; what comes and goes are the cards. The headset is the default while it is there.
fn speak(pulse: &Pulse, folder: &Path) -> [Playing; 2] {
    pulse.add_loudspeaker("otherfeed");
    pulse.remove("mic");
    let plug = ["load-module", "module-remap-source", "master=micfeed.monitor", "source_name=mic"];
    pulse.ctl(&[&plug[..], &["source_properties=device.description=Fone"]].concat());
    [("micfeed", HEADSET), ("otherfeed", OTHER)].map(|(card, hertz)| {
        let wav = folder.join(format!("{card}.wav"));
        bursts(&wav, hertz, 600);
        pulse.play(card, &wav)
    })
}

#[test]
fn sp_05_sp_07_a_microphone_that_goes_in_mid_call_is_named_and_the_next_one_is_heard() {
    let asterisk = Asterisk::start(Options::default());
    let office = office(&asterisk);
    let folder = Folder::new("web-microphone-customer");
    let pulse = Pulse::start(folder.path());
    let voices = speak(&pulse, folder.path());
    let link = format!("http://{}/#/setup/{}", office.address(), office.link());
    let Some(script) = Script::start("microphone", &link, &pulse.environment()) else { return };
    let customer = customer(&asterisk, &folder);
    let (heard, since) = (folder.join("heard.wav"), Instant::now());
    let mut outside = Outside { office: &office, pulse: &pulse, customer, heard, since, _voices: voices };
    script.play(|wish| outside.act(wish), || office.daemon.log());
    wait_for(LONG, "no call", || when(office.daemon.ctl(&["status"])["calls"] == 0));
}
