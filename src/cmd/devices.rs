//! `ramal devices`: what agents talk through, whether it is there, how loud it is; and what the system has.

use std::time::Duration;

use engine::news::PhoneView;
use serde_json::json;

use crate::control::Wish;
use crate::sound::card::{Level, Offer, Offered, offered};
use crate::sound::{DeviceReport, DeviceView, EndView, Kind};
use crate::words::Words;

use super::client::Client;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::{phones, table};

/// The daemon's devices; with `watch` their loudness, until Ctrl-C.
pub fn run(watch: bool, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let (mut report, phones) = ask(!watch, client, screen)?;
    if !watch {
        if !screen.json {
            configured(&report.devices, screen);
            phones::show(&phones, screen);
            show(&report.offered.unwrap_or_default(), screen);
        }
        return Ok(Code::Done);
    }
    loop {
        if !screen.json {
            report.devices.iter().filter_map(|device| meters(device, screen)).for_each(|line| screen.line(&line));
        }
        // A meter for the eye: the rate is the point.
        std::thread::sleep(EVERY);
        (report, _) = ask(false, client, screen)?;
    }
}

/// What this machine has, whether a daemon runs or not.
pub fn list(screen: &Screen) -> Result<Code, Failure> {
    let offered = offered();
    if screen.json {
        screen.value(&json!({ "offered": offered }));
    } else {
        show(&offered, screen);
    }
    Ok(Code::Done)
}

fn ask(offered: bool, client: &mut Client, screen: &Screen) -> Result<(DeviceReport, Vec<PhoneView>), Failure> {
    let mut answer = client.ask(Wish::Devices { offered })?;
    if screen.json {
        screen.value(&answer);
    }
    let phones = client.typed(answer["phones"].take())?;
    Ok((client.typed(answer)?, phones))
}

fn configured(devices: &[DeviceView], screen: &Screen) {
    let heading = [
        "table.device",
        "table.kind",
        "table.microphone",
        "table.loudspeaker",
        "table.ring",
        "table.said",
        "table.heard",
    ];
    let words = &screen.words;
    let rows: Vec<Vec<String>> = devices.iter().map(|device| row(device, words)).collect();
    table::print(screen, &heading.map(|key| words.say(key)), &rows);
    screen.line("");
}

fn row(device: &DeviceView, words: &Words) -> Vec<String> {
    let kind = match device.kind {
        Kind::Null => words.say("devices.null"),
        Kind::File => words.say("devices.file"),
        Kind::Headset => words.say("devices.headset"),
        Kind::Browser => words.say("devices.browser"),
    };
    let end = |end: &Option<EndView>| end.as_ref().map_or_else(String::new, |end| standing(end, words));
    let level = |level: Option<Level>| level.map_or_else(String::new, |level| decibel(level.rms));
    vec![
        device.device.to_string(),
        kind.to_owned(),
        end(&device.input),
        end(&device.output),
        end(&device.ring),
        level(device.said),
        level(device.heard),
    ]
}

fn standing(end: &EndView, words: &Words) -> String {
    match (&end.card, &end.why) {
        (Some(card), _) => card.clone(),
        (None, why) => {
            let why = why.as_deref().unwrap_or_default();
            words.fill("devices.gone", &[("wanted", &end.wanted), ("why", why)])
        }
    }
}

/// `desk  we say -23 dB (peak -12 dB)  we hear …`; none for what has no meters.
fn meters(device: &DeviceView, screen: &Screen) -> Option<String> {
    let (said, heard) = (device.said?, device.heard?);
    let values = [decibel(said.rms), decibel(said.peak), decibel(heard.rms), decibel(heard.peak)];
    let [said, said_peak, heard, heard_peak] = &values;
    let name = &*device.device;
    let values =
        [("device", name), ("said", said), ("said_peak", said_peak), ("heard", heard), ("heard_peak", heard_peak)];
    Some(screen.words.fill("devices.meters", &values))
}

/// Below the loudest there is.
fn decibel(share: f32) -> String {
    if share < QUIETEST { "-∞ dB".to_owned() } else { format!("{:.0} dB", 20.0 * share.log10()) }
}

fn show(offered: &Offered, screen: &Screen) {
    let words = &screen.words;
    let rows = |offers: &[Offer], key| {
        let row = move |offer: &Offer| vec![words.say(key).to_owned(), offer.id.clone(), offer.name.clone()];
        offers.iter().map(row).collect::<Vec<_>>()
    };
    let rows = [rows(&offered.inputs, "devices.input"), rows(&offered.outputs, "devices.output")].concat();
    if rows.is_empty() {
        screen.line(words.say("devices.none"));
    } else {
        table::print(screen, &["table.kind", "table.card", "table.name"].map(|key| words.say(key)), &rows);
    }
}

/// Five a second.
const EVERY: Duration = Duration::from_millis(200);
/// One step of 16 bits.
const QUIETEST: f32 = 1.0 / 32_768.0;
