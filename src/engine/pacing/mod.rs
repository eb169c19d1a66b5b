//! How many calls a campaign begins, and when: the pace (GN-02, GN-18), the short calls of a day (GN-19), and a simulator in which
//! the same code paces a day that is not real.
//!
//! How to drive it: make a [`Controller`] with what the store remembers, hand in each [`Event`], and after each (and when
//! [`Decision::again`] has come) ask [`Controller::decide`] with a [`View`] of who does what.
//!
//! Whatever is exp, ln or erf comes from `libm`, not from the platform: a recording is replayed on other machines, and the last bit of a
//! logarithm may decide whether a call is begun.

mod account;
mod attendance;
mod burst;
mod controller;
mod forecast;
mod frees;
mod hour;
mod prospect;
mod pulse;
mod ringing;
mod risk;
mod short;
pub mod simulator;
mod snapshot;
mod threshold;
mod view;

pub use account::{Account, Tally};
pub use controller::{Controller, Memory};
pub use forecast::{DayForecast, Prospects};
pub use short::{Forecast, ShortCalls, ShortRule};
pub use snapshot::Snapshot;
pub use view::{Decision, Event, Pace, Reason, Settings, View};
