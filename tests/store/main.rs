//! The store: what is kept, how it is copied and put back, and what becomes of it when the disk fails or the power goes.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test reports by panicking")]

#[path = "../support/mod.rs"]
mod support;

#[path = "../life/desk.rs"]
#[allow(dead_code, reason = "furniture of another test, used in part")]
mod desk;
#[path = "../life/wire.rs"]
#[allow(dead_code, reason = "furniture of another test, used in part")]
mod wire;

mod disk;
mod run;
mod trace;

mod backup;
mod damage;
mod failing;
mod faults;
mod kept;
mod power;
