//! Ramal as its users meet it: extensions at a PBX, each talking through WAV files of its own.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use engine::id::{CallId, MessageId};
use engine::news::{
    AccountView, CallState, CallView, Direction, GroupView, HangupCause, MessageView, RegistrationState, WatchedState,
    WatchedView,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::control::Control;
use super::{Daemon, Folder, Host, LONG, sound, wait_for, when};

/// What is configured. Extension N says [`says`] hertz, or [`Setup::speech`].
#[derive(Clone, Debug)]
pub struct Setup<'a> {
    pub extensions: RangeInclusive<u32>,
    /// `udp` or `tcp`.
    pub transport: &'a str,
    /// Lines of the profile that stands on `asterisk`.
    pub profile: &'a str,
    /// Lines of the registrar.
    pub registrar: &'a str,
    /// Further sections. Accounts of theirs may use the devices `1001` to `1010`.
    pub more: &'a str,
    /// Said once by every device in the place of its tone.
    pub speech: Option<PathBuf>,
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Setup { extensions: 1001..=1002, transport: "udp", profile: "", registrar: "", more: "", speech: None }
    }
}

/// The tone of an extension, far enough from all others: 1001 says 440 Hz, 1002 says 550 Hz, ….
pub fn says(extension: u32) -> f64 {
    f64::from(440 + 110 * (extension - 1001))
}

/// Those who have a device of their own; the others are there to be many.
const VOICES: RangeInclusive<u32> = 1001..=1010;

/// What a party on hold hears from us.
pub const HOLD_MUSIC: f64 = 620.0;

/// The daemon with its folder; ended when dropped.
#[derive(Debug)]
pub struct Softphone {
    daemon: Daemon,
    control: Control,
    folder: Folder,
    host: Host,
}

impl Softphone {
    /// On a host of its own, with the registrar at `pbx`. Returns when the daemon is ready; extensions may still register.
    pub fn start(pbx: SocketAddr, setup: &Setup<'_>) -> Softphone {
        let host = if pbx.is_ipv6() { Host::claim_ipv6() } else { Host::claim() };
        Softphone::at(host, pbx, setup)
    }

    /// On a given host, as a trunk by address has to be.
    pub fn at(host: Host, pbx: SocketAddr, setup: &Setup<'_>) -> Softphone {
        let folder = Folder::new("softphone");
        let config = configuration(&folder, &host, pbx, setup);
        let daemon = Daemon::start(&config, folder.path());
        let control = Control::connect(&folder.join("ramal.sock"));
        Softphone { daemon, control, folder, host }
    }

    /// Its configuration, data, and what its devices heard.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Starts, pauses, resumes or stops a call's recording.
    pub fn record(&self, call: CallId, what: &str) {
        self.ask(json!({ "do": "record", "call": call.to_string(), "what": what }));
    }

    /// SIGTERM, then waits for the end of the drain.
    pub fn stop(&mut self) {
        let status = self.daemon.term(LONG);
        assert!(status.success(), "the daemon ended with {status}");
    }

    /// Where it takes SIP.
    pub fn sip(&self) -> SocketAddr {
        self.host.sip()
    }

    /// The extensions that are registered now, by its own account.
    pub fn registered(&self) -> Vec<u32> {
        let is_registered = |one: &AccountView| one.registration.state == RegistrationState::Registered;
        let registered = self.accounts().into_iter().filter(is_registered);
        registered.filter_map(|one| one.account.as_str().parse().ok()).collect()
    }

    pub fn accounts(&self) -> Vec<AccountView> {
        read(self.ask(json!({ "do": "extensions" }))["extensions"].take())
    }

    /// The registrar as it stands.
    pub fn group(&self) -> GroupView {
        read(self.ask(json!({ "do": "status" }))["groups"][0].take())
    }

    /// Waits until these and no others are.
    pub fn wait_registered(&self, extensions: RangeInclusive<u32>) {
        let all: Vec<u32> = extensions.collect();
        let paced = Duration::from_secs(all.len() as u64); // 20 a second where they are many
        wait_for(LONG + paced, "every extension to be registered", || when(self.registered() == all));
    }

    /// Dials `number` over the account `route`.
    pub fn dial(&self, route: impl ToString, number: &str) -> CallId {
        self.try_dial(route, number).unwrap_or_else(|refusal| panic!("{number} is refused: {refusal}"))
    }

