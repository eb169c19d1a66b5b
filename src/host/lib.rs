//! What the daemon stands on: configuration, sockets, disk, sound, media threads. Nothing here knows of a command or a page.

pub mod config;
pub mod files;
pub mod impair;
pub mod leads;
pub mod net;
pub mod recordings;
pub mod replay;
pub mod service;
pub mod shards;
pub mod sound;
pub mod store;
pub mod trace;
