//! How a headset stands, for whoever asks: the mixer and the keepers write, nobody waits.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use super::endpoint::Absence;
use super::level::Shown;

/// Everything that is known of one headset.
#[derive(Debug, Default)]
pub struct Standing {
    pub microphone: Place,
    pub loudspeaker: Place,
    pub ringer: Place,
    /// What the person says, before it is improved.
    pub said: Shown,
    /// What the person hears.
    pub heard: Shown,
    /// The microphone delivers nothing, or nothing but zeros.
    pub still: AtomicBool,
}

/// One endpoint: the card that it is on, or why on none.
#[derive(Debug, Default)]
pub struct Place {
    /// For the ticks.
    presence: AtomicU8,
    /// For people.
    card: Mutex<Option<Result<String, Absence>>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    Gone,
    Here,
    Forbidden,
}

impl Place {
    pub fn set(&self, card: Result<&str, &Absence>) {
        let presence = match card {
            Ok(_) => Presence::Here,
            Err(Absence::Forbidden) => Presence::Forbidden,
            Err(Absence::Gone | Absence::NoServer | Absence::Failed(_)) => Presence::Gone,
        };
        self.presence.store(presence as u8, Ordering::Relaxed);
        *self.card.lock().unwrap_or_else(PoisonError::into_inner) = Some(card.map(str::to_owned).map_err(Clone::clone));
    }

    pub fn presence(&self) -> Presence {
        match self.presence.load(Ordering::Relaxed) {
            here if here == Presence::Here as u8 => Presence::Here,
            forbidden if forbidden == Presence::Forbidden as u8 => Presence::Forbidden,
            _ => Presence::Gone,
        }
    }

    /// The card's id, or why there is none; `None` before the first look.
    pub fn card(&self) -> Option<Result<String, Absence>> {
        self.card.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