    /// Dials, or gives the refusal with its code and text.
    pub fn try_dial(&self, route: impl ToString, number: &str) -> Result<CallId, Value> {
        let wish = json!({ "do": "dial", "route": route.to_string(), "number": number });
        self.control.ask(&wish).map(|dialled| {
            let id = dialled["call"].as_str().and_then(|id| id.parse().ok());
            CallId(id.expect("the id of a call is digits"))
        })
    }

    /// `answer`, `hold`, `mute` and whatever else needs only a call.
    pub fn wish(&self, wish: &str, call: CallId) {
        self.ask(json!({ "do": wish, "call": call.to_string() }));
    }

    pub fn do_not_disturb(&self, extension: u32, on: bool) {
        self.ask(json!({ "do": "dnd", "account": extension.to_string(), "on": on }));
    }

    /// Lamps, by account and number.
    pub fn lamps(&self) -> Vec<WatchedView> {
        read(self.ask(json!({ "do": "watched" }))["watched"].take())
    }

    pub fn watch(&self, extension: u32, numbers: &[&str]) {
        self.ask(json!({ "do": "watch", "account": extension.to_string(), "numbers": numbers }));
    }

    pub fn unwatch(&self, extension: u32, numbers: &[&str]) {
        self.ask(json!({ "do": "unwatch", "account": extension.to_string(), "numbers": numbers }));
    }

    /// Waits until the lamp of a number is as wanted.
    pub fn wait_lamp(&self, number: &str, state: WatchedState) -> WatchedView {
        wait_for(LONG, &format!("the lamp of {number} to be {state:?}"), || {
            self.lamps().into_iter().find(|lamp| lamp.number == number && lamp.state == state)
        })
    }

    /// What was told of the lamp of a number since the start, but for what was unknown.
    pub fn lamps_told(&self, number: &str) -> Vec<String> {
        let told = self.control.told();
        let lamps = told.iter().map(|news| &news["watched"]).filter(|lamp| lamp["number"] == number);
        let states = lamps.filter_map(|lamp| lamp["state"].as_str()).filter(|state| *state != "unknown");
        states.map(str::to_owned).collect()
    }

    /// Sends a text message, or gives the refusal with its code and text.
    pub fn message(&self, account: u32, number: &str, text: &str) -> Result<MessageId, Value> {
        let wish = json!({ "do": "message", "account": account.to_string(), "number": number, "text": text });
        self.control.ask(&wish).map(|sent| {
            let id = sent["message"].as_str().and_then(|id| id.parse().ok());
            MessageId(id.expect("the id of a message is digits"))
        })
    }

    /// The last text messages, newest first.
    pub fn messages(&self) -> Vec<MessageView> {
        read(self.ask(json!({ "do": "messages" }))["messages"].take())
    }

    pub fn press(&self, call: CallId, digits: &str) {
        self.ask(json!({ "do": "dtmf", "call": call.to_string(), "digits": digits }));
    }

    /// Sends a call's far end to a number.
    pub fn transfer(&self, call: CallId, number: &str) {
        self.ask(json!({ "do": "transfer", "call": call.to_string(), "number": number }));
    }

    /// Holds the call and dials a number beside it; the second call.
    pub fn consult(&self, call: CallId, number: &str) -> CallId {
        let dialled = self.ask(json!({ "do": "consult", "call": call.to_string(), "number": number }));
        let id = dialled["call"].as_str().and_then(|id| id.parse().ok());
        CallId(id.expect("the id of a call is digits"))
    }

    /// Joins the far ends of two calls.
    pub fn bridge(&self, first: CallId, second: CallId) {
        self.ask(json!({ "do": "bridge", "first": first.to_string(), "second": second.to_string() }));
    }

    /// A call as it stands, or as it ended.
    pub fn call(&self, call: CallId) -> CallView {
        let mut all = self.calls();
        all.extend(read::<Vec<CallView>>(self.ask(json!({ "do": "calls", "ended": true }))["ended"].take()));
        all.into_iter().find(|view| view.call == call).unwrap_or_else(|| panic!("there is no call {call}"))
    }

    /// Live calls.
    pub fn calls(&self) -> Vec<CallView> {
        read(self.ask(json!({ "do": "calls" }))["calls"].take())
    }

