//! The browser's headset with a real browser: Chromium opens a page made here, which signs in through a small web server of the
//! test; the shards are real, the far end of the call is a socket.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

#[path = "../support/mod.rs"]
mod support;

mod chromium;
mod far;
mod house;
mod signaling;

mod calls;
mod loss;
