//! The daemon's whole life among real peers: start, crash, drain, reload, strangers, bad networks, crowds.
//!
//! Every test claims loopback hosts of its own, so that all of them run in parallel; `tests/interop/install` brings the peers.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test reports by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod desk;
mod wire;

mod baresip;
mod bridge;
mod conference;
mod crash;
mod crowd;
mod desk_phone;
mod drain;
mod features;
mod gate;
mod headset;
mod impaired;
mod names;
mod pjsua;
mod promptness;
mod recording;
mod reload;
mod replay;
mod start;
mod store;
mod strangers;
mod supervise;
mod tracks;