    /// Waits until a call is as wanted.
    pub fn wait_call(&self, call: CallId, what: &str, good: impl Fn(&CallView) -> bool) -> CallView {
        wait_for(LONG, &format!("call {call} {what}"), || Some(self.call(call)).filter(&good))
    }

    pub fn wait_state(&self, call: CallId, state: CallState) -> CallView {
        self.wait_call(call, &format!("to be {state:?}"), |view| view.state == state)
    }

    /// Waits for a call's end.
    pub fn wait_end(&self, call: CallId) -> HangupCause {
        self.wait_state(call, CallState::Ended).cause.expect("an ended call has a cause")
    }

    /// Waits until `account` is rung.
    pub fn wait_ring(&self, account: impl ToString) -> CallView {
        let account = account.to_string();
        let rings = |view: &CallView| view.direction == Direction::Inbound && view.state == CallState::Ringing;
        wait_for(LONG, &format!("{account} to ring"), || {
            self.calls().into_iter().find(|view| view.account.as_str() == account && rings(view))
        })
    }

    /// Digits that far ends pressed in a call, so far.
    pub fn digits(&self, call: CallId) -> String {
        let told = self.control.told();
        let digits = told.iter().map(|news| &news["Digit"]).chain(told.iter().map(|news| &news["digit"]));
        digits.filter(|one| one["call"] == call.to_string()).filter_map(|one| one["digit"].as_str()).collect()
    }

    /// What the device of an extension has heard in its last call.
    pub fn heard(&self, extension: u32) -> PathBuf {
        self.folder.join(&format!("heard-{extension}.wav"))
    }

    /// Waits until an extension hears this tone and nothing else.
    pub fn wait_hears(&self, extension: u32, hertz: f64) {
        wait_for(LONG, &format!("{extension} to hear {hertz} Hz"), || {
            when(sound::ends_with_tone(&self.heard(extension), hertz))
        });
    }

    pub fn wait_hears_silence(&self, extension: u32) {
        wait_for(LONG, &format!("{extension} to hear silence"), || {
            when(sound::ends_with_silence(&self.heard(extension)))
        });
    }

    /// Packets of a call so far, as the last measure says: sent, received.
    pub fn packets(&self, call: CallId) -> (u64, u64) {
        let quality = self.call(call).legs.iter().find_map(|leg| leg.quality);
        quality.map_or((0, 0), |quality| (quality.packets_sent, quality.packets_received))
    }

    fn ask(&self, wish: Value) -> Value {
        self.control.ask(&wish).unwrap_or_else(|refusal| panic!("{wish} is refused: {refusal}"))
    }
}

/// The engine's own types out of what the socket says.
fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(ramal::control::plain(value)).expect("the engine's types, as they were written")
}

fn configuration(folder: &Folder, host: &Host, pbx: SocketAddr, setup: &Setup<'_>) -> String {
    let sounds = folder.join("sounds");
    std::fs::create_dir(&sounds).expect("the test's own folder can be written");
    sound::tone(&sounds.join("music.wav"), HOLD_MUSIC as u32, 4);
    let Setup { transport, profile, registrar, more, .. } = setup;
    let mut text = format!(
        "[daemon]\ndata_dir = \"data\"\nsounds_dir = \"sounds\"\nlog = \"debug\"\nshards = 1\n[[listen]]\naddress = \"{}\"\n\
         [profile.pbx]\nbase = \"asterisk\"\n{profile}\n\
         [registrar.pbx]\nhost = \"{pbx}\"\ntransport = \"{transport}\"\nprofile = \"pbx\"\n{registrar}\n{more}\n",
        host.sip()
    );
    for extension in setup.extensions.clone() {
        text += &format!("[extension.{extension}]\nregistrar = \"pbx\"\nsecret = \"pw{extension}\"\n");
        if VOICES.contains(&extension) {
            text += &format!("device = \"{extension}\"\n");
        }
    }
    for extension in VOICES {
        let said = setup.speech.clone().unwrap_or_else(|| {
            let tone = folder.join(&format!("says-{extension}.wav"));
            sound::tone(&tone, says(extension) as u32, 4);
            tone
        });
        text += &format!("[device.{extension}]\ntype = \"file\"\nplay = \"{}\"\n", said.display());
        text += &format!("record = \"heard-{extension}.wav\"\nrepeat = {}\n", setup.speech.is_none());
    }
    text
}
