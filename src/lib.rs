//! The shell: what drives the engine, and whoever speaks with it: terminal, socket, page. What it stands on is `host`.

pub mod cmd;
pub mod control;
pub mod demo;
pub mod driver;
pub mod exchange;
pub mod gateway;
pub mod web;
pub mod words;

pub use host::{config, files, impair, leads, net, recordings, replay, service, shards, sound, store, trace};
