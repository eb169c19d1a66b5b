//! Buttons and lamps of a headset: what a person presses, what is lit, over USB's telephony page.
//!
//! ```text
//!   Watch ── Panel ── Buttons (seam) <── Hidraw ── /dev/hidrawN     touches the system
//!   thread   pure                          │
//!                                        Phone ── descriptor         pure: reports to presses, lamps to reports
//! ```
//!
//! What a press means for calls is decided in `src/driver/buttons`.

mod descriptor;
mod hidraw;
mod panel;
mod phone;
mod watch;

use std::io;
use std::path::PathBuf;

use serde::Serialize;

pub use hidraw::{Hidraw, find};
pub use phone::Phone;
pub use watch::Watch;

/// Whose buttons a headset has, as configured.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    None,
    /// The first device with a hook switch that is plugged in and may be opened.
    Any,
    /// `/dev/hidrawN`, or a link to it that stays the same.
    Named(PathBuf),
}

/// What a person did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Press {
    /// The hook switch: true is off the hook, wanting to talk.
    Hook(bool),
    /// The microphone on or off, whatever it was.
    Mute,
    /// Hold, or a flash of the hook: to hold and back, or between two calls.
    Hold,
    Redial,
}

/// What shall be lit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Lamps {
    pub off_hook: bool,
    pub ring: bool,
    pub mute: bool,
    pub hold: bool,
}

/// A headset's buttons, wherever they are.
pub trait Buttons: Send {
    /// What was pressed since; empty when nothing was. An error: it is gone.
    fn poll(&mut self) -> io::Result<Vec<Press>>;

    /// Lights these and no others.
    fn light(&mut self, lamps: Lamps) -> io::Result<()>;
}
