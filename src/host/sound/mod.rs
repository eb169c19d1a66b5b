//! Sound outside the network: devices a person talks through, and the folder of sounds.
//!
//! A device gives and takes one frame of 20 ms per tick and never waits: what is slow (disk, sound card) is on
//! its own thread behind it.

pub mod card;
mod file;
pub mod hid;
mod library;
mod null;
mod shelves;
mod view;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use media::Frame;
use media::oneway::Microphone;

use card::{Card, HeadsetSettings};

pub use file::FileDevice;
pub use library::{Library, read_wav};
pub use null::NullDevice;
pub use shelves::{Shelf, Shelves, StandingSound, WrongSound, judged};
pub use view::{DeviceReport, DeviceView, EndView, Kind};

/// A device in use by one leg.
pub trait Device: Send {
    /// What the person said in the last 20 ms.
    fn capture(&mut self) -> Frame;

    /// What the person hears in the next 20 ms.
    fn play(&mut self, frame: &Frame);

    /// What rings in the next 20 ms, `None` when nothing does. False from a device that cannot ring apart from what it
    /// plays: then the two are mixed.
    fn ring(&mut self, _ring: Option<&Frame>) -> bool {
        false
    }

    /// How its microphone is now.
    fn microphone(&self) -> Microphone {
        Microphone::None
    }

    /// Why the device cannot be used any more; said once.
    fn poll_failure(&mut self) -> Option<String>;
}

/// A device as configured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DeviceKind {
    /// Says nothing, hears nothing.
    Null,
    /// Plays a WAV into the call and records what the person would hear.
    File {
        /// None: silence.
        play: Option<PathBuf>,
        /// From the beginning again at its end; else silence follows.
        repeat: bool,
        /// Written anew with every leg; readable while it grows.
        record: Option<PathBuf>,
    },
    /// A person's own, through the sound card.
    Headset(HeadsetSettings),
}

/// Why a device or a sound is not there, naming it.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    #[error("no device is named {0:?}: name one of [device.NAME]")]
    UnknownDevice(Arc<str>),
    #[error("{path}: {source}; it must be a WAV file of 8 to 32 bits")]
    Wav { path: PathBuf, source: hound::Error },
    #[error("no sound is named {0:?}, which is the notice of a recording: put it into sounds_dir")]
    UnknownSound(String),
    #[error("{path}: {source}")]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("device {name}: its threads cannot be started: {source}")]
    Threads { name: Arc<str>, source: std::io::Error },
}

/// The devices that are configured. Headsets are open from the beginning, whoever talks through them or not.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    kinds: BTreeMap<Arc<str>, DeviceKind>,
    cards: BTreeMap<Arc<str>, Card>,
}

impl Devices {
    /// Opens the headsets among them.
    pub fn new(kinds: BTreeMap<Arc<str>, DeviceKind>) -> Result<Devices, SoundError> {
        Devices::default().changed(kinds)
    }

    /// Others in the place of these; headsets that stay as they are stay open.
    pub fn changed(&self, kinds: BTreeMap<Arc<str>, DeviceKind>) -> Result<Devices, SoundError> {
        let mut cards = BTreeMap::new();
        for (name, kind) in &kinds {
            let DeviceKind::Headset(settings) = kind else { continue };
            let open = self.cards.get(name).filter(|card| card.settings() == settings).cloned();
            let opened = open.map_or_else(|| Card::open(settings), Ok);
            cards.insert(name.clone(), opened.map_err(|source| SoundError::Threads { name: name.clone(), source })?);
        }
        Ok(Devices { kinds, cards })
    }

    /// Opens the device of this name for one leg. May read the disk: not for a shard's thread.
    pub fn open(&self, name: &Arc<str>) -> Result<Box<dyn Device>, SoundError> {
        let unknown = || SoundError::UnknownDevice(name.clone());
        match self.kinds.get(name).ok_or_else(unknown)? {
            DeviceKind::Null => Ok(Box::new(NullDevice)),
            DeviceKind::File { play, repeat, record } => {
                Ok(Box::new(FileDevice::open(play.as_deref(), *repeat, record.as_deref())?))
            }
            DeviceKind::Headset(_) => Ok(Box::new(self.cards.get(name).ok_or_else(unknown)?.sit())),
        }
    }
}
