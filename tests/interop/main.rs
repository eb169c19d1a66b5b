//! Calls with software that nobody on this project wrote, on loopback; `tests/interop/install` brings it.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test reports by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod bridge;
mod causes;
mod digits;
mod early_media;
mod echo;
mod furniture;
mod hold;
mod internal;
mod lamps;
mod outage;
mod recording;
mod registration;
mod tcp;
mod texts;
mod timers;
mod transfers;
mod trunk;
