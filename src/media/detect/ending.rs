//! When a machine's greeting is over, so that a message may be left (GN-17).

use super::Settings;
use crate::TICK_MS;

/// Why it is held to be over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// The beep has sounded.
    Beep,
    /// Nobody has spoken for long.
    Silence,
    /// It has lasted as long as anybody wants to wait.
    Ceiling,
}

/// Waits for it.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    silence_ms: u32,
    left_ms: u32,
}

impl Waiting {
    pub fn new(settings: Settings) -> Waiting {
        Waiting { silence_ms: settings.silence_ms, left_ms: settings.ceiling_ms }
    }

    /// 20 ms go by.
    pub fn see(&mut self, beep: bool, pause_ms: u32) -> Option<Ending> {
        self.left_ms = self.left_ms.saturating_sub(TICK_MS);
        match (beep, pause_ms >= self.silence_ms, self.left_ms) {
            (true, _, _) => Some(Ending::Beep),
            (false, true, _) => Some(Ending::Silence),
            (false, false, 0) => Some(Ending::Ceiling),
            (false, false, _) => None,
        }
    }
}
