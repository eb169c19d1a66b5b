//! The devices as others see them: what is configured, what of it is there, how loud it is.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::card::{Card, Level, Offered, Place, Wanted};
use super::{DeviceKind, Devices};

/// Everything about devices.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct DeviceReport {
    pub devices: Vec<DeviceView>,
    /// What the system has; `None` when nobody asked.
    pub offered: Option<Offered>,
}

/// One configured device. What only a headset has is `None` for others.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DeviceView {
    pub device: Arc<str>,
    pub kind: Kind,
    pub input: Option<EndView>,
    pub output: Option<EndView>,
    /// `None` too where calls ring at the output.
    pub ring: Option<EndView>,
    /// What the person says.
    pub said: Option<Level>,
    /// What the person hears.
    pub heard: Option<Level>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Null,
    File,
    Headset,
    /// A person's page.
    Browser,
}

/// One end of a headset.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EndView {
    /// As configured.
    pub wanted: String,
    /// The card in use.
    pub card: Option<String>,
    /// Why there is none.
    pub why: Option<String>,
}

impl Devices {
    /// In the order of their names.
    pub fn views(&self) -> Vec<DeviceView> {
        let view = |(device, kind): (&Arc<str>, &DeviceKind)| match (kind, self.cards.get(device)) {
            (DeviceKind::Headset(_), Some(card)) => headset(device, card),
            (DeviceKind::File { .. }, _) => plain(device, Kind::File),
            (DeviceKind::Headset(_) | DeviceKind::Null, _) => plain(device, Kind::Null),
        };
        self.kinds.iter().map(view).collect()
    }
}

fn plain(device: &Arc<str>, kind: Kind) -> DeviceView {
    DeviceView { device: device.clone(), kind, input: None, output: None, ring: None, said: None, heard: None }
}

fn headset(device: &Arc<str>, card: &Card) -> DeviceView {
    let (settings, standing) = (card.settings(), card.standing());
    DeviceView {
        device: device.clone(),
        kind: Kind::Headset,
        input: Some(end(&settings.input, &standing.microphone)),
        output: Some(end(&settings.output, &standing.loudspeaker)),
        ring: settings.ring.as_ref().map(|ring| end(ring, &standing.ringer)),
        said: Some(standing.said.level()),
        heard: Some(standing.heard.level()),
    }
}

fn end(wanted: &Wanted, place: &Place) -> EndView {
    let (card, why) = match place.card() {
        None => (None, Some("not looked for yet".to_owned())),
        Some(Ok(card)) => (Some(card), None),
        Some(Err(why)) => (None, Some(why.to_string())),
    };
    EndView { wanted: wanted.to_string(), card, why }
}
