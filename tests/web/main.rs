//! The agent's desktop as browsers, programs and hostile pages meet it: a real daemon, real HTTP and WebSocket over loopback.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test reports by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod appointments;
mod audit;
mod breaks;
mod callbacks;
mod callbacks_kept;
mod campaigns;
mod contacts;
mod desktop;
mod document;
mod exchange;
mod extensions;
mod files;
mod floor;
mod gateway;
mod headset;
mod health;
mod hostile;
mod leads;
mod live;
mod machines;
mod market;
mod microphone;
mod office;
mod page;
mod predictive;
mod predictive_page;
mod recordings;
mod rework;
mod roles;
mod script;
mod settings;
mod sign_in;
mod told;
mod unseen;
mod webhooks;
mod work;
