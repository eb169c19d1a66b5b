//! The shell: sockets, sound, disk, terminal; thin.

pub mod cmd;
pub mod config;
pub mod control;
pub mod demo;
pub mod driver;
pub mod exchange;
pub mod gateway;
pub mod impair;
pub mod net;
pub mod recordings;
pub mod replay;
pub mod service;
pub mod shards;
pub mod sound;
pub mod store;
pub mod trace;
pub mod web;
pub mod words;
