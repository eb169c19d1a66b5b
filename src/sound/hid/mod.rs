//! Buttons and lamps of a headset: what a person presses, what is lit, over USB's telephony page.
//!
//! ```text
//!   Buttons (seam) <── Hidraw ── /dev/hidrawN        touches the system
//!                        │
//!                      Phone ── descriptor            pure: reports to presses, lamps to reports
//! ```

mod descriptor;
mod hidraw;
mod phone;

use std::io;

pub use hidraw::{Hidraw, find};
pub use phone::Phone;

/// What a person did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Press {
    /// The hook switch: true is off the hook, wanting to talk.
    Hook(bool),
    /// The microphone on or off, whatever it was.
    Mute,
    /// Between two calls.
    Flash,
    Redial,
}

/// What shall be lit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Lamps {
    pub off_hook: bool,
    pub ring: bool,
    pub mute: bool,
}

/// A headset's buttons, wherever they are.
pub trait Buttons: Send {
    /// What was pressed since; empty when nothing was. An error: it is gone.
    fn poll(&mut self) -> io::Result<Vec<Press>>;

    /// Lights these and no others.
    fn light(&mut self, lamps: Lamps) -> io::Result<()>;
}
