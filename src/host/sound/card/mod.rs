//! Headsets: the sound card behind a device.
//!
//! ```text
//!   leg ── Headset ──hops──> Mixer ──rings──> card         one mixer thread a headset, 10 ms
//!                              ^
//!   system <── Keeper ─────────┘ opens, reopens, follows   one thread a microphone, loudspeaker, ringer
//! ```
//!
//! A headset is opened when it is configured and kept open: its streams belong to nobody's call, several legs may sit on it at
//! once. Without a card the legs live on: silence is said, and [`Standing`] tells why.

mod drift;
mod endpoint;
mod headset;
mod improve;
mod keeper;
mod level;
mod mixer;
mod ring;
mod standing;
mod system;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;

pub use endpoint::{Absence, Offer, Wanted};
pub use headset::Headset;
pub use improve::Improvements;
pub use level::{Level, Meter, Shown};
pub use standing::{Place, Standing};
pub use system::{Offered, offered};

use serde::Serialize;

use super::hid;

use improve::Improver;
use keeper::{Keeper, Role};
use mixer::{Command, Mixer, Seat};
use ring::Hop;
use system::Sound;

/// A headset as configured.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HeadsetSettings {
    pub input: Wanted,
    pub output: Wanted,
    /// Where calls ring; `None`: at the output.
    pub ring: Option<Wanted>,
    pub improvements: Improvements,
    /// What a person presses.
    pub buttons: hid::Wanted,
}

/// An open headset. Clones share it; its threads end when the last one is gone, and the last leg on it.
#[derive(Clone, Debug)]
pub struct Card {
    settings: HeadsetSettings,
    standing: Arc<Standing>,
    mixer: Sender<Command>,
    /// Counts who needs the threads.
    owner: Arc<()>,
}

impl Card {
    /// Starts its threads; cards are looked for from now on.
    pub fn open(settings: &HeadsetSettings) -> io::Result<Card> {
        let standing = Arc::new(Standing::default());
        let (mixer, commands) = channel();
        let owner = Arc::new(());
        let wanted = Arc::downgrade(&owner);
        let run = Mixer::new(commands, standing.clone(), settings.ring.is_some(), Improver::new(settings.improvements));
        thread::Builder::new().name("headset".into()).spawn(move || run.run(|| wanted.strong_count() > 0))?;
        let keep = |role, wanted: &Wanted| {
            Keeper::start(role, wanted.clone(), Sound::default, standing.clone(), mixer.clone())
        };
        keep(Role::Microphone, &settings.input)?;
        keep(Role::Loudspeaker, &settings.output)?;
        if let Some(ring) = &settings.ring {
            keep(Role::Ringer, ring)?;
        }
        Ok(Card { settings: settings.clone(), standing, mixer, owner })
    }

    pub fn settings(&self) -> &HeadsetSettings {
        &self.settings
    }

    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// A leg sits down.
    pub fn sit(&self) -> Headset {
        let (says, leg_says) = Hop::pair();
        let (leg_hears, hears) = Hop::pair();
        let (leg_rings, rings) = Hop::pair();
        // Refused only by a thread that has panicked: the leg is silent, and lives.
        let _ = self.mixer.send(Command::Seat(Seat { says, hears, rings }));
        Headset::new(leg_says, [leg_hears, leg_rings], self.standing.clone(), self.owner.clone())
    }
}
